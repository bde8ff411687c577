using System.Globalization;
using System.Net.Http.Headers;

namespace Jettae.Client;

/// <summary>A limit of QStash's API, as its answer tells it.</summary>
/// <param name="Kind">What is limited.</param>
/// <param name="Limit">How many there may be.</param>
/// <param name="Remaining">How many are left.</param>
/// <param name="Reset">When there may be as many again.</param>
public sealed record RateLimit(RateLimitKind Kind, int Limit, int Remaining, DateTimeOffset Reset)
{
    /// <summary>Of those that the answer tells, the one that is used up; null where it tells none.</summary>
    internal static RateLimit? Of(HttpResponseHeaders headers)
    {
        var daily = Of(headers, "RateLimit", RateLimitKind.Daily);
        var burst = Of(headers, "Burst-RateLimit", RateLimitKind.Burst);
        return daily is null || (daily.Remaining > 0 && burst is { Remaining: 0 }) ? burst : daily;
    }

    private static RateLimit? Of(HttpResponseHeaders headers, string name, RateLimitKind kind)
    {
        return
            Number("Limit") is { } limit
            && Number("Remaining") is { } remaining
            && Number("Reset") is { } reset and < 253_402_300_800
            ? new RateLimit(
                kind,
                (int)Math.Min(limit, int.MaxValue),
                (int)Math.Min(remaining, int.MaxValue),
                DateTimeOffset.FromUnixTimeSeconds(reset)
            )
            : null;

        long? Number(string part) =>
            headers.TryGetValues($"{name}-{part}", out var values)
            && long.TryParse(values.First(), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number
                : null;
    }
}

/// <summary>What a <see cref="RateLimit"/> limits.</summary>
public enum RateLimitKind
{
    /// <summary>Messages in a day.</summary>
    Daily,

    /// <summary>Requests in a second, publishing aside.</summary>
    Burst,
}
