using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio.Tests;

/// <summary>What is known to be paid for is in the figures: of its run, its piece, its schedule and the month.</summary>
public sealed class CostTests
{
    /// <summary>Of a call that was answered whole: 100 tokens of input, 20 of the cache, 50 of output.</summary>
    private const decimal Whole = 0.000702m;

    /// <summary>Of one that broke off: its input, and the one token of output that was told until then.</summary>
    private const decimal Broken = 0.000212m;

    [Theory]
    [InlineData("cut")]
    [InlineData("reset")]
    [InlineData("an error in the stream")]
    public async Task A_call_that_breaks_off_is_counted_as_far_as_it_was_told(string how)
    {
        var heard = new TaskCompletionSource();
        await using var claude = await FakeClaude.StartAsync(
            how switch
            {
                "cut" => FakeClaude.Truncated,
                "reset" => FakeClaude.Resets(heard.Task),
                _ => FakeClaude.ErrorInStream,
            }
        );
        await using var studio = await StartAsync(claude);
        var id = (Guid)(await studio.CreateAsync(TestStudio.ThreeHourly()))["id"]!;
        var runner = studio.Services.GetRequiredService<Runner>();
        await foreach (var progress in runner.RunNowAsync(await studio.OwnerAsync(), id, default))
            if (progress is RunProgress.Text)
                heard.TrySetResult();
        var run = Assert.Single((await studio.GetAsync("/api/runs"))["items"]!.AsArray())!;
        Assert.Equal("failed", (string?)run["state"]);
        AssertBroken(run);
        var of = Assert.Single((await StatsAsync(studio))["schedules"]!.AsArray())!;
        Assert.Equal((120, Broken), ((int)of["input_tokens"]!, (decimal)of["cost"]!));
    }

