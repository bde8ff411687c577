using System.Text;

namespace Jettae.Engine.Tests;

/// <summary>Contract §2.2, header by header: of the wrong kind, over its limit, empty, twice, and 64 KB long.</summary>
[Trait("Store", "none")]
public sealed class HeaderTableTests
{
    private const int Long = 64 * 1024;

    /// <summary>
    /// A good value, one of the wrong kind, one over the limit (empty where there is none), and whether an empty one, two, and
    /// a long one are accepted.
    /// </summary>
    public static readonly TheoryData<string, string, string, string, bool, bool, bool> Rows = new()
    {
        { "Content-Type", "text/plain", "", "", true, true, true },
        { "Upstash-Method", "PUT", "OPTIONS", "", false, false, false },
        { "Upstash-Delay", "1d", "soon", "36601d", false, false, false },
        { "Upstash-Not-Before", "1900000000", "soon", "253402300800", false, false, false },
        { "Upstash-Retries", "1", "one", "1001", false, false, false },
        { "Upstash-Retry-Delay", "1000", "later", new string('1', 1_001), false, false, false },
        { "Upstash-Timeout", "1s", "short", "36601d", false, false, false },
        { "Upstash-Forward-X", "x", "", "", true, true, true },
        { "Upstash-Header-Forward", "true", "1", "", false, false, false },
        {
            "Upstash-Callback",
            "https://c.example",
            "c.example",
            "https://c.example/?" + new string('c', 8_000),
            true,
            false,
            false
        },
        { "Upstash-Callback-Retries", "1", "one", "1001", false, false, false },
        { "Upstash-Callback-Delay", "1s", "soon", "36601d", false, false, false },
        { "Upstash-Callback-Timeout", "1s", "short", "36601d", false, false, false },
        { "Upstash-Callback-Method", "GET", "OPTIONS", "", false, false, false },
        { "Upstash-Callback-Retry-Delay", "1000", "later", "(" + new string('1', 1_001) + ")", false, false, false },
        { "Upstash-Callback-Forward-X", "x", "", "", true, true, true },
        { "Upstash-Callback-Flow-Control-Value", "rate=1", "rate", "rate=1000001", false, false, false },
        { "Upstash-Callback-Flow-Control-Key", "key", "", new string('k', 1_025), false, false, false },
        { "Upstash-Callback-Failure-Callback", "https://c.example", "c.example", "", true, false, false },
        { "Upstash-Failure-Callback", "https://c.example", "://", "", true, false, false },
        { "Upstash-Failure-Callback-Retries", "1", "one", "1001", false, false, false },
        { "Upstash-Failure-Callback-Delay", "1s", "soon", "36601d", false, false, false },
        { "Upstash-Failure-Callback-Timeout", "1s", "short", "36601d", false, false, false },
        { "Upstash-Failure-Callback-Method", "GET", "OPTIONS", "", false, false, false },
        { "Upstash-Failure-Callback-Retry-Delay", "1000", "later", new string('1', 1_001), false, false, false },
        { "Upstash-Failure-Callback-Redact-Fields", "body", "all", "", true, false, false },
        { "Upstash-Deduplication-Id", "id", "a:b", new string('i', 1_025), true, false, false },
        { "Upstash-Content-Based-Deduplication", "True", "yes", "", false, false, false },
        { "Upstash-Flow-Control-Key", "key", "", new string('k', 1_025), false, false, false },
        { "Upstash-Flow-Control-Value", "rate=1", "1", "rate=1,period=8d", false, false, false },
        { "Upstash-Cron", "0 0 * * *", "daily", "60 0 * * *", false, false, false },
        { "Upstash-Schedule-Id", "id", "a/b", new string('i', 257), true, false, false },
        { "Upstash-Queue-Name", "q", "q!", new string('q', 257), true, false, false },
        { "Upstash-Label", "l", "", new string('l', 257), true, true, false },
        { "Upstash-Redact-Fields", "body", "all", "", true, false, false },
        { "Upstash-Telemetry-Sdk", "sdk", "", "", true, true, true },
        { "Upstash-Telemetry-Runtime", "node@v22", "", "", true, true, true },
        { "Upstash-Telemetry-Platform", "vercel", "", "", true, true, true },
        { "Upstash-Unknown", "x", "", "", true, true, true },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    [Trait("QStash", "4,5,25,26,28,30,34,39,41,42,45,46,48,65,74,89,90,107")]
    public async Task Each_header_is_taken_by_its_rule_or_refused_and_then_nothing_is_stored(
        string name,
        string good,
        string wrong,
        string over,
        bool empty,
        bool twice,
        bool tooLong
    )
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await AssertAsync(true, good);
        if (wrong.Length > 0)
            await AssertAsync(false, wrong);
        if (over.Length > 0)
            await AssertAsync(false, over);
        await AssertAsync(empty, "");
        await AssertAsync(twice, good, good);
        await AssertAsync(tooLong, good + new string('1', Long));
        Assert.Empty(engine.Deliveries);

        async Task AssertAsync(bool accepted, params string[] values)
        {
            var before = await StoredAsync(engine);
            var lines = string.Concat(values.Select(value => $"{name}: {value}\r\n"));
            var answer = await Hostile.SendAsync(
                engine,
                Hostile.Request(
                    "POST",
                    Encoding.ASCII.GetBytes(Route(name, engine)),
                    Hostile.Bearer + lines + Beside(name),
                    "x"u8
                )
            );
            Hostile.AssertCivil(answer);
            Assert.True(answer.Status < 400 == accepted, $"{name} x {values.Length}: {answer.Status} {answer.Body}");
            Assert.Equal(before + (accepted ? 1 : 0), await StoredAsync(engine));
        }
    }

