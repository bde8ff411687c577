using System.Collections.Concurrent;
using Jettae.Testing;

namespace Jettae.Engine.Tests;

/// <summary>Nodes whose PostgreSQL is out of reach, for one of them or for all, while their destinations are not.</summary>
[Trait("Store", "PostgreSQL")]
public sealed class ClusterCutTests
{
    private static readonly TimeSpan Asked = TimeSpan.FromSeconds(1);

    /// <summary>No stall of this machine is to end a lease that nothing was done to.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(6);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_node_brings_home_after_it_was_given_up_is_not_written(bool hangs)
    {
        await using var cable = new Cable((await PostgresServer.SharedAsync()).Port);
        await using var cluster = await Cluster.StartAsync(0, term: Long);
        await cluster.AddAsync(cable);
        await cluster.AddAsync();
        await cluster.SharedAsync(4, 4);
        using var open = new SemaphoreSlim(0);
        cluster.Answer = async http =>
        {
            if (cluster.Deliveries.Count > 1)
                return;
            await open.WaitAsync();
            http.Response.StatusCode = 418;
        };
        var id = await cluster.PublishAsync(0, "/x", [("Upstash-Retries", "0")]);
        await cluster.UntilAsync(() => cluster.Deliveries.Count == 1);
        Break(cable, hangs);
        // The other one has its shards, delivers it, and writes that.
        await cluster.UntilAsync(() => IsDelivered(cluster, id));
        // It is asked, and knows by itself that it cannot answer.
        await cluster.UntilAsync(() => cluster.Nodes[0].IsCutOff);
        using (var refused = await cluster.RefusedAsync(0, "/refused"))
        {
            Assert.Equal(503, (int)refused!.StatusCode);
            Assert.Equal(Asked, refused.Headers.RetryAfter!.Delta);
        }
        open.Release();
        cable.Mend();
        await cluster.SharedAsync(4, 4);
        await TakenAsync(cluster, 0, "/again");
        await cluster.UntilAsync(() => cluster.Deliveries.Contains("/again"));
        Assert.Equal(["/x", "/x", "/again"], cluster.Deliveries);
        Assert.True(IsDelivered(cluster, id));
        Assert.Equal(
            [200L],
            cluster.Beside(db =>
                db.Command(
                        "select status from attempts where message_seq = (select seq from messages where id = $0)",
                        id
                    )
                    .Rows(row => row.GetInt64(0))
            )
        );
    }

    [Theory]
    [InlineData("Upstash-Queue-Name", null)]
    [InlineData("Upstash-Flow-Control-Key", "parallelism=1")]
    public async Task A_line_has_one_request_open_at_a_time_though_its_node_is_cut_off_amid_one(
        string lane,
        string? limit
    )
    {
        const int lines = 8;
        await using var cable = new Cable((await PostgresServer.SharedAsync()).Port);
        await using var cluster = await Cluster.StartAsync(0, term: 2 * Long);
        await cluster.AddAsync(cable);
        await cluster.AddAsync();
        await cluster.SharedAsync(4, 4);
        var (open, most) = (new int[lines], 0);
        var end = new TaskCompletionSource();
        cluster.Answer = async http =>
        {
            var line = http.Request.Path.Value!["/line".Length] - '0';
            lock (open)
                most = Math.Max(most, ++open[line]);
            await Task.WhenAny(
                end.Task,
                Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted)
            );
            lock (open)
                open[line]--;
        };
        for (var number = 0; number < lines * 3; number++)
        {
            (string, string)[] limits = limit is null ? [] : [("Upstash-Flow-Control-Value", limit)];
            await cluster.PublishAsync(
                1,
                $"/line{number % lines}/{number}",
                [(lane, $"line{number % lines}"), .. limits]
            );
        }
        await cluster.UntilAsync(() => open.Sum() == lines);
        var before = cluster.Deliveries.Count;
        cable.Cut();
        await cluster.UntilAsync(() => cluster.Nodes[1].Owned.Count == 8);
        // Those of the one that was cut off have begun once more at the other.
        await cluster.UntilAsync(() => cluster.Deliveries.Count > before && open.Sum() == lines);
        end.SetResult();
        await cluster.UntilAsync(() => cluster.Beside(db => !db.Any("select 1 from messages where state = 0 limit 1")));
        Assert.Equal(1, most);
        cable.Mend();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whatever_was_acknowledged_arrives_though_one_node_is_cut_off_again_and_again(bool hangs)
    {
        await using var cable = new Cable((await PostgresServer.SharedAsync()).Port);
        await using var cluster = await Cluster.StartAsync(0, term: Long);
        await cluster.AddAsync(cable);
        await cluster.AddAsync();
        await cluster.SharedAsync(4, 4);
        using var end = new CancellationTokenSource();
        var acknowledged = new ConcurrentBag<string>();
        var publishing = PublishingAsync(cluster, acknowledged, end.Token);
        for (var times = 0; times < 2; times++)
        {
            Break(cable, hangs);
            await cluster.UntilAsync(() => cluster.Nodes[1].Owned.Count == 8);
            cable.Mend();
            await cluster.SharedAsync(4, 4);
        }
        await end.CancelAsync();
        await publishing;
        await cluster.UntilAsync(() => acknowledged.All(cluster.Deliveries.ToHashSet().Contains));
    }

