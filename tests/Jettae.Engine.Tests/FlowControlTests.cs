using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;

namespace Jettae.Engine.Tests;

/// <summary>Flow control: as many at once, and as many in a period, as the key says; whatever the destination.</summary>
public sealed class FlowControlTests
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    private static Task<string> PublishAsync(EngineUnderTest engine, string path, string key, string value) =>
        engine.PublishAsync(path, "x", ("Upstash-Flow-Control-Key", key), ("Upstash-Flow-Control-Value", value));

    private static async Task<JsonNode> GetAsync(EngineUnderTest engine, string key) =>
        (await engine.SendAsync(HttpMethod.Get, $"/v2/flowControl/{key}")).Json!;

    private static async Task PostAsync(EngineUnderTest engine, string path) =>
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Post, $"/v2/flowControl/{path}")).Status);

    private static Task CountAsync(EngineUnderTest engine, int deliveries) =>
        EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Count == deliveries));

    [Fact]
    [Trait("QStash", "75")]
    public async Task The_starts_of_a_period_are_the_newest_of_those_written_beforehand_and_those_that_ended_each_once()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        Gen.Select(
                Gen.Select(Gen.Int[1, 3], Gen.Int[0, 60], Gen.Int[1, 4], Gen.Int[0, 2]).Array[0, 60],
                Gen.Int[1, 12],
                Gen.Int[0, 40]
            )
            .Sample(
                (starts, rate, reset) =>
                {
                    // One attempt begins once: its later mention is of no interest here.
                    var begun = starts.DistinctBy(each => (each.Item3, each.Item4)).ToList();
                    var sql = new StringBuilder("delete from flow_starts; delete from attempts;");
                    foreach (var (where, at, seq, retried) in begun)
                    {
                        if ((where & 1) != 0)
                            sql.Append(
                                Invariant,
                                $"insert into flow_starts values ('t', 'k', {at}, {seq}, {retried});"
                            );
                        if ((where & 2) != 0)
                            sql.Append(
                                Invariant,
                                $"""
                                insert into attempts (message_seq, retried, tenant, started_at, ended_at, status, flow_key)
                                values ({seq}, {retried}, 't', {at}, {at}, 200, 'k');
                                """
                            );
                    }
                    engine.RunUnchecked(sql.ToString());
                    var state = new FlowState("t", "k", new FlowLimits(0, rate, 1), false, false, false, reset, 1);
                    Assert.Equal(
                        begun.Select(each => (long)each.Item2).Where(at => at > reset).OrderDescending().Take(rate),
                        engine.Store.Read(db => FlowControls.Starts(db, state, now: 60, underWay: []))
                    );
                },
                iter: 200,
                threads: 1
            );
    }

    [Fact]
    [Trait("QStash", "74,76,36")]
    public async Task A_key_is_there_at_once_and_its_limits_are_shown_everywhere()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var id = await PublishAsync(engine, "/x", "k", "parallelism=3, rate=5 , Period=1h30m3s");
        await engine.IdleAsync();
        Assert.Equal(
            """{"flowControlKey":"k","waitListSize":0,"parallelismMax":3,"parallelismCount":0,"rateMax":5,"rateCount":1,"ratePeriod":5403,"ratePeriodStart":1767603600,"isPaused":false,"isPinnedParallelism":false,"isPinnedRate":false}""",
            (await GetAsync(engine, "k")).ToJsonString()
        );
        var message = (await engine.SendAsync(HttpMethod.Get, $"/v2/messages/{id}")).Json!;
        Assert.Equal(
            ("k", 3, 5, 5403),
            (
                (string)message["flowControlKey"]!,
                (int)message["parallelism"]!,
                (int)message["rate"]!,
                (int)message["period"]!
            )
        );
        var delivery = engine.Deliveries.Single();
        Assert.Equal("k", delivery.Header("Upstash-Flow-Control-Key"));
        Assert.Equal("parallelism=3,rate=5,period=5403", delivery.Header("Upstash-Flow-Control-Value"));

        var parallel = await PublishAsync(engine, "/x", "p", "parallelism=2");
        message = (await engine.SendAsync(HttpMethod.Get, $"/v2/messages/{parallel}")).Json!;
        Assert.Null(message["rate"]);
        Assert.Equal(1, (int)message["period"]!);
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Get, "/v2/flowControl/none")).Status);
    }

    [Theory]
    [InlineData("k", "")]
    [InlineData("", "rate=1")]
    [InlineData("k", "rate=0")]
    [InlineData("k", "rate=-1")]
    [InlineData("k", "rate=1.5")]
    [InlineData("k", "period=1s")]
    [InlineData("k", "rate=1,period=8d")]
    [InlineData("k", "rate=1,period=0s")]
    [InlineData("k", "rate")]
    [InlineData("k", "speed=1")]
    [InlineData("k", "parallelism=99999999999")]
    public async Task Limits_that_cannot_be_are_refused(string key, string value)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var (status, json) = await engine.SendAsync(
            HttpMethod.Post,
            $"/v2/publish/{engine.Sink}",
            "x",
            ("Upstash-Flow-Control-Key", key),
            ("Upstash-Flow-Control-Value", value)
        );
        Assert.Equal(400, status);
        Assert.NotEmpty((string)json!["error"]!);
        await engine.AssertNothingStoredAsync();
        Assert.Empty((await engine.SendAsync(HttpMethod.Get, "/v2/flowControl")).Json!.AsArray());
    }

    [Fact]
    [Trait("QStash", "75")]
    public async Task Never_more_of_a_key_are_under_way_than_its_parallelism_in_the_order_of_publishing()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        using var open = new SemaphoreSlim(0);
        engine.Answer = _ => open.WaitAsync();
        for (var i = 0; i < 8; i++)
            await PublishAsync(engine, $"/{i}", "narrow", "parallelism=2");
        await CountAsync(engine, 2);
        await engine.SteppedAsync();
        var shown = await GetAsync(engine, "narrow");
        Assert.Equal((6, 2), ((int)shown["waitListSize"]!, (int)shown["parallelismCount"]!));
        Assert.Equal(
            2,
            (int)(await engine.SendAsync(HttpMethod.Get, "/v2/globalParallelism")).Json!["parallelismCount"]!
        );
        // Another key, and no key at all, are not held up.
        await PublishAsync(engine, "/other", "wide", "parallelism=2");
        await CountAsync(engine, 3);
        open.Release(1);
        await CountAsync(engine, 4);
        await engine.SteppedAsync();
        Assert.Equal(4, engine.Deliveries.Count);
        open.Release(100);
        await engine.IdleAsync();
        Assert.Equal(9, engine.Deliveries.Count);
        for (var i = 0; i < 8; i++)
            await PublishAsync(engine, $"/single/{i}", "single", "parallelism=1");
        await engine.IdleAsync();
        Assert.Equal(
            Enumerable.Range(0, 8).Select(i => $"/single/{i}"),
            engine.Deliveries.Select(each => each.Target).Skip(9)
        );
    }

    [Fact]
    [Trait("QStash", "75,37")]
    public async Task No_span_of_a_period_sees_more_starts_than_the_rate_not_even_over_a_restart()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        for (var i = 0; i < 10; i++)
            await PublishAsync(engine, $"/{i}", "slow", "rate=4,period=10s");
        await engine.IdleAsync();
        Assert.Equal(4, engine.Deliveries.Count);
        Assert.Equal(6, (int)(await GetAsync(engine, "slow"))["waitListSize"]!);
        await engine.AdvanceAsync(TimeSpan.FromSeconds(5));
        await engine.RestartAsync();
        await engine.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Equal(4, engine.Deliveries.Count);
        await engine.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        Assert.Equal(8, engine.Deliveries.Count);
        await engine.AdvanceAsync(TimeSpan.FromMilliseconds(10_001));
        Assert.Equal(10, engine.Deliveries.Count);
    }

    [Fact]
    [Trait("QStash", "75")]
    public void Whatever_comes_whenever_a_lane_keeps_rate_and_parallelism_in_every_span() =>
        Gen.Select(
                Gen.Int[1, 5],
                Gen.Int[0, 4],
                Gen.Int[1, 3],
                Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1_500]).Array[1, 200]
            )
            .Sample(
                (rate, parallelism, period, steps) =>
                {
                    var state = new FlowState(
                        "t",
                        "k",
                        new FlowLimits(parallelism, rate, period),
                        false,
                        false,
                        false,
                        0,
                        1
                    );
                    var lane = new FlowLane(state, []);
                    var (now, starts, inFlight) = (0L, new List<long>(), 0);
                    foreach (var (what, span) in steps)
                    {
                        now += span;
                        var opensAt = lane.OpensAt(now);
                        if (what == 0 && inFlight > 0)
                        {
                            lane.End();
                            inFlight--;
                        }
                        else if (opensAt == now)
                        {
                            lane.Begin(now);
                            inFlight++;
                            if (what == 1)
                            {
                                lane.Refund();
                                inFlight--;
                            }
                            else
                                starts.Add(now);
                        }
                        else if (opensAt is { } later)
                            Assert.True(later > now && later <= now + (period * 1_000L) + 1, "opens within a period");
                        Assert.Equal(inFlight, lane.InFlight);
                        Assert.True(parallelism == 0 || inFlight <= parallelism);
                    }
                    foreach (var from in starts)
                        Assert.True(
                            starts.Count(start => start >= from && start <= from + (period * 1_000L)) <= rate,
                            $"more than {rate} from {from}"
                        );
                }
            );

    [Fact]
    [Trait("QStash", "77,79,81")]
    public async Task A_key_is_paused_resumed_reset_and_found()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await PostAsync(engine, "orders-eu/pause");
        await PublishAsync(engine, "/1", "orders-eu", "rate=1,period=1h");
        await PublishAsync(engine, "/2", "orders-eu", "rate=1,period=1h");
        await engine.IdleAsync();
        Assert.Empty(engine.Deliveries);
        Assert.True((bool)(await GetAsync(engine, "orders-eu"))["isPaused"]!);
        await engine.RestartAsync();
        Assert.Empty(engine.Deliveries);
        await PostAsync(engine, "orders-eu/resume");
        await engine.IdleAsync();
        Assert.Single(engine.Deliveries);
        await PostAsync(engine, "orders-eu/resetRate");
        await engine.IdleAsync();
        Assert.Equal(2, engine.Deliveries.Count);
        await engine.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        await PostAsync(engine, "orders-eu/resetRate");
        Assert.Equal(0, (int)(await GetAsync(engine, "orders-eu"))["rateCount"]!);
        // What begins in the very millisecond of a reset is forgotten by it.
        await engine.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        // The older name of the same.
        await PublishAsync(engine, "/4", "orders-eu", "rate=1,period=1h");
        await PublishAsync(engine, "/5", "orders-eu", "rate=1,period=1h");
        await engine.IdleAsync();
        Assert.Equal(3, engine.Deliveries.Count);
        await engine.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        await PostAsync(engine, "orders-eu/reset");
        await engine.IdleAsync();
        Assert.Equal(4, engine.Deliveries.Count);
        await PublishAsync(engine, "/3", "other", "parallelism=1");
        var found = (await engine.SendAsync(HttpMethod.Get, "/v2/flowControl?search=orders")).Json!.AsArray();
        Assert.Equal("orders-eu", (string)Assert.Single(found)!["flowControlKey"]!);
        Assert.Equal(2, (await engine.SendAsync(HttpMethod.Get, "/v2/flowControl/")).Json!.AsArray().Count);
    }

    /// <summary>Another node may forget a key, of which it finds no message, at the instant that one is published.</summary>
    [Fact]
    [Trait("QStash", "75")]
    public async Task A_key_that_was_forgotten_as_it_was_published_with_has_the_limits_that_its_messages_say()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        for (var i = 0; i < 3; i++)
            await engine.PublishAsync(
                $"/{i}",
                "x",
                ("Upstash-Delay", "10s"),
                ("Upstash-Flow-Control-Key", "k"),
                ("Upstash-Flow-Control-Value", "rate=1,period=1h")
            );
        engine.Run("delete from flow_controls");
        await engine.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("/0", Assert.Single(engine.Deliveries).Target);
    }

    [Fact]
    [Trait("QStash", "78")]
    public async Task What_is_pinned_no_publish_changes_until_it_is_unpinned()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await PostAsync(engine, "k/pin?parallelism=1&rate=2&period=60");
        await PublishAsync(engine, "/1", "k", "parallelism=9,rate=9,period=9s");
        var shown = await GetAsync(engine, "k");
        Assert.Equal((1, 2, 60), ((int)shown["parallelismMax"]!, (int)shown["rateMax"]!, (int)shown["ratePeriod"]!));
        Assert.True((bool)shown["isPinnedParallelism"]! && (bool)shown["isPinnedRate"]!);
        await PostAsync(engine, "k/unpin?parallelism=true");
        await PublishAsync(engine, "/2", "k", "parallelism=9,rate=9,period=9s");
        shown = await GetAsync(engine, "k");
        Assert.Equal((9, 2, 60), ((int)shown["parallelismMax"]!, (int)shown["rateMax"]!, (int)shown["ratePeriod"]!));
        foreach (var bad in new[] { "k/pin", "k/pin?rate=0", "k/pin?period=60", "k/unpin", "k/unpin?rate=maybe" })
            Assert.Equal(400, (await engine.SendAsync(HttpMethod.Post, $"/v2/flowControl/{bad}")).Status);
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Post, "/v2/flowControl/k/explode")).Status);
    }

    [Fact]
    [Trait("QStash", "76,77")]
    public async Task A_key_may_hold_slashes_blanks_and_a_bad_percent_sign()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await PublishAsync(engine, "/1", "a/b c%d", "parallelism=1");
        await PostAsync(engine, "a/b%20c%d/pause");
        Assert.True((bool)(await GetAsync(engine, "a/b%20c%d"))["isPaused"]!);
        Assert.True((bool)(await GetAsync(engine, "a%2Fb%20c%25d"))["isPaused"]!);
    }

    /// <summary>A key of so many bytes that no index could hold it is refused in words, and the longest that is taken counts like any other.</summary>
    [Fact]
    [Trait("QStash", "74,75")]
    public async Task A_key_may_have_as_many_bytes_as_can_be_kept()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var random = new Random(1);
        var key = string.Concat(Enumerable.Range(0, 682).Select(_ => (char)random.Next('가', '힣')));
        Assert.Equal(200, await StatusAsync(key));
        Assert.Equal(200, await StatusAsync(key));
        await engine.IdleAsync();
        Assert.Single(engine.Deliveries);
        var (status, json) = await BatchAsync(key + "가");
        Assert.Equal(400, status);
        Assert.Contains(
            "Upstash-Flow-Control-Key may have 1024 characters, and 2048 bytes in UTF-8, at the most; received '",
            (string)json!["error"]!,
            StringComparison.Ordinal
        );

        async Task<int> StatusAsync(string key) => (await BatchAsync(key)).Status;

        Task<(int Status, JsonNode? Json)> BatchAsync(string key) =>
            engine.SendAsync(
                HttpMethod.Post,
                "/v2/batch",
                new JsonArray(
                    new JsonObject
                    {
                        ["destination"] = engine.Sink + "/",
                        ["headers"] = new JsonObject
                        {
                            ["Upstash-Flow-Control-Key"] = key,
                            ["Upstash-Flow-Control-Value"] = "rate=1,period=1h",
                        },
                    }
                ).ToJsonString()
            );
    }

    [Fact]
    public async Task A_key_whose_host_hangs_holds_up_neither_another_host_of_the_key_nor_another_key()
    {
        await using var engine = await EngineUnderTest.StartAsync(options => options.MaxInFlight = 8);
        using var open = new SemaphoreSlim(0);
        engine.Answer = http => http.Request.Path == "/hangs" ? open.WaitAsync() : Task.CompletedTask;
        for (var i = 0; i < 5; i++)
            await PublishAsync(engine, "/hangs", "k", "parallelism=100");
        await CountAsync(engine, 2);
        var otherHost = engine.Sink.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        await engine.SendAsync(
            HttpMethod.Post,
            $"/v2/publish/{otherHost}/passes",
            "x",
            ("Upstash-Flow-Control-Key", "k"),
            ("Upstash-Flow-Control-Value", "parallelism=100")
        );
        await CountAsync(engine, 3);
        open.Release(100);
        await engine.IdleAsync();
        Assert.Equal(6, engine.Deliveries.Count);
    }

    [Fact]
    public async Task A_cancelled_message_uses_up_nothing_of_its_keys_rate()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await PublishAsync(engine, "/first", "k", "rate=1,period=1h");
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
            ids.Add(await PublishAsync(engine, "/cancelled", "k", "rate=1,period=1h"));
        await PublishAsync(engine, "/last", "k", "rate=1,period=1h");
        await engine.IdleAsync();
        foreach (var id in ids)
            await engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{id}");
        await engine.AdvanceAsync(TimeSpan.FromHours(1) + TimeSpan.FromMilliseconds(1));
        Assert.Equal(["/first", "/last"], engine.Deliveries.Select(each => each.Target));
    }

    /// <summary>A stop without patience leaves the store as a kill does: what is in flight was never settled.</summary>
    [Fact]
    [Trait("QStash", "75")]
    public async Task A_start_counts_although_the_engine_dies_before_its_end()
    {
        await using var engine = await EngineUnderTest.StartAsync(WithoutPatience);
        using var open = new SemaphoreSlim(0);
        engine.Answer = _ => open.WaitAsync();
        await PublishAsync(engine, "/", "k", "rate=2,period=1h");
        await CountAsync(engine, 1);
        engine.Time.Advance(TimeSpan.FromMinutes(1));
        await engine.RestartAsync(WithoutPatience, waits: false);
        await CountAsync(engine, 2);
        Assert.Equal(2, (int)(await GetAsync(engine, "k"))["rateCount"]!);
        await engine.RestartAsync();
        await engine.AdvanceAsync(TimeSpan.FromMinutes(59));
        Assert.Equal(2, engine.Deliveries.Count);
        open.Release(100);
        await engine.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        Assert.Equal(3, engine.Deliveries.Count);

        static void WithoutPatience(EngineOptions options) => options.DrainFor = TimeSpan.Zero;
    }

    [Fact]
    [Trait("QStash", "75")]
    public async Task A_start_counts_although_its_message_is_cancelled_in_flight()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        using var open = new SemaphoreSlim(0);
        engine.Answer = _ => open.WaitAsync();
        var id = await PublishAsync(engine, "/cancelled", "k", "rate=1,period=1h");
        await CountAsync(engine, 1);
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{id}")).Status);
        open.Release(100);
        await engine.IdleAsync();
        await PublishAsync(engine, "/next", "k", "rate=1,period=1h");
        await engine.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Single(engine.Deliveries);
        Assert.Equal(1, (int)(await GetAsync(engine, "k"))["rateCount"]!);
        await engine.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["/cancelled", "/next"], engine.Deliveries.Select(each => each.Target));
    }

    [Fact]
    [Trait("QStash", "75")]
    public async Task A_start_counts_although_its_outcome_could_not_be_written()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        IDisposable? broken = null;
        engine.Answer = _ =>
        {
            broken ??= engine.WithoutMessagesTable();
            return Task.CompletedTask;
        };
        await PublishAsync(engine, "/", "k", "rate=1,period=1h");
        await CountAsync(engine, 1);
        await engine.IdleAsync();
        broken!.Dispose();
        await engine.AdvanceAsync(TimeSpan.FromMinutes(59));
        Assert.Single(engine.Deliveries);
        await engine.AdvanceAsync(TimeSpan.FromMinutes(2));
        Assert.Equal(2, engine.Deliveries.Count);
    }

    [Theory]
    [Trait("QStash", "75,78")]
    [InlineData("parallelism=9")]
    [InlineData("rate=9,period=1s")]
    [InlineData("rate=9,period=1h")]
    public async Task What_began_under_other_limits_counts_under_the_new_ones(string before)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        using var open = new SemaphoreSlim(0);
        engine.Answer = http => http.Request.Path == "/hangs" ? open.WaitAsync() : Task.CompletedTask;
        await PublishAsync(engine, "/ends", "k", before);
        await engine.IdleAsync();
        await engine.AdvanceAsync(TimeSpan.FromSeconds(10));
        await PublishAsync(engine, "/hangs", "k", before);
        await CountAsync(engine, 2);
        // The key is in memory all the while: one of it is in flight.
        await engine.SteppedAsync();
        engine.Time.Advance(TimeSpan.FromSeconds(10));
        await PublishAsync(engine, "/late", "k", "rate=2,period=1h");
        await engine.SteppedAsync();
        Assert.Equal(2, (int)(await GetAsync(engine, "k"))["rateCount"]!);
        open.Release(100);
        await engine.IdleAsync();
        await engine.AdvanceAsync(TimeSpan.FromHours(1) - TimeSpan.FromSeconds(20));
        Assert.Equal(2, engine.Deliveries.Count);
        await engine.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        Assert.Equal(3, engine.Deliveries.Count);
    }

    [Fact]
    public async Task What_waits_behind_a_paused_key_waits_in_the_store_and_all_of_it_comes_once_and_in_order()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await PostAsync(engine, "k/pause");
        const int all = 3_000;
        var batch = new JsonArray();
        for (var i = 0; i < all; i++)
            batch.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["destination"] = engine.Sink + "/",
                        ["body"] = $"{i}",
                        ["headers"] = new JsonObject
                        {
                            ["Upstash-Flow-Control-Key"] = "k",
                            ["Upstash-Flow-Control-Value"] = "parallelism=1",
                        },
                    }
            );
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Post, "/v2/batch", batch.ToJsonString())).Status);
        await engine.IdleAsync();
        Assert.InRange(engine.InMemory, 1, Shard.MostInLane);
        await engine.RestartAsync();
        Assert.InRange(engine.InMemory, 1, Shard.MostInLane);
        // One that comes now is the last, though there might be room for it.
        await PublishAsync(engine, "/last", "k", "parallelism=1");
        await PostAsync(engine, "k/resume");
        var seen = 0;
        do
        {
            seen = engine.Deliveries.Count;
            await EngineUnderTest.UntilAsync(() =>
                Task.FromResult(engine.Deliveries.Count > Math.Min(seen + 100, all))
            );
        } while (engine.Deliveries.Count <= all);
        await engine.IdleAsync();
        Assert.Equal([.. Enumerable.Range(0, all).Select(i => $"{i}"), "x"], engine.Deliveries.Select(one => one.Body));
        Assert.Equal(0, engine.InMemory);
    }

    [Fact]
    public async Task A_clock_that_is_set_back_loses_nothing_of_what_was_left_in_the_store()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await PostAsync(engine, "k/pause");
        const int all = 2_500;
        var item = new JsonObject
        {
            ["destination"] = engine.Sink + "/",
            ["headers"] = new JsonObject
            {
                ["Upstash-Flow-Control-Key"] = "k",
                ["Upstash-Flow-Control-Value"] = "parallelism=200",
            },
        };
        var batch = new JsonArray([.. Enumerable.Range(0, all).Select(_ => item.DeepClone())]);
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Post, "/v2/batch", batch.ToJsonString())).Status);
        await engine.IdleAsync();
        engine.Time.AdjustTime(engine.Time.GetUtcNow() - TimeSpan.FromMinutes(10));
        await PostAsync(engine, "k/resume");
        await engine.IdleAsync();
        await engine.AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.Equal(all, engine.Deliveries.Count);
    }
}
