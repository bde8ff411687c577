using Microsoft.Data.Sqlite;

namespace Jettae.Engine;

/// <summary>Short forms for hand-written SQL: positional values for <c>$0</c>, <c>$1</c> …</summary>
internal static class Sql
{
    public static SqliteCommand With(this SqliteCommand command, params ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i] ?? DBNull.Value;
            if (i < command.Parameters.Count)
                command.Parameters[i].Value = value;
            else
                command.Parameters.AddWithValue($"${i}", value);
        }
        return command;
    }

    public static SqliteCommand Command(
        this SqliteConnection connection,
        string sql,
        params ReadOnlySpan<object?> values
    )
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.With(values);
    }

    public static int Run(this Store store, string sql, params ReadOnlySpan<object?> values) =>
        store.Prepared(sql).With(values).ExecuteNonQuery();

    public static T? Scalar<T>(this Store store, string sql, params ReadOnlySpan<object?> values) =>
        store.Prepared(sql).With(values).ExecuteScalar() is T value ? value : default;

    public static List<T> Rows<T>(this SqliteCommand command, Func<SqliteDataReader, T> row)
    {
        using (command)
            return command.Read(row);
    }

    /// <summary>All rows of a statement that is kept, such as the writer's.</summary>
    public static List<T> Read<T>(this SqliteCommand command, Func<SqliteDataReader, T> row)
    {
        var rows = new List<T>();
        using var reader = command.ExecuteReader();
        while (reader.Read())
            rows.Add(row(reader));
        return rows;
    }

    public static string? TextOrNull(this SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetString(column);

    public static long? LongOrNull(this SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public static byte[] Bytes(this SqliteDataReader reader, int column) =>
        reader.IsDBNull(column) ? [] : reader.GetFieldValue<byte[]>(column);
}
