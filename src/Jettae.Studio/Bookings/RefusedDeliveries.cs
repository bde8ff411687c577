using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>
/// Deliveries whose signature does not hold. Anyone may post here, so only one that can be ours counts: for the very slot that
/// a published booking waits for, when its time has come. Each booking is marked once; of two that come at once one is looked at.
/// </summary>
internal sealed class RefusedDeliveries(StudioStore store, Watcher watcher, StudioActivity activity, TimeProvider time)
{
    private const int LongestBody = 500;
    private int looking;

    public async Task NoteAsync(byte[] body)
    {
        if (body.Length > LongestBody || Interlocked.Exchange(ref looking, 1) == 1)
            return;
        using var work = activity.Enter();
        try
        {
            if (SlotOf(body) is { } slot && await IsAwaitedAsync(slot))
                await MarkAsync(slot);
        }
        finally
        {
            Volatile.Write(ref looking, 0);
        }
    }

    private static SlotMessage? SlotOf(byte[] body)
    {
        try
        {
            return SlotMessage.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Task<bool> IsAwaitedAsync(SlotMessage slot)
    {
        var now = time.GetUtcNow();
        return store.ReadAsync(
            db =>
                db.Bookings.AnyAsync(booking =>
                    booking.ScheduleId == slot.ScheduleId
                    && booking.SlotAt == slot.Timestamp
                    && booking.SlotAt <= now
                    && booking.State == BookingState.Published
                    && booking.LastError == null
                ),
            CancellationToken.None
        );
    }

    private async Task MarkAsync(SlotMessage slot)
    {
        await store.WriteAsync(
            async db =>
            {
                if (await Booked.LiveAsync(db, slot.ScheduleId) is { } live && live.SlotAt == slot.Timestamp)
                    live.LastError = Booking.Trouble(Reasons.SignatureRefused, "401");
            },
            CancellationToken.None
        );
        watcher.Wake();
    }
}
