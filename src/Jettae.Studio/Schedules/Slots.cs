using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>A schedule and what comes of it.</summary>
/// <param name="Schedule">The schedule.</param>
/// <param name="Slots">The slots that will run, soonest first; none while it rests.</param>
/// <param name="Changes">The changes that still matter, in the order of their slots.</param>
public sealed record Coming(Schedule Schedule, IReadOnlyList<DateTimeOffset> Slots, IReadOnlyList<SlotChange> Changes);

/// <summary>
/// Changes to single slots of a series. Each is one transaction with the booking: when the booked slot is concerned, its
/// message is withdrawn and the next slot booked. A slot is named by when it runs, or by its own time in the series.
/// </summary>
public sealed class Slots
{
    /// <summary>So many open changes a schedule may have.</summary>
    public const int MostChanges = 500;

    private static readonly TimeSpan Farthest = TimeSpan.FromDays(366);

    private readonly StudioStore store;
    private readonly Booker booker;
    private readonly Changes changes;
    private readonly TimeProvider time;

    internal Slots(StudioStore store, Booker booker, Changes changes, TimeProvider time) =>
        (this.store, this.booker, this.changes, this.time) = (store, booker, changes, time);

    /// <summary>Lets one slot not run. Its row enters the ledger when its time has passed; until then it can be restored.</summary>
    /// <exception cref="RejectedException">404, 409 while the schedule rests, or it is no coming slot; nothing is stored.</exception>
    public Task<Schedule> SkipAsync(Guid owner, Guid scheduleId, DateTimeOffset slotAt, CancellationToken cancel) =>
        ChangeAsync(owner, scheduleId, series => series.Skip(slotAt), cancel);

    /// <summary>Skips the slot that is booked.</summary>
    /// <exception cref="RejectedException">404, or 409 while there is no next slot.</exception>
    /// <returns>The schedule, when the slot was to run, and its own time: moved from there to when it was to run, it is as it was.</returns>
    public async Task<(Schedule Schedule, DateTimeOffset Slot, DateTimeOffset Own)> SkipNextAsync(
        Guid owner,
        Guid scheduleId,
        CancellationToken cancel
    )
    {
        DateTimeOffset slot = default,
            own = default;
        var schedule = await ChangeAsync(owner, scheduleId, series => own = series.Skip(slot = series.Next()), cancel);
        return (schedule, slot, own);
    }

    /// <summary>Lets one slot run at another time. Moved back to its own time, it is as it was.</summary>
    /// <param name="owner">Whose schedule.</param>
    /// <param name="scheduleId">The schedule.</param>
    /// <param name="slotAt">The slot.</param>
    /// <param name="to">In the future, within a year, and where no other slot of the schedule stands. Parts of a second are cut off.</param>
    /// <param name="cancel">Stops waiting.</param>
    /// <exception cref="RejectedException">404, 409 while the schedule rests, or a rule is broken; nothing is stored.</exception>
    public Task<Schedule> MoveAsync(
        Guid owner,
        Guid scheduleId,
        DateTimeOffset slotAt,
        DateTimeOffset to,
        CancellationToken cancel
    ) =>
        ChangeAsync(
            owner,
            scheduleId,
            series => series.Move(slotAt, DateTimeOffset.FromUnixTimeSeconds(to.ToUnixTimeSeconds())),
            cancel
        );

    /// <summary>Takes a change back: the slot runs at its own time.</summary>
    /// <exception cref="RejectedException">404, 409 while the schedule rests, the slot is unchanged, or has passed.</exception>
    public Task<Schedule> RestoreAsync(Guid owner, Guid scheduleId, DateTimeOffset slotAt, CancellationToken cancel) =>
        ChangeAsync(owner, scheduleId, series => series.Restore(slotAt), cancel);

    /// <summary>The next slots of a schedule as they will really run.</summary>
    /// <exception cref="RejectedException">404.</exception>
    public Task<Coming> ComingAsync(Guid owner, Guid scheduleId, int count, CancellationToken cancel) =>
        store.ReadAsync(
            async db =>
            {
                var schedule = (await db.Schedules.OwnedAsync(owner, scheduleId, cancel)).AsOf(time.GetUtcNow());
                var open = await OpenAsync(db, schedule);
                var left = await LeftAsync(db, schedule) ?? count;
                return new Coming(schedule, [.. ComingOf(schedule, open).Take(Math.Min(count, left))], open);
            },
            cancel
        );

    /// <summary>The slot that is booked and those after it; none while it rests. While a slot is being written none is booked.</summary>
    internal static IEnumerable<DateTimeOffset> ComingOf(Schedule schedule, IReadOnlyList<SlotChange> open) =>
        schedule.NextRunAt is { } next ? EffectiveSlots.Running(schedule, open, next).Prepend(next)
        : schedule.IsActive && !schedule.Timing.IsBroken
            ? EffectiveSlots.Running(schedule, open, schedule.AccountedUntil)
        : [];

