using System.Globalization;
using System.Text.Json.Nodes;

namespace Jettae.Engine.Tests;

/// <summary>Filters mean the same wherever messages are asked for: to cancel, in the log, among the dead letters.</summary>
public sealed class FilterTests
{
    /// <summary>Three messages that differ in whatever a filter can ask for; they wait, or have failed.</summary>
    private static async Task<List<string>> SeedAsync(EngineUnderTest engine, bool failed)
    {
        engine.Answer = http =>
        {
            http.Response.StatusCode = http.Request.Path == "/b" ? 502 : 500;
            return Task.CompletedTask;
        };
        (string, string)[] how = failed ? [("Upstash-Retries", "0")] : [("Upstash-Delay", "1d")];
        var ids = new List<string>();
        ids.Add(
            await engine.PublishAsync(
                "/a?x=1",
                "x",
                [.. how, ("Upstash-Label", "red,one"), ("Upstash-Queue-Name", "q")]
            )
        );
        await engine.IdleAsync();
        await engine.AdvanceAsync(TimeSpan.FromSeconds(10));
        ids.Add(
            await engine.PublishAsync(
                "/b",
                "x",
                [
                    .. how,
                    ("Upstash-Label", "blue"),
                    ("Upstash-Flow-Control-Key", "k"),
                    ("Upstash-Flow-Control-Value", "parallelism=9"),
                ]
            )
        );
        await engine.IdleAsync();
        await engine.AdvanceAsync(TimeSpan.FromSeconds(10));
        await engine.SendAsync(
            HttpMethod.Post,
            "/v2/topics/g/endpoints",
            $$"""{"endpoints":[{"url":"{{engine.Sink}}/c"}]}"""
        );
        var group = await engine.SendAsync(HttpMethod.Post, "/v2/publish/g", "x", [.. how, ("Upstash-Label", "red")]);
        ids.Add((string)group.Json![0]!["messageId"]!);
        await engine.IdleAsync();
        return ids;
    }

    private static string At(EngineUnderTest engine, int seconds) =>
        engine.Time.GetUtcNow().AddSeconds(seconds).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>A filter, and which of the three it means.</summary>
    private static IEnumerable<(string Query, int[] Means)> Questions(EngineUnderTest engine, List<string> ids)
    {
        return
        [
            ("label=red", [0, 2]),
            ("label=red&label=blue", [0, 1, 2]),
            ("label=re", []),
            ("label=red&queueName=q", [0]),
            ("queueName=q&queueName=none", [0]),
            ("topicName=g", [2]),
            ("flowControlKey=k", [1]),
            ($"url={Uri.EscapeDataString(engine.Sink + "/a?x=1")}", [0]),
            ("callerIp=127.0.0.1", [0, 1, 2]),
            ("callerIP=10.0.0.1", []),
            ("scheduleId=none", []),
            ($"fromDate={At(engine, -10)}", [1, 2]),
            ($"fromDate={At(engine, -20)}&toDate={At(engine, -10)}", [0, 1]),
        ];
    }