    /// <summary>Those that a retry may say anew, by the rules of a publish.</summary>
    public static IEnumerable<TheoryDataRow<string, string, string, string, bool, bool, bool>> Overrides =>
        Rows.Where(row =>
            row.Data.Item1.StartsWith("Upstash-Callback", StringComparison.Ordinal)
            || row.Data.Item1.StartsWith("Upstash-Failure-Callback", StringComparison.Ordinal)
            || row.Data.Item1.StartsWith("Upstash-Flow-Control-", StringComparison.Ordinal)
            || row.Data.Item1.StartsWith("Upstash-Telemetry-", StringComparison.Ordinal)
            || row.Data.Item1
                is "Upstash-Forward-X"
                    or "Upstash-Header-Forward"
                    or "Upstash-Not-Before"
                    or "Upstash-Redact-Fields"
                    or "Upstash-Method"
                    or "Upstash-Delay"
                    or "Upstash-Retries"
                    or "Upstash-Retry-Delay"
                    or "Upstash-Timeout"
                    or "Upstash-Label"
        );

    [Theory]
    [MemberData(nameof(Overrides))]
    [Trait("QStash", "96")]
    public async Task Each_header_of_a_retry_is_taken_by_the_same_rule_or_refused_and_then_the_dead_letter_stays(
        string name,
        string good,
        string wrong,
        string over,
        bool empty,
        bool twice,
        bool tooLong
    )
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await AssertAsync(true, good);
        if (wrong.Length > 0)
            await AssertAsync(false, wrong);
        if (over.Length > 0)
            await AssertAsync(false, over);
        await AssertAsync(empty, "");
        await AssertAsync(twice, good, good);
        await AssertAsync(tooLong, good + new string('1', Long));

        async Task AssertAsync(bool accepted, params string[] values)
        {
            await engine.SendAsync(HttpMethod.Delete, "/v2/messages");
            await engine.SendAsync(HttpMethod.Delete, "/v2/dlq");
            await engine.PublishAsync("/fails", "x", ("Upstash-Retries", "0"));
            await engine.IdleAsync();
            var letter = await LetterAsync();
            var lines = string.Concat(values.Select(value => $"{name}: {value}\r\n"));
            var answer = await Hostile.SendAsync(
                engine,
                Hostile.Request(
                    "POST",
                    Encoding.ASCII.GetBytes($"/v2/dlq/retry/{letter}"),
                    Hostile.Bearer + lines + Beside(name),
                    []
                )
            );
            Hostile.AssertCivil(answer);
            Assert.True(answer.Status == (accepted ? 201 : 400), $"{name} x {values.Length}: {answer.Status}");
            await engine.IdleAsync();
            Assert.Equal(!accepted, await LetterAsync() == letter);
        }

