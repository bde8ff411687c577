using System.Text;
using CsCheck;

namespace Jettae.Engine.Tests;

/// <summary>Whatever is sent is answered: never by an accident, never by silence, and never without bound.</summary>
public sealed class HostileInputTests
{
    private const int Samples = 20_000;
    private const int Requests = 600;

    private static readonly string[] Durations = ["10s", "1h30m3s", "1d10h30m", "0", "1.5s", "100", "36500d"];
    private static readonly string[] FlowValues = ["parallelism=3, rate=5, period=1m", "rate=1", "PARALLELISM=1000000"];
    private static readonly string[] Expressions =
    [
        "1000 * (1 + retried)",
        "pow(2, retried) * 1000",
        "max(1000, pow(2, retried) * 100)",
        "-(1 / 0)",
        "min(1,2,3,4)",
        "sqrt(abs(-4)) + floor(1.5) - ceil(1.5) / round(2.5)",
        "exp(exp(exp(retried)))",
        "((((((((((((1))))))))))))",
    ];
    private static readonly string[] Crons =
    [
        "*/5 * * * *",
        "0 9 1-15/3 JAN,JUL MON-FRI",
        "CRON_TZ=Europe/Berlin 30 2 * * *",
        "TZ=Asia/Seoul 0 9 * * *",
        "CRON_TZ=/etc/localtime 0 0 * * *",
        "CRON_TZ=Europe/../Europe/Paris 0 0 * * *",
        "@daily",
        "0 0 29 2 *",
        "0 0 31 2 *",
    ];
    private static readonly string[] Redactions = ["body", "body, header", "headers[Authorization], header[X]", "[x]"];
    private static readonly string[] Urls =
    [
        "https://example.com/a/../b/%41?q=%41&x=https://y#f",
        "http://user:pw@host:8080/p",
        "http://[::1]:80/",
        "http:/folded.example/x",
        "http://example.com",
        "http://münchen.example/ü?ü",
        "api/llm",
        "group",
    ];

    [Fact]
    public void A_duration_is_one_within_a_century_or_none() =>
        Hostile
            .Of(Durations)
            .Sample(
                text =>
                    !Duration.TryParse(text, out var span)
                    || (span >= TimeSpan.Zero && span <= TimeSpan.FromDays(100 * 366)),
                iter: Samples
            );

    [Fact]
    public void A_flow_value_is_read_as_it_is_written_again_or_refused() =>
        Hostile
            .Of(FlowValues)
            .Sample(
                text =>
                {
                    if (Read(() => FlowLimits.Parse(text)) is not { } limits)
                        return true;
                    var again = FlowLimits.Parse(limits.ToString());
                    return (again.Parallelism, again.Rate) == (limits.Parallelism, limits.Rate)
                        && (limits.Rate == 0 || again.Period == limits.Period);
                },
                iter: Samples
            );

    [Fact]
    public void What_is_a_valid_retry_delay_is_one_at_every_retry_and_within_a_day() =>
        Gen.Select(Hostile.Of(Expressions), Gen.Int[0, 1_000])
            .Sample(
                (text, retried) =>
                    !RetryDelay.IsValid(text, out _)
                    || (RetryDelay.Compute(text, retried) is var wait && wait >= TimeSpan.Zero && wait.TotalDays <= 1),
                iter: Samples
            );

    [Fact]
    public void Redacted_fields_are_read_or_refused() =>
        Hostile
            .Of(Redactions)
            .Sample(
                text =>
                {
                    _ = Read(() => Redaction.Parse(text));
                },
                iter: Samples
            );

    [Fact]
    public void A_cron_has_a_next_slot_after_every_instant_or_is_refused() =>
        Gen.Select(Hostile.Of(Crons), Gen.Long[0, 4_000_000_000_000])
            .Sample(
                (text, now) =>
                    Read(() => Cron.Parse(text)) is not { } cron || cron.Next(now) is not { } next || next > now,
                iter: Samples
            );

    [Fact]
    public void What_is_kept_as_a_destination_can_be_called_and_its_request_line_is_one_line_of_ASCII() =>
        Hostile
            .Of(Urls)
            .Sample(
                text =>
                {
                    if (Read(() => Destination.Parse(text)) is not { } url)
                        return;
                    var uri = Destination.ToUri(url)!;
                    Assert.StartsWith("http", uri.Scheme, StringComparison.Ordinal);
                    Assert.StartsWith("/", uri.PathAndQuery, StringComparison.Ordinal);
                    Assert.All(uri.PathAndQuery, c => Assert.InRange(c, '!', '~'));
                    Assert.DoesNotContain('#', uri.PathAndQuery);
                    Assert.StartsWith("/", Destination.PathOf(url), StringComparison.Ordinal);
                    _ = Destination.NameOf(url);
                },
                iter: Samples
            );