    /// <summary>The changes that still matter: to slots that are not accounted for, or moved to a time that is not.</summary>
    internal static Task<List<SlotChange>> OpenAsync(StudioDb db, Schedule schedule) =>
        db
            .SlotChanges.Where(each => each.ScheduleId == schedule.Id)
            .Where(each => each.SlotAt > schedule.AccountedUntil || each.MovedTo > schedule.AccountedUntil)
            .OrderBy(each => each.SlotAt)
            .ToListAsync();

    /// <summary>How many slots may still run; null for ever.</summary>
    internal static async Task<int?> LeftAsync(StudioDb db, Schedule schedule) =>
        schedule.MaxRuns is { } most
            ? most
                - schedule.SlotsForgotten
                - await db.Runs.CountAsync(run =>
                    run.ScheduleId == schedule.Id && run.SlotAt != null && run.State != RunState.Skipped
                )
            : null;

    /// <summary>
    /// Of active schedules those with nothing booked though a slot is to come: there must be none. While a slot is being written
    /// its booking is used up, and the next one is made when it ends.
    /// </summary>
    internal static async Task<IQueryable<Schedule>> StalledAsync(
        StudioDb db,
        IQueryable<Schedule> active,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        var unbooked = active.Where(schedule =>
            !db.Bookings.Any(booking =>
                booking.ScheduleId == schedule.Id
                && (booking.State == BookingState.Pending || booking.State == BookingState.Published)
            )
            && !db.Runs.Any(run =>
                run.ScheduleId == schedule.Id && run.SlotAt == schedule.AccountedUntil && run.State == RunState.Running
            )
        );
        // Where a person skipped all that was to come, nothing is to be booked until its time: it may still be restored.
        var skipped = await unbooked
            .Where(schedule =>
                db.SlotChanges.Any(change =>
                    change.ScheduleId == schedule.Id && change.MovedTo == null && change.SlotAt > now
                )
            )
            .ToListAsync(cancel);
        var atRest = new List<Guid>();
        foreach (var schedule in skipped.Where(each => !each.Timing.IsBroken))
        {
            var open = await OpenAsync(db, schedule);
            if (!EffectiveSlots.Running(schedule, open, schedule.AccountedUntil).Any())
                atRest.Add(schedule.Id);
        }
        return atRest.Count == 0 ? unbooked : unbooked.Where(schedule => !atRest.Contains(schedule.Id));
    }

    /// <summary>Whether a changed timing leaves a change behind: its slot is no more, or its new time is taken.</summary>
    internal static bool IsLost(Schedule schedule, SlotChange change) =>
        !Cadence.Has(schedule.Timing, change.SlotAt)
        || change.StandsAt > schedule.EndsAt
        || (change.MovedTo is { } to && Cadence.Has(schedule.Timing, to));

    private async Task<Schedule> ChangeAsync(
        Guid owner,
        Guid scheduleId,
        Action<Series> change,
        CancellationToken cancel
    )
    {
        var schedule = await store.WriteAsync(
            async db =>
            {
                var now = time.GetUtcNow();
                var found = await db.Schedules.OwnedAsync(owner, scheduleId, cancel);
                if (!found.IsActive || found.PausedAt is not null)
                    throw new RejectedException(
                        409,
                        "schedule_resting",
                        "id",
                        new(
                            "멈췄거나 끝난 스케줄의 차례는 바꿀 수 없어요. 먼저 다시 시작해 주세요.",
                            "The schedule is paused or has ended: resume it before changing its slots."
                        )
                    );
                change(new Series(db, found, await OpenAsync(db, found), now));
                found.UpdatedAt = now;
                await Booked.EnsureAsync(db, found, now);
                return found;
            },
            cancel
        );
        booker.Wake();
        changes.Tell(new Change(schedule.OwnerId, schedule.Id, null));
        return schedule;
    }

    /// <summary>One schedule's slots, while they are changed.</summary>
    private sealed class Series(StudioDb db, Schedule schedule, List<SlotChange> open, DateTimeOffset now)
    {
        private readonly Timing timing = schedule.Timing;
        private readonly DateTimeOffset floor = schedule.AccountedUntil > now ? schedule.AccountedUntil : now;

        public DateTimeOffset Next() =>
            schedule.NextRunAt
            ?? throw new RejectedException(
                409,
                "slot_none",
                "id",
                new("예약된 다음 차례가 없어요.", "There is no next slot to skip.")
            );

        /// <returns>The slot's own time.</returns>
        public DateTimeOffset Skip(DateTimeOffset slotAt)
        {
            if (Coming(slotAt) is not { } change)
            {
                Add(slotAt, null);
                return slotAt;
            }
            // Moved past its own time and not wanted now: nothing that comes later would enter it.
            if (change.MovedTo is not null && change.SlotAt <= schedule.AccountedUntil)
                db.Runs.Add(Run.Skipped(schedule, change.SlotAt, Reasons.SkippedByYou, now));
            change.MovedTo = null;
            return change.SlotAt;
        }

