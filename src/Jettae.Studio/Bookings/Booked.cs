using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>
/// Keeps a schedule's one live booking true. Everything that changes a schedule, and everything that ends a slot, calls it
/// inside its own transaction; calling it again changes nothing.
/// </summary>
internal static class Booked
{
    /// <summary>Enters missed and skipped slots in the ledger, and leaves exactly the booking that the plan wants, or none.</summary>
    /// <returns>The live booking; null when the schedule rests or has ended.</returns>
    public static async Task<Booking?> EnsureAsync(StudioDb db, Schedule schedule, DateTimeOffset now)
    {
        await db.SaveChangesAsync();
        var live = await LiveAsync(db, schedule.Id);
        schedule.AsOf(now);
        if (!schedule.IsActive)
        {
            Withdraw(schedule, live, now);
            await db.SaveChangesAsync();
            return null;
        }
        // Without a timing there is no plan: what is booked stays, and nothing ends or passes.
        if (schedule.Timing.IsBroken)
            return live;
        var plan = await PlanAsync(db, schedule, now);
        while (plan.More)
        {
            EnterPassed(db, schedule, plan, now);
            await db.SaveChangesAsync();
            plan = await PlanAsync(db, schedule, now);
        }
        EnterPassed(db, schedule, plan, now);
        if (plan.Ended)
            schedule.IsActive = false;
        if (live is null || live.SlotAt != plan.Next)
        {
            Withdraw(schedule, live, now);
            await db.SaveChangesAsync();
            live = plan.Next is { } slot ? Book(db, schedule, slot, now) : null;
        }
        schedule.NextRunAt = live?.SlotAt;
        schedule.QstashMessageId = live?.MessageId;
        await db.SaveChangesAsync();
        return live;
    }

    /// <summary>Books the same slot anew, for a message that QStash no longer has, or that would call another address.</summary>
    public static async Task RenewAsync(StudioDb db, Schedule schedule, Booking live, DateTimeOffset now)
    {
        Withdraw(schedule, live, now);
        await db.SaveChangesAsync();
        // A plan would find the slot again; without one it is lost unless it is booked as it was.
        if (schedule is { IsActive: true, Timing.IsBroken: true })
        {
            Book(db, schedule, live.SlotAt, now);
            schedule.NextRunAt = live.SlotAt;
        }
        await EnsureAsync(db, schedule, now);
    }

    public static Task<Booking?> LiveAsync(StudioDb db, Guid scheduleId) =>
        db.Bookings.SingleOrDefaultAsync(booking =>
            booking.ScheduleId == scheduleId
            && (booking.State == BookingState.Pending || booking.State == BookingState.Published)
        );

    /// <summary>Those that have done their work: of the slot its run tells, and nothing waits for them in QStash.</summary>
    public static IQueryable<Booking> UsedUp(StudioDb db) =>
        db.Bookings.Where(booking => booking.State == BookingState.Fired || booking.State == BookingState.Cancelled);

    /// <summary>The slot has come: its booking is used up, and the slot is accounted for.</summary>
    public static void Fire(Schedule schedule, Booking booking, DateTimeOffset now)
    {
        booking.State = BookingState.Fired;
        booking.UpdatedAt = now;
        if (booking.SlotAt > schedule.AccountedUntil)
            schedule.AccountedUntil = booking.SlotAt;
        schedule.NextRunAt = null;
        schedule.QstashMessageId = null;
    }

    private static async Task<Plan> PlanAsync(StudioDb db, Schedule schedule, DateTimeOffset now)
    {
        var changes = await Slots.OpenAsync(db, schedule);
        var slots = EffectiveSlots.After(schedule, changes, schedule.AccountedUntil);
        var left = await Slots.LeftAsync(db, schedule);
        return Planning.For(slots, schedule.CatchUp, schedule.EndsAt, left, now);
    }

    private static void EnterPassed(StudioDb db, Schedule schedule, Plan plan, DateTimeOffset now)
    {
        foreach (var (slot, reason) in plan.Passed)
        {
            db.Runs.Add(Run.Skipped(schedule, slot, reason, now));
            schedule.AccountedUntil = slot;
        }
    }

    private static void Withdraw(Schedule schedule, Booking? live, DateTimeOffset now)
    {
        schedule.NextRunAt = null;
        schedule.QstashMessageId = null;
        if (live is null)
            return;
        live.State = BookingState.Cancelling;
        live.NextTryAt = now;
        live.Failures = 0;
        live.UpdatedAt = now;
    }

    private static Booking Book(StudioDb db, Schedule schedule, DateTimeOffset slot, DateTimeOffset now)
    {
        var id = Guid.CreateVersion7(now);
        var booking = new Booking
        {
            Id = id,
            OwnerId = schedule.OwnerId,
            ScheduleId = schedule.Id,
            SlotAt = slot,
            State = BookingState.Pending,
            DeduplicationId = $"jettae-{schedule.Id:N}-{slot.ToUnixTimeSeconds()}-{id:N}",
            NextTryAt = now,
            CreatedAt = now,
            UpdatedAt = now,
        };
        db.Bookings.Add(booking);
        return booking;
    }
}
