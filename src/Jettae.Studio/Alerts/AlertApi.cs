using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Studio;

/// <summary>Alerts over HTTP.</summary>
internal static class AlertApi
{
    private static readonly CultureInfo Korean = CultureInfo.GetCultureInfo("ko-KR");

    public static void Map(RouteGroupBuilder api)
    {
        api.MapGet("/alerts", ListAsync);
        api.MapPost("/alerts/read", ReadAsync);
        api.MapGet("/alerts/settings", SettingsAsync);
        api.MapPost("/alerts/settings", SaveAsync);
        api.MapPost("/alerts/test", TestAsync);
    }

    private static async Task<IResult> ListAsync(HttpContext http, Alerts alerts)
    {
        var query = new Query(http.Request.Query, "open", "cursor", "limit");
        var open = query.Text("open") switch
        {
            null => (bool?)null,
            "true" => true,
            "false" => false,
            var other => throw new RejectedException(
                400,
                "field_invalid",
                "open",
                new(
                    $"open: true 또는 false여야 해요. 받은 값: '{other}'",
                    $"open: It must be true or false. Received: '{other}'."
                )
            ),
        };
        var page = await alerts.ListAsync(
            SignedIn.OwnerOf(http),
            open,
            query.Text("cursor"),
            query.Limit(),
            http.RequestAborted
        );
        return ScheduleApi.Json(Views.Of(page, View));
    }

    private static async Task<IResult> ReadAsync(HttpContext http, Alerts alerts)
    {
        var wish = StudioJson.Read<Which>(await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted));
        await alerts.ReadAsync(SignedIn.OwnerOf(http), wish.Id, http.RequestAborted);
        return ScheduleApi.Json(new { Unread = await alerts.UnreadAsync(SignedIn.OwnerOf(http), http.RequestAborted) });
    }

    private static async Task<IResult> SettingsAsync(HttpContext http, Alerts alerts)
    {
        var (owner, reader) = (SignedIn.OwnerOf(http), await CallerLanguage.OfAsync(http));
        return ScheduleApi.Json(View(await alerts.SettingsAsync(owner, reader, http.RequestAborted)));
    }

    private static async Task<IResult> SaveAsync(HttpContext http, Alerts alerts)
    {
        var fields = StudioJson.Read<AlertSettingsFields>(
            await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted)
        );
        var (owner, reader) = (SignedIn.OwnerOf(http), await CallerLanguage.OfAsync(http));
        return ScheduleApi.Json(View(await alerts.SaveAsync(owner, fields, reader, http.RequestAborted)));
    }

    private static async Task<IResult> TestAsync(HttpContext http, Alerts alerts)
    {
        var wish = StudioJson.Read<Channel>(await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted));
        var error = await alerts.TryAsync(SignedIn.OwnerOf(http), wish.Name, http.RequestAborted);
        return ScheduleApi.Json(new { Sent = error is null, Error = error });
    }

    private static object View(Alert alert) =>
        new
        {
            alert.Id,
            alert.Kind,
            alert.ScheduleId,
            alert.ScheduleName,
            alert.RunId,
            Reason = Views.Of(Reasons.Find(alert.Reason)?.AtLast),
            Text = new { Ko = Words.Of(alert, Korean), En = Words.Of(alert, CultureInfo.InvariantCulture) },
            ToDo = alert.ClosedAt is null
                ? new { Ko = Words.ToDo(alert, Korean), En = Words.ToDo(alert, CultureInfo.InvariantCulture) }
                : null,
            Link = Notices.LinkOf(alert),
            alert.Figure,
            alert.OpenedAt,
            alert.ClosedAt,
            alert.ReadAt,
        };

    private static object View(AlertSettings settings) =>
        new
        {
            FailureRate = settings.FailureRate * 100,
            settings.LateMinutes,
            settings.WebhookUrl,
            settings.SlackUrl,
            settings.SmtpHost,
            settings.SmtpPort,
            settings.SmtpUser,
            HasSmtpPassword = settings.SmtpPassword is not null,
            settings.MailFrom,
            settings.MailTo,
            settings.Language,
        };

    private sealed record Channel
    {
        [JsonPropertyName("channel")]
        public string? Name { get; init; }
    }

    private sealed record Which
    {
        public Guid? Id { get; init; }
    }
}
