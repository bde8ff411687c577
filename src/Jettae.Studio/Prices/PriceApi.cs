using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Studio;

/// <summary>The price table over HTTP.</summary>
internal static class PriceApi
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/settings/prices", ListAsync);
        api.MapPut("/settings/prices", SaveAsync);
        api.MapDelete("/settings/prices", DeleteAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext http, Prices prices)
    {
        var list = await prices.ReadAsync(SignedIn.OwnerOf(http), http.RequestAborted);
        return ScheduleApi.Json(new { Items = list.Items.Select(View), list.Unpriced });
    }

    private static async Task<IResult> SaveAsync(HttpContext http, Prices prices)
    {
        var fields = StudioJson.Read<PriceFields>(await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted));
        return ScheduleApi.Json(View(await prices.SaveAsync(SignedIn.OwnerOf(http), fields, http.RequestAborted)));
    }

    private static async Task<IResult> DeleteAsync(HttpContext http, Prices prices)
    {
        var query = new Query(http.Request.Query, "model", "effective_from");
        await prices.DeleteAsync(
            SignedIn.OwnerOf(http),
            query.Text("model"),
            query.Day("effective_from"),
            http.RequestAborted
        );
        return Results.NoContent();
    }

    private static object View(ModelPrice price) =>
        new
        {
            price.Model,
            EffectiveFrom = price.FirstDay,
            price.Input,
            price.CachedInput,
            price.CacheWrite,
            price.Output,
            price.LongFrom,
            price.LongFactor,
        };
}