    [Fact]
    public async Task A_call_that_falls_silent_is_counted_too()
    {
        var began = new TaskCompletionSource();
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Stalls(began));
        await using var studio = await StartAsync(claude);
        var id = (string)(await studio.CreateAsync(TestStudio.ThreeHourly()))["id"]!;
        var running = studio.PostAsync("/api/schedule/run", new { id });
        await began.Task;
        // It has come as far as the studio.
        await TestStudio.Until(() =>
            studio.Services.GetRequiredService<Runner>().Texts().Values.SingleOrDefault() is { Length: > 0 }
        );
        while (!running.IsCompleted)
        {
            studio.Time.Advance(TimeSpan.FromSeconds(20));
            await Task.WhenAny(running, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System));
        }
        Assert.Equal("provider_stalled", (string?)(await running).Body["run"]!["reason"]!["key"]);
        AssertBroken((await running).Body["run"]!);
    }

    [Fact]
    public async Task A_run_that_is_stopped_has_what_it_took_and_leaves_no_step_open()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Stalls(new()));
        await using var studio = await StartAsync(claude);
        var stopped = await StoppedAsync(studio, (runner, owner, run) => runner.CancelAsync(owner, run, default));
        Assert.Equal("cancelled", (string?)stopped["state"]);
        AssertBroken(stopped);
        var write = stopped["steps"]!.AsArray().Single(step => (string?)step!["kind"] == "write")!;
        Assert.NotNull(write["ended_at"]);
        Assert.Equal("interrupted", (string?)write["reason"]!["key"]);
    }

    [Fact]
    public async Task A_run_that_is_stopped_at_another_node_has_what_it_took()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Stalls(new()));
        await using var studio = await StartAsync(claude);
        AssertBroken(
            await StoppedAsync(
                studio,
                async (runner, owner, run) =>
                {
                    await studio.InStoreAsync("UPDATE runs SET state = 'cancelled', reason = 'cancelled'");
                    await runner.HeedAsync(owner, run, default);
                }
            )
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_draft_that_was_tried_is_in_the_months_cost_and_is_neither_piece_nor_failure(bool fails)
    {
        await using var claude = await FakeClaude.StartAsync(fails ? [FakeClaude.ErrorInStream] : []);
        await using var studio = await StartAsync(claude);
        RunProgress.Finished? end = null;
        await foreach (var progress in DraftAsync(studio, default))
            end = progress as RunProgress.Finished ?? end;
        Assert.Equal(fails, end!.Content is null);
        await AssertTriedAsync(studio, fails ? Broken : Whole);
    }

    [Fact]
    public async Task A_draft_that_nobody_waits_for_is_paid_for_too()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Stalls(new()));
        await using var studio = await StartAsync(claude);
        using var leaving = new CancellationTokenSource();
        try
        {
            await foreach (var progress in DraftAsync(studio, leaving.Token))
                if (progress is RunProgress.Text)
                    await leaving.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // Gone.
        }
        await studio.StillAsync();
        await AssertTriedAsync(studio, Broken);
    }

    [Fact]
    public async Task What_the_sample_writer_tries_is_not_in_the_log()
    {
        await using var studio = await TestStudio.StartAsync();
        await foreach (var _ in DraftAsync(studio, default)) { }
        Assert.Empty((await studio.GetAsync("/api/runs"))["items"]!.AsArray());
    }

    [Fact]
    public async Task What_a_schedule_cost_is_what_its_pieces_cost()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var studio = await StartAsync(claude);
        var id = (string)(await studio.CreateAsync(TestStudio.ThreeHourly()))["id"]!;
        var (_, ran) = await studio.PostAsync("/api/schedule/run", new { id });
        var piece = (string)ran["content"]!["id"]!;
        await studio.PostAsync($"/api/contents/{piece}/regenerate", new { instruction = "더 짧게" });
        claude.Script.Enqueue(FakeClaude.ErrorInStream);
        await studio.PostAsync($"/api/contents/{piece}/regenerate", new { instruction = "더 짧게" });

        var usage = (await studio.GetAsync($"/api/contents/{piece}"))["usage"]!;
        Assert.Equal(2 * Whole + Broken, (decimal)usage["cost"]!);
        var stats = await StatsAsync(studio);
        var of = Assert.Single(stats["schedules"]!.AsArray())!;
        Assert.Equal((decimal)usage["cost"]!, (decimal)of["cost"]!);
        Assert.Equal((int)usage["input_tokens"]!, (int)of["input_tokens"]!);
        // To write a piece again is none of its slots.
        Assert.Equal((1, 0), ((int)of["done"]!, (int)of["failed"]!));
        Assert.Equal((decimal)of["cost"]!, (decimal)stats["total"]!["cost"]!);
        var row = await studio
            .Services.GetRequiredService<Stats>()
            .OfScheduleAsync(await studio.OwnerAsync(), Guid.Parse(id), default);
        Assert.Equal((decimal)of["cost"]!, row.Cost);
    }

    [Fact]
    public async Task A_sum_says_what_it_lacks_and_is_none_where_no_price_is_known()
    {
        await using var claude = await FakeClaude.StartAsync();
        // No price of this model holds yet.
        await using var studio = await TestStudio.StartAsync(
            "2025-11-02T00:00:00Z",
            options => (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var id = (string)(await studio.CreateAsync(TestStudio.ThreeHourly()))["id"]!;
        await studio.PostAsync("/api/schedule/run", new { id });
        var monitoring = studio.Services.GetRequiredService<Monitoring>();
        var owner = await studio.OwnerAsync();
        var none = await monitoring.NowAsync(owner, default);
        Assert.Equal(new Bill(null, 1), none.Month);
        Assert.Equal(none.Month, new Bill(none.Day.Cost, none.Day.Unpriced));
        var days = await studio
            .Services.GetRequiredService<Series>()
            .OfAsync(owner, SeriesUnit.Day, TimeZoneInfo.Utc, default);
        Assert.All(days, day => Assert.Null(day.Cost));

        await studio.InStoreAsync(
            "UPDATE model_prices SET effective_from = (SELECT MIN(started_at) FROM runs) WHERE model = 'claude-opus-5'"
        );
        claude.Script.Enqueue(FakeClaude.Calls("claude-opus-5", "req_other"));
        await studio.PostAsync("/api/schedule/update", new { id, settings = new { model = "claude-opus-5" } });
        await studio.PostAsync("/api/schedule/run", new { id });
        var some = await monitoring.NowAsync(owner, default);
        Assert.True(some.Month.Cost > 0);
        Assert.Equal(1, some.Month.Unpriced);
        Assert.Equal(some.Month, new Bill(some.Day.Cost, some.Day.Unpriced));
    }

    private static void AssertBroken(JsonNode run)
    {
        Assert.Equal((120, 20), ((int)run["input_tokens"]!, (int)run["cached_input_tokens"]!));
        Assert.Equal((1, Broken), ((int)run["output_tokens"]!, (decimal)run["cost"]!));
    }

    /// <summary>A run that is stopped in this way as soon as it writes.</summary>
    private static async Task<JsonNode> StoppedAsync(TestStudio studio, Func<Runner, Guid, Guid, Task> stop)
    {
        var id = (Guid)(await studio.CreateAsync(TestStudio.ThreeHourly()))["id"]!;
        var runner = studio.Services.GetRequiredService<Runner>();
        var owner = await studio.OwnerAsync();
        Guid? run = null;
        await foreach (var progress in runner.RunNowAsync(owner, id, default))
            if (progress is RunProgress.Started started)
                run = started.Run.Id;
            else if (progress is RunProgress.Text)
                await stop(runner, owner, run!.Value);
        return await studio.GetAsync($"/api/runs/{run}");
    }

    private static async Task AssertTriedAsync(TestStudio studio, decimal cost)
    {
        var run = Assert.Single((await studio.GetAsync("/api/runs"))["items"]!.AsArray())!;
        Assert.Equal(("draft", "tried"), ((string?)run["trigger"], (string?)run["state"]));
        Assert.Equal(cost, (decimal)run["cost"]!);
        Assert.Empty((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
        var total = (await StatsAsync(studio))["total"]!;
        Assert.Equal((0, 0), ((int)total["done"]!, (int)total["failed"]!));
        var owner = await studio.OwnerAsync();
        var now = await studio.Services.GetRequiredService<Monitoring>().NowAsync(owner, default);
        Assert.Equal(new Bill(cost, 0), now.Month);
        Assert.Empty((await studio.Services.GetRequiredService<Home>().ReadAsync(owner, default)).Troubles);
        var at = studio.Time.GetUtcNow();
        var days = await studio
            .Services.GetRequiredService<CalendarItems>()
            .ReadAsync(owner, [new(at.AddDays(-1), at.AddDays(1), 9)], null, default);
        Assert.Equal(0, days.Cells[0].Count);
    }

    private static IAsyncEnumerable<RunProgress> DraftAsync(TestStudio studio, CancellationToken cancel) =>
        Later(async () =>
            studio
                .Services.GetRequiredService<Runner>()
                .DraftAsync(
                    await studio.OwnerAsync(),
                    new ScheduleFields
                    {
                        Topic = "아침 루틴",
                        ContentType = ContentType.XPost,
                        Frequency = Frequency.Daily,
                        Timezone = "Asia/Seoul",
                    },
                    cancel
                )
        );

    private static async IAsyncEnumerable<RunProgress> Later(Func<Task<IAsyncEnumerable<RunProgress>>> begin)
    {
        await foreach (var each in await begin())
            yield return each;
    }

    private static Task<JsonNode> StatsAsync(TestStudio studio) => studio.GetAsync("/api/stats");

    private static Task<TestStudio> StartAsync(FakeClaude claude) =>
        TestStudio.StartAsync(
            "2026-11-02T00:00:00Z",
            options => (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
}