        public void Move(DateTimeOffset slotAt, DateTimeOffset to)
        {
            var change = Coming(slotAt);
            if (to == (change?.StandsAt ?? slotAt) && change is not { MovedTo: null })
                return;
            if (change is not null && to == change.SlotAt)
            {
                Restore(slotAt);
                return;
            }
            RequireFree(to, change);
            // The slots of a series are alike: one that had left this place is back at it, and this one goes where that one went.
            if (GoneFrom(to, change) is { MovedTo: { } stands } gone)
            {
                Remove(gone);
                to = stands;
            }
            if (change is not null)
                change.MovedTo = to;
            else
                Add(slotAt, to);
        }

        public void Restore(DateTimeOffset slotAt)
        {
            var change =
                Find(slotAt)
                ?? throw Broken("slot_at", new("바꾼 적이 없는 차례예요.", "This slot was not changed."), slotAt);
            if (change.SlotAt <= floor || change.StandsAt <= floor)
                throw Broken(
                    "slot_at",
                    new("원래 시각이 이미 지나서 되돌릴 수 없어요.", "Its own time has passed; it cannot be restored."),
                    slotAt
                );
            Remove(change);
        }

        private SlotChange? Find(DateTimeOffset slotAt) =>
            open.Find(each => each.MovedTo == slotAt) ?? open.Find(each => each.SlotAt == slotAt);

        /// <summary>The change of a coming slot; null when it is as the cadence gives it.</summary>
        private SlotChange? Coming(DateTimeOffset slotAt)
        {
            var change = Find(slotAt);
            var standsAt = change?.StandsAt ?? slotAt;
            if (standsAt <= floor)
                throw Broken("slot_at", new("이미 지난 차례예요.", "This slot has passed already."), slotAt);
            if (change is null && (slotAt > schedule.EndsAt || !Cadence.Has(timing, slotAt)))
                throw Broken(
                    "slot_at",
                    new("이 스케줄의 앞으로 올 차례가 아니에요.", "It is no coming slot of this schedule."),
                    slotAt
                );
            return change;
        }

        private void RequireFree(DateTimeOffset to, SlotChange? own)
        {
            if (to <= floor)
                throw Broken("to", new("앞으로 올 시각이어야 해요.", "It must be in the future."), to);
            if (to > now + Farthest)
                throw Broken("to", new("1년 안이어야 해요.", "It must be within a year."), to);
            if (to > schedule.EndsAt)
                throw Broken(
                    "to",
                    new("스케줄이 끝나는 시각 이전이어야 해요.", "It must not be after the schedule's end."),
                    to
                );
            if (
                (schedule.MaxRuns != 1 && Cadence.Has(timing, to) && GoneFrom(to, own) is null)
                || open.Exists(each => each != own && each.MovedTo == to)
            )
                throw new RejectedException(
                    409,
                    "slot_taken",
                    "to",
                    new("그 시각에는 이 스케줄의 다른 차례가 있어요.", "The schedule has another slot at that time."),
                    new(
                        $"to: 이 스케줄의 다른 차례가 있는 시각이에요: {Shown(to)}",
                        $"to: The schedule has another slot at {Shown(to)}."
                    )
                );
        }

        /// <summary>The other slot whose own place this is, and which was moved away from it.</summary>
        private SlotChange? GoneFrom(DateTimeOffset place, SlotChange? own) =>
            schedule.MaxRuns == 1
                ? null
                : open.Find(each => each != own && each.SlotAt == place && each.MovedTo is not null);

        private void Remove(SlotChange change)
        {
            open.Remove(change);
            db.SlotChanges.Remove(change);
        }

        private void Add(DateTimeOffset slotAt, DateTimeOffset? to)
        {
            if (open.Count >= MostChanges)
                throw new RejectedException(
                    409,
                    "slot_changes_full",
                    "id",
                    new(
                        $"따로 바꾼 차례는 스케줄마다 {MostChanges}개까지예요.",
                        $"A schedule may have at most {MostChanges} changed slots."
                    )
                );
            var change = new SlotChange
            {
                Id = Guid.CreateVersion7(now),
                OwnerId = schedule.OwnerId,
                ScheduleId = schedule.Id,
                SlotAt = slotAt,
                MovedTo = to,
                CreatedAt = now,
            };
            open.Add(change);
            db.SlotChanges.Add(change);
        }

        private static string Shown(DateTimeOffset instant) =>
            instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

        private static RejectedException Broken(string field, Word rule, DateTimeOffset received) =>
            RejectedException.Broken(field, rule, $"'{Shown(received)}'");
    }
}
