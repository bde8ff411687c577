using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using Npgsql;
using NpgsqlTypes;

namespace Jettae.Engine;

/// <summary>A table as it was found on both sides.</summary>
/// <param name="Name">The table.</param>
/// <param name="Rows">Its rows where it came from.</param>
/// <param name="IsSame">As many rows are there now, with the same content.</param>
public sealed record MovedTable(string Name, long Rows, bool IsSame);

/// <summary>
/// Takes all that a file holds to a PostgreSQL: table by table, in the order of their keys, some rows at a time. Cut off, it goes on
/// after the last row that is there. Nobody else may have either store meanwhile.
/// </summary>
public static class Move
{
    private const int MostRows = 1_000;
    private const int MostBytes = 8 * 1024 * 1024;

    /// <summary>In an order in which each finds what it refers to, with the columns of their keys.</summary>
    private static readonly (string Name, string Key)[] Tables =
    [
        ("tenants", "name"),
        ("tokens", "hash"),
        ("messages", "seq"),
        ("attempts", "message_seq, retried"),
        ("dead_letters", "seq"),
        ("deduplications", "key"),
        ("queues", "tenant, name"),
        ("flow_controls", "tenant, key"),
        ("flow_starts", "tenant, flow_key, began_at, message_seq, retried"),
        ("url_groups", "tenant, name"),
        ("endpoints", "place"),
        ("schedules", "tenant, id"),
    ];

    private static readonly (string Table, string Column)[] Counted =
    [
        ("messages", "seq"),
        ("dead_letters", "seq"),
        ("endpoints", "place"),
    ];

    /// <summary>Holds the file so that no engine starts on it.</summary>
    /// <exception cref="StoreInUseException">One runs on it.</exception>
    public static IDisposable Hold(EngineOptions from)
    {
        SqliteStore.Once(from, _ => true);
        return SqliteStore.Own(Path.GetFullPath(from.DataFile));
    }

    /// <summary>Whether engines are at work on it.</summary>
    public static bool IsInUse(EngineOptions to) =>
        PostgresStore.Once(to, db => db.Any("select 1 from nodes where until > instant()"));

    /// <summary>The database is this origin's: nobody's yet, or claimed by it before. Nothing is to start on it until the move has ended.</summary>
    public static bool Claim(EngineOptions to, string origin) =>
        PostgresStore.Once(
            to,
            db =>
            {
                if (!db.Any("select 1 from kept where name = 'origin'"))
                {
                    if (Tables.Any(table => db.Any($"select 1 from {table.Name} limit 1")))
                        return false;
                    db.Run("insert into kept (name, value) values ('origin', $0)", origin);
                }
                if (db.Scalar<string>("select value from kept where name = 'origin'") != origin)
                    return false;
                db.Run("insert into kept (name, value) values ('moving', '') on conflict do nothing");
                return true;
            }
        );

    /// <summary>All of it is there.</summary>
    public static void End(EngineOptions to) =>
        PostgresStore.Once(to, db => db.Run("delete from kept where name = 'moving'"));

    /// <summary>Whether a move to the database has ended; null where none was begun. To ask makes nothing there.</summary>
    /// <exception cref="InvalidOperationException">The database cannot be used; why, in a sentence.</exception>
    public static bool? HasEnded(EngineOptions to) =>
        PostgresStore.Look(to, "select bool_and(name <> 'moving') from {kept} where name in ('origin', 'moving')")
        as bool?;

    /// <summary>Copies what is missing, and then compares all of it.</summary>
    public static async Task<List<MovedTable>> RunAsync(
        EngineOptions from,
        EngineOptions to,
        Action<string> tell,
        CancellationToken cancel
    )
    {
        await using var source = new SqliteConnection($"Data Source={Path.GetFullPath(from.DataFile)};Pooling=False");
        await source.OpenAsync(cancel);
        await using var target = new NpgsqlConnection(PostgresStore.ConnectionStringOf(to.Database!));
        await target.OpenAsync(cancel);
        var moved = new List<MovedTable>();
        foreach (var (name, key) in Tables)
        {
            var columns = await ColumnsAsync(target, to.DatabaseSchema, name, cancel);
            var place = $"{to.DatabaseSchema}.{name}";
            await CopyAsync(source, target, name, place, key.Split(", "), columns, cancel);
            var all = string.Join(", ", columns.Select(column => column.Name));
            var before = await SumAsync(source, $"select {all} from {name}", cancel);
            // Read through in one piece, however long a host lets a statement take.
            await using var whole = await target.BeginTransactionAsync(cancel);
            await using (
                var patient = new NpgsqlCommand("select set_config('statement_timeout', '0', true)", target, whole)
            )
                await patient.ExecuteNonQueryAsync(cancel);
            var after = await SumAsync(target, $"select {all} from {place}", cancel);
            await whole.CommitAsync(cancel);
            moved.Add(new MovedTable(name, before.Rows, before == after));
            tell($"{name}: {before.Rows}");
        }
        foreach (var (table, column) in Counted)
        {
            var place = $"{to.DatabaseSchema}.{table}";
            await using var count = new NpgsqlCommand(
                $"select setval(pg_get_serial_sequence('{place}', '{column}'), greatest(1, (select max({column}) from {place})))",
                target
            );
            await count.ExecuteNonQueryAsync(cancel);
        }
        return moved;
    }

