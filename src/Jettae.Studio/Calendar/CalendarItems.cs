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

    /// <summary>Written, and not wanted.</summary>
    Rejected,

    /// <summary>Written, and the piece was deleted.</summary>
    Deleted,

    /// <summary>Given up.</summary>
    Failed,

    /// <summary>A person stopped it.</summary>
    Cancelled,

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

/// <summary>A part of the calendar, a day or an hour, with as many of its entries as can be seen.</summary>
/// <param name="From">Its first instant.</param>
/// <param name="To">The first instant after it.</param>
/// <param name="Most">So many entries are read, the earliest.</param>
public readonly record struct CalendarCell(DateTimeOffset From, DateTimeOffset To, int Most);

/// <summary>What stands in a cell.</summary>
/// <param name="Items">The earliest entries, in the order of time.</param>
/// <param name="Count">All that there are.</param>
public sealed record CalendarCellItems(IReadOnlyList<CalendarItem> Items, int Count);

/// <summary>What stands in the cells.</summary>
/// <param name="Cells">One for each that was asked for.</param>
/// <param name="IsCut">There is more to come than could be counted.</param>
public sealed record CalendarSpan(IReadOnlyList<CalendarCellItems> Cells, bool IsCut);

/// <summary>
/// Reads the calendar: runs from the ledger, and slots to come computed for the span that is looked at. All are counted; only
/// those that can be seen are read.
/// </summary>
public sealed class CalendarItems
{
    /// <summary>A schedule that runs each hour has as many slots in six weeks.</summary>
    private const int MostPerSchedule = 1_008;
    private const int MostSlots = 200_000;

    private readonly StudioStore store;
    private readonly TimeProvider time;

    internal CalendarItems(StudioStore store, TimeProvider time) => (this.store, this.time) = (store, time);

    /// <param name="owner">Whose.</param>
    /// <param name="cells">In the order of time, each beginning where the one before ends.</param>
    /// <param name="scheduleId">Only of this schedule; null for all.</param>
    /// <param name="cancel">Stops reading.</param>
    public Task<CalendarSpan> ReadAsync(
        Guid owner,
        IReadOnlyList<CalendarCell> cells,
        Guid? scheduleId,
        CancellationToken cancel
    ) =>
        store.ReadAsync(
            async db =>
            {
                var filled = cells.Select(cell => new Filling(cell)).ToArray();
                await CalendarRuns.AddAsync(db, filled, owner, scheduleId, cancel);
                var isCut =
                    cells[^1].To > time.GetUtcNow() && await AddComingAsync(db, filled, owner, scheduleId, cancel);
                return new CalendarSpan([.. filled.Select(cell => cell.Filled())], isCut);
            },
            cancel
        );

