namespace Jettae.Studio;

/// <summary>The API's routes of settings and one's own data, as they are described.</summary>
internal static class SettingsRoutes
{
    public static readonly IReadOnlyList<ApiRoute> All =
    [
        new("GET", "/api/writer", "settings", "getWriter", new("지금 쓰는 작가", "Who writes now."), Answer: "Writer"),
        new(
            "POST",
            "/api/writer/check",
            "settings",
            "checkWriter",
            new("제공자 확인하기", "Really asks the provider; stores nothing. Owner only."),
            "ProviderFields",
            "ProviderAnswer",
            Refusals: ApiRoute.BadOrConflict
        ),
        new(
            "POST",
            "/api/writer/connect",
            "settings",
            "connectWriter",
            new("확인하고 연결하기", "Asks the provider and stores it when it accepts. Owner only."),
            "ProviderConnect",
            "ProviderAnswer",
            Refusals: ApiRoute.BadOrConflict
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
            Refusals: ApiRoute.Bad
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
            Refusals: ApiRoute.Bad
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
            Refusals: [400, 409, 503]
        ),
    ];
}
