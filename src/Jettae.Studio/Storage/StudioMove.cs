using System.Linq.Expressions;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using System.Xml.Linq;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Jettae.Studio;

/// <summary>
/// Takes all that the studio's file holds to a PostgreSQL database: what is missing there, some rows at a time. Cut off, it begins
/// anew and passes over what is there. Nobody else may have either store meanwhile.
/// </summary>
public sealed class StudioMove : IAsyncDisposable
{
    private const int Rows = 500;
    private readonly SqliteStudioStore source;
    private readonly PostgresStudioStore target;
    private readonly string folder;

    /// <param name="from">Where the file is.</param>
    /// <param name="to">Where the database is.</param>
    public StudioMove(StudioOptions from, StudioOptions to)
    {
        source = new SqliteStudioStore(from);
        target = new PostgresStudioStore(to.Database!);
        folder = Path.GetDirectoryName(Path.GetFullPath(from.DataFile))!;
    }

    /// <summary>What keeps from it; null for nothing.</summary>
    public async Task<string?> ObstacleAsync(CancellationToken cancel)
    {
        await source.PrepareAsync();
        await target.PrepareAsync();
        var at = await target.ReadAsync(
            db =>
                db.Database.SqlQuery<int>(
                        $"SELECT CAST(COUNT(*) AS int) AS \"Value\" FROM jettae_studio.nodes WHERE seen_at > clock_timestamp() - interval '10 seconds'"
                    )
                    .SingleAsync(cancel),
            cancel
        );
        if (at > 0)
            return $"{at} program(s) run on the database: stop them first.";
        var here = await source.ReadAsync(OwnerAsync, cancel);
        var there = await target.ReadAsync(OwnerAsync, cancel);
        return there is null || there == here
            ? null
            : "the database has another installation's data already: use an empty one.";

        Task<Guid?> OwnerAsync(StudioDb db) =>
            db.Users.Where(user => user.IsOwner).Select(user => (Guid?)user.Id).SingleOrDefaultAsync(cancel);
    }

    /// <summary>Copies what is missing, and then compares all of it.</summary>
    /// <param name="tell">Told of each table.</param>
    /// <param name="cancel">Ends it where it is.</param>
    /// <returns>Each table: its rows, and whether the same are there now.</returns>
    public async Task<IReadOnlyList<(string Table, long Rows, bool IsSame)>> RunAsync(
        Action<string> tell,
        CancellationToken cancel
    )
    {
        var keys = new ProtectionKeys(target);
        var known = keys.GetAllElements().Select(each => each.ToString(SaveOptions.DisableFormatting)).ToHashSet();
        var files = Directory.Exists(Path.Combine(folder, "keys"))
            ? Directory.GetFiles(Path.Combine(folder, "keys"), "*.xml")
            : [];
        foreach (var file in files)
            if (XElement.Load(file) is var key && !known.Contains(key.ToString(SaveOptions.DisableFormatting)))
                keys.StoreElement(key, Path.GetFileNameWithoutExtension(file));
        // The migrations put prices there, of which the owner may have deleted some.
        await target.WriteAsync(db => db.ModelPrices.ExecuteDeleteAsync(cancel), cancel);
        var moved = new List<(string, long, bool)>();
        foreach (var type in await source.ReadAsync(db => Task.FromResult(InOrder(db.Model)), cancel))
        {
            var (rows, isSame) = await (Task<(long, bool)>)
                typeof(StudioMove)
                    .GetMethod(nameof(TableAsync), BindingFlags.NonPublic | BindingFlags.Instance)!
                    .MakeGenericMethod(type)
                    .Invoke(this, [cancel])!;
            moved.Add((type.Name, rows, isSame));
            tell($"{type.Name}: {rows}");
        }
        await target.ReadAsync(
            db =>
                db.Database.ExecuteSqlAsync(
                    $"SELECT setval('contents_search_keys', GREATEST(1, (SELECT MAX(search_key) FROM contents)))",
                    cancel
                ),
            cancel
        );
        return moved;
    }

