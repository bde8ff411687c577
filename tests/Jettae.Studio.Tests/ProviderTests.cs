using System.Net;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.AspNetCore.Http;

namespace Jettae.Studio.Tests;

/// <summary>What Claude can answer, and what becomes of the slot.</summary>
[Trait("Store", "none")]
public sealed class ProviderTests
{
    private const string Slot = "2024-01-15T03:00:00Z";

    [Fact]
    public async Task Overloaded_twice_then_well_makes_one_piece_in_three_recorded_attempts()
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Fails(529, "overloaded_error"),
            FakeClaude.Fails(529, "overloaded_error")
        );
        await using var studio = await StartAsync(claude);
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        var message = studio.MessageFor(Slot);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await studio.DeliverAsync(message)).StatusCode);
        var waiting = await OnlyRunAsync(studio);
        Assert.Equal("waiting", (string?)waiting["state"]);
        // A long wait for one slot never holds up the chain.
        Assert.Equal("2024-01-15T06:00:00Z", (string?)(await ScheduleAsync(studio, schedule))["next_run_at"]);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await studio.DeliverAsync(message)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await studio.DeliverAsync(message)).StatusCode);

        var run = await OnlyRunAsync(studio);
        Assert.Equal("done", (string?)run["state"]);
        Assert.Equal(3, (int)run["attempts"]!);
        Assert.Null(run["reason"]);
        var writes = run["steps"]!.AsArray().Where(step => (string?)step!["kind"] == "write").ToList();
        Assert.Equal([1, 2, 3], writes.Select(step => (int)step!["attempt"]!));
        Assert.Equal([false, false, true], writes.Select(step => (bool)step!["ok"]!));
        Assert.Equal(3, claude.Requests.Count);
        Assert.Equal(100 + 20, (int)run["input_tokens"]!);
        Assert.Equal(50, (int)run["output_tokens"]!);
        Assert.Single((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
        var content = await studio.GetAsync($"/api/contents/{run["content_id"]}");
        Assert.Equal(FakeClaude.Usual, (string?)content["body"]);
        Assert.False((bool)content["is_sample"]!);
        Assert.Equal("claude-sonnet-5-5", (string?)content["model"]);
    }

    [Fact]
    public async Task A_pause_ends_the_retries_of_a_slot_that_waits()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Fails(529, "overloaded_error"));
        await using var studio = await StartAsync(claude);
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        var message = studio.MessageFor(Slot);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await studio.DeliverAsync(message)).StatusCode);
        await studio.PostAsync("/api/schedule/pause", new { id = (string?)schedule["id"] });

        Assert.Equal(HttpStatusCode.OK, (await studio.DeliverAsync(message)).StatusCode);
        var run = await OnlyRunAsync(studio);
        Assert.Equal(("skipped", "paused"), ((string?)run["state"], (string?)run["reason"]!["key"]));
        Assert.Null(run["reason_detail"]);
        Assert.Single(claude.Requests);
    }

    public static IEnumerable<TheoryDataRow<string, string, bool>> Failures =>
        [
            new("429", "provider_rate_limited", true),
            new("529", "provider_overloaded", true),
            new("500", "provider_error", true),
            new("html", "provider_error", true),
            new("truncated", "provider_stalled", true),
            new("reset", "provider_unreachable", true),
            new("error in stream", "provider_overloaded", true),
            new("400", "provider_bad_request", false),
            new("401", "bad_key", false),
            new("402", "billing", false),
            new("403", "forbidden", false),
            new("404", "model_unknown", false),
            new("413", "prompt_too_large", false),
            new("spend limit", "spend_limit", false),
            new("workspace limit", "spend_limit", false),
            new("refusal", "refused", false),
        ];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_failure_is_named_answered_in_QStashs_language_and_never_becomes_content(
        string failure,
        string reason,
        bool retryable
    )
    {
        await using var claude = await FakeClaude.StartAsync(Behaviour(failure));
        await using var studio = await StartAsync(claude);
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        var answer = await studio.DeliverAsync(studio.MessageFor(Slot));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(retryable ? 503 : 489, (int)answer.StatusCode);
        Assert.Equal(!retryable, answer.Headers.Contains("Upstash-NonRetryable-Error"));
        Assert.Equal(failure == "429" ? "7" : null, answer.Headers.RetryAfter?.ToString());
        Assert.Single(claude.Requests);

        var run = await OnlyRunAsync(studio);
        Assert.Equal(retryable ? "waiting" : "failed", (string?)run["state"]);
        Assert.Equal(reason, (string?)run["reason"]!["key"]);
        Assert.Matches("[가-힣]", (string)run["reason"]!["ko"]!["what"]!);
        Assert.DoesNotContain(FakeClaude.Key, text + run.ToJsonString(), StringComparison.Ordinal);
        Assert.Empty((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
        var after = await ScheduleAsync(studio, schedule);
        Assert.Equal(retryable ? 0 : 1, (int)after["total_failed"]!);
        Assert.Equal("2024-01-15T06:00:00Z", (string?)after["next_run_at"]);
        Assert.True((bool)after["is_active"]!);
        await studio.StillAsync();
        studio.MessageFor("2024-01-15T06:00:00Z");
    }

    [Fact]
    public async Task A_silent_stream_is_given_up_after_a_minute()
    {
        var began = new TaskCompletionSource();
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Stalls(began));
        await using var studio = await StartAsync(claude);
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        var delivery = studio.DeliverAsync(studio.MessageFor(Slot));
        await began.Task;
        while (!delivery.IsCompleted)
        {
            studio.Time.Advance(TimeSpan.FromSeconds(20));
            await Task.WhenAny(delivery, Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System));
        }
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await delivery).StatusCode);
        Assert.Equal("provider_stalled", (string?)(await OnlyRunAsync(studio))["reason"]!["key"]);
    }

    [Fact]
    public async Task A_piece_that_is_too_long_is_repaired_once()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Says(new string('가', 200)));
        await using var studio = await StartAsync(claude);
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        Assert.Equal(HttpStatusCode.OK, (await studio.DeliverAsync(studio.MessageFor(Slot))).StatusCode);
        var run = await OnlyRunAsync(studio);
        Assert.Equal(
            ["prompt", "write", "checked", "repair", "checked", "stored", "next_booked"],
            run["steps"]!.AsArray().Select(step => (string)step!["kind"]!).Skip(3)
        );
        Assert.Equal(240, (int)run["input_tokens"]!);
        Assert.Contains(
            "400",
            claude.Requests.Last()["messages"]!.AsArray()[^1]!.ToJsonString(),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_piece_that_stays_too_long_is_not_trimmed_but_tried_again_later()
    {
        var tooLong = FakeClaude.Says(new string('가', 200));
        await using var claude = await FakeClaude.StartAsync(tooLong, tooLong);
        await using var studio = await StartAsync(claude);
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        Assert.Equal(
            HttpStatusCode.ServiceUnavailable,
            (await studio.DeliverAsync(studio.MessageFor(Slot))).StatusCode
        );
        Assert.Equal("draft_unfit", (string?)(await OnlyRunAsync(studio))["reason"]!["key"]);
        Assert.Empty((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
        Assert.Equal(2, claude.Requests.Count);
    }

    [Theory]
    [InlineData("end_turn", 200, null)]
    [InlineData("max_tokens", 489, "cut_off")]
    public async Task A_piece_that_is_cut_off_is_asked_for_once_more(string secondStop, int status, string? reason)
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says("끝나지 않은", "max_tokens"),
            FakeClaude.Says(FakeClaude.Usual, secondStop)
        );
        await using var studio = await StartAsync(claude);
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        Assert.Equal(status, (int)(await studio.DeliverAsync(studio.MessageFor(Slot))).StatusCode);
        Assert.Equal(reason, (string?)(await OnlyRunAsync(studio))["reason"]?["key"]);
    }

    [Fact]
    public async Task Room_for_the_answer_model_and_effort_are_always_said()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var studio = await StartAsync(claude);
        await studio.PostAsync(
            "/api/content/generate",
            new
            {
                topic = "커피",
                content_type = "x_post",
                settings = new { model = "claude-haiku-5-5", creativity = "creative" },
            }
        );
        var request = Assert.Single(claude.Requests);
        Assert.Equal("claude-haiku-5-5", (string?)request["model"]);
        Assert.Equal(4096, (int)request["max_tokens"]!);
        Assert.True((bool)request["stream"]!);
        Assert.Equal("high", (string?)request["output_config"]!["effort"]);
    }

    [Fact]
    public async Task Five_deliveries_while_Claude_writes_join_the_one_attempt()
    {
        var (began, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Waits(began, gate.Task));
        await using var studio = await StartAsync(claude);
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        var message = studio.MessageFor(Slot);
        var deliveries = Enumerable.Range(0, 5).Select(_ => studio.DeliverAsync(message)).ToList();
        await began.Task;
        gate.SetResult();
        var answers = await Task.WhenAll(deliveries);
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Single(claude.Requests);
        Assert.Equal(1, (int)(await OnlyRunAsync(studio))["attempts"]!);
    }

    [Fact]
    public async Task A_stop_while_Claude_writes_is_taken_over_by_the_next_delivery_after_the_start()
    {
        var (began, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Waits(began, gate.Task));
        await using var studio = await StartAsync(claude);
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        var message = studio.MessageFor(Slot);
        var cut = studio.DeliverAsync(message);
        await began.Task;
        await studio.DownAsync();
        await cut.ContinueWith(_ => { }, TaskScheduler.Default);
        await studio.UpAsync();
        Assert.Equal("running", (string?)(await OnlyRunAsync(studio))["state"]);
        Assert.Equal(HttpStatusCode.OK, (await studio.DeliverAsync(message)).StatusCode);
        var run = await OnlyRunAsync(studio);
        Assert.Equal("done", (string?)run["state"]);
        Assert.Equal(2, (int)run["attempts"]!);
        Assert.Contains(
            run["steps"]!.AsArray(),
            step => (string?)step!["kind"] == "write" && (string?)step["reason"]?["key"] == "interrupted"
        );
        Assert.Equal("2024-01-15T06:00:00Z", (string?)(await ScheduleAsync(studio, schedule))["next_run_at"]);
    }

    private static Func<HttpContext, Task> Behaviour(string failure) =>
        failure switch
        {
            "429" => FakeClaude.Fails(429, "rate_limit_error", retryAfter: "7"),
            "html" => FakeClaude.Html(503),
            "truncated" => FakeClaude.Truncated,
            "reset" => FakeClaude.Reset,
            "error in stream" => FakeClaude.ErrorInStream,
            "spend limit" => FakeClaude.SpendLimit,
            "workspace limit" => FakeClaude.Fails(
                400,
                "invalid_request_error",
                message: "You have reached your specified workspace API usage limits."
            ),
            "refusal" => FakeClaude.Says("", "refusal"),
            _ => FakeClaude.Fails(int.Parse(failure, null), "some_error"),
        };

    private static Task<TestStudio> StartAsync(FakeClaude claude) =>
        TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = ($" {FakeClaude.Key}\n", claude.Url)
        );

    private static async Task<JsonNode> OnlyRunAsync(TestStudio studio)
    {
        var runs = (await studio.GetAsync("/api/runs"))["items"]!.AsArray();
        return await studio.GetAsync($"/api/runs/{Assert.Single(runs)!["id"]}");
    }

    private static Task<JsonNode> ScheduleAsync(TestStudio studio, JsonNode schedule) =>
        studio.GetAsync($"/api/schedules/{schedule["id"]}");
}
