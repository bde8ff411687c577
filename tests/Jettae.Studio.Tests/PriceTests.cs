using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio.Tests;

/// <summary>The price table is the owner's: entered, changed and deleted while the program runs, from a day on and never backwards.</summary>
public sealed class PriceTests
{
    private const string Unknown = "llama3";

    [Fact]
    public async Task A_model_that_wrote_without_a_price_is_named_until_one_holds_and_costs_from_then_on()
    {
        await using var server = await OpenAiLike.StartAsync("안녕하세요, 오늘도 좋은 하루예요.");
        await using var studio = await TestStudio.StartAsync();
        await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        Assert.Empty(await UnpricedAsync(studio));
        await studio.PostAsync(
            "/api/writer/connect",
            new
            {
                kind = "openai_compatible",
                url = server.Url + "/v1",
                model = Unknown,
            }
        );
        var before = await RunAsync(studio);
        Assert.Null(before["cost"]);
        Assert.Equal([Unknown], await UnpricedAsync(studio));

        await SaveAsync(studio, Price(Unknown, "2024-01-16", 3, 7));
        Assert.Equal([Unknown], await UnpricedAsync(studio));
        await SaveAsync(studio, Price(Unknown, "2024-01-15", 1_000, 2_000));
        Assert.Empty(await UnpricedAsync(studio));
        var after = await RunAsync(studio);
        var cost = ((1_000m * (int)after["input_tokens"]!) + (2_000m * (int)after["output_tokens"]!)) / 1_000_000;
        Assert.True(cost > 0);
        Assert.Equal(cost, (decimal)after["cost"]!);
        // What ran before has none for ever.
        Assert.Null((await studio.GetAsync($"/api/runs/{before["id"]}"))["cost"]);
    }

