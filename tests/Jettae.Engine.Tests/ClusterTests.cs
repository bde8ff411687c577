using System.Globalization;
using Jettae.Testing;
using Npgsql;

namespace Jettae.Engine.Tests;

/// <summary>Equal nodes on one PostgreSQL: each has its share of the shards, and what holds on one node holds across them.</summary>
[Trait("Store", "PostgreSQL")]
public sealed class ClusterTests
{
    /// <summary>No stall of this machine is to end a lease where it is about something else.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(12);

    [Fact]
    public async Task The_shards_are_spread_evenly_and_follow_nodes_that_come_and_go()
    {
        await using var cluster = await Cluster.StartAsync(1);
        await cluster.SharedAsync(8);
        await cluster.AddAsync();
        await cluster.AddAsync();
        await cluster.SharedAsync(2, 3, 3);
        await cluster.StopAsync(cluster.Nodes[0]);
        await cluster.SharedAsync(4, 4);
        await cluster.StopAsync(cluster.Nodes[1]);
        await cluster.SharedAsync(8);
    }

    [Fact]
    public async Task Whatever_is_published_wherever_is_delivered_once()
    {
        await using var cluster = await Cluster.StartAsync(3, term: Long);
        await cluster.SharedAsync(2, 3, 3);
        var names = Enumerable.Range(0, 300).Select(number => number.ToString(CultureInfo.InvariantCulture)).ToList();
        foreach (var name in names)
            await cluster.PublishAsync(
                int.Parse(name, CultureInfo.InvariantCulture) % 3,
                "/" + name,
                (int.Parse(name, CultureInfo.InvariantCulture) % 4) switch
                {
                    0 => [("Upstash-Flow-Control-Key", $"key{name}"), ("Upstash-Flow-Control-Value", "parallelism=2")],
                    1 => [("Upstash-Delay", "1s")],
                    2 => [("Upstash-Callback", cluster.Sink + "/told/" + name)],
                    _ => [],
                }
            );
        var expected = names
            .Concat(names.Where((_, i) => i % 4 == 2).Select(name => "told/" + name))
            .Order(StringComparer.Ordinal)
            .ToList();
        await cluster.UntilAsync(() => cluster.Deliveries.Count >= expected.Count);
        Assert.Equal(expected, cluster.Deliveries.Select(each => each[1..]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_queue_keeps_its_order_and_its_parallelism_whichever_node_takes_its_messages()
    {
        await using var cluster = await Cluster.StartAsync(3, term: Long);
        await cluster.SharedAsync(2, 3, 3);
        var (underWay, most) = (0, 0);
        cluster.Answer = async http =>
        {
            most = Math.Max(most, Interlocked.Increment(ref underWay));
            await Task.Yield();
            http.Response.StatusCode = http.Request.Headers["Upstash-Retried"] == "0" ? 500 : 200;
            Interlocked.Decrement(ref underWay);
        };
        for (var number = 0; number < 60; number++)
            await cluster.PublishAsync(
                number % 3,
                $"/{number}",
                [("Upstash-Retries", "1"), ("Upstash-Retry-Delay", "0")],
                "/v2/enqueue/line/"
            );
        await cluster.UntilAsync(() => cluster.Deliveries.Count >= 120);
        Assert.Equal(
            Enumerable.Range(0, 60).SelectMany(number => new[] { $"/{number}", $"/{number}" }),
            cluster.Deliveries
        );
        Assert.Equal(1, most);
    }

    /// <summary>PostgreSQL finds out after a second, and until then neither of them goes on, nor any other work that is in them.</summary>
    [Fact]
    public async Task Commits_that_come_to_the_same_lines_in_whatever_order_do_not_wait_for_each_other()
    {
        const int Lines = 12;
        const int Each = 8;
        await using var server = await PostgresServer.StartAsync();
        await using var cluster = await Cluster.StartAsync(3, server, Long);
        await cluster.SharedAsync(2, 3, 3);
        await Task.WhenAll(
            Enumerable
                .Range(0, Lines * 3)
                .Select(async publisher =>
                {
                    for (var number = 0; number < Each; number++)
                        await cluster.PublishAsync(
                            publisher % 3,
                            $"/{publisher}/{number}",
                            [("Upstash-Callback", $"{cluster.Sink}/told")],
                            $"/v2/enqueue/line{(publisher + (number * 5)) % Lines}/"
                        );
                })
        );
        await cluster.UntilAsync(() => cluster.Deliveries.Count == 2 * 3 * Lines * Each);
        // What a session counts is told of when it ends, at the latest.
        foreach (var node in cluster.Nodes.ToList())
            await cluster.StopAsync(node);
        Assert.Equal("0\n", PostgresServer.Asked(server.Url, "select sum(deadlocks) from pg_stat_database"));
    }

    [Fact]
    public async Task What_one_node_pauses_resumes_and_cancels_holds_for_anothers_messages()
    {
        await using var cluster = await Cluster.StartAsync(2, term: Long);
        await cluster.SharedAsync(4, 4);
        (string, string)[] keyed = [("Upstash-Flow-Control-Key", "k"), ("Upstash-Flow-Control-Value", "parallelism=1")];
        await cluster.PublishAsync(0, "/first", keyed);
        await cluster.UntilAsync(() => cluster.Deliveries.Count == 1);
        foreach (var node in new[] { 0, 1 })
        {
            var before = cluster.Deliveries.Count;
            await cluster.SendAsync(node, HttpMethod.Post, "/v2/flowControl/k/pause");
            // Told through the store, it is known by the time another letter of that shard has been read.
            await cluster.HeardAsync();
            await cluster.PublishAsync(1 - node, "/waits", keyed);
            await cluster.HeardAsync();
            Assert.Equal(before, cluster.Deliveries.Count);
            await cluster.SendAsync(node, HttpMethod.Post, "/v2/flowControl/k/resume");
            await cluster.UntilAsync(() => cluster.Deliveries.Count == before + 1);
        }

        // Amid its attempt, by each node: its place is the next one's when its request has ended, and not before.
        using var open = new SemaphoreSlim(0);
        cluster.Answer = _ => open.WaitAsync();
        foreach (var node in new[] { 0, 1 })
        {
            var before = cluster.Deliveries.Count;
            var id = await cluster.PublishAsync(node, "/head", [], $"/v2/enqueue/line{node}/");
            await cluster.PublishAsync(node, "/next", [], $"/v2/enqueue/line{node}/");
            await cluster.UntilAsync(() => cluster.Deliveries.Count == before + 1);
            await cluster.SendAsync(1 - node, HttpMethod.Delete, $"/v2/messages/{id}");
            await cluster.HeardAsync();
            Assert.Equal(before + 1, cluster.Deliveries.Count);
            open.Release(2);
            await cluster.UntilAsync(() => cluster.Deliveries.Count == before + 2);
        }
    }

    [Fact]
    public async Task Keys_that_one_node_rolls_are_what_every_node_signs_with()
    {
        await using var cluster = await Cluster.StartAsync(2, term: Long);
        await cluster.SharedAsync(4, 4);
        foreach (var node in new[] { 0, 1 })
        {
            var rolled = (await cluster.SendAsync(node, HttpMethod.Post, "/v2/keys/rotate"))!.ToJsonString();
            // Whoever asks another one for them is told at once.
            Assert.Equal(rolled, (await cluster.SendAsync(1 - node, HttpMethod.Get, "/v2/keys"))!.ToJsonString());
            await cluster.HeardAsync();
            await cluster.UntilAsync(() => cluster.Keys(1 - node) == rolled);
        }
    }

    [Fact]
    public async Task What_a_node_began_before_it_was_given_up_is_not_written_and_comes_again()
    {
        await using var cluster = await Cluster.StartAsync(2, term: Long);
        await cluster.SharedAsync(4, 4);
        using var open = new SemaphoreSlim(0);
        cluster.Answer = _ => cluster.Deliveries.Count == 1 ? open.WaitAsync() : Task.CompletedTask;
        var id = await cluster.PublishAsync(0, "/x");
        await cluster.UntilAsync(() => cluster.Deliveries.Count == 1);
        // As if it had slept for longer than its term.
        cluster.Beside(db => db.Run("delete from nodes where id = $0", cluster.Nodes[0].Id));
        await cluster.UntilAsync(() => cluster.Deliveries.Count == 2);
        open.Release();
        await cluster.UntilAsync(() =>
            cluster.Beside(db => db.Any("select 1 from messages where id = $0 and state = 1", id))
        );
        await cluster.SharedAsync(4, 4);
        Assert.Equal(1, cluster.Beside(db => db.Scalar<long>("select count(*) from attempts")));
        Assert.Equal(2, cluster.Deliveries.Count);
    }

    /// <param name="isOlder">It began before nodes had rows for their commits, and is held by its own.</param>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_has_run_out_is_given_up_when_its_last_commit_has_ended_and_not_before(bool isOlder)
    {
        await using var cluster = await Cluster.StartAsync(1);
        cluster.Beside(db =>
        {
            db.Run("insert into nodes (id, until, heads) values ('sleeper', instant() + 60000, 1)");
            return isOlder ? 0 : db.Run("insert into holds (id) values ('sleeper')");
        });
        using var open = new SemaphoreSlim(0);
        var isHeld = new TaskCompletionSource();
        var commit = Task.Run(() =>
            cluster.Beside(db =>
            {
                db.Scalar<long>("select hold('sleeper')");
                isHeld.SetResult();
                return open.Wait(TimeSpan.FromSeconds(50));
            })
        );
        await isHeld.Task;
        cluster.Beside(db => db.Run("update nodes set until = instant() - 1 where id = 'sleeper'"));
        for (var beats = 0; beats < 3; beats++)
        {
            var before = Renewed();
            await cluster.UntilAsync(() => Renewed() > before);
        }
        Assert.True(IsThere());
        open.Release();
        Assert.True(await commit);
        await cluster.UntilAsync(() => !IsThere());
        // Nothing is written for it from here on.
        Assert.Throws<PostgresException>(() => cluster.Beside(db => db.Scalar<long>("select hold('sleeper')")));

        bool IsThere() => cluster.Beside(db => db.Any("select 1 from nodes where id = 'sleeper'"));

        long Renewed() =>
            cluster.Beside(db => db.Scalar<long>("select until from nodes where id = $0", cluster.Nodes[0].Id));
    }

    /// <summary>It has read them while they were its own, or while it thought so, and comes back under another name before it has removed them.</summary>
    [Fact]
    public async Task Who_was_given_up_leaves_the_letters_that_it_read_to_the_next_owner()
    {
        await using var cluster = await Cluster.StartAsync(2, term: Long);
        await cluster.SharedAsync(4, 4);
        var (given, other) = (cluster.Nodes[0], cluster.Nodes[1]);
        var key = Enumerable
            .Range(0, 100)
            .Select(number => $"key{number}")
            .First(key => given.Owns(Shards.OfFlow("t", key)));
        // It reads, and cannot write: the letter's removal waits, and after it what came of the delivery.
        var writing = Held(cluster.Stores[0]);
        await cluster.PublishAsync(
            1,
            "/x",
            [("Upstash-Flow-Control-Key", key), ("Upstash-Flow-Control-Value", "parallelism=1")]
        );
        await cluster.UntilAsync(() => cluster.Stores[0].WaitingWrites >= 2);
        var name = given.Id;
        // The next owner does not remove it either, nor hand the shard back.
        var others = Held(cluster.Stores[1]);
        // It comes back under another name, and takes nothing from the other meanwhile.
        given.TakeNoMore();
        cluster.Beside(db => db.Run("delete from nodes where id = $0", name));
        await cluster.UntilAsync(() => other.Owned.Count == 8 && given.Id != name);
        writing.SetResult();
        await cluster.Stores[0].WriteAsync(_ => true);
        Assert.True(cluster.Beside(db => db.Any("select 1 from inbox where shard = $0", Shards.OfFlow("t", key))));
        others.SetResult();
        await cluster.HeardAsync();

        // Without a statement, no row is held: it may be given up.
        static TaskCompletionSource Held(Store store)
        {
            var open = new TaskCompletionSource();
            _ = store.WriteAsync(_ => open.Task.Wait(TimeSpan.FromSeconds(60)));
            return open;
        }
    }

    [Fact]
    public async Task A_schedule_fires_once_per_slot_on_however_many_nodes()
    {
        await using var cluster = await Cluster.StartAsync(3, term: Long);
        await cluster.SharedAsync(2, 3, 3);
        await cluster.SendAsync(
            1,
            HttpMethod.Post,
            $"/v2/schedules/{cluster.Sink}/tick",
            ("Upstash-Cron", "0 0 29 2 *")
        );
        // Its slot comes now, and no other does, and whoever made it is gone.
        await cluster.StopAsync(cluster.Nodes[1]);
        cluster.Beside(db => db.Run("update schedules set next_at = instant() - 1"));
        await cluster.AddAsync();
        await cluster.UntilAsync(() => !cluster.Deliveries.IsEmpty);
        await cluster.SharedAsync(2, 3, 3);
        Assert.Single(cluster.Deliveries);
    }
}