    /// <summary>Every setting at once, each as good or bad as it comes.</summary>
    [Fact]
    public void Headers_make_a_message_or_a_refusal_with_a_status_of_the_callers()
    {
        var header = Gen.OneOf(
            Named("Upstash-Delay", Durations),
            Named("Upstash-Timeout", Durations),
            Named("Upstash-Not-Before", "1767603600", "0"),
            Named("Upstash-Retries", "0", "3", "1000"),
            Named("Upstash-Method", "GET", "post", "PATCH"),
            Named("Upstash-Retry-Delay", Expressions),
            Named("Upstash-Flow-Control-Key", "key", "a/b c%d"),
            Named("Upstash-Flow-Control-Value", FlowValues),
            Named("Upstash-Label", "a", "a,b , c"),
            Named("Upstash-Redact-Fields", Redactions),
            Named("Upstash-Deduplication-Id", "id", "a:b"),
            Named("Upstash-Content-Based-Deduplication", "true", "False"),
            Named("Upstash-Header-Forward", "TRUE"),
            Named("Upstash-Callback", Urls),
            Named("Upstash-Callback-Retries", "1", "x"),
            Named("Upstash-Callback-Failure-Callback", Urls),
            Named("Upstash-Failure-Callback", Urls),
            Named("Upstash-Failure-Callback-Delay", Durations),
            Named("Upstash-Queue-Name", "queue", "q!"),
            Named("Upstash-Forward-X", "value", ""),
            Named("Content-Type", "text/plain"),
            Gen.Select(Hostile.Of("Upstash-Forward-X", "upstash-label", "Accept"), Hostile.Of("v"))
                .Select((name, value) => (name, value))
        );
        Gen.Select(Hostile.Of(Urls), header.Array[0, 6])
            .Sample(
                (url, headers) =>
                {
                    var given = headers.Select(one => KeyValuePair.Create(one.Item1, new[] { one.Item2 }));
                    if (
                        Read(() => new MessageHeaders(given).Read(url, [], new Origin(), 0, Limits.None))
                        is not { } read
                    )
                        return;
                    Assert.InRange(read.Message.DueAt, 0, 253_402_300_800_000);
                    Assert.InRange(read.Message.MaxRetries, 0, 1_000);
                    Assert.True(read.Message.Config.TimeoutMs is not <= 0);
                },
                iter: Samples
            );

        static Gen<(string, string)> Named(string name, params string[] seeds) =>
            Hostile.Of(seeds).Select(value => (name, value));
    }

    private const string Batch = """
        [{"destination":"http://h.example/","headers":{"Upstash-Delay":"1d","Upstash-Forward-A":["x","y"]},"body":"b","queue":"q"},
        {"destination":"http://h.example/","headers":{"upstash-label":"l","Upstash-Delay":["1d"]},"body":null}]
        """;

