using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>How things stand at this moment.</summary>
/// <param name="At">The moment.</param>
/// <param name="Coming">Slots of the next hour, soonest first.</param>
/// <param name="JustRan">Runs of the last quarter of an hour, newest first.</param>
/// <param name="Open">Runs under way or waiting for their next attempt.</param>
/// <param name="Stalled">Active schedules that nothing is booked for: there must be none.</param>
/// <param name="Overdue">Schedules whose booked slot should have come more than five minutes ago.</param>
/// <param name="Day">The last 24 hours in figures.</param>
/// <param name="Trouble">What the writer last said when an attempt of the last quarter of an hour failed; null when none did.</param>
/// <param name="Calls">Calls of the writer in the last quarter of an hour, and how many of them were answered with a text.</param>
public sealed record Moment(
    DateTimeOffset At,
    IReadOnlyList<Schedule> Coming,
    IReadOnlyList<Run> JustRan,
    IReadOnlyList<Run> Open,
    IReadOnlyList<Schedule> Stalled,
    IReadOnlyList<Schedule> Overdue,
    StatsRow Day,
    Reason? Trouble,
    (int Made, int Answered) Calls
);

/// <summary>Reads the monitor's figures, each by an index.</summary>
public sealed class Monitoring
{
    private const int MostRows = 200;
    private static readonly TimeSpan Ahead = TimeSpan.FromHours(1);
    private static readonly TimeSpan Behind = TimeSpan.FromMinutes(15);
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
        return await store.ReadAsync(
            async db =>
            {
                var schedules = db.Schedules.Where(schedule => schedule.OwnerId == owner && schedule.IsActive);
                var coming = await schedules
                    .Where(schedule => schedule.NextRunAt <= now + Ahead)
                    .OrderBy(schedule => schedule.NextRunAt)
                    .Take(MostRows)
                    .ToListAsync(cancel);
                var stalled = await schedules
                    .Where(schedule =>
                        !db.Bookings.Any(booking =>
                            booking.ScheduleId == schedule.Id
                            && (booking.State == BookingState.Pending || booking.State == BookingState.Published)
                        )
                    )
                    .Take(MostRows)
                    .ToListAsync(cancel);
                var runs = db.Runs.Where(run => run.OwnerId == owner);
                var justRan = await runs.Where(run => run.StartedAt >= now - Behind)
                    .OrderByDescending(run => run.StartedAt)
                    .Take(MostRows)
                    .ToListAsync(cancel);
                var open = await runs.Where(run => run.State == RunState.Running || run.State == RunState.Waiting)
                    .OrderBy(run => run.StartedAt)
                    .Take(MostRows)
                    .ToListAsync(cancel);
                var trouble = justRan
                    .Where(run => run.State is RunState.Failed or RunState.Waiting)
                    .Select(run => Reasons.Find(run.Reason))
                    .FirstOrDefault(reason => reason is not null);
                var recent = justRan.Concat(open).Select(run => run.Id).ToHashSet();
                var calls = await db
                    .RunSteps.Where(step => recent.Contains(step.RunId) && step.OwnerId == owner)
                    .Where(step => step.Kind == StepKind.Write || step.Kind == StepKind.Repair)
                    .Where(step => step.EndedAt >= now - Behind)
                    .Select(step => step.Ok)
                    .ToListAsync(cancel);
                return new Moment(
                    now,
                    coming,
                    justRan,
                    open,
                    stalled,
                    [.. coming.Where(schedule => schedule.NextRunAt < now - Overdue)],
                    day,
                    trouble,
                    (calls.Count, calls.Count(isOk => isOk))
                );
            },
            cancel
        );
    }
}
