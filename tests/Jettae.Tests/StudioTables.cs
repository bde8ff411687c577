using Jettae.Testing;
using Microsoft.Data.Sqlite;

namespace Jettae.Tests;

/// <summary>The tables of a program's studio, behind its back: in its file, or in its database.</summary>
internal static class StudioTables
{
    /// <summary>Runs SQL that both stores understand.</summary>
    public static async Task InStudioAsync(this JettaeProcess program, string sql)
    {
        if (program.Settings.TryGetValue("DATABASE_URL", out var database))
        {
            PostgresServer.Done(database, sql);
            return;
        }
        await using var file = new SqliteConnection(
            $"Data Source={Path.Combine(program.Folder, "studio.db")};Pooling=False"
        );
        await file.OpenAsync(TestContext.Current.CancellationToken);
        await using var command = file.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>Waits until the other nodes, if there are any, have heard of all that changed so far.</summary>
    public static Task HeardAsync(this JettaeProcess program) =>
        program.Settings.TryGetValue("DATABASE_URL", out var database)
            ? Wait.UntilAsync(
                () =>
                    Task.FromResult(
                        PostgresServer
                            .Asked(
                                database,
                                "select coalesce(max(at) < clock_timestamp() - interval '3 seconds', true) from jettae_studio.changes"
                            )
                            .Trim() == "t"
                    ),
                Wait.Patience
            )
            : Task.CompletedTask;

    /// <summary>A moment as SQL, in the way that its store keeps it.</summary>
    public static string Moment(this JettaeProcess program, DateTimeOffset at) =>
        program.Settings.ContainsKey("DATABASE_URL")
            ? $"timestamptz '{at:yyyy-MM-dd HH:mm:ss.fffzzz}'"
            : $"{at.ToUnixTimeMilliseconds()}";

    /// <summary>Has the store refuse something, as one without free space does, until it is let.</summary>
    /// <param name="program">Whose store.</param>
    /// <param name="operation"><c>INSERT</c>, <c>UPDATE</c> or <c>DELETE</c>.</param>
    /// <param name="table">Of what.</param>
    public static async Task<IAsyncDisposable> FillAsync(this JettaeProcess program, string operation, string table)
    {
        var isDatabase = program.Settings.ContainsKey("DATABASE_URL");
        await program.InStudioAsync(
            isDatabase
                ? $"""
                CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION 'database or disk is full' USING ERRCODE = 'disk_full'; END $$;
                CREATE TRIGGER refused BEFORE {operation} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse()
                """
                : $"CREATE TRIGGER refused BEFORE {operation} ON {table} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"
        );
        return new Full(program, isDatabase ? "DROP FUNCTION refuse() CASCADE" : "DROP TRIGGER refused");
    }

    private sealed class Full(JettaeProcess program, string letIn) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await program.InStudioAsync(letIn);
    }
}
