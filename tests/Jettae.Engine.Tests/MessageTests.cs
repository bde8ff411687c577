namespace Jettae.Engine.Tests;

/// <summary>Publishing and reading back, by whom it may be done.</summary>
public sealed class MessageTests
{
    [Fact]
    [Trait("QStash", "12,16,30,39,43,82,89")]
    public async Task A_message_reads_back_as_it_was_published()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var id = await engine.PublishAsync(
            "/a?x=%41",
            "body",
            ("Content-Type", "text/plain"),
            ("Upstash-Forward-one", "1, 2"),
            ("Upstash-Delay", "1d10h30m"),
            ("Upstash-Retries", "5"),
            ("Upstash-Retry-Delay", "pow(2, retried) * 1000"),
            ("Upstash-Callback", "https://example.com?a=b"),
            ("Upstash-Callback-Forward-X-Own", "a, b"),
            ("Upstash-Label", "first, second")
        );
        var (_, json) = await engine.SendAsync(HttpMethod.Get, $"/v2/messages/{id}");
        var now = engine.Time.GetUtcNow().ToUnixTimeMilliseconds();
        Assert.Equal(engine.Sink + "/a?x=%41", (string)json!["url"]!);
        Assert.Equal("POST", (string)json["method"]!);
        Assert.Equal("body", (string)json["body"]!);
        Assert.Equal(5, (int)json["maxRetries"]!);
        Assert.Equal(now, (long)json["createdAt"]!);
        Assert.Equal(now + (34 * 3_600_000) + (30 * 60_000), (long)json["notBefore"]!);
        Assert.Equal("{\"Content-Type\":[\"text/plain\"],\"One\":[\"1, 2\"]}", json["header"]!.ToJsonString());
        Assert.Equal("https://example.com?a=b", (string)json["callback"]!);
        Assert.Equal("a, b", (string)Assert.Single(json["callbackHeader"]!["Upstash-Forward-X-Own"]!.AsArray())!);
        Assert.Equal("pow(2, retried) * 1000", (string)json["retryDelayExpression"]!);
        Assert.Equal("first", (string)json["label"]!);
        Assert.Equal("[\"first\",\"second\"]", json["labels"]!.ToJsonString());
        Assert.DoesNotContain(json.AsObject(), member => member.Value is null);
    }

    [Fact]
    [Trait("QStash", "82")]
    public async Task A_finished_message_reads_for_a_while()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var id = await engine.PublishAsync("/", "x");
        await engine.IdleAsync();
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Get, $"/v2/messages/{id}")).Status);
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{id}")).Status);
        await engine.AdvanceAsync(TimeSpan.FromMinutes(6));
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Get, $"/v2/messages/{id}")).Status);
    }

    [Theory]
    [Trait("QStash", "8,9")]
    [InlineData("qstash_token")]
    [InlineData("QSTASH_Token")]
    [InlineData("qstash%5Ftoken")]
    public async Task Settings_and_the_token_may_stand_in_the_query_and_do_not_reach_the_destination(string name)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Http.DefaultRequestHeaders.Authorization = null;
        var (status, _) = await engine.SendAsync(
            HttpMethod.Post,
            $"/v2/publish/{engine.Sink}/a?x=1&upstash-method=PUT&{name}={EngineUnderTest.Token}&upstash-forward-color=deep+red&y=%2B",
            "x"
        );
        Assert.Equal(200, status);
        await engine.IdleAsync();
        var got = Assert.Single(engine.Deliveries);
        Assert.Equal("PUT", got.Method);
        Assert.Equal("/a?x=1&y=%2B", got.Target);
        Assert.Equal("deep red", got.Header("Color"));
    }

    [Fact]
    [Trait("QStash", "6")]
    public async Task All_headers_are_forwarded_when_asked_save_those_of_the_connection_and_ours()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await engine.PublishAsync(
            "/",
            "x",
            ("Upstash-Header-Forward", "True"),
            ("Color", "red"),
            ("Host", "elsewhere")
        );
        await engine.IdleAsync();
        var got = Assert.Single(engine.Deliveries);
        Assert.Equal("red", got.Header("Color"));
        Assert.False(got.Headers.ContainsKey("Authorization"));
        Assert.DoesNotContain("elsewhere", got.Header("Host"), StringComparison.Ordinal);
        Assert.False(got.Headers.ContainsKey("Upstash-Header-Forward"));
    }

    [Fact]
    [Trait("QStash", "46")]
    public async Task The_same_content_is_one_message_whatever_the_order_of_its_headers()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        (string, string) byContent = ("Upstash-Content-Based-Deduplication", "True");
        var first = await engine.PublishAsync(
            "/",
            "x",
            byContent,
            ("Upstash-Forward-A", "1"),
            ("Upstash-Forward-B", "2")
        );
        var (status, json) = await engine.SendAsync(
            HttpMethod.Post,
            $"/v2/publish/{engine.Sink}/",
            "x",
            byContent,
            ("Upstash-Forward-B", "2"),
            ("Upstash-Forward-A", "1")
        );
        Assert.Equal((202, first), (status, (string)json!["messageId"]!));
        // The method is no part of it; the type of the content is.
        (string, string)[] headers = [byContent, ("Upstash-Forward-B", "2"), ("Upstash-Forward-A", "1")];
        (string, string)[] asPut = [.. headers, ("Upstash-Method", "PUT")];
        var put = await engine.SendAsync(HttpMethod.Post, $"/v2/publish/{engine.Sink}/", "x", asPut);
        Assert.Equal((202, first), (put.Status, (string)put.Json!["messageId"]!));
        Assert.NotEqual(first, await engine.PublishAsync("/", "x", [.. headers, ("Content-Type", "text/csv")]));
        foreach (var other in new[] { ("y", "1"), ("x", "3") })
            Assert.NotEqual(
                first,
                await engine.PublishAsync(
                    "/",
                    other.Item1,
                    byContent,
                    ("Upstash-Forward-A", other.Item2),
                    ("Upstash-Forward-B", "2")
                )
            );
    }

    [Fact]
    [Trait("Store", "SQLite")]
    public async Task A_second_engine_on_the_same_store_is_refused_in_words()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var refused = Assert.Throws<StoreInUseException>(() => Store.Open(engine.StoreOptions));
        Assert.Contains("already runs", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("QStash", "100")]
    public async Task Without_a_valid_token_nothing_is_told_and_nothing_stored()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Http.DefaultRequestHeaders.Authorization = null;
        foreach (
            var (method, path) in new[]
            {
                (HttpMethod.Post, $"/v2/publish/{engine.Sink}/"),
                (HttpMethod.Post, "/v2/batch"),
                (HttpMethod.Get, "/v2/keys"),
                (HttpMethod.Get, "/v2/events"),
                (HttpMethod.Get, "/v2/anything"),
            }
        )
        {
            var (status, json) = await engine.SendAsync(method, path, method == HttpMethod.Get ? null : "[]");
            Assert.Equal(401, status);
            Assert.StartsWith("unauthorized", (string)json!["error"]!, StringComparison.Ordinal);
            Assert.Equal(401, (await engine.SendAsync(method, path, null, ("Authorization", "Bearer wrong"))).Status);
        }
        engine.Http.DefaultRequestHeaders.Authorization = new("Bearer", EngineUnderTest.Token);
        await engine.AssertNothingStoredAsync();
    }

    [Fact]
    public async Task Tenants_do_not_see_each_other()
    {
        const string other = "other-token";
        await using var engine = await EngineUnderTest.StartAsync(options =>
            options.Tenants = [
                .. options.Tenants,
                new Tenant("other", other, EngineUnderTest.NextKey, EngineUnderTest.CurrentKey),
            ]
        );
        engine.Answer = http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        var id = await engine.PublishAsync("/", "x", ("Upstash-Delay", "1h"), ("Upstash-Deduplication-Id", "a"));
        await engine.PublishAsync("/", "x", ("Upstash-Retries", "0"));
        await engine.IdleAsync();
        var letter = (string)(await engine.SendAsync(HttpMethod.Get, "/v2/dlq")).Json!["messages"]![0]!["dlqId"]!;

        engine.Http.DefaultRequestHeaders.Authorization = new("Bearer", other);
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Get, $"/v2/messages/{id}")).Status);
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{id}")).Status);
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Get, $"/v2/dlq/{letter}")).Status);
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Delete, $"/v2/dlq/{letter}")).Status);
        Assert.Empty((await engine.SendAsync(HttpMethod.Get, "/v2/dlq")).Json!["messages"]!.AsArray());
        Assert.Empty((await engine.SendAsync(HttpMethod.Get, "/v2/events")).Json!["events"]!.AsArray());
        Assert.NotEqual(id, await engine.PublishAsync("/", "x", ("Upstash-Deduplication-Id", "a")));
        Assert.Equal(
            EngineUnderTest.NextKey,
            (string)(await engine.SendAsync(HttpMethod.Get, "/v2/keys")).Json!["current"]!
        );
    }
}
