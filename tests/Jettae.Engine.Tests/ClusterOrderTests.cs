using System.Collections.Concurrent;
using System.Globalization;
using Jettae.Testing;

namespace Jettae.Engine.Tests;

/// <summary>What holds at the receiver while shards go from node to node: nodes come, stop and are cut off under load.</summary>
[Trait("Store", "PostgreSQL")]
public sealed class ClusterOrderTests
{
    private const int Rate = 10;
    private const int Period = 1_000;

    /// <summary>So many periods at a time are looked at where requests arrive.</summary>
    private const int Seen = 3;

    /// <summary>Those that keep up with what is published.</summary>
    private static readonly string[] Prompt = ["line", "single", "plain"];

    [Fact]
    public async Task Order_parallelism_and_rate_hold_at_the_receiver_while_owners_change()
    {
        await using var cable = new Cable((await PostgresServer.SharedAsync()).Port);
        await using var cluster = await Cluster.StartAsync(2);
        await cluster.SharedAsync(4, 4);
        var arrivals = new ConcurrentQueue<(string Kind, int Number, long At)>();
        var (underWay, most) = (new ConcurrentDictionary<string, int>(), new ConcurrentDictionary<string, int>());
        cluster.Answer = async http =>
        {
            var parts = http.Request.Path.Value!.Split('/');
            var (kind, number) = (parts[1], int.Parse(parts[2], CultureInfo.InvariantCulture));
            var now = underWay.AddOrUpdate(kind, 1, (_, before) => before + 1);
            most.AddOrUpdate(kind, now, (_, before) => Math.Max(before, now));
            arrivals.Enqueue((kind, number, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()));
            await Task.Yield();
            underWay.AddOrUpdate(kind, 0, (_, before) => before - 1);
        };
        using var end = new CancellationTokenSource();
        var published = new ConcurrentDictionary<string, int>();
        var load = Task.WhenAll(
            PublishingAsync(cluster, "line", published, "/v2/enqueue/line/", null, end.Token),
            PublishingAsync(cluster, "single", published, "/v2/publish/", "parallelism=1", end.Token),
            PublishingAsync(cluster, "rated", published, "/v2/publish/", $"rate={Rate},period=1s", end.Token),
            PublishingAsync(cluster, "plain", published, "/v2/publish/", null, end.Token)
        );
        // One comes, one goes in order, and one is given up while it lives.
        await cluster.AddAsync();
        await cluster.SharedAsync(2, 3, 3);
        await cluster.AddAsync(cable);
        await cluster.SharedAsync(2, 2, 2, 2);
        await cluster.StopAsync(cluster.Nodes[2]);
        await cluster.SharedAsync(2, 3, 3);
        cable.Hang();
        await cluster.UntilAsync(() => cluster.Nodes.Take(2).Sum(node => node.Owned.Count) == 8);
        cable.Mend();
        await cluster.SharedAsync(2, 3, 3);
        // So many that more than the rate would be seen.
        await cluster.UntilAsync(() => arrivals.Count(each => each.Kind == "rated") > 2 * Seen * Rate);
        await end.CancelAsync();
        await load;
        await cluster.UntilAsync(() =>
            Prompt.All(kind =>
                arrivals.Where(each => each.Kind == kind).Select(each => each.Number).Distinct().Count()
                == published[kind]
            )
        );
        // What comes again is the very one that was under way; nothing overtakes.
        var expected = 0;
        foreach (var (_, number, _) in arrivals.Where(each => each.Kind == "line"))
            if (number != expected - 1)
                Assert.Equal(expected++, number);
        Assert.Equal(published["line"], expected);
        Assert.Equal((1, 1), (most["line"], most["single"]));
        AssertRate(cluster, [.. arrivals.Where(each => each.Kind == "rated").Select(each => (each.Number, each.At))]);
    }

    /// <summary>By the clock of those who began them; and at the receiver, whatever was written of it.</summary>
    private static void AssertRate(Cluster cluster, List<(int Number, long At)> arrivals)
    {
        var began = cluster
            .Beside(db =>
                db.Command(
                        """
                        select path_of(url), started_at from attempts join messages on seq = message_seq
                        where attempts.flow_key = 'rated'
                        """
                    )
                    .Rows(row => (Path: row.GetString(0), At: row.GetInt64(1)))
            )
            .ToDictionary(each => each.Path, each => each.At);
        var starts = began.Values.Order().ToArray();
        for (var first = 0; first + Rate < starts.Length; first++)
            Assert.True(
                starts[first + Rate] - starts[first] > Period,
                $"{Rate + 1} within {starts[first + Rate] - starts[first]} ms"
            );
        Assert.True(began.Count > (Seen + 1) * Rate, $"only {began.Count} came");
        // What was on its way when a window began is no more than a period's, but for those that took longer. What came again, or
        // was written nowhere, counts as often as it came.
        var times = arrivals
            .Where(each => !(began.TryGetValue($"/rated/{each.Number}", out var at) && each.At - at > Period))
            .Select(each => each.At)
            .Order()
            .ToArray();
        for (var first = 0; first + ((Seen + 1) * Rate) < times.Length; first++)
            Assert.True(
                times[first + ((Seen + 1) * Rate)] - times[first] > Seen * Period,
                $"{((Seen + 1) * Rate) + 1} came within {Seen} periods"
            );
    }

    /// <summary>As fast as it is taken, up to 50 a second; a repeat is known by its id.</summary>
    private static async Task PublishingAsync(
        Cluster cluster,
        string kind,
        ConcurrentDictionary<string, int> published,
        string to,
        string? limits,
        CancellationToken end
    )
    {
        published[kind] = 0;
        for (var node = 0; !end.IsCancellationRequested; node++)
        {
            var path = $"/{kind}/{published[kind]}";
            List<(string, string)> headers = [("Upstash-Deduplication-Id", path)];
            if (limits is not null)
                headers.AddRange([("Upstash-Flow-Control-Key", kind), ("Upstash-Flow-Control-Value", limits)]);
            using var refused = await cluster.RefusedAsync(node % 2, path, [.. headers], to);
            if (refused is null)
                published[kind]++;
            else
                Assert.Equal(503, (int)refused.StatusCode);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }
}
