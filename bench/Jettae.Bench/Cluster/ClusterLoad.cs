using System.Collections.Concurrent;
using Jettae.Testing;

namespace Jettae.Bench;

/// <summary>A steady load while one node after the other is killed outright, or replaced by another version.</summary>
internal static class ClusterLoad
{
    /// <summary>No shard delivers nothing for longer.</summary>
    private const double LongestGap = 5;

    /// <summary>Attempts that a node has under way at the most: what its kill may repeat.</summary>
    private const int MostUnderWay = 512;

    /// <summary>Each is killed and started again, in turn.</summary>
    public static Task<bool> KillsAsync(BenchCluster cluster, ClusterOptions options) =>
        MeasureAsync(
            cluster,
            options,
            async turn =>
            {
                var node = cluster.Nodes[turn % cluster.Nodes.Count];
                await node.KillAsync();
                await node.StartAsync();
                return true;
            }
        );

    /// <summary>Nodes of an older version are stopped in order, one after the other, and come back as this version.</summary>
    public static Task<bool> UpgradeAsync(BenchCluster cluster, ClusterOptions options) =>
        MeasureAsync(
            cluster,
            options,
            async turn =>
            {
                if (turn >= cluster.Nodes.Count)
                    return false;
                var older = cluster.Nodes[turn];
                await older.StopAsync();
                var newer = JettaeProcess.Node(cluster.Database, options.Program);
                await newer.StartAsync();
                cluster.Nodes[turn] = newer;
                await older.DisposeAsync();
                return true;
            }
        );

    /// <summary>PostgreSQL itself is gone for a while, once.</summary>
    public static Task<bool> OutageAsync(BenchCluster cluster, ClusterOptions options) =>
        MeasureAsync(
            cluster,
            options,
            async turn =>
            {
                if (turn > 0)
                    return false;
                await cluster.GoneAsync(options.GoneFor);
                return true;
            },
            options.GoneFor.TotalSeconds + LongestGap
        );

    /// <summary>
    /// One node sleeps for a while, once (SIGSTOP), and wakes up knowing nothing of it. What it was about to send then comes when it
    /// wakes, after whoever took its shards has sent it too.
    /// </summary>
    public static Task<bool> SleepAsync(BenchCluster cluster, ClusterOptions options) =>
        MeasureAsync(
            cluster,
            options,
            async turn =>
            {
                if (turn > 0)
                    return false;
                await cluster.Nodes[0].SignalAsync("STOP");
                await Task.Delay(options.GoneFor, TimeProvider.System, CancellationToken.None);
                await cluster.Nodes[0].SignalAsync("CONT");
                return true;
            },
            after: LongestGap
        );

