using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>What stands in the calendar: a slot to come, or what became of one.</summary>
public enum CalendarState
{
    /// <summary>It will run.</summary>
    Planned,

    /// <summary>It is being written, or waits for another attempt.</summary>
    Writing,

    /// <summary>Written, and nobody has approved it.</summary>
    Draft,

    /// <summary>Written and approved.</summary>
    Approved,

    /// <summary>Written and put away.</summary>
    Archived,

    /// <summary>Given up.</summary>
    Failed,

    /// <summary>It does not run, or did not.</summary>
    Skipped,
}

/// <summary>One entry of the calendar.</summary>
/// <param name="At">The slot; of a run by hand, its start.</param>
/// <param name="State">What stands there.</param>
/// <param name="ScheduleId">Its schedule; null when there is none (any more).</param>
/// <param name="Name">The schedule's name.</param>
/// <param name="Type">What is written; null where the schedule is gone and nothing was written.</param>
/// <param name="Title">The piece's title; null before it is written.</param>
/// <param name="RunId">The run; null for a slot to come.</param>
/// <param name="ContentId">The piece.</param>
/// <param name="Reason">Why it failed or was skipped: a key of <see cref="Reasons"/>.</param>
/// <param name="MovedFrom">Its own time in the series, when it was moved.</param>
public sealed record CalendarItem(
    DateTimeOffset At,
    CalendarState State,
    Guid? ScheduleId,
    string Name,
    ContentType? Type,
    string? Title,
    Guid? RunId,
    Guid? ContentId,
    string? Reason,
    DateTimeOffset? MovedFrom
)
{
    /// <summary>Still to come: it can be moved, skipped, or, when skipped, restored.</summary>
    public bool IsAhead => RunId is null;

    /// <summary>Stable while the item is.</summary>
    public string Key => RunId?.ToString("N") ?? $"{ScheduleId:N}-{At.ToUnixTimeSeconds()}";
}

/// <summary>What stands in a span, in the order of time.</summary>
/// <param name="Items">The entries.</param>
/// <param name="IsCut">There is more than could be listed.</param>
public sealed record CalendarSpan(IReadOnlyList<CalendarItem> Items, bool IsCut);

/// <summary>Reads the calendar: runs from the ledger, and slots to come computed for the span that is looked at.</summary>
public sealed class CalendarItems
{
    /// <summary>A schedule that runs each hour has as many slots in six weeks.</summary>
    private const int MostPerSchedule = 1_008;
    private const int MostSlots = 100_000;
    private const int MostRuns = 20_000;

    private readonly StudioStore store;
    private readonly TimeProvider time;

    internal CalendarItems(StudioStore store, TimeProvider time) => (this.store, this.time) = (store, time);

    /// <param name="owner">Whose.</param>
    /// <param name="from">The span's first instant.</param>
    /// <param name="to">The first instant after it.</param>
    /// <param name="scheduleId">Only of this schedule; null for all.</param>
    /// <param name="cancel">Stops reading.</param>
    public Task<CalendarSpan> ReadAsync(
        Guid owner,
        DateTimeOffset from,
        DateTimeOffset to,
        Guid? scheduleId,
        CancellationToken cancel
    ) =>
        store.ReadAsync(
            async db =>
            {
                var items = await RunsAsync(db, owner, from, to, scheduleId, cancel);
                var isCut = items.Count >= MostRuns;
                if (to > time.GetUtcNow())
                    isCut |= await AddComingAsync(db, items, owner, from, to, scheduleId, cancel);
                return new CalendarSpan(
                    [.. items.OrderBy(item => item.At).ThenBy(item => item.Name, StringComparer.Ordinal)],
                    isCut
                );
            },
            cancel
        );

    private static async Task<List<CalendarItem>> RunsAsync(
        StudioDb db,
        Guid owner,
        DateTimeOffset from,
        DateTimeOffset to,
        Guid? scheduleId,
        CancellationToken cancel
    )
    {
        var all = db.Runs.Where(run => run.OwnerId == owner && (scheduleId == null || run.ScheduleId == scheduleId));
        var bySlot = all.Where(run => run.SlotAt >= from && run.SlotAt < to);
        var byHand = all.Where(run => run.SlotAt == null && run.StartedAt >= from && run.StartedAt < to);
        var items = new List<CalendarItem>();
        foreach (var runs in new[] { bySlot, byHand })
        {
            var rows = await (
                from run in runs
                join piece in db.Contents on run.ContentId equals piece.Id into pieces
                from piece in pieces.DefaultIfEmpty()
                join schedule in db.Schedules on run.ScheduleId equals schedule.Id into schedules
                from schedule in schedules.DefaultIfEmpty()
                select new
                {
                    run.Id,
                    At = run.SlotAt ?? run.StartedAt,
                    run.State,
                    run.ScheduleId,
                    Name = schedule == null ? run.ScheduleName : schedule.Name,
                    run.Reason,
                    ContentId = piece == null ? (Guid?)null : piece.Id,
                    Title = piece == null ? null : piece.Title,
                    Status = piece == null ? (ContentStatus?)null : piece.Status,
                    Type = piece == null
                        ? (schedule == null ? (ContentType?)null : schedule.ContentType)
                        : piece.ContentType,
                }
            )
                .Take(MostRuns)
                .ToListAsync(cancel);
            items.AddRange(
                rows.Select(row => new CalendarItem(
                    row.At,
                    StateOf(row.State, row.Status),
                    row.ScheduleId,
                    row.Name,
                    row.Type,
                    row.Title,
                    row.Id,
                    row.ContentId,
                    row.Reason,
                    null
                ))
            );
        }
        return items;
    }

