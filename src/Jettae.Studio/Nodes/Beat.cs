using System.Data.Common;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jettae.Studio;

/// <summary>
/// Every second a node says in the database that it lives, tells the others what changed here, and hears who lives and what
/// changed there. What it hears are hints: whoever gets one reads the store.
/// </summary>
internal sealed class Beat(
    PostgresStudioStore store,
    Node node,
    Changes changes,
    Heard heard,
    StudioActivity activity,
    TimeProvider time,
    ILogger<Beat> logger
) : Loop(activity, time, logger)
{
    /// <summary>Who has not been heard of for so long is gone. By the database's clock, which all have in common.</summary>
    private const int TermSeconds = 10;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>How often it has told and heard so far.</summary>
    internal long Count { get; private set; }

    private readonly HashSet<long> known = [];
    private List<Change> untold = [];

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            // The others need not wait for the term to end.
            await using var connection = new NpgsqlConnection(store.Connection);
            await connection.OpenAsync(CancellationToken.None);
            await using var leave = connection.CreateCommand();
            leave.CommandText = "DELETE FROM jettae_studio.nodes WHERE id = $1";
            leave.Parameters.Add(new() { Value = node.Id });
            await leave.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (DbException)
        {
            // They wait.
        }
    }

    protected override async Task<TimeSpan?> StepAsync(CancellationToken cancel)
    {
        untold.AddRange(changes.Outgoing());
        var (nodes, news) = await ExchangeAsync(cancel);
        untold = [];
        if (node.Heard(nodes))
            heard.OfAnEnd();
        foreach (var change in news)
            await heard.OfAsync(change, cancel);
        Count++;
        return Interval;
    }

    private async Task<(List<Guid> Nodes, List<Change> News)> ExchangeAsync(CancellationToken cancel)
    {
        await store.PrepareAsync();
        await using var connection = new NpgsqlConnection(store.Connection);
        await connection.OpenAsync(cancel);
        await using var batch = new NpgsqlBatch(connection);
        Add(
            "INSERT INTO jettae_studio.nodes (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()",
            node.Id
        );
        if (untold.Count > 0)
            Add(
                """
                INSERT INTO jettae_studio.changes (node_id, owner_id, schedule_id, run_id)
                SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::uuid[])
                """,
                node.Id,
                untold.ConvertAll(each => each.Owner).ToArray(),
                untold.ConvertAll(each => each.ScheduleId).ToArray(),
                untold.ConvertAll(each => each.RunId).ToArray()
            );
        if (node.IsFirst)
        {
            Add("DELETE FROM jettae_studio.changes WHERE at < clock_timestamp() - interval '1 minute'");
            Add("DELETE FROM jettae_studio.nodes WHERE seen_at < clock_timestamp() - interval '1 hour'");
        }
        Add(
            $"""
            SELECT id FROM jettae_studio.nodes WHERE seen_at > clock_timestamp() - interval '{TermSeconds} seconds'
            ORDER BY joined_at, id
            """
        );
        // Numbers are given before they can be seen: those of the last seconds are looked at again.
        Add(
            $"""
            SELECT id, owner_id, schedule_id, run_id FROM jettae_studio.changes
            WHERE at > clock_timestamp() - interval '{TermSeconds} seconds' AND node_id <> $1 ORDER BY id
            """,
            node.Id
        );
        await using var reader = await batch.ExecuteReaderAsync(cancel);
        var nodes = new List<Guid>();
        while (await reader.ReadAsync(cancel))
            nodes.Add(reader.GetGuid(0));
        await reader.NextResultAsync(cancel);
        var (news, seen) = (new List<Change>(), new List<long>());
        while (await reader.ReadAsync(cancel))
        {
            seen.Add(reader.GetInt64(0));
            if (!known.Contains(seen[^1]))
                news.Add(new Change(reader.GetGuid(1), Id(2), Id(3)));
        }
        known.Clear();
        known.UnionWith(seen);
        return (nodes, news);

        Guid? Id(int column) => reader.IsDBNull(column) ? null : reader.GetGuid(column);

        void Add(string sql, params object[] parameters)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var value in parameters)
                command.Parameters.Add(new() { Value = value });
            batch.BatchCommands.Add(command);
        }
    }
}
