using System.Text.Json.Nodes;

namespace Jettae.Engine.Tests;

/// <summary>Tenants, tokens, keys, limits, and what a redaction hides.</summary>
public sealed class SecurityTests
{
    private const string ReadOnly = "read-only-token";
    private const string Stranger = "stranger-token";

    private static Task<EngineUnderTest> StartAsync() =>
        EngineUnderTest.StartAsync(options =>
            options.Tenants = [
                new Tenant(
                    "test",
                    EngineUnderTest.Token,
                    EngineUnderTest.CurrentKey,
                    EngineUnderTest.NextKey,
                    ReadOnly
                ),
                new Tenant(
                    "stranger",
                    Stranger,
                    "sig_of_the_stranger_current_0000001",
                    "sig_of_the_stranger_next_0000000002"
                ),
            ]
        );

    /// <summary>A request, and what it answers to a tenant that has nothing of that name.</summary>
    private sealed record Request(
        string Method,
        string Path,
        int Stranger = 200,
        string? Body = null,
        (string Name, string Value)? Header = null
    )
    {
        public bool Reads => Method == "GET" && Path != "/v2/keys/rotate";

        public override string ToString() => $"{Method} {Path}";

        public Task<(int Status, JsonNode? Json)> SendAsync(EngineUnderTest engine, string authorization) =>
            engine.SendAsync(
                new HttpMethod(Method),
                Path,
                Body,
                [("Authorization", authorization), .. Header is { } header ? [header] : Array.Empty<(string, string)>()]
            );
    }

