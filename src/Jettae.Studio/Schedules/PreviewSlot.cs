namespace Jettae.Studio;

/// <summary>What is to come of a schedule.</summary>
/// <param name="First">Its first slots, with what is special about them.</param>
/// <param name="Slots">All its slots in order; endless for most timings.</param>
/// <param name="Booked">The slot that is booked now; null for a new schedule, or one that rests.</param>
public sealed record Preview(
    IReadOnlyList<PreviewSlot> First,
    IEnumerable<DateTimeOffset> Slots,
    DateTimeOffset? Booked
);

/// <summary>A coming slot as the schedule's own wall clock shows it.</summary>
/// <param name="At">The slot.</param>
/// <param name="Local">The wall clock of the schedule's zone at the slot.</param>
/// <param name="Note">What is special about it; null for a plain one.</param>
public sealed record PreviewSlot(DateTimeOffset At, DateTime Local, Word? Note)
{
    /// <summary>The slots of a timing, each with its note.</summary>
    /// <param name="timing">The cadence that gave them.</param>
    /// <param name="after">The slot or instant before the first of them.</param>
    /// <param name="slots">In order.</param>
    internal static IReadOnlyList<PreviewSlot> Of(
        Timing timing,
        DateTimeOffset after,
        IEnumerable<DateTimeOffset> slots
    )
    {
        var found = new List<PreviewSlot>();
        var before = after > timing.StartsAt ? after : timing.StartsAt;
        foreach (var slot in slots)
        {
            // One that a person moved is none of the timing's.
            var note = Cadence.Has(timing, slot) ? NoteOf(timing, before, slot) : null;
            found.Add(new(slot, WallClock.Of(timing.Zone, slot), note));
            before = slot;
        }
        return found;
    }

    private static Word? NoteOf(Timing timing, DateTimeOffset before, DateTimeOffset slot) =>
        timing.Frequency switch
        {
            Frequency.Cron => OfCron(timing, slot),
            Frequency.Daily or Frequency.Weekly or Frequency.Monthly => OfWallClock(timing, before, slot),
            _ => OfGrid(timing, slot),
        };

    private static Word? OfGrid(Timing timing, DateTimeOffset slot)
    {
        var before = slot - Cadence.Interval(timing.Frequency)!.Value;
        var shift = timing.Zone.GetUtcOffset(slot) - timing.Zone.GetUtcOffset(before);
        return shift == TimeSpan.Zero ? null : Words.GridShifts(shift);
    }

    private static Word? OfCron(Timing timing, DateTimeOffset slot)
    {
        var rule = CronRule.Parse(timing.Cron ?? "");
        var zone = rule.Zone ?? timing.Zone;
        var wall = new DateTimeOffset(WallClock.Of(zone, slot), TimeSpan.Zero);
        if (rule.NextByWall(wall.AddSeconds(-1)) != wall)
            return Words.GapMoved(null, TimeOnly.FromDateTime(wall.DateTime));
        var isOnce =
            WallClock.ComesTwice(zone, slot) && rule.Next(slot, timing.Zone) is { } next && next - slot > Overlap;
        return isOnce ? Words.OverlapOnce(TimeOnly.FromDateTime(wall.DateTime)) : null;
    }

    private static Word? OfWallClock(Timing timing, DateTimeOffset before, DateTimeOffset slot)
    {
        var wall = WallClock.Of(timing.Zone, slot);
        if (SkippedDay(timing, before, slot) is { } missing)
            return Words.DayMissing(missing);
        if (!timing.TimesOfDay.Contains(TimeOnly.FromDateTime(wall)) || wall.Second != 0)
            return Words.GapMoved(Wanted(timing, slot), TimeOnly.FromDateTime(wall));
        if (WallClock.ComesTwice(timing.Zone, slot))
            return Words.OverlapOnce(TimeOnly.FromDateTime(wall));
        return timing.Frequency == Frequency.Monthly && wall.Day < Cadence.WantedDay(timing)
            ? Words.MonthEnd(wall.Month, Cadence.WantedDay(timing))
            : null;
    }

    /// <summary>The time that fell into the gap.</summary>
    private static TimeOnly? Wanted(Timing timing, DateTimeOffset slot)
    {
        // Just before the gap the clock shows the day on which the time was wanted; one at midnight is of the next.
        var day = WallClock.DateOf(timing.Zone, slot.AddSeconds(-1));
        foreach (var each in new[] { day, day.AddDays(1) })
        foreach (var time in timing.TimesOfDay)
            if (WallClock.InstantOf(timing.Zone, each.ToDateTime(time)) == slot)
                return time;
        return null;
    }

    /// <summary>A wanted day between two slots that the zone does not have.</summary>
    private static DateOnly? SkippedDay(Timing timing, DateTimeOffset before, DateTimeOffset slot)
    {
        if ((timing.Zone.GetUtcOffset(slot) - timing.Zone.GetUtcOffset(before)).Duration() < DateLine)
            return null;
        var end = WallClock.DateOf(timing.Zone, slot);
        for (var day = WallClock.DateOf(timing.Zone, before).AddDays(1); day < end; day = day.AddDays(1))
            if (IsWanted(timing, day) && !WallClock.HasDay(timing.Zone, day))
                return day;
        return null;
    }

    private static bool IsWanted(Timing timing, DateOnly day) =>
        timing.Frequency switch
        {
            Frequency.Weekly => Cadence.WantedDays(timing).Contains(day.DayOfWeek),
            Frequency.Monthly => Cadence.DayIn(timing, day) == day,
            _ => true,
        };

    /// <summary>A rule that fires all day long has its slots in both halves of an overlap.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromHours(3);

    private static readonly TimeSpan DateLine = TimeSpan.FromHours(20);
}