    public static readonly TheoryData<string, string, string[]> Bodies = new()
    {
        { "POST", "/v2/batch", [Batch, "[[[[[[[[[[[[[[[[[[[[", "[{\"\\ud800\":1}]", "[1e999]"] },
        {
            "POST",
            "/v2/queues",
            [
                """{"queueName":"q","parallelism":2,"paused":true}""",
                """{"queueName":"q","queueName":"r"}""",
                """{"\ud800":1}""",
                """{"queueName":["\ud800"],"parallelism":{"\ud800":"\udc00"}}""",
                """{"queueName":"q","parallelism":1e999}""",
                """{"queueName":"q","paused":"\ud800"}""",
            ]
        },
        {
            "POST",
            "/v2/topics/g/endpoints",
            [
                """{"endpoints":[{"url":"https://a.example","name":"a"},{"url":"http://b.example/"}]}""",
                """{"endpoints":[{"\ud800":"https://a.example"}]}""",
                """{"endpoints":["\ud800"]}""",
                """{"endpoints":{"url":"\ud800"}}""",
            ]
        },
        { "DELETE", "/v2/topics/g/endpoints", ["""{"endpoints":[{"url":"https://a.example"},{"name":"b"}]}"""] },
        {
            "PATCH",
            "/v2/topics/g",
            [
                """{"headers":{"Upstash-Method":"PUT","X":["a","b"]}}""",
                """{"headers":{"X":"\ud800"}}""",
                """{"headers":{"\ud800":"x"}}""",
                """{"headers":"\ud800"}""",
                """{"headers":{"X":["\udc00"]}}""",
            ]
        },
        {
            "DELETE",
            "/v2/dlq",
            [
                """{"dlqIds":["1-1","2-2"],"count":10,"cursor":"1"}""",
                """{"label":"\ud800"}""",
                """{"\ud800":"x"}""",
                """{"dlqIds":[["\ud800"]]}""",
                """{"dlqIds":{"a":"\ud800"}}""",
            ]
        },
        { "POST", "/v2/dlq/retry", ["""{"dlqIds":["1-1"],"responseStatus":500,"fromDate":1}"""] },
        {
            "DELETE",
            "/v2/messages",
            ["""{"messageIds":["msg_1"],"label":"l","count":5,"toDate":9,"host":"h"}""", """{"messageIds":[1e999]}"""]
        },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task A_body_of_any_shape_is_answered(string method, string path, string[] seeds)
    {
        await using var engine = await StartAsync();
        await AssertCivilAsync(
            engine,
            Hostile
                .BytesOf(seeds)
                .Select(body => Hostile.Request(method, Encoding.ASCII.GetBytes(path), Hostile.Bearer, body)),
            seeds.Select(seed =>
                Hostile.Request(method, Encoding.ASCII.GetBytes(path), Hostile.Bearer, Encoding.UTF8.GetBytes(seed))
            )
        );
    }

    public static readonly TheoryData<string, string[]> Targets = new()
    {
        {
            "POST",
            [
                "/v2/publish/https://h.example/a/../b//c/%41%2f?q=%41&upstash-delay=1d&qstash_token=x",
                "/v2/enqueue/q/https://h.example/?upstash-delay=1d",
                "/v2/publish/https:/h.example/?upstash-delay=1d",
                "/v2/schedules/https://h.example/?upstash-cron=0+0+1+1+*",
                "/V2/PUBLISH/HTTP://h.example/제때?upstash-delay=1d",
                "http://other.example/v2/publish/http://h.example?upstash-delay=1d",
                "/v2/publish/%ff%fe?upstash-forward-%ff=%ff",
            ]
        },
        {
            "GET",
            [
                "/v2/events?cursor=1-2-3&count=10&state=ERROR&fromDate=1&toDate=2&label=a&host=h&path=/&order=latestFirst",
                "/v2/logs?messageIds=a,b&messageIds=c&url=http://h&callerIp=::1&trimBody=true&flowControlKey=k",
                "/v2/dlq?cursor=1&count=100&responseStatus=500&dlqIds=1-1,2&topicName=t&queueName=q&scheduleId=s",
                "/v2/messages/msg_1%00",
                "/v2/dlq/1-1",
                "/v2/queues/q%2f..",
                "/v2/schedules/scd_1",
                "/v2/topics/g",
                "/v2/flowControl/a/b%20c%d?search=x",
                "/v2/flowControl?search=%00",
                "/v2/../v2/keys",
                "/v2//keys/",
            ]
        },
        {
            "DELETE",
            [
                "/v2/messages?messageIds=a,b&label=x&fromDate=1&toDate=2&count=5&path=/p",
                "/v2/messages/msg_1",
                "/v2/dlq?dlqIds=1&cursor=x&count=0",
                "/v2/schedules/%2e%2e",
                "/v2/topics/g/endpoints",
            ]
        },
        {
            "POST",
            [
                "/v2/flowControl/k/pin?parallelism=1&rate=2&period=60",
                "/v2/flowControl/k/unpin?parallelism=true&rate=true",
                "/v2/flowControl/a%2fb/pause",
                "/v2/queues/q/pause",
                "/v2/schedules/s/pause",
                "/v2/dlq/retry/1-1?count=1",
            ]
        },
    };

    [Theory]
    [MemberData(nameof(Targets))]
    public async Task A_request_line_of_any_shape_is_answered(string method, string[] seeds)
    {
        await using var engine = await StartAsync();
        await AssertCivilAsync(
            engine,
            Hostile.BytesOf(seeds).Select(target => Hostile.Request(method, OneLine(target), Hostile.Bearer, "x"u8)),
            seeds.Select(seed => Hostile.Request(method, OneLine(Encoding.UTF8.GetBytes(seed)), Hostile.Bearer, "x"u8))
        );

        static byte[] OneLine(byte[] target) =>
            [.. target.Where(b => b is not ((byte)'\r' or (byte)'\n' or (byte)' '))];
    }

    [Fact]
    public async Task Header_lines_of_any_shape_are_answered()
    {
        await using var engine = await StartAsync();
        var line = Gen.OneOf(
            Line("Upstash-Delay", Durations),
            Line("Upstash-Cron", Crons),
            Line("Upstash-Schedule-Id", "id", "a/b"),
            Line("Upstash-Flow-Control-Key", "k"),
            Line("Upstash-Flow-Control-Value", FlowValues),
            Line("Upstash-Redact-Fields", Redactions),
            Line("Upstash-Label", "a,b"),
            Line("Upstash-Callback", Urls),
            Line("Content-Type", "application/json; charset=utf-16"),
            Line("Expect", "100-continue"),
            Line("Accept-Encoding", "gzip")
        );
        await AssertCivilAsync(
            engine,
            Gen.Select(Gen.OneOf("publish", "schedules", "enqueue/q"), line.Array[0, 5])
                .Select(
                    (route, lines) =>
                        Hostile.Request(
                            "POST",
                            Encoding.ASCII.GetBytes($"/v2/{route}/https://h.example/?upstash-not-before=4000000000"),
                            Hostile.Bearer + string.Concat(lines),
                            "x"u8
                        )
                ),
            []
        );

        static Gen<string> Line(string name, params string[] seeds) =>
            Hostile.Of(seeds).Select(value => $"{name}: {value.ReplaceLineEndings("")}\r\n");
    }

    [Fact]
    [Trait("QStash", "100")]
    public async Task No_mutation_of_a_token_is_the_token()
    {
        await using var engine = await StartAsync();
        var wrong = Hostile
            .Of($"Bearer {EngineUnderTest.Token}", "Basic x", "Bearer ' or 1=1 --", "Bearer " + new string('x', 65_536))
            .Select(text => text.ReplaceLineEndings(""))
            .Where(text => text.Split(' ', '\t').All(part => part != EngineUnderTest.Token));
        await wrong.SampleAsync(
            async text =>
            {
                var answer = await Hostile.SendAsync(
                    engine,
                    Hostile.Request("GET", "/v2/keys"u8, $"Authorization: {text}\r\n", [])
                );
                Hostile.AssertCivil(answer);
                Assert.True(answer.Status is 401 or 400, $"{answer.Status}: {text}");
            },
            iter: 300
        );
    }

    /// <summary>Every file that a program may open is not a zone, and some of them never end.</summary>
    [Theory]
    [InlineData("/dev/zero")]
    [InlineData("../../../../../../dev/zero")]
    [InlineData("Europe/../../../../../../../dev/zero")]
    [InlineData("/dev/urandom")]
    [InlineData("/proc/self/environ")]
    [InlineData("/usr/share/zoneinfo/Europe/Berlin")]
    [InlineData(".")]
    [InlineData("Europe")]
    [InlineData("Europe/Berlin/")]
    [InlineData("posixrules/../Europe/Berlin")]
    public async Task A_time_zone_is_a_name_not_a_file(string zone)
    {
        await using var engine = await StartAsync();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<RejectedException>(() => Cron.Parse($"CRON_TZ={zone} 0 0 * * *"));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000_000);
        var (status, json) = await engine.SendAsync(
            HttpMethod.Post,
            "/v2/schedules/https://h.example",
            "x",
            ("Upstash-Cron", $"CRON_TZ={zone} 0 0 * * *")
        );
        Assert.Equal(400, status);
        Assert.Contains("time zone", (string)json!["error"]!, StringComparison.Ordinal);
    }

