namespace Jettae.Studio;

/// <summary>The API's routes of alerts, as they are described.</summary>
internal static class AlertRoutes
{
    public static readonly IReadOnlyList<ApiRoute> All =
    [
        new(
            "GET",
            "/api/alerts",
            "alerts",
            "listAlerts",
            new("알림", "Lists alerts, the newest first."),
            Answer: "AlertPage",
            Query: ["open", .. ApiRoute.Pages],
            Refusals: ApiRoute.Bad
        ),
        new(
            "POST",
            "/api/alerts/read",
            "alerts",
            "readAlerts",
            new("알림 읽음", "Marks one alert as read, or all."),
            Body: "ReadAlerts",
            Answer: "Unread",
            Refusals: ApiRoute.Bad
        ),
        new(
            "GET",
            "/api/alerts/settings",
            "alerts",
            "getAlertSettings",
            new("알림 설정", "When and where you are told."),
            Answer: "AlertSettings"
        ),
        new(
            "POST",
            "/api/alerts/settings",
            "alerts",
            "saveAlertSettings",
            new("알림 설정 바꾸기", "Changes what is said; empty takes a channel away."),
            Body: "AlertSettingsFields",
            Answer: "AlertSettings",
            Refusals: ApiRoute.Bad
        ),
        new(
            "POST",
            "/api/alerts/test",
            "alerts",
            "testAlerts",
            new("알림 시험으로 보내기", "Sends a sample over one channel."),
            Body: "AlertTest",
            Answer: "AlertTested",
            Refusals: ApiRoute.Bad
        ),
    ];
}
