using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Jettae.Studio;

/// <summary>
/// Deletes what is past its retention: now and then, some rows at a time, so that others write in between. It goes along the ids,
/// which are in the order of time, and a round never looks twice at the same: what was deleted may lie in the way for as long as
/// somebody holds a transaction open. Cut off, the next round finds what is left.
/// </summary>
internal sealed class Pruner(
    StudioStore store,
    Retention retention,
    Node node,
    StudioActivity activity,
    TimeProvider time,
    ILogger<Pruner> logger
) : Loop(activity, time, logger)
{
    /// <summary>Of one write.</summary>
    internal const int Rows = 200;

    /// <summary>So many runs are looked through at once; those of one schedule are then deleted together.</summary>
    private const int Looked = 5_000;

    private static readonly TimeSpan Between = TimeSpan.FromHours(1);
    private readonly Queue<List<Guid>> batches = [];
    private Guid lastRun;
    private Guid lastAlert;

    protected override async Task<TimeSpan?> StepAsync(CancellationToken cancel)
    {
        if (!node.IsFirst || retention.Since is not { } since)
            return Ended(null);
        if (batches.TryPeek(out var batch))
        {
            await store.WriteAsync(db => DeleteRunsAsync(db, batch, cancel), cancel);
            batches.Dequeue();
            return TimeSpan.Zero;
        }
        return await FindRunsAsync(since, cancel) || await DeleteAlertsAsync(since, cancel)
            ? TimeSpan.Zero
            : Ended(Between);
    }

    /// <summary>The next round begins at the begin.</summary>
    private TimeSpan? Ended(TimeSpan? wait)
    {
        batches.Clear();
        (lastRun, lastAlert) = (Guid.Empty, Guid.Empty);
        return wait;
    }

    /// <returns>Whether there were any to look at.</returns>
    private async Task<bool> FindRunsAsync(DateTimeOffset since, CancellationToken cancel)
    {
        // What ended before began before.
        var (after, until) = (lastRun, Guid.CreateVersion7(since));
        var (runs, shown) = await store.ReadAsync(
            async db =>
                (
                    await db
                        .Runs.Where(run => run.Id.CompareTo(after) > 0 && run.Id.CompareTo(until) < 0)
                        .OrderBy(run => run.Id)
                        .Take(Looked)
                        .Select(run => new
                        {
                            run.Id,
                            run.ScheduleId,
                            run.FinishedAt,
                        })
                        .ToListAsync(cancel),
                    // What was not written is told until something is, and its alert lasts by the run that it names; nor does a link
                    // in one that was closed lead nowhere.
                    await db
                        .Alerts.Where(alert => alert.RunId != null)
                        .Select(alert => alert.RunId!.Value)
                        .ToListAsync(cancel)
                ),
            cancel
        );
        if (runs.Count == 0)
            return false;
        lastRun = runs[^1].Id;
        var over = runs.Where(run => run.FinishedAt < since).ExceptBy(shown, run => run.Id);
        foreach (var some in over.OrderBy(run => run.ScheduleId).Select(run => run.Id).Chunk(Rows))
            batches.Enqueue([.. some]);
        return true;
    }

    /// <summary>With their steps. How many slots a schedule has run stays known: it may end after so many.</summary>
    private static async Task DeleteRunsAsync(StudioDb db, List<Guid> ids, CancellationToken cancel)
    {
        // As they stand: another node that took itself for the first may have been here.
        var ran = await db
            .Runs.Where(run => ids.Contains(run.Id))
            .Where(run => run.ScheduleId != null && run.SlotAt != null && run.State != RunState.Skipped)
            .GroupBy(run => run.ScheduleId!.Value)
            .Select(own => new { Schedule = own.Key, Count = own.Count() })
            .ToListAsync(cancel);
        foreach (var alike in ran.GroupBy(each => each.Count, each => each.Schedule))
        {
            var (count, schedules) = (alike.Key, alike.ToList());
            await db
                .Schedules.Where(schedule => schedules.Contains(schedule.Id))
                .ExecuteUpdateAsync(
                    set => set.SetProperty(each => each.SlotsForgotten, each => each.SlotsForgotten + count),
                    cancel
                );
        }
        await db.Runs.Where(run => ids.Contains(run.Id)).ExecuteDeleteAsync(cancel);
    }

    /// <returns>Whether there were any to look at.</returns>
    private async Task<bool> DeleteAlertsAsync(DateTimeOffset since, CancellationToken cancel)
    {
        var (after, until) = (lastAlert, Guid.CreateVersion7(since));
        var alerts = await store.ReadAsync(
            db =>
                db.Alerts.Where(alert => alert.Id.CompareTo(after) > 0 && alert.Id.CompareTo(until) < 0)
                    .OrderBy(alert => alert.Id)
                    .Take(Rows)
                    .Select(alert => new { alert.Id, alert.ClosedAt })
                    .ToListAsync(cancel),
            cancel
        );
        if (alerts.Count == 0)
            return false;
        var over = alerts.Where(alert => alert.ClosedAt < since).Select(alert => alert.Id).ToList();
        if (over.Count > 0)
            await store.WriteAsync(
                db => db.Alerts.Where(alert => over.Contains(alert.Id)).ExecuteDeleteAsync(cancel),
                cancel
            );
        lastAlert = alerts[^1].Id;
        return true;
    }
}
