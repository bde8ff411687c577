using System.Globalization;
using System.Text.Json.Nodes;

namespace Jettae.Engine.Tests;

/// <summary>The log is read in pages, newest first, and loses and repeats nothing between them.</summary>
public sealed class LogPagingTests
{
    private static readonly string[] Story = ["CREATED", "ACTIVE", "ERROR", "RETRY", "ACTIVE", "ERROR", "FAILED"];

    [Theory]
    [Trait("QStash", "86")]
    [InlineData(3, 1)]
    [InlineData(40, 7)]
    [InlineData(600, 1_000)]
    [InlineData(600, null)]
    public async Task Thousands_of_events_in_one_millisecond_are_read_in_order(int messages, int? count)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        var ids = await PublishAsync(engine, messages, "x");
        await engine.IdleAsync();

        var size = count is null ? "" : $"count={count}";
        var pages = await PagesAsync(engine, size);
        Assert.All(pages.SkipLast(1), page => Assert.Equal(count ?? 1_000, page.Count));
        var events = pages.SelectMany(page => page).ToList();
        Assert.Equal(messages * Story.Length, events.Count);
        Assert.Single(events.Select(entry => (long)entry["time"]!).Distinct());
        // One instant: by message, the last accepted first, and each story backwards.
        Assert.Equal(
            ids.Reverse().SelectMany(id => Story.Reverse().Select(state => (id, state))),
            events.Select(entry => ((string)entry["messageId"]!, (string)entry["state"]!))
        );

