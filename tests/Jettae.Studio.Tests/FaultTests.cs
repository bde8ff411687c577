using System.Net;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.AspNetCore.Http;

namespace Jettae.Studio.Tests;

/// <summary>
/// Everything that a provider or a model can do wrong, over real HTTP: none of it becomes content, all of it is told in both
/// languages, and the next slot is booked whatever happened to this one.
/// </summary>
[Trait("Store", "none")]
public sealed class FaultTests
{
    private const string Slot = "2024-01-15T03:00:00Z";
    private const string Next = "2024-01-15T06:00:00Z";
    private const bool Passes = true;
    private const bool Lasts = false;
    private static readonly string[] Parts = ["what", "to_do"];
    private static readonly string TooLong = new('가', 200);

    /// <summary>What happens, the reason that is told, and whether time may heal it.</summary>
    public static IEnumerable<TheoryDataRow<string, string, bool>> All =>
        [
            new("400", "provider_bad_request", Lasts),
            new("401", "bad_key", Lasts),
            new("402", "billing", Lasts),
            new("403", "forbidden", Lasts),
            new("404", "model_unknown", Lasts),
            new("408", "provider_error", Passes),
            new("409", "provider_error", Passes),
            new("413", "prompt_too_large", Lasts),
            new("422", "provider_bad_request", Lasts),
            new("429", "provider_rate_limited", Passes),
            new("500", "provider_error", Passes),
            new("502", "provider_error", Passes),
            new("503", "provider_error", Passes),
            new("504", "provider_error", Passes),
            new("529", "provider_overloaded", Passes),
            new("enforced spend limit", "spend_limit", Lasts),
            new("workspace limit", "spend_limit", Lasts),
            new("an error page with 500", "provider_error", Passes),
            new("an error page with 403", "forbidden", Lasts),
            new("an error page with 200", "provider_stalled", Passes),
            new("an error as JSON with 200", "provider_stalled", Passes),
            new("an empty answer", "provider_stalled", Passes),
            new("a broken event", "provider_odd_answer", Passes),
            new("cut in the text", "provider_stalled", Passes),
            new("reset in the text", "provider_unreachable", Passes),
            new("reset at once", "provider_unreachable", Passes),
            new("nobody there", "provider_unreachable", Passes),
            new("overloaded in the stream", "provider_overloaded", Passes),
            new("rate limit in the stream", "provider_rate_limited", Passes),
            new("an error in the stream", "provider_error", Passes),
            new("refusal", "refused", Lasts),
            new("refusal after a text", "refused", Lasts),
            new("cut off twice", "cut_off", Lasts),
            new("too long twice", "draft_unfit", Passes),
            new("blank twice", "draft_unfit", Passes),
            new("another language twice", "draft_unfit", Passes),
            new("a banned word twice", "draft_unfit", Passes),
            new("too long, then overloaded", "provider_overloaded", Passes),
            new("too long, then a bad key", "bad_key", Lasts),
            new("cut off, then a refusal", "refused", Lasts),
        ];

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_fault_is_told_and_never_becomes_content(string fault, string reason, bool passes)
    {
        await using var claude = await FakeClaude.StartAsync(Script(fault));
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (
                FakeClaude.Key,
                fault == "nobody there" ? "http://127.0.0.1:1" : claude.Url
            )
        );
        var schedule = await studio.CreateAsync(
            new
            {
                topic = "아침 루틴",
                content_type = "x_post",
                frequency = "3hours",
                time_of_day = "09:00",
                timezone = "Asia/Seoul",
                settings = new { bannedWords = Banned },
            }
        );
        await studio.GoToAsync(Slot);
        var answer = await studio.DeliverAsync(studio.MessageFor(Slot));

