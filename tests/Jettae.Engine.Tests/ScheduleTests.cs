using System.Text.Json.Nodes;

namespace Jettae.Engine.Tests;

/// <summary>Schedules: a message at every slot, once, whatever happens around it.</summary>
public sealed class ScheduleTests
{
    private static async Task<string> CreateAsync(
        EngineUnderTest engine,
        string destination,
        string cron,
        params (string Name, string Value)[] headers
    )
    {
        var (status, json) = await engine.SendAsync(
            HttpMethod.Post,
            "/v2/schedules/" + destination,
            "body",
            [("Upstash-Cron", cron), .. headers]
        );
        Assert.Equal(200, status);
        // Its slot is looked at, and the timer set, before the clock is moved on.
        await engine.IdleAsync();
        return (string)json!["scheduleId"]!;
    }

    private static async Task<JsonNode> GetAsync(EngineUnderTest engine, string id) =>
        (await engine.SendAsync(HttpMethod.Get, $"/v2/schedules/{id}")).Json!;

    [Fact]
    [Trait("QStash", "62,64,65,68,70,71,73,82")]
    public async Task A_schedule_is_made_shown_and_replaced_whole()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var id = await CreateAsync(
            engine,
            "https://example.com/",
            "*/10 * * * * ",
            ("Content-Type", "application/json"),
            ("Upstash-Schedule-Id", "mine"),
            ("Upstash-Method", "PUT"),
            ("Upstash-Delay", "1m"),
            ("Upstash-Retries", "7"),
            ("Upstash-Retry-Delay", "1000"),
            ("Upstash-Timeout", "30s"),
            ("Upstash-Callback", "https://example.com/told"),
            ("Upstash-Failure-Callback", "https://example.com/failed"),
            ("Upstash-Queue-Name", "q"),
            ("Upstash-Label", "a,b"),
            ("Upstash-Flow-Control-Key", "k"),
            ("Upstash-Flow-Control-Value", "rate=2,period=1d"),
            ("Upstash-Forward-My-Header", "value"),
            ("Upstash-Redact-Fields", "body, header[My-Header]")
        );
        Assert.Equal("mine", id);
        var shown = await GetAsync(engine, "mine");
        Assert.Equal("*/10 * * * *", (string)shown["cron"]!);
        Assert.Equal("https://example.com/", (string)shown["destination"]!);
        Assert.Equal(("PUT", 60, 7), ((string)shown["method"]!, (int)shown["delay"]!, (int)shown["retries"]!));
        Assert.Equal(("q", "a"), ((string)shown["queueName"]!, (string)shown["label"]!));
        Assert.Equal(("k", 2, 86_400), ((string)shown["flowControlKey"]!, (int)shown["rate"]!, (int)shown["period"]!));
        Assert.Equal("1000", (string)shown["retryDelayExpression"]!);
        Assert.Equal("https://example.com/told", (string)shown["callback"]!);
        Assert.Equal("https://example.com/failed", (string)shown["failureCallback"]!);
        Assert.False((bool)shown["isPaused"]!);
        Assert.StartsWith("REDACTED:", (string)shown["body"]!, StringComparison.Ordinal);
        Assert.StartsWith("REDACTED:", (string)shown["header"]!["My-Header"]![0]!, StringComparison.Ordinal);
        Assert.Equal("application/json", (string)shown["header"]!["Content-Type"]![0]!);
        Assert.Equal("127.0.0.1", (string)shown["callerIP"]!);
        Assert.Equal(engine.Time.GetUtcNow().AddMinutes(10).ToUnixTimeMilliseconds(), (long)shown["nextScheduleTime"]!);