    /// <summary>One of everything that a tenant can own, and every route that reads, changes or deletes it.</summary>
    private static async Task<List<Request>> SeedAsync(EngineUnderTest engine)
    {
        engine.Answer = http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        var waiting = await engine.PublishAsync(
            "/waits",
            "x",
            ("Upstash-Delay", "1d"),
            ("Upstash-Flow-Control-Key", "mine"),
            ("Upstash-Flow-Control-Value", "rate=1")
        );
        await engine.PublishAsync("/fails", "x", ("Upstash-Retries", "0"));
        await engine.IdleAsync();
        var dlq = (string)(await engine.SendAsync(HttpMethod.Get, "/v2/dlq")).Json!["messages"]![0]!["dlqId"]!;
        await engine.SendAsync(HttpMethod.Post, "/v2/queues", """{"queueName":"mine","parallelism":2,"paused":true}""");
        await engine.SendAsync(
            HttpMethod.Post,
            "/v2/topics/mine/endpoints",
            """{"endpoints":[{"url":"https://example.com"}]}"""
        );
        await engine.SendAsync(
            HttpMethod.Post,
            "/v2/schedules/https://example.com",
            "x",
            ("Upstash-Cron", "0 0 1 1 *"),
            ("Upstash-Schedule-Id", "mine")
        );
        const string mine = """{"endpoints":[{"url":"https://example.com"}]}""";
        return
        [
            new("GET", $"/v2/messages/{waiting}", 404),
            new("DELETE", $"/v2/messages/{waiting}", 404),
            new("DELETE", $"/v2/messages?messageIds={waiting}"),
            new("DELETE", "/v2/messages"),
            new("GET", "/v2/events"),
            new("GET", $"/v2/logs?messageId={waiting}"),
            new("GET", "/v2/queues"),
            new("GET", "/v2/queues/mine", 404),
            new("GET", "/v2/schedules"),
            new("GET", "/v2/schedules/mine", 404),
            new("PATCH", "/v2/schedules/mine/pause", 404),
            new("POST", "/v2/schedules/mine/pause", 404),
            new("PATCH", "/v2/schedules/mine/resume", 404),
            new("POST", "/v2/schedules/mine/resume", 404),
            new("DELETE", "/v2/schedules/mine", 404),
            new("GET", "/v2/topics"),
            new("GET", "/v2/topics/mine", 404),
            new("POST", "/v2/publish/mine", 404, "x"),
            new("POST", "/v2/enqueue/mine/mine", 404, "x"),
            new("POST", "/v2/schedules/mine", 404, "x", ("Upstash-Cron", "0 0 1 1 *")),
            new("POST", "/v2/batch", 404, """[{"destination":"mine"}]"""),
            new("GET", "/v2/dlq"),
            new("GET", $"/v2/dlq/{dlq}", 404),
            new("POST", $"/v2/dlq/retry/{dlq}", 404),
            new("POST", "/v2/dlq/retry", 201),
            new("DELETE", $"/v2/dlq/{dlq}", 404),
            new("DELETE", $"/v2/dlq?dlqIds={dlq}"),
            new("DELETE", "/v2/dlq"),
            new("GET", "/v2/flowControl"),
            new("GET", "/v2/flowControl/mine", 404),
            new("GET", "/v2/globalParallelism"),
            new("GET", "/v2/keys"),
            new("GET", "/v2/nothing", 404),
            new("POST", "/v2/nothing", 404),
            // What has the same name in another tenant is another thing, and may be made.
            new("DELETE", "/v2/queues/mine"),
            new("POST", "/v2/queues", 200, """{"queueName":"mine","parallelism":9,"paused":false}"""),
            new("POST", "/v2/queues/mine/pause"),
            new("POST", "/v2/queues/mine/resume"),
            new("DELETE", "/v2/topics/mine/endpoints", 200, mine),
            new("DELETE", "/v2/topics/mine"),
            new("PATCH", "/v2/topics/mine", 404, """{"headers":{"Upstash-Method":"PUT"}}"""),
            new("POST", "/v2/topics/mine/endpoints", 200, """{"endpoints":[{"url":"https://other.example"}]}"""),
            new("POST", "/v2/flowControl/mine/pause"),
            new("POST", "/v2/flowControl/mine/resume"),
            new("POST", "/v2/flowControl/mine/pin?rate=9"),
            new("POST", "/v2/flowControl/mine/unpin?rate=true"),
            new("POST", "/v2/flowControl/mine/resetRate"),
            new("POST", "/v2/flowControl/mine/reset"),
            new("POST", "/v2/keys/rotate"),
            new("GET", "/v2/keys/rotate"),
            new("GET", "/v2/schedules/rotate", 404),
            new("POST", "/v2/rotate"),
            new("POST", "/v2/publish/https://example.com", 200, "x", ("Upstash-Delay", "1d")),
            new("POST", "/v2/publish/https://example.com", 200, "x", ("Upstash-Cron", "0 0 1 1 *")),
            new("POST", "/v2/schedules/https://example.com", 200, "x", ("Upstash-Cron", "0 0 1 1 *")),
            new("POST", "/v2/enqueue/mine/https://example.com", 200, "x", ("Upstash-Delay", "1d")),
            new(
                "POST",
                "/v2/batch",
                200,
                """[{"destination":"https://example.com","headers":{"Upstash-Delay":"1d"}}]"""
            ),
        ];
    }

    private static readonly string[] Reads =
    [
        "/v2/events",
        "/v2/queues",
        "/v2/schedules",
        "/v2/topics",
        "/v2/dlq",
        "/v2/flowControl",
        "/v2/keys",
    ];

    private static async Task<string> EverythingAsync(EngineUnderTest engine) =>
        string.Join(
            '\n',
            await Task.WhenAll(
                Reads.Select(async path => (await engine.SendAsync(HttpMethod.Get, path)).Json!.ToJsonString())
            )
        );

    [Fact]
    [Trait("QStash", "100")]
    public async Task Without_a_valid_token_every_route_is_shut()
    {
        await using var engine = await StartAsync();
        var routes = await SeedAsync(engine);
        var before = await EverythingAsync(engine);
        foreach (var request in routes)
        foreach (var bad in new[] { "Bearer wrong", "Bearer ", "Basic dGVzdA==", EngineUnderTest.Token, "" })
        {
            var (status, json) = await request.SendAsync(engine, bad);
            Assert.True(status == 401, $"{request} with '{bad}': {status}");
            Assert.NotEmpty((string)json!["error"]!);
        }
        Assert.Equal(before, await EverythingAsync(engine));
    }

