using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Studio;

/// <summary>The library over HTTP.</summary>
internal static class ContentApi
{
    private static readonly string[] Filters =
    [
        "search",
        "type",
        "schedule_id",
        "status",
        "from",
        "to",
        "tag",
        "language",
    ];

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/content/generate", GenerateAsync);
        api.MapGet("/contents", ListAsync);
        api.MapGet("/contents/facets", FacetsAsync);
        api.MapGet("/contents/export", Export);
        api.MapGet("/contents/{id:guid}", GetAsync);
        api.MapPatch("/contents/{id:guid}", PatchAsync);
        api.MapDelete("/contents/{id:guid}", DeleteAsync);
        api.MapGet("/contents/{id:guid}/versions", VersionsAsync);
        api.MapPost("/contents/{id:guid}/restore", RestoreAsync);
        api.MapPost("/contents/{id:guid}/regenerate", RegenerateAsync);
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
        var query = new Query(http.Request.Query, [.. Filters, "cursor", "limit"]);
        var page = await contents.ListAsync(
            SignedIn.OwnerOf(http),
            FilterOf(query),
            query.Text("cursor"),
            query.Limit(),
            http.RequestAborted
        );
        return ScheduleApi.Json(Views.Of(page, Views.Of));
    }

    private static async Task<IResult> FacetsAsync(HttpContext http, Contents contents)
    {
        var filter = FilterOf(new Query(http.Request.Query, Filters));
        return ScheduleApi.Json(await contents.FacetsAsync(SignedIn.OwnerOf(http), filter, http.RequestAborted));
    }

    private static IResult Export(HttpContext http, Contents contents, TimeProvider time)
    {
        var query = new Query(http.Request.Query, [.. Filters, "format"]);
        var format = query.Name<ExportFormat>("format") ?? throw RejectedException.Missing("format");
        return new ContentExport(contents, SignedIn.OwnerOf(http), FilterOf(query), format).AsFile(
            time.GetUtcNow(),
            http.RequestAborted
        );
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext http, Contents contents)
    {
        var piece = await contents.GetAsync(SignedIn.OwnerOf(http), id, http.RequestAborted);
        return ScheduleApi.Json(Views.Of(piece, await contents.UsageAsync(piece, http.RequestAborted)));
    }

    private static async Task<IResult> PatchAsync(Guid id, HttpContext http, Contents contents)
    {
        var edit = StudioJson.Read<ContentEdit>(await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted));
        return ScheduleApi.Json(
            Views.Of(await contents.UpdateAsync(SignedIn.OwnerOf(http), id, edit, http.RequestAborted))
        );
    }

    private static async Task<IResult> DeleteAsync(Guid id, HttpContext http, Contents contents)
    {
        await contents.DeleteAsync(SignedIn.OwnerOf(http), id, http.RequestAborted);
        return Results.NoContent();
    }

    private static async Task<IResult> VersionsAsync(Guid id, HttpContext http, Contents contents)
    {
        var versions = await contents.VersionsAsync(SignedIn.OwnerOf(http), id, http.RequestAborted);
        return ScheduleApi.Json(new { Items = versions });
    }

    private static async Task<IResult> RestoreAsync(Guid id, HttpContext http, Contents contents)
    {
        var body = await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted);
        var number = StudioJson.Read<Restore>(body).Number ?? throw RejectedException.Missing("number");
        return ScheduleApi.Json(
            Views.Of(await contents.RestoreAsync(SignedIn.OwnerOf(http), id, number, http.RequestAborted))
        );
    }

    private static async Task<IResult> RegenerateAsync(Guid id, HttpContext http, Runner runner)
    {
        var body = await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted);
        var instruction =
            StudioJson.Read<Regenerate>(body).Instruction ?? throw RejectedException.Missing("instruction");
        var progress = runner.RegenerateAsync(SignedIn.OwnerOf(http), id, instruction, http.RequestAborted);
        return await ScheduleApi.ProgressAsync(http, progress, 200);
    }

    private static ContentFilter FilterOf(Query query) =>
        new(
            query.Text("search"),
            query.Name<ContentType>("type"),
            query.Id("schedule_id"),
            query.Name<ContentStatus>("status"),
            query.Instant("from"),
            query.Instant("to"),
            query.Text("tag")?.Normalize(),
            query.Text("language")
        );

    private sealed record Restore
    {
        public int? Number { get; init; }
    }

    private sealed record Regenerate
    {
        public string? Instruction { get; init; }
    }
}
