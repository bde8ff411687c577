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
        api.MapGet("/stats", StatsAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext http, Runs runs)
    {
        var query = new Query(http.Request.Query, "schedule_id", "state", "from", "to", "cursor", "limit");
        var filter = new RunFilter(
            query.Id("schedule_id"),
            query.Name<RunState>("state"),
            query.Instant("from"),
            query.Instant("to")
        );
        var page = await runs.ListAsync(
            SignedIn.OwnerOf(http),
            filter,
            query.Text("cursor"),
            query.Limit(),
            http.RequestAborted
        );
        return ScheduleApi.Json(Views.Of(page, run => Views.Of(run)));
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext http, Runs runs) =>
        ScheduleApi.Json(
            Views.Of(await runs.GetAsync(SignedIn.OwnerOf(http), id, http.RequestAborted), withSteps: true)
        );

    private static async Task<IResult> StatsAsync(HttpContext http, Stats stats)
    {
        var query = new Query(http.Request.Query, "from", "to");
        return ScheduleApi.Json(
            await stats.OfAsync(SignedIn.OwnerOf(http), query.Instant("from"), query.Instant("to"), http.RequestAborted)
        );
    }
}
