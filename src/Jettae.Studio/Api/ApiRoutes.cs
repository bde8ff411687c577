namespace Jettae.Studio;

/// <summary>One route, as it is described: a test holds this list against what is mapped and against what is answered.</summary>
/// <param name="Method">GET, POST, PATCH or DELETE.</param>
/// <param name="Path">With its parameters in braces.</param>
/// <param name="Group">Under which heading.</param>
/// <param name="Id">The operation's name.</param>
/// <param name="Summary">What it does, in a sentence.</param>
/// <param name="Body">The schema of the body; null without one.</param>
/// <param name="Answer">The schema of the answer; null for none (204), a media type for no JSON.</param>
/// <param name="Status">The status when all is well.</param>
/// <param name="Query">Parameters of the query: names in <see cref="ApiRoutes.Parameters"/>.</param>
/// <param name="Refusals">The statuses of its own with which it refuses, besides 401, 403 and 429.</param>
internal sealed record ApiRoute(
    string Method,
    string Path,
    string Group,
    string Id,
    Word Summary,
    string? Body = null,
    string? Answer = null,
    int Status = 200,
    string[]? Query = null,
    int[]? Refusals = null
)
{
    /// <summary>Signed by QStash, not asked for by a person or their program.</summary>
    public bool IsWebhook => Group == "webhooks";

    /// <summary>The end of a run, or its way there as server-sent events.</summary>
    public bool Streams => Answer == "RunEnd";
}