    private static async Task<bool> AddComingAsync(
        StudioDb db,
        Filling[] cells,
        Guid owner,
        Guid? scheduleId,
        CancellationToken cancel
    )
    {
        var schedules = await db
            .Schedules.Where(schedule => schedule.OwnerId == owner && schedule.IsActive)
            .Where(schedule => scheduleId == null || schedule.Id == scheduleId)
            // When it runs, and what it is called: words and settings of thousands are not needed.
            .Select(schedule => new Schedule
            {
                Id = schedule.Id,
                Name = schedule.Name,
                ContentType = schedule.ContentType,
                Frequency = schedule.Frequency,
                TimesOfDay = schedule.TimesOfDay,
                DaysOfWeek = schedule.DaysOfWeek,
                DayOfMonth = schedule.DayOfMonth,
                Cron = schedule.Cron,
                Timezone = schedule.Timezone,
                StartsAt = schedule.StartsAt,
                EndsAt = schedule.EndsAt,
                MaxRuns = schedule.MaxRuns,
                SlotsForgotten = schedule.SlotsForgotten,
                AccountedUntil = schedule.AccountedUntil,
            })
            .ToListAsync(cancel);
        var least = schedules.Count > 0 ? schedules.Min(schedule => schedule.AccountedUntil) : cells[0].Cell.From;
        var changes = (
            await db
                .SlotChanges.Where(change => change.OwnerId == owner)
                .Where(change => change.SlotAt > least || change.MovedTo > least)
                .ToListAsync(cancel)
        ).ToLookup(change => change.ScheduleId);
        var ran = schedules.Exists(schedule => schedule.MaxRuns is not null)
            ? await db
                .Runs.Where(run => run.SlotAt != null && run.State != RunState.Skipped)
                .Where(run =>
                    db.Schedules.Where(each => each.OwnerId == owner && each.IsActive && each.MaxRuns != null)
                        .Select(each => (Guid?)each.Id)
                        .Contains(run.ScheduleId)
                )
                .GroupBy(run => run.ScheduleId!.Value)
                .Select(group => new { group.Key, Count = group.Count() })
                .ToDictionaryAsync(each => each.Key, each => each.Count, cancel)
            : [];
        var isCut = false;
        var room = MostSlots;
        foreach (var schedule in schedules)
        {
            int? left = schedule.MaxRuns is { } most
                ? most - schedule.SlotsForgotten - ran.GetValueOrDefault(schedule.Id)
                : null;
            var added = AddComing(cells, schedule, [.. changes[schedule.Id]], left, Math.Min(room, MostPerSchedule));
            isCut |= added is null;
            room -= added ?? Math.Min(room, MostPerSchedule);
        }
        return isCut;
    }

    /// <returns>How many were added; null when there were more than might be.</returns>
    private static int? AddComing(
        Filling[] cells,
        Schedule schedule,
        IReadOnlyList<SlotChange> changes,
        int? left,
        int most
    )
    {
        var (from, to) = (cells[0].Cell.From, cells[^1].Cell.To);
        // How many run before the span matters only to those that end after so many.
        var start =
            left is null && from.AddSeconds(-1) > schedule.AccountedUntil
                ? from.AddSeconds(-1)
                : schedule.AccountedUntil;
        var (added, n) = (0, 0);
        foreach (var slot in EffectiveSlots.After(schedule, changes, start))
        {
            if (slot.At >= to || slot.At > schedule.EndsAt)
                break;
            if (!slot.IsSkipped && left-- <= 0)
                break;
            if (slot.At < from)
                continue;
            if (added++ == most)
                return null;
            while (slot.At >= cells[n].Cell.To)
                n++;
            cells[n].Count++;
            if (cells[n].Takes(slot.At))
                cells[n].Put(Coming(schedule, slot, changes));
        }
        return added;
    }

    private static CalendarItem Coming(Schedule schedule, Slot slot, IReadOnlyList<SlotChange> changes) =>
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
            changes.Count == 0 ? null : changes.FirstOrDefault(each => each.MovedTo == slot.At)?.SlotAt
        );

    /// <summary>Takes what comes in any order, and keeps the earliest.</summary>
    internal sealed class Filling(CalendarCell cell)
    {
        private readonly PriorityQueue<CalendarItem, DateTimeOffset> kept = new(
            Comparer<DateTimeOffset>.Create((one, other) => other.CompareTo(one))
        );

        public CalendarCell Cell => cell;

        /// <summary>All that there are, kept or not.</summary>
        public int Count { get; set; }

        public bool Takes(DateTimeOffset at) =>
            kept.Count < cell.Most || (kept.TryPeek(out _, out var last) && at < last);

        public void Put(CalendarItem item)
        {
            if (kept.Count < cell.Most)
                kept.Enqueue(item, item.At);
            else
                kept.EnqueueDequeue(item, item.At);
        }

        public CalendarCellItems Filled() =>
            new(
                [
                    .. kept
                        .UnorderedItems.Select(each => each.Element)
                        .OrderBy(item => item.At)
                        .ThenBy(item => item.Name, StringComparer.Ordinal),
                ],
                Count
            );
    }
}
