using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>
/// After a restore: bookings whose message QStash's restored half never had, or has no more, wait to be published once more.
/// What it may still deliver besides is harmless: a slot has one run.
/// </summary>
public sealed class Rebooking
{
    private const int Page = 500;

    private readonly StudioStore store;
    private readonly TimeProvider time;

    internal Rebooking(StudioStore store, TimeProvider time) => (this.store, this.time) = (store, time);

    /// <param name="pendingAmong">Which of these messages QStash has still to deliver.</param>
    /// <param name="cancel">Ends it between two pages.</param>
    /// <returns>How many are published once more.</returns>
    public async Task<int> RunAsync(
        Func<IReadOnlyCollection<string>, IReadOnlySet<string>> pendingAmong,
        CancellationToken cancel
    )
    {
        var (count, after, more) = (0, Guid.Empty, true);
        while (more)
            (count, after, more) = await store.WriteAsync(
                async db =>
                {
                    var page = await db
                        .Bookings.Where(each => each.State == BookingState.Published && each.MessageId != null)
                        .Where(each => each.Id > after)
                        .OrderBy(each => each.Id)
                        .Take(Page)
                        .ToListAsync(cancel);
                    var pending = pendingAmong([.. page.Select(each => each.MessageId!)]);
                    foreach (var lost in page.Where(each => !pending.Contains(each.MessageId!)))
                    {
                        (lost.State, lost.MessageId, lost.Route) = (BookingState.Pending, null, null);
                        lost.NextTryAt = lost.UpdatedAt = time.GetUtcNow();
                        if (await db.Schedules.FindAsync([lost.ScheduleId], cancel) is { } schedule)
                            schedule.QstashMessageId = null;
                        count++;
                    }
                    return (count, page.Count > 0 ? page[^1].Id : after, page.Count == Page);
                },
                cancel
            );
        return count;
    }
}
