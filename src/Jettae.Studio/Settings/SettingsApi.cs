using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Studio;

/// <summary>The settings over HTTP.</summary>
internal static class SettingsApi
{
    /// <summary>What is typed before all data is deleted.</summary>
    public const string DeleteWord = "delete";

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet(
            "/writer",
            async (HttpContext http, WriterSettings writer) => Json(View(await writer.ReadAsync(http.RequestAborted)))
        );
        api.MapPost("/writer/check", CheckWriterAsync);
        api.MapPost("/writer/connect", ConnectWriterAsync);
        api.MapPost("/writer/disconnect", DisconnectWriterAsync);
        api.MapGet(
            "/brand",
            async (HttpContext http, Brands brands) =>
                Json(View(await brands.ReadAsync(SignedIn.OwnerOf(http), http.RequestAborted)))
        );
        api.MapPost("/brand", BrandAsync);
        api.MapGet(
            "/preferences",
            async (HttpContext http, Preferences preferences) =>
                Json(await preferences.ReadAsync(SignedIn.OwnerOf(http), http.RequestAborted))
        );
        api.MapPost("/preferences", PreferencesAsync);
        api.MapPost("/qstash/check", CheckQStashAsync);
        api.MapGet("/data/export", ExportAsync);
        api.MapPost("/data/delete", DeleteAsync);
    }

    public static object View(Brand brand) =>
        new
        {
            brand.Name,
            brand.Voice,
            brand.Audience,
            brand.Language,
            brand.SpeechLevel,
            brand.BannedWords,
        };

    private static async Task<IResult> CheckWriterAsync(HttpContext http, WriterSettings writer)
    {
        var fields = StudioJson.Read<ProviderFields>(
            await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted)
        );
        return Json(View(await writer.CheckAsync(SignedIn.OwnerOf(http), fields, http.RequestAborted), false));
    }

    private static async Task<IResult> ConnectWriterAsync(HttpContext http, WriterSettings writer)
    {
        var body = await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted);
        var evenSo = StudioJson.Take<bool?>(body, "even_so") ?? false;
        var fields = StudioJson.Read<ProviderFields>(body);
        var answer = await writer.ConnectAsync(SignedIn.OwnerOf(http), fields, evenSo, http.RequestAborted);
        return Json(View(answer, answer.Accepted || (evenSo && answer.MayPass)));
    }

    private static async Task<IResult> DisconnectWriterAsync(HttpContext http, WriterSettings writer)
    {
        await StudioJson.ReadNothingAsync(http.Request, http.RequestAborted);
        await writer.DisconnectAsync(SignedIn.OwnerOf(http), http.RequestAborted);
        return Json(View(await writer.ReadAsync(http.RequestAborted)));
    }

    private static async Task<IResult> BrandAsync(HttpContext http, Brands brands)
    {
        var fields = StudioJson.Read<BrandFields>(await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted));
        return Json(View(await brands.SaveAsync(SignedIn.OwnerOf(http), fields, http.RequestAborted)));
    }

    private static async Task<IResult> PreferencesAsync(HttpContext http, Preferences preferences)
    {
        var body = await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted);
        var wanted = StudioJson.Read<Preference>(body);
        return Json(await preferences.ChangeAsync(SignedIn.OwnerOf(http), _ => wanted, http.RequestAborted));
    }

    private static async Task<IResult> CheckQStashAsync(HttpContext http, QStashCheck check)
    {
        await StudioJson.ReadNothingAsync(http.Request, http.RequestAborted);
        var answer = await check.AskAsync(http.RequestAborted);
        return Json(
            new
            {
                check.Url,
                BuiltIn = check.IsBuiltIn,
                answer.Ok,
                answer.Reachable,
                answer.TokenAccepted,
                answer.KeysKnown,
                Ko = Of(answer.What.Ko, answer.ToDo?.Ko),
                En = Of(answer.What.En, answer.ToDo?.En),
            }
        );
    }

    private static async Task<IResult> ExportAsync(HttpContext http, OwnData data)
    {
        var (owner, language) = (SignedIn.OwnerOf(http), await CallerLanguage.OfAsync(http));
        return Results.Stream(
            to => data.ExportAsync(owner, to, language, http.RequestAborted),
            "application/json",
            "jettae-export.json"
        );
    }

    private static async Task<IResult> DeleteAsync(HttpContext http, OwnData data)
    {
        var body = await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted);
        var word = StudioJson.Take<string>(body, "confirm");
        StudioJson.Read<Nothing>(body);
        if (word != DeleteWord)
            throw new RejectedException(
                400,
                "field_invalid",
                "confirm",
                new($"confirm: '{DeleteWord}'라고 적어 주세요.", $"confirm must be '{DeleteWord}'.")
            );
        await data.DeleteAsync(SignedIn.OwnerOf(http), http.RequestAborted);
        return Json(new { Deleted = true });
    }

    private static object View(WriterState state) =>
        new
        {
            state.Writer.Name,
            state.Writer.Model,
            state.Writer.IsSample,
            state.Kind,
            SetByEnvironment = state.IsConfigured,
            state.Url,
            KeyLast4 = state.KeyLast4,
        };

    private static object View(ProviderAnswer answer, bool stored) =>
        new
        {
            answer.Accepted,
            answer.MayPass,
            Stored = stored,
            answer.Reason,
            TookMs = (long)answer.Took.TotalMilliseconds,
            Ko = Of(answer.What.Ko, answer.ToDo?.Ko),
            En = Of(answer.What.En, answer.ToDo?.En),
        };

    private static object Of(string what, string? toDo) => new { What = what, ToDo = toDo };

    private static IResult Json(object value) => ScheduleApi.Json(value);

    private sealed record Nothing;
}
