namespace Jettae.Bench;

/// <summary>How soon a dead node's shards deliver again while a million messages wait.</summary>
internal static class ClusterMillion
{
    private const double Within = 5;

    /// <summary>What is due comes so often, so that each shard has some.</summary>
    private static readonly TimeSpan Often = TimeSpan.FromMilliseconds(100);
    private const int Few = 32;

    public static async Task<bool> MeasureAsync(BenchCluster cluster, ClusterOptions options)
    {
        var began = TimeProvider.System.GetTimestamp();
        for (var number = 0; number < options.Messages; number += 1_000)
            await cluster.PublishAsync(number, 1_000, number / 1_000, allKeyed: false, ("Upstash-Delay", "1d"));
        Table.Say(
            $"{options.Messages:N0} messages for tomorrow, stored in",
            $"{TimeProvider.System.GetElapsedTime(began).TotalSeconds:N1} s"
        );
        using var over = new CancellationTokenSource();
        var numbers = options.Messages;
        var trickle = TrickleAsync();
        var takeovers = new List<double>();
        for (var kill = 0; kill < options.Kills; kill++)
        {
            await Task.Delay(options.KillEvery, TimeProvider.System, CancellationToken.None);
            takeovers.AddRange(await KillAsync(cluster, kill % cluster.Nodes.Count));
        }
        await over.CancelAsync();
        await trickle;
        var arrived = await cluster.Arrivals.UntilAsync(numbers - options.Messages, TimeSpan.FromSeconds(30));
        Table.Say("kills, shards of the dead nodes", $"{options.Kills}, {takeovers.Count}");
        Table.Say("a dead node's shard delivers again after", Table.Spread(takeovers, "s", "N2"));
        Table.Say("all that was due meanwhile arrived", arrived ? "yes" : "no");
        return arrived && takeovers.Count > 0 && takeovers.Max() <= Within;

        async Task TrickleAsync()
        {
            var requests = new List<Task>();
            using var tick = new PeriodicTimer(Often);
            try
            {
                for (var turn = 0; await tick.WaitForNextTickAsync(over.Token); turn++)
                {
                    requests.Add(cluster.PublishAsync(numbers, Few, turn, allKeyed: true));
                    numbers += Few;
                }
            }
            catch (OperationCanceledException)
            {
                // All kills are done.
            }
            await Task.WhenAll(requests);
        }
    }

    /// <summary>For each shard of the node that dies, the seconds until one of its messages arrives again.</summary>
    private static async Task<List<double>> KillAsync(BenchCluster cluster, int node)
    {
        var owners = cluster.Ask(db =>
            db.Command("select number, node from shards").Rows(row => (Shard: row.GetInt32(0), Node: row.GetString(1)))
        );
        var last = cluster.Ask(db => db.Scalar<long>("select max(seq) from messages"));
        var killed = TimeProvider.System.GetTimestamp();
        await cluster.Nodes[node].KillAsync();
        await Task.Delay(TimeSpan.FromSeconds(2 * Within), TimeProvider.System, CancellationToken.None);
        var living = cluster.Ask(db => db.Command("select id from nodes").Rows(row => row.GetString(0)));
        var shards = cluster.Shards(last);
        // What the dead one had sent may be heard a moment after its death.
        var firsts = cluster
            .Arrivals.All.Where(each => shards.ContainsKey(each.Number) && Table.Seconds(killed, each.At) > 0.5)
            .GroupBy(each => shards[each.Number])
            .ToDictionary(each => each.Key, each => Table.Seconds(killed, each.Min(one => one.At)));
        await cluster.Nodes[node].StartAsync();
        return
        [
            .. owners
                .Where(each => !living.Contains(each.Node))
                .Select(each => firsts.GetValueOrDefault(each.Shard, double.PositiveInfinity)),
        ];
    }
}
