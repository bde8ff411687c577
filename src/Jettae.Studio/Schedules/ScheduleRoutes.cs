namespace Jettae.Studio;

/// <summary>The API's routes of schedules and their slots, as they are described.</summary>
internal static class ScheduleRoutes
{
    public static readonly IReadOnlyList<ApiRoute> All =
    [
        new(
            "GET",
            "/api/schedules",
            "schedules",
            "listSchedules",
            new("스케줄 목록", "Lists your schedules."),
            Answer: "ScheduleList",
            Query: ["search", "state", "content_type", .. ApiRoute.Pages],
            Refusals: ApiRoute.Bad
        ),
        new(
            "GET",
            "/api/schedules/{id}",
            "schedules",
            "getSchedule",
            new("스케줄 하나와 다음 차례, 통계", "One schedule with its coming slots and figures."),
            Answer: "ScheduleDetail",
            Refusals: ApiRoute.Missing
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
            Refusals: ApiRoute.Bad
        ),
        new(
            "POST",
            "/api/schedule/update",
            "schedules",
            "updateSchedule",
            new("스케줄 고치기", "Changes what is said; what is not said stays."),
            "ScheduleUpdate",
            "Schedule",
            Refusals: ApiRoute.BadOrMissing
        ),
        new(
            "POST",
            "/api/schedule/pause",
            "schedules",
            "pauseSchedule",
            new("스케줄 멈추기", "Pauses a schedule, or lets it rest until a time."),
            "PauseSchedule",
            "Schedule",
            Refusals: [400, 404, 409]
        ),
        new(
            "POST",
            "/api/schedule/resume",
            "schedules",
            "resumeSchedule",
            new("스케줄 다시 시작하기", "Resumes a schedule with its next slot."),
            "Id",
            "Schedule",
            Refusals: [400, 404, 409]
        ),
        new(
            "POST",
            "/api/schedule/delete",
            "schedules",
            "deleteSchedule",
            new("스케줄 지우기", "Deletes a schedule and cancels its booking; what was written stays."),
            "Id",
            "Deleted",
            Refusals: ApiRoute.BadOrMissing
        ),
        new(
            "POST",
            "/api/schedule/run",
            "schedules",
            "runSchedule",
            new("지금 실행하기", "Runs a schedule at once; its booked slot stays."),
            "Id",
            "RunEnd",
            Refusals: ApiRoute.BadOrMissing
        ),
        new(
            "POST",
            "/api/schedule/preview",
            "schedules",
            "previewSchedule",
            new(
                "다음 차례와 초안 미리 보기",
                "The next ten slots of these fields, and a draft on wish, of which only the cost is stored."
            ),
            "SchedulePreview",
            "Preview",
            Refusals: ApiRoute.Bad
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
            Refusals: ApiRoute.BadOrMissing
        ),
    ];
}