    /// <summary>A route that comes new is tried by the tests around this one, or this one fails.</summary>
    [Fact]
    public async Task Every_route_is_among_those_that_are_tried()
    {
        await using var engine = await StartAsync();
        var routes = await SeedAsync(engine);
        engine.Matched.Clear();
        foreach (var request in routes)
            await request.SendAsync(engine, "none");
        var tried = engine.Matched.ToHashSet();
        Assert.DoesNotContain(
            engine.Routes,
            route =>
                !tried.Any(one => one.Pattern == route.Pattern && (route.Method == "*" || one.Method == route.Method))
        );
        Assert.InRange(engine.Routes.Count(), 40, 200);
    }

    [Fact]
    [Trait("QStash", "101")]
    public async Task A_read_only_token_reads_everything_and_changes_nothing()
    {
        await using var engine = await StartAsync();
        var routes = await SeedAsync(engine);
        var before = await EverythingAsync(engine);
        foreach (var request in routes)
        {
            var (status, json) = await request.SendAsync(engine, $"Bearer {ReadOnly}");
            if (!request.Reads)
            {
                Assert.True(status == 403, $"{request}: {status}");
                continue;
            }
            var full = await request.SendAsync(engine, $"Bearer {EngineUnderTest.Token}");
            Assert.True(status == full.Status, $"{request}: {status}");
            Assert.Equal(full.Json!.ToJsonString(), json!.ToJsonString());
        }
        Assert.Equal(before, await EverythingAsync(engine));
    }

    [Fact]
    public async Task Nothing_of_a_tenant_can_be_seen_changed_or_ended_by_another()
    {
        await using var engine = await StartAsync();
        var routes = await SeedAsync(engine);
        var before = await EverythingAsync(engine);
        foreach (var request in routes)
        {
            var (status, json) = await request.SendAsync(engine, $"Bearer {Stranger}");
            Assert.True(status == request.Stranger, $"{request}: {status} {json?.ToJsonString()}");
            var seen = json?.ToJsonString() ?? "";
            foreach (var secret in new[] { "waits", "fails", EngineUnderTest.CurrentKey, EngineUnderTest.NextKey })
                Assert.DoesNotContain(secret, seen, StringComparison.Ordinal);
        }
        await engine.IdleAsync();
        Assert.Equal(before, await EverythingAsync(engine));
        var message = (await engine.SendAsync(HttpMethod.Get, "/v2/events?url=" + engine.Sink + "/waits")).Json!;
        Assert.Equal("CREATED", (string)Assert.Single(message["events"]!.AsArray())!["state"]!);
    }

    [Fact]
    public async Task Two_tenants_may_use_the_same_names_ids_and_deduplication()
    {
        await using var engine = await StartAsync();
        (string, string)[] mine = [("Upstash-Deduplication-Id", "same"), ("Upstash-Delay", "1d")];
        var theirs = mine.Append(("Authorization", $"Bearer {Stranger}")).ToArray();
        var path = $"/v2/enqueue/same/{engine.Sink}";
        var one = await engine.SendAsync(HttpMethod.Post, path, "x", mine);
        var other = await engine.SendAsync(HttpMethod.Post, path, "x", theirs);
        Assert.Equal((200, 200), (one.Status, other.Status));
        Assert.NotEqual((string)one.Json!["messageId"]!, (string)other.Json!["messageId"]!);
    }

