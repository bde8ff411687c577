using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>
/// The door to the tables. Writers go one at a time, each in one immediate transaction: what it reads stays true until its
/// commit, so a decision and what follows from it are never torn apart.
/// </summary>
internal sealed class StudioStore : IDisposable
{
    private readonly DbContextOptions<StudioDb> options;
    private readonly SemaphoreSlim writer = new(1, 1);
    private readonly Lazy<Task> prepared;

    public StudioStore(StudioOptions studio)
    {
        var connection = new SqliteConnectionStringBuilder
        {
            DataSource = Path.GetFullPath(studio.DataFile),
            ForeignKeys = true,
            DefaultTimeout = (int)studio.StoreTimeout.TotalSeconds,
        };
        options = new DbContextOptionsBuilder<StudioDb>()
            .UseSqlite(connection.ToString())
            .AddInterceptors(new Tuned(studio.StoreTimeout))
            .Options;
        prepared = new Lazy<Task>(MigrateAsync);
    }

    /// <summary>Brings the tables up to date; the first who comes does it, all others wait.</summary>
    public Task PrepareAsync() => prepared.Value;

    public async Task<T> ReadAsync<T>(Func<StudioDb, Task<T>> read, CancellationToken cancel)
    {
        await prepared.Value.WaitAsync(cancel);
        await using var db = new StudioDb(options);
        db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
        return await read(db);
    }

    /// <summary>Commits what <paramref name="write"/> did, or nothing of it.</summary>
    public async Task<T> WriteAsync<T>(Func<StudioDb, Task<T>> write, CancellationToken cancel)
    {
        await prepared.Value.WaitAsync(cancel);
        await writer.WaitAsync(cancel);
        try
        {
            await using var db = new StudioDb(options);
            await using var transaction = await db.Database.BeginTransactionAsync(cancel);
            var result = await write(db);
            await db.SaveChangesAsync(cancel);
            await transaction.CommitAsync(cancel);
            db.Measured.ForEach(tell => tell());
            return result;
        }
        finally
        {
            writer.Release();
        }
    }

    public Task WriteAsync(Func<StudioDb, Task> write, CancellationToken cancel) =>
        WriteAsync(
            async db =>
            {
                await write(db);
                return true;
            },
            cancel
        );

    public void Dispose() => writer.Dispose();

    private async Task MigrateAsync()
    {
        await using var db = new StudioDb(options);
        await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL");
        await db.Database.MigrateAsync();
        while (await FillSearchAsync()) { }
    }

    private async Task<bool> FillSearchAsync()
    {
        await using var db = new StudioDb(options);
        await using var transaction = await db.Database.BeginTransactionAsync();
        var more = await SearchIndex.FillAsync(db, CancellationToken.None);
        await transaction.CommitAsync();
        return more;
    }

    /// <summary>
    /// A commit is on the disk before anyone is told of it. What is read stays in memory as far as there is room: SQLite's
    /// own two megabytes would have every page of a large store read from the file again and again.
    /// </summary>
    private sealed class Tuned(TimeSpan patience) : Microsoft.EntityFrameworkCore.Diagnostics.DbConnectionInterceptor
    {
        public override void ConnectionOpened(
            System.Data.Common.DbConnection connection,
            Microsoft.EntityFrameworkCore.Diagnostics.ConnectionEndEventData eventData
        ) => Set(connection);

        public override Task ConnectionOpenedAsync(
            System.Data.Common.DbConnection connection,
            Microsoft.EntityFrameworkCore.Diagnostics.ConnectionEndEventData eventData,
            CancellationToken cancellationToken = default
        )
        {
            Set(connection);
            return Task.CompletedTask;
        }

        private void Set(System.Data.Common.DbConnection connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"PRAGMA synchronous = FULL; PRAGMA busy_timeout = {patience.TotalMilliseconds}; PRAGMA mmap_size = 268435456; PRAGMA temp_store = MEMORY"
            );
            command.ExecuteNonQuery();
        }
    }
}
