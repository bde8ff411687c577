using System.Text.Json.Nodes;

namespace Jettae.Engine.Tests;

/// <summary>URL groups: one publish, one independent message for each endpoint.</summary>
public sealed class UrlGroupTests
{
    private static Task<(int Status, JsonNode? Json)> AddAsync(
        EngineUnderTest engine,
        string group,
        string endpoints
    ) => engine.SendAsync(HttpMethod.Post, $"/v2/topics/{group}/endpoints", $$"""{"endpoints":[{{endpoints}}]}""");

    private static async Task<string> ShownAsync(EngineUnderTest engine, string group) =>
        (await engine.SendAsync(HttpMethod.Get, $"/v2/topics/{group}")).Json!["endpoints"]!.ToJsonString();

    [Fact]
    [Trait("QStash", "49,50,54")]
    public async Task Endpoints_are_added_changed_by_url_or_name_and_removed_in_their_order()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Delete, "/v2/topics/none")).Status);
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Get, "/v2/topics/none")).Status);
        await AddAsync(engine, "g", """{"url":"https://a.example","name":"a"},{"url":"https://b.example/x"}""");
        await AddAsync(engine, "g", """{"url":"https://b.example/x","name":"b"},{"url":"https://c.example"}""");
        await AddAsync(engine, "g", """{"url":"https://a2.example","name":"a"}""");
        Assert.Equal(
            """[{"url":"https://a2.example","name":"a"},{"url":"https://b.example/x","name":"b"},{"url":"https://c.example"}]""",
            await ShownAsync(engine, "g")
        );
        // A name that moves to the URL of another endpoint takes its place: no URL is there twice.
        await AddAsync(engine, "g", """{"url":"https://c.example","name":"a"}""");
        Assert.Equal(
            """[{"url":"https://c.example","name":"a"},{"url":"https://b.example/x","name":"b"}]""",
            await ShownAsync(engine, "g")
        );
        await engine.SendAsync(HttpMethod.Delete, "/v2/topics/g/endpoints", """{"endpoints":[{"name":"a"}]}""");
        Assert.Equal("""[{"url":"https://b.example/x","name":"b"}]""", await ShownAsync(engine, "g"));
        await engine.SendAsync(
            HttpMethod.Delete,
            "/v2/topics/g/endpoints",
            """{"endpoints":[{"url":"https://b.example/x"}]}"""
        );
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Get, "/v2/topics/g")).Status);
        Assert.Empty((await engine.SendAsync(HttpMethod.Get, "/v2/topics")).Json!.AsArray());
    }

    [Fact]
    public async Task An_endpoints_URL_may_be_as_long_as_a_destination()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var random = new Random(1);
        var url = "https://a.example/" + Convert.ToHexString(Bytes(3_900)).ToLowerInvariant();
        Assert.Equal(200, (await AddAsync(engine, "g", $$"""{"url":"{{url}}"}""")).Status);
        Assert.Equal(200, (await AddAsync(engine, "g", $$"""{"url":"{{url}}","name":"a"}""")).Status);
        Assert.Equal($$"""[{"url":"{{url}}","name":"a"}]""", await ShownAsync(engine, "g"));

        byte[] Bytes(int count)
        {
            var bytes = new byte[count];
            random.NextBytes(bytes);
            return bytes;
        }
    }

    [Theory]
    [InlineData("a%20b", """{"url":"https://a.example"}""", "name")]
    [InlineData("g", """{"url":"ftp://a.example"}""", "url")]
    [InlineData("g", """{"url":"a.example"}""", "url")]
    [InlineData("g", """{"name":"a"}""", "url")]
    [InlineData("g", """{"url":"https://a.example","name":"a b"}""", "name")]
    [InlineData("g", """{"url":"https://a.example"},7""", "endpoints")]
    [InlineData("g", "", "endpoints")]
    public async Task A_bad_endpoint_is_refused_and_nothing_is_made(string group, string endpoints, string named)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var (status, json) = await AddAsync(engine, group, endpoints);
        Assert.Equal(400, status);
        Assert.Contains(named, (string)json!["error"]!, StringComparison.Ordinal);
        Assert.Empty((await engine.SendAsync(HttpMethod.Get, "/v2/topics")).Json!.AsArray());
    }

    [Fact]
    [Trait("QStash", "20,51,35,45")]
    public async Task A_publish_goes_to_every_endpoint_and_answers_for_each()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await AddAsync(engine, "all", $$"""{"url":"{{engine.Sink}}/1","name":"one"},{"url":"{{engine.Sink}}/2"}""");
        (string, string)[] once = [("Upstash-Deduplication-Id", "once"), ("Upstash-Callback", engine.Sink + "/told")];
        var (status, json) = await engine.SendAsync(HttpMethod.Post, "/v2/publish/all", "hello", once);
        Assert.Equal(200, status);
        var answers = json!.AsArray();
        Assert.Equal([engine.Sink + "/1", engine.Sink + "/2"], answers.Select(each => (string)each!["url"]!));
        await engine.IdleAsync();
        var first = engine.Deliveries.Single(each => each.Target == "/1");
        Assert.Equal(
            ("all", (string)answers[0]!["messageId"]!, "hello"),
            (first.Header("Upstash-Topic-Name"), first.Header("Upstash-Message-Id"), first.Body)
        );
        Assert.Single(engine.Deliveries, each => each.Target == "/2");
        var told = engine
            .Deliveries.Where(each => each.Target == "/told")
            .Select(each => JsonNode.Parse(each.Body)!)
            .Single(each => (string)each["url"]! == engine.Sink + "/1");
        Assert.Equal(("all", "one"), ((string)told["topicName"]!, (string)told["endpointName"]!));

        var again = await engine.SendAsync(HttpMethod.Post, "/v2/publish/all", "hello", once);
        Assert.Equal(202, again.Status);
        Assert.Equal(
            answers.Select(each => (string)each!["messageId"]!),
            again
                .Json!.AsArray()
                .Where(each => (bool)each!["deduplicated"]!)
                .Select(each => (string)each!["messageId"]!)
        );
    }

    [Fact]
    [Trait("QStash", "53")]
    public async Task The_groups_headers_count_where_the_publisher_sent_none()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await AddAsync(engine, "g", $$"""{"url":"{{engine.Sink}}/1"}""");
        var set = await engine.SendAsync(
            HttpMethod.Patch,
            "/v2/topics/g",
            """{"headers":{"Upstash-Method":"PUT","Upstash-Forward-A":["from group"],"Upstash-Forward-B":"from group"}}"""
        );
        Assert.Equal(200, set.Status);
        await engine.SendAsync(HttpMethod.Post, "/v2/publish/g", "x", ("upstash-forward-b", "from publisher"));
        await engine.IdleAsync();
        var delivery = engine.Deliveries.Single();
        Assert.Equal(
            ("PUT", "from group", "from publisher"),
            (delivery.Method, delivery.Header("A"), delivery.Header("B"))
        );
        Assert.Equal(
            400,
            (
                await engine.SendAsync(HttpMethod.Patch, "/v2/topics/g", """{"headers":{"Upstash-Delay":"soon"}}""")
            ).Status
        );
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Patch, "/v2/topics/none", """{"headers":{}}""")).Status);
        foreach (
            var slip in new[]
            {
                "{}",
                """{"header":{"Upstash-Method":"GET"}}""",
                """{"headers":null}""",
                """{"headers":[]}""",
            }
        )
        {
            var (status, json) = await engine.SendAsync(HttpMethod.Patch, "/v2/topics/g", slip);
            Assert.Equal(400, status);
            Assert.StartsWith("headers must be an object", (string)json!["error"]!, StringComparison.Ordinal);
        }
        var shown = (await engine.SendAsync(HttpMethod.Get, "/v2/topics/g")).Json!["headers"]!.AsObject();
        Assert.Equal(3, shown.Count);
    }

    [Fact]
    [Trait("QStash", "10,11,13")]
    public async Task A_destination_that_is_neither_url_nor_group_nor_api_is_refused_in_QStashs_words()
    {
        await using var engine = await EngineUnderTest.StartAsync(options =>
            options.Apis = new Dictionary<string, string>
            {
                ["llm"] = "https://example.com/llm",
                ["mail"] = "https://example.com/mail",
            }
        );
        foreach (
            var (destination, status, text) in new[]
            {
                ("", 400, "a non-empty destination must be provided"),
                ("nobody", 404, "topic nobody not found"),
                (
                    "host.example/path",
                    400,
                    "invalid destination url: endpoint has invalid scheme, add http:// or https://"
                ),
                ("api/email", 400, "JETTAE_APIS"),
                ("api/llm", 400, "Upstash-Callback"),
            }
        )
        {
            var answer = await engine.SendAsync(HttpMethod.Post, "/v2/publish/" + destination, "x");
            Assert.Equal(status, answer.Status);
            Assert.Contains(text, (string)answer.Json!["error"]!, StringComparison.Ordinal);
        }
        await engine.AssertNothingStoredAsync();
        var published = await engine.SendAsync(
            HttpMethod.Post,
            "/v2/publish/api/llm",
            "x",
            ("Upstash-Callback", "https://example.com/told"),
            ("Upstash-Delay", "1h")
        );
        var message = await engine.SendAsync(HttpMethod.Get, $"/v2/messages/{(string)published.Json!["messageId"]!}");
        Assert.Equal("https://example.com/llm", (string)message.Json!["url"]!);
        var mail = await engine.SendAsync(HttpMethod.Post, "/v2/publish/api/mail", "x", ("Upstash-Delay", "1h"));
        Assert.Equal(200, mail.Status);
    }

    [Theory]
    [Trait("Store", "none")]
    [InlineData(10_001, 1, 0, 400, "10000 messages")]
    [InlineData(120, 9, 0, 413, "1073741824 bytes")]
    [InlineData(5_000, 0, 220, 413, "1073741824 bytes")]
    public async Task A_publish_that_stands_for_too_much_is_refused_and_nothing_is_stored(
        int endpoints,
        int megabytes,
        int kilobytesOfHeaders,
        int expected,
        string reason
    )
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var urls = Enumerable.Range(0, endpoints).Select(i => $$"""{"url":"http://h.example/{{i}}"}""");
        foreach (var some in urls.Chunk(1_000))
            Assert.Equal(200, (await AddAsync(engine, "g", string.Join(',', some))).Status);
        var body = new string('x', megabytes * 1024 * 1024);
        var header = new string('x', kilobytesOfHeaders * 1024);
        foreach (var path in new[] { "/v2/publish/g", "/v2/enqueue/q/g", "/v2/schedules/g" })
        {
            var (status, json) = await engine.SendAsync(
                HttpMethod.Post,
                path,
                body,
                [.. Cron(path), ("Upstash-Forward-X", header)]
            );
            Assert.Equal(expected, status);
            Assert.Contains(reason, (string)json!["error"]!, StringComparison.Ordinal);
        }
        await engine.AssertNothingStoredAsync();

        static (string, string)[] Cron(string path) =>
            path.Contains("schedules", StringComparison.Ordinal) ? [("Upstash-Cron", "0 0 1 1 *")] : [];
    }
}