    [Fact]
    public async Task While_there_is_no_PostgreSQL_publishing_says_when_to_come_again_and_then_all_goes_on_by_itself()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var cluster = await Cluster.StartAsync(2, server, Long);
        await cluster.SharedAsync(4, 4);
        using var end = new CancellationTokenSource();
        var acknowledged = new ConcurrentBag<string>();
        var publishing = PublishingAsync(cluster, acknowledged, end.Token);
        for (var number = 0; number < 40; number++)
        {
            var name = $"/delayed-{number}";
            await cluster.PublishAsync(number % 2, name, [("Upstash-Delay", $"{1 + (number / 3)}s")]);
            acknowledged.Add(name);
        }
        await server.StopAsync();
        await cluster.UntilAsync(() => cluster.Nodes.All(node => node.IsCutOff));
        foreach (var node in new[] { 0, 1 })
        {
            using var refused = await cluster.RefusedAsync(node, "/refused");
            Assert.Equal(503, (int)refused!.StatusCode);
            Assert.Equal(Asked, refused.Headers.RetryAfter!.Delta);
        }
        await server.StartAgainAsync();
        await TakenAsync(cluster, 0, "/again");
        await TakenAsync(cluster, 1, "/again-too");
        await end.CancelAsync();
        await publishing;
        await cluster.UntilAsync(() => acknowledged.All(cluster.Deliveries.ToHashSet().Contains));
        await cluster.UntilAsync(() => cluster.Beside(db => !db.Any("select 1 from messages where state = 0 limit 1")));
        Assert.DoesNotContain("/refused", cluster.Deliveries);
        // Each node says once what it is, and once that it is over; not twenty times a second.
        await cluster.UntilAsync(() => Said("Nothing is delivered") >= 2 && Said("The database is back") >= 2);
        Assert.InRange(Said("Nothing is delivered") + Said("news"), 2, 12);

        int Said(string what) => cluster.Logged.Count(each => each.Contains(what, StringComparison.Ordinal));
    }

    private static void Break(Cable cable, bool hangs)
    {
        if (hangs)
            cable.Hang();
        else
            cable.Cut();
    }

    private static bool IsDelivered(Cluster cluster, string id) =>
        cluster.Beside(db => db.Any("select 1 from messages where id = $0 and state = 1", id));

    /// <summary>As a client does that is told to come again.</summary>
    private static async Task TakenAsync(Cluster cluster, int node, string path)
    {
        for (var waited = 0; ; waited++)
        {
            using var refused = await cluster.RefusedAsync(node, path, [("Upstash-Deduplication-Id", path)]);
            if (refused is null)
                return;
            Assert.True((int)refused.StatusCode == 503 && waited < 600, $"{refused.StatusCode} after {waited} tries");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    /// <summary>One after the other, at each node in turn, and at the next one when one does not take it.</summary>
    private static async Task PublishingAsync(
        Cluster cluster,
        ConcurrentBag<string> acknowledged,
        CancellationToken end
    )
    {
        for (var (number, node) = (0, 0); !end.IsCancellationRequested; node++)
        {
            var name = $"/{number}";
            using var refused = await cluster.RefusedAsync(node % 2, name, [("Upstash-Deduplication-Id", name)]);
            if (refused is null)
            {
                acknowledged.Add(name);
                number++;
            }
            else
            {
                Assert.Equal(503, (int)refused.StatusCode);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }
    }
}
