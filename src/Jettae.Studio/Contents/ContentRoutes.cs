namespace Jettae.Studio;

/// <summary>The API's routes of pieces, as they are described.</summary>
internal static class ContentRoutes
{
    public static readonly IReadOnlyList<ApiRoute> All =
    [
        new(
            "POST",
            "/api/content/generate",
            "contents",
            "generateContent",
            new("글 한 편 바로 쓰기", "Writes one piece without a schedule."),
            "ScheduleFields",
            "RunEnd",
            201,
            Refusals: ApiRoute.Bad
        ),
        new(
            "GET",
            "/api/contents",
            "contents",
            "listContents",
            new("보관함 목록", "Lists your pieces, the newest first."),
            Answer: "ContentPage",
            Query: ["search", "type", "schedule_id", "status", "tag", "language", .. ApiRoute.Span, .. ApiRoute.Pages],
            Refusals: ApiRoute.Bad
        ),
        new(
            "GET",
            "/api/contents/{id}",
            "contents",
            "getContent",
            new("글 하나", "One piece."),
            Answer: "Content",
            Refusals: ApiRoute.Missing
        ),
        new(
            "PATCH",
            "/api/contents/{id}",
            "contents",
            "updateContent",
            new("글 고치기", "Changes title, body or status of a piece."),
            "ContentEdit",
            "Content",
            Refusals: ApiRoute.BadOrMissing
        ),
        new(
            "DELETE",
            "/api/contents/{id}",
            "contents",
            "deleteContent",
            new("글 지우기", "Deletes a piece."),
            Status: 204,
            Refusals: ApiRoute.Missing
        ),
        new(
            "GET",
            "/api/contents/facets",
            "contents",
            "countContents",
            new("필터마다 글의 수", "Counts the pieces that each choice of a filter would show."),
            Answer: "Facets",
            Query: ["search", "type", "schedule_id", "status", "tag", "language", .. ApiRoute.Span],
            Refusals: ApiRoute.Bad
        ),
        new(
            "GET",
            "/api/contents/export",
            "contents",
            "exportContents",
            new("글 내보내기", "All pieces that fit the filter, as a file."),
            Answer: "ContentFile",
            Query: ["format", "search", "type", "schedule_id", "status", "tag", "language", .. ApiRoute.Span],
            Refusals: ApiRoute.Bad
        ),
        new(
            "GET",
            "/api/contents/{id}/versions",
            "contents",
            "listVersions",
            new("글의 판", "The versions of a piece."),
            Answer: "VersionList",
            Refusals: ApiRoute.Missing
        ),
        new(
            "POST",
            "/api/contents/{id}/restore",
            "contents",
            "restoreVersion",
            new("이전 판으로 되돌리기", "Makes an earlier version the present one, as a new version."),
            Body: "RestoreVersion",
            Answer: "Content",
            Refusals: ApiRoute.BadOrMissing
        ),
        new(
            "POST",
            "/api/contents/{id}/regenerate",
            "contents",
            "regenerateContent",
            new("부탁대로 다시 쓰기", "Writes the piece again as instructed."),
            Body: "Regenerate",
            Answer: "RunEnd",
            Refusals: ApiRoute.BadOrMissing
        ),
    ];
}
