using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Jettae.Engine.Tests;

/// <summary>What is acknowledged is on disk; what is on disk is delivered, whatever its writer was told.</summary>
public sealed class StoreTests
{
    [Fact]
    public async Task A_publish_whose_commit_was_torn_is_delivered_if_the_disk_holds_it()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        TearNextCommit(engine);
        Assert.Equal(503, (await engine.SendAsync(HttpMethod.Post, $"/v2/publish/{engine.Sink}/torn", "x")).Status);
        await engine.IdleAsync();
        Assert.Equal("/torn", Assert.Single(engine.Deliveries).Target);
    }

    [Fact]
    public async Task A_settlement_whose_commit_was_torn_is_not_attempted_again_and_its_callback_goes_out()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            if (http.Request.Path == "/work")
                TearNextCommit(engine);
            return Task.CompletedTask;
        };
        await engine.PublishAsync("/work", "x", ("Upstash-Callback", engine.Sink + "/callback"));
        await engine.IdleAsync();
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(["/work", "/callback"], engine.Deliveries.Select(got => got.Target));
    }

    [Fact]
    public async Task A_retry_whose_commit_was_torn_comes_at_its_time_and_once()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            if (engine.Deliveries.Count > 1)
                return Task.CompletedTask;
            TearNextCommit(engine);
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await engine.PublishAsync("/", "x", ("Upstash-Retry-Delay", "60000"));
        await engine.IdleAsync();
        await engine.AdvanceAsync(TimeSpan.FromSeconds(59));
        Assert.Single(engine.Deliveries);
        await engine.AdvanceAsync(TimeSpan.FromSeconds(1));
        await engine.AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(["0", "1"], engine.Deliveries.Select(got => got.Header("Upstash-Retried")));
    }

    [Fact]
    public async Task A_delayed_message_whose_joining_of_its_line_was_torn_comes_when_its_turn_does()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await engine.SendAsync(HttpMethod.Post, "/v2/queues/q/pause");
        var path = $"/v2/enqueue/q/{engine.Sink}/late";
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Post, path, "x", ("Upstash-Delay", "10s"))).Status);
        await engine.IdleAsync();
        TearNextCommit(engine);
        await engine.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Null(engine.Store.Committed);
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Empty(engine.Deliveries);
        await engine.SendAsync(HttpMethod.Post, "/v2/queues/q/resume");
        await engine.IdleAsync();
        Assert.Equal("/late", Assert.Single(engine.Deliveries).Target);
    }

    [Fact]
    public async Task Limits_whose_commit_was_torn_count_for_what_waits_already()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        using var open = new SemaphoreSlim(0);
        engine.Answer = _ => open.WaitAsync();
        (string, string)[] limited =
        [
            ("Upstash-Flow-Control-Key", "k"),
            ("Upstash-Flow-Control-Value", "parallelism=1"),
        ];
        await engine.PublishAsync("/", "x", limited);
        await engine.PublishAsync("/", "x", limited);
        await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Count == 1));
        TearNextCommit(engine);
        Assert.Equal(503, (await engine.SendAsync(HttpMethod.Post, "/v2/flowControl/k/pin?parallelism=2")).Status);
        await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Count == 2));
        open.Release(2);
    }

    [Fact]
    public async Task A_commit_that_is_refused_stores_nothing_and_the_next_one_works()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        if (EngineUnderTest.IsOnPostgres)
            engine.Run("alter table attempts alter constraint attempts_message_seq_fkey deferrable");
        await Assert.ThrowsAnyAsync<DbException>(() =>
            engine.Store.WriteAsync(s =>
            {
                // Checked at the commit only: the work itself succeeds.
                s.Run(EngineUnderTest.IsOnPostgres ? "set constraints all deferred" : "pragma defer_foreign_keys = on");
                return s.Run(
                    "insert into attempts (message_seq, retried, tenant, started_at, ended_at, status) values (99, 0, 'test', 0, 0, 0)"
                );
            })
        );
        Assert.Equal(
            0,
            engine.Store.Read(db => db.Command("select count(*) from attempts").Rows(row => row.GetInt64(0))[0])
        );
        await engine.PublishAsync("/", "x");
        await engine.IdleAsync();
        Assert.Single(engine.Deliveries);
    }

    [Fact]
    public async Task A_work_that_throws_fails_alone()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var works = Enumerable
            .Range(0, 20)
            .Select(number =>
                engine.Store.WriteAsync(s =>
                {
                    s.Run(
                        "insert into tenants (name, current_signing_key, next_signing_key) values ($0, '', '')",
                        $"tenant {number}"
                    );
                    return number % 5 == 0 ? throw new FormatException($"{number}") : number;
                })
            )
            .ToArray();
        for (var number = 0; number < works.Length; number++)
            if (number % 5 == 0)
                await Assert.ThrowsAsync<FormatException>(() => works[number]);
            else
                Assert.Equal(number, await works[number]);
        Assert.Equal(
            16,
            engine.Store.Read(db =>
                db.Command("select count(*) from tenants where name like 'tenant %'").Rows(row => row.GetInt64(0))[0]
            )
        );
    }

    [Fact]
    [Trait("Store", "SQLite")]
    public async Task A_crowd_of_readers_leaves_few_connections()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        using var all = new CountdownEvent(100);
        var crowd = Enumerable
            .Range(0, 100)
            .Select(_ =>
                Task.Factory.StartNew(
                    () =>
                        engine.Store.Read(db =>
                        {
                            all.Signal();
                            return all.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
                        }),
                    TestContext.Current.CancellationToken,
                    TaskCreationOptions.LongRunning,
                    TaskScheduler.Default
                )
            );
        Assert.DoesNotContain(false, await Task.WhenAll(crowd));
        Assert.InRange(((SqliteStore)engine.Store).IdleReaders, 1, 32);
    }

    [Fact]
    [Trait("Store", "SQLite")]
    public async Task Whatever_numbers_are_said_the_writer_keeps_no_more_texts()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await PinAsync(1);
        var texts = ((SqliteStore)engine.Store).KeptTexts;
        for (var number = 2; number < 40; number++)
            await PinAsync(number);
        Assert.Equal(texts, ((SqliteStore)engine.Store).KeptTexts);

        async Task PinAsync(int number) =>
            Assert.Equal(
                200,
                (
                    await engine.SendAsync(
                        HttpMethod.Post,
                        $"/v2/flowControl/k/pin?parallelism={number}&rate={number}&period={number}"
                    )
                ).Status
            );
    }

    [Fact]
    [Trait("Store", "SQLite")]
    public async Task A_file_of_a_newer_version_is_left_alone_and_released()
    {
        var folder = Directory.CreateTempSubdirectory("jettae-store").FullName;
        var options = new EngineOptions { DataFile = Path.Combine(folder, "engine.db") };
        await using (var store = new SqliteStore(options))
            await store.WriteAsync(s =>
                s.Run("insert into tenants (name, current_signing_key, next_signing_key) values ('kept', '', '')")
            );
        var version = Pragma("user_version");
        Pragma("user_version = 999");
        for (var i = 0; i < 2; i++)
            Assert.Contains(
                "newer",
                Assert.Throws<InvalidOperationException>(() => new SqliteStore(options)).Message,
                StringComparison.Ordinal
            );
        Pragma($"user_version = {version}");
        await using (var store = new SqliteStore(options))
        {
            Assert.Single(store.Read(db => db.Command("select name from tenants").Rows(row => row.GetString(0))));
            Assert.Contains(
                "already runs",
                Assert.Throws<StoreInUseException>(() => new SqliteStore(options)).Message,
                StringComparison.Ordinal
            );
        }
        Directory.Delete(folder, recursive: true);

        object? Pragma(string text)
        {
            using var db = new SqliteConnection($"Data Source={options.DataFile};Pooling=False");
            db.Open();
            using var command = db.CreateCommand();
#pragma warning disable CA2100 // The tests' own text.
            command.CommandText = $"pragma {text}";
#pragma warning restore CA2100
            return command.ExecuteScalar();
        }
    }

    [Fact]
    public async Task A_failing_commit_fails_its_own_batch_and_no_other()
    {
        var committed = new List<int>();
        var group = new GroupCommit<int>(
            items =>
            {
                if (items.Contains(2))
                    throw new IOException("torn");
                committed.AddRange(items);
            },
            most: 1,
            bytesOf: _ => 0,
            mostBytes: 0
        );
        var adds = Enumerable.Range(0, 5).Select(group.Add).ToArray();
        group.Start();
        await group.DisposeAsync();
        Assert.Equal([0, 1, 3, 4], committed);
        for (var i = 0; i < adds.Length; i++)
            if (i == 2)
                await Assert.ThrowsAsync<IOException>(() => adds[2]);
            else
                Assert.True(adds[i].IsCompletedSuccessfully);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => group.Add(5));
    }

    [Fact]
    public async Task What_gathers_during_a_commit_goes_into_the_next_in_order()
    {
        using var gate = new ManualResetEventSlim();
        using var first = new ManualResetEventSlim();
        var batches = new List<int[]>();
        var group = new GroupCommit<int>(
            items =>
            {
                batches.Add([.. items]);
                first.Set();
                gate.Wait(TimeSpan.FromSeconds(60));
            },
            most: 3,
            bytesOf: _ => 0,
            mostBytes: 0
        );
        group.Start();
        _ = group.Add(0);
        Assert.True(first.Wait(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken));
        for (var i = 1; i <= 4; i++)
            _ = group.Add(i);
        gate.Set();
        await group.DisposeAsync();
        Assert.Equal(["0", "1,2,3", "4"], batches.Select(batch => string.Join(',', batch)));
    }

    [Fact]
    public async Task What_is_large_goes_into_a_commit_with_as_much_as_it_may_take_and_alone_if_it_is_larger()
    {
        var batches = new List<int[]>();
        var group = new GroupCommit<int>(
            items => batches.Add([.. items]),
            most: 3,
            bytesOf: item => item,
            mostBytes: 10
        );
        foreach (var bytes in new[] { 4, 6, 1, 11, 5, 6, 0, 0, 0 })
            _ = group.Add(bytes);
        group.Start();
        await group.DisposeAsync();
        Assert.Equal(["4,6", "1", "11", "5", "6,0,0", "0"], batches.Select(batch => string.Join(',', batch)));
    }

    private static void TearNextCommit(EngineUnderTest engine) =>
        engine.Store.Committed = () =>
        {
            engine.Store.Committed = null;
            throw new Torn();
        };

    private sealed class Torn() : DbException("disk I/O error");
}
