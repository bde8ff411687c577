using System.Text.Json.Nodes;

namespace Jettae.Engine.Tests;

/// <summary>Queues: first in, first out, and never more in work than the parallelism says.</summary>
public sealed class QueueTests
{
    private static Task<(int Status, JsonNode? Json)> PutAsync(EngineUnderTest engine, string json) =>
        engine.SendAsync(HttpMethod.Post, "/v2/queues", json);

    private static async Task<string> EnqueueAsync(
        EngineUnderTest engine,
        string queue,
        string path,
        params (string Name, string Value)[] headers
    )
    {
        var (status, json) = await engine.SendAsync(
            HttpMethod.Post,
            $"/v2/enqueue/{queue}/{engine.Sink}{path}",
            "x",
            headers
        );
        Assert.Equal(200, status);
        return (string)json!["messageId"]!;
    }

    private static async Task<JsonNode> GetAsync(EngineUnderTest engine, string name) =>
        (await engine.SendAsync(HttpMethod.Get, $"/v2/queues/{name}")).Json!;

    [Fact]
    [Trait("QStash", "55,56,57,60")]
    public async Task A_queue_is_made_changed_paused_listed_and_deleted()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        Assert.Equal(200, (await PutAsync(engine, """{"queueName":"q","parallelism":2,"paused":true}""")).Status);
        var queue = await GetAsync(engine, "q");
        Assert.Equal(
            ("q", 2, true, 0),
            ((string)queue["name"]!, (int)queue["parallelism"]!, (bool)queue["paused"]!, (int)queue["lag"]!)
        );
        await EnqueueAsync(engine, "q", "/a");
        await EnqueueAsync(engine, "q", "/b");
        await engine.IdleAsync();
        Assert.Empty(engine.Deliveries);
        Assert.Equal(2, (int)(await GetAsync(engine, "q"))["lag"]!);

