namespace Jettae.Studio;

/// <summary>The API's routes of runs and figures, as they are described.</summary>
internal static class RunRoutes
{
    public static readonly IReadOnlyList<ApiRoute> All =
    [
        new(
            "GET",
            "/api/runs",
            "runs",
            "listRuns",
            new("실행 기록", "Lists the runs, the newest first."),
            Answer: "RunPage",
            Query: ["schedule_id", "state", "trigger", "reason", .. ApiRoute.Span, .. ApiRoute.Pages],
            Refusals: ApiRoute.Bad
        ),
        new(
            "GET",
            "/api/runs/{id}",
            "runs",
            "getRun",
            new("실행 하나와 단계", "One run with its prompt and steps."),
            Answer: "RunDetail",
            Refusals: ApiRoute.Missing
        ),
        new(
            "GET",
            "/api/stats",
            "runs",
            "getStats",
            new("성공률, 지연, 토큰, 비용", "Success, lateness, tokens and cost, in all and per schedule."),
            Answer: "Stats",
            Query: [.. ApiRoute.Span, "unit", "timezone"],
            Refusals: ApiRoute.Bad
        ),
        new(
            "POST",
            "/api/runs/{id}/cancel",
            "runs",
            "cancelRun",
            new("실행 멈추기", "Stops a run under way, or gives one up that waits."),
            Body: "Nothing",
            Answer: "Run",
            Refusals: [404, 409]
        ),
        new(
            "POST",
            "/api/runs/{id}/rerun",
            "runs",
            "rerun",
            new("다시 실행하기", "Makes a run once more, from a step of it, with another prompt if one is given."),
            Body: "Rerun",
            Answer: "RunEnd",
            Status: 201,
            Refusals: [400, 404, 409]
        ),
    ];
}
