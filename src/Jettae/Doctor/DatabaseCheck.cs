using Jettae.Engine;
using Npgsql;

namespace Jettae;

/// <summary>What was found of a database by really asking it.</summary>
/// <param name="Version">Such as <c>15.8</c>.</param>
/// <param name="Kind">What the address is one of.</param>
/// <param name="RoundTrip">The middle one of nine questions and answers.</param>
/// <param name="IsReadOnly">It cannot be written to.</param>
/// <param name="MayCreate">The user may make schemas, and tables in <c>public</c>.</param>
/// <param name="IsUtf8">Its encoding is UTF-8.</param>
/// <param name="Connections">How many it lets in at most, but for those that it keeps for its operator.</param>
/// <param name="Needed">How many the programs that run on it, or the first one, open at most.</param>
internal sealed record DatabaseCheck(
    string Version,
    string Kind,
    TimeSpan RoundTrip,
    bool IsReadOnly,
    bool MayCreate,
    bool IsUtf8,
    int Connections,
    int Needed
)
{
    private const int Questions = 9;

    /// <summary>The engine and the studio of a program have a pool each.</summary>
    private const int Pools = 2;

    /// <summary>They may run out. A pooler for transactions shares what there are among any number.</summary>
    public bool IsCrowded => Needed > Connections && !Kind.EndsWith("transactions", StringComparison.Ordinal);

    /// <summary>Each connection takes one of its pooler's sessions, of which there are fewer than the database has connections.</summary>
    public bool IsOfSessions => Kind.EndsWith("sessions", StringComparison.Ordinal);

    /// <exception cref="NpgsqlException">It cannot be reached, or lets nobody in.</exception>
    public static async Task<DatabaseCheck> AskAsync(string database, TimeProvider time, CancellationToken cancel)
    {
        var address = new NpgsqlConnectionStringBuilder(PostgresStore.ConnectionStringOf(database));
        await using var connection = new NpgsqlConnection(address.ConnectionString);
        await connection.OpenAsync(cancel);
        var took = new List<TimeSpan>();
        for (var n = 0; n < Questions; n++)
        {
            var from = time.GetTimestamp();
            await using var nothing = new NpgsqlCommand("select 1", connection);
            await nothing.ExecuteScalarAsync(cancel);
            took.Add(time.GetElapsedTime(from));
        }
        var needed = Math.Max(1, await ProgramsAsync(connection, cancel)) * Pools * address.MaxPoolSize;
        await using var ask = new NpgsqlCommand(
            """
            select current_setting('server_version'), pg_is_in_recovery() or current_setting('transaction_read_only')::bool,
                has_database_privilege(current_database(), 'create') and has_schema_privilege('public', 'create'),
                current_setting('server_encoding') = 'UTF8', current_setting('max_connections')::int
                    - current_setting('superuser_reserved_connections')::int
                    - coalesce(current_setting('reserved_connections', true)::int, 0)
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
            row.GetInt32(4),
            needed
        );
    }

    /// <summary>Those that live, as far as the user may know.</summary>
    private static async Task<int> ProgramsAsync(NpgsqlConnection connection, CancellationToken cancel)
    {
        await using var mayAsk = new NpgsqlCommand(
            """
            select has_schema_privilege(n.oid, 'usage') and has_table_privilege(c.oid, 'select')
            from pg_class c join pg_namespace n on n.oid = relnamespace where nspname = 'jettae_studio' and relname = 'nodes'
            """,
            connection
        );
        if (await mayAsk.ExecuteScalarAsync(cancel) is not true)
            return 0;
        await using var ask = new NpgsqlCommand(
            "select count(*)::int from jettae_studio.nodes where seen_at > clock_timestamp() - interval '10 seconds'",
            connection
        );
        return (int)(await ask.ExecuteScalarAsync(cancel))!;
    }
}
