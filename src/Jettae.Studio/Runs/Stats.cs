using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>How runs went in a span of time. Times in milliseconds; null where nothing was measured.</summary>
/// <param name="ScheduleId">The schedule; null for all together.</param>
/// <param name="Done">Runs that stored a piece.</param>
/// <param name="Failed">Runs that were given up.</param>
/// <param name="Skipped">Slots that did not run.</param>
/// <param name="Open">Runs that go on or wait for their next attempt.</param>
/// <param name="SuccessRate">Done out of done and failed, 0 to 1.</param>
/// <param name="Lateness">From the slot to the first attempt's begin.</param>
/// <param name="Generation">From the first attempt's begin to the stored piece.</param>
/// <param name="InputTokens">All input: new, read from the provider's cache and written into it.</param>
/// <param name="CachedInputTokens">Of it, read from the cache.</param>
/// <param name="CacheWriteTokens">Of it, written into the cache.</param>
/// <param name="OutputTokens">Thinking included.</param>
/// <param name="ThinkingTokens">Of it, thought and not shown; 0 where the provider does not tell it apart.</param>
/// <param name="Cost">US dollars, of the runs whose price is known; null when none is.</param>
/// <param name="Unpriced">Runs that it lacks: their model had no price.</param>
public sealed record StatsRow(
    Guid? ScheduleId,
    int Done,
    int Failed,
    int Skipped,
    int Open,
    double? SuccessRate,
    Spread? Lateness,
    Spread? Generation,
    long InputTokens,
    long CachedInputTokens,
    long CacheWriteTokens,
    long OutputTokens,
    long ThinkingTokens,
    decimal? Cost,
    int Unpriced
)
{
    [JsonIgnore]
    public Tokens Tokens => new(InputTokens, CachedInputTokens, CacheWriteTokens, OutputTokens, ThinkingTokens);
}

/// <summary>What was paid.</summary>
/// <param name="Cost">US dollars, of the runs whose price is known; null when none is.</param>
/// <param name="Unpriced">Runs that it lacks: their model had no price.</param>
public readonly record struct Bill(decimal? Cost, int Unpriced);

/// <summary>Measured times in milliseconds.</summary>
public sealed record Spread(double Avg, double P95, double Max);

/// <summary>Statistics of a span of time, in all and per schedule.</summary>
public sealed record StatsReport(
    DateTimeOffset From,
    DateTimeOffset To,
    StatsRow Total,
    IReadOnlyList<StatsRow> Schedules
)
{
    /// <summary>Runs that ended before were past their retention and are not counted; left out where all stay.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DateTimeOffset? KeptSince { get; init; }

    /// <summary>Points over time up to now, when a unit was asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<StatsPoint>? Series { get; init; }
}

/// <summary>Figures, always counted from the runs themselves, and by the database: a month may hold 200,000 of them.</summary>
public sealed class Stats
{
    private static readonly TimeSpan Usual = TimeSpan.FromDays(30);

    /// <summary>Such runs as have no cost because nobody knows their price.</summary>
    private const string Unpriced = "COUNT(*) FILTER (WHERE cost IS NULL AND input_tokens + output_tokens > 0)";
    private readonly StudioStore store;
    private readonly TimeProvider time;

    internal Stats(StudioStore store, TimeProvider time) => (this.store, this.time) = (store, time);

    /// <summary>Without bounds: the last 30 days.</summary>
    public Task<StatsReport> OfAsync(Guid owner, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancel)
    {
        var (begin, end) = Bounds(from, to);
        return store.ReadAsync(
            async db => new StatsReport(
                begin,
                end,
                (await SumAsync(db, owner, null, begin, end, perSchedule: false, cancel))[0],
                await SumAsync(db, owner, null, begin, end, perSchedule: true, cancel)
            ),
            cancel
        );
    }

    /// <summary>Everything of a person together, without bounds the last 30 days; not how long writing took, which costs a sort.</summary>
    public Task<StatsRow> TotalAsync(Guid owner, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancel)
    {
        var (begin, end) = Bounds(from, to);
        return store.ReadAsync(
            async db => (await SumAsync(db, owner, null, begin, end, perSchedule: false, cancel, ofWriting: false))[0],
            cancel
        );
    }

