using System.Data.Common;
using System.Text.RegularExpressions;

namespace Jettae.Engine;

/// <summary>
/// A connection of the store: the writer's inside a commit, or a reader's. SQL is written by hand beside the concept it is
/// of, one text for both databases; values stand for <c>$0</c>, <c>$1</c> … by their place. Flags are numbers, 0 or 1.
/// </summary>
public abstract partial class Db
{
    /// <summary>Runs a statement and answers how many rows it changed.</summary>
    public abstract int Run(string sql, params ReadOnlySpan<object?> values);

    /// <summary>The first value of the first row; the default where there is none, or it is null.</summary>
    public T? Scalar<T>(string sql, params ReadOnlySpan<object?> values) =>
        First(sql, values) is T value ? value : default;

    /// <summary>Whether a query finds a row.</summary>
    public bool Any(string sql, params ReadOnlySpan<object?> values) => First(sql, values) is not null;

    /// <summary>
    /// Does the same with each of many rows, in their order, and answers what is returned of them, in any. The text says
    /// <c>{from rows}</c>, <c>{using rows}</c> or <c>{, rows}</c> where a database that takes them all at once has them;
    /// <c>$0</c>, <c>$1</c> … are a row's values. No row may look for what another one of them does. They are made when it is their
    /// turn: they may be more than memory holds.
    /// </summary>
    public virtual List<T> ForEach<T>(string sql, IEnumerable<object?[]> rows, Func<DbDataReader, T> returned)
    {
        var text = RowsGoHere().Replace(sql, "");
        return [.. rows.SelectMany(row => new Query(this, text, row).Rows(returned))];
    }

    /// <summary>As above, where nothing is returned.</summary>
    public void ForEach(string sql, IEnumerable<object?[]> rows) => ForEach(sql, rows, _ => 0);

    /// <summary>A query that is not yet asked.</summary>
    public Query Command(string sql, params ReadOnlySpan<object?> values) => new(this, sql, values.ToArray());

    /// <summary>
    /// Until the commit nobody else who locks the same name is past this line: for what is read and then decided upon. Needed
    /// where several programs write at the same time. What a work is known to lock is said with it
    /// (<see cref="Store.WriteAsync{TResult}"/>).
    /// </summary>
    public abstract void Lock(string name);

    /// <summary>Whether all who write here place nobody before the head of a line (<c>line_heads</c>).</summary>
    internal virtual bool KeepsHeads => true;

    /// <summary>Whether this node has the shard: what is done to another's is told to it by its inbox.</summary>
    internal virtual bool Owns(int shard) => true;

    /// <summary>A shard of this node, for what may lie in any.</summary>
    internal virtual int Near(int shard) => shard;

    /// <summary>Asks a query; the reader lives as long as <paramref name="read"/>.</summary>
    public abstract T Read<T>(string sql, ReadOnlySpan<object?> values, Func<DbDataReader, T> read);

    /// <summary>Begins one work of a commit, which ends with <see cref="Keep"/>.</summary>
    internal virtual void Mark() => Run("savepoint one");

    /// <summary>What was done since the mark is undone.</summary>
    internal virtual void Undo() => Run("rollback to savepoint one");

    internal virtual void Keep() => Run("release savepoint one");

    protected abstract object? First(string sql, ReadOnlySpan<object?> values);

    /// <summary>The place of the rows in a text for many, with the word before them.</summary>
    [GeneratedRegex(@"\{(from |using |, )rows\}")]
    protected static partial Regex RowsGoHere();
}

/// <summary>A query with its values.</summary>
public readonly record struct Query(Db Db, string Sql, object?[] Values)
{
    public List<T> Rows<T>(Func<DbDataReader, T> row) =>
        Read(reader =>
        {
            var rows = new List<T>();
            while (reader.Read())
                rows.Add(row(reader));
            return rows;
        });

    public T Read<T>(Func<DbDataReader, T> read) => Db.Read(Sql, Values, read);
}

/// <summary>Short forms for what a row holds.</summary>
internal static class Row
{
    public static string? TextOrNull(this DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetString(column);

    public static long? LongOrNull(this DbDataReader row, int column) =>
        row.IsDBNull(column) ? null : row.GetInt64(column);

    public static bool Flag(this DbDataReader row, int column) => row.GetInt64(column) != 0;

    public static byte[] Bytes(this DbDataReader row, int column) =>
        row.IsDBNull(column) ? [] : row.GetFieldValue<byte[]>(column);
}
