using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Studio;

/// <summary>The execution log and its figures over HTTP.</summary>
internal static class RunApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/runs", ListAsync);
        api.MapGet("/runs/{id:guid}", GetAsync);
        api.MapPost("/runs/{id:guid}/cancel", CancelAsync);
        api.MapPost("/runs/{id:guid}/rerun", RerunAsync);
        api.MapGet("/stats", StatsAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext http, Runs runs)
    {
        var query = new Query(
            http.Request.Query,
            "schedule_id",
            "state",
            "trigger",
            "reason",
            "from",
            "to",
            "cursor",
            "limit"
        );
        var filter = new RunFilter(
            query.Id("schedule_id"),
            query.Name<RunState>("state"),
            query.Instant("from"),
            query.Instant("to"),
            query.Name<RunTrigger>("trigger"),
            query.Text("reason")
        );
        var page = await runs.ListAsync(
            SignedIn.OwnerOf(http),
            filter,
            query.Text("cursor"),
            query.Limit(),
            http.RequestAborted
        );
        var language = await CallerLanguage.OfAsync(http);
        return ScheduleApi.Json(Views.Of(page, run => Views.Of(run, language)));
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext http, Runs runs)
    {
        var run = await runs.GetAsync(SignedIn.OwnerOf(http), id, http.RequestAborted);
        return ScheduleApi.Json(Views.Of(run, await CallerLanguage.OfAsync(http), withSteps: true));
    }

    private static async Task<IResult> CancelAsync(Guid id, HttpContext http, Runner runner)
    {
        var run = await runner.CancelAsync(SignedIn.OwnerOf(http), id, http.RequestAborted);
        return ScheduleApi.Json(Views.Of(run, await CallerLanguage.OfAsync(http)));
    }

    private static async Task<IResult> RerunAsync(Guid id, HttpContext http, Runner runner)
    {
        var wish = StudioJson.Read<Again>(await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted));
        if (wish.Prompt is { Length: > ScheduleRules.LongestPrompt } prompt)
            throw new RejectedException(
                400,
                "field_invalid",
                "prompt",
                new(
                    $"prompt: {ScheduleRules.LongestPrompt}자까지 쓸 수 있어요. 받은 길이: {prompt.Length}",
                    $"prompt: It may have at most {ScheduleRules.LongestPrompt} characters. Received: {prompt.Length}."
                )
            );
        var given = string.IsNullOrWhiteSpace(wish.Prompt) ? null : wish.Prompt;
        if (given is not null && wish.From is RerunFrom.Checked)
            throw new RejectedException(
                400,
                "field_invalid",
                "prompt",
                new(
                    "prompt: 답만 다시 검사할 때는 프롬프트를 보내지 않아요.",
                    "prompt: A check of the answer sends no prompt."
                )
            );
        var run = runner.RerunAsync(
            SignedIn.OwnerOf(http),
            id,
            wish.From ?? RerunFrom.Prompt,
            given,
            http.RequestAborted
        );
        return await ScheduleApi.ProgressAsync(http, run, 201);
    }

    private sealed record Again
    {
        public RerunFrom? From { get; init; }
        public string? Prompt { get; init; }
    }

    private static async Task<IResult> StatsAsync(HttpContext http, Stats stats, Series series, Retention kept)
    {
        var query = new Query(http.Request.Query, "from", "to", "unit", "timezone");
        var owner = SignedIn.OwnerOf(http);
        var unit = query.Name<SeriesUnit>("unit");
        var zone = query.Zone("timezone");
        var report = await stats.OfAsync(owner, query.Instant("from"), query.Instant("to"), http.RequestAborted);
        if (unit is { } each)
            report = report with { Series = await series.OfAsync(owner, each, zone, http.RequestAborted) };
        return ScheduleApi.Json(report with { KeptSince = kept.Since });
    }
}
