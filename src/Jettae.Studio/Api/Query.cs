using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Jettae.Studio;

/// <summary>Reads a query string strictly: an unknown or malformed member is named, not passed over.</summary>
internal sealed class Query
{
    private const int UsualRows = 25;
    private readonly IQueryCollection query;

    public Query(IQueryCollection query, params string[] known)
    {
        this.query = query;
        foreach (var name in query.Keys)
            if (!known.Contains(name))
                throw new RejectedException(
                    400,
                    "field_unknown",
                    name,
                    new(
                        $"{name}: 알 수 없는 항목이에요.",
                        $"{name}: There is no parameter of this name; known are {string.Join(", ", known)}."
                    )
                );
    }

    public string? Text(string name) => query[name].FirstOrDefault() is { Length: > 0 } text ? text : null;

    public Guid? Id(string name) =>
        Text(name) is not { } text ? null
        : Guid.TryParse(text, out var id) ? id
        : throw Broken(name, new("UUID여야 해요.", "It must be a UUID."), text);

    public T? Name<T>(string name)
        where T : struct, Enum =>
        Text(name) is not { } text ? null
        : JsonName.TryParse<T>(text, out var value) ? value
        : throw Broken(
            name,
            new($"다음 중 하나여야 해요: {JsonName.All<T>()}.", $"It must be one of: {JsonName.All<T>()}."),
            text
        );

    public DateTimeOffset? Instant(string name) =>
        Text(name) is not { } text ? null
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)
            ? instant.ToUniversalTime()
        : throw Broken(
            name,
            new("2026-01-31T09:00:00Z 같은 시각이어야 해요.", "It must be an instant such as 2026-01-31T09:00:00Z."),
            text
        );

    public DateOnly? Day(string name) =>
        Text(name) is not { } text ? null
        : DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day
        : throw Broken(name, new("2026-01-31 같은 날짜여야 해요.", "It must be a day such as 2026-01-31."), text);

    /// <summary>An IANA name; UTC when none is given.</summary>
    public TimeZoneInfo Zone(string name) =>
        Text(name) is not { } text ? TimeZoneInfo.Utc
        : TimeZoneInfo.TryFindSystemTimeZoneById(text, out var zone) && zone.HasIanaId ? zone
        : throw Broken(
            name,
            new("Asia/Seoul 같은 시간대 이름이어야 해요.", "It must be the name of a time zone such as Asia/Seoul."),
            text
        );

    public int Limit(int usual = UsualRows) =>
        Text("limit") is not { } text ? usual
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var limit)
        && limit is >= 1 and <= PageKey.MostRows
            ? limit
        : throw Broken(
            "limit",
            new($"1~{PageKey.MostRows} 사이여야 해요.", $"It must be 1 to {PageKey.MostRows}."),
            text
        );

    private static RejectedException Broken(string field, Word rule, string received) =>
        new(
            400,
            "field_invalid",
            field,
            new($"{field}: {rule.Ko} 받은 값: '{received}'", $"{field}: {rule.En} Received: '{received}'.")
        );
}