        async Task<string?> LetterAsync() =>
            (string?)
                (await engine.SendAsync(HttpMethod.Get, "/v2/dlq")).Json!["messages"]!
                    .AsArray()
                    .FirstOrDefault(one => ((string)one!["url"]!).EndsWith("/fails", StringComparison.Ordinal))
                    ?["dlqId"];
    }

    [Theory]
    [Trait("QStash", "100")]
    [InlineData("Authorization: \r\n")]
    [InlineData("Authorization: Bearer\r\n")]
    [InlineData("Authorization: Bearer test-token\r\nAuthorization: Bearer test-token\r\n")]
    [InlineData("Authorization: Bearer test-token\r\nAuthorization: \r\n")]
    [InlineData("Authorization: Bearer wrong\r\nAuthorization: Bearer test-token\r\n")]
    [InlineData("Authorization: Bearer test-token, Bearer test-token\r\n")]
    [InlineData("Authorization: Basic test-token\r\n")]
    [InlineData("Authorization: Bearer {long}\r\n")]
    [InlineData("Authorization: {long}\r\n")]
    public async Task An_authorization_that_is_empty_twice_or_long_is_none(string lines)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var answer = await Hostile.SendAsync(
            engine,
            Hostile.Request(
                "POST",
                Encoding.ASCII.GetBytes($"/v2/publish/{engine.Sink}/"),
                lines.Replace("{long}", new string('1', Long), StringComparison.Ordinal),
                "x"u8
            )
        );
        Hostile.AssertCivil(answer);
        Assert.Equal(401, answer.Status);
        await engine.AssertNothingStoredAsync();
    }

    /// <summary>Said twice in the query it is said twice.</summary>
    [Theory]
    [Trait("QStash", "8")]
    [InlineData("upstash-delay=1d&upstash-delay=2d", 400)]
    [InlineData("upstash-delay=1d&Upstash-Delay=1d", 400)]
    [InlineData("upstash-delay=1d&upstash-label=a&upstash-label=b", 200)]
    public async Task A_setting_given_twice_in_the_query_is_refused_rather_than_guessed(string query, int expected)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var (status, _) = await engine.SendAsync(HttpMethod.Post, $"/v2/publish/{engine.Sink}/?{query}", "x");
        Assert.Equal(expected, status);
    }

    [Fact]
    [Trait("QStash", "91,96")]
    public async Task A_retry_may_change_headers_and_time_and_hide_more_and_the_rest_stays_as_it_was()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await engine.PublishAsync(
            "/fails",
            "secret",
            ("Upstash-Retries", "0"),
            ("Content-Type", "text/plain"),
            ("Upstash-Forward-Kept", "kept"),
            ("Upstash-Forward-Said", "before"),
            ("Upstash-Redact-Fields", "body")
        );
        await engine.IdleAsync();
        var at = engine.Time.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
        var (status, json) = await engine.SendAsync(
            HttpMethod.Post,
            "/v2/dlq/retry",
            "{}",
            ("Content-Type", "application/json"),
            ("Upstash-Not-Before", $"{at}"),
            ("upstash-forward-said", "now"),
            ("Upstash-Forward-New", "new"),
            ("Upstash-Redact-Fields", "header[Said]")
        );
        Assert.Equal(201, status);
        var id = (string)json!["responses"]![0]!["messageId"]!;
        var shown = (await engine.SendAsync(HttpMethod.Get, $"/v2/messages/{id}")).Json!;
        Assert.Equal(at * 1_000, (long)shown["notBefore"]!);
        Assert.StartsWith("REDACTED:", (string)shown["body"]!, StringComparison.Ordinal);
        Assert.StartsWith("REDACTED:", (string)shown["header"]!["Said"]![0]!, StringComparison.Ordinal);
        Assert.Equal("new", (string)shown["header"]!["New"]![0]!);
        Assert.Single(engine.Deliveries);
        await engine.AdvanceAsync(TimeSpan.FromHours(1));
        var delivery = engine.Deliveries.Last();
        Assert.Equal(
            (id, "secret", "text/plain", "kept", "now", "new"),
            (
                delivery.Header("Upstash-Message-Id"),
                delivery.Body,
                delivery.Header("Content-Type"),
                delivery.Header("Kept"),
                delivery.Header("Said"),
                delivery.Header("New")
            )
        );
    }

    [Fact]
    [Trait("QStash", "96,106")]
    public async Task A_dead_letter_is_retried_within_the_limits_of_a_publish_or_stays()
    {
        await using var engine = await EngineUnderTest.StartAsync(options =>
            options.Limits = new Limits { Retries = 2, Delay = TimeSpan.FromDays(7) }
        );
        engine.Answer = http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await engine.PublishAsync("/fails", "x", ("Upstash-Retries", "0"));
        await engine.IdleAsync();
        foreach (var (name, value) in new[] { ("Upstash-Delay", "8d"), ("Upstash-Retries", "3") })
            Assert.Equal(412, (await engine.SendAsync(HttpMethod.Post, "/v2/dlq/retry", null, (name, value))).Status);
        Assert.Single((await engine.SendAsync(HttpMethod.Get, "/v2/dlq")).Json!["messages"]!.AsArray());
    }

    private static string Route(string name, EngineUnderTest engine) =>
        name is "Upstash-Cron" or "Upstash-Schedule-Id"
            ? $"/v2/schedules/{engine.Sink}/"
            : $"/v2/publish/{engine.Sink}/?upstash-not-before=4000000000";

    private static string Beside(string name) =>
        name switch
        {
            "Upstash-Schedule-Id" => "Upstash-Cron: 0 0 1 1 *\r\n",
            "Upstash-Flow-Control-Key" => "Upstash-Flow-Control-Value: rate=1\r\n",
            "Upstash-Flow-Control-Value" => "Upstash-Flow-Control-Key: key\r\n",
            "Upstash-Callback-Flow-Control-Key" =>
                "Upstash-Callback: https://c.example\r\nUpstash-Callback-Flow-Control-Value: rate=1\r\n",
            "Upstash-Callback-Flow-Control-Value" =>
                "Upstash-Callback: https://c.example\r\nUpstash-Callback-Flow-Control-Key: key\r\n",
            _ when name.StartsWith("Upstash-Callback-", StringComparison.Ordinal) =>
                "Upstash-Callback: https://c.example\r\n",
            _ when name.StartsWith("Upstash-Failure-Callback-", StringComparison.Ordinal) =>
                "Upstash-Failure-Callback: https://c.example\r\n",
            _ => "",
        };

    private static async Task<int> StoredAsync(EngineUnderTest engine)
    {
        var (_, log) = await engine.SendAsync(HttpMethod.Get, "/v2/events?state=CREATED");
        var (_, schedules) = await engine.SendAsync(HttpMethod.Get, "/v2/schedules");
        return log!["events"]!.AsArray().Count + schedules!.AsArray().Count;
    }
}
