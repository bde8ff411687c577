using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Jettae.Engine.Tests;

/// <summary>What the log and the dead letters tell, and for how long.</summary>
public sealed class LogTests
{
    [Fact]
    [Trait("QStash", "88,98")]
    public async Task An_event_tells_what_the_destination_said_and_when_it_is_called_again()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = async http =>
        {
            http.Response.StatusCode = 503;
            http.Response.Headers["X-Reason"] = "busy";
            await http.Response.WriteAsync("later");
        };
        var id = await engine.PublishAsync("/", "x", ("Upstash-Retry-Delay", "2500"), ("Upstash-Timeout", "30"));
        await engine.IdleAsync();
        var now = engine.Time.GetUtcNow().ToUnixTimeMilliseconds();
        var events = await ReadAllAsync(engine, $"messageId={id}");
        Assert.Equal(["RETRY", "ERROR", "ACTIVE", "CREATED"], events.Select(entry => (string)entry["state"]!));
        Assert.Equal(now + 2_500, (long)events[0]["nextDeliveryTime"]!);
        Assert.Equal(503, (int)events[1]["responseStatus"]!);
        Assert.Equal("bGF0ZXI=", (string)events[1]["responseBody"]!);
        Assert.Equal("busy", (string)events[1]["responseHeader"]!["X-Reason"]![0]!);
        Assert.Equal("busy", (string)events[1]["responseHeaders"]!["X-Reason"]![0]!);
        Assert.Equal("2500", (string)events[3]["retryDelayExpr"]!);
        Assert.Equal("2500", (string)events[3]["retryDelayExpression"]!);
        Assert.Equal(30_000, (long)events[3]["timeout"]!);
        Assert.Equal("eA==", (string)events[3]["body"]!);
    }

    [Fact]
    [Trait("QStash", "99")]
    public async Task What_is_past_its_retention_is_pruned_and_what_waits_is_not()
    {
        await using var engine = await EngineUnderTest.StartAsync(options =>
            options.LogRetention = TimeSpan.FromDays(1)
        );
        engine.Answer = http =>
        {
            http.Response.StatusCode = http.Request.Path == "/bad" ? 500 : 200;
            return Task.CompletedTask;
        };
        await engine.PublishAsync("/good", "x", ("Upstash-Deduplication-Id", "a"));
        await engine.PublishAsync("/bad", "x", ("Upstash-Retries", "0"));
        await engine.PublishAsync("/waits", "x", ("Upstash-Delay", "90d"));
        await engine.IdleAsync();
        for (var hour = 0; hour < 26; hour++)
            await engine.AdvanceAsync(TimeSpan.FromHours(1));
        await EngineUnderTest.UntilAsync(async () => (await ReadAllAsync(engine, "")).Count == 1);
        Assert.Empty((await engine.SendAsync(HttpMethod.Get, "/v2/dlq")).Json!["messages"]!.AsArray());
    }

    [Fact]
    [Trait("QStash", "92")]
    public async Task Dead_letters_page_in_the_order_in_which_they_died()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        var slow = await engine.PublishAsync("/slow", "x", ("Upstash-Retries", "1"), ("Upstash-Retry-Delay", "5000"));
        var fast = await engine.PublishAsync("/fast", "x", ("Upstash-Retries", "0"));
        await engine.IdleAsync();
        var (_, first) = await engine.SendAsync(HttpMethod.Get, "/v2/dlq?count=1");
        Assert.Equal(fast, (string)first!["messages"]![0]!["messageId"]!);
        Assert.Null(first["cursor"]);
        await engine.AdvanceAsync(TimeSpan.FromSeconds(5));
        (_, first) = await engine.SendAsync(HttpMethod.Get, "/v2/dlq?count=1");
        Assert.Equal(fast, (string)first!["messages"]![0]!["messageId"]!);
        var (_, second) = await engine.SendAsync(HttpMethod.Get, $"/v2/dlq?count=1&cursor={first["cursor"]}");
        Assert.Equal(slow, (string)second!["messages"]![0]!["messageId"]!);
        Assert.Null(second["cursor"]);
        (_, first) = await engine.SendAsync(HttpMethod.Get, "/v2/dlq?order=latestFirst&count=1");
        Assert.Equal(slow, (string)first!["messages"]![0]!["messageId"]!);
        (_, second) = await engine.SendAsync(
            HttpMethod.Get,
            $"/v2/dlq?order=latestFirst&count=1&cursor={first["cursor"]}"
        );
        Assert.Equal(fast, (string)second!["messages"]![0]!["messageId"]!);
        Assert.Null(second["cursor"]);
    }

    private static async Task<List<JsonNode>> ReadAllAsync(EngineUnderTest engine, string query)
    {
        var all = new List<JsonNode>();
        string? cursor = null;
        do
        {
            var (_, page) = await engine.SendAsync(
                HttpMethod.Get,
                $"/v2/events?{query}{(cursor is null ? "" : $"&cursor={cursor}")}"
            );
            all.AddRange(page!["events"]!.AsArray().Select(entry => entry!));
            cursor = (string?)page["cursor"];
        } while (cursor is not null);
        return all;
    }
}