    public ValueTask DisposeAsync()
    {
        source.Dispose();
        target.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Each after those that it refers to.</summary>
    private static List<Type> InOrder(IModel model)
    {
        var (left, ordered) = (model.GetEntityTypes().ToList(), new List<Type>());
        while (left.Count > 0)
        {
            var next = left.First(type =>
                type.GetForeignKeys()
                    .All(key => key.PrincipalEntityType == type || !left.Contains(key.PrincipalEntityType))
            );
            left.Remove(next);
            ordered.Add(next.ClrType);
        }
        return ordered;
    }

    private async Task<(long Rows, bool IsSame)> TableAsync<T>(CancellationToken cancel)
        where T : class
    {
        var isNew = !await target.ReadAsync(db => db.Set<T>().AnyAsync(cancel), cancel);
        await source.ReadAsync(
            async db =>
            {
                await foreach (var rows in All<T>(db).Chunk(Rows).WithCancellation(cancel))
                    await target.WriteAsync(there => AddAsync(there, rows, isNew, cancel), cancel);
                return true;
            },
            cancel
        );
        var before = await source.ReadAsync(SumAsync, cancel);
        var after = await target.ReadAsync(
            async db =>
            {
                // Read through in one piece, however long a host lets a statement take.
                await using var whole = await db.Database.BeginTransactionAsync(cancel);
                await db.Database.ExecuteSqlAsync($"SELECT set_config('statement_timeout', '0', true)", cancel);
                return await SumAsync(db);
            },
            cancel
        );
        return (before.Rows, before == after);

        async Task<(long Rows, UInt128 Sum)> SumAsync(StudioDb db)
        {
            var (count, sum) = (0L, UInt128.Zero);
            var properties = db.Model.FindEntityType(typeof(T))!.GetProperties().OrderBy(each => each.Name).ToList();
            await foreach (var row in All<T>(db).WithCancellation(cancel))
            {
                var values = properties.Select(each => Plain(each.PropertyInfo!.GetValue(row)));
                count++;
                unchecked
                {
                    sum += BitConverter.ToUInt128(
                        SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(values, Stored.Json))
                    );
                }
            }
            return (count, sum);
        }
    }

    private static object? Plain(object? value) =>
        value switch
        {
            // However many zeros it ends with.
            decimal number => number.ToString("G29", System.Globalization.CultureInfo.InvariantCulture),
            _ => value,
        };

    private static IAsyncEnumerable<T> All<T>(StudioDb db)
        where T : class => db.Set<T>().AsNoTracking().IgnoreAutoIncludes().AsAsyncEnumerable();

    private static async Task AddAsync<T>(StudioDb db, T[] rows, bool isNew, CancellationToken cancel)
        where T : class
    {
        if (isNew)
        {
            db.AddRange(rows);
            return;
        }
        var key = db.Model.FindEntityType(typeof(T))!.FindPrimaryKey()!;
        await Among(db.Set<T>().IgnoreAutoIncludes(), key, rows).LoadAsync(cancel);
        var there = db.Set<T>().Local;
        foreach (var row in rows)
            if (there.FindEntryUntyped(key.Properties.Select(each => each.PropertyInfo!.GetValue(row))) is { } same)
                same.CurrentValues.SetValues(row);
            else
                db.Add(row);
    }

    /// <summary>Those that have the key of one of the rows; where it has several parts, perhaps a few more.</summary>
    private static IQueryable<T> Among<T>(IQueryable<T> all, IKey key, T[] rows)
    {
        var row = Expression.Parameter(typeof(T));
        foreach (var part in key.Properties)
        {
            var values = Array.CreateInstance(part.ClrType, rows.Length);
            for (var n = 0; n < rows.Length; n++)
                values.SetValue(part.PropertyInfo!.GetValue(rows[n]), n);
            var isOne = Expression.Call(
                typeof(Enumerable),
                nameof(Enumerable.Contains),
                [part.ClrType],
                // Else each question would be another text.
                Expression.Call(typeof(EF), nameof(EF.Parameter), [values.GetType()], Expression.Constant(values)),
                Expression.Property(row, part.PropertyInfo!)
            );
            all = all.Where(Expression.Lambda<Func<T, bool>>(isOne, row));
        }
        return all;
    }
}
