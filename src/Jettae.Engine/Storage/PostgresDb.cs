using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;
using NpgsqlTypes;

namespace Jettae.Engine;

/// <summary>
/// A connection to PostgreSQL. It may be another one's session a moment later (a pooler's, in transaction mode): all that is
/// set holds for one transaction, and goes along with the first statement of it. What need not be waited for goes along with the
/// next statement.
/// </summary>
internal sealed partial class PostgresDb : Db
{
    private const string Saved = "savepoint one";

    /// <summary>
    /// Every question of the engine has an index. Where little is in a table PostgreSQL would rather read all of it, and that is what was
    /// ever in it since somebody's transaction began. Nor is there anything that is worth compiling.
    /// </summary>
    private const string Settings =
        "select set_config('search_path', $0, true), set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)";

    /// <summary>As above: what is done in a transaction is done to what is named, and is to go through nothing that is beside it.</summary>
    private const string StepByStep =
        "select set_config('enable_bitmapscan', 'off', true), set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true)";

    private const int MostTexts = 4_000;

    /// <summary>What is sent before an answer is waited for, but for one set of values that is larger: no answer may be long in coming.</summary>
    private const long MostBytes = 2 * 1024 * 1024;

    private static readonly ConcurrentDictionary<string, string> texts = new();

    private readonly NpgsqlConnection connection;
    private readonly NpgsqlTransaction? transaction;
    private readonly List<(string Sql, object?[] Values)> ahead = [];
    private readonly string schema;

    /// <summary>What this transaction has locked, and of that what goes with what is undone.</summary>
    private readonly HashSet<string> locked = [];
    private readonly List<string> lockedSince = [];

    /// <param name="connection">Open.</param>
    /// <param name="schema">Where the tables are.</param>
    /// <param name="transaction">Null for a reader: each of its queries is a transaction.</param>
    public PostgresDb(NpgsqlConnection connection, string schema, NpgsqlTransaction? transaction)
    {
        (this.connection, this.schema, this.transaction) = (connection, schema, transaction);
        if (transaction is null)
            return;
        Ahead(Settings, schema);
        Ahead(StepByStep);
    }

    /// <summary>Which shards are this node's; null where nothing is (a command beside it).</summary>
    public Node? Node { get; init; }

    /// <summary>Seconds that one statement may take; null for what the connection says.</summary>
    public int? Timeout { get; init; }

    internal override bool KeepsHeads => Node is not { HasOlder: true };

    internal override bool Owns(int shard) => Node?.Owns(shard) ?? false;

    internal override int Near(int shard) => Node?.Near(shard) ?? shard;

    public override int Run(string sql, params ReadOnlySpan<object?> values)
    {
        using var batch = Batch(out _);
        Add(batch, sql, values);
        return batch.ExecuteNonQuery();
    }

    public override List<T> ForEach<T>(string sql, IEnumerable<object?[]> rows, Func<DbDataReader, T> returned)
    {
        var all = new List<T>();
        foreach (var some in Portions(rows))
        {
            using var batch = Batch(out var before);
            batch.BatchCommands.Add(OfRows(sql, some));
            using var reader = batch.ExecuteReader();
            for (; before > 0; before--)
                reader.NextResult();
            while (reader.Read())
                all.Add(returned(reader));
        }
        return all;
    }

    public override T Read<T>(string sql, ReadOnlySpan<object?> values, Func<DbDataReader, T> read)
    {
        using var batch = Batch(out var before);
        Add(batch, sql, values);
        using var reader = batch.ExecuteReader();
        for (; before > 0; before--)
            reader.NextResult();
        return read(reader);
    }

    public override void Lock(string name)
    {
        if (!locked.Add(name))
            return;
        lockedSince.Add(name);
        Ahead("select 1 from pg_advisory_xact_lock(hashtextextended($0, 0))", $"{schema} {name}");
    }

    /// <summary>Runs before the next statement, and with it.</summary>
    public void Ahead(string sql, params ReadOnlySpan<object?> values) => ahead.Add((sql, values.ToArray()));

    /// <summary>What waits for a statement that does not come is not needed.</summary>
    public void Commit() => transaction!.Commit();

    internal override void Mark()
    {
        lockedSince.Clear();
        Ahead(Saved);
    }

    internal override void Undo()
    {
        locked.ExceptWith(lockedSince);
        lockedSince.Clear();
        var unsent = ahead.FindIndex(each => each.Sql == Saved);
        if (unsent >= 0)
        {
            // The mark itself stays, for whoever keeps it.
            ahead.RemoveRange(unsent + 1, ahead.Count - unsent - 1);
            return;
        }
        ahead.Clear();
        Run("rollback to savepoint one");
    }

    internal override void Keep()
    {
        var unsent = ahead.FindIndex(each => each.Sql == Saved);
        if (unsent >= 0)
        {
            ahead.RemoveRange(unsent, ahead.Count - unsent);
            locked.ExceptWith(lockedSince);
        }
        else
            Ahead("release savepoint one");
    }

    protected override object? First(string sql, ReadOnlySpan<object?> values) => Read<object?>(sql, values, First);

    private static object? First(DbDataReader reader) =>
        !reader.Read() ? null
        : reader.GetValue(0) is int number ? (long)number
        : reader.GetValue(0);

