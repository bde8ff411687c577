using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Studio;

/// <summary>Schedules over HTTP.</summary>
internal static class ScheduleApi
{
    internal const int PreviewSlots = 10;

    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/schedule/create", CreateAsync);
        api.MapPost("/schedule/update", UpdateAsync);
        api.MapPost("/schedule/pause", PauseAsync);
        api.MapPost(
            "/schedule/resume",
            (HttpContext http, Schedules schedules) => ChangeAsync(http, schedules.ResumeAsync)
        );
        api.MapPost("/schedule/duplicate", DuplicateAsync);
        api.MapPost("/schedule/delete", DeleteAsync);
        api.MapPost("/schedule/run", RunAsync);
        api.MapPost("/schedule/preview", PreviewAsync);
        api.MapGet("/schedules", ListAsync);
        api.MapGet("/schedules/{id:guid}", GetAsync);
    }

    private static async Task<IResult> CreateAsync(HttpContext http, Schedules schedules)
    {
        var fields = StudioJson.Read<ScheduleFields>(
            await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted)
        );
        var schedule = await schedules.CreateAsync(SignedIn.OwnerOf(http), fields, http.RequestAborted);
        http.Response.Headers.Location = $"/api/schedules/{schedule.Id}";
        return Json(Views.Of(schedule), 201);
    }

    private static async Task<IResult> UpdateAsync(HttpContext http, Schedules schedules)
    {
        var body = await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted);
        var id = StudioJson.TakeId(body);
        var fields = StudioJson.Read<ScheduleFields>(body);
        return Json(Views.Of(await schedules.UpdateAsync(SignedIn.OwnerOf(http), id, fields, http.RequestAborted)));
    }

    private static async Task<IResult> ChangeAsync(
        HttpContext http,
        Func<Guid, Guid, CancellationToken, Task<Schedule>> change
    ) => Json(Views.Of(await change(SignedIn.OwnerOf(http), await OnlyIdAsync(http), http.RequestAborted)));

    private static async Task<IResult> PauseAsync(HttpContext http, Schedules schedules)
    {
        var body = await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted);
        var id = StudioJson.TakeId(body);
        var until = StudioJson.Take<DateTimeOffset?>(body, "until");
        StudioJson.Read<Nothing>(body);
        var owner = SignedIn.OwnerOf(http);
        var schedule = until is { } end
            ? await schedules.PauseUntilAsync(owner, id, end, http.RequestAborted)
            : await schedules.PauseAsync(owner, id, http.RequestAborted);
        return Json(Views.Of(schedule));
    }

    private static async Task<IResult> DuplicateAsync(HttpContext http, Schedules schedules)
    {
        var copy = await schedules.DuplicateAsync(SignedIn.OwnerOf(http), await OnlyIdAsync(http), http.RequestAborted);
        http.Response.Headers.Location = $"/api/schedules/{copy.Id}";
        return Json(Views.Of(copy), 201);
    }

    private static async Task<IResult> DeleteAsync(HttpContext http, Schedules schedules)
    {
        var id = await OnlyIdAsync(http);
        await schedules.DeleteAsync(SignedIn.OwnerOf(http), id, http.RequestAborted);
        return Json(new { Id = id, Deleted = true });
    }

    private static async Task<IResult> RunAsync(HttpContext http, Runner runner)
    {
        var id = await OnlyIdAsync(http);
        return await ProgressAsync(http, runner.RunNowAsync(SignedIn.OwnerOf(http), id, http.RequestAborted), 200);
    }

    private static async Task<IResult> PreviewAsync(HttpContext http, Schedules schedules, Runner runner)
    {
        var body = await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted);
        var wantsDraft = StudioJson.Take<bool?>(body, "draft") ?? false;
        var fields = StudioJson.Read<ScheduleFields>(body);
        var preview = schedules.Preview(fields, PreviewSlots).First;
        var slots = preview.Select(each => each.At).ToList();
        var local = preview.Select(each => each.Local).ToList();
        var notes = preview
            .Where(each => each.Note is not null)
            .Select(each => new
            {
                Slot = each.At,
                each.Note!.Value.Ko,
                each.Note!.Value.En,
            })
            .ToList();
        if (!wantsDraft)
            return Json(
                new
                {
                    Slots = slots,
                    Local = local,
                    Notes = notes,
                }
            );
        RunProgress.Finished? end = null;
        await foreach (var each in runner.DraftAsync(SignedIn.OwnerOf(http), fields, http.RequestAborted))
            end = each as RunProgress.Finished ?? end;
        return Json(
            new
            {
                Slots = slots,
                Local = local,
                Notes = notes,
                Draft = end?.Content is not { } content
                    ? null
                    : new
                    {
                        content.Title,
                        content.Body,
                        content.Length,
                        content.LengthLimit,
                        content.IsSample,
                        content.Model,
                    },
                Reason = Views.Of(end is null ? null : Reasons.Of(end.Run)),
            }
        );
    }

    private static async Task<IResult> ListAsync(HttpContext http, Schedules schedules)
    {
        var query = new Query(http.Request.Query, "search", "state", "content_type", "cursor", "limit");
        var filter = new ScheduleFilter(
            query.Text("search"),
            query.Name<ScheduleState>("state"),
            query.Name<ContentType>("content_type")
        );
        var page = await schedules.ListAsync(
            SignedIn.OwnerOf(http),
            filter,
            query.Text("cursor"),
            query.Limit(PageKey.MostRows),
            http.RequestAborted
        );
        return Json(Views.Of(page, Views.Of));
    }

    private static async Task<IResult> GetAsync(Guid id, HttpContext http, Slots slots, Stats stats)
    {
        var owner = SignedIn.OwnerOf(http);
        var coming = await slots.ComingAsync(owner, id, PreviewSlots, http.RequestAborted);
        var figures = await stats.OfScheduleAsync(owner, id, http.RequestAborted);
        return Json(Views.Of(coming, figures));
    }

    /// <summary>Progress as server-sent events for who accepts them, else the end of it as JSON.</summary>
    internal static async Task<IResult> ProgressAsync(
        HttpContext http,
        IAsyncEnumerable<RunProgress> progress,
        int status
    )
    {
        var language = await CallerLanguage.OfAsync(http);
        if (http.Request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.OrdinalIgnoreCase))
        {
            // The first event is awaited here, so that a mistake is still answered with its own status.
            var events = progress.GetAsyncEnumerator(http.RequestAborted);
            return await events.MoveNextAsync()
                ? TypedResults.ServerSentEvents(EventsAsync(events, language))
                : Results.NoContent();
        }
        await foreach (var each in progress.WithCancellation(http.RequestAborted))
            if (each is RunProgress.Finished end)
                return Json(End(end, language), status);
        throw new InvalidOperationException("The run ended without an end.");
    }

    private static async IAsyncEnumerable<SseItem<string>> EventsAsync(
        IAsyncEnumerator<RunProgress> events,
        CultureInfo language
    )
    {
        await using (events)
            do yield return events.Current switch
            {
                RunProgress.Started started => Event("started", Views.Of(started.Run, language)),
                RunProgress.Step step => Event("step", Views.Of(step.RunStep, language)),
                RunProgress.Text text => Event("text", new { text.Delta }),
                RunProgress.Finished end => Event("finished", End(end, language)),
                _ => throw new InvalidOperationException(),
            };
            while (await events.MoveNextAsync());
    }

    private static object End(RunProgress.Finished end, CultureInfo language) =>
        new { Run = Views.Of(end.Run, language), Content = end.Content is { } content ? Views.Of(content) : null };

    private static SseItem<string> Event(string type, object data) =>
        new(JsonSerializer.Serialize(data, StudioJson.Options), type);

    internal static async Task<Guid> OnlyIdAsync(HttpContext http)
    {
        var body = await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted);
        var id = StudioJson.TakeId(body);
        StudioJson.Read<Nothing>(body);
        return id;
    }

    internal static IResult Json(object value, int status = 200) =>
        Results.Json(value, StudioJson.Options, statusCode: status);

    private sealed record Nothing;
}