        pages = await PagesAsync(engine, $"order=earliestFirst&{size}");
        Assert.All(pages.SkipLast(1), page => Assert.Equal(count ?? 1_000, page.Count));
        Assert.Equal(
            ids.SelectMany(id => Story.Select(state => (id, state))),
            pages.SelectMany(page => page).Select(entry => ((string)entry["messageId"]!, (string)entry["state"]!))
        );
    }

    [Fact]
    [Trait("QStash", "86,87")]
    public async Task Earliest_first_is_the_same_log_the_other_way_round_whatever_is_asked_for()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        using var open = new SemaphoreSlim(0);
        engine.Answer = http => http.Request.Path == "/hangs" ? open.WaitAsync() : Task.CompletedTask;
        for (var second = 0; second < 5; second++)
        {
            await PublishAsync(engine, 3, "x");
            await engine.IdleAsync();
            await engine.AdvanceAsync(TimeSpan.FromSeconds(1));
        }
        var waits = await engine.PublishAsync("/waits", "x", ("Upstash-Delay", "1d"), ("Upstash-Label", "odd"));
        await engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{waits}");
        await engine.PublishAsync("/hangs", "x", ("Upstash-Label", "odd"));
        await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Any(one => one.Target == "/hangs")));
        var (from, to) = (
            engine.Time.GetUtcNow().AddSeconds(-4).ToUnixTimeMilliseconds(),
            engine.Time.GetUtcNow().AddSeconds(-2).ToUnixTimeMilliseconds()
        );
        foreach (
            var query in new[] { "", "label=odd", "state=DELIVERED", "state=ACTIVE", $"fromDate={from}&toDate={to}" }
        )
        foreach (var count in new[] { 1, 4, 1_000 })
        {
            var latest = Told(await PagesAsync(engine, $"{query}&count={count}"));
            var earliest = Told(await PagesAsync(engine, $"{query}&count={count}&order=earliestFirst"));
            Assert.NotEmpty(earliest);
            Assert.Equal(Enumerable.Reverse(latest), earliest);
        }
        open.Release();

        static List<string> Told(List<List<JsonNode>> pages) =>
            [
                .. pages
                    .SelectMany(page => page)
                    .Select(entry => $"{entry["time"]} {entry["messageId"]} {entry["state"]}"),
            ];
    }

    [Fact]
    [Trait("QStash", "86")]
    public async Task What_happens_while_pages_are_read_moves_nothing_in_them()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var ids = await PublishAsync(engine, 10, "x");
        await engine.IdleAsync();
        var (_, first) = await engine.SendAsync(HttpMethod.Get, "/v2/events?count=4");
        await PublishAsync(engine, 10, "y");
        await engine.AdvanceAsync(TimeSpan.FromSeconds(1));
        await PublishAsync(engine, 10, "z");
        await engine.IdleAsync();
        var rest = await PagesAsync(engine, "count=4", (string)first!["cursor"]!);
        var all = first["events"]!.AsArray().Select(entry => entry!).Concat(rest.SelectMany(page => page)).ToList();
        Assert.Equal(30, all.Count);
        Assert.Equal(ids.Reverse(), all.Select(entry => (string)entry["messageId"]!).Distinct());
    }

    [Fact]
    [Trait("QStash", "87")]
    public async Task Filters_find_what_lies_pages_back()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = http.Request.Path == "/bad" ? 500 : 200;
            return Task.CompletedTask;
        };
        var bad = await engine.PublishAsync("/bad", "x", ("Upstash-Retries", "0"), ("Upstash-Label", "red,blue"));
        await engine.IdleAsync();
        await engine.AdvanceAsync(TimeSpan.FromSeconds(1));
        var since = engine.Time.GetUtcNow().ToUnixTimeMilliseconds();
        await PublishAsync(engine, 50, "y");
        await engine.IdleAsync();

        Assert.Equal(["FAILED"], await StatesAsync("state=FAILED&count=2"));
        Assert.Equal(["FAILED"], await StatesAsync("state=failed&count=2"));
        Assert.Equal(["FAILED", "ERROR", "ACTIVE", "CREATED"], await StatesAsync("label=blue&count=3"));
        Assert.Equal(["FAILED", "ERROR", "ACTIVE", "CREATED"], await StatesAsync($"url={engine.Sink}/bad&count=3"));
        Assert.Equal(["ERROR", "ACTIVE"], await StatesAsync("label=red&state=IN_PROGRESS"));
        Assert.Equal(["FAILED", "ERROR", "ACTIVE", "CREATED"], await StatesAsync($"messageId={bad}&count=1"));
        Assert.Equal(150, (await StatesAsync($"fromDate={since}&count=40")).Count);
        Assert.Equal(4, (await StatesAsync($"toDate={since - 1}&count=3")).Count);
        Assert.Empty(await StatesAsync("label=none"));
        Assert.Empty(await StatesAsync("label=re"));

        async Task<List<string>> StatesAsync(string query) =>
            [.. (await PagesAsync(engine, query)).SelectMany(page => page).Select(entry => (string)entry["state"]!)];
    }

    [Fact]
    public async Task A_page_of_large_bodies_ends_early_and_the_cursor_goes_on()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var large = new string('x', 5 * 1024 * 1024);
        for (var i = 0; i < 4; i++)
            await engine.PublishAsync("/", large, ("Upstash-Delay", "1h"));
        var small = await engine.PublishAsync("/", "y", ("Upstash-Delay", "1h"));
        var pages = await PagesAsync(engine, "");
        Assert.Equal([4, 1], pages.Select(page => page.Count));
        Assert.Equal(small, (string)pages[0][0]["messageId"]!);
        Assert.Equal(5, pages.SelectMany(page => page).Select(entry => (string)entry["messageId"]!).Distinct().Count());
        Assert.All(
            pages.SelectMany(page => page).Skip(1),
            entry => Assert.Equal(large.Length / 3 * 4 + 4, ((string)entry["body"]!).Length)
        );
    }

    [Fact]
    public async Task A_page_without_bodies_holds_as_much_as_one_of_small_ones()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var large = new string('x', 5 * 1024 * 1024);
        for (var i = 0; i < 4; i++)
            await engine.PublishAsync("/", large, ("Upstash-Delay", "1h"));
        var page = Assert.Single(await PagesAsync(engine, "trimBody=true"));
        Assert.Equal(4, page.Count);
        Assert.All(page, entry => Assert.Null(entry["body"]));
    }

    /// <summary>Each is looked for where it can be: none may be looked for elsewhere.</summary>
    [Fact]
    [Trait("QStash", "87,88")]
    public async Task Each_state_by_itself_is_what_the_whole_log_says_of_it()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = http.Request.Path == "/many" ? 500 : 200;
            return Task.CompletedTask;
        };
        await PublishAsync(engine, 3, "x");
        await engine.PublishAsync("/good", "x");
        var waits = await engine.PublishAsync("/waits", "x", ("Upstash-Delay", "1d"));
        await engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{waits}");
        await engine.IdleAsync();
        var all = Assert.Single(await PagesAsync(engine, ""));
        string[] states =
        [
            "CREATED",
            "ACTIVE",
            "DELIVERED",
            "ERROR",
            "RETRY",
            "FAILED",
            "CANCEL_REQUESTED",
            "CANCELED",
        ];
        Assert.Equal(states.Order(), all.Select(State).Distinct().Order());
        foreach (var asked in states.Select(state => new[] { state }).Append(["FAILED", "CREATED"]))
            Assert.Equal(
                all.Where(entry => asked.Contains(State(entry))).Select(entry => entry.ToJsonString()),
                (await PagesAsync(engine, string.Join('&', asked.Select(state => $"state={state}")) + "&count=2"))
                    .SelectMany(page => page)
                    .Select(entry => entry.ToJsonString())
            );

        static string State(JsonNode entry) => (string)entry["state"]!;
    }

    [Fact]
    [Trait("QStash", "86")]
    public async Task A_reader_may_begin_at_an_instant_as_the_examples_of_SDKs_do()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            ids.Add(await engine.PublishAsync("/", "x", ("Upstash-Delay", "1d")));
            await engine.AdvanceAsync(TimeSpan.FromMilliseconds(1));
        }
        var second = engine.Time.GetUtcNow().ToUnixTimeMilliseconds() - 2;
        Assert.Equal([ids[1], ids[0]], await FromAsync($"{second}"));
        Assert.Equal([ids[1], ids[0]], await FromAsync($"{second}-9223372036854775807"));
        Assert.Equal([ids[0]], await FromAsync($"{second}-0"));
        Assert.Equal([ids[1], ids[2]], await FromAsync($"{second}&order=earliestFirst"));

        async Task<List<string>> FromAsync(string cursor) =>
            [
                .. (await engine.SendAsync(HttpMethod.Get, $"/v2/events?cursor={cursor}")).Json!["events"]!
                    .AsArray()
                    .Select(entry => (string)entry!["messageId"]!),
            ];
    }

    [Theory]
    [InlineData("count=0", "count", "0")]
    [InlineData("count=-1", "count", "-1")]
    [InlineData("count=x", "count", "x")]
    [InlineData("count=99999999999999999999", "count", "99999999999999999999")]
    [InlineData("fromDate=yesterday", "fromDate", "yesterday")]
    [InlineData("toDate=1.5", "toDate", "1.5")]
    [InlineData("state=BUSY", "state", "BUSY")]
    [InlineData("order=newest", "order", "newest")]
    [InlineData("cursor=abc", "cursor", "abc")]
    [InlineData("cursor=1-", "cursor", "1-")]
    [InlineData("cursor=1-2-3-4", "cursor", "1-2-3-4")]
    [InlineData("cursor=1-2--3", "cursor", "1-2--3")]
    [InlineData("cursor=99999999999999999999-1-1", "cursor", "99999999999999999999-1-1")]
    public async Task A_reader_is_told_which_parameter_is_wrong(string query, string name, string received)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        foreach (var path in new[] { "/v2/events", "/v2/logs" })
        {
            var (status, json) = await engine.SendAsync(HttpMethod.Get, $"{path}?{query}");
            Assert.Equal(400, status);
            Assert.Contains(name, (string)json!["error"]!, StringComparison.Ordinal);
            Assert.Contains($"'{received}'", (string)json["error"]!, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("labeel=x", "labeel")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("count=0", "count")]
    public async Task A_reader_of_dead_letters_too(string query, string name)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var (status, json) = await engine.SendAsync(HttpMethod.Get, $"/v2/dlq?{query}");
        Assert.Equal(400, status);
        Assert.Contains(name, (string)json!["error"]!, StringComparison.Ordinal);
    }

    private static async Task<string[]> PublishAsync(EngineUnderTest engine, int count, string body)
    {
        var batch = new JsonArray([
            .. Enumerable
                .Range(0, count)
                .Select(_ => new JsonObject
                {
                    ["destination"] = engine.Sink + "/many",
                    ["body"] = body,
                    ["headers"] = new JsonObject { ["Upstash-Retries"] = "1", ["Upstash-Retry-Delay"] = "0" },
                }),
        ]);
        var (status, json) = await engine.SendAsync(HttpMethod.Post, "/v2/batch", batch.ToJsonString());
        Assert.Equal(200, status);
        return [.. json!.AsArray().Select(answer => (string)answer!["messageId"]!)];
    }

    private static async Task<List<List<JsonNode>>> PagesAsync(
        EngineUnderTest engine,
        string query,
        string? cursor = null
    )
    {
        var pages = new List<List<JsonNode>>();
        do
        {
            var (status, page) = await engine.SendAsync(
                HttpMethod.Get,
                string.Create(CultureInfo.InvariantCulture, $"/v2/events?{query}&cursor={cursor}")
            );
            Assert.Equal(200, status);
            pages.Add([.. page!["events"]!.AsArray().Select(entry => entry!)]);
            cursor = (string?)page["cursor"];
        } while (cursor is not null);
        return pages;
    }
}