/// <summary>Every route of the studio's API.</summary>
internal static class ApiRoutes
{
    private static readonly string[] Pages = ["cursor", "limit"];
    private static readonly string[] Span = ["from", "to"];
    private static readonly int[] Bad = [400];
    private static readonly int[] BadOrMissing = [400, 404];
    private static readonly int[] Missing = [404];
    private static readonly int[] BadOrConflict = [400, 409];

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
    };

    public static readonly IReadOnlyList<ApiRoute> All =
    [
        new(
            "GET",
            "/api/schedules",
            "schedules",
            "listSchedules",
            new("스케줄 목록", "Lists your schedules."),
            Answer: "ScheduleList",
            Query: ["search", "state", "content_type", .. Pages],
            Refusals: Bad
        ),
        new(
            "GET",
            "/api/schedules/{id}",
            "schedules",
            "getSchedule",
            new("스케줄 하나와 다음 차례, 통계", "One schedule with its coming slots and figures."),
            Answer: "ScheduleDetail",
            Refusals: Missing
        ),
        new(
            "POST",
            "/api/schedule/create",
            "schedules",
            "createSchedule",
            new("스케줄 만들기", "Makes a schedule and books its first slot."),
            "ScheduleFields",
            "Schedule",
            201,
            Refusals: Bad
        ),
        new(
            "POST",
            "/api/schedule/update",
            "schedules",
            "updateSchedule",
            new("스케줄 고치기", "Changes what is said; what is not said stays."),
            "ScheduleUpdate",
            "Schedule",
            Refusals: BadOrMissing
        ),
        new(
            "POST",
            "/api/schedule/pause",
            "schedules",
            "pauseSchedule",
            new("스케줄 멈추기", "Pauses a schedule, or lets it rest until a time."),
            "PauseSchedule",
            "Schedule",
            Refusals: BadOrMissing
        ),
        new(
            "POST",
            "/api/schedule/resume",
            "schedules",
            "resumeSchedule",
            new("스케줄 다시 시작하기", "Resumes a schedule with its next slot."),
            "Id",
            "Schedule",
            Refusals: BadOrMissing
        ),
        new(
            "POST",
            "/api/schedule/delete",
            "schedules",
            "deleteSchedule",
            new("스케줄 지우기", "Deletes a schedule and cancels its booking; what was written stays."),
            "Id",
            "Deleted",
            Refusals: BadOrMissing
        ),
        new(
            "POST",
            "/api/schedule/run",
            "schedules",
            "runSchedule",
            new("지금 실행하기", "Runs a schedule at once; its booked slot stays."),
            "Id",
            "RunEnd",
            Refusals: BadOrMissing
        ),
        new(
            "POST",
            "/api/schedule/preview",
            "schedules",
            "previewSchedule",
            new(
                "다음 차례와 초안 미리 보기",
                "The next ten slots of these fields, and a draft on wish; stores nothing."
            ),
            "SchedulePreview",
            "Preview",
            Refusals: Bad
        ),
        new(
            "POST",
            "/api/content/generate",
            "contents",
            "generateContent",
            new("글 한 편 바로 쓰기", "Writes one piece without a schedule."),
            "ScheduleFields",
            "RunEnd",
            201,
            Refusals: Bad
        ),
        new(
            "GET",
            "/api/contents",
            "contents",
            "listContents",
            new("보관함 목록", "Lists your pieces, the newest first."),
            Answer: "ContentPage",
            Query: ["search", "type", "schedule_id", "status", "tag", "language", .. Span, .. Pages],
            Refusals: Bad
        ),
        new(
            "GET",
            "/api/contents/{id}",
            "contents",
            "getContent",
            new("글 하나", "One piece."),
            Answer: "Content",
            Refusals: Missing
        ),
        new(
            "PATCH",
            "/api/contents/{id}",
            "contents",
            "updateContent",
            new("글 고치기", "Changes title, body or status of a piece."),
            "ContentEdit",
            "Content",
            Refusals: BadOrMissing
        ),
        new(
            "DELETE",
            "/api/contents/{id}",
            "contents",
            "deleteContent",
            new("글 지우기", "Deletes a piece."),
            Status: 204,
            Refusals: Missing
        ),
        new(
            "GET",
            "/api/runs",
            "runs",
            "listRuns",
            new("실행 기록", "Lists the runs, the newest first."),
            Answer: "RunPage",
            Query: ["schedule_id", "state", "trigger", "reason", .. Span, .. Pages],
            Refusals: Bad
        ),
        new(
            "GET",
            "/api/runs/{id}",
            "runs",
            "getRun",
            new("실행 하나와 단계", "One run with its prompt and steps."),
            Answer: "RunDetail",
            Refusals: Missing
        ),
        new(
            "GET",
            "/api/stats",
            "runs",
            "getStats",
            new("성공률, 지연, 토큰, 비용", "Success, lateness, tokens and cost, in all and per schedule."),
            Answer: "Stats",
            Query: [.. Span, "unit", "timezone"],
            Refusals: Bad
        ),
        new(
            "POST",
            "/api/schedule/skip",
            "schedules",
            "skipSlot",
            new("차례 하나 건너뛰기", "Lets one slot not run."),
            Body: "SkipSlot",
            Answer: "ScheduleSlots",
            Refusals: [400, 404, 409]
        ),
        new(
            "POST",
            "/api/schedule/move",
            "schedules",
            "moveSlot",
            new("차례 하나 옮기기", "Lets one slot run at another time."),
            Body: "MoveSlot",
            Answer: "ScheduleSlots",
            Refusals: [400, 404, 409]
        ),
        new(
            "POST",
            "/api/schedule/restore",
            "schedules",
            "restoreSlot",
            new("바꾼 차례 되돌리기", "Takes the change of a slot back."),
            Body: "RestoreSlot",
            Answer: "ScheduleSlots",
            Refusals: [400, 404, 409]
        ),
        new(
            "POST",
            "/api/schedule/duplicate",
            "schedules",
            "duplicateSchedule",
            new("스케줄 복제하기", "Makes a paused copy."),
            Body: "Id",
            Answer: "Schedule",
            Status: 201,
            Refusals: BadOrMissing
        ),
        new(
            "GET",
            "/api/contents/facets",
            "contents",
            "countContents",
            new("필터마다 글의 수", "Counts the pieces that each choice of a filter would show."),
            Answer: "Facets",
            Query: ["search", "type", "schedule_id", "status", "tag", "language", .. Span],
            Refusals: Bad
        ),
        new(
            "GET",
            "/api/contents/export",
            "contents",
            "exportContents",
            new("글 내보내기", "All pieces that fit the filter, as a file."),
            Answer: "ContentFile",
            Query: ["format", "search", "type", "schedule_id", "status", "tag", "language", .. Span],
            Refusals: Bad
        ),
        new(
            "GET",
            "/api/contents/{id}/versions",
            "contents",
            "listVersions",
            new("글의 판", "The versions of a piece."),
            Answer: "VersionList",
            Refusals: Missing
        ),
        new(
            "POST",
            "/api/contents/{id}/restore",
            "contents",
            "restoreVersion",
            new("이전 판으로 되돌리기", "Makes an earlier version the present one, as a new version."),
            Body: "RestoreVersion",
            Answer: "Content",
            Refusals: BadOrMissing
        ),
        new(
            "POST",
            "/api/contents/{id}/regenerate",
            "contents",
            "regenerateContent",
            new("부탁대로 다시 쓰기", "Writes the piece again as instructed."),
            Body: "Regenerate",
            Answer: "RunEnd",
            Refusals: BadOrMissing
        ),
        new(
            "POST",
            "/api/runs/{id}/cancel",
            "runs",
            "cancelRun",
            new("실행 멈추기", "Stops a run under way, or gives one up that waits."),
            Body: "Nothing",
            Answer: "Run",
            Refusals: [404, 409]
        ),
        new(
            "POST",
            "/api/runs/{id}/rerun",
            "runs",
            "rerun",
            new("다시 실행하기", "Makes a run once more, from a step of it, with another prompt if one is given."),
            Body: "Rerun",
            Answer: "RunEnd",
            Status: 201,
            Refusals: [400, 404, 409]
        ),
        new(
            "GET",
            "/api/alerts",
            "alerts",
            "listAlerts",
            new("알림", "Lists alerts, the newest first."),
            Answer: "AlertPage",
            Query: ["open", .. Pages],
            Refusals: Bad
        ),
        new(
            "POST",
            "/api/alerts/read",
            "alerts",
            "readAlerts",
            new("알림 읽음", "Marks one alert as read, or all."),
            Body: "ReadAlerts",
            Answer: "Unread",
            Refusals: Bad
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
            Refusals: Bad
        ),
        new(
            "POST",
            "/api/alerts/test",
            "alerts",
            "testAlerts",
            new("알림 시험으로 보내기", "Sends a sample over one channel."),
            Body: "AlertTest",
            Answer: "AlertTested",
            Refusals: Bad
        ),
        new("GET", "/api/writer", "settings", "getWriter", new("지금 쓰는 작가", "Who writes now."), Answer: "Writer"),
        new(
            "POST",
            "/api/writer/check",
            "settings",
            "checkWriter",
            new("제공자 확인하기", "Really asks the provider; stores nothing. Owner only."),
            "ProviderFields",
            "ProviderAnswer",
            Refusals: BadOrConflict
        ),
        new(
            "POST",
            "/api/writer/connect",
            "settings",
            "connectWriter",
            new("확인하고 연결하기", "Asks the provider and stores it when it accepts. Owner only."),
            "ProviderConnect",
            "ProviderAnswer",
            Refusals: BadOrConflict
        ),
        new(
            "POST",
            "/api/writer/disconnect",
            "settings",
            "disconnectWriter",
            new("연결 끊기", "Deletes the stored key; the sample writer writes again. Owner only."),
            Answer: "Writer",
            Refusals: [409]
        ),
        new(
            "GET",
            "/api/brand",
            "settings",
            "getBrand",
            new("브랜드", "What new schedules begin with."),
            Answer: "Brand"
        ),
        new(
            "POST",
            "/api/brand",
            "settings",
            "saveBrand",
            new("브랜드 저장하기", "Changes what is said of the brand."),
            "BrandFields",
            "Brand",
            Refusals: Bad
        ),
        new(
            "GET",
            "/api/preferences",
            "settings",
            "getPreferences",
            new("언어와 시간대", "How you want the pages."),
            Answer: "Preferences"
        ),
        new(
            "POST",
            "/api/preferences",
            "settings",
            "savePreferences",
            new("언어와 시간대 저장하기", "Keeps how you want the pages."),
            "Preferences",
            "Preferences",
            Refusals: Bad
        ),
        new(
            "POST",
            "/api/qstash/check",
            "settings",
            "checkQStash",
            new("QStash 확인하기", "Really asks QStash."),
            Answer: "QStashAnswer"
        ),
        new(
            "GET",
            "/api/data/export",
            "settings",
            "exportData",
            new("내 데이터 받기", "All that is yours, as one JSON object."),
            Answer: "Export"
        ),
        new(
            "POST",
            "/api/data/delete",
            "settings",
            "deleteData",
            new("내 데이터 모두 지우기", "Deletes schedules, pieces, runs and brand. Cannot be undone."),
            "DeleteData",
            "DataDeleted",
            Refusals: BadOrConflict
        ),
        new(
            "GET",
            "/api/tokens",
            "access",
            "listTokens",
            new("토큰 목록", "Lists your API tokens."),
            Answer: "TokenList"
        ),
        new(
            "POST",
            "/api/tokens",
            "access",
            "createToken",
            new("토큰 만들기", "Makes a token; its text is answered this once."),
            "TokenFields",
            "NewToken",
            201,
            Refusals: BadOrConflict
        ),
        new(
            "POST",
            "/api/tokens/revoke",
            "access",
            "revokeToken",
            new("토큰 폐기하기", "Ends a token at once."),
            "Id",
            "Revoked",
            Refusals: BadOrMissing
        ),
        new(
            "GET",
            "/api/sessions",
            "access",
            "listSessions",
            new("로그인한 기기", "Lists where you are signed in."),
            Answer: "SessionList"
        ),
        new(
            "POST",
            "/api/sessions/revoke",
            "access",
            "revokeSession",
            new("기기 로그아웃시키기", "Ends a session at once."),
            "Id",
            "Revoked",
            Refusals: BadOrMissing
        ),
        new(
            "POST",
            "/api/sign-out",
            "access",
            "signOut",
            new("로그아웃", "Ends the session of the cookie."),
            Status: 204
        ),
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
            Refusals: Bad
        ),
    ];
}