    /// <summary>A variable that was empty in someone's script must not mean everything.</summary>
    [Theory]
    [InlineData("label")]
    [InlineData("url")]
    [InlineData("queueName")]
    [InlineData("flowControlKey")]
    [InlineData("host")]
    [InlineData("path")]
    [InlineData("topicName")]
    [InlineData("scheduleId")]
    [InlineData("messageIds")]
    [InlineData("callerIp")]
    [Trait("QStash", "84,85")]
    public async Task An_empty_filter_cancels_nothing(string filter)
    {
        await using var engine = await StartAsync();
        await engine.PublishAsync("/waits", "x", ("Upstash-Delay", "1d"));
        var (_, json) = await engine.SendAsync(HttpMethod.Delete, $"/v2/messages?{filter}=");
        Assert.Equal(0, (int)json!["cancelled"]!);
        (_, json) = await engine.SendAsync(HttpMethod.Delete, "/v2/messages", $$"""{"{{filter}}":[""]}""");
        Assert.Equal(0, (int)json!["cancelled"]!);
    }

    [Theory]
    [InlineData("DELETE", "/v2/messages")]
    [InlineData("DELETE", "/v2/dlq")]
    [InlineData("POST", "/v2/dlq/retry")]
    [Trait("QStash", "85,94,95")]
    public async Task An_empty_date_is_refused_rather_than_taken_for_all_of_time(string method, string path)
    {
        await using var engine = await StartAsync();
        foreach (var date in new[] { "fromDate", "toDate" })
        {
            Assert.Equal(400, (await engine.SendAsync(new(method), $"{path}?{date}=")).Status);
            Assert.Equal(400, (await engine.SendAsync(new(method), path, $$"""{"{{date}}":null}""")).Status);
        }
    }

