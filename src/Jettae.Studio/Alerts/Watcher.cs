using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Jettae.Studio;

/// <summary>
/// Looks now and then whether something is amiss: opens an alert for each cause, closes those that are over, and has both
/// passed on. Looking again changes nothing.
/// </summary>
internal sealed class Watcher(
    StudioStore store,
    StudioOptions options,
    Notices notices,
    Node node,
    Changes changes,
    StudioActivity activity,
    TimeProvider time,
    ILogger<Watcher> logger
) : Loop(activity, time, logger)
{
    private const int MostRows = 500;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>A schedule that was changed a moment ago is not stalled: its booking is on its way.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMinutes(2);

    private static readonly string Refused = Reasons.SignatureRefused.Key;

    /// <summary>What only a person can mend at the provider.</summary>
    private static readonly string[] Refusals =
    [
        Reasons.BadKey.Key,
        Reasons.Billing.Key,
        Reasons.SpendLimit.Key,
        Reasons.Forbidden.Key,
        Reasons.UnknownModel.Key,
    ];

    protected override async Task<TimeSpan?> StepAsync(CancellationToken cancel)
    {
        if (!node.IsFirst)
            return null;
        var owners = await store.ReadAsync(
            db =>
                db.Schedules.Select(schedule => schedule.OwnerId)
                    .Union(db.Alerts.Where(alert => alert.ClosedAt == null).Select(alert => alert.OwnerId))
                    .ToListAsync(cancel),
            cancel
        );
        foreach (var owner in owners)
            await LookAsync(owner, cancel);
        await notices.SendAsync(cancel);
        return options.AlertInterval;
    }

    private async Task LookAsync(Guid owner, CancellationToken cancel)
    {
        var now = Time.GetUtcNow();
        var (facts, settings) = await store.ReadAsync(
            async db =>
                (
                    await FactsAsync(db, owner, now, cancel),
                    await db.AlertSettings.SingleOrDefaultAsync(each => each.OwnerId == owner, cancel)
                        ?? new AlertSettings { OwnerId = owner }
                ),
            cancel
        );
        var causes = AlertRules.Judge(facts, settings).ToDictionary(cause => (cause.Kind, cause.Subject));
        var open = await store.ReadAsync(db => OpenAsync(db, owner, cancel), cancel);
        if (causes.Count == open.Count && open.All(alert => Shows(alert, causes.GetValueOrDefault(KeyOf(alert)))))
            return;
        await store.WriteAsync(
            async db =>
            {
                var known = await OpenAsync(db, owner, cancel);
                foreach (var alert in known)
                    if (causes.Remove(KeyOf(alert), out var cause))
                        (alert.RunId, alert.Reason, alert.Figure) = (cause.RunId, cause.Reason, cause.Figure);
                    else
                        alert.ClosedAt = now;
                foreach (var cause in causes.Values)
                    db.Alerts.Add(Opened(owner, cause, now));
            },
            cancel
        );
        changes.Tell(new Change(owner, null, null));
    }

    private static (AlertKind, string) KeyOf(Alert alert) => (alert.Kind, alert.Subject);

    /// <summary>The alert says of its cause what there is to say now.</summary>
    private static bool Shows(Alert alert, Cause? cause) =>
        cause is not null && (alert.RunId, alert.Reason, alert.Figure) == (cause.RunId, cause.Reason, cause.Figure);

    private static Task<List<Alert>> OpenAsync(StudioDb db, Guid owner, CancellationToken cancel) =>
        db.Alerts.Where(alert => alert.OwnerId == owner && alert.ClosedAt == null).ToListAsync(cancel);

    private static Alert Opened(Guid owner, Cause cause, DateTimeOffset now) =>
        new()
        {
            Id = Guid.CreateVersion7(now),
            OwnerId = owner,
            Kind = cause.Kind,
            Subject = cause.Subject,
            ScheduleId = cause.ScheduleId,
            ScheduleName = cause.ScheduleName,
            RunId = cause.RunId,
            Reason = cause.Reason,
            Figure = cause.Figure,
            OpenedAt = now,
        };

    private static async Task<AlertFacts> FactsAsync(
        StudioDb db,
        Guid owner,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        var runs = db.Runs.Where(run => run.OwnerId == owner && run.StartedAt >= now - Day);
        var done = await runs.CountAsync(run => run.State == RunState.Done, cancel);
        var failures = await runs.CountAsync(run => run.State == RunState.Failed, cancel);
        var failed = await runs.Where(run => run.State == RunState.Failed)
            .OrderByDescending(run => run.StartedAt)
            .Take(MostRows)
            .Select(run => new
            {
                run.Id,
                run.ScheduleId,
                run.ScheduleName,
                run.SlotAt,
                run.Reason,
                run.StartedAt,
                HasSchedule = db.Schedules.Any(schedule => schedule.Id == run.ScheduleId),
            })
            .ToListAsync(cancel);
        var lastDone = await runs.Where(run => run.State == RunState.Done)
            .GroupBy(run => run.ScheduleId)
            .Select(group => new { Schedule = group.Key, At = group.Max(run => run.StartedAt) })
            .ToListAsync(cancel);
        var newest = lastDone.Count == 0 ? DateTimeOffset.MinValue : lastDone.Max(each => each.At);
        var since = lastDone
            .Where(each => each.Schedule is not null)
            .ToDictionary(each => each.Schedule!.Value, each => each.At);
        var late = await runs.Where(run => run.SlotAt != null && run.StartedAt >= now - Hour)
            .Where(run => run.State != RunState.Skipped)
            .Select(run => new
            {
                run.Id,
                run.ScheduleId,
                run.ScheduleName,
                run.SlotAt,
                run.StartedAt,
            })
            .ToListAsync(cancel);
        var active = db.Schedules.Where(schedule => schedule.OwnerId == owner && schedule.IsActive);
        var awaited = await active
            .Where(schedule => schedule.NextRunAt < now)
            .Select(schedule => new
            {
                schedule.Id,
                schedule.Name,
                schedule.NextRunAt,
            })
            .Take(MostRows)
            .ToListAsync(cancel);
        var troubled = await (
            from schedule in active
            join booking in db.Bookings on schedule.Id equals booking.ScheduleId
            where booking.SlotAt == schedule.NextRunAt && booking.LastError != null
            where
                (booking.State == BookingState.Pending && booking.Failures >= Booking.FailuresToTell)
                || booking.LastError!.StartsWith(Refused)
            select new { schedule.Id, booking.LastError }
        )
            .Take(MostRows)
            .ToListAsync(cancel);
        var why = troubled
            .DistinctBy(each => each.Id)
            .ToDictionary(each => each.Id, each => Booking.ReasonIn(each.LastError));
        var settled = active.Where(schedule => schedule.UpdatedAt < now - Moment);
        var stalled = await (await Slots.StalledAsync(db, settled, now, cancel)).Take(MostRows).ToListAsync(cancel);
        var refused = failed.FirstOrDefault(run => Refusals.Contains(run.Reason));
        var lasting = await Lasting(db, owner).ToListAsync(cancel);
        var told = lasting
            .Where(alert => alert.Kind == AlertKind.GaveUp)
            .ToDictionary(
                alert => alert.ScheduleId!.Value,
                alert => new GivenUp(
                    alert.ScheduleId!.Value,
                    alert.ScheduleName,
                    alert.RunId!.Value,
                    alert.Reason,
                    true
                )
            );
        var blocked = lasting.Find(alert => alert.Kind == AlertKind.Provider);
        return new AlertFacts(
            done,
            failures,
            failed.FirstOrDefault()?.Id,
            [
                .. late.Where(run => run.ScheduleId is not null)
                    .Select(run => new LateSlot(
                        run.ScheduleId!.Value,
                        run.ScheduleName,
                        run.Id,
                        run.StartedAt - run.SlotAt!.Value
                    )),
                .. awaited.Select(each => new LateSlot(
                    each.Id,
                    each.Name,
                    null,
                    now - each.NextRunAt!.Value,
                    why.GetValueOrDefault(each.Id)
                )),
            ],
            [
                .. stalled.Select(each => new Stalled(
                    each.Id,
                    each.Name,
                    each.Timing.IsBroken ? Reasons.TimingBroken.Key : null
                )),
            ],
            [
                .. failed
                    .Where(run => run.SlotAt is not null && run.HasSchedule)
                    .Where(run => !since.TryGetValue(run.ScheduleId!.Value, out var at) || at < run.StartedAt)
                    .Select(run => new GivenUp(
                        run.ScheduleId!.Value,
                        run.ScheduleName,
                        run.Id,
                        run.Reason,
                        told.ContainsKey(run.ScheduleId.Value)
                    ))
                    .Concat(told.Values)
                    .DistinctBy(given => given.ScheduleId),
            ],
            refused is not null && refused.StartedAt > newest ? (refused.Id, refused.Reason!)
                : blocked is not null ? (blocked.RunId!.Value, blocked.Reason!)
                : null
        )
        {
            LastReason = failed.FirstOrDefault()?.Reason,
            QStash = [.. why.Values.Distinct()],
        };
    }

    /// <summary>Open alerts of what was not written, with nothing written since, however long ago it was.</summary>
    private static IQueryable<Alert> Lasting(StudioDb db, Guid owner) =>
        from alert in db.Alerts
        join run in db.Runs on alert.RunId equals run.Id
        where alert.OwnerId == owner && alert.ClosedAt == null
        where
            (
                alert.Kind == AlertKind.Provider
                && !db.Runs.Any(done =>
                    done.OwnerId == owner && done.State == RunState.Done && done.StartedAt >= run.StartedAt
                )
            )
            || (
                alert.Kind == AlertKind.GaveUp
                && db.Schedules.Any(schedule => schedule.Id == alert.ScheduleId)
                && !db.Runs.Any(done =>
                    done.ScheduleId == alert.ScheduleId
                    && done.State == RunState.Done
                    && done.StartedAt >= run.StartedAt
                )
            )
        select alert;
}