        Assert.Equal(passes ? HttpStatusCode.ServiceUnavailable : (HttpStatusCode)489, answer.StatusCode);
        Assert.Equal(!passes, answer.Headers.Contains("Upstash-NonRetryable-Error"));
        var listed = Assert.Single((await studio.GetAsync("/api/runs"))["items"]!.AsArray())!;
        var run = await studio.GetAsync($"/api/runs/{listed["id"]}");
        Assert.Equal(passes ? "waiting" : "failed", (string?)run["state"]);
        Assert.Equal(reason, (string?)run["reason"]!["key"]);
        Assert.All(
            Parts,
            part =>
            {
                Assert.Matches("[가-힣]", (string)run["reason"]!["ko"]![part]!);
                Assert.Matches("^[^가-힣]{5,}$", (string)run["reason"]!["en"]![part]!);
            }
        );
        Assert.DoesNotContain(FakeClaude.Key, run.ToJsonString(), StringComparison.Ordinal);
        Assert.Null(run["content_id"]);
        Assert.Empty((await studio.GetAsync("/api/contents"))["items"]!.AsArray());

        var after = await studio.GetAsync($"/api/schedules/{schedule["id"]}");
        Assert.True((bool)after["is_active"]!);
        Assert.Equal(Next, (string?)after["next_run_at"]);
        await studio.StillAsync();
        studio.MessageFor(Next);

        // What passes is no alert until QStash has given up; then its last reason is the one that is told.
        if (passes)
            await studio.DeliverFailureAsync(studio.MessageFor(Slot));
        await studio.GoToAsync("2024-01-15T03:02:00Z");
        await Told.AtTheBellAsync(studio, ["provider", "gave_up"], reason);
    }

    private static readonly string[] Banned = ["대박"];

    private static Func<HttpContext, Task>[] Script(string fault) =>
        fault switch
        {
            "429" => [FakeClaude.Fails(429, "rate_limit_error", retryAfter: "7")],
            "enforced spend limit" => [FakeClaude.SpendLimit],
            "workspace limit" =>
            [
                FakeClaude.Fails(
                    400,
                    "invalid_request_error",
                    message: "You have reached your specified workspace API usage limits."
                ),
            ],
            "an error page with 500" => [FakeClaude.Html(500)],
            "an error page with 403" => [FakeClaude.Html(403)],
            "an error page with 200" => [FakeClaude.Html(200)],
            "an error as JSON with 200" => [FakeClaude.Fails(200, "api_error")],
            "an empty answer" => [_ => Task.CompletedTask],
            "a broken event" => [Stream("event: message_start\ndata: {\"type\":\"message_sta\n\n")],
            "cut in the text" => [FakeClaude.Truncated],
            "reset in the text" => [FakeClaude.Reset],
            "reset at once" => [Abort],
            "nobody there" => [],
            "overloaded in the stream" => [FakeClaude.ErrorInStream],
            "rate limit in the stream" => [Stream(Error("rate_limit_error"))],
            "an error in the stream" => [Stream(Error("api_error"))],
            "refusal" => [FakeClaude.Says("", "refusal")],
            "refusal after a text" => [FakeClaude.Says(FakeClaude.Usual, "refusal")],
            "cut off twice" => Twice(FakeClaude.Says(FakeClaude.Usual, "max_tokens")),
            "too long twice" => Twice(FakeClaude.Says(TooLong)),
            "blank twice" => Twice(FakeClaude.Says(" \n ")),
            "another language twice" => Twice(FakeClaude.Says("Service unavailable, try again later.")),
            "a banned word twice" => Twice(FakeClaude.Says($"대박! {FakeClaude.Usual}")),
            "too long, then overloaded" => [FakeClaude.Says(TooLong), FakeClaude.Fails(529, "overloaded_error")],
            "too long, then a bad key" => [FakeClaude.Says(TooLong), FakeClaude.Fails(401, "authentication_error")],
            "cut off, then a refusal" => [FakeClaude.Says("끝나지", "max_tokens"), FakeClaude.Says("", "refusal")],
            _ => [FakeClaude.Fails(int.Parse(fault, null), "some_error")],
        };

    private static Func<HttpContext, Task>[] Twice(Func<HttpContext, Task> each) => [each, each];

    private static string Error(string type) =>
        $"event: error\ndata: {new JsonObject { ["type"] = "error", ["error"] = new JsonObject { ["type"] = type, ["message"] = "no" } }.ToJsonString()}\n\n";

    private static Func<HttpContext, Task> Stream(string events) =>
        http =>
        {
            http.Response.ContentType = "text/event-stream";
            return http.Response.WriteAsync(events);
        };

    private static Task Abort(HttpContext http)
    {
        http.Abort();
        return Task.CompletedTask;
    }
}