        await engine.SendAsync(HttpMethod.Post, "/v2/schedules/mine/pause");
        var (status, _) = await engine.SendAsync(
            HttpMethod.Post,
            "/v2/Schedules/https://example.com/new",
            null,
            ("Upstash-Cron", "@hourly"),
            ("Upstash-Schedule-Id", "mine")
        );
        Assert.Equal(200, status);
        var replaced = Assert.Single((await engine.SendAsync(HttpMethod.Get, "/v2/schedules")).Json!.AsArray())!;
        Assert.Null(replaced["body"]);
        Assert.Null(replaced["delay"]);
        Assert.Equal("https://example.com/new", (string)replaced["destination"]!);
        Assert.Equal(3, (int)replaced["retries"]!);
        Assert.True((bool)replaced["isPaused"]!);
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Delete, "/v2/schedules/mine")).Status);
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Delete, "/v2/schedules/mine")).Status);
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Get, "/v2/schedules/mine")).Status);
        Assert.Empty((await engine.SendAsync(HttpMethod.Get, "/v2/schedules")).Json!.AsArray());
    }

    [Theory]
    [InlineData("", "empty spec string")]
    [InlineData("* * * *", "5 fields")]
    [InlineData("* * * * * *", "5 fields")]
    [InlineData("60 * * * *", "60 * * * *")]
    [InlineData("0 0 L * *", "digits")]
    [InlineData("@every 1h", "@every 1h")]
    [InlineData("0 0 30 2 *", "never")]
    [InlineData("CRON_TZ=Mars/Olympus 0 0 * * *", "time zone")]
    public async Task A_cron_that_cannot_be_is_refused_in_words(string cron, string named)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var (status, json) = await engine.SendAsync(
            HttpMethod.Post,
            $"/v2/schedules/{engine.Sink}",
            "x",
            ("Upstash-Cron", cron)
        );
        Assert.Equal(400, status);
        Assert.Contains(named, (string)json!["error"]!, StringComparison.Ordinal);
        Assert.Empty((await engine.SendAsync(HttpMethod.Get, "/v2/schedules")).Json!.AsArray());
    }

    [Fact]
    public async Task What_would_fail_at_every_slot_is_refused_at_once()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        (string, string) cron = ("Upstash-Cron", "* * * * *");
        foreach (
            var (destination, headers, expected) in new (string, (string, string)[], int)[]
            {
                (engine.Sink, [], 400),
                ("nobody", [cron], 404),
                ("", [cron], 400),
                (engine.Sink, [cron, ("Upstash-Not-Before", "1")], 400),
                (engine.Sink, [cron, ("Upstash-Delay", "soon")], 400),
                (engine.Sink, [cron, ("Upstash-Schedule-Id", "a b")], 400),
            }
        )
            Assert.Equal(
                expected,
                (await engine.SendAsync(HttpMethod.Post, "/v2/schedules/" + destination, "x", headers)).Status
            );
        Assert.Empty((await engine.SendAsync(HttpMethod.Get, "/v2/schedules")).Json!.AsArray());
    }

    [Fact]
    [Trait("QStash", "66,72,35")]
    public async Task It_fires_once_at_each_slot_and_shows_what_came_of_it()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var id = await CreateAsync(engine, engine.Sink + "/tick", "* * * * *", ("Upstash-Forward-My-Header", "value"));
        await engine.AdvanceAsync(TimeSpan.FromSeconds(59));
        Assert.Empty(engine.Deliveries);
        for (var minute = 1; minute <= 5; minute++)
        {
            await engine.AdvanceAsync(TimeSpan.FromSeconds(minute == 1 ? 1 : 60));
            Assert.Equal(minute, engine.Deliveries.Count);
        }
        var delivery = engine.Deliveries.First();
        Assert.Equal(
            ("body", id, "value", "127.0.0.1"),
            (
                delivery.Body,
                delivery.Header("Upstash-Schedule-Id"),
                delivery.Header("My-Header"),
                delivery.Header("Upstash-Caller-Ip")
            )
        );
        var now = engine.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var shown = await GetAsync(engine, id);
        Assert.Equal((now, now + 60_000), ((long)shown["lastScheduleTime"]!, (long)shown["nextScheduleTime"]!));
        var (message, state) = Assert.Single(shown["lastScheduleStates"]!.AsObject());
        Assert.Equal("SUCCESS", (string)state!);
        Assert.Equal(engine.Deliveries.Last().Header("Upstash-Message-Id"), message);
        var found = await engine.SendAsync(HttpMethod.Get, $"/v2/events?scheduleId={id}&state=DELIVERED");
        Assert.Equal(5, found.Json!["events"]!.AsArray().Count);
    }

    [Fact]
    [Trait("QStash", "69,70")]
    public async Task To_a_group_it_goes_to_the_endpoints_of_the_slot_and_delay_shifts_the_message_not_the_slot()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await AddEndpointAsync(engine, "/1");
        var id = await CreateAsync(engine, "group", "0 * * * *", ("Upstash-Delay", "30s"));
        await AddEndpointAsync(engine, "/2");
        await engine.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Empty(engine.Deliveries);
        await engine.AdvanceAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(["/1", "/2"], engine.Deliveries.Select(each => each.Target).Order());
        Assert.Equal("group", (string)(await GetAsync(engine, id))["destination"]!);
        // The group goes: the schedule says why its slot made nothing, and the next one finds it again.
        await engine.SendAsync(HttpMethod.Delete, "/v2/topics/group");
        await engine.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal("topic group not found", (string)(await GetAsync(engine, id))["error"]!);
        await AddEndpointAsync(engine, "/3");
        await engine.AdvanceAsync(TimeSpan.FromHours(1));
        await engine.AdvanceAsync(TimeSpan.FromSeconds(30));
        Assert.Equal("/3", engine.Deliveries.Last().Target);
        Assert.Null((await GetAsync(engine, id))["error"]);

        static Task AddEndpointAsync(EngineUnderTest engine, string path) =>
            engine.SendAsync(
                HttpMethod.Post,
                "/v2/topics/group/endpoints",
                $$"""{"endpoints":[{"url":"{{engine.Sink}}{{path}}"}]}"""
            );
    }

    [Fact]
    [Trait("QStash", "63")]
    public async Task Slots_that_pass_in_a_pause_are_dropped_over_restarts_too()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var id = await CreateAsync(engine, engine.Sink + "/tick", "* * * * *");
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Patch, $"/v2/schedules/{id}/pause")).Status);
        Assert.True((bool)(await GetAsync(engine, id))["isPaused"]!);
        await engine.AdvanceAsync(TimeSpan.FromMinutes(3));
        await engine.RestartAsync();
        await engine.AdvanceAsync(TimeSpan.FromMinutes(3));
        Assert.Empty(engine.Deliveries);
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Patch, $"/v2/schedules/{id}/resume")).Status);
        await engine.IdleAsync();
        Assert.Empty(engine.Deliveries);
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Single(engine.Deliveries);
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Patch, "/v2/schedules/none/pause")).Status);
    }

    [Fact]
    [Trait("QStash", "66,37")]
    public async Task Of_slots_that_pass_while_it_is_down_the_last_fires_unless_it_is_long_ago()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await CreateAsync(engine, engine.Sink + "/minutely", "* * * * *");
        await CreateAsync(engine, engine.Sink + "/daily", "5 9 * * *");
        await engine.StopAsync();
        engine.Time.Advance(TimeSpan.FromHours(3) + TimeSpan.FromSeconds(30));
        await engine.StartAgainAsync();
        Assert.Equal(["/minutely"], engine.Deliveries.Select(each => each.Target));
        await engine.AdvanceAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(2, engine.Deliveries.Count);
        await engine.AdvanceAsync(TimeSpan.FromHours(21));
        await engine.AdvanceAsync(TimeSpan.FromMinutes(4));
        await engine.StopAsync();
        engine.Time.Advance(TimeSpan.FromMinutes(20));
        await engine.StartAgainAsync();
        Assert.Single(engine.Deliveries, each => each.Target == "/daily");
    }

    [Fact]
    [Trait("QStash", "62,63,64,66")]
    public async Task What_is_paused_replaced_or_deleted_at_the_very_slot_fires_once_or_not_at_all()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < 30; i++)
            ids.Add(await CreateAsync(engine, $"{engine.Sink}/old/{i}", "* * * * *", ("Upstash-Schedule-Id", $"s{i}")));
        engine.Time.Advance(TimeSpan.FromMinutes(1));
        await Task.WhenAll(
            ids.Select(
                (id, i) =>
                    (i % 3) switch
                    {
                        0 => engine.SendAsync(HttpMethod.Delete, $"/v2/schedules/{id}"),
                        1 => engine.SendAsync(HttpMethod.Patch, $"/v2/schedules/{id}/pause"),
                        _ => engine.SendAsync(
                            HttpMethod.Post,
                            $"/v2/schedules/{engine.Sink}/new/{i}",
                            null,
                            ("Upstash-Cron", "* * * * *"),
                            ("Upstash-Schedule-Id", id)
                        ),
                    }
            )
        );
        await engine.IdleAsync();
        var fired = engine
            .Deliveries.GroupBy(each => each.Target.Split('/')[2])
            .ToDictionary(each => each.Key, each => each.Count());
        Assert.All(fired.Values, count => Assert.Equal(1, count));
        engine.Deliveries.Clear();
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(
            Enumerable.Range(0, 30).Where(i => i % 3 == 2).Select(i => $"/new/{i}").Order(),
            engine.Deliveries.Select(each => each.Target).Order()
        );
    }

    [Fact]
    public async Task A_publish_with_a_cron_is_a_schedule()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var (status, json) = await engine.SendAsync(
            HttpMethod.Post,
            $"/v2/publish/{engine.Sink}/x",
            "body",
            ("Upstash-Cron", "0 12 * * *")
        );
        Assert.Equal(200, status);
        Assert.StartsWith("scd_", (string)json!["scheduleId"]!, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("QStash", "70")]
    public async Task A_list_longer_than_a_portion_has_all_of_them_in_their_order_and_large_ones_all_fire()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        for (var i = 0; i < 12; i++)
        {
            var (status, _) = await engine.SendAsync(
                HttpMethod.Post,
                $"/v2/schedules/{engine.Sink}/{i}",
                new string((char)('a' + i), 3 * 1024 * 1024),
                ("Upstash-Cron", "0 * * * *"),
                ("Upstash-Schedule-Id", $"s{11 - i}")
            );
            Assert.Equal(200, status);
            engine.Time.Advance(TimeSpan.FromMilliseconds(1));
        }
        var (_, listed) = await engine.SendAsync(HttpMethod.Get, "/v2/schedules");
        Assert.Equal(
            Enumerable.Range(0, 12).Select(i => ($"s{11 - i}", new string((char)('a' + i), 3 * 1024 * 1024))),
            listed!.AsArray().Select(one => ((string)one!["scheduleId"]!, (string)one["body"]!))
        );
        await engine.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Equal(12, engine.Deliveries.Select(one => one.Target).Distinct().Count());
        Assert.Equal(12, engine.Deliveries.Count);
        Assert.Equal("[]", (await NoneAsync()).ToJsonString());

        async Task<JsonNode> NoneAsync()
        {
            for (var i = 0; i < 12; i++)
                await engine.SendAsync(HttpMethod.Delete, $"/v2/schedules/s{i}");
            return (await engine.SendAsync(HttpMethod.Get, "/v2/schedules")).Json!;
        }
    }

    [Fact]
    public async Task Without_grace_what_passes_while_it_is_down_is_gone_and_all_others_fire_however_late_the_timer_is()
    {
        await using var engine = await EngineUnderTest.StartAsync(options => options.ScheduleGrace = TimeSpan.Zero);
        await CreateAsync(engine, engine.Sink + "/minutely", "* * * * *");
        await engine.AdvanceAsync(TimeSpan.FromSeconds(90));
        Assert.Single(engine.Deliveries);
        await engine.StopAsync();
        engine.Time.Advance(TimeSpan.FromMinutes(10));
        await engine.StartAgainAsync(options => options.ScheduleGrace = TimeSpan.Zero);
        Assert.Single(engine.Deliveries);
        await engine.AdvanceAsync(TimeSpan.FromSeconds(45));
        Assert.Equal(2, engine.Deliveries.Count);
    }

    [Fact]
    public async Task One_that_holds_no_longer_cuts_off_no_list()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await CreateAsync(engine, engine.Sink + "/odd", "0 0 1 1 *");
        engine.Run("update schedules set headers = '{\"Upstash-Retries\":[\"many\"]}'");
        await CreateAsync(engine, engine.Sink + "/sound", "0 0 1 1 *");
        var (status, json) = await engine.SendAsync(HttpMethod.Get, "/v2/schedules");
        Assert.Equal((200, 2), (status, json!.AsArray().Count));
        Assert.Contains(
            json.AsArray(),
            one => ((string?)one!["error"])?.Contains("Upstash-Retries", StringComparison.Ordinal) == true
        );
        Assert.Contains(json.AsArray(), one => (string?)one!["destination"] == engine.Sink + "/sound");
    }
}
