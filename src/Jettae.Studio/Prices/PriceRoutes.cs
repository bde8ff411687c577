namespace Jettae.Studio;

/// <summary>The API's routes of the price table, as they are described.</summary>
internal static class PriceRoutes
{
    public static readonly IReadOnlyList<ApiRoute> All =
    [
        new(
            "GET",
            "/api/settings/prices",
            "settings",
            "listPrices",
            new("가격표", "What each model costs from which day on, and who has no price. Owner only."),
            Answer: "PriceList"
        ),
        new(
            "PUT",
            "/api/settings/prices",
            "settings",
            "savePrice",
            new(
                "가격 저장하기",
                "Adds a model's price from a day on, or replaces that of this day. What has run keeps its cost. Owner only."
            ),
            "PriceFields",
            "Price",
            Refusals: ApiRoute.Bad
        ),
        new(
            "DELETE",
            "/api/settings/prices",
            "settings",
            "deletePrice",
            new("가격 지우기", "Deletes a model's price of this day. What has run keeps its cost. Owner only."),
            Status: 204,
            Query: ["model", "effective_from"],
            Refusals: ApiRoute.BadOrMissing
        ),
    ];
}