    [Fact]
    public async Task What_has_run_keeps_what_it_cost_whatever_becomes_of_its_price()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var studio = await TestStudio.StartAsync(
            "2026-11-02T00:00:00Z",
            options => (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var first = await RunAsync(studio);
        var model = (string)first["model"]!;
        Assert.Equal(0.000702m, (decimal)first["cost"]!);

        await SaveAsync(studio, Price(model, "2026-10-07", 0, 0));
        Assert.Equal(0, (decimal)(await RunAsync(studio))["cost"]!);
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync(studio, model, "2026-10-07"));
        Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync(studio, model, "2026-10-07"));
        // Back to the price that was valid before.
        Assert.Equal(0.000704m, (decimal)(await RunAsync(studio))["cost"]!);
        Assert.Equal(0.000702m, (decimal)(await studio.GetAsync($"/api/runs/{first["id"]}"))["cost"]!);
    }

    [Fact]
    public async Task An_estimate_counts_every_draft_of_a_piece()
    {
        await using var server = await OpenAiLike.StartAsync("안녕하세요, 오늘도 좋은 하루예요.");
        await using var studio = await TestStudio.StartAsync();
        await studio.PostAsync(
            "/api/writer/connect",
            new
            {
                kind = "openai_compatible",
                url = server.Url + "/v1",
                model = Unknown,
            }
        );
        await SaveAsync(studio, Price(Unknown, "2024-01-15", 1_000, 2_000));
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        var id = (Guid)schedule["id"]!;
        var usual = await OfAsync(null, 1);
        Assert.False(usual.IsMeasured);
        Assert.Equal(3 * usual.CostPerMonth, (await OfAsync(null, 3)).CostPerMonth);

        await studio.PostAsync("/api/schedule/update", new { id, settings = new { variants = 2 } });
        var (_, end) = await studio.PostAsync("/api/schedule/run", new { id });
        var cost = (decimal)end["run"]!["cost"]!;
        Assert.Equal((cost, true), ((await OfAsync(id, 2)).CostPerPiece, (await OfAsync(id, 2)).IsMeasured));
        Assert.Equal(2 * cost, (await OfAsync(id, 4)).CostPerPiece);

        async Task<Estimate> OfAsync(Guid? of, int variants) =>
            await studio
                .Services.GetRequiredService<Estimates>()
                .OfAsync(
                    await studio.OwnerAsync(),
                    of,
                    ContentType.XPost,
                    Unknown,
                    variants,
                    [studio.Time.GetUtcNow().AddDays(1)],
                    default
                );
    }

    [Theory]
    [InlineData("0 * * * *", null, 720)]
    [InlineData("*/15 * * * *", null, 2_880)]
    [InlineData("*/15 * * * *", 100, 100)]
    [InlineData("*/5 * * * *", null, 8_640)]
    [InlineData("* * * * *", null, 43_200)]
    public async Task An_estimate_counts_every_slot_of_30_days_however_busy(string cron, int? maxRuns, int pieces)
    {
        await using var studio = await TestStudio.StartAsync();
        var (schedules, owner) = (studio.Services.GetRequiredService<Schedules>(), await studio.OwnerAsync());
        var fields = new ScheduleFields
        {
            Topic = "아침",
            ContentType = ContentType.XPost,
            Frequency = Frequency.Cron,
            Cron = cron,
            Timezone = "Asia/Seoul",
            MaxRuns = maxRuns,
        };
        Assert.Equal(pieces, await CountAsync(schedules.Preview(fields, 10)));
        var made = await schedules.CreateAsync(owner, fields, default);
        var stored = await schedules.PreviewAsync(owner, made.Id, new(), 10, default);
        Assert.Equal(10, stored.First.Count);
        Assert.Equal(pieces, await CountAsync(stored));

        async Task<int> CountAsync(Preview preview) =>
            (
                await studio
                    .Services.GetRequiredService<Estimates>()
                    .OfAsync(owner, null, ContentType.XPost, Unknown, 1, preview.Slots, default)
            ).PiecesPerMonth;
    }

    [Fact]
    public async Task A_price_is_kept_as_it_was_said_and_its_next_wording_takes_its_place()
    {
        await using var studio = await TestStudio.StartAsync();
        var known = (await studio.GetAsync("/api/settings/prices"))["items"]!.AsArray().Count;
        await SaveAsync(studio, Price(Unknown, "2024-01-15", 0.25m, 1.5m));
        var price = await OnlyAsync(studio);
        Assert.Equal((0.25m, 0.25m), ((decimal)price["cached_input"]!, (decimal)price["cache_write"]!));
        Assert.Equal((null, 1m), ((long?)price["long_from"], (decimal)price["long_factor"]!));

        var wording = Price($"  {Unknown} ", "2024-01-15", 0.5m, 1.5m);
        (wording["cached_input"], wording["cache_write"]) = (0.05m, 0.625m);
        (wording["long_from"], wording["long_factor"]) = (200_000, 2);
        await SaveAsync(studio, wording);
        await studio.DownAsync();
        await studio.UpAsync();
        price = await OnlyAsync(studio);
        Assert.Equal(
            (0.5m, 0.05m, 0.625m, 1.5m),
            (
                (decimal)price["input"]!,
                (decimal)price["cached_input"]!,
                (decimal)price["cache_write"]!,
                (decimal)price["output"]!
            )
        );
        Assert.Equal((200_000, 2m), ((long)price["long_from"]!, (decimal)price["long_factor"]!));
        Assert.Equal(known + 1, (await studio.GetAsync("/api/settings/prices"))["items"]!.AsArray().Count);

        async Task<JsonNode> OnlyAsync(TestStudio studio) =>
            Assert.Single(
                (await studio.GetAsync("/api/settings/prices"))["items"]!.AsArray(),
                each => (string?)each!["model"] == Unknown
            )!;
    }

    [Fact]
    public async Task Prices_are_listed_by_model_and_of_each_the_newest_first()
    {
        await using var studio = await TestStudio.StartAsync();
        await SaveAsync(studio, Price("a-model", "2024-01-15", 1, 1));
        await SaveAsync(studio, Price("a-model", "2025-01-15", 1, 1));
        var listed = (await studio.GetAsync("/api/settings/prices"))["items"]!
            .AsArray()
            .Select(each => ((string)each!["model"]!, (string)each["effective_from"]!))
            .ToList();
        Assert.Equal([("a-model", "2025-01-15"), ("a-model", "2024-01-15")], listed.Take(2));
        Assert.Equal(listed.OrderBy(each => each.Item1, StringComparer.Ordinal), listed);
    }

    [Theory]
    [InlineData("model", "null", "required")]
    [InlineData("model", "\" \"", "required")]
    [InlineData("model", "7", "7")]
    [InlineData("effective_from", "null", "required")]
    [InlineData("effective_from", "\"soon\"", "soon")]
    [InlineData("effective_from", "\"2026-02-30\"", "2026-02-30")]
    [InlineData("input", "null", "required")]
    [InlineData("input", "-0.01", "-0.01")]
    [InlineData("input", "10000.5", "10000.5")]
    [InlineData("input", "\"2\"", "number")]
    [InlineData("input", "1e40", "1e40")]
    [InlineData("output", "null", "required")]
    [InlineData("output", "-1", "0 to 10000")]
    [InlineData("cached_input", "-1", "-1")]
    [InlineData("cache_write", "true", "true")]
    [InlineData("long_from", "0", "1 or more")]
    [InlineData("long_from", "1.5", "whole number")]
    [InlineData("long_factor", "null", "required")]
    [InlineData("long_factor", "0", "more than 0")]
    [InlineData("long_factor", "101", "101")]
    [InlineData("currency", "\"EUR\"", "EUR")]
    public async Task A_bad_field_is_named_with_its_rule_and_what_came_and_nothing_is_stored(
        string field,
        string value,
        string said
    )
    {
        await using var studio = await TestStudio.StartAsync();
        var before = (await studio.GetAsync("/api/settings/prices")).ToJsonString();
        var body = Price("claude-sonnet-5-5", "2026-10-07", 1, 1);
        (body["long_from"], body["long_factor"]) = (100_000, 2);
        body[field] = JsonNode.Parse(value);
        var answer = await studio.Http.PutAsJsonAsync("/api/settings/prices", body);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.StatusCode, (string?)problem["field"]));
        Assert.Contains(field, (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.Contains(said, (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.Equal(before, (await studio.GetAsync("/api/settings/prices")).ToJsonString());
    }

    [Theory]
    [InlineData("", "model")]
    [InlineData("?model=llama3", "effective_from")]
    [InlineData("?model=llama3&effective_from=soon", "effective_from")]
    [InlineData("?model=llama3&effective_from=2024-01-15&all=true", "all")]
    public async Task A_deletion_names_one_price(string query, string field)
    {
        await using var studio = await TestStudio.StartAsync();
        var answer = await studio.Http.DeleteAsync("/api/settings/prices" + query);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal((HttpStatusCode.BadRequest, field), (answer.StatusCode, (string?)problem["field"]));
    }

    private static JsonObject Price(string model, string from, decimal input, decimal output) =>
        new()
        {
            ["model"] = model,
            ["effective_from"] = from,
            ["input"] = input,
            ["output"] = output,
        };

    private static async Task SaveAsync(TestStudio studio, JsonObject price)
    {
        var answer = await studio.Http.PutAsJsonAsync("/api/settings/prices", price);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<HttpStatusCode> DeleteAsync(TestStudio studio, string model, string from) =>
        (await studio.Http.DeleteAsync($"/api/settings/prices?model={model}&effective_from={from}")).StatusCode;

    private static async Task<IEnumerable<string>> UnpricedAsync(TestStudio studio) =>
        (await studio.GetAsync("/api/settings/prices"))["unpriced"]!.AsArray().Select(each => (string)each!);

    private static async Task<JsonNode> RunAsync(TestStudio studio) =>
        (await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly())).Body["run"]!;
}
