using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>How a run ends that nobody makes any more.</summary>
internal sealed partial class RunLedger
{
    /// <summary>Gives a run up that waits, or that nobody makes any more. A repeat changes nothing.</summary>
    public Task<Run> CancelAsync(Guid owner, Guid runId, CancellationToken cancel) =>
        store.WriteAsync(
            async db =>
            {
                var run = await db.Runs.OwnedAsync(owner, runId, retention, cancel);
                if (run.State == RunState.Cancelled)
                    return run;
                if (run.State is not (RunState.Waiting or RunState.Running))
                    throw new RejectedException(
                        409,
                        "run_ended",
                        "id",
                        new("이미 끝난 실행이에요.", "This run has ended already.")
                    );
                await InterruptOpenStepsAsync(db, run);
                (run.State, run.Reason, run.FinishedAt) = (RunState.Cancelled, Reasons.Cancelled.Key, time.GetUtcNow());
                return run;
            },
            cancel
        );

    /// <summary>The slot's run fails for good, whatever stage it had reached; the next slot is booked all the same.</summary>
    public Task<SlotAnswer> GiveUpAsync(SlotMessage slot, string? messageId, string detail, CancellationToken cancel) =>
        store.WriteAsync<SlotAnswer>(
            async db =>
            {
                if (await db.Schedules.FindAsync([slot.ScheduleId], cancel) is not { } schedule)
                    return new SlotAnswer.Unknown();
                var now = time.GetUtcNow();
                var run = await RunOfAsync(db, slot);
                if (run is null)
                {
                    var live = await Booked.LiveAsync(db, schedule.Id);
                    if (live?.SlotAt != slot.Timestamp)
                        return new SlotAnswer.Skipped("stale", null);
                    run = Begin(db, schedule, slot, live);
                    run.Attempts = 0;
                }
                if (AnswerOf(run, schedule) is { } settled)
                    return settled;
                if (IsMadeElsewhere(run))
                    return new SlotAnswer.UnderWay();
                await InterruptOpenStepsAsync(db, run);
                // What its last attempt came to is why; only of one that nobody ever heard of QStash's word is all there is.
                if (run.Attempts == 0)
                    (run.Reason, run.ReasonDetail) = (Reasons.GaveUp.Key, detail);
                else if (run.State == RunState.Running)
                    (run.Reason, run.ReasonDetail) = (Reasons.Interrupted.Key, detail);
                else
                    run.ReasonDetail = Both(run.ReasonDetail, detail);
                run.QstashMessageId = messageId ?? run.QstashMessageId;
                Fail(run, schedule, now);
                await Booked.EnsureAsync(db, schedule, now);
                return new SlotAnswer.Failed(run.Id, Reasons.Find(run.Reason) ?? Reasons.GaveUp);
            },
            cancel,
            about: slot.ScheduleId
        );

    private static string Both(string? one, string other)
    {
        var (first, second) = (Word.Of(one ?? ""), Word.Of(other));
        return new Word($"{first.Ko} · {second.Ko}", $"{first.En} · {second.En}").Kept;
    }

    /// <summary>Slots begun long ago that are neither settled nor being written: QStash should still hold their message.</summary>
    public Task<List<Run>> OverdueAsync(DateTimeOffset begunBefore, CancellationToken cancel) =>
        store.ReadAsync(
            db =>
                db.Runs.Where(run => run.State == RunState.Waiting || run.State == RunState.Running)
                    .Where(run => run.SlotAt != null && run.ScheduleId != null && run.StartedAt < begunBefore)
                    .ToListAsync(cancel),
            cancel
        );

    /// <summary>
    /// Runs that a stop interrupted and that nobody will deliver again: those by hand, those of deleted schedules.
    /// </summary>
    public Task FailOrphansAsync(Func<Run, bool> isAtWork, CancellationToken cancel) =>
        store.WriteAsync(
            async db =>
            {
                var open = await db
                    .Runs.Where(run => run.State == RunState.Running)
                    .Where(run => run.SlotAt == null || !db.Schedules.Any(schedule => schedule.Id == run.ScheduleId))
                    .ToListAsync(cancel);
                foreach (var run in open.Where(run => !isAtWork(run)))
                {
                    await InterruptOpenStepsAsync(db, run);
                    run.Reason = Reasons.Interrupted.Key;
                    var schedule = run.ScheduleId is { } id ? await db.Schedules.FindAsync([id], cancel) : null;
                    Fail(run, schedule, time.GetUtcNow());
                }
            },
            cancel
        );

    private static void Fail(Run run, Schedule? schedule, DateTimeOffset now)
    {
        run.State = RunState.Failed;
        run.FinishedAt = now;
        if (schedule is null)
            return;
        schedule.TotalFailed++;
        schedule.LastRunAt = now;
    }
}