    [Fact]
    public async Task Tokens_are_made_listed_and_revoked_beside_the_running_engine_and_kept_as_hashes()
    {
        await using var engine = await StartAsync();
        var full = Create("laptop", readOnly: false);
        var reader = Create("dashboard", readOnly: true);
        var decoded = JsonNode.Parse(Convert.FromBase64String(full))!;
        Assert.Equal("newcomer", (string)decoded["UserID"]!);
        Assert.Equal(200, await StatusAsync(HttpMethod.Post, "/v2/publish/https://example.com", full));
        Assert.Equal(403, await StatusAsync(HttpMethod.Post, "/v2/publish/https://example.com", reader));
        Assert.Equal(200, await StatusAsync(HttpMethod.Get, "/v2/keys", reader));
        Assert.Throws<RejectedException>(() => Create("laptop", readOnly: false));
        Assert.Contains(
            engine.Beside(Tokens.List),
            token => token is { Tenant: "newcomer", Name: "laptop", ReadOnly: false }
        );
        Assert.True(engine.Beside(db => Tokens.Revoke(db, "newcomer", "laptop")));
        Assert.False(engine.Beside(db => Tokens.Revoke(db, "newcomer", "laptop")));
        Assert.Equal(401, await StatusAsync(HttpMethod.Get, "/v2/keys", full));
        var stored = engine.Stored();
        Assert.Contains("dashboard", stored, StringComparison.Ordinal);
        Assert.DoesNotContain(reader, stored, StringComparison.Ordinal);
        Assert.DoesNotContain(EngineUnderTest.Token, stored, StringComparison.Ordinal);

        string Create(string name, bool readOnly) =>
            engine.Beside(db => Tokens.Create(db, "newcomer", name, readOnly, now: 1));

        async Task<int> StatusAsync(HttpMethod method, string path, string token) =>
            (
                await engine.SendAsync(
                    method,
                    path,
                    method == HttpMethod.Post ? "x" : null,
                    ("Authorization", $"Bearer {token}"),
                    ("Upstash-Delay", "1d")
                )
            ).Status;
    }

    [Fact]
    [Trait("QStash", "9")]
    public async Task The_token_may_come_in_the_query_and_does_not_go_along()
    {
        await using var engine = await StartAsync();
        var (status, _) = await engine.SendAsync(
            HttpMethod.Post,
            $"/v2/publish/{engine.Sink}/x?a=1&qstash_token={Stranger}&b=2",
            "x",
            ("Authorization", "none")
        );
        Assert.Equal(200, status);
        await engine.IdleAsync();
        Assert.Equal("/x?a=1&b=2", engine.Deliveries.Single().Target);
    }

