using Jettae.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Jettae.Studio;

/// <summary>
/// Looks after every active schedule, at start and now and then: one live booking, missed slots in the ledger, and a new
/// message where QStash lost the old one or would take it elsewhere. One bad schedule does not keep it from the others.
/// </summary>
internal sealed partial class Keeper(
    StudioStore store,
    QStashClient qstash,
    StudioOptions options,
    Booker booker,
    Runner runner,
    Node node,
    RunLedger ledger,
    Changes changes,
    StudioActivity activity,
    TimeProvider time,
    ILogger<Keeper> logger
) : Loop(activity, time, logger)
{
    private static readonly TimeSpan Overdue = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan LongWait = TimeSpan.FromHours(1);

    /// <summary>So long a used-up booking stays. Of what is delivered later the ledger does not tell that a person paused.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(3);

    private const int Rows = 500;

    /// <summary>In one round; the next one goes on.</summary>
    private const int MostBatches = 50;

    private bool hasLooked;

    /// <summary>It has looked after every schedule since the start.</summary>
    internal bool IsRound { get; private set; }

    /// <summary>Another node looks after them, or this one has done so.</summary>
    internal bool IsLookedAfter => IsRound || !node.IsFirst;

    protected override async Task<TimeSpan?> StepAsync(CancellationToken cancel)
    {
        if (!node.IsFirst)
        {
            // Whoever takes over looks at all of them.
            hasLooked = false;
            return null;
        }
        await ledger.FailOrphansAsync(runner.IsAtWorkOn, cancel);
        foreach (var id in await WorthALookAsync(cancel))
            await LookAfterAsync(id, cancel);
        foreach (var run in await ledger.OverdueAsync(Time.GetUtcNow() - LongWait, cancel))
            await AskAboutAsync(run, cancel);
        IsRound = true;
        await ForgetUsedUpAsync(cancel);
        return options.KeeperInterval;
    }

    /// <summary>At start every active schedule, for zone rules may have changed; later those without a slot ahead of them.</summary>
    private async Task<List<Guid>> WorthALookAsync(CancellationToken cancel)
    {
        var now = Time.GetUtcNow();
        var all = !hasLooked;
        var found = await store.ReadAsync(
            db =>
                db.Schedules.Where(schedule => schedule.IsActive)
                    .Where(schedule =>
                        all
                        || schedule.NextRunAt == null
                        || schedule.NextRunAt <= now
                        || db.SlotChanges.Any(change =>
                            change.ScheduleId == schedule.Id
                            && change.MovedTo == null
                            && change.SlotAt <= now
                            && change.SlotAt > schedule.AccountedUntil
                        )
                        || !db.Bookings.Any(booking =>
                            booking.ScheduleId == schedule.Id
                            && (booking.State == BookingState.Pending || booking.State == BookingState.Published)
                        )
                    )
                    .Select(schedule => schedule.Id)
                    .ToListAsync(cancel),
            cancel
        );
        hasLooked = true;
        return found;
    }

    /// <summary>Some rows at a time, so that others write in between.</summary>
    private async Task ForgetUsedUpAsync(CancellationToken cancel)
    {
        var before = Time.GetUtcNow() - Kept;
        for (var batch = 0; batch < MostBatches; batch++)
        {
            var gone = await store.WriteAsync(
                db =>
                    // Tried for the last time before it was used up: by that the index finds them.
                    Booked
                        .UsedUp(db)
                        .Where(each => each.NextTryAt < before && each.UpdatedAt < before)
                        .Take(Rows)
                        .ExecuteDeleteAsync(cancel),
                cancel
            );
            if (gone < Rows)
                return;
        }
    }

    private async Task LookAfterAsync(Guid scheduleId, CancellationToken cancel)
    {
        try
        {
            if (runner.IsAtWork(scheduleId))
                return;
            var live = await EnsureAsync(scheduleId, cancel);
            if (live is not { State: BookingState.Published, MessageId: { } message })
                return;
            if (live.Route != options.Route)
                await RenewAsync(live, "goes to an address that is no longer ours", cancel);
            else if (
                live.SlotAt < Time.GetUtcNow() - Overdue
                && await qstash.Messages.GetAsync(message, cancel) is null
            )
                await RenewAsync(live, "is not in QStash any more", cancel);
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            LogTrouble(logger, trouble, scheduleId);
        }
    }

    /// <summary>A slot that waits for a delivery which QStash no longer has would wait for ever.</summary>
    private async Task AskAboutAsync(Run run, CancellationToken cancel)
    {
        try
        {
            if (runner.IsAtWorkOn(run))
                return;
            if (run.QstashMessageId is { } message && await qstash.Messages.GetAsync(message, cancel) is not null)
                return;
            await runner.GiveUpAsync(
                new SlotMessage(run.ScheduleId!.Value, run.SlotAt!.Value),
                null,
                new Word(
                    "QStash에 이 차례의 메시지가 더는 없어요.",
                    "QStash has no message for this slot any more."
                ).Kept
            );
        }
        catch (Exception trouble) when (trouble is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            LogTrouble(logger, trouble, run.ScheduleId!.Value);
        }
    }

    private async Task<Booking?> EnsureAsync(Guid scheduleId, CancellationToken cancel)
    {
        var (live, owner, changed) = await store.WriteAsync(
            async db =>
            {
                if (await db.Schedules.FindAsync([scheduleId], cancel) is not { } schedule)
                    return (null, Guid.Empty, false);
                var before = schedule.NextRunAt;
                var booking = await Booked.EnsureAsync(db, schedule, Time.GetUtcNow());
                return (booking, schedule.OwnerId, before != schedule.NextRunAt);
            },
            cancel
        );
        if (changed)
        {
            booker.Wake();
            changes.Tell(new Change(owner, scheduleId, null));
        }
        return live;
    }

    private async Task RenewAsync(Booking stale, string why, CancellationToken cancel)
    {
        LogRenewed(logger, stale.ScheduleId, stale.SlotAt, why);
        await store.WriteAsync(
            async db =>
            {
                var live = await Booked.LiveAsync(db, stale.ScheduleId);
                if (live?.Id == stale.Id && await db.Schedules.FindAsync([stale.ScheduleId], cancel) is { } schedule)
                    await Booked.RenewAsync(db, schedule, live, Time.GetUtcNow());
            },
            cancel
        );
        booker.Wake();
    }

    [LoggerMessage(LogLevel.Error, "Schedule {ScheduleId} could not be looked after; the others are.")]
    private static partial void LogTrouble(ILogger logger, Exception trouble, Guid scheduleId);

    [LoggerMessage(
        LogLevel.Warning,
        "The message of schedule {ScheduleId} for {SlotAt} {Why}; the slot is booked again."
    )]
    private static partial void LogRenewed(ILogger logger, Guid scheduleId, DateTimeOffset slotAt, string why);
}