    private static CalendarState StateOf(RunState run, ContentStatus? piece) =>
        run switch
        {
            RunState.Failed => CalendarState.Failed,
            RunState.Skipped => CalendarState.Skipped,
            RunState.Running or RunState.Waiting => CalendarState.Writing,
            _ => piece switch
            {
                ContentStatus.Draft => CalendarState.Draft,
                ContentStatus.Approved => CalendarState.Approved,
                _ => CalendarState.Archived,
            },
        };

    private static async Task<bool> AddComingAsync(
        StudioDb db,
        List<CalendarItem> items,
        Guid owner,
        DateTimeOffset from,
        DateTimeOffset to,
        Guid? scheduleId,
        CancellationToken cancel
    )
    {
        var schedules = await db
            .Schedules.Where(schedule => schedule.OwnerId == owner && schedule.IsActive)
            .Where(schedule => scheduleId == null || schedule.Id == scheduleId)
            .ToListAsync(cancel);
        var least = schedules.Count > 0 ? schedules.Min(schedule => schedule.AccountedUntil) : from;
        var changes = (
            await db
                .SlotChanges.Where(change => change.OwnerId == owner)
                .Where(change => change.SlotAt > least || change.MovedTo > least)
                .ToListAsync(cancel)
        ).ToLookup(change => change.ScheduleId);
        var limited = schedules
            .Where(schedule => schedule.MaxRuns is not null)
            .Select(schedule => schedule.Id)
            .ToList();
        var ran =
            limited.Count == 0
                ? []
                : await db
                    .Runs.Where(run => run.OwnerId == owner && run.SlotAt != null && run.State != RunState.Skipped)
                    .Where(run => db.Schedules.Any(each => each.Id == run.ScheduleId && each.MaxRuns != null))
                    .GroupBy(run => run.ScheduleId!.Value)
                    .Select(group => new { group.Key, Count = group.Count() })
                    .ToDictionaryAsync(each => each.Key, each => each.Count, cancel);
        var isCut = false;
        var room = MostSlots;
        foreach (var schedule in schedules)
        {
            int? left = schedule.MaxRuns is { } most ? most - ran.GetValueOrDefault(schedule.Id) : null;
            var before = items.Count;
            isCut |= AddComing(
                items,
                schedule,
                [.. changes[schedule.Id]],
                left,
                from,
                to,
                Math.Min(room, MostPerSchedule)
            );
            room -= items.Count - before;
        }
        return isCut;
    }

    /// <returns>Whether the schedule has more in the span than were added.</returns>
    private static bool AddComing(
        List<CalendarItem> items,
        Schedule schedule,
        IReadOnlyList<SlotChange> changes,
        int? left,
        DateTimeOffset from,
        DateTimeOffset to,
        int most
    )
    {
        // How many run before the span matters only to those that end after so many.
        var start =
            left is null && from.AddSeconds(-1) > schedule.AccountedUntil
                ? from.AddSeconds(-1)
                : schedule.AccountedUntil;
        var added = 0;
        foreach (var slot in EffectiveSlots.After(schedule.Timing, changes, start))
        {
            if (slot.At >= to || slot.At > schedule.EndsAt)
                break;
            if (!slot.IsSkipped && left-- <= 0)
                break;
            if (slot.At < from)
                continue;
            if (added++ == most)
                return true;
            var movedFrom = changes.Count == 0 ? null : changes.FirstOrDefault(each => each.MovedTo == slot.At)?.SlotAt;
            items.Add(
                new(
                    slot.At,
                    slot.IsSkipped ? CalendarState.Skipped : CalendarState.Planned,
                    schedule.Id,
                    schedule.Name,
                    schedule.ContentType,
                    null,
                    null,
                    null,
                    slot.IsSkipped ? Reasons.SkippedByYou.Key : null,
                    movedFrom
                )
            );
        }
        return false;
    }
}
