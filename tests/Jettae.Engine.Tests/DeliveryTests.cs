using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Jettae.Engine.Tests;

public sealed class DeliveryTests
{
    [Fact]
    [Trait("QStash", "1,2,3,4,5,7,35,88,102")]
    public async Task A_message_arrives_byte_for_byte_signed_and_with_what_was_forwarded()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var id = await engine.PublishAsync(
            "/a/../b/%41?q=%41&url=https://x",
            "{\"안녕\":1}",
            ("Content-Type", "application/json"),
            ("Upstash-Forward-My-Header", "one, two"),
            ("Upstash-Method", "put"),
            ("Upstash-Label", "first, second")
        );
        await engine.IdleAsync();

        var got = Assert.Single(engine.Deliveries);
        Assert.Equal("PUT", got.Method);
        Assert.Equal("/a/../b/%41?q=%41&url=https://x", got.Target);
        Assert.Equal("{\"안녕\":1}", got.Body);
        Assert.Equal("application/json", got.Header("Content-Type"));
        Assert.Equal("one, two", got.Header("My-Header"));
        Assert.Equal("Upstash-QStash", got.Header("User-Agent"));
        Assert.Equal(id, got.Header("Upstash-Message-Id"));
        Assert.Equal("0", got.Header("Upstash-Retried"));
        Assert.False(got.Headers.ContainsKey("Authorization"));
        AssertSigned(got, engine.Sink + "/a/../b/%41?q=%41&url=https://x", engine.Time.GetUtcNow());
        Assert.Equal(["CREATED", "ACTIVE", "DELIVERED"], await engine.StoryAsync(id));
    }

    [Fact]
    [Trait("QStash", "25,26")]
    public async Task A_delayed_message_waits_for_its_instant_and_not_before_beats_delay()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await engine.PublishAsync("/delayed", "", ("Upstash-Delay", "1h30m"));
        var notBefore = engine.Time.GetUtcNow().AddDays(9).ToUnixTimeSeconds();
        await engine.PublishAsync("/not-before", "", ("Upstash-Delay", "1s"), ("Upstash-Not-Before", $"{notBefore}"));

        await engine.AdvanceAsync(TimeSpan.FromHours(1.5) - TimeSpan.FromMilliseconds(1));
        Assert.Empty(engine.Deliveries);
        await engine.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        Assert.Equal("/delayed", Assert.Single(engine.Deliveries).Target);
        await engine.AdvanceAsync(TimeSpan.FromDays(9));
        Assert.Equal("/not-before", engine.Deliveries.Last().Target);
    }

    [Fact]
    [Trait("QStash", "28,29,88,92,98")]
    public async Task A_failing_destination_is_tried_again_with_the_documented_waits_and_then_becomes_a_dead_letter()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = async http =>
        {
            http.Response.StatusCode = 500;
            await http.Response.Body.WriteAsync("broken"u8.ToArray());
        };
        var id = await engine.PublishAsync("/", "x", ("Upstash-Retries", "5"));
        await engine.IdleAsync();
        // e^2.5n seconds, and never more than a day (contract §5).
        foreach (var wait in new[] { 12_182, 148_413, 1_808_042, 22_026_465, 86_400_000 })
        {
            var before = engine.Deliveries.Count;
            await engine.AdvanceAsync(TimeSpan.FromMilliseconds(wait - 1));
            Assert.Equal(before, engine.Deliveries.Count);
            await engine.AdvanceAsync(TimeSpan.FromMilliseconds(1));
            Assert.Equal(before + 1, engine.Deliveries.Count);
        }
        Assert.Equal(["0", "1", "2", "3", "4", "5"], engine.Deliveries.Select(got => got.Header("Upstash-Retried")));
        string[] again = ["ACTIVE", "ERROR", "RETRY"];
        Assert.Equal(
            ["CREATED", .. again, .. again, .. again, .. again, .. again, "ACTIVE", "ERROR", "FAILED"],
            await engine.StoryAsync(id)
        );

        var (_, dlq) = await engine.SendAsync(HttpMethod.Get, "/v2/dlq");
        var letter = Assert.Single(dlq!["messages"]!.AsArray())!;
        Assert.Equal(id, (string)letter["messageId"]!);
        Assert.Equal(500, (int)letter["responseStatus"]!);
        Assert.Equal("broken", (string)letter["responseBody"]!);
        Assert.Null(dlq["cursor"]);
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Delete, $"/v2/dlq/{letter["dlqId"]}")).Status);
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Delete, $"/v2/dlq/{letter["dlqId"]}")).Status);
    }

    [Theory]
    [Trait("QStash", "32")]
    [InlineData("Retry-After", "7", 7_000)]
    [InlineData("Retry-After", "Mon, 05 Jan 2026 09:01:00 GMT", 60_000)]
    [InlineData("X-RateLimit-Reset", "6m5s", 365_000)]
    [InlineData("X-RateLimit-Reset-Tokens", "1.5s", 1_500)]
    public async Task A_destination_that_asks_for_a_wait_gets_it(string header, string value, int milliseconds)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = engine.Deliveries.Count == 1 ? 429 : 200;
            http.Response.Headers[header] = value;
            return Task.CompletedTask;
        };
        await engine.PublishAsync("/", "x", ("Upstash-Retry-Delay", "5"));
        await engine.IdleAsync();
        await engine.AdvanceAsync(TimeSpan.FromMilliseconds(milliseconds - 1));
        Assert.Single(engine.Deliveries);
        await engine.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        Assert.Equal(2, engine.Deliveries.Count);
    }

    [Theory]
    [Trait("QStash", "33")]
    [InlineData(489)]
    [InlineData(404)]
    public async Task An_answer_that_says_it_is_final_is_not_tried_again(int status)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers["Upstash-NonRetryable-Error"] = "true";
            return Task.CompletedTask;
        };
        var id = await engine.PublishAsync("/", "x");
        await engine.IdleAsync();
        Assert.Equal(["CREATED", "ACTIVE", "ERROR", "FAILED"], await engine.StoryAsync(id));
    }

    [Fact]
    [Trait("QStash", "39,40,41,42,44")]
    public async Task A_callback_follows_every_attempt_and_the_failure_callback_the_last()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = http.Request.Path == "/work" ? 503 : 200;
            return Task.CompletedTask;
        };
        var id = await engine.PublishAsync(
            "/work",
            "payload",
            ("Upstash-Retries", "1"),
            ("Upstash-Retry-Delay", "1000 * (retried + 1)"),
            ("Upstash-Callback", engine.Sink + "/callback"),
            ("Upstash-Callback-Forward-Secret", "s"),
            ("Upstash-Failure-Callback", engine.Sink + "/failure")
        );
        await engine.IdleAsync();
        await engine.AdvanceAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(
            ["/callback", "/callback", "/failure", "/work", "/work"],
            engine.Deliveries.Select(got => got.Target).Order()
        );
        var callback = engine.Deliveries.First(got => got.Target == "/callback");
        Assert.Equal("s", callback.Header("Secret"));
        var told = JsonNode.Parse(callback.Body)!;
        Assert.Equal(503, (int)told["status"]!);
        Assert.Equal(id, (string)told["sourceMessageId"]!);
        Assert.Equal("payload", Encoding.UTF8.GetString(Convert.FromBase64String((string)told["sourceBody"]!)));
        Assert.Null(told["retried"]);
        var failure = JsonNode.Parse(engine.Deliveries.Single(got => got.Target == "/failure").Body)!;
        Assert.Equal(1, (int)failure["retried"]!);
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Get, $"/v2/dlq/{failure["dlqId"]}")).Status);
    }

    [Theory]
    [InlineData(200, "DELIVERED")]
    [InlineData(500, "FAILED")]
    public async Task A_callback_whose_settings_are_refused_by_now_does_not_keep_its_message_from_ending(
        int status,
        string end
    )
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        };
        var id = await engine.PublishAsync(
            "/work",
            "x",
            ("Upstash-Delay", "1h"),
            ("Upstash-Retries", "0"),
            ("Upstash-Callback", engine.Sink + "/told"),
            ("Upstash-Callback-Label", "accepted-once"),
            ("Upstash-Failure-Callback", engine.Sink + "/failed")
        );
        // As if the rule had come with a later version.
        engine.Run("""update messages set config = replace(config, 'accepted-once', 'refused\u0001now')""");
        await engine.AdvanceAsync(TimeSpan.FromHours(1));
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(status == 200 ? ["/work"] : ["/work", "/failed"], engine.Deliveries.Select(each => each.Target));
        Assert.Equal(end, (await engine.StoryAsync(id))[^1]);
        var events = (await engine.SendAsync(HttpMethod.Get, $"/v2/events?messageId={id}&state={end}")).Json![
            "events"
        ]!;
        Assert.Contains("Upstash-Label", (string)events[0]!["error"]!, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("QStash", "34")]
    [InlineData("5s", 5)]
    [InlineData(null, 60)]
    [InlineData("1h", 90)]
    public async Task An_attempt_without_an_answer_in_time_has_failed(string? asked, int seconds)
    {
        await using var engine = await EngineUnderTest.StartAsync(options =>
        {
            options.DefaultTimeout = TimeSpan.FromSeconds(60);
            options.MaxTimeout = TimeSpan.FromSeconds(90);
        });
        engine.Answer = http => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
        (string, string)[] timeout = asked is null ? [] : [("Upstash-Timeout", asked)];
        var id = await engine.PublishAsync("/", "x", [.. timeout, ("Upstash-Retries", "0")]);
        await Eventually(() => !engine.Deliveries.IsEmpty);
        engine.Time.Advance(TimeSpan.FromSeconds(seconds - 1));
        Assert.Equal(["CREATED", "ACTIVE"], await engine.StoryAsync(id));
        await engine.AdvanceAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(["CREATED", "ACTIVE", "ERROR", "FAILED"], await engine.StoryAsync(id));
    }

    [Fact]
    [Trait("QStash", "83")]
    public async Task What_is_cancelled_is_not_delivered_and_an_answer_under_way_is_ignored()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var waiting = await engine.PublishAsync("/", "x", ("Upstash-Delay", "10s"));
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{waiting}")).Status);
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{waiting}")).Status);
        await engine.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(engine.Deliveries);

        var gate = new TaskCompletionSource();
        engine.Answer = async http =>
        {
            await gate.Task;
            http.Response.StatusCode = 500;
        };
        var flying = await engine.PublishAsync("/", "x", ("Upstash-Failure-Callback", engine.Sink + "/failure"));
        await Eventually(() => !engine.Deliveries.IsEmpty);
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{flying}")).Status);
        Assert.Equal(["CREATED", "ACTIVE", "CANCEL_REQUESTED", "CANCELED"], await engine.StoryAsync(flying));
        gate.SetResult();
        await engine.IdleAsync();
        await engine.AdvanceAsync(TimeSpan.FromDays(1));
        Assert.Single(engine.Deliveries);
        Assert.Equal(["CREATED", "ACTIVE", "CANCEL_REQUESTED", "CANCELED"], await engine.StoryAsync(flying));
    }

    [Fact]
    [Trait("QStash", "37")]
    public async Task A_restart_keeps_what_waits_and_what_was_decided()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await engine.PublishAsync("/retrying", "x", ("Upstash-Retry-Delay", "60000"));
        await engine.PublishAsync("/waiting", "y", ("Upstash-Delay", "2h"));
        await engine.IdleAsync();
        await engine.RestartAsync();
        engine.Answer = _ => Task.CompletedTask;
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(["0", "1"], engine.Deliveries.Select(got => got.Header("Upstash-Retried")));
        await engine.AdvanceAsync(TimeSpan.FromHours(2));
        Assert.Equal(["/retrying", "/retrying", "/waiting"], engine.Deliveries.Select(got => got.Target));
    }

    [Fact]
    [Trait("QStash", "45,47")]
    public async Task A_repeated_deduplication_id_answers_the_first_message_until_its_window_ends()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var first = await engine.PublishAsync("/", "x", ("Upstash-Deduplication-Id", "a"));
        var (status, json) = await PublishAsync();
        Assert.Equal(202, status);
        Assert.Equal(first, (string)json!["messageId"]!);
        Assert.True((bool)json["deduplicated"]!);
        await engine.AdvanceAsync(TimeSpan.FromMinutes(10) - TimeSpan.FromMilliseconds(1));
        Assert.Equal(202, (await PublishAsync()).Status);
        await engine.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        Assert.NotEqual(first, await engine.PublishAsync("/", "z", ("Upstash-Deduplication-Id", "a")));
        await engine.IdleAsync();
        Assert.Equal(["x", "z"], engine.Deliveries.Select(got => got.Body));

        Task<(int Status, JsonNode? Json)> PublishAsync() =>
            engine.SendAsync(HttpMethod.Post, $"/v2/publish/{engine.Sink}/", "y", ("Upstash-Deduplication-Id", "a"));
    }

    [Fact]
    [Trait("QStash", "38")]
    public async Task A_hanging_host_does_not_keep_others_waiting()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var gate = new TaskCompletionSource();
        engine.Answer = _ => gate.Task;
        var batch = new JsonArray([
            .. Enumerable.Range(0, 400).Select(_ => new JsonObject { ["destination"] = engine.Sink + "/hangs" }),
        ]);
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Post, "/v2/batch", batch.ToJsonString())).Status);
        await Eventually(() => engine.Deliveries.Count >= 64);
        engine.Answer = _ => Task.CompletedTask;
        var other = engine.Sink.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        Assert.Equal(
            200,
            (
                await engine.SendAsync(HttpMethod.Post, $"/v2/publish/{other}/passes", "", ("Upstash-Retries", "0"))
            ).Status
        );
        // While all that the first host may have still hangs.
        try
        {
            await Eventually(() => engine.Deliveries.Any(got => got.Target == "/passes"));
        }
        finally
        {
            gate.SetResult();
        }
        await engine.IdleAsync();
        Assert.Equal(400, engine.Deliveries.Count(got => got.Target == "/hangs"));
    }

    internal static async Task Eventually(Func<bool> condition)
    {
        using var bound = new CancellationTokenSource(EngineUnderTest.Patience);
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, bound.Token);
    }

    /// <summary>Checked by hand, not by the library that signed it.</summary>
    private static void AssertSigned(Received got, string subject, DateTimeOffset now)
    {
        var parts = got.Header("Upstash-Signature").Split('.');
        Assert.Equal("HS256", (string)Json(parts[0])["alg"]!);
        using var hmac = new HMACSHA256(Encoding.UTF8.GetBytes(EngineUnderTest.CurrentKey));
        Assert.Equal(parts[2], Url(hmac.ComputeHash(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"))));
        var claims = Json(parts[1]);
        Assert.Equal("Upstash", (string)claims["iss"]!);
        Assert.Equal(subject, (string)claims["sub"]!);
        Assert.Equal(now.ToUnixTimeSeconds(), (long)claims["iat"]!);
        Assert.Equal(now.ToUnixTimeSeconds() + 300, (long)claims["exp"]!);
        Assert.Equal(0, (long)claims["nbf"]!);
        Assert.Equal(Url(SHA256.HashData(Encoding.UTF8.GetBytes(got.Body))), (string)claims["body"]!);

        static string Url(byte[] bytes) =>
            Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        static JsonNode Json(string part) =>
            JsonNode.Parse(
                Convert.FromBase64String(
                    part.Replace('-', '+').Replace('_', '/').PadRight((part.Length + 3) / 4 * 4, '=')
                )
            )!;
    }
}
