using System.Data.Common;
using System.Text.Json.Nodes;
using CsCheck;
using Jettae.Testing;
using Npgsql;

namespace Jettae.Engine.Tests;

/// <summary>What PostgreSQL has of its own: its tables are made once, its one owner, its going away, what stands before it.</summary>
[Trait("Store", "PostgreSQL")]
public sealed class PostgresTests
{
    private static int schemas;

    [Fact]
    public async Task Its_tables_are_made_once_however_many_start_at_once_and_stay()
    {
        var options = await OptionsAsync();
        var starts = Enumerable
            .Range(0, 6)
            .Select(_ =>
                Task.Run(() =>
                    Store.Beside(
                        options,
                        db => db.Run("insert into queues values ($0, 'q', 1, 0, 0, 0) on conflict do nothing", "t")
                    )
                )
            );
        Assert.Equal(1, (await Task.WhenAll(starts)).Sum());
        Assert.Equal(
            (7L, 1L),
            Store.Beside(
                options,
                db => (db.Scalar<long>("select count(*) from version"), db.Scalar<long>("select count(*) from queues"))
            )
        );
    }

    [Theory]
    [InlineData(
        "select seq from messages where {0} and seq in (select cast(value as bigint) from json_each('[1,2,3]'))"
    )]
    [InlineData("update messages set retried = 1 where seq = 1 and {0} and retried = 0")]
    public async Task What_is_named_is_not_looked_for_among_all_that_was_pending_since_somebodys_transaction_began(
        string statement
    )
    {
        await using var engine = await EngineUnderTest.StartAsync();
        for (var batch = 0; batch < 5; batch++)
            await engine.SendAsync(
                HttpMethod.Post,
                "/v2/batch",
                $"[{string.Join(',', Enumerable.Repeat($"{{\"destination\":\"{engine.Sink}/\"}}", 100))}]"
            );
        await engine.IdleAsync();
        // Nothing is pending, so that its index seems to be empty; what was is still in it until it can be cleaned up.
        var plan = engine.Beside(db =>
        {
            db.Run("analyze messages");
            return db.Command($"explain {string.Format(null, statement, Messages.IsPending)}")
                .Rows(row => row.GetString(0));
        });
        Assert.DoesNotContain(plan, line => line.Contains("messages_due_in_shard", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_several_hosts_one_that_does_not_answer_is_passed_over()
    {
        var options = await OptionsAsync();
        var server = await PostgresServer.SharedAsync();
        options.Database = $"postgres://postgres@127.0.0.1:1,127.0.0.1:{server.Port}/postgres?connect_timeout=10";
        await using var store = new PostgresStore(options);
        await store.WriteAsync(s => s.Run("insert into queues values ('t', 'q', 1, 0, 0, 0)"));
        Assert.True(store.Read(db => db.Any("select 1 from queues")));
    }

    [Fact]
    public async Task Of_several_hosts_one_that_hangs_costs_time_and_no_more()
    {
        var options = await OptionsAsync();
        var server = await PostgresServer.SharedAsync();
        await using var cable = new Cable(server.Port);
        cable.Hang();
        options.Database = $"postgres://postgres@127.0.0.1:{cable.Port},127.0.0.1:{server.Port}/postgres";
        await using var store = new PostgresStore(options);
        var name = store.Node.Id;
        for (var number = 0; number < 4; number++)
        {
            await store.WriteAsync(s => s.Run("insert into queues values ('t', $0, 1, 0, 0, 0)", $"q{number}"));
            Assert.True(store.Read(db => db.Any("select 1 from queues where name = $0", $"q{number}")));
        }
        // Nobody took it for dead meanwhile.
        Assert.Equal(name, store.Node.Id);
    }

    [Fact]
    public async Task A_name_that_is_not_known_is_said_as_what_it_is()
    {
        var options = await OptionsAsync();
        options.Database = "postgres://postgres@nowhere.invalid/postgres";
        var refused = Assert.Throws<InvalidOperationException>(() => new PostgresStore(options));
        Assert.Contains("there is no host nowhere.invalid", refused.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => PostgresStore.Look(options, "select 1 from {kept}"));
    }

    [Fact]
    public async Task A_schema_of_a_newer_version_is_left_alone()
    {
        var options = await OptionsAsync();
        Store.Beside(options, db => db.Run("insert into version (number) values (999)"));
        var refused = Assert.Throws<InvalidOperationException>(() => Store.Open(options));
        Assert.Contains($"{options.DatabaseSchema} at 127.0.0.1", refused.Message, StringComparison.Ordinal);
        Assert.Contains("newer Jettae", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Its_tables_lie_in_their_schema_and_nowhere_else()
    {
        var options = await OptionsAsync();
        var tables = Store.Beside(
            options,
            db =>
                db.Command("select tablename from pg_tables where schemaname = $0", options.DatabaseSchema)
                    .Rows(row => row.GetString(0))
        );
        Assert.Contains("messages", tables);
        Assert.Equal(
            0,
            Store.Beside(
                options,
                db =>
                    db.Scalar<long>(
                        "select count(*) from pg_tables where schemaname = 'public' and tablename = 'messages'"
                    )
            )
        );
    }

    [Fact]
    public async Task The_schema_whose_tables_a_database_may_show_to_anyone_is_refused()
    {
        var options = await OptionsAsync();
        options.DatabaseSchema = "public";
        var refused = Assert.Throws<InvalidOperationException>(() => Store.Open(options));
        Assert.Contains("a schema of its own", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_given_up_writes_nothing_more_until_it_comes_back_under_another_name()
    {
        var options = await OptionsAsync();
        // It finds out by itself within six seconds.
        options.NodeTerm = TimeSpan.FromSeconds(30);
        await using var store = new PostgresStore(options);
        var name = store.Node.Id;
        await store.WriteAsync(s => s.Run("insert into queues values ('t', 'before', 1, 0, 0, 0)"));
        // Amid the commit: a beat in between would have it come back before.
        var refused = await Assert.ThrowsAnyAsync<DbException>(() =>
            store.WriteAsync(s =>
            {
                Store.Beside(options, db => db.Run("delete from nodes"));
                return s.Run("insert into queues values ('t', 'late', 1, 0, 0, 0)");
            })
        );
        Assert.Contains("given up", refused.Message, StringComparison.Ordinal);
        await EngineUnderTest.UntilAsync(() =>
            Task.FromResult(Store.Beside(options, db => db.Any("select 1 from nodes")))
        );
        Assert.NotEqual(name, store.Node.Id);
        await store.WriteAsync(s => s.Run("insert into queues values ('t', 'after', 1, 0, 0, 0)"));
        Assert.Equal(
            ["after", "before"],
            store.Read(db => db.Command("select name from queues order by name").Rows(row => row.GetString(0)))
        );
    }

    [Fact]
    public async Task A_commit_that_met_with_anothers_is_made_again_as_a_whole()
    {
        var options = await OptionsAsync();
        await using var store = new PostgresStore(options);
        await store.WriteAsync(s => s.Run("insert into queues values ('t', 'a', 1, 0, 0, 0), ('t', 'b', 1, 0, 0, 0)"));
        using var mine = new ManualResetEventSlim();
        using var theirs = new ManualResetEventSlim();
        var ran = 0;
        var neighbour = store.WriteAsync(s => s.Run("insert into queues values ('t', 'c', 1, 0, 0, 0)"));
        var write = store.WriteAsync(s =>
        {
            s.Run("update queues set parallelism = parallelism + 1 where name = 'a'");
            if (Interlocked.Increment(ref ran) == 1)
            {
                mine.Set();
                theirs.Wait(TimeSpan.FromSeconds(60));
            }
            return s.Run("update queues set parallelism = parallelism + 1 where name = 'b'");
        });
        var other = Task.Run(() =>
            Store.Beside(
                options,
                db =>
                {
                    db.Run("update queues set parallelism = parallelism + 10 where name = 'b'");
                    mine.Wait(TimeSpan.FromSeconds(20));
                    // Who has waited the longest for the other is the one that is undone.
                    db.Run("set local deadlock_timeout = '20s'");
                    theirs.Set();
                    return db.Run("update queues set parallelism = parallelism + 10 where name = 'a'");
                }
            )
        );
        Assert.Equal((1, 1, 1), (await write, await other, await neighbour));
        Assert.Equal(2, ran);
        Assert.Equal(
            ["a 12", "b 12", "c 1"],
            store.Read(db =>
                db.Command("select name, parallelism from queues order by name")
                    .Rows(row => $"{row.GetString(0)} {row.GetInt64(1)}")
            )
        );
    }

    [Fact]
    public async Task What_one_is_refused_as_its_connection_dies_is_nobody_elses_answer()
    {
        var options = await OptionsAsync();
        await using var store = new PostgresStore(options);
        using var open = new SemaphoreSlim(0);
        var isUnderWay = new TaskCompletionSource();
        var before = store.WriteAsync(_ =>
        {
            isUnderWay.SetResult();
            return open.Wait(TimeSpan.FromSeconds(20));
        });
        // The two that come now go into the next commit, together.
        await isUnderWay.Task;
        var ran = 0;
        var refused = store.WriteAsync<bool>(s =>
        {
            var session = s.Scalar<long>("select pg_backend_pid()");
            if (ran++ == 0)
                Store.Beside(options, db => db.Run("select pg_terminate_backend(cast($0 as integer), 20000)", session));
            throw new RejectedException(412, "no more of them");
        });
        var beside = store.WriteAsync(s => s.Run("insert into queues values ('t', 'beside', 1, 0, 0, 0)"));
        open.Release();
        Assert.True(await before);
        await Assert.ThrowsAsync<RejectedException>(() => refused);
        Assert.Equal((1, 2), (await beside, ran));
    }

    /// <summary>Its connection was found dead, no more: what others are committing is not waited for.</summary>
    [Fact]
    public async Task A_commit_whose_connection_had_died_is_made_again_beside_those_of_others()
    {
        var options = await OptionsAsync();
        await using var store = new PostgresStore(options);
        await using var source = NpgsqlDataSource.Create(new PostgresAddress(options.Database!).ConnectionString);
        await using var others = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var commit = await others.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await AskedAsync(
            others,
            "select pg_advisory_xact_lock_shared(hashtextextended($1, 0))",
            $"{options.DatabaseSchema} commits"
        );
        var session = await store.WriteAsync(s => s.Scalar<long>("select pg_backend_pid()"));
        await AskedAsync(others, "select pg_terminate_backend($1, 20000)", (int)session);
        await store.WriteAsync(s => s.Run("insert into queues values ('t', 'after', 1, 0, 0, 0)"));
        Assert.NotEqual(session, await store.WriteAsync(s => s.Scalar<long>("select pg_backend_pid()")));
    }

    [Fact]
    public async Task Who_waits_for_its_locks_as_its_session_ends_waits_once_more_and_then_is_told_to_come_again()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await using var others = await SessionAsync();
        await LockAsync();
        var publishing = EnqueueAsync("/once");
        await EngineUnderTest.UntilAsync(EndedAsync);
        await UnlockAsync();
        Assert.Equal(200, (await publishing).Status);
        await engine.IdleAsync();
        await LockAsync();
        publishing = EnqueueAsync("/twice");
        await EngineUnderTest.UntilAsync(async () => !await EndedAsync() && publishing.IsCompleted);
        Assert.Equal(503, (await publishing).Status);
        await UnlockAsync();
        Assert.Equal(200, (await EnqueueAsync("/after")).Status);
        await engine.IdleAsync();
        Assert.Equal(["/once", "/after"], engine.Deliveries.Select(each => each.Target));

        Task<(int Status, JsonNode? Json)> EnqueueAsync(string path) =>
            engine.SendAsync(HttpMethod.Post, $"/v2/enqueue/q/{engine.Sink}{path}", "x");

        Task LockAsync() =>
            AskedAsync(
                others,
                "select pg_advisory_lock(hashtextextended($1, 0))",
                $"{engine.StoreOptions.DatabaseSchema} {Line.LockOf("test", "q")}"
            );

        Task UnlockAsync() => AskedAsync(others, "select pg_advisory_unlock_all()");

        // One of those that wait for it.
        async Task<bool> EndedAsync() =>
            (bool)
                (
                    await AskedAsync(
                        others,
                        """
                        select coalesce(pg_terminate_backend((
                          select min(pid) from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))), 20000), false)
                        """
                    )
                )!;
    }

    [Fact]
    public async Task Of_lines_that_go_on_in_one_commit_the_one_whose_next_is_cancelled_meanwhile_takes_the_one_behind_it()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var first = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        engine.Answer = http =>
            http.Request.Path.Value!.EndsWith("/1", StringComparison.Ordinal) ? first.Task : Task.CompletedTask;
        string[] queues = ["a", "b", "c"];
        foreach (var number in new[] { 1, 2, 3 })
        foreach (var queue in queues)
            await engine.SendAsync(HttpMethod.Post, $"/v2/enqueue/{queue}/{engine.Sink}/{queue}/{number}", "x");
        await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Count == queues.Length));
        await using var others = await SessionAsync();
        await using var cancelling = await others.BeginTransactionAsync(TestContext.Current.CancellationToken);
        Assert.NotNull(
            await AskedAsync(
                others,
                $"""
                update {engine.StoreOptions.DatabaseSchema}.messages set state = 3, finished_at = 1, in_line = 3
                where url like '%/b/2' returning seq
                """
            )
        );
        // All three end in one commit.
        using var open = new SemaphoreSlim(0);
        var isHeld = new TaskCompletionSource();
        _ = engine.Store.WriteAsync(_ => isHeld.TrySetResult() && open.Wait(TimeSpan.FromSeconds(60)));
        await isHeld.Task;
        first.SetResult();
        await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Store.WaitingWrites >= queues.Length));
        open.Release();
        await EngineUnderTest.UntilAsync(async () =>
            await AskedAsync(
                others,
                "select count(*) from pg_stat_activity where pg_backend_pid() = any(pg_blocking_pids(pid))"
            )
                is > 0L
        );
        await cancelling.CommitAsync(TestContext.Current.CancellationToken);
        await engine.IdleAsync();
        Assert.Equal(
            ["/a/1", "/a/2", "/a/3", "/b/1", "/b/3", "/c/1", "/c/2", "/c/3"],
            engine.Deliveries.Select(each => each.Target).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Beside_a_node_that_knows_of_no_heads_each_line_is_looked_through_from_its_beginning()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        string[] queues = ["a", "b", "c"];
        engine.Run("insert into nodes (id, until, claims) values ('older', 9000000000000, 0)");
        await EngineUnderTest.UntilAsync(() => Task.FromResult(((PostgresStore)engine.Store).Node.HasOlder));
        // As if it had put somebody before whom the others had admitted.
        foreach (var queue in queues)
            engine.Run(
                $"insert into line_heads (tenant, name, not_before, seq, first_at, first_seq) values ('test', '{queue}', 9000000000000, 99, 9000000000000, 99)"
            );
        var items =
            from number in Enumerable.Range(1, 2)
            from queue in queues
            select $$"""{"destination":"{{engine.Sink}}/{{queue}}/{{number}}","queue":"{{queue}}"}""";
        await engine.SendAsync(HttpMethod.Post, "/v2/batch", $"[{string.Join(',', items)}]");
        await engine.IdleAsync();
        foreach (var queue in queues)
            Assert.Equal(
                [$"/{queue}/1", $"/{queue}/2"],
                engine
                    .Deliveries.Select(each => each.Target)
                    .Where(target => target.StartsWith($"/{queue}", StringComparison.Ordinal))
            );
        Assert.Equal(0L, engine.Store.Read(db => db.Scalar<long>("select count(*) from line_heads")));
    }

    /// <summary>What is lost on the way may be done a moment later: that moment is waited for, and what came of it is found.</summary>
    [Fact]
    public async Task A_commit_that_lands_after_its_connection_was_lost_is_delivered_without_a_restart()
    {
        var server = await PostgresServer.SharedAsync();
        await using var cable = new Cable(server.Port);
        await using var engine = await EngineUnderTest.StartAsync(options =>
            options.Database = $"postgres://postgres@127.0.0.1:{cable.Port}/postgres"
        );
        await using var source = NpgsqlDataSource.Create(new PostgresAddress(server.Url).ConnectionString);
        await using var slow = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var disk = await slow.BeginTransactionAsync(TestContext.Current.CancellationToken);
        engine.Run(
            """
            create function flush() returns trigger language plpgsql as $$
            begin
              perform pg_advisory_xact_lock(4711);
              return null;
            end
            $$;
            create constraint trigger flushed after insert on messages deferrable initially deferred
            for each row execute function flush();
            """
        );
        await AskedAsync(slow, "select pg_advisory_xact_lock($1)", 4711L);
        var publishing = engine.SendAsync(HttpMethod.Post, $"/v2/publish/{engine.Sink}/late", "x");
        await EngineUnderTest.UntilAsync(async () =>
            (bool)
                (
                    await AskedAsync(
                        slow,
                        "select exists (select from pg_locks where objid = $1 and not granted)",
                        4711L
                    )
                )!
        );
        cable.Cut();
        Assert.Equal(503, (await publishing).Status);
        cable.Mend();
        engine.Time.Advance(TimeSpan.FromSeconds(5));
        // It is waited for: what it holds of its node is.
        await EngineUnderTest.UntilAsync(async () =>
            (bool)
                (
                    await AskedAsync(
                        slow,
                        "select exists (select from pg_locks where locktype = 'tuple' and relation = $1::regclass)",
                        $"{engine.StoreOptions.DatabaseSchema}.holds"
                    )
                )!
        );
        await engine.SteppedAsync();
        Assert.Empty(engine.Deliveries);
        await disk.CommitAsync(TestContext.Current.CancellationToken);
        await EngineUnderTest.UntilAsync(() => Task.FromResult(!engine.Deliveries.IsEmpty));
    }

    /// <summary>A key that comes into memory is read of the store: meanwhile its shard answers, and hears what others tell it.</summary>
    [Fact]
    public async Task While_a_key_cannot_be_read_whoever_asks_its_shard_is_answered()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await engine.PublishAsync(
            "/later",
            "x",
            ("Upstash-Delay", "10s"),
            ("Upstash-Flow-Control-Key", "k"),
            ("Upstash-Flow-Control-Value", "parallelism=1")
        );
        await using var source = NpgsqlDataSource.Create(
            new PostgresAddress((await PostgresServer.SharedAsync()).Url).ConnectionString
        );
        await using (var other = await source.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await using var open = await other.BeginTransactionAsync(TestContext.Current.CancellationToken);
            var table = $"{engine.StoreOptions.DatabaseSchema}.flow_controls";
            await AskedAsync(other, $"lock table {table}");
            engine.Time.Advance(TimeSpan.FromSeconds(10));
            await EngineUnderTest.UntilAsync(async () =>
                (bool)
                    (
                        await AskedAsync(
                            other,
                            "select exists (select from pg_locks where relation = $1::regclass and not granted)",
                            table
                        )
                    )!
            );
            var asked = engine.SendAsync(HttpMethod.Get, "/v2/globalParallelism");
            await EngineUnderTest.UntilAsync(() => Task.FromResult(asked.IsCompleted));
            Assert.Equal(200, (await asked).Status);
        }
        await engine.IdleAsync();
        Assert.Equal("/later", Assert.Single(engine.Deliveries).Target);
    }

    [Fact]
    public async Task Many_rows_are_done_at_once_however_large_they_are_and_whatever_they_lack()
    {
        var options = await OptionsAsync();
        var large = new string('x', 3 * 1024 * 1024);
        object?[][] rows =
        [
            ["a", large, null, 1, null],
            ["b", null, null, 2L, new byte[] { 0, 255 }],
            ["c", large + large, null, null, null],
            ["d\0\ud800", large, null, true, Array.Empty<byte>()],
            ["e", "", null, false, null],
        ];
        Store.Beside(
            options,
            db =>
            {
                db.Run(
                    "create table many (place bigint generated always as identity, a text, b text, c bytea, d bigint, e bytea)"
                );
                Assert.Equal(
                    ["a", "b", "c", "d��", "e"],
                    db.ForEach(
                        "insert into many (a, b, c, d, e) select $0, $1, $2, $3, $4 {from rows} returning a",
                        rows,
                        row => row.GetString(0)
                    )
                );
                Assert.Equal(
                    ["a 3145728 1 -", "b - 2 00ff", "c 6291456 - -", "d�� 3145728 1 ", "e 0 0 -"],
                    db.Command(
                            """
                            select concat_ws(' ', a, coalesce(length(b)::text, '-'), coalesce(d::text, '-'), coalesce(encode(e, 'hex'), '-'))
                            from many where c is null order by place
                            """
                        )
                        .Rows(row => row.GetString(0))
                );
                Assert.Equal(
                    ["b", "e"],
                    db.ForEach(
                            "update many set d = $1 {from rows} where a = $0 and coalesce(length(b), 0) < 1 returning a",
                            rows.Select(row => new[] { row[0], 7 }),
                            row => row.GetString(0)
                        )
                        .Order()
                );
                db.ForEach(
                    "delete from many {using rows} where a = $0",
                    [
                        ["a"],
                        ["nobody"],
                    ]
                );
                Assert.Empty(db.ForEach("select $0 {from rows}", [], row => row.GetString(0)));
                Assert.Equal(
                    ["b", "e"],
                    db.ForEach(
                            "select a from many{, rows} where a = $0 and d = $1",
                            [
                                ["a", 1],
                                ["b", 7],
                                ["e", 7],
                            ],
                            row => row.GetString(0)
                        )
                        .Order()
                );
                return true;
            }
        );
    }

    [Fact]
    public async Task What_has_left_a_line_is_not_gone_through_again_while_somebodys_transaction_keeps_it()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await using var somebody = await SomebodyAsync();
        var item = $$$"""
            {"destination":"{{{engine.Sink}}}/","queue":"line","headers":{"Upstash-Callback":"{{{engine.Sink}}}/told"}}
            """;
        for (var batch = 0; batch < 20; batch++)
        {
            engine.Time.Advance(TimeSpan.FromMilliseconds(1));
            await engine.SendAsync(HttpMethod.Post, "/v2/batch", $"[{string.Join(',', Enumerable.Repeat(item, 10))}]");
        }
        await engine.IdleAsync();
        Assert.Equal(400, engine.Deliveries.Count);
        engine.Beside(db => db.Run("analyze messages, line_heads"));
        var steps = engine.Beside(db =>
        {
            PutInLine(db, "test", "next", Last(db, "test"));
            var (before, effects) = (AllSteps(db), new Effects());
            Line.Advance(db, "test", "line", 0, effects);
            Last(db, "test");
            var seq = db.Scalar<long>("update messages set state = 1 where id = 'next' returning seq");
            Line.Leave(db, [new Leaving(seq, seq, 0, effects)]);
            return AllSteps(db) - before;
        });
        Assert.InRange(steps, 1, 60);

        static long AllSteps(Db db) =>
            Steps(db, "messages_in_line")
            + Steps(db, "messages_due_in_shard")
            + Steps(db, "messages_holding")
            + Steps(db, "line_heads_pkey");
    }

    [Fact]
    public async Task What_was_taken_out_of_the_inbox_is_not_gone_through_again_while_somebodys_transaction_keeps_it()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await using var somebody = await SomebodyAsync();
        var node = ((PostgresStore)engine.Store).Node.Id;
        for (var times = 0; times < 20; times++)
            engine.Beside(db => Inbox.Remove(db, Put(db, 50), node));
        engine.Beside(db => db.Run("analyze inbox"));
        var steps = engine.Beside(db =>
        {
            var before = Steps(db, "inbox_pkey") + Steps(db, "inbox_in_order");
            Assert.Equal(5, Inbox.Remove(db, Put(db, 5), node));
            return Steps(db, "inbox_pkey") + Steps(db, "inbox_in_order") - before;
        });
        Assert.InRange(steps, 1, 20);

        static List<long> Put(Db db, int letters) =>
            db.Command(
                    "insert into inbox (shard, message) select n % 8, 0 from generate_series(1, $0) as n returning seq",
                    letters
                )
                .Rows(row => row.GetInt64(0));
    }

    [Fact]
    public async Task Of_many_programs_that_publish_with_one_deduplication_key_one_is_the_first()
    {
        var options = await OptionsAsync();
        var engine = new EngineOptions { DataFile = "" };
        Store.Beside(options, _ => true);
        var publication = new Publication(
            new Message
            {
                Id = "",
                Tenant = "t",
                Shard = 0,
                DueAt = 1,
                CreatedAt = 1,
                NotBefore = 1,
                Url = "https://example.com",
                Method = "POST",
                MaxRetries = 0,
                Labels = [],
                Config = new MessageConfig { Headers = new Dictionary<string, string[]>() },
                Body = [],
                Queue = "line",
            },
            "once",
            ByContent: false
        );
        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(number =>
                    Task.Run(() =>
                        Store.Beside(
                            options,
                            db =>
                                Admission
                                    .All(
                                        db,
                                        [
                                            new Admission(
                                                "t",
                                                [
                                                    publication with
                                                    {
                                                        Message = publication.Message with { Id = $"{number}" },
                                                    },
                                                ],
                                                1,
                                                engine,
                                                Limits.None
                                            ),
                                        ]
                                    )[0]
                                    .Answers[0]
                        )
                    )
                )
        );
        Assert.Single(answers, answer => !answer.Deduplicated);
        Assert.Single(answers.DistinctBy(answer => answer.MessageId));
    }

    [Fact]
    public async Task A_line_that_several_programs_write_to_admits_no_more_than_it_may()
    {
        var options = await OptionsAsync();
        Store.Beside(options, db => db.Run("insert into queues values ('t', 'line', 2, 0, 0, 0)"));
        await Task.WhenAll(
            Enumerable
                .Range(0, 12)
                .Select(number =>
                    Task.Run(() =>
                        Store.Beside(
                            options,
                            db =>
                            {
                                PutInLine(db, "t", $"{number}", Last(db, "t"));
                                Line.Advance(db, "t", "line", 0, new Effects());
                                return true;
                            }
                        )
                    )
                )
        );
        Assert.Equal(
            2,
            Store.Beside(options, db => db.Scalar<long>("select count(*) from messages where in_line = 2"))
        );
    }

    [Fact]
    public async Task Who_is_cancelled_elsewhere_while_being_admitted_takes_no_place()
    {
        var options = await OptionsAsync();
        Store.Beside(
            options,
            db =>
            {
                Queues.Make(db, "t", "line", Limits.None, 0);
                for (var number = 1; number <= 3; number++)
                    PutInLine(db, "t", $"{number}", 5);
                return true;
            }
        );
        await using var elsewhere = new NpgsqlConnection(
            PostgresStore.ConnectionStringOf(options.Database!) + $";Search Path={options.DatabaseSchema}"
        );
        await elsewhere.OpenAsync(TestContext.Current.CancellationToken);
        await RunAsync("begin; update messages set state = 3, in_line = 3 where id = '1'");
        var effects = new Effects();
        var admitting = Task.Run(() =>
            Store.Beside(
                options,
                db =>
                {
                    Line.Advance(db, "t", "line", 9, effects);
                    return true;
                }
            )
        );
        await EngineUnderTest.UntilAsync(() =>
            Task.FromResult(
                Store.Beside(
                    options,
                    db =>
                        db.Any(
                            "select 1 from pg_locks where not granted and pg_backend_pid() <> pid and locktype = 'transactionid'"
                        )
                )
            )
        );
        await RunAsync("commit");
        await admitting;
        Assert.Equal(
            ["1 3", "2 2", "3 1"],
            Store.Beside(
                options,
                db => db.Command("select id || ' ' || in_line from messages order by id").Rows(row => row.GetString(0))
            )
        );

        async Task RunAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, elsewhere);
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Nothing is lost while it is gone, and everything goes on by itself.</summary>
    [Fact]
    public async Task It_is_stopped_and_started_while_messages_are_due()
    {
        await using var server = await PostgresServer.StartAsync();
        await using var engine = await EngineUnderTest.StartAsync(options =>
            (options.Database, options.NodeTerm) = (server.Url, TimeSpan.FromSeconds(3))
        );
        for (var i = 0; i < 20; i++)
            await engine.PublishAsync($"/{i}", "x", ("Upstash-Delay", $"{10 + i}s"));
        // One that is under way as it goes: its outcome finds no store.
        var answered = new TaskCompletionSource();
        engine.Answer = http => http.Request.Path == "/late" ? answered.Task : Task.CompletedTask;
        await engine.PublishAsync("/late", "x");
        await EngineUnderTest.UntilAsync(() => Task.FromResult(!engine.Deliveries.IsEmpty));
        await server.StopAsync();
        answered.SetResult();
        await engine.AdvanceAsync(TimeSpan.FromSeconds(15));
        using (
            var refused = await engine.Http.PostAsync(
                new Uri($"{engine.Address}/v2/publish/{engine.Sink}/refused"),
                null,
                TestContext.Current.CancellationToken
            )
        )
        {
            Assert.Equal(503, (int)refused.StatusCode);
            Assert.Equal(TimeSpan.FromSeconds(1), refused.Headers.RetryAfter!.Delta);
        }
        await server.StartAgainAsync();
        // Known to be gone, it is not asked; that it is back, the node finds out by itself.
        await EngineUnderTest.UntilAsync(async () =>
        {
            using var taken = await engine.Http.PostAsync(
                new Uri($"{engine.Address}/v2/publish/{engine.Sink}/again"),
                null,
                TestContext.Current.CancellationToken
            );
            return taken.IsSuccessStatusCode;
        });
        // At least once: what was under way as the store went is delivered again.
        List<string> all = [.. Enumerable.Range(0, 20).Select(i => $"/{i}").Append("/again").Append("/late").Order()];
        await EngineUnderTest.UntilAsync(async () =>
        {
            await engine.AdvanceAsync(TimeSpan.FromSeconds(5));
            return all.SequenceEqual(engine.Deliveries.Select(one => one.Target).Distinct().Order())
                && !engine.Beside(db => db.Any("select 1 from messages where state = 0"));
        });
    }

    /// <summary>Whoever comes to a table after a script that waits for it would wait as well: so the script lets go.</summary>
    [Fact]
    public async Task A_migration_that_finds_a_table_in_use_lets_others_pass_and_comes_back()
    {
        var options = await OptionsAsync();
        await using var store = new PostgresStore(options);
        await using var source = NpgsqlDataSource.Create(new PostgresAddress(options.Database!).ConnectionString);
        var scripts = Migration.Of("Migrations.Postgres").Append("alter table queues add column colour text").ToList();
        Task migration;
        await using (var reader = await source.OpenConnectionAsync(TestContext.Current.CancellationToken))
        {
            await using var open = await reader.BeginTransactionAsync(TestContext.Current.CancellationToken);
            await using var look = new NpgsqlCommand(
                $"select count(*) from {options.DatabaseSchema}.queues",
                reader,
                open
            );
            await look.ExecuteScalarAsync(TestContext.Current.CancellationToken);
            migration = Task.Run(
                () => PostgresStore.Migrate(source, options.DatabaseSchema, "the schema", scripts),
                TestContext.Current.CancellationToken
            );
            await EngineUnderTest.UntilAsync(async () =>
            {
                await using var waiting = source.CreateCommand(
                    "select exists (select from pg_locks where relation = $1::regclass and not granted)"
                );
                waiting.Parameters.Add(new() { Value = $"{options.DatabaseSchema}.queues" });
                return (bool)(await waiting.ExecuteScalarAsync())!;
            });
            await store.WriteAsync(s => s.Run("insert into queues values ('t', 'meanwhile', 1, 0, 0, 0)"));
            Assert.False(migration.IsCompleted);
        }
        await migration;
        Assert.True(store.Read(db => db.Any("select 1 from queues where colour is null")));
    }

    /// <summary>Two sessions for all that the engine does: each transaction has another one.</summary>
    [Fact]
    public async Task Behind_a_pooler_in_transaction_mode_all_is_as_without()
    {
        await using var server = await PostgresServer.StartAsync();
        var pooler = await server.PoolerAsync("transaction", sessions: 2);
        await using var engine = await EngineUnderTest.StartAsync(options => options.Database = pooler);
        await engine.SendAsync(HttpMethod.Post, "/v2/queues", """{"queueName":"line","parallelism":1}""");
        await engine.SendAsync(
            HttpMethod.Post,
            $"/v2/schedules/{engine.Sink}/slot",
            "x",
            ("Upstash-Cron", "* * * * *"),
            ("Upstash-Schedule-Id", "minutely")
        );
        await Task.WhenAll(
            Enumerable
                .Range(0, 60)
                .Select(async i =>
                {
                    if (i % 3 == 0)
                        await engine.SendAsync(HttpMethod.Post, $"/v2/enqueue/line/{engine.Sink}/line", $"{i}");
                    else if (i % 3 == 1)
                        await engine.PublishAsync("/now", "x", ("Upstash-Callback", engine.Sink + "/callback"));
                    else
                        await engine.PublishAsync(
                            "/keyed",
                            "x",
                            ("Upstash-Flow-Control-Key", "k"),
                            ("Upstash-Flow-Control-Value", "rate=5,period=1s")
                        );
                    Assert.Equal(200, (await engine.SendAsync(HttpMethod.Get, "/v2/events?label=a&host=b")).Status);
                })
        );
        await engine.IdleAsync();
        for (var i = 0; i < 12; i++)
            await engine.AdvanceAsync(TimeSpan.FromSeconds(5));
        await engine.RestartAsync(options => options.Database = pooler);
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(
            ["/callback 20", "/keyed 20", "/line 20", "/now 20", "/slot 2"],
            engine.Deliveries.CountBy(one => one.Target).Select(one => $"{one.Key} {one.Value}").Order()
        );
    }

    [Theory]
    [InlineData("postgres://postgres@127.0.0.1:1/postgres", "nothing listens there")]
    [InlineData("postgres://postgres@no-such-host.invalid/postgres", "there is no host no-such-host.invalid")]
    [InlineData("postgres://guarded:{password}@127.0.0.1:{port}/nowhere", "it has no database nowhere")]
    [InlineData("postgres://guarded:wrong-secret@127.0.0.1:{port}/postgres", "it does not let the user guarded in")]
    [InlineData("postgres://guarded:{password}@127.0.0.1:{port}/postgres", "create schema")]
    [InlineData(
        "Host=127.0.0.1;Port={port};Username=guarded;Password=wrong-secret",
        "it does not let the user guarded in"
    )]
    [InlineData("postgres://postgres@127.0.0.1:{port}/postgres?sslmode=require", "check sslmode")]
    [InlineData("postgres://postgres@127.0.0.1:{port}/postgres?sslmode=maybe", "sslmode cannot be 'maybe'")]
    [InlineData("postgres://postgres@127.0.0.1:{port}/postgres?speed=high", "parameter speed is not known")]
    [InlineData("postgres://u:wrong-secret@127.0.0.1:harbour/postgres", "port is no number")]
    [InlineData("mysql://u:wrong-secret@127.0.0.1/db", "another scheme")]
    [InlineData("wrong-secret", "neither of the two")]
    public async Task What_is_wrong_with_a_connection_is_said_in_a_sentence_without_its_password(
        string url,
        string said
    )
    {
        var server = await PostgresServer.SharedAsync();
        var options = await OptionsAsync();
        options.Database = url.Replace("{port}", $"{server.Port}", StringComparison.Ordinal)
            .Replace("{password}", PostgresServer.Password, StringComparison.Ordinal);
        var refused = Assert.Throws<InvalidOperationException>(() => Store.Open(options));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(PostgresServer.Password, refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-secret", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public async Task A_pooler_that_gives_each_statement_another_session_is_told_apart()
    {
        await using var server = await PostgresServer.StartAsync();
        var options = new EngineOptions
        {
            DataFile = "",
            Database = await server.PoolerAsync("statement", sessions: 2),
        };
        var refused = Assert.Throws<InvalidOperationException>(() => Store.Open(options));
        Assert.Contains("pool_mode to transaction", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_are_in_the_order_that_SQLite_has_them_in()
    {
        string[] names = ["b", "B", "a", "_", "1", "é", "제때", "z", "-a", "A", "ab", "a-b", "Z"];
        var options = await OptionsAsync();
        var ordered = Store.Beside(
            options,
            db =>
            {
                foreach (var name in names)
                    db.Run("insert into queues values ('t', $0, 1, 0, 0, 0)", name);
                return db.Command("select name from queues order by name").Rows(row => row.GetString(0));
            }
        );
        Assert.Equal(
            names.OrderBy(
                name => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(name)),
                StringComparer.Ordinal
            ),
            ordered
        );
    }

    [Fact]
    public async Task Hosts_and_paths_are_told_from_a_destination_as_the_program_tells_them()
    {
        var options = await OptionsAsync();
        var part = Gen.Char["abzAZ019.:@/?#[]%-_ÄßİΣ제 \\"].Array[0, 8].Select(chars => new string(chars));
        Gen.Select(Gen.Bool.Select(plain => plain ? "http" : "HTTPS"), part, part, part)
            .Select((scheme, one, two, three) => $"{scheme}://{one}{two}/{three}")
            .Array[50]
            .Sample(
                urls =>
                    Assert.Equal(
                        urls.Select(url =>
                            $"{Destination.HostOf(url)} {Destination.NameOf(url)} {Destination.PathOf(url)}"
                        ),
                        Store.Beside(
                            options,
                            db =>
                                urls.Select(url =>
                                        db.Scalar<string>(
                                            "select host_of($0) || ' ' || name_of($0) || ' ' || path_of($0)",
                                            url
                                        )
                                    )
                                    .ToList()
                        )
                    ),
                iter: 20,
                threads: 1
            );
    }

    private static async Task<object?> AskedAsync(NpgsqlConnection connection, string sql, params object[] values)
    {
#pragma warning disable CA2100 // The tests' own text.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        return await command.ExecuteScalarAsync();
    }

    private static async Task<NpgsqlConnection> SessionAsync()
    {
        var connection = new NpgsqlConnection(
            PostgresStore.ConnectionStringOf((await PostgresServer.SharedAsync()).Url)
        );
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    /// <summary>Somebody's transaction, which keeps whatever is there from now on.</summary>
    private static async Task<NpgsqlConnection> SomebodyAsync()
    {
        var connection = await SessionAsync();
        await using var look = new NpgsqlCommand(
            "begin transaction isolation level repeatable read; select count(*) from pg_class",
            connection
        );
        await look.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    private static long Last(Db db, string tenant) =>
        Line.Lasts(db, Line.Look(db, [(tenant, "line")]))[(tenant, "line")];

    private static void PutInLine(Db db, string tenant, string id, long notBefore) =>
        db.Run(
            $"insert into messages ({Messages.Columns[5..]}) values ($0, $1, 0, 0, 0, 0, 0, $2, null, 'https://h', 'POST', 0, '', '{{}}', $3, 'line', 1, null, null)",
            id,
            tenant,
            notBefore,
            Array.Empty<byte>()
        );

    /// <summary>Entries of an index that this session has come by.</summary>
    private static long Steps(Db db, string index) =>
        db.Scalar<long>("select pg_stat_get_xact_tuples_returned(cast($0 as regclass))", index);

    private static async Task<EngineOptions> OptionsAsync() =>
        new()
        {
            DataFile = "",
            Database = (await PostgresServer.SharedAsync()).Url,
            DatabaseSchema = $"own{Interlocked.Increment(ref schemas)}",
            NodeTerm = TimeSpan.FromMinutes(1),
        };
}
