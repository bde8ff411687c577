using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Studio;

/// <summary>The library over HTTP.</summary>
internal static class ContentApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/content/generate", GenerateAsync);
        api.MapGet("/contents", ListAsync);
        api.MapGet("/contents/{id:guid}", GetAsync);
        api.MapPatch("/contents/{id:guid}", PatchAsync);
        api.MapDelete("/contents/{id:guid}", DeleteAsync);
    }

    private static async Task<IResult> GenerateAsync(HttpContext http, Runner runner)
    {
        var fields = StudioJson.Read<ScheduleFields>(
            await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted)
        );
        var progress = runner.WriteOnceAsync(SignedIn.OwnerOf(http), fields, http.RequestAborted);
        return await ScheduleApi.ProgressAsync(http, progress, 201);
    }

    private static async Task<IResult> ListAsync(HttpContext http, Contents contents)
    {
        var query = new Query(
            http.Request.Query,
            "search",
            "type",
            "schedule_id",
            "status",
            "from",
            "to",
            "cursor",
            "limit"
        );
        var filter = new ContentFilter(
            query.Text("search"),
            query.Name<ContentType>("type"),
            query.Id("schedule_id"),
            query.Name<ContentStatus>("status"),
            query.Instant("from"),
            query.Instant("to")
        );
        var page = await contents.ListAsync(
            SignedIn.OwnerOf(http),
            filter,
            query.Text("cursor"),
            query.Limit(),
            http.RequestAborted
        );
        return ScheduleApi.Json(Views.Of(page, Views.Of));
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext http, Contents contents) =>
        ScheduleApi.Json(Views.Of(await contents.GetAsync(SignedIn.OwnerOf(http), id, http.RequestAborted)));

    private static async Task<IResult> PatchAsync(Guid id, HttpContext http, Contents contents)
    {
        var edit = StudioJson.Read<Edit>(await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted));
        var changed = await contents.UpdateAsync(
            SignedIn.OwnerOf(http),
            id,
            edit.Title,
            edit.Body,
            edit.Status,
            http.RequestAborted
        );
        return ScheduleApi.Json(Views.Of(changed));
    }

    private static async Task<IResult> DeleteAsync(Guid id, HttpContext http, Contents contents)
    {
        await contents.DeleteAsync(SignedIn.OwnerOf(http), id, http.RequestAborted);
        return Results.NoContent();
    }

    private sealed record Edit
    {
        public string? Title { get; init; }
        public string? Body { get; init; }
        public ContentStatus? Status { get; init; }
    }
}