    [Fact]
    [Trait("QStash", "103")]
    public async Task A_rotation_makes_the_next_key_the_current_one_and_a_restart_does_not_undo_it()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var rotated = (await engine.SendAsync(HttpMethod.Post, "/v2/keys/rotate")).Json!;
        Assert.Equal(EngineUnderTest.NextKey, (string)rotated["current"]!);
        Assert.Matches("^sig_[1-9A-Za-z]{28}$", (string)rotated["next"]!);
        Assert.Equal(rotated.ToJsonString(), (await engine.SendAsync(HttpMethod.Get, "/v2/keys")).Json!.ToJsonString());
        await engine.RestartAsync();
        Assert.Equal(rotated.ToJsonString(), (await engine.SendAsync(HttpMethod.Get, "/v2/keys")).Json!.ToJsonString());
        await engine.RestartAsync(options =>
            options.Tenants = [
                new Tenant(
                    "test",
                    EngineUnderTest.Token,
                    "sig_given_anew_00000000000000000001",
                    "sig_given_anew_00000000000000000002"
                ),
            ]
        );
        Assert.Equal(
            "sig_given_anew_00000000000000000001",
            (string)(await engine.SendAsync(HttpMethod.Get, "/v2/keys")).Json!["current"]!
        );
    }

    [Fact]
    [Trait("QStash", "90,91")]
    public async Task What_is_redacted_reaches_its_destination_and_no_reader()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var id = await engine.PublishAsync(
            "/x",
            "secret body",
            ("Content-Type", "text/plain"),
            ("Upstash-Forward-Authorization-Key", "secret header"),
            ("Upstash-Redact-Fields", " BODY , headers[authorization-key]"),
            ("Upstash-Callback", engine.Sink + "/told"),
            ("Upstash-Callback-Forward-Authorization-Key", "secret callback")
        );
        await engine.IdleAsync();
        Assert.Equal("secret body", engine.Deliveries.First().Body);
        Assert.Equal("secret header", engine.Deliveries.First().Header("Authorization-Key"));
        var reads =
            (await engine.SendAsync(HttpMethod.Get, $"/v2/messages/{id}")).Json!.ToJsonString()
            + (await engine.SendAsync(HttpMethod.Get, $"/v2/events?messageId={id}")).Json!.ToJsonString();
        foreach (var secret in new[] { "secret", Convert.ToBase64String("secret body"u8) })
            Assert.DoesNotContain(secret, reads, StringComparison.Ordinal);
        Assert.Contains(
            "REDACTED:" + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData("secret body"u8)),
            reads,
            StringComparison.Ordinal
        );
        Assert.Contains("text/plain", reads, StringComparison.Ordinal);
    }

    /// <summary>A callback's body is its message's once more: whoever may not read the one may not read the other.</summary>
    [Fact]
    [Trait("QStash", "90,91")]
    public async Task What_is_redacted_stays_so_in_its_callbacks_and_in_theirs()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = http.Request.Path == "/told" || http.Request.Path == "/work" ? 500 : 200;
            return Task.CompletedTask;
        };
        await engine.PublishAsync(
            "/work",
            "secret body",
            ("Upstash-Retries", "0"),
            ("Upstash-Forward-My-Header", "secret header"),
            ("Upstash-Redact-Fields", "body,header[My-Header]"),
            ("Upstash-Callback", engine.Sink + "/told"),
            ("Upstash-Callback-Forward-My-Header", "secret header"),
            ("Upstash-Callback-Redact-Fields", "header[Other]"),
            ("Upstash-Callback-Forward-Other", "secret other"),
            ("Upstash-Callback-Failure-Callback", engine.Sink + "/told-that-it-failed"),
            ("Upstash-Callback-Failure-Callback-Forward-My-Header", "secret header"),
            ("Upstash-Failure-Callback", engine.Sink + "/failed")
        );
        await engine.IdleAsync();
        Assert.Equal(
            ["/failed", "/told", "/told-that-it-failed", "/work"],
            engine.Deliveries.Select(each => each.Target).Order()
        );
        Assert.Equal(
            "secret body",
            Told(Told(engine.Deliveries.Single(each => each.Target == "/told-that-it-failed").Body))
        );
        var reads = (await engine.SendAsync(HttpMethod.Get, "/v2/dlq")).Json!.ToJsonString();
        foreach (var delivery in engine.Deliveries)
        {
            var id = delivery.Header("Upstash-Message-Id");
            foreach (var path in new[] { $"/v2/messages/{id}", $"/v2/events?messageId={id}" })
                reads += (await engine.SendAsync(HttpMethod.Get, path)).Json!.ToJsonString();
        }
        var told = engine.Deliveries.Single(each => each.Target == "/told").Body;
        foreach (var hidden in new[] { "secret body", "secret header", "secret other" })
        foreach (var form in new[] { hidden, Base64(hidden), Base64(told)[..64] })
            Assert.DoesNotContain(form, reads, StringComparison.Ordinal);
        Assert.DoesNotContain("sourceBody", reads, StringComparison.Ordinal);

        // Tried again by hand, it has the real values still, and hides them still.
        engine.Answer = _ => Task.CompletedTask;
        engine.Deliveries.Clear();
        await engine.SendAsync(HttpMethod.Post, "/v2/dlq/retry");
        await engine.IdleAsync();
        Assert.Equal("secret body", Told(engine.Deliveries.First(each => each.Target == "/told").Body));
        Assert.DoesNotContain(
            "sourceBody",
            (await engine.SendAsync(HttpMethod.Get, "/v2/events")).Json!["events"]!
                .AsArray()
                .Aggregate("", (all, each) => all + Decoded((string?)each!["body"])),
            StringComparison.Ordinal
        );

        static string Base64(string text) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(text));
        static string Told(string body) => Decoded((string)JsonNode.Parse(body)!["sourceBody"]!);
        static string Decoded(string? text) =>
            text is null || text.StartsWith("REDACTED:", StringComparison.Ordinal)
                ? ""
                : System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(text));
    }

    [Fact]
    [Trait("QStash", "106")]
    public async Task A_tenant_may_have_limits_of_its_own_that_hold_from_its_next_request_on()
    {
        await using var engine = await StartAsync();
        Assert.Equal(200, await PublishedAsync(Stranger));
        Limit("stranger", "retries=5,delay=7d");
        Assert.Equal(412, await PublishedAsync(Stranger));
        Assert.Equal(200, await PublishedAsync(EngineUnderTest.Token));
        Limit("stranger", "");
        Assert.Equal(200, await PublishedAsync(Stranger));
        Assert.Throws<RejectedException>(() => Limit("stranger", "speed=5"));
        Assert.Throws<RejectedException>(() => Limit("nobody", "retries=5"));

        void Limit(string tenant, string limits) =>
            engine.Beside(db =>
            {
                Tokens.Limit(db, tenant, limits);
                return true;
            });

        async Task<int> PublishedAsync(string token) =>
            (
                await engine.SendAsync(
                    HttpMethod.Post,
                    "/v2/publish/https://example.com",
                    "x",
                    ("Authorization", $"Bearer {token}"),
                    ("Upstash-Delay", "1d"),
                    ("Upstash-Retries", "6")
                )
            ).Status;
    }

    [Fact]
    [Trait("QStash", "105,106")]
    public async Task A_days_messages_are_counted_whoever_makes_them_callbacks_excepted_and_a_restart_counts_the_same()
    {
        await using var engine = await EngineUnderTest.StartAsync(Limited);
        engine.Answer = http =>
        {
            http.Response.StatusCode = http.Request.Path == "/fails" ? 500 : 200;
            return Task.CompletedTask;
        };
        await engine.PublishAsync("/one", "x", ("Upstash-Callback", engine.Sink + "/told"));
        await engine.PublishAsync("/fails", "x", ("Upstash-Retries", "0"));
        await engine.SendAsync(
            HttpMethod.Post,
            $"/v2/schedules/{engine.Sink}/fired",
            "x",
            ("Upstash-Cron", "0 * * * *"),
            ("Upstash-Schedule-Id", "hourly")
        );
        await engine.IdleAsync();
        await engine.AdvanceAsync(TimeSpan.FromHours(1));
        var (_, retried) = await engine.SendAsync(HttpMethod.Post, "/v2/dlq/retry");
        Assert.Single(retried!["responses"]!.AsArray());
        await engine.IdleAsync();
        Assert.Equal(
            ["/fails", "/fails", "/fired", "/one", "/told"],
            engine.Deliveries.Select(one => one.Target).Order(StringComparer.Ordinal)
        );
        for (var restart = 0; restart < 2; restart++)
        {
            await AssertFullAsync($"/v2/publish/{engine.Sink}/more");
            await AssertFullAsync("/v2/dlq/retry");
            await engine.RestartAsync(Limited);
        }
        Assert.Single((await engine.SendAsync(HttpMethod.Get, "/v2/dlq")).Json!["messages"]!.AsArray());
        await engine.AdvanceAsync(TimeSpan.FromHours(1));
        var schedule = (await engine.SendAsync(HttpMethod.Get, "/v2/schedules/hourly")).Json!;
        Assert.Contains("maxRequestsPerDay", (string)schedule["error"]!, StringComparison.Ordinal);
        Assert.Equal(5, engine.Deliveries.Count);
        await engine.SendAsync(HttpMethod.Delete, "/v2/schedules/hourly");
        await engine.AdvanceAsync(TimeSpan.FromHours(13));
        await engine.PublishAsync("/tomorrow", "x");

        static void Limited(EngineOptions options) => options.Limits = new Limits { MessagesPerDay = 4 };

        async Task AssertFullAsync(string path)
        {
            using var answer = await engine.Http.PostAsync(
                engine.Address + path,
                null,
                TestContext.Current.CancellationToken
            );
            Assert.Equal(429, (int)answer.StatusCode);
            Assert.Equal("0", answer.Headers.GetValues("RateLimit-Remaining").Single());
        }
    }

    [Fact]
    [Trait("QStash", "105,106")]
    public async Task A_tenants_limits_refuse_in_QStashs_words_and_say_in_headers_which_it_was()
    {
        await using var engine = await EngineUnderTest.StartAsync(options =>
            options.Limits = new Limits
            {
                Retries = 5,
                Delay = TimeSpan.FromDays(7),
                Queues = 1,
                QueueParallelism = 2,
                Schedules = 1,
                UrlGroups = 1,
                Endpoints = 2,
                MessagesPerDay = 3,
                RequestsPerSecond = 40,
            }
        );
        (string, string) cron = ("Upstash-Cron", "0 0 * * *");
        await AssertAsync(
            "quota maxRetries exceeded, current limit: 5",
            "/v2/publish/https://e.example",
            ("Upstash-Retries", "6")
        );
        await AssertAsync(
            "quota maxDelay exceeded, current limit: 604800",
            "/v2/publish/https://e.example",
            ("Upstash-Delay", "8d")
        );
        Assert.Equal(200, (await PostAsync("/v2/queues", """{"queueName":"one"}""")).Status);
        Assert.Equal(200, (await PostAsync("/v2/queues", """{"queueName":"one","parallelism":2}""")).Status);
        Assert.Equal(412, (await PostAsync("/v2/queues", """{"queueName":"one","parallelism":3}""")).Status);
        Assert.Equal(412, (await PostAsync("/v2/queues", """{"queueName":"two"}""")).Status);
        Assert.Equal(412, (await PostAsync("/v2/enqueue/two/https://e.example", "x")).Status);
        Assert.Equal(
            200,
            (await PostAsync("/v2/schedules/https://e.example", "x", cron, ("Upstash-Schedule-Id", "a"))).Status
        );
        Assert.Equal(
            200,
            (await PostAsync("/v2/schedules/https://e.example", "x", cron, ("Upstash-Schedule-Id", "a"))).Status
        );
        Assert.Equal(412, (await PostAsync("/v2/schedules/https://e.example", "x", cron)).Status);
        Assert.Equal(
            412,
            (
                await PostAsync(
                    "/v2/topics/g/endpoints",
                    """{"endpoints":[{"url":"https://a.example"},{"url":"https://b.example"},{"url":"https://c.example"}]}"""
                )
            ).Status
        );
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Get, "/v2/topics/g")).Status);

        for (var i = 0; i < 3; i++)
            Assert.Equal(200, (await PostAsync("/v2/publish/https://e.example", "x", ("Upstash-Delay", "1d"))).Status);
        await engine.RestartAsync(options =>
            options.Limits = new Limits { MessagesPerDay = 3, RequestsPerSecond = 40 }
        );
        using var refused = await engine.Http.PostAsync(
            engine.Address + "/v2/publish/https://e.example",
            null,
            TestContext.Current.CancellationToken
        );
        var tomorrow = new DateTimeOffset(engine.Time.GetUtcNow().UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
        Assert.Equal(
            (429, "3", "0", $"{tomorrow.ToUnixTimeSeconds()}"),
            (
                (int)refused.StatusCode,
                Header(refused, "RateLimit-Limit"),
                Header(refused, "RateLimit-Remaining"),
                Header(refused, "RateLimit-Reset")
            )
        );
        engine.Time.Advance(TimeSpan.FromDays(1));
        await engine.IdleAsync();
        Assert.Equal(200, (await PostAsync("/v2/publish/https://e.example", "x", ("Upstash-Delay", "1d"))).Status);

        for (var i = 0; i < 40; i++)
            Assert.Equal(200, (await engine.SendAsync(HttpMethod.Get, "/v2/keys")).Status);
        using var burst = await engine.Http.GetAsync(
            engine.Address + "/v2/keys",
            TestContext.Current.CancellationToken
        );
        Assert.Equal(
            (429, "40", "0", $"{engine.Time.GetUtcNow().ToUnixTimeSeconds() + 1}", null),
            (
                (int)burst.StatusCode,
                Header(burst, "Burst-RateLimit-Limit"),
                Header(burst, "Burst-RateLimit-Remaining"),
                Header(burst, "Burst-RateLimit-Reset"),
                Header(burst, "RateLimit-Limit")
            )
        );
        engine.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Get, "/v2/keys")).Status);

        Task<(int Status, JsonNode? Json)> PostAsync(string path, string body, params (string, string)[] headers) =>
            engine.SendAsync(HttpMethod.Post, path, body, headers);

        async Task AssertAsync(string error, string path, (string, string) header)
        {
            var (status, json) = await PostAsync(path, "x", header);
            Assert.Equal((412, error), (status, (string)json!["error"]!));
        }

        static string? Header(HttpResponseMessage answer, string name) =>
            answer.Headers.TryGetValues(name, out var values) ? values.Single() : null;
    }
}
