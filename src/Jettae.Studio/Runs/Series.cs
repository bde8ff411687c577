using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>How long a point of a series lasts, and so how many there are.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SeriesUnit>))]
public enum SeriesUnit
{
    /// <summary>24 hours.</summary>
    [JsonStringEnumMemberName("hour")]
    Hour,

    /// <summary>30 days.</summary>
    [JsonStringEnumMemberName("day")]
    Day,

    /// <summary>12 months.</summary>
    [JsonStringEnumMemberName("month")]
    Month,
}

/// <summary>One hour, day or month of a chart. Times in milliseconds; null where nothing was measured.</summary>
/// <param name="From">Where it begins: full hours, midnights and firsts of the zone.</param>
/// <param name="To">Where the next begins.</param>
/// <param name="Done">Runs that stored a piece.</param>
/// <param name="Failed">Runs that were given up.</param>
/// <param name="Skipped">Slots that did not run.</param>
/// <param name="SuccessRate">Done out of done and failed, 0 to 1.</param>
/// <param name="LatenessP50">Half of the slots began no later.</param>
/// <param name="LatenessP95">95 of 100 began no later.</param>
/// <param name="InputTokens">Cached ones included.</param>
/// <param name="CachedInputTokens">Of them, read from the provider's cache.</param>
/// <param name="OutputTokens">Thinking included.</param>
/// <param name="Cost">US dollars, of the runs whose price is known.</param>
public sealed record StatsPoint(
    DateTimeOffset From,
    DateTimeOffset To,
    int Done,
    int Failed,
    int Skipped,
    double? SuccessRate,
    double? LatenessP50,
    double? LatenessP95,
    long InputTokens,
    long CachedInputTokens,
    long OutputTokens,
    decimal Cost
);

/// <summary>Figures over time, for charts.</summary>
public sealed class Series
{
    private readonly StudioStore store;
    private readonly TimeProvider time;

    internal Series(StudioStore store, TimeProvider time) => (this.store, this.time) = (store, time);

    /// <summary>Up to now, oldest first; each point also when nothing ran. A day has the hours that it has in its zone.</summary>
    public async Task<IReadOnlyList<StatsPoint>> OfAsync(
        Guid owner,
        SeriesUnit unit,
        TimeZoneInfo zone,
        CancellationToken cancel
    )
    {
        var edges = Edges(time.GetUtcNow(), unit, zone);
        var spans = string.Join(
            ", ",
            edges.Zip(
                edges.Skip(1),
                (from, to) =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"({from.ToUnixTimeMilliseconds()}, {to.ToUnixTimeMilliseconds()})"
                    )
            )
        );
        var runs = $$"""
            WITH spans (lo, hi) AS (VALUES {{spans}}),
            found AS (
                SELECT lo, state, input_tokens, cached_input_tokens, output_tokens, cost,
                    CASE WHEN state <> 'skipped' THEN started_at - slot_at END AS late
                FROM spans JOIN runs ON owner_id = {0} AND started_at >= lo AND started_at < hi)
            """;
        var sums = $"""
            {runs}
            SELECT lo, SUM(state = 'done') AS done, SUM(state = 'failed') AS failed, SUM(state = 'skipped') AS skipped,
                SUM(input_tokens) AS input_tokens, SUM(cached_input_tokens) AS cached_input_tokens,
                SUM(output_tokens) AS output_tokens, COALESCE(SUM(CAST(cost AS REAL)), 0) AS cost
            FROM found GROUP BY lo
            """;
        var ranks = $"""
            {runs}
            SELECT lo, MIN(CASE WHEN share >= 0.5 THEN late END) AS p50, MIN(CASE WHEN share >= 0.95 THEN late END) AS p95
            FROM (SELECT lo, late, CUME_DIST() OVER (PARTITION BY lo ORDER BY late) AS share FROM found WHERE late IS NOT NULL)
            GROUP BY lo
            """;
        var id = owner.ToString("D").ToUpperInvariant();
        var (rows, lates) = await store.ReadAsync(
            async db =>
                (
                    await db.Database.SqlQueryRaw<Sums>(sums, id).ToDictionaryAsync(each => each.lo, cancel),
                    await db.Database.SqlQueryRaw<Ranks>(ranks, id).ToDictionaryAsync(each => each.lo, cancel)
                ),
            cancel
        );
        return
        [
            .. edges.Zip(
                edges.Skip(1),
                (from, to) =>
                    Point(
                        from,
                        to,
                        rows.GetValueOrDefault(from.ToUnixTimeMilliseconds()),
                        lates.GetValueOrDefault(from.ToUnixTimeMilliseconds())
                    )
            ),
        ];
    }

    /// <summary>The begins of the points and the end of the last one.</summary>
    internal static IReadOnlyList<DateTimeOffset> Edges(DateTimeOffset now, SeriesUnit unit, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(now, zone);
        if (unit == SeriesUnit.Hour)
        {
            // Hours go by on every clock; where it is set back, one of them is there twice.
            var hour = now.AddTicks(-(local.Ticks % TimeSpan.TicksPerHour));
            return [.. Enumerable.Range(-23, 25).Select(back => hour.AddHours(back).ToUniversalTime())];
        }
        var today = DateOnly.FromDateTime(local.DateTime);
        var days =
            unit == SeriesUnit.Day
                ? Enumerable.Range(-29, 31).Select(today.AddDays)
                : Enumerable.Range(-11, 13).Select(new DateOnly(today.Year, today.Month, 1).AddMonths);
        return [.. days.Select(day => Midnight(day, zone))];
    }

    /// <summary>When a day begins; where its midnight is skipped, at the first instant after.</summary>
    internal static DateTimeOffset Midnight(DateOnly day, TimeZoneInfo zone)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(midnight))
            midnight = midnight.AddMinutes(15);
        // Of two midnights the earlier one begins the day.
        var offset = zone.IsAmbiguousTime(midnight)
            ? zone.GetAmbiguousTimeOffsets(midnight).Max()
            : zone.GetUtcOffset(midnight);
        return new DateTimeOffset(midnight, offset).ToUniversalTime();
    }

    private static StatsPoint Point(DateTimeOffset from, DateTimeOffset to, Sums? sums, Ranks? ranks) =>
        new(
            from,
            to,
            sums?.done ?? 0,
            sums?.failed ?? 0,
            sums?.skipped ?? 0,
            sums is { } some && some.done + some.failed > 0 ? (double)some.done / (some.done + some.failed) : null,
            ranks?.p50,
            ranks?.p95,
            sums?.input_tokens ?? 0,
            sums?.cached_input_tokens ?? 0,
            sums?.output_tokens ?? 0,
            Math.Round((decimal)(sums?.cost ?? 0), 8)
        );

#pragma warning disable IDE1006, CA1812 // The columns of the queries above, read by EF.
    private sealed record Sums(
        long lo,
        int done,
        int failed,
        int skipped,
        long input_tokens,
        long cached_input_tokens,
        long output_tokens,
        double cost
    );

    private sealed record Ranks(long lo, double p50, double p95);
#pragma warning restore IDE1006, CA1812
}
