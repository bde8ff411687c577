using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>How things stand at this moment. Figures are of all there is; lists are cut where no more could be seen.</summary>
/// <param name="At">The moment.</param>
/// <param name="Coming">Slots of the next hour, soonest first.</param>
/// <param name="ComingCount">How many there are.</param>
/// <param name="JustRan">Runs of the last quarter of an hour, newest first.</param>
/// <param name="Open">Runs under way or waiting for their next attempt, the oldest first.</param>
/// <param name="Running">Runs under way.</param>
/// <param name="Waiting">Runs that wait for their next attempt.</param>
/// <param name="Stalled">How many active schedules have nothing booked though a slot is to come: there must be none.</param>
/// <param name="Overdue">How many booked slots should have come more than five minutes ago.</param>
/// <param name="Day">The last 24 hours in figures.</param>
/// <param name="Month">What the last 30 days cost.</param>
/// <param name="Trouble">Why the writer gave no text when it was last called, in the last quarter of an hour; null when all is well with it.</param>
/// <param name="Calls">Calls of the writer in the last quarter of an hour, and how many of them were answered with a text.</param>
/// <param name="Limits">From when on the person wants to be told.</param>
public sealed record Moment(
    DateTimeOffset At,
    IReadOnlyList<Schedule> Coming,
    int ComingCount,
    IReadOnlyList<Run> JustRan,
    IReadOnlyList<Run> Open,
    int Running,
    int Waiting,
    int Stalled,
    int Overdue,
    StatsRow Day,
    Bill Month,
    Reason? Trouble,
    (int Made, int Answered) Calls,
    AlertSettings Limits
)
{
    /// <summary>More was given up than the person takes for usual.</summary>
    public bool FailsOften => (double)Day.Failed / (Day.Done + Day.Failed) > Limits.FailureRate;

    /// <summary>Slots begin later than the person takes for usual.</summary>
    public bool IsLate => Day.Lateness?.P95 > TimeSpan.FromMinutes(Limits.LateMinutes).TotalMilliseconds;
}

/// <summary>Reads the monitor's figures, each by an index.</summary>
public sealed class Monitoring
{
    /// <summary>A line of 75 minutes shows no more, and neither does a list.</summary>
    private const int MostRows = 200;
    private const int MostOpen = 20;
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(1);
    private static readonly TimeSpan Behind = TimeSpan.FromMinutes(15);

    /// <summary>QStash delivers again for half an hour: what began longer ago and has ended made no call of late.</summary>
    private static readonly TimeSpan Tried = TimeSpan.FromMinutes(50);
    private static readonly TimeSpan Overdue = TimeSpan.FromMinutes(5);
    private readonly StudioStore store;
    private readonly Stats stats;
    private readonly TimeProvider time;

    internal Monitoring(StudioStore store, Stats stats, TimeProvider time) =>
        (this.store, this.stats, this.time) = (store, stats, time);

    public async Task<Moment> NowAsync(Guid owner, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var day = await stats.TotalAsync(owner, now.AddDays(-1), null, cancel);
        var month = await stats.CostAsync(owner, cancel);
        return await store.ReadAsync(
            async db =>
            {
                var active = db.Schedules.Where(schedule => schedule.OwnerId == owner && schedule.IsActive);
                var coming = active.Where(schedule => schedule.NextRunAt <= now + Ahead);
                var runs = db.Runs.Where(run => run.OwnerId == owner);
                var recent = runs.Where(run => run.StartedAt >= now - Behind);
                var open = runs.Where(run => run.State == RunState.Running || run.State == RunState.Waiting);
                var states = await open.GroupBy(run => run.State)
                    .Select(group => new { group.Key, Count = group.Count() })
                    .ToDictionaryAsync(each => each.Key, each => each.Count, cancel);
                var calls = await CallsAsync(
                    db,
                    owner,
                    runs.Where(run => run.StartedAt >= now - Tried),
                    open.Where(run => run.StartedAt < now - Tried)
                );
                // State by state: both at once in this order would be looked for among all runs there are.
                Task<List<Run>> OldestAsync(RunState state) =>
                    runs.Where(run => run.State == state)
                        .OrderBy(run => run.StartedAt)
                        .Take(MostOpen)
                        .AsLines()
                        .ToListAsync(cancel);
                return new Moment(
                    now,
                    await coming.OrderBy(schedule => schedule.NextRunAt).Take(MostRows).ToListAsync(cancel),
                    await coming.CountAsync(cancel),
                    await recent.OrderByDescending(run => run.StartedAt).Take(MostRows).AsLines().ToListAsync(cancel),
                    [
                        .. (await OldestAsync(RunState.Running))
                            .Concat(await OldestAsync(RunState.Waiting))
                            .OrderBy(run => run.StartedAt)
                            .Take(MostOpen),
                    ],
                    states.GetValueOrDefault(RunState.Running),
                    states.GetValueOrDefault(RunState.Waiting),
                    await (await Slots.StalledAsync(db, active, now, cancel)).CountAsync(cancel),
                    await active.CountAsync(schedule => schedule.NextRunAt < now - Overdue, cancel),
                    day,
                    month,
                    TroubleIn(calls),
                    (calls.Sum(each => each.Count), calls.Where(each => each.Ok).Sum(each => each.Count)),
                    await db.AlertSettings.SingleOrDefaultAsync(each => each.OwnerId == owner, cancel)
                        ?? new AlertSettings { OwnerId = owner }
                );
            },
            cancel
        );

        async Task<List<Calls>> CallsAsync(StudioDb db, Guid of, params IQueryable<Run>[] made)
        {
            var calls = new List<Calls>();
            // Each by its own index: an "or" would walk through all steps.
            foreach (var some in made)
                calls.AddRange(
                    await some.Join(db.RunSteps, run => run.Id, step => step.RunId, (_, step) => step)
                        .Where(step => step.OwnerId == of && step.EndedAt >= now - Behind)
                        .Where(step => step.Kind == StepKind.Write || step.Kind == StepKind.Repair)
                        .GroupBy(step => new { step.Ok, step.Reason })
                        .Select(group => new Calls(
                            group.Key.Ok,
                            group.Key.Reason,
                            group.Count(),
                            group.Max(step => step.EndedAt)
                        ))
                        .ToListAsync(cancel)
                );
            return calls;
        }
    }

    /// <summary>What was said last counts. A call that a stop interrupted says nothing.</summary>
    private static Reason? TroubleIn(IEnumerable<Calls> calls)
    {
        var last = calls
            .Where(each => each.Reason != Reasons.Interrupted.Key)
            .OrderByDescending(each => each.LastAt)
            .ThenBy(each => each.Ok)
            .FirstOrDefault();
        return Reasons.OfWriter.FirstOrDefault(reason => reason.Key == last?.Reason);
    }

    /// <summary>Calls of the writer that ended alike.</summary>
    private sealed record Calls(bool Ok, string? Reason, int Count, DateTimeOffset? LastAt);
}
