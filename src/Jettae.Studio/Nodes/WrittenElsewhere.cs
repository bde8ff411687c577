using System.Data.Common;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Jettae.Studio;

/// <summary>The text of a run that another node makes, as that node's <see cref="Beat"/> tells it.</summary>
internal sealed class WrittenElsewhere(StudioStore store, Node node, TimeProvider time)
{
    /// <summary>For the nodes alone, and gone with a crash of the database: it is there to be looked at.</summary>
    public const string Create = """
        CREATE UNLOGGED TABLE jettae_studio.texts (run_id uuid PRIMARY KEY, text text NOT NULL)
        """;

    /// <summary>Its text whenever there is more of it, until that node makes it no longer.</summary>
    public async IAsyncEnumerable<RunProgress> FollowAsync(Run run, [EnumeratorCancellation] CancellationToken cancel)
    {
        for (var shown = ""; node.IsElsewhere(run.NodeId); await Task.Delay(Beat.Interval, time, cancel))
        {
            if (await ReadAsync(run, shown, cancel) is not { } text)
                yield break;
            if (text != shown)
                yield return new RunProgress.Written(shown = text);
        }
    }

    /// <returns>Null when it has ended, or another node makes it now.</returns>
    private async Task<string?> ReadAsync(Run run, string shown, CancellationToken cancel)
    {
        try
        {
            await using var connection = new NpgsqlConnection(((PostgresStudioStore)store).Connection);
            await connection.OpenAsync(cancel);
            await using var command = new NpgsqlCommand(
                """
                SELECT coalesce(text, $4) FROM runs LEFT JOIN jettae_studio.texts ON run_id = id
                WHERE id = $1 AND owner_id = $2 AND node_id = $3 AND state = 'running'
                """,
                connection
            )
            {
                Parameters =
                {
                    new() { Value = run.Id },
                    new() { Value = run.OwnerId },
                    new() { Value = run.NodeId },
                    new() { Value = shown },
                },
            };
            return (string?)await command.ExecuteScalarAsync(cancel);
        }
        catch (DbException)
        {
            // It is asked again in a second.
            return shown;
        }
    }
}