    /// <summary>What was to go along with the next statement; <paramref name="before"/> results stand before that one's own.</summary>
    private NpgsqlBatch Batch(out int before)
    {
        if (transaction is null)
            Ahead(Settings, schema);
        var batch = new NpgsqlBatch(connection, transaction);
        if (Timeout is { } seconds)
            batch.Timeout = seconds;
        before = 0;
        foreach (var (text, its) in ahead)
        {
            Add(batch, text, its);
            if (text.StartsWith("select", StringComparison.Ordinal))
                before++;
        }
        ahead.Clear();
        return batch;
    }

    /// <summary>As many sets of values as go together.</summary>
    private static IEnumerable<List<object?[]>> Portions(IEnumerable<object?[]> values)
    {
        var (some, bytes) = (new List<object?[]>(), 0L);
        foreach (var each in values)
        {
            var its = Bytes(each);
            if (some.Count > 0 && bytes + its > MostBytes)
            {
                yield return some;
                (some, bytes) = ([], 0);
            }
            some.Add(each);
            bytes += its;
        }
        if (some.Count > 0)
            yield return some;
    }

    /// <summary>Roughly: of what may be large.</summary>
    private static long Bytes(object?[] values)
    {
        var bytes = 0L;
        foreach (var value in values)
            bytes += value switch
            {
                byte[] body => body.Length,
                string text => text.Length,
                _ => 0,
            };
        return bytes;
    }

    private static void Add(NpgsqlBatch batch, string text, ReadOnlySpan<object?> values)
    {
        var command = new NpgsqlBatchCommand(Translated(text));
        foreach (var value in values)
            command.Parameters.Add(Parameter(value));
        batch.BatchCommands.Add(command);
    }

    /// <summary>
    /// One statement for all of them, so that it is read and planned once: an array for each column. A column that has nothing in it
    /// has no type either, and is the word for nothing.
    /// </summary>
    private static NpgsqlBatchCommand OfRows(string sql, List<object?[]> rows)
    {
        var columns = new List<NpgsqlParameter?>(rows[0].Length);
        for (var column = 0; column < rows[0].Length; column++)
            columns.Add(Column(rows, column));
        var shape = string.Concat(columns.Select(each => each is null ? '0' : '1'));
        var command = new NpgsqlBatchCommand(Kept($"{shape} {sql}", () => OfRows(sql, shape)));
        foreach (var column in columns.OfType<NpgsqlParameter>())
            command.Parameters.Add(column);
        return command;
    }

    private static string OfRows(string sql, string shape)
    {
        var some = Enumerable.Range(0, shape.Length).Where(column => shape[column] == '1').ToList();
        var rows =
            $"unnest({string.Join(", ", some.Select((_, i) => $"${i + 1}"))}) as its({string.Join(", ", some.Select(each => $"c{each}"))})";
        var text = Place()
            .Replace(
                IndexedBy().Replace(sql, ""),
                place =>
                    int.Parse(place.ValueSpan[1..], CultureInfo.InvariantCulture) is var column && shape[column] == '1'
                        ? $"its.c{column}"
                        : "null"
            );
        return RowsGoHere().Replace(text, place => place.Groups[1].Value + rows);
    }

    /// <summary>What all rows have in one place; null where none of them has anything there.</summary>
    private static NpgsqlParameter? Column(List<object?[]> rows, int column) =>
        rows.Select(row => row[column]).FirstOrDefault(value => value is not null) switch
        {
            null => null,
            string => new NpgsqlParameter<string?[]>
            {
                TypedValue = [.. rows.Select(row => row[column] is string text ? Storable(text) : null)],
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
            },
            byte[] => new NpgsqlParameter<byte[]?[]>
            {
                TypedValue = [.. rows.Select(row => (byte[]?)row[column])],
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea,
            },
            _ => new NpgsqlParameter<long?[]>
            {
                TypedValue = [.. rows.Select(row => Number(row[column]))],
                NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint,
            },
        };

    private static long? Number(object? value) =>
        value switch
        {
            null => null,
            bool flag => flag ? 1 : 0,
            int number => number,
            long number => number,
            _ => throw new ArgumentException($"a {value.GetType()} is not stored", nameof(value)),
        };

    /// <summary>Its parameters begin with $1; and it chooses its indexes itself.</summary>
    private static string Translated(string sql) =>
        Kept(
            sql,
            () =>
                Place()
                    .Replace(
                        IndexedBy().Replace(sql, ""),
                        place => $"${int.Parse(place.ValueSpan[1..], CultureInfo.InvariantCulture) + 1}"
                    )
        );

    private static string Kept(string sql, Func<string> translate)
    {
        if (texts.TryGetValue(sql, out var translated))
            return translated;
        translated = translate();
        if (texts.Count < MostTexts)
            texts[sql] = translated;
        return translated;
    }

    private static NpgsqlParameter Parameter(object? value) =>
        value switch
        {
            null => new NpgsqlParameter { Value = DBNull.Value },
            string text => new NpgsqlParameter<string> { TypedValue = Storable(text) },
            byte[] bytes => new NpgsqlParameter<byte[]> { TypedValue = bytes },
            _ => new NpgsqlParameter<long> { TypedValue = Number(value)!.Value },
        };

    /// <summary>PostgreSQL takes no NUL and no half of a character: SQLite's UTF-8 has U+FFFD for the latter.</summary>
    private static string Storable(string text)
    {
        if (!text.Contains('\0', StringComparison.Ordinal) && !text.Any(char.IsSurrogate))
            return text;
        var storable = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            storable.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        return storable.ToString();
    }

    [GeneratedRegex(@"\$\d+")]
    private static partial Regex Place();

    [GeneratedRegex(@"\s+indexed by \w+")]
    private static partial Regex IndexedBy();
}