    private static async Task<bool> MeasureAsync(
        BenchCluster cluster,
        ClusterOptions options,
        Func<int, Task<bool>> disturb,
        double longestGap = LongestGap,
        double after = 0.5
    )
    {
        var began = TimeProvider.System.GetTimestamp();
        var sent = new ConcurrentDictionary<int, long>();
        var acknowledged = new ConcurrentDictionary<int, double>();
        var requests = new List<Task>();
        using var over = new CancellationTokenSource();
        var killing = DisturbAsync(options.KillEvery, disturb, over.Token);
        using var tick = new PeriodicTimer(TimeSpan.FromSeconds((double)options.Batch / options.Rate));
        var numbers = 0;
        while (TimeProvider.System.GetElapsedTime(began) < options.For)
        {
            await tick.WaitForNextTickAsync(CancellationToken.None);
            // After a tick that came late, what should have been sent meanwhile.
            var due = (int)(TimeProvider.System.GetElapsedTime(began).TotalSeconds * options.Rate);
            for (; numbers + options.Batch <= due; numbers += options.Batch)
                requests.Add(PublishAsync(numbers));
        }
        await over.CancelAsync();
        var kills = await killing;
        await Task.WhenAll(requests);
        var published = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
        await cluster.Arrivals.UntilAsync(numbers, TimeSpan.FromSeconds(30));
        // Repeats may come a little later than firsts.
        await Task.Delay(TimeSpan.FromSeconds(5), TimeProvider.System, CancellationToken.None);
        return Tell();

        async Task PublishAsync(int first)
        {
            var at = TimeProvider.System.GetTimestamp();
            for (var number = first; number < first + options.Batch; number++)
                sent[number] = at;
            await cluster.PublishAsync(first, options.Batch, first / options.Batch, allKeyed: false);
            acknowledged[first] = TimeProvider.System.GetElapsedTime(at).TotalMilliseconds;
        }

        bool Tell()
        {
            var all = cluster.Arrivals.All.ToList();
            var firsts = all.DistinctBy(each => each.Number).ToDictionary(each => each.Number, each => each.At);
            var lost = Enumerable.Range(0, numbers).Count(number => !firsts.ContainsKey(number));
            // A repeat is explained by a kill if its first came, and was not written, shortly before it (or after, from who took over).
            var repeated = all.GroupBy(each => each.Number)
                .Where(each => each.Count() > 1)
                .Select(each => each.Key)
                .ToList();
            var byKill = kills.Select(kill => repeated.Count(number => IsOf(kill, number))).ToList();
            var unexplained = repeated.Count(number => !kills.Any(kill => IsOf(kill, number)));
            var gaps = Gaps(cluster, all, began, options.For);
            Table.Say(
                "published, asked for",
                $"{numbers / published:N0} of {options.Rate:N0} messages/s for {published:N0} s"
            );
            Table.Say("acknowledged", $"{numbers:N0} in {acknowledged.Count:N0} requests of {options.Batch}");
            Table.Say("killed or replaced, and started again", $"{kills.Count}");
            Table.Say("answered with 503 and when to come again", $"{cluster.Refused:N0}");
            Table.Say("not answered, and sent to the next node", $"{cluster.Unanswered:N0}");
            Table.Say("lost", $"{lost:N0}");
            Table.Say("arrived more than once", $"{repeated.Count:N0}; each time: {string.Join(' ', byKill)}");
            Table.Say("of these not under way then", $"{unexplained:N0}");
            Table.Say("publish to acknowledged", Table.Spread(acknowledged.Values, "ms"));
            Table.Say(
                "publish to arrival",
                Table.Spread(firsts.Select(each => Table.Seconds(sent[each.Key], each.Value) * 1_000), "ms")
            );
            foreach (var (shard, its) in gaps.OrderBy(each => each.Key))
                Table.Say(
                    $"shard {shard}: gaps between deliveries",
                    $"{Table.Spread(its, "s", "N3")}; over 1 s: {its.Count(gap => gap > 1)}, over 3 s: {its.Count(gap => gap > 3)}"
                );
            return lost == 0
                && unexplained == 0
                && byKill.All(each => each <= MostUnderWay)
                && gaps.Values.All(each => each.Max() <= longestGap);

            bool IsOf(long kill, int number) =>
                Table.Seconds(kill, firsts[number]) is var came && came > -2 && came < after;
        }
    }

    /// <summary>Between one arrival of a shard's and its next, in seconds, while the load lasted.</summary>
    private static Dictionary<int, List<double>> Gaps(
        BenchCluster cluster,
        List<(int Number, long At)> all,
        long began,
        TimeSpan lasted
    )
    {
        var shards = cluster.Shards();
        var end = lasted.TotalSeconds;
        return all.Where(each => Table.Seconds(began, each.At) < end)
            .GroupBy(each => shards[each.Number])
            .ToDictionary(
                each => each.Key,
                each =>
                {
                    var at = each.Select(one => Table.Seconds(began, one.At)).Order().Append(end).ToArray();
                    return at.Skip(1).Select((later, i) => later - at[i]).ToList();
                }
            );
    }

    /// <summary>Until there is nothing more to disturb; answers when it did.</summary>
    private static async Task<List<long>> DisturbAsync(
        TimeSpan often,
        Func<int, Task<bool>> disturb,
        CancellationToken over
    )
    {
        var times = new List<long>();
        using var every = new PeriodicTimer(often);
        try
        {
            while (await every.WaitForNextTickAsync(over))
            {
                var at = TimeProvider.System.GetTimestamp();
                if (!await disturb(times.Count))
                    break;
                times.Add(at);
            }
        }
        catch (OperationCanceledException)
        {
            // The load is over.
        }
        return times;
    }
}
