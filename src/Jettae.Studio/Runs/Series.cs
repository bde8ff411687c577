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
/// <param name="InputTokens">All input: new, read from the provider's cache and written into it.</param>
/// <param name="CachedInputTokens">Of it, read from the cache.</param>
/// <param name="CacheWriteTokens">Of it, written into the cache.</param>
/// <param name="OutputTokens">Thinking included.</param>
/// <param name="ThinkingTokens">Of it, thought and not shown; 0 where the provider does not tell it apart.</param>
/// <param name="Cost">US dollars, of the runs whose price is known; null when none is.</param>
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
    long CacheWriteTokens,
    long OutputTokens,
    long ThinkingTokens,
    decimal? Cost
)
{
    [JsonIgnore]
    public Tokens Tokens => new(InputTokens, CachedInputTokens, CacheWriteTokens, OutputTokens, ThinkingTokens);
}

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
        return await store.ReadAsync(db => PointsAsync(db, owner, edges, cancel), cancel);
    }

    private static async Task<IReadOnlyList<StatsPoint>> PointsAsync(
        StudioDb db,
        Guid owner,
        IReadOnlyList<DateTimeOffset> edges,
        CancellationToken cancel
    )
    {
        // A point each, so that its runs are one piece of the index and nothing is sorted; how late they were, as one text:
        // to take 200,000 rows out one by one would take longer than all the rest.
        var sql = string.Join(
            " UNION ALL ",
            edges.Zip(
                edges.Skip(1),
                (from, to) =>
                    $$"""
                        SELECT {{db.Milliseconds(db.Literal(from))}} AS since,
                            COUNT(*) FILTER (WHERE state = 'done') AS done,
                            COUNT(*) FILTER (WHERE state = 'failed') AS failed,
                            COUNT(*) FILTER (WHERE state = 'skipped') AS skipped, SUM(input_tokens) AS input_tokens,
                            SUM(cached_input_tokens) AS cached_input_tokens,
                            SUM(cache_write_tokens) AS cache_write_tokens, SUM(output_tokens) AS output_tokens,
                            SUM(thinking_tokens) AS thinking_tokens, SUM(CAST(cost AS DOUBLE PRECISION)) AS cost,
                            string_agg(CASE WHEN state <> 'skipped' THEN CAST({{db.Between(
                            "slot_at",
                            "started_at"
                        )}} AS TEXT) END, ',') AS late
                        FROM runs WHERE owner_id = {0}
                            AND started_at >= {{db.Literal(from)}} AND started_at < {{db.Literal(to)}}
                        """
            )
        );
        var sums = await db.Database.SqlQueryRaw<Sums>(sql, owner).ToListAsync(cancel);
        return [.. sums.OrderBy(each => each.since).Select((each, n) => each.Point(edges[n], edges[n + 1]))];
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

#pragma warning disable IDE1006, CA1812 // The columns of the query above, read by EF.
    private sealed record Sums(
        long since,
        int done,
        int failed,
        int skipped,
        long? input_tokens,
        long? cached_input_tokens,
        long? cache_write_tokens,
        long? output_tokens,
        long? thinking_tokens,
        double? cost,
        string? late
    )
    {
        public StatsPoint Point(DateTimeOffset from, DateTimeOffset to)
        {
            var lates = Sorted(late);
            return new(
                from,
                to,
                done,
                failed,
                skipped,
                done + failed is > 0 and var ended ? (double)done / ended : null,
                AtRank(lates, 50),
                AtRank(lates, 95),
                input_tokens ?? 0,
                cached_input_tokens ?? 0,
                cache_write_tokens ?? 0,
                output_tokens ?? 0,
                thinking_tokens ?? 0,
                cost is { } paid ? Math.Round((decimal)paid, 8) : null
            );
        }

        private static List<long> Sorted(string? numbers)
        {
            var found = new List<long>();
            foreach (var each in numbers.AsSpan().Split(','))
                if (numbers.AsSpan()[each] is { Length: > 0 } number)
                    found.Add(long.Parse(number, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
            found.Sort();
            return found;
        }

        /// <summary>The smallest value that so many of 100 do not exceed.</summary>
        private static double? AtRank(List<long> sorted, int percent) =>
            sorted.Count == 0 ? null : sorted[((sorted.Count * percent) + 99) / 100 - 1];
    }
#pragma warning restore IDE1006, CA1812
}