    private static async Task CopyAsync(
        SqliteConnection source,
        NpgsqlConnection target,
        string name,
        string place,
        string[] key,
        List<(string Name, NpgsqlDbType Type)> columns,
        CancellationToken cancel
    )
    {
        var all = string.Join(", ", columns.Select(column => column.Name));
        var keys = string.Join(", ", key);
        await using var read = source.CreateCommand();
        var after = "";
        await using (
            var last = new NpgsqlCommand(
                $"select {keys} from {place} order by {string.Join(", ", key.Select(each => each + " desc"))} limit 1",
                target
            )
        )
        await using (var there = await last.ExecuteReaderAsync(cancel))
            if (await there.ReadAsync(cancel))
            {
                after = $"where ({keys}) > ({string.Join(", ", key.Select((_, n) => $"$k{n}"))})";
                for (var n = 0; n < key.Length; n++)
                    read.Parameters.AddWithValue($"$k{n}", there.GetValue(n));
            }
        read.CommandText = $"select {all} from {name} {after} order by {keys}";
        await using var rows = await read.ExecuteReaderAsync(cancel);
        for (var more = await rows.ReadAsync(cancel); more; )
        {
            // A copy is a transaction of its own.
            await using var copy = await target.BeginBinaryImportAsync(
                $"copy {place} ({all}) from stdin (format binary)",
                cancel
            );
            var bytes = 0L;
            for (var n = 0; more && n < MostRows && bytes < MostBytes; n++)
            {
                await copy.StartRowAsync(cancel);
                for (var column = 0; column < columns.Count; column++)
                    if (Sound(rows.GetValue(column)) is { } value)
                    {
                        bytes +=
                            value is byte[] body ? body.Length
                            : value is string text ? text.Length
                            : 8;
                        await copy.WriteAsync(value, columns[column].Type, cancel);
                    }
                    else
                        await copy.WriteNullAsync(cancel);
                more = await rows.ReadAsync(cancel);
            }
            await copy.CompleteAsync(cancel);
        }
    }

    private static async Task<List<(string Name, NpgsqlDbType Type)>> ColumnsAsync(
        NpgsqlConnection target,
        string schema,
        string table,
        CancellationToken cancel
    )
    {
        await using var ask = new NpgsqlCommand(
            "select column_name, data_type from information_schema.columns where table_schema = $1 and table_name = $2 order by ordinal_position",
            target
        );
        ask.Parameters.Add(new() { Value = schema });
        ask.Parameters.Add(new() { Value = table });
        await using var rows = await ask.ExecuteReaderAsync(cancel);
        var columns = new List<(string, NpgsqlDbType)>();
        while (await rows.ReadAsync(cancel))
            columns.Add(
                (
                    rows.GetString(0),
                    rows.GetString(1) switch
                    {
                        "bigint" => NpgsqlDbType.Bigint,
                        "bytea" => NpgsqlDbType.Bytea,
                        _ => NpgsqlDbType.Text,
                    }
                )
            );
        return columns;
    }

    /// <summary>How many rows there are, and the sum of their hashes, which no order changes.</summary>
    private static async Task<(long Rows, UInt128 Sum)> SumAsync(
        DbConnection connection,
        string select,
        CancellationToken cancel
    )
    {
        await using var ask = connection.CreateCommand();
        ask.CommandText = select;
        await using var rows = await ask.ExecuteReaderAsync(cancel);
        var (count, sum) = (0L, UInt128.Zero);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        while (await rows.ReadAsync(cancel))
        {
            for (var column = 0; column < rows.FieldCount; column++)
            {
                var value = Sound(rows.GetValue(column)) switch
                {
                    null => [],
                    byte[] bytes => bytes,
                    var other => Encoding.UTF8.GetBytes(Convert.ToString(other, CultureInfo.InvariantCulture)!),
                };
                hash.AppendData(BitConverter.GetBytes(value.Length));
                hash.AppendData(value);
            }
            count++;
            unchecked
            {
                sum += BitConverter.ToUInt128(hash.GetHashAndReset());
            }
        }
        return (count, sum);
    }

    /// <summary>PostgreSQL has no text with a zero character in it.</summary>
    private static object? Sound(object value) =>
        value switch
        {
            DBNull => null,
            string text => text.Replace('\0', '\ufffd'),
            _ => value,
        };
}