    /// <summary>US dollars of the last 30 days, of the runs whose price is known (null when none is), and how many others there are.</summary>
    public Task<Bill> CostAsync(Guid owner, CancellationToken cancel)
    {
        var (begin, end) = Bounds(null, null);
        return store.ReadAsync(
            async db =>
            {
                var sql = $$"""
                    SELECT SUM(CAST(cost AS DOUBLE PRECISION)) AS cost, {{Unpriced}} AS unpriced FROM runs
                    WHERE owner_id = {0} AND started_at >= {1} AND started_at < {2}
                    """;
                object[] given = [owner, db.Instant(begin), db.Instant(end)];
                var billed = (await db.Database.SqlQueryRaw<Billed>(sql, given).ToListAsync(cancel))[0];
                return new Bill(Dollars(billed.cost), billed.unpriced);
            },
            cancel
        );
    }

    /// <summary>The last 30 days of these schedules; one that had no run has no row.</summary>
    public Task<Dictionary<Guid, StatsRow>> OfSchedulesAsync(
        Guid owner,
        IReadOnlyCollection<Guid> schedules,
        CancellationToken cancel
    )
    {
        var (begin, end) = Bounds(null, null);
        return store.ReadAsync(
            async db =>
                (await SumAsync(db, owner, schedules, begin, end, perSchedule: true, cancel)).ToDictionary(row =>
                    row.ScheduleId!.Value
                ),
            cancel
        );
    }

    /// <summary>One schedule's last 30 days.</summary>
    public async Task<StatsRow> OfScheduleAsync(Guid owner, Guid scheduleId, CancellationToken cancel) =>
        (await OfSchedulesAsync(owner, [scheduleId], cancel)).GetValueOrDefault(scheduleId)
        ?? new StatsRow(scheduleId, 0, 0, 0, 0, null, null, null, 0, 0, 0, 0, 0, null, 0);

    private static decimal? Dollars(double? sum) => sum is { } cost ? Math.Round((decimal)cost, 8) : null;

    private (DateTimeOffset From, DateTimeOffset To) Bounds(DateTimeOffset? from, DateTimeOffset? to)
    {
        var end = to ?? time.GetUtcNow().AddMilliseconds(1);
        return (from ?? end - Usual, end);
    }

