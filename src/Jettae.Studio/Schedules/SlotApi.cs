using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Studio;

/// <summary>Changes to single slots over HTTP: each answers the schedule with its coming slots.</summary>
internal static class SlotApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/schedule/skip", SkipAsync);
        api.MapPost("/schedule/move", MoveAsync);
        api.MapPost("/schedule/restore", RestoreAsync);
    }

    private static Task<IResult> SkipAsync(HttpContext http, Slots slots) =>
        ChangeAsync(
            http,
            slots,
            async (owner, id, body) =>
            {
                var slotAt = StudioJson.Take<DateTimeOffset?>(body, "slot_at");
                StudioJson.Read<Nothing>(body);
                if (slotAt is { } slot)
                    await slots.SkipAsync(owner, id, slot, http.RequestAborted);
                else
                    await slots.SkipNextAsync(owner, id, http.RequestAborted);
            }
        );

    private static Task<IResult> MoveAsync(HttpContext http, Slots slots) =>
        ChangeAsync(
            http,
            slots,
            async (owner, id, body) =>
            {
                var slotAt = TakeInstant(body, "slot_at");
                var to = TakeInstant(body, "to");
                StudioJson.Read<Nothing>(body);
                await slots.MoveAsync(owner, id, slotAt, to, http.RequestAborted);
            }
        );

    private static Task<IResult> RestoreAsync(HttpContext http, Slots slots) =>
        ChangeAsync(
            http,
            slots,
            async (owner, id, body) =>
            {
                var slotAt = TakeInstant(body, "slot_at");
                StudioJson.Read<Nothing>(body);
                await slots.RestoreAsync(owner, id, slotAt, http.RequestAborted);
            }
        );

    private static async Task<IResult> ChangeAsync(
        HttpContext http,
        Slots slots,
        Func<Guid, Guid, JsonObject, Task> change
    )
    {
        var owner = SignedIn.OwnerOf(http);
        var body = await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted);
        var id = StudioJson.TakeId(body);
        await change(owner, id, body);
        var coming = await slots.ComingAsync(owner, id, ScheduleApi.PreviewSlots, http.RequestAborted);
        return ScheduleApi.Json(Views.Of(coming));
    }

    private static DateTimeOffset TakeInstant(JsonObject body, string name) =>
        StudioJson.Take<DateTimeOffset?>(body, name) ?? throw RejectedException.Missing(name);

    private sealed record Nothing;
}
