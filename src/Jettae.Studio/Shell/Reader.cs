namespace Jettae.Studio;

/// <summary>What is known of whoever reads before their browser is asked: a page's first picture can be drawn for them.</summary>
/// <param name="ZoneId">IANA zone of the settings, or of the browser when it was here before.</param>
/// <param name="IsNarrow">Their window is a phone's.</param>
public sealed record Reader(string? ZoneId, bool IsNarrow)
{
    /// <summary>Null on a browser's very first page.</summary>
    public TimeZoneInfo? Zone =>
        ZoneId is { Length: > 0 } && TimeZoneInfo.TryFindSystemTimeZoneById(ZoneId, out var zone) && zone.HasIanaId
            ? zone
            : null;
}
