using System.Collections.Concurrent;
using Jettae.Testing;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Jettae.Studio.Tests;

/// <summary>A database for each test: a new one, or one whose test is over and that was emptied.</summary>
internal static class PostgresDatabases
{
    private static readonly ConcurrentBag<string> Free = [];
    private static int last;

    /// <summary>The connection string of an empty one.</summary>
    public static async Task<string> TakeAsync()
    {
        if (Free.TryTake(out var free))
            return free;
        var server = await PostgresServer.SharedAsync();
        var name = $"studio_{Interlocked.Increment(ref last)}";
        await DoAsync(Address(server, "postgres"), $"CREATE DATABASE {name}");
        var address = Address(server, name);
        await using (var db = new PostgresStudioDb(PostgresStudioDb.Options(address)))
            await db.Database.MigrateAsync();
        await DoAsync(address, "CREATE TABLE jettae_studio.prices_at_first AS SELECT * FROM model_prices");
        return address;
    }

    /// <summary>Empties it for another one.</summary>
    public static async Task GiveBackAsync(string database)
    {
        await DoAsync(
            database,
            """
            DROP FUNCTION IF EXISTS public.fault() CASCADE;
            SET session_replication_role = replica;
            DO $$
            DECLARE
                each record;
            BEGIN
                FOR each IN SELECT schemaname, tablename FROM pg_tables
                    WHERE schemaname IN ('public', 'jettae_studio') AND tablename NOT IN ('migrations', 'prices_at_first') LOOP
                    EXECUTE format('DELETE FROM %I.%I', each.schemaname, each.tablename);
                END LOOP;
            END
            $$;
            INSERT INTO model_prices SELECT * FROM jettae_studio.prices_at_first;
            ALTER SEQUENCE contents_search_keys RESTART;
            RESET session_replication_role;
            """
        );
        Free.Add(database);
    }

    public static async Task DoAsync(string database, string sql)
    {
        await using var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static string Address(PostgresServer server, string database) =>
        $"Host=127.0.0.1;Port={server.Port};Username=postgres;Database={database};Maximum Pool Size=10;No Reset On Close=true";
}