    [Fact]
    [Trait("QStash", "83,84,85")]
    public async Task Cancelling_by_filter_ends_what_it_means_and_nothing_else()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var asked = Questions(engine, ["", "", ""]).Count();
        for (var question = 0; question < asked + 4; question++)
        {
            var ids = await SeedAsync(engine, failed: false);
            var host = new Uri(engine.Sink);
            (string Query, int[] Means)[] all =
            [
                .. Questions(engine, ids),
                ($"host={host.Authority}", [0, 1, 2]),
                ($"host={host.Host}&path=/a", [0]),
                ($"messageIds={ids[0]},{ids[2]}&messageIds=unknown", [0, 2]),
                ($"path=/b&path=/c&count=1", [1, 2]),
            ];
            var (query, means) = all[question];
            var (status, json) = await engine.SendAsync(HttpMethod.Delete, "/v2/messages?" + query);
            Assert.Equal(200, status);
            Assert.True(means.Length == (int)json!["cancelled"]!, query);
            for (var i = 0; i < ids.Count; i++)
            {
                var story = await engine.StoryAsync(ids[i]);
                Assert.True(story.Contains("CANCELED") == means.Contains(i), query);
            }
            // Only what is still pending counts.
            var rest = await engine.SendAsync(HttpMethod.Delete, "/v2/messages");
            Assert.Equal(3 - means.Length, (int)rest.Json!["cancelled"]!);
        }
        await engine.AdvanceAsync(TimeSpan.FromDays(2));
        Assert.Empty(engine.Deliveries);
    }

    [Fact]
    [Trait("QStash", "83,97")]
    public async Task A_typo_cancels_nothing_nothing_said_cancels_all_and_an_empty_list_none()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        for (var i = 0; i < 3; i++)
            await engine.PublishAsync("/x", "x", ("Upstash-Delay", "1d"));
        Assert.Equal(400, (await engine.SendAsync(HttpMethod.Delete, "/v2/messages?labeel=x")).Status);
        Assert.Equal(400, (await engine.SendAsync(HttpMethod.Delete, "/v2/messages?api=llm")).Status);
        Assert.Equal(400, (await engine.SendAsync(HttpMethod.Delete, "/v2/messages", """{"labeel":"x"}""")).Status);
        Assert.Equal(400, (await engine.SendAsync(HttpMethod.Delete, "/v2/messages?count=0")).Status);
        Assert.Equal(
            400,
            (await engine.SendAsync(HttpMethod.Delete, "/v2/messages", """{"fromDate":"soon"}""")).Status
        );
        var none = await engine.SendAsync(HttpMethod.Delete, "/v2/messages", """{"messageIds":[]}""");
        Assert.Equal(0, (int)none.Json!["cancelled"]!);
        var later = await engine.SendAsync(HttpMethod.Delete, "/v2/messages", """{"fromDate":9999999999999}""");
        Assert.Equal(0, (int)later.Json!["cancelled"]!);
        var all = await engine.SendAsync(HttpMethod.Delete, "/v2/messages", "", ("Content-Type", "application/json"));
        Assert.Equal(3, (int)all.Json!["cancelled"]!);
    }

    [Fact]
    [Trait("QStash", "86,87,89")]
    public async Task The_log_is_asked_by_the_same_filters_and_by_several_states()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var ids = await SeedAsync(engine, failed: true);
        foreach (
            var (query, means) in Questions(engine, ids)
                .Where(each => !each.Query.Contains("Date", StringComparison.Ordinal))
        )
        foreach (var count in new[] { 1, 100 })
        {
            var found = await AllAsync(engine, query, count);
            Assert.True(
                means.Select(i => ids[i]).ToHashSet().SetEquals(found.Select(each => (string)each["messageId"]!)),
                query
            );
            Assert.Equal(4 * means.Length, found.Count);
        }
        Assert.Equal(8, (await AllAsync(engine, $"messageIds={ids[0]}&messageIds={ids[1]}", 3)).Count);
        Assert.Equal(6, (await AllAsync(engine, "state=ERROR&state=FAILED", 4)).Count);
        Assert.Equal(6, (await AllAsync(engine, "state=IN_PROGRESS", 4)).Count);
        Assert.Equal(3, (await AllAsync(engine, "host=127.0.0.1&state=CREATED", 2)).Count);
        Assert.Equal(400, (await engine.SendAsync(HttpMethod.Get, "/v2/logs?state=NONE")).Status);
        var trimmed = await AllAsync(engine, "trimBody=true", 100);
        Assert.All(trimmed, each => Assert.Null(each["body"]));
    }

    private static async Task<List<JsonNode>> AllAsync(EngineUnderTest engine, string query, int count)
    {
        var (all, cursor) = (new List<JsonNode>(), "");
        do
        {
            var (status, json) = await engine.SendAsync(HttpMethod.Get, $"/v2/logs?{query}&count={count}{cursor}");
            Assert.Equal(200, status);
            var page = json!["logs"]!.AsArray();
            Assert.True(page.Count <= count);
            all.AddRange(page.Select(each => each!));
            cursor = json["cursor"] is { } next ? $"&cursor={next}" : "";
        } while (cursor.Length > 0);
        return all;
    }

    [Fact]
    [Trait("QStash", "92,93,94")]
    public async Task Dead_letters_are_listed_and_deleted_by_the_same_filters()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var ids = await SeedAsync(engine, failed: true);
        var questions = Questions(engine, ids)
            .Append(("responseStatus=502", [1]))
            .Append(("responseStatus=502&responseStatus=999", [1]))
            .Append(($"messageId={ids[2]}", [2]))
            .Append(("source=qstash&order=earliestFirst&trimBody=true", [0, 1, 2]));
        foreach (var (query, means) in questions)
        {
            var (status, json) = await engine.SendAsync(HttpMethod.Get, "/v2/dlq?" + query);
            Assert.Equal(200, status);
            Assert.True(
                means
                    .Select(i => ids[i])
                    .SequenceEqual(json!["messages"]!.AsArray().Select(each => (string)each!["messageId"]!)),
                query
            );
            Assert.Null(json["cursor"]);
        }
        foreach (
            var bad in new[]
            {
                "labeel=x",
                "host=x",
                "count=0",
                "cursor=x",
                "fromDate=x",
                "source=workflows",
                "source=",
                "order=newest",
            }
        )
        {
            Assert.Equal(400, (await engine.SendAsync(HttpMethod.Get, "/v2/dlq?" + bad)).Status);
            Assert.Equal(400, (await engine.SendAsync(HttpMethod.Delete, "/v2/dlq?" + bad)).Status);
            Assert.Equal(400, (await engine.SendAsync(HttpMethod.Post, "/v2/dlq/retry?" + bad)).Status);
        }
        // Those of workflows only: there are none, and none of the others is meant.
        Assert.Equal(0, await DeletedAsync("?source=workflow", null));
        Assert.Equal(0, await DeletedAsync("", """{"source":"workflow"}"""));
        var retried = await engine.SendAsync(HttpMethod.Post, "/v2/dlq/retry?source=Workflow");
        Assert.Equal((201, 0), (retried.Status, retried.Json!["responses"]!.AsArray().Count));
        Assert.Empty((await engine.SendAsync(HttpMethod.Get, "/v2/dlq?source=workflow")).Json!["messages"]!.AsArray());
        var letters = (await engine.SendAsync(HttpMethod.Get, "/v2/dlq")).Json!["messages"]!.AsArray();
        Assert.Equal(3, letters.Count);
        var dlqIds = letters.Select(each => (string)each!["dlqId"]!).ToList();
        Assert.Equal(0, await DeletedAsync("", """{"dlqIds":[]}"""));
        Assert.Equal(0, await DeletedAsync("?dlqIds=1-1", null));
        Assert.Equal(1, await DeletedAsync("", $$"""{"dlqIds":["{{dlqIds[0]}}"]}"""));
        Assert.Equal(1, await DeletedAsync("?label=blue", null));
        Assert.Equal(1, await DeletedAsync("?count=1", null));
        Assert.Equal(0, await DeletedAsync("", null));
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Delete, "/v2/dlq/" + dlqIds[0])).Status);

        async Task<int> DeletedAsync(string query, string? body)
        {
            var (status, json) = await engine.SendAsync(HttpMethod.Delete, "/v2/dlq" + query, body);
            Assert.Equal(200, status);
            return (int)json!["deleted"]!;
        }
    }

    [Fact]
    [Trait("QStash", "91,95,96,98")]
    public async Task A_retry_is_a_new_message_with_the_real_values_and_what_the_call_says_differently()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = async http =>
        {
            http.Response.StatusCode = http.Request.Headers.ContainsKey("Upstash-Flow-Control-Key") ? 200 : 404;
            http.Response.Headers["X-Reason"] = "gone";
            await http.Response.Body.WriteAsync("404 Not Found"u8.ToArray());
        };
        var first = await engine.PublishAsync(
            "/secret",
            "the body",
            ("Upstash-Retries", "0"),
            ("Upstash-Forward-My-Secret", "the header"),
            ("Upstash-Redact-Fields", "body,headers"),
            ("Upstash-Queue-Name", "q"),
            ("Upstash-Label", "kept")
        );
        await engine.IdleAsync();
        var letter = (await engine.SendAsync(HttpMethod.Get, "/v2/dlq")).Json!["messages"]![0]!;
        Assert.Equal("404 Not Found", (string)letter["responseBody"]!);
        Assert.Equal("gone", (string)letter["responseHeader"]!["X-Reason"]![0]!);
        Assert.DoesNotContain("the header", letter.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("the body", letter.ToJsonString(), StringComparison.Ordinal);

        var (status, json) = await engine.SendAsync(
            HttpMethod.Post,
            "/v2/dlq/retry?count=10&label=kept",
            null,
            ("Upstash-Flow-Control-Key", "k"),
            ("Upstash-Flow-Control-Value", "parallelism=1"),
            ("Upstash-Retries", "5")
        );
        Assert.Equal(201, status);
        Assert.Equal("", (string)json!["cursor"]!);
        var second = (string)Assert.Single(json["responses"]!.AsArray())!["messageId"]!;
        Assert.NotEqual(first, second);
        await engine.IdleAsync();
        var delivery = engine.Deliveries.Last();
        Assert.Equal(
            ("/secret", "the body", "the header", "5", "0"),
            (
                delivery.Target,
                delivery.Body,
                delivery.Header("My-Secret"),
                delivery.Header("Upstash-Max-Retries"),
                delivery.Header("Upstash-Retried")
            )
        );
        Assert.Equal(["CREATED", "ACTIVE", "DELIVERED"], await engine.StoryAsync(second));
        Assert.Equal(404, (await engine.SendAsync(HttpMethod.Delete, $"/v2/dlq/{(string)letter["dlqId"]!}")).Status);
        Assert.Equal(
            404,
            (await engine.SendAsync(HttpMethod.Post, $"/v2/dlq/retry/{(string)letter["dlqId"]!}")).Status
        );
        var nothing = await engine.SendAsync(HttpMethod.Post, "/v2/dlq/retry?responseStatus=999");
        Assert.Equal(201, nothing.Status);
        Assert.Empty(nothing.Json!["responses"]!.AsArray());
    }

    [Fact]
    [Trait("QStash", "95")]
    public async Task One_is_retried_by_its_id_and_many_in_pages()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var ids = await SeedAsync(engine, failed: true);
        var letters = (await engine.SendAsync(HttpMethod.Get, "/v2/dlq")).Json!["messages"]!.AsArray();
        var one = await engine.SendAsync(HttpMethod.Post, $"/v2/dlq/retry/{(string)letters[0]!["dlqId"]!}");
        Assert.Equal(201, one.Status);
        Assert.StartsWith("msg_", (string)one.Json!["messageId"]!, StringComparison.Ordinal);
        var page = await engine.SendAsync(HttpMethod.Post, "/v2/dlq/retry?count=1");
        Assert.Single(page.Json!["responses"]!.AsArray());
        Assert.NotEmpty((string)page.Json["cursor"]!);
        await engine.IdleAsync();
        Assert.Equal(3, (await engine.SendAsync(HttpMethod.Get, "/v2/dlq")).Json!["messages"]!.AsArray().Count);
        Assert.Equal(3, ids.Count);
    }

    [Fact]
    [Trait("QStash", "94,95")]
    public async Task Dead_letters_that_are_named_are_all_meant_however_many()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        var item = new JsonObject
        {
            ["destination"] = engine.Sink + "/",
            ["headers"] = new JsonObject { ["Upstash-Retries"] = "0" },
        }.ToJsonString();
        const int many = DeadLetters.MostInPage + 1;
        await engine.SendAsync(HttpMethod.Post, "/v2/batch", $"[{string.Join(',', Enumerable.Repeat(item, many))}]");
        await engine.IdleAsync();
        var retried = await engine.SendAsync(HttpMethod.Post, "/v2/dlq/retry", await NamesAsync());
        Assert.Equal((201, ""), (retried.Status, (string)retried.Json!["cursor"]!));
        Assert.Equal(many, retried.Json["responses"]!.AsArray().Count);
        await engine.IdleAsync();
        var deleted = await engine.SendAsync(HttpMethod.Delete, "/v2/dlq", await NamesAsync());
        Assert.Equal($"{{\"deleted\":{many}}}", deleted.Json!.ToJsonString());

        async Task<string> NamesAsync()
        {
            var (names, cursor) = (new JsonArray(), "");
            do
            {
                var page = (await engine.SendAsync(HttpMethod.Get, "/v2/dlq" + cursor)).Json!;
                foreach (var letter in page["messages"]!.AsArray())
                    names.Add((string)letter!["dlqId"]!);
                cursor = page["cursor"] is { } next ? $"?cursor={(string)next!}" : "";
            } while (cursor != "");
            Assert.Equal(many, names.Count);
            return new JsonObject { ["dlqIds"] = names }.ToJsonString();
        }
    }
}
