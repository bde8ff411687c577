namespace Jettae.Studio;

/// <summary>Every route of the studio's API: each concept describes its own.</summary>
internal static class ApiRoutes
{
    /// <summary>The parameters of queries: their schema and what they say.</summary>
    public static readonly IReadOnlyDictionary<string, (string Schema, string Says)> Parameters = new Dictionary<
        string,
        (string, string)
    >
    {
        ["cursor"] = ("""{"type":"string"}""", "The next_cursor of the page before."),
        ["limit"] = ("""{"type":"integer","minimum":1,"maximum":100,"default":25}""", "Rows in a page."),
        ["from"] = ("""{"type":"string","format":"date-time"}""", "From this instant on."),
        ["to"] = ("""{"type":"string","format":"date-time"}""", "Before this instant."),
        ["search"] = ("""{"type":"string"}""", "Words that title or body must contain."),
        ["type"] = ("""{"$ref":"#/components/schemas/ContentType"}""", "Only pieces of this type."),
        ["status"] = ("""{"$ref":"#/components/schemas/ContentStatus"}""", "Only pieces in this state."),
        ["state"] = ("""{"$ref":"#/components/schemas/RunState"}""", "Only runs in this state."),
        ["unit"] = (
            """{"type":"string","enum":["hour","day","month"]}""",
            "Adds a series up to now: 24 hours, 30 days or 12 months."
        ),
        ["timezone"] = ("""{"type":"string","default":"UTC"}""", "Whose hours, days and months the series has."),
        ["trigger"] = ("""{"$ref":"#/components/schemas/RunTrigger"}""", "Only runs that this started."),
        ["reason"] = ("""{"type":"string"}""", "Only runs with this reason, by its key."),
        ["content_type"] = ("""{"$ref":"#/components/schemas/ContentType"}""", "Only schedules of this type."),
        ["tag"] = ("""{"type":"string"}""", "Only pieces with this tag."),
        ["language"] = ("""{"type":"string"}""", "Only pieces in this language."),
        ["format"] = ("""{"type":"string","enum":["markdown","csv","json"]}""", "The form of the file."),
        ["open"] = ("""{"type":"boolean"}""", "Only those that last (true), or are over (false)."),
        ["schedule_id"] = ("""{"type":"string","format":"uuid"}""", "Only those of this schedule."),
        ["model"] = ("""{"type":"string","maxLength":100}""", "The model's id, as it is priced. Required."),
        ["effective_from"] = ("""{"type":"string","format":"date"}""", "The first day of the price, by UTC. Required."),
    };

    public static readonly IReadOnlyList<ApiRoute> All =
    [
        .. ScheduleRoutes.All,
        .. ContentRoutes.All,
        .. RunRoutes.All,
        .. AlertRoutes.All,
        .. SettingsRoutes.All,
        .. PriceRoutes.All,
        .. AccountRoutes.All,
        .. WebhookRoutes.All,
    ];
}
