using Jettae.Engine;
using Npgsql;

namespace Jettae;

/// <summary>What was found of a database by really asking it.</summary>
/// <param name="Version">Such as <c>15.8</c>.</param>
/// <param name="Kind">What the address is one of.</param>
/// <param name="RoundTrip">The middle one of nine questions and answers.</param>
/// <param name="IsReplica">It cannot be written to.</param>
/// <param name="MayCreate">The user may make schemas, and tables in <c>public</c>.</param>
/// <param name="IsUtf8">Its encoding is UTF-8.</param>
/// <param name="Connections">How many it lets in at most.</param>
internal sealed record DatabaseCheck(
    string Version,
    string Kind,
    TimeSpan RoundTrip,
    bool IsReplica,
    bool MayCreate,
    bool IsUtf8,
    int Connections
)
{
    private const int Questions = 9;

    /// <exception cref="NpgsqlException">It cannot be reached, or lets nobody in.</exception>
    public static async Task<DatabaseCheck> AskAsync(string database, TimeProvider time, CancellationToken cancel)
    {
        await using var connection = new NpgsqlConnection(PostgresStore.ConnectionStringOf(database));
        await connection.OpenAsync(cancel);
        var took = new List<TimeSpan>();
        for (var n = 0; n < Questions; n++)
        {
            var from = time.GetTimestamp();
            await using var nothing = new NpgsqlCommand("select 1", connection);
            await nothing.ExecuteScalarAsync(cancel);
            took.Add(time.GetElapsedTime(from));
        }
        await using var ask = new NpgsqlCommand(
            """
            select current_setting('server_version'), pg_is_in_recovery(),
                has_database_privilege(current_database(), 'create') and has_schema_privilege('public', 'create'),
                current_setting('server_encoding') = 'UTF8', current_setting('max_connections')::int
            """,
            connection
        );
        await using var row = await ask.ExecuteReaderAsync(cancel);
        await row.ReadAsync(cancel);
        return new DatabaseCheck(
            row.GetString(0).Split(' ')[0],
            PostgresStore.KindOf(database),
            took.Order().ElementAt(Questions / 2),
            row.GetBoolean(1),
            row.GetBoolean(2),
            row.GetBoolean(3),
            row.GetInt32(4)
        );
    }
}