        await engine.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await PutAsync(engine, """{"queueName":"q","paused":false}""")).Status);
        await engine.IdleAsync();
        Assert.Equal(2, engine.Deliveries.Count);
        queue = await GetAsync(engine, "q");
        Assert.Equal((2, 0), ((int)queue["parallelism"]!, (int)queue["lag"]!));
        Assert.True((long)queue["updatedAt"]! > (long)queue["createdAt"]!);

        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Post, "/v2/queues/q/pause")).Status);
        Assert.True((bool)(await GetAsync(engine, "q"))["paused"]!);
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Post, "/v2/queues/q/resume")).Status);
        Assert.Single((await engine.SendAsync(HttpMethod.Get, "/v2/queues/")).Json!.AsArray());
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Delete, "/v2/queues/q")).Status);
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Delete, "/v2/queues/q")).Status);
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Get, "/v2/queues/q")).Status);
        Assert.Empty((await engine.SendAsync(HttpMethod.Get, "/v2/queues")).Json!.AsArray());
    }

    [Theory]
    [InlineData("""{"queueName":"a b"}""", "queueName")]
    [InlineData("""{"parallelism":1}""", "queueName")]
    [InlineData("""{"queueName":"q","parallelism":0}""", "parallelism")]
    [InlineData("""{"queueName":"q","parallelism":1.5}""", "parallelism")]
    [InlineData("""{"queueName":"q","paused":"yes"}""", "paused")]
    [InlineData("""{"queueName":"q","queueName":"r"}""", "JSON object")]
    [InlineData("[]", "JSON object")]
    [InlineData("", "queueName")]
    public async Task A_bad_queue_is_refused_and_nothing_changes(string body, string named)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var (status, json) = await PutAsync(engine, body);
        Assert.Equal(400, status);
        Assert.Contains(named, (string)json!["error"]!, StringComparison.Ordinal);
        Assert.Empty((await engine.SendAsync(HttpMethod.Get, "/v2/queues")).Json!.AsArray());
    }

    [Fact]
    [Trait("QStash", "58,59,37")]
    public async Task A_message_holds_the_line_through_its_retries_its_callbacks_and_a_restart()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var failures = 2;
        engine.Answer = http =>
        {
            if (http.Request.Path == "/first" && Interlocked.Decrement(ref failures) >= 0)
                http.Response.StatusCode = 500;
            if (http.Request.Path == "/told" && !engine.Deliveries.Any(each => each.Target == "/open"))
                http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await EnqueueAsync(
            engine,
            "line",
            "/first",
            ("Upstash-Retry-Delay", "1000"),
            ("Upstash-Failure-Callback", engine.Sink + "/never"),
            ("Upstash-Callback", engine.Sink + "/told"),
            ("Upstash-Callback-Retry-Delay", "1000")
        );
        await EnqueueAsync(engine, "line", "/second");
        await EnqueueAsync(engine, "line", "/third");
        await engine.IdleAsync();
        await engine.RestartAsync();
        await engine.AdvanceAsync(TimeSpan.FromSeconds(1));
        await engine.RestartAsync();
        await engine.AdvanceAsync(TimeSpan.FromSeconds(1));
        // Delivered at its third attempt, but its callbacks are still being tried.
        Assert.Equal(3, engine.Deliveries.Count(each => each.Target == "/first"));
        Assert.DoesNotContain(engine.Deliveries, each => each.Target == "/second");
        await engine.PublishAsync("/open", "x");
        await engine.IdleAsync();
        await engine.AdvanceAsync(TimeSpan.FromSeconds(1));
        await engine.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(
            ["/second", "/third"],
            engine.Deliveries.Select(each => each.Target).Where(target => target is "/second" or "/third")
        );
    }

    [Fact]
    [Trait("QStash", "59")]
    public async Task A_thousand_messages_to_a_destination_that_fails_at_random_are_attempted_in_order()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var random = new Random(20_261_123);
        var attempts = new List<(int Number, int Retried, bool Succeeds)>();
        var (inWork, most) = (0, 0);
        engine.Answer = async http =>
        {
            most = Math.Max(most, Interlocked.Increment(ref inWork));
            await Task.Yield();
            lock (random)
            {
                var succeeds = random.Next(4) != 0;
                http.Response.StatusCode = succeeds ? 200 : 503;
                attempts.Add(
                    (Number(http.Request.Path.Value![1..]), Number(http.Request.Headers["Upstash-Retried"]), succeeds)
                );
            }
            Interlocked.Decrement(ref inWork);
        };
        for (var hundred = 0; hundred < 10; hundred++)
        {
            var items = Enumerable
                .Range(hundred * 100, 100)
                .Select(number => new
                {
                    destination = $"{engine.Sink}/{number}",
                    queue = "order",
                    headers = new Dictionary<string, string>
                    {
                        ["Upstash-Retries"] = "100",
                        ["Upstash-Retry-Delay"] = "1000 * (1 + retried)",
                    },
                });
            var (status, _) = await engine.SendAsync(
                HttpMethod.Post,
                "/v2/batch",
                System.Text.Json.JsonSerializer.Serialize(items)
            );
            Assert.Equal(200, status);
        }
        await engine.IdleAsync();
        var restarted = false;
        while ((int)(await GetAsync(engine, "order"))["lag"]! is > 0 and var lag)
        {
            if (!restarted && lag < 500)
            {
                await engine.RestartAsync();
                restarted = true;
            }
            await engine.AdvanceAsync(TimeSpan.FromSeconds(1));
        }
        while (!attempts[^1].Succeeds)
            await engine.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.True(restarted);
        Assert.Equal(1, most);
        // Every attempt, not only the last of each: none of the next message before this one has arrived.
        Assert.Equal(attempts.OrderBy(each => each.Number).ThenBy(each => each.Retried), attempts);
        var expected = attempts
            .GroupBy(each => each.Number)
            .SelectMany(one => Enumerable.Range(0, one.Count()).Select(i => (one.Key, i, i == one.Count() - 1)));
        Assert.Equal(expected, attempts);
        Assert.Equal(Enumerable.Range(0, 1_000), attempts.Where(each => each.Succeeds).Select(each => each.Number));
        Assert.InRange(attempts.Count, 1_200, 1_600);

        static int Number(string? text) => int.Parse(text!, null);
    }

    [Fact]
    [Trait("QStash", "56,59")]
    public async Task Never_more_are_in_work_than_the_parallelism_and_raising_it_counts_at_once()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        using var open = new SemaphoreSlim(0);
        engine.Answer = _ => open.WaitAsync();
        await PutAsync(engine, """{"queueName":"wide","parallelism":3}""");
        for (var i = 0; i < 10; i++)
            await EnqueueAsync(engine, "wide", $"/{i}");
        await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Count == 3));
        Assert.Equal(7, (int)(await GetAsync(engine, "wide"))["lag"]!);
        await PutAsync(engine, """{"queueName":"wide","parallelism":5}""");
        await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Count == 5));
        open.Release(2);
        await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Count == 7));
        Assert.Equal(3, (int)(await GetAsync(engine, "wide"))["lag"]!);
        open.Release(100);
        await engine.IdleAsync();
        Assert.Equal(10, engine.Deliveries.Count);
    }

    [Fact]
    [Trait("QStash", "59")]
    public async Task Of_lines_in_which_many_end_at_once_each_lets_in_as_many_as_it_has_places_for()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var gate = Closed();
        var (seen, come) = (0, 0);
        engine.Answer = _ =>
        {
            var its = Volatile.Read(ref gate).Task;
            Interlocked.Increment(ref come);
            return its;
        };
        (string Name, int Parallelism)[] lines = [("gone", 4), ("held", 2), ("narrow", 1), ("wide", 3)];
        foreach (var (name, parallelism) in lines)
            await PutAsync(engine, $$"""{"queueName":"{{name}}","parallelism":{{parallelism}}}""");
        var items =
            from line in lines.Select(line => line.Name)
            from number in Enumerable.Range(0, 6)
            select $$$"""
                {"destination":"{{{engine.Sink}}}/{{{line}}}","queue":"{{{line}}}",
                 "headers":{"Upstash-Callback":"{{{engine.Sink}}}/told/{{{line}}}"}}
                """;
        await engine.SendAsync(HttpMethod.Post, "/v2/batch", $"[{string.Join(',', items)}]");
        await ComeAsync(("/gone", 4), ("/held", 2), ("/narrow", 1), ("/wide", 3));
        await engine.SendAsync(HttpMethod.Post, "/v2/queues/held/pause");
        await engine.SendAsync(HttpMethod.Delete, "/v2/queues/gone");
        // A place is kept until the callback has ended, too.
        await EndAsync(("/told/gone", 4), ("/told/held", 2), ("/told/narrow", 1), ("/told/wide", 3));
        await EndAsync(("/gone", 1), ("/narrow", 1), ("/wide", 3));
        await engine.SendAsync(HttpMethod.Post, "/v2/queues/held/resume");
        await ComeAsync(("/held", 2));
        await EndAsync(("/told/gone", 1), ("/told/held", 2), ("/told/narrow", 1), ("/told/wide", 3));
        await EndAsync(("/gone", 1), ("/held", 2), ("/narrow", 1));
        gate.SetResult();
        await engine.IdleAsync();
        Assert.Equal(2 * 24, engine.Deliveries.Count);

        static TaskCompletionSource Closed() => new(TaskCreationOptions.RunContinuationsAsynchronously);

        Task EndAsync(params (string Target, int Count)[] next)
        {
            Interlocked.Exchange(ref gate, Closed()).SetResult();
            return ComeAsync(next);
        }

        // All of them, and in the next round nothing that came behind them.
        async Task ComeAsync(params (string Target, int Count)[] next)
        {
            await EngineUnderTest.UntilAsync(() =>
                Task.FromResult(Volatile.Read(ref come) >= seen + next.Sum(each => each.Count))
            );
            Assert.Equal(
                next,
                engine
                    .Deliveries.Skip(seen)
                    .GroupBy(each => each.Target)
                    .OrderBy(each => each.Key, StringComparer.Ordinal)
                    .Select(each => (each.Key, each.Count()))
            );
            seen = engine.Deliveries.Count;
        }
    }

    [Fact]
    [Trait("QStash", "59")]
    public async Task A_delayed_message_joins_when_it_is_due_and_holds_nobody_up_before()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await EnqueueAsync(engine, "late", "/delayed", ("Upstash-Delay", "10s"));
        await EnqueueAsync(engine, "late", "/now");
        await engine.IdleAsync();
        Assert.Equal(["/now"], engine.Deliveries.Select(each => each.Target));
        await engine.SendAsync(HttpMethod.Post, "/v2/queues/late/pause");
        await engine.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Single(engine.Deliveries);
        Assert.Equal(1, (int)(await GetAsync(engine, "late"))["lag"]!);
        await engine.RestartAsync();
        await engine.SendAsync(HttpMethod.Post, "/v2/queues/late/resume");
        await engine.IdleAsync();
        Assert.Equal(["/now", "/delayed"], engine.Deliveries.Select(each => each.Target));
    }

    [Fact]
    [Trait("QStash", "59,83")]
    public async Task Cancelling_or_failing_the_head_of_the_line_lets_the_next_one_in()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = http.Request.Path == "/ok" ? 200 : 500;
            return Task.CompletedTask;
        };
        var stuck = await EnqueueAsync(engine, "q", "/stuck");
        var waiting = await EnqueueAsync(engine, "q", "/waiting");
        await EnqueueAsync(engine, "q", "/fails", ("Upstash-Retries", "0"));
        await EnqueueAsync(engine, "q", "/ok");
        await engine.IdleAsync();
        Assert.Equal(["/stuck"], engine.Deliveries.Select(each => each.Target));
        foreach (var id in new[] { waiting, stuck })
            Assert.Equal(200, (await engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{id}")).Status);
        await engine.IdleAsync();
        Assert.Equal(["/stuck", "/fails", "/ok"], engine.Deliveries.Select(each => each.Target));
        Assert.Equal(0, (int)(await GetAsync(engine, "q"))["lag"]!);
    }

    [Fact]
    [Trait("QStash", "59,83")]
    public async Task A_message_that_is_cancelled_under_way_keeps_its_place_until_its_request_has_ended()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        using var open = new SemaphoreSlim(0);
        engine.Answer = _ => open.WaitAsync();
        var first = await EnqueueAsync(engine, "q", "/first");
        await EnqueueAsync(engine, "q", "/second");
        await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Count == 1));
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{first}")).Status);
        await engine.SteppedAsync();
        var lag = (int)(await GetAsync(engine, "q"))["lag"]!;
        open.Release();
        Assert.Equal(1, lag);
        open.Release();
        await engine.IdleAsync();
        Assert.Equal(["/first", "/second"], engine.Deliveries.Select(each => each.Target));
    }

    [Fact]
    [Trait("QStash", "42,59,83")]
    public async Task The_end_of_an_earlier_callback_gives_no_place_away_whose_cancelled_request_still_runs()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        using var callback = new SemaphoreSlim(0);
        using var retry = new SemaphoreSlim(0);
        engine.Answer = http =>
        {
            if (http.Request.Path == "/told")
                return callback.WaitAsync();
            if (http.Request.Path == "/first" && http.Request.Headers["Upstash-Retried"] != "0")
                return retry.WaitAsync();
            http.Response.StatusCode = http.Request.Path == "/first" ? 500 : 200;
            return Task.CompletedTask;
        };
        var first = await EnqueueAsync(
            engine,
            "q",
            "/first",
            ("Upstash-Retry-Delay", "0"),
            ("Upstash-Retries", "1"),
            ("Upstash-Callback", engine.Sink + "/told")
        );
        await EnqueueAsync(engine, "q", "/second");
        await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Count == 3));
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{first}")).Status);
        callback.Release();
        var told = engine.Deliveries.Single(each => each.Target == "/told").Header("Upstash-Message-Id");
        await EngineUnderTest.UntilAsync(async () => (await engine.StoryAsync(told)).Contains("DELIVERED"));
        await engine.SteppedAsync();
        Assert.Equal(1, (int)(await GetAsync(engine, "q"))["lag"]!);
        Assert.DoesNotContain("/second", engine.Deliveries.Select(each => each.Target));
        retry.Release();
        await engine.IdleAsync();
        Assert.Equal("/second", engine.Deliveries.Last().Target);
    }

    [Fact]
    [Trait("QStash", "59,83")]
    public async Task Whatever_is_cancelled_whenever_no_more_are_under_way_than_the_parallelism_and_the_line_goes_on()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var (underWay, most, counting) = (0, 0, new Lock());
        engine.Answer = async http =>
        {
            // What tells of an attempt comes beside its message's next one, in the same place.
            if (http.Request.Path == "/told")
                return;
            lock (counting)
                most = Math.Max(most, ++underWay);
            // Half of them are cancelled amid their attempt; whoever took their place at once would be here by then.
            if (http.Request.Path.Value!.Length % 2 == 0)
            {
                var id = http.Request.Headers["Upstash-Message-Id"];
                await engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{id}");
                await engine.SteppedAsync();
                await GetAsync(engine, "q");
            }
            http.Response.StatusCode = http.Request.Path.Value!.EndsWith('3') ? 500 : 200;
            lock (counting)
                underWay--;
        };
        await PutAsync(engine, """{"queueName":"q","parallelism":2,"paused":true}""");
        var ids = new List<string>();
        for (var i = 0; i < 200; i++)
            ids.Add(
                await EnqueueAsync(
                    engine,
                    "q",
                    $"/{i}",
                    ("Upstash-Retry-Delay", "0"),
                    ("Upstash-Retries", "1"),
                    ("Upstash-Callback", engine.Sink + "/told")
                )
            );
        await PutAsync(engine, """{"queueName":"q","paused":false}""");
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(part =>
                    Task.Run(async () =>
                    {
                        foreach (var id in ids.Where((_, i) => i % 8 == part))
                            await engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{id}");
                    })
                )
        );
        await engine.IdleAsync();
        Assert.InRange(most, 1, 2);
        Assert.Equal(0, (int)(await GetAsync(engine, "q"))["lag"]!);
        Assert.Equal(
            ids.Where((_, i) => i % 8 >= 4).Order(),
            engine
                .Deliveries.Select(each => each.Header("Upstash-Message-Id"))
                .Intersect(ids.Where((_, i) => i % 8 >= 4))
                .Order()
        );
    }

    [Fact]
    [Trait("QStash", "37,59,83")]
    public async Task A_crash_between_a_cancellation_and_the_end_of_its_request_does_not_hold_the_line_for_ever()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = http.Request.Path == "/first" ? 500 : 200;
            return Task.CompletedTask;
        };
        await EnqueueAsync(engine, "q", "/first", ("Upstash-Retry-Delay", "60000"));
        await EnqueueAsync(engine, "q", "/second");
        await engine.IdleAsync();
        await engine.StopAsync();
        // What such a crash leaves: cancelled, and with its place still its own.
        engine.Run("update messages set state = 3, finished_at = created_at where in_line = 2");
        await engine.StartAgainAsync();
        Assert.Equal(["/first", "/second"], engine.Deliveries.Select(each => each.Target));
    }

    [Theory]
    [Trait("QStash", "59,83")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cancelled_messages_place_that_could_not_be_given_up_is_when_the_store_answers_again(
        bool isUnderWay
    )
    {
        await using var engine = await EngineUnderTest.StartAsync();
        using var open = new SemaphoreSlim(0);
        engine.Answer = async http =>
        {
            if (http.Request.Path != "/first")
                return;
            if (isUnderWay)
                await open.WaitAsync();
            http.Response.StatusCode = 500;
        };
        var first = await EnqueueAsync(engine, "q", "/first", ("Upstash-Retry-Delay", "60000"));
        await EnqueueAsync(engine, "q", "/second");
        if (isUnderWay)
            await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Count == 1));
        else
            await engine.IdleAsync();
        // The cancellation itself is written; the line cannot be read after it.
        engine.Store.Committed = () =>
        {
            engine.Store.Committed = null;
            engine.Run("alter table queues rename to hidden");
        };
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{first}")).Status);
        open.Release();
        await engine.IdleAsync();
        Assert.Single(engine.Deliveries);
        engine.Run("alter table hidden rename to queues");
        await engine.AdvanceAsync(TimeSpan.FromSeconds(5));
        await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Count == 2));
        Assert.Equal("/second", engine.Deliveries.Last().Target);
    }

    [Theory]
    [Trait("QStash", "42,59")]
    [InlineData("q", "q")]
    [InlineData("q", "other")]
    public async Task A_callback_that_goes_into_a_queue_holds_no_line_up_that_it_waits_for(string queue, string told)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        // Two lines crosswise, or one in itself.
        await EnqueueAsync(engine, queue, "/a", Told(told, "/told-of-a"));
        await EnqueueAsync(engine, queue, "/b");
        await EnqueueAsync(engine, told, "/c", Told(queue, "/told-of-c"));
        await EnqueueAsync(engine, told, "/d");
        await engine.IdleAsync();
        Assert.Equal(
            ["/a", "/b", "/c", "/d", "/told-of-a", "/told-of-c"],
            engine.Deliveries.Select(each => each.Target).Order()
        );
        Assert.Equal(0, (int)(await GetAsync(engine, queue))["lag"]!);

        (string, string)[] Told(string into, string path) =>
            [("Upstash-Callback", engine.Sink + path), ("Upstash-Callback-Queue-Name", into)];
    }

    [Fact]
    [Trait("QStash", "59")]
    public async Task A_clock_that_is_set_back_lets_nobody_overtake()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await PutAsync(engine, """{"queueName":"q","paused":true}""");
        await EnqueueAsync(engine, "q", "/1");
        await EnqueueAsync(engine, "q", "/2");
        engine.Time.AdjustTime(engine.Time.GetUtcNow() - TimeSpan.FromHours(1));
        await EnqueueAsync(engine, "q", "/3");
        await EnqueueAsync(engine, "q", "/4");
        await PutAsync(engine, """{"queueName":"q","paused":false}""");
        await engine.IdleAsync();
        Assert.Equal(["/1", "/2", "/3", "/4"], engine.Deliveries.Select(each => each.Target));
    }

    [Fact]
    [Trait("QStash", "59")]
    public async Task A_clock_that_is_set_back_keeps_nobody_from_a_line_that_had_come_further()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await EnqueueAsync(engine, "q", "/1");
        await engine.IdleAsync();
        engine.Time.AdjustTime(engine.Time.GetUtcNow() - TimeSpan.FromHours(1));
        await EnqueueAsync(engine, "q", "/3", ("Upstash-Delay", "10s"));
        await EnqueueAsync(engine, "q", "/2");
        await engine.IdleAsync();
        await engine.AdvanceAsync(TimeSpan.FromSeconds(10));
        await EnqueueAsync(engine, "q", "/4");
        await engine.IdleAsync();
        Assert.Equal(["/1", "/2", "/3", "/4"], engine.Deliveries.Select(each => each.Target));
    }

    [Fact]
    [Trait("QStash", "59")]
    public async Task Of_those_that_fall_due_behind_a_line_that_had_come_further_the_first_to_fall_due_is_the_first()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await EnqueueAsync(engine, "q", "/1");
        await engine.IdleAsync();
        engine.Time.AdjustTime(engine.Time.GetUtcNow() - TimeSpan.FromHours(1));
        await PutAsync(engine, """{"queueName":"q","paused":true}""");
        await EnqueueAsync(engine, "q", "/4", ("Upstash-Delay", "20s"));
        await EnqueueAsync(engine, "q", "/3", ("Upstash-Delay", "10s"));
        await EnqueueAsync(engine, "q", "/2");
        // They fall due when the clock is right again, and somebody has come before they are looked at.
        engine.Time.AdjustTime(engine.Time.GetUtcNow() + TimeSpan.FromHours(2));
        await EnqueueAsync(engine, "q", "/5");
        await engine.AdvanceAsync(TimeSpan.FromSeconds(10));
        await PutAsync(engine, """{"queueName":"q","paused":false}""");
        await engine.IdleAsync();
        Assert.Equal(["/1", "/2", "/3", "/4", "/5"], engine.Deliveries.Select(each => each.Target));
    }

    [Fact]
    [Trait("QStash", "59,83")]
    public async Task A_queue_that_is_cancelled_as_a_whole_delivers_nothing_more_however_long_it_is()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await EnqueueAsync(engine, "q", "/first", ("Upstash-Retry-Delay", "60000"));
        await engine.IdleAsync();
        var item = $$"""{"destination":"{{engine.Sink}}/more","queue":"q"}""";
        foreach (var count in new[] { 10_000, 10 })
            await engine.SendAsync(
                HttpMethod.Post,
                "/v2/batch",
                $"[{string.Join(',', Enumerable.Repeat(item, count))}]"
            );
        var (_, cancelled) = await engine.SendAsync(HttpMethod.Delete, "/v2/messages?queueName=q");
        Assert.Equal(10_011, (int)cancelled!["cancelled"]!);
        await engine.IdleAsync();
        Assert.Equal("/first", Assert.Single(engine.Deliveries).Target);
    }

    [Fact]
    public async Task Hundreds_of_places_that_a_crash_left_taken_are_given_up_at_the_next_start()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await PutAsync(engine, """{"queueName":"q","parallelism":450,"paused":true}""");
        foreach (var path in new[] { "/stuck", "/next" })
        {
            var item = $$"""{"destination":"{{engine.Sink}}{{path}}","queue":"q"}""";
            await engine.SendAsync(HttpMethod.Post, "/v2/batch", $"[{string.Join(',', Enumerable.Repeat(item, 450))}]");
        }
        await engine.StopAsync();
        engine.Run(
            """
            update messages set in_line = 2, state = 3, finished_at = created_at where url like '%/stuck';
            update queues set paused = 0
            """
        );
        await engine.StartAgainAsync();
        await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Count == 450));
        Assert.All(engine.Deliveries, each => Assert.Equal("/next", each.Target));
    }

    [Fact]
    public async Task Who_was_put_before_all_that_was_admitted_is_found_within_the_hour()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await PutAsync(engine, """{"queueName":"q","paused":true}""");
        await EnqueueAsync(engine, "q", "/1");
        await EnqueueAsync(engine, "q", "/2");
        engine.Run(
            "insert into line_heads (tenant, name, not_before, seq, first_at, first_seq) values ('test', 'q', 9000000000000, 99, 9000000000000, 99)"
        );
        await PutAsync(engine, """{"queueName":"q","paused":false}""");
        await engine.IdleAsync();
        Assert.Empty(engine.Deliveries);
        engine.Time.Advance(TimeSpan.FromHours(1));
        await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Count == 2));
        Assert.Equal(["/1", "/2"], engine.Deliveries.Select(each => each.Target));
    }

    [Fact]
    public async Task What_was_in_a_deleted_queue_is_delivered_one_by_one_all_the_same()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await PutAsync(engine, """{"queueName":"gone","paused":true}""");
        await EnqueueAsync(engine, "gone", "/1");
        await EnqueueAsync(engine, "gone", "/2");
        await engine.SendAsync(HttpMethod.Delete, "/v2/queues/gone");
        await engine.IdleAsync();
        Assert.Equal(["/1", "/2"], engine.Deliveries.Select(each => each.Target));
    }

    [Fact]
    [Trait("QStash", "21,52,61")]
    public async Task A_batch_and_a_group_go_into_queues_too()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await PutAsync(engine, """{"queueName":"mixed","paused":true}""");
        await engine.SendAsync(
            HttpMethod.Post,
            "/v2/topics/both/endpoints",
            $$"""{"endpoints":[{"url":"{{engine.Sink}}/one"},{"url":"{{engine.Sink}}/two"}]}"""
        );
        var (status, json) = await engine.SendAsync(
            HttpMethod.Post,
            "/v2/batch",
            $$"""
            [{"destination":"both","queue":"mixed","body":"g","headers":{"Content-Type":"application/json"} },
             {"destination":"{{engine.Sink}}/three","queue":"mixed","body":null}]
            """
        );
        Assert.Equal(200, status);
        Assert.Equal(2, json![0]!.AsArray().Count);
        var message = (
            await engine.SendAsync(HttpMethod.Get, $"/v2/messages/{(string)json[0]![1]!["messageId"]!}")
        ).Json!;
        Assert.Equal(("mixed", "both"), ((string)message["queueName"]!, (string)message["topicName"]!));
        Assert.Equal(3, (int)(await GetAsync(engine, "mixed"))["lag"]!);
        await engine.SendAsync(HttpMethod.Post, "/v2/queues/mixed/resume");
        await engine.IdleAsync();
        Assert.Equal(["/one", "/two", "/three"], engine.Deliveries.Select(each => each.Target));
    }
}
