using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Jettae.Engine.Tests;

/// <summary>A batch is stored whole or not at all, and answers in its own order.</summary>
public sealed class BatchTests
{
    private const string Good = "{\"destination\":\"http://host/\"}";

    [Theory]
    [InlineData("", "JSON array")]
    [InlineData("nonsense", "JSON array")]
    [InlineData("{}", "received Object")]
    [InlineData("null", "received Null")]
    [InlineData("[" + Good, "JSON array")]
    [InlineData("[" + Good + ",1]", "item 1 of the batch: must be an object; received Number")]
    [InlineData("[" + Good + ",{}]", "item 1 of the batch: a non-empty destination")]
    [InlineData(
        "[" + Good + ",{\"destination\":1}]",
        "item 1 of the batch: destination must be a string; received Number"
    )]
    [InlineData("[" + Good + ",{\"destination\":\"nope/\"}]", "nope/")]
    [InlineData("[" + Good + ",{\"destination\":\"group\"}]", "topic group not found")]
    [InlineData("[" + Good + ",{\"destination\":\"http://h/ x\"}]", "http://h/ x")]
    [InlineData("[" + Good + ",{\"destination\":\"http://h/\",\"queue\":\"q!\"}]", "queue")]
    [InlineData("[" + Good + ",{\"destination\":\"http://h/\",\"body\":{}}]", "body must be a string; received Object")]
    [InlineData(
        "[" + Good + ",{\"destination\":\"http://h/\",\"headers\":[]}]",
        "headers must be an object; received Array"
    )]
    [InlineData("[" + Good + ",{\"destination\":\"http://h/\",\"headers\":{\"A\":1}}]", "A must be a string")]
    [InlineData("[" + Good + ",{\"destination\":\"http://h/\",\"headers\":{\"A\":[1]}}]", "A must be a string")]
    [InlineData("[" + Good + ",{\"destination\":\"http://h/\",\"headers\":{\"A\":null}}]", "received Null")]
    [InlineData(
        "[" + Good + ",{\"destination\":\"http://h/\",\"body\":\"\\ud800\"}]",
        "item 1 of the batch: holds what is not Unicode text"
    )]
    [InlineData("[" + Good + ",{\"destination\":\"http://h/\\udc00\"}]", "not Unicode text")]
    [Trait("QStash", "24")]
    [InlineData("[" + Good + ",{\"destination\":\"http://h/\",\"headers\":{\"\\ud800\":\"x\"}}]", "not Unicode text")]
    [InlineData("[" + Good + ",{\"\\ud800\":\"\",\"destination\":\"\"}]", "item 1 of the batch")]
    [InlineData("[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]", "item 0 of the batch: must be an object; received Array")]
    [InlineData("[{\"a\":[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]}]", "JSON array")]
    [InlineData("[0,0,0", "item 0 of the batch: must be an object; received Number")]
    [InlineData("[" + Good + "]]", "JSON array")]
    public async Task One_bad_item_refuses_all(string batch, string text)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await HeaderTests.AssertRefusedAsync(engine, "/v2/batch", batch, [], "", text);
    }

    /// <summary>Each part of it takes a multiple of its bytes in memory, and none says anything.</summary>
    [Fact]
    public async Task An_item_of_very_many_parts_is_refused_before_it_is_read()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var parts = string.Join(',', Enumerable.Repeat(0, 4_000));
        var batch = $$"""[{{Good}},{"destination":"http://host/","parts":[{{parts}}]}]""";
        var text = "item 1 of the batch: may have 4000 names and values at the most";
        await HeaderTests.AssertRefusedAsync(engine, "/v2/batch", batch, [], "", text);
    }

    [Fact]
    public async Task Values_of_one_header_count_as_headers()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var values = string.Join(',', Enumerable.Repeat("\"\"", 501));
        var batch = $$"""[{"destination":"http://host/","headers":{"Upstash-Forward-X":[{{values}}]} }]""";
        await HeaderTests.AssertRefusedAsync(
            engine,
            "/v2/batch",
            batch,
            [],
            "",
            "headers must be 500 at the most; received '501'"
        );
    }

    [Fact]
    public async Task Bytes_that_are_not_UTF_8_are_refused()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        using var content = new ByteArrayContent([
            .. "[{\"destination\":\"http://h/\",\"body\":\""u8,
            0xff,
            0xfe,
            .. "\"}]"u8,
        ]);
        using var answer = await engine.Http.PostAsync(
            engine.Address + "/v2/batch",
            content,
            TestContext.Current.CancellationToken
        );
        Assert.Equal(400, (int)answer.StatusCode);
        await engine.AssertNothingStoredAsync();
    }

    [Fact]
    [Trait("QStash", "17")]
    public async Task A_body_beyond_the_limit_is_refused_with_the_limit()
    {
        await using var engine = await EngineUnderTest.StartAsync(options => options.MaxBody = 1_000);
        var large = new string('x', 1_001);
        foreach (
            var (path, body) in new[]
            {
                ($"/v2/publish/{engine.Sink}/", large),
                (
                    "/v2/batch",
                    new JsonArray(
                        new JsonObject { ["destination"] = engine.Sink + "/" },
                        new JsonObject { ["destination"] = engine.Sink + "/", ["body"] = large }
                    ).ToJsonString()
                ),
            }
        )
        {
            var (status, json) = await engine.SendAsync(HttpMethod.Post, path, body);
            Assert.Equal(413, status);
            Assert.Contains("1000", (string)json!["error"]!, StringComparison.Ordinal);
            await engine.AssertNothingStoredAsync();
        }
        await engine.PublishAsync("/", large[1..]);
    }

    [Fact]
    public async Task A_batch_holds_ten_thousand_messages_at_the_most_those_of_a_group_counted_each()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var endpoints = new JsonArray([
            .. Enumerable.Range(0, 1_000).Select(i => (JsonNode)new JsonObject { ["url"] = $"http://h.example/{i}" }),
        ]);
        await engine.SendAsync(
            HttpMethod.Post,
            "/v2/topics/many/endpoints",
            new JsonObject { ["endpoints"] = endpoints }.ToJsonString()
        );
        foreach (var (destination, count) in new[] { ("http://h.example/", 10_001), ("many", 11) })
        {
            var item = $$"""{"destination":"{{destination}}"}""";
            var batch = $"[{string.Join(',', Enumerable.Repeat(item, count))}]";
            var text = $"item {count - 1} of the batch: one request may make 10000 messages at the most";
            await HeaderTests.AssertRefusedAsync(engine, "/v2/batch", batch, [], "", text);
        }
    }

    [Fact]
    public async Task A_batch_goes_to_two_hundred_queues_at_the_most()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var items = Enumerable
            .Range(0, 201)
            .Select(i => $$"""{"destination":"http://h.example/","queue":"q{{i}}"}""")
            .ToList();
        await HeaderTests.AssertRefusedAsync(
            engine,
            "/v2/batch",
            $"[{string.Join(',', items)}]",
            [],
            "",
            "item 200 of the batch: one request may go to 200 queues at the most; received 201"
        );
        var (status, _) = await engine.SendAsync(
            HttpMethod.Post,
            "/v2/batch",
            $"[{string.Join(',', items[1..].Append(items[1]))}]"
        );
        Assert.Equal(200, status);
    }

    [Fact]
    [Trait("QStash", "18,19,23")]
    public async Task Items_are_answered_in_order_and_what_SDKs_leave_empty_counts_as_absent()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var batch = new JsonArray(
            new JsonObject
            {
                ["destination"] = engine.Sink + "/0",
                ["body"] = null,
                ["queue"] = null,
            },
            new JsonObject
            {
                ["destination"] = engine.Sink + "/1",
                ["body"] = "null",
                ["queue"] = "",
            },
            new JsonObject
            {
                ["destination"] = engine.Sink + "/2",
                ["headers"] = new JsonObject
                {
                    ["content-TYPE"] = "text/plain",
                    ["upstash-METHOD"] = new JsonArray("put"),
                },
                ["body"] = "안녕 \u0000 \ud83d\ude00",
            },
            new JsonObject
            {
                ["destination"] = engine.Sink + "/3",
                ["headers"] = null,
                ["unknown"] = 1,
            }
        );
        var (status, json) = await engine.SendAsync(HttpMethod.Post, "/v2/batch", batch.ToJsonString());
        Assert.Equal(200, status);
        await engine.IdleAsync();
        var ids = json!.AsArray().Select(answer => (string)answer!["messageId"]!).ToArray();
        var got = engine.Deliveries.OrderBy(one => one.Target, StringComparer.Ordinal).ToArray();
        Assert.Equal(["/0", "/1", "/2", "/3"], got.Select(one => one.Target));
        Assert.Equal(ids, got.Select(one => one.Header("Upstash-Message-Id")));
        Assert.Equal(["", "null", "안녕 \u0000 \ud83d\ude00", ""], got.Select(one => one.Body));
        Assert.Equal(("PUT", "text/plain"), (got[2].Method, got[2].Header("Content-Type")));
        Assert.False(got[0].Headers.ContainsKey("Content-Type"));
    }

    [Fact]
    [Trait("QStash", "22")]
    public async Task An_empty_batch_and_a_batch_of_one_are_answered_as_arrays()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var (status, json) = await engine.SendAsync(HttpMethod.Post, "/v2/batch", "[]");
        Assert.Equal((200, "[]"), (status, json!.ToJsonString()));
        (_, json) = await engine.SendAsync(HttpMethod.Post, "/v2/batch", $"[{{\"destination\":\"{engine.Sink}/\"}}]");
        Assert.Single(json!.AsArray());
    }

    [Fact]
    [Trait("QStash", "46")]
    public async Task Of_equals_within_one_batch_the_first_wins()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var batch = new JsonArray([.. "aba".Select(id => (JsonNode)Item(id))]);
        var (_, json) = await engine.SendAsync(HttpMethod.Post, "/v2/batch", batch.ToJsonString());
        var ids = json!.AsArray().Select(answer => (string)answer!["messageId"]!).ToArray();
        Assert.Equal(ids[0], ids[2]);
        Assert.NotEqual(ids[0], ids[1]);
        Assert.Equal([null, null, true], json.AsArray().Select(answer => (bool?)answer!["deduplicated"]));
        await engine.IdleAsync();
        Assert.Equal(2, engine.Deliveries.Count);
        // Nothing new was stored, and the status says so.
        Assert.Equal(202, (await engine.SendAsync(HttpMethod.Post, "/v2/batch", batch.ToJsonString())).Status);

        JsonObject Item(char id) =>
            new()
            {
                ["destination"] = engine.Sink + "/",
                ["headers"] = new JsonObject { ["Upstash-Deduplication-Id"] = id.ToString() },
            };
    }

    [Fact]
    public async Task What_was_answered_is_read_at_once()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        for (var i = 0; i < 50; i++)
        {
            var id = await engine.PublishAsync("/", "x", ("Upstash-Delay", "1h"));
            Assert.Equal(200, (await engine.SendAsync(HttpMethod.Get, $"/v2/messages/{id}")).Status);
            Assert.Equal(["CREATED"], await engine.StoryAsync(id));
            if (i % 2 == 0)
            {
                Assert.Equal(200, (await engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{id}")).Status);
                Assert.Equal(["CREATED", "CANCEL_REQUESTED", "CANCELED"], await engine.StoryAsync(id));
            }
        }
    }

    /// <summary>Large bodies are read as far as there is room; who waits has most of theirs still to send.</summary>
    [Fact]
    public async Task Of_two_batches_as_large_as_can_be_the_second_is_read_when_the_first_has_gone()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        const int megabyte = 1024 * 1024;
        var request = Hostile.Request(
            "POST",
            "/v2/batch"u8,
            Hostile.Bearer,
            Encoding.ASCII.GetBytes($$"""[{"destination":"{{engine.Sink}}/batch"}]{{new string(' ', 99 * megabyte)}}""")
        );
        using var first = new TcpClient();
        await first.ConnectAsync("127.0.0.1", new Uri(engine.Address).Port, TestContext.Current.CancellationToken);
        await first.GetStream().WriteAsync(request.AsMemory(0, 20 * megabyte), TestContext.Current.CancellationToken);
        using var second = new TcpClient();
        await second.ConnectAsync("127.0.0.1", new Uri(engine.Address).Port, TestContext.Current.CancellationToken);
        var sending = second.GetStream().WriteAsync(request, TestContext.Current.CancellationToken).AsTask();
        // Smaller ones pass by both, and take their time.
        for (var i = 0; i < 30; i++)
            await engine.PublishAsync("/publish", new string('x', 5 * megabyte));
        Assert.False(sending.IsCompleted);
        first.Close();
        await sending;
        var answer = new byte[12];
        await second.GetStream().ReadExactlyAsync(answer, TestContext.Current.CancellationToken);
        Assert.Equal("HTTP/1.1 200", Encoding.ASCII.GetString(answer));
        await engine.IdleAsync();
        Assert.Single(engine.Deliveries, one => one.Target == "/batch");
    }
}