    /// <summary>Sums in one pass over the index of figures, then both 95th percentiles: the value at its rank, as the definition says.</summary>
    private static async Task<List<StatsRow>> SumAsync(
        StudioDb db,
        Guid owner,
        IReadOnlyCollection<Guid>? schedules,
        DateTimeOffset from,
        DateTimeOffset to,
        bool perSchedule,
        CancellationToken cancel,
        bool ofWriting = true
    )
    {
        var group = perSchedule ? "schedule_id" : "NULL";
        var chosen = schedules is null
            ? perSchedule
                ? "AND schedule_id IS NOT NULL"
                : ""
            : $"AND schedule_id IN ({StudioDb.Ids(schedules)})";
        var rows = $$"""
            SELECT {{group}} AS g, state, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens,
                thinking_tokens, cost, CASE WHEN state <> 'skipped' THEN {{db.Between(
                "slot_at",
                "started_at"
            )}} END AS late,
                {{(
                ofWriting
                    ? $"CASE WHEN state = 'done' THEN {db.Between("started_at", "finished_at")} END"
                    : "CAST(NULL AS bigint)"
            )}} AS took
            FROM runs WHERE owner_id = {0} AND started_at >= {1} AND started_at < {2} {{chosen}}
            """;
        // To write a piece again is no slot of its schedule, and is paid for its pieces.
        if (perSchedule)
            rows += $$"""

                UNION ALL
                SELECT piece.schedule_id, 'rewritten', again.input_tokens, again.cached_input_tokens,
                    again.cache_write_tokens, again.output_tokens, again.thinking_tokens, again.cost,
                    CAST(NULL AS bigint), CAST(NULL AS bigint)
                FROM runs again JOIN contents piece ON piece.id = again.content_id {{chosen.Replace(
                "schedule_id",
                "piece.schedule_id",
                StringComparison.Ordinal
            )}}
                WHERE again.owner_id = {0} AND again.trigger = 'regenerate'
                    AND again.started_at >= {1} AND again.started_at < {2}
                """;
        object[] given = [owner, db.Instant(from), db.Instant(to)];
        var sums = $"""
            SELECT {(perSchedule ? "g" : "NULL")} AS schedule_id,
                COUNT(*) FILTER (WHERE state = 'done') AS done, COUNT(*) FILTER (WHERE state = 'failed') AS failed,
                COUNT(*) FILTER (WHERE state = 'skipped') AS skipped,
                COUNT(*) FILTER (WHERE state IN ('running', 'waiting')) AS open,
                COUNT(late) AS lates, AVG(late) AS late_avg, MAX(late) AS late_max,
                COUNT(took) AS tooks, AVG(took) AS took_avg, MAX(took) AS took_max,
                COALESCE(SUM(input_tokens), 0) AS input_tokens,
                COALESCE(SUM(cached_input_tokens), 0) AS cached_input_tokens,
                COALESCE(SUM(cache_write_tokens), 0) AS cache_write_tokens,
                COALESCE(SUM(output_tokens), 0) AS output_tokens,
                COALESCE(SUM(thinking_tokens), 0) AS thinking_tokens, SUM(CAST(cost AS DOUBLE PRECISION)) AS cost,
                {Unpriced} AS unpriced
            FROM ({rows}) one {(perSchedule ? "GROUP BY g" : "")}
            """;
        var figures = await db.Database.SqlQueryRaw<Figures>(sums, given).ToListAsync(cancel);
        if (!perSchedule)
        {
            var all = figures[0];
            var (late, took) = (await AtRankAsync("late", all.lates), await AtRankAsync("took", all.tooks));
            return [all.Row(late, took)];
        }
        var (lates, tooks) = (await EachAsync("late"), await EachAsync("took"));
        return
        [
            .. figures.Select(each =>
                each.Row(
                    lates.GetValueOrDefault(each.schedule_id!.Value),
                    tooks.GetValueOrDefault(each.schedule_id.Value)
                )
            ),
        ];

        // The value at the rank of 95 of 100, of all together: a sort of one column.
        async Task<double> AtRankAsync(string what, long count)
        {
            var sql = $"""
                SELECT CAST({what} AS DOUBLE PRECISION) AS "Value" FROM ({rows}) one WHERE {what} IS NOT NULL
                ORDER BY {what} LIMIT 1 OFFSET {(count * 95 + 99) / 100 - 1}
                """;
            return count == 0 ? 0 : (await db.Database.SqlQueryRaw<double>(sql, given).ToListAsync(cancel))[0];
        }

        // The same for each schedule: the smallest value that 95 of 100 do not exceed.
        async Task<Dictionary<Guid, double>> EachAsync(string what)
        {
            var sql = $"""
                SELECT g AS schedule_id, CAST(MIN(v) AS DOUBLE PRECISION) AS value FROM (
                    SELECT g, {what} AS v, CUME_DIST() OVER (PARTITION BY g ORDER BY {what}) AS share
                    FROM ({rows}) one WHERE {what} IS NOT NULL) ranked
                WHERE share >= 0.95 GROUP BY g
                """;
            var found = await db.Database.SqlQueryRaw<Rank>(sql, given).ToListAsync(cancel);
            return found.ToDictionary(each => each.schedule_id, each => each.value);
        }
    }

#pragma warning disable IDE1006, CA1812 // The columns of the query above, read by EF.
    private sealed record Rank(Guid schedule_id, double value);

    private sealed record Billed(double? cost, int unpriced);

    private sealed record Figures(
        Guid? schedule_id,
        int done,
        int failed,
        int skipped,
        int open,
        long lates,
        double? late_avg,
        double? late_max,
        long tooks,
        double? took_avg,
        double? took_max,
        long input_tokens,
        long cached_input_tokens,
        long cache_write_tokens,
        long output_tokens,
        long thinking_tokens,
        double? cost,
        int unpriced
    )
    {
        public StatsRow Row(double lateP95, double tookP95) =>
            new(
                schedule_id,
                done,
                failed,
                skipped,
                open,
                done + failed == 0 ? null : (double)done / (done + failed),
                late_avg is null ? null : new Spread(late_avg.Value, lateP95, late_max!.Value),
                took_avg is null ? null : new Spread(took_avg.Value, tookP95, took_max!.Value),
                input_tokens,
                cached_input_tokens,
                cache_write_tokens,
                output_tokens,
                thinking_tokens,
                Dollars(cost),
                unpriced
            );
    }
#pragma warning restore IDE1006, CA1812
}
