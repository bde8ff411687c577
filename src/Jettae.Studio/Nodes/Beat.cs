using System.Data.Common;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jettae.Studio;

/// <summary>
/// Every second a node says in the database that it lives, tells the others what changed here, and hears who lives and what
/// changed there. What it hears are hints: whoever gets one reads the store. The others can read what is being written here.
/// </summary>
internal sealed class Beat(
    PostgresStudioStore store,
    Node node,
    Changes changes,
    Heard heard,
    Runner runner,
    StudioActivity activity,
    TimeProvider time,
    ILogger<Beat> logger
) : Loop(activity, time, logger)
{
    /// <summary>Who has not been heard of for so long is gone. By the database's clock, which all have in common.</summary>
    private const int TermSeconds = 10;

    /// <summary>What was told is looked at for the term. Who has not heard for half of it may have missed some.</summary>
    private const int DeafSeconds = 5;

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>In beats.</summary>
    private const int CleanEvery = 60;

    /// <summary>How often it has told and heard so far.</summary>
    internal long Count { get; private set; }

    private readonly HashSet<long> known = [];
    private Dictionary<Guid, string> shown = [];
    private List<Change> untold = [];
    private bool hasMissed;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        untold.AddRange(changes.Outgoing());
        try
        {
            await using var connection = new NpgsqlConnection(store.Connection);
            await connection.OpenAsync(CancellationToken.None);
            await using var batch = new NpgsqlBatch(connection);
            AddUntold(batch);
            Add(batch, "DELETE FROM jettae_studio.texts WHERE run_id = ANY($1)", shown.Keys.ToArray());
            // The others need not wait for the term to end.
            Add(batch, "DELETE FROM jettae_studio.nodes WHERE id = $1", node.Id);
            await batch.ExecuteNonQueryAsync(CancellationToken.None);
        }
        catch (DbException)
        {
            // They wait.
        }
    }

    protected override async Task<TimeSpan?> StepAsync(CancellationToken cancel)
    {
        untold.AddRange(changes.Outgoing());
        var (wasDeaf, nodes, told) = await ExchangeAsync(cancel);
        untold = [];
        hasMissed |= wasDeaf;
        if (node.Heard(nodes))
            heard.OfAnEnd();
        if (hasMissed)
            await heard.OfNothingAsync(cancel);
        hasMissed = false;
        foreach (var (_, change) in told.Where(each => !known.Contains(each.Id)))
            await heard.OfAsync(change, cancel);
        // Only now: what could not be taken in is heard once more.
        known.Clear();
        known.UnionWith(told.Select(each => each.Id));
        await ShowAsync(node.HasOthers ? runner.Texts() : [], cancel);
        Count++;
        return Interval;
    }

    private async Task<(bool WasDeaf, List<Guid> Nodes, List<(long Id, Change Change)> Told)> ExchangeAsync(
        CancellationToken cancel
    )
    {
        await store.PrepareAsync();
        await using var connection = new NpgsqlConnection(store.Connection);
        await connection.OpenAsync(cancel);
        await using var batch = new NpgsqlBatch(connection);
        Add(
            batch,
            $"""
            SELECT NOT EXISTS (SELECT FROM jettae_studio.nodes
                WHERE id = $1 AND seen_at > clock_timestamp() - interval '{DeafSeconds} seconds')
            """,
            node.Id
        );
        Add(
            batch,
            "INSERT INTO jettae_studio.nodes (id) VALUES ($1) ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp()",
            node.Id
        );
        AddUntold(batch);
        if (node.IsFirst)
        {
            Add(batch, "DELETE FROM jettae_studio.changes WHERE at < clock_timestamp() - interval '1 minute'");
            Add(batch, "DELETE FROM jettae_studio.nodes WHERE seen_at < clock_timestamp() - interval '1 hour'");
        }
        Add(
            batch,
            $"""
            SELECT id FROM jettae_studio.nodes WHERE seen_at > clock_timestamp() - interval '{TermSeconds} seconds'
            ORDER BY joined_at, id
            """
        );
        // Numbers are given before they can be seen: those of the last seconds are looked at again.
        Add(
            batch,
            $"""
            SELECT id, owner_id, schedule_id, run_id FROM jettae_studio.changes
            WHERE at > clock_timestamp() - interval '{TermSeconds} seconds' AND node_id <> $1 ORDER BY id
            """,
            node.Id
        );
        await using var reader = await batch.ExecuteReaderAsync(cancel);
        await reader.ReadAsync(cancel);
        var wasDeaf = reader.GetBoolean(0);
        await reader.NextResultAsync(cancel);
        var nodes = new List<Guid>();
        while (await reader.ReadAsync(cancel))
            nodes.Add(reader.GetGuid(0));
        await reader.NextResultAsync(cancel);
        var told = new List<(long, Change)>();
        while (await reader.ReadAsync(cancel))
            told.Add((reader.GetInt64(0), new Change(reader.GetGuid(1), Id(2), Id(3))));
        return (wasDeaf, nodes, told);

        Guid? Id(int column) => reader.IsDBNull(column) ? null : reader.GetGuid(column);
    }

    private void AddUntold(NpgsqlBatch batch)
    {
        if (untold.Count > 0)
            Add(
                batch,
                """
                INSERT INTO jettae_studio.changes (node_id, owner_id, schedule_id, run_id)
                SELECT $1, * FROM unnest($2::uuid[], $3::uuid[], $4::uuid[])
                """,
                node.Id,
                untold.ConvertAll(each => each.Owner).ToArray(),
                untold.ConvertAll(each => each.ScheduleId).ToArray(),
                untold.ConvertAll(each => each.RunId).ToArray()
            );
    }

    /// <summary>
    /// Shows the others what there is more of than was shown, and takes away what is over. For onlookers only: whatever becomes of it,
    /// this node lives.
    /// </summary>
    private async Task ShowAsync(Dictionary<Guid, string> texts, CancellationToken cancel)
    {
        var news = texts.Where(each => !shown.TryGetValue(each.Key, out var was) || was != each.Value).ToList();
        var over = shown.Keys.Where(run => !texts.ContainsKey(run)).ToArray();
        var isToClean = node.IsFirst && Count % CleanEvery == 0;
        if (news.Count == 0 && over.Length == 0 && !isToClean)
            return;
        try
        {
            await using var connection = new NpgsqlConnection(store.Connection);
            await connection.OpenAsync(cancel);
            await using var batch = new NpgsqlBatch(connection) { Timeout = (int)Interval.TotalSeconds };
            if (isToClean)
                // Of those whose node died.
                Add(
                    batch,
                    "DELETE FROM jettae_studio.texts WHERE NOT EXISTS (SELECT FROM runs WHERE id = run_id AND state = 'running')"
                );
            Add(
                batch,
                """
                INSERT INTO jettae_studio.texts (run_id, text) SELECT * FROM unnest($1::uuid[], $2::text[])
                ON CONFLICT (run_id) DO UPDATE SET text = excluded.text
                """,
                news.ConvertAll(each => each.Key).ToArray(),
                news.ConvertAll(each => Stored.Sound(each.Value)).ToArray()
            );
            Add(batch, "DELETE FROM jettae_studio.texts WHERE run_id = ANY($1)", over);
            await batch.ExecuteNonQueryAsync(cancel);
            shown = texts;
        }
        catch (DbException)
        {
            // It is shown with the next beat.
        }
    }

    private static void Add(NpgsqlBatch batch, string sql, params object[] parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in parameters)
            command.Parameters.Add(new() { Value = value });
        batch.BatchCommands.Add(command);
    }
}
