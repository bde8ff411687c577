using Jettae.Testing;

namespace Jettae.Engine.Tests;

/// <summary>A node whose PostgreSQL is out of reach, while its destinations are not: what it had begun is another's.</summary>
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
        cable.Break(hangs);
        // The other one has its shards, delivers it, and writes that.
        await cluster.UntilAsync(() => cluster.IsDelivered(id));
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
        await cluster.TakenAsync(0, "/again");
        await cluster.UntilAsync(() => cluster.Deliveries.Contains("/again"));
        Assert.Equal(["/x", "/x", "/again"], cluster.Deliveries);
        Assert.True(cluster.IsDelivered(id));
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
}
