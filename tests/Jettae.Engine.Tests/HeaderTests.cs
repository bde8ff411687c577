using System.Text.Json.Nodes;

namespace Jettae.Engine.Tests;

/// <summary>A header that breaks its rule is refused by its name, with what was received, and nothing is stored.</summary>
[Trait("Store", "none")]
public sealed class HeaderTests
{
    /// <summary>What any way of publishing can carry: header lines, the query and a batch.</summary>
    public static readonly TheoryData<string, string> Bad = new()
    {
        { "Upstash-Method", "TRACE" },
        { "Upstash-Method", "GET POST" },
        { "Upstash-Delay", "soon" },
        { "Upstash-Delay", "-5s" },
        { "Upstash-Delay", "5x" },
        { "Upstash-Delay", "5 s" },
        { "Upstash-Delay", "1h30" },
        { "Upstash-Delay", "." },
        { "Upstash-Delay", "1e5s" },
        { "Upstash-Delay", "0x10" },
        { "Upstash-Delay", "99999999999d" },
        { "Upstash-Delay", "٣s" },
        { "Upstash-Not-Before", "tomorrow" },
        { "Upstash-Not-Before", "-1" },
        { "Upstash-Not-Before", "1.5" },
        { "Upstash-Not-Before", "253402300800" },
        { "Upstash-Not-Before", "99999999999999999999" },
        { "Upstash-Retries", "many" },
        { "Upstash-Retries", "-1" },
        { "Upstash-Retries", "+1" },
        { "Upstash-Retries", "1.5" },
        { "Upstash-Retries", "1001" },
        { "Upstash-Retries", "99999999999999999999" },
        { "Upstash-Retry-Delay", "1 +" },
        { "Upstash-Retry-Delay", "1 1" },
        { "Upstash-Retry-Delay", "(1" },
        { "Upstash-Retry-Delay", "1)" },
        { "Upstash-Retry-Delay", "max(1)" },
        { "Upstash-Retry-Delay", "pow(1)" },
        { "Upstash-Retry-Delay", "system(1)" },
        { "Upstash-Retry-Delay", "Retried" },
        { "Upstash-Retry-Delay", "1..2" },
        { "Upstash-Timeout", "0" },
        { "Upstash-Timeout", "0s" },
        { "Upstash-Timeout", "-1s" },
        { "Upstash-Timeout", "0.0001s" },
        { "Upstash-Timeout", "long" },
        { "Upstash-Callback", "not-a-url" },
        { "Upstash-Callback", "ftp://host/" },
        { "Upstash-Callback", "http://" },
        { "Upstash-Callback", "http://host:99999/" },
        { "Upstash-Failure-Callback", "://" },
        { "Upstash-Failure-Callback", "javascript:alert(1)" },
        { "Upstash-Deduplication-Id", "a:b" },
        { "Upstash-Content-Based-Deduplication", "maybe" },
        { "Upstash-Content-Based-Deduplication", "1" },
        { "Upstash-Header-Forward", "yes" },
        { "Upstash-Flow-Control-Key", "k" },
        { "Upstash-Flow-Control-Value", "rate=1" },
        { "Upstash-Redact-Fields", "boddy" },
        { "Upstash-Cron", "* * * *" },
        { "Upstash-Queue-Name", "q!" },
    };

    /// <summary>What no header line can carry, and a batch can.</summary>
    public static readonly TheoryData<string, string> BadInABatch = new()
    {
        { "Upstash-Method", "" },
        { "Upstash-Delay", "" },
        { "Upstash-Retries", "" },
        { "Upstash-Retry-Delay", "" },
        { "Upstash-Forward-Split", "a\r\nInjected: yes" },
        { "Upstash-Forward-Split", "a\nb" },
        { "Upstash-Forward-Nul", "a\0b" },
        { "Upstash-Forward-Escape", "\u001b[2J" },
        { "Upstash-Forward-Next-Line", "a\u0085b" },
        { "Upstash-Forward-Bad name", "x" },
        { "Upstash-Forward-Bad:name", "x" },
        { "Upstash-Forward-이름", "x" },
        { "", "x" },
        { "Content-Type", "text/plain\r\nInjected: yes" },
        { "Upstash-Label", "a\nb" },
        { "Upstash-Deduplication-Id", "a\rb" },
        { "Upstash-Callback", "http://host/\r\nInjected: yes" },
        { "Upstash-Callback-Forward-Split", "a\r\nInjected: yes" },
    };

