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
/// <param name="InputTokens">Cached ones included.</param>
/// <param name="CachedInputTokens">Of them, read from the provider's cache.</param>
/// <param name="OutputTokens">Thinking included.</param>
/// <param name="Cost">US dollars, of the runs whose price is known.</param>
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
    long OutputTokens,
    decimal? Cost
);

/// <summary>Measured times in milliseconds.</summary>
public sealed record Spread(double Avg, double P95, double Max);

/// <summary>Statistics of a span of time, in all and per schedule.</summary>
public sealed record StatsReport(
    DateTimeOffset From,
    DateTimeOffset To,
    StatsRow Total,
    IReadOnlyList<StatsRow> Schedules
);

/// <summary>Figures, always counted from the runs themselves.</summary>
public sealed class Stats
{
    private static readonly TimeSpan Usual = TimeSpan.FromDays(30);
    private readonly StudioStore store;
    private readonly TimeProvider time;

    internal Stats(StudioStore store, TimeProvider time) => (this.store, this.time) = (store, time);

    /// <summary>Without bounds: the last 30 days.</summary>
    public async Task<StatsReport> OfAsync(
        Guid owner,
        DateTimeOffset? from,
        DateTimeOffset? to,
        CancellationToken cancel
    )
    {
        var end = to ?? time.GetUtcNow().AddMilliseconds(1);
        var begin = from ?? end - Usual;
        var runs = await RowsAsync(owner, null, begin, end, cancel);
        var perSchedule = runs.Where(run => run.ScheduleId is not null).GroupBy(run => run.ScheduleId);
        return new StatsReport(begin, end, Sum(null, runs), [.. perSchedule.Select(each => Sum(each.Key, [.. each]))]);
    }

    /// <summary>One schedule's last 30 days.</summary>
    public async Task<StatsRow> OfScheduleAsync(Guid owner, Guid scheduleId, CancellationToken cancel)
    {
        var now = time.GetUtcNow().AddMilliseconds(1);
        return Sum(scheduleId, await RowsAsync(owner, scheduleId, now - Usual, now, cancel));
    }

    private Task<List<Row>> RowsAsync(
        Guid owner,
        Guid? schedule,
        DateTimeOffset from,
        DateTimeOffset to,
        CancellationToken cancel
    ) =>
        store.ReadAsync(
            db =>
                db.Runs.Where(run => run.OwnerId == owner && run.StartedAt >= from && run.StartedAt < to)
                    .Where(run => schedule == null || run.ScheduleId == schedule)
                    .Select(run => new Row(
                        run.ScheduleId,
                        run.State,
                        run.SlotAt,
                        run.StartedAt,
                        run.FinishedAt,
                        run.InputTokens,
                        run.CachedInputTokens,
                        run.OutputTokens,
                        run.Cost
                    ))
                    .ToListAsync(cancel),
            cancel
        );

    private static StatsRow Sum(Guid? schedule, List<Row> runs)
    {
        var done = runs.Count(run => run.State == RunState.Done);
        var failed = runs.Count(run => run.State == RunState.Failed);
        var began = runs.Where(run => run.State != RunState.Skipped && run.SlotAt is not null);
        var finished = runs.Where(run => run.State == RunState.Done && run.FinishedAt is not null);
        return new StatsRow(
            schedule,
            done,
            failed,
            runs.Count(run => run.State == RunState.Skipped),
            runs.Count(run => run.State is RunState.Running or RunState.Waiting),
            done + failed == 0 ? null : (double)done / (done + failed),
            SpreadOf(began.Select(run => (run.StartedAt - run.SlotAt!.Value).TotalMilliseconds)),
            SpreadOf(finished.Select(run => (run.FinishedAt!.Value - run.StartedAt).TotalMilliseconds)),
            runs.Sum(run => run.InputTokens),
            runs.Sum(run => run.CachedInputTokens),
            runs.Sum(run => run.OutputTokens),
            runs.Any(run => run.Cost is not null) ? runs.Sum(run => run.Cost ?? 0) : null
        );
    }

    private static Spread? SpreadOf(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count == 0
            ? null
            : new Spread(sorted.Average(), sorted[(int)Math.Ceiling(sorted.Count * 0.95) - 1], sorted[^1]);
    }

    private sealed record Row(
        Guid? ScheduleId,
        RunState State,
        DateTimeOffset? SlotAt,
        DateTimeOffset StartedAt,
        DateTimeOffset? FinishedAt,
        long InputTokens,
        long CachedInputTokens,
        long OutputTokens,
        decimal? Cost
    );
}