    /// <summary>What a destination says of when to come again is a wait of at most a day, or nothing.</summary>
    [Fact]
    [Trait("QStash", "32")]
    public void Whatever_a_destination_asks_for_the_next_attempt_is_within_a_day()
    {
        var message = new MessageHeaders([]).Read("http://h.example", [], new Origin(), 0, Limits.None).Message;
        Gen.Select(
                Gen.OneOf("Retry-After", "X-Ratelimit-Reset", "X-Ratelimit-Reset-Requests", "X-Ratelimit-Reset-Tokens"),
                Hostile.Of("120", "6m5s", "1.5s", "200ms", "Mon, 05 Jan 2026 09:00:30 GMT", "9µs", "24h", "0"),
                Gen.Long[0, 253_402_300_799_000],
                Gen.Int[0, 5]
            )
            .Sample(
                (name, value, now, retried) =>
                {
                    var answer = new DeliveryOutcome.Answered(
                        503,
                        new Dictionary<string, string[]> { [name] = [value] },
                        []
                    );
                    var verdict = Verdict.Of(message with { Retried = retried }, answer, now);
                    return verdict is Verdict.Failed
                        ? retried >= message.MaxRetries
                        : verdict is Verdict.RetryAt retry && retry.Instant - now is >= 0 and <= 86_400_000;
                },
                iter: Samples
            );
    }

    [Fact]
    public async Task A_body_that_claims_a_length_and_never_comes_takes_no_memory()
    {
        await using var engine = await StartAsync();
        var waiting = new List<System.Net.Sockets.TcpClient>();
        for (var i = 0; i < 40; i++)
        {
            var client = new System.Net.Sockets.TcpClient();
            waiting.Add(client);
            await client.ConnectAsync("127.0.0.1", new Uri(engine.Address).Port, TestContext.Current.CancellationToken);
            await client
                .GetStream()
                .WriteAsync(
                    Encoding.ASCII.GetBytes(
                        $"POST /v2/batch HTTP/1.1\r\nHost: h\r\n{Hostile.Bearer}Content-Length: 104857600\r\n\r\n["
                    ),
                    TestContext.Current.CancellationToken
                );
        }
        await engine.SendAsync(HttpMethod.Get, "/v2/keys");
        // All of them claim more than four gigabytes; what is held is the neighbours too, and not what they have let go of.
        Assert.InRange(GC.GetTotalMemory(forceFullCollection: true), 0, 3_000_000_000);
        foreach (var client in waiting)
            client.Dispose();
    }

    private static Task<EngineUnderTest> StartAsync() =>
        EngineUnderTest.StartAsync(options => options.EgressHttpsOnly = true);

    private static async Task AssertCivilAsync(EngineUnderTest engine, Gen<byte[]> requests, IEnumerable<byte[]> seeds)
    {
        engine.Egress.Lookup = _ => [System.Net.IPAddress.Parse("10.0.0.1")];
        foreach (var seed in seeds)
            Hostile.AssertCivil(await Hostile.SendAsync(engine, seed), IsOurs(seed));
        await requests.SampleAsync(
            async request => Hostile.AssertCivil(await Hostile.SendAsync(engine, request), IsOurs(request)),
            iter: Requests,
            print: request => Encoding.Latin1.GetString(request)
        );
        await engine.PublishAsync("/still-here", "x");
        await EngineUnderTest.UntilAsync(() =>
            Task.FromResult(engine.Deliveries.Any(one => one.Target == "/still-here"))
        );
    }

    /// <summary>What lies outside of /v2, or climbs out of it, is not the engine's to answer.</summary>
    private static bool IsOurs(byte[] request)
    {
        var target = Encoding.Latin1.GetString(request).Split(' ', 3)[1];
        return target.StartsWith("/v2/", StringComparison.OrdinalIgnoreCase)
            && !target.Contains("..", StringComparison.Ordinal)
            && !target.Contains("%2e", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>Null when it was refused in words, with a status of the caller's.</summary>
    private static T? Read<T>(Func<T?> read)
        where T : class
    {
        try
        {
            return read();
        }
        catch (RejectedException refused)
        {
            Assert.InRange(refused.Status, 400, 499);
            Assert.NotEmpty(refused.Message);
            return null;
        }
    }
}
