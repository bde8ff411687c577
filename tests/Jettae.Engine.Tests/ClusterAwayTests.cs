using System.Collections.Concurrent;
using Jettae.Testing;

namespace Jettae.Engine.Tests;

/// <summary>Nodes whose PostgreSQL goes and comes, for one of them or for all, while messages are published.</summary>
[Trait("Store", "PostgreSQL")]
public sealed class ClusterAwayTests
{
    private static readonly TimeSpan Asked = TimeSpan.FromSeconds(1);

    /// <summary>No stall of this machine is to end a lease that nothing was done to.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(6);

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
        var publishing = cluster.PublishingAsync(acknowledged, end.Token);
        for (var times = 0; times < 2; times++)
        {
            cable.Break(hangs);
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
        var publishing = cluster.PublishingAsync(acknowledged, end.Token);
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
        await cluster.TakenAsync(0, "/again");
        await cluster.TakenAsync(1, "/again-too");
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
}