    [Theory]
    [Trait("QStash", "24,48")]
    [MemberData(nameof(Bad))]
    public async Task A_bad_value_is_refused_however_it_comes(string name, string value)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await AssertRefusedAsync(engine, "/v2/batch", Batch(engine, name, value), [], name, value);
        var publish = $"/v2/publish/{engine.Sink}/bad";
        var query = $"?a=1&{name.ToLowerInvariant()}={Uri.EscapeDataString(value)}";
        await AssertRefusedAsync(engine, publish + query, "x", [], name, value);
        if (value.All(char.IsAscii))
            await AssertRefusedAsync(engine, publish, "x", [(name, value)], name, value);
    }

    [Theory]
    [MemberData(nameof(BadInABatch))]
    public async Task A_batch_smuggles_nothing_in_that_a_header_line_cannot_carry(string name, string value)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await AssertRefusedAsync(engine, "/v2/batch", Batch(engine, name, value), [], name, value);
    }

    [Fact]
    public async Task A_query_smuggles_nothing_in_that_a_header_line_cannot_carry()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var target = $"/v2/publish/{engine.Sink}/bad?upstash-forward-split=a%0D%0AInjected:%20yes";
        await AssertRefusedAsync(engine, target, "x", [], "upstash-forward-split", "a\r\nInjected: yes");
    }

    public static readonly TheoryData<string, int> TooLong = new()
    {
        { "Upstash-Deduplication-Id", 1_025 },
        { "Upstash-Label", 257 },
        { "Upstash-Retry-Delay", 1_001 },
        { "Upstash-Forward-Long", 300_000 },
        { "Content-Type", 300_000 },
    };

    [Theory]
    [MemberData(nameof(TooLong))]
    public async Task What_is_too_long_is_refused_with_its_beginning(string name, int length)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var value = new string('1', length);
        await AssertRefusedAsync(engine, "/v2/batch", Batch(engine, name, value), [], name, value[..100]);
        if (length < 2_000)
            await engine.PublishAsync("/", "x", (name, value[1..]));
    }

    [Fact]
    public async Task Too_many_headers_or_labels_are_refused_and_as_many_as_allowed_arrive()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var most = string.Join(',', Enumerable.Range(0, 100));
        await AssertRefusedAsync(
            engine,
            "/v2/batch",
            Batch(engine, "Upstash-Label", most + ",100"),
            [],
            "Upstash-Label",
            "101 labels"
        );
        var headers = new JsonObject(
            Enumerable.Range(0, 501).Select(number => KeyValuePair.Create($"Upstash-Forward-{number}", (JsonNode?)"x"))
        );
        var batch = new JsonArray(new JsonObject { ["destination"] = engine.Sink + "/", ["headers"] = headers });
        await AssertRefusedAsync(engine, "/v2/batch", batch.ToJsonString(), [], "headers", "501");
        await engine.PublishAsync("/", "x", ("Upstash-Label", most));
        await engine.IdleAsync();
        Assert.Equal(most, Assert.Single(engine.Deliveries).Header("Upstash-Label"));
    }

    [Fact]
    public async Task A_setting_given_twice_is_refused_rather_than_guessed()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var item = new JsonObject
        {
            ["destination"] = engine.Sink + "/",
            ["headers"] = new JsonObject { ["Upstash-Delay"] = new JsonArray("1s", "2s") },
        };
        var batch = new JsonArray(item).ToJsonString();
        await AssertRefusedAsync(engine, "/v2/batch", batch, [], "Upstash-Delay", "1s,2s");
    }

    [Theory]
    [InlineData("/v2/publish", "a non-empty destination")]
    [InlineData("/v2/publish/", "a non-empty destination")]
    [InlineData("/v2/publish?x=/v2/publish/http://host/", "a non-empty destination")]
    [InlineData("/v2/publish/?upstash-delay=1s", "a non-empty destination")]
    [InlineData("/v2/publish/my-group", "topic my-group not found")]
    [InlineData("/v2/publish/example.com/path", "example.com/path")]
    [InlineData("/v2/publish/ftp://example.com", "ftp://example.com")]
    [InlineData("/v2/publish/http://", "http://")]
    [InlineData("/v2/publish/http:///path", "http:///path")]
    [InlineData("/v2/publish/http://host:99999/", "http://host:99999/")]
    [InlineData("/v2/publish/http://[::1/", "http://[::1/")]
    [InlineData("/v2/publis%68/http://host/", "")]
    public async Task A_destination_that_cannot_be_called_is_refused(string path, string received)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await AssertRefusedAsync(engine, path, "x", [], "", received);
    }

    internal static string Batch(EngineUnderTest engine, string name, string value) =>
        new JsonArray(
            new JsonObject { ["destination"] = engine.Sink + "/good" },
            new JsonObject
            {
                ["destination"] = engine.Sink + "/bad",
                ["headers"] = new JsonObject { [name] = value },
            }
        ).ToJsonString();

    internal static async Task AssertRefusedAsync(
        EngineUnderTest engine,
        string path,
        string body,
        (string, string)[] headers,
        string name,
        string received
    )
    {
        var (status, json) = await engine.SendAsync(HttpMethod.Post, path, body, headers);
        Assert.InRange(status, 400, 499);
        var error = (string)json!["error"]!;
        Assert.Contains(name, error, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(received, error, StringComparison.Ordinal);
        await engine.AssertNothingStoredAsync();
    }
}
