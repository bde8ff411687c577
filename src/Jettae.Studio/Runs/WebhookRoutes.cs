namespace Jettae.Studio;

/// <summary>The API's routes of what QStash calls, as they are described.</summary>
internal static class WebhookRoutes
{
    public static readonly IReadOnlyList<ApiRoute> All =
    [
        new(
            "POST",
            "/api/content/generate-scheduled",
            "webhooks",
            "slotDue",
            new("차례가 되면 QStash가 불러요", "QStash calls it at a slot."),
            "SlotMessage",
            "SlotAnswer",
            Refusals: [400, 489, 503]
        ),
        new(
            "POST",
            "/api/content/generation-failed",
            "webhooks",
            "slotGivenUp",
            new("포기한 차례를 QStash가 알려요", "QStash calls it when it has given a slot up."),
            "FailureMessage",
            "SlotAnswer",
            Refusals: ApiRoute.Bad
        ),
    ];
}
