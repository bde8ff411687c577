namespace Jettae.Studio;

/// <summary>Turns a timing into its slots. Pure: time comes in as an argument.</summary>
public static class Cadence
{
    private static readonly TimeSpan WindowAround = TimeSpan.FromHours(16);

    /// <summary>The first slot strictly after <paramref name="after"/>; null when there is none any more.</summary>
    public static DateTimeOffset? Next(Timing timing, DateTimeOffset after)
    {
        var floor = after > timing.StartsAt ? after : timing.StartsAt;
        return timing.Frequency switch
        {
            Frequency.Hourly => OnGrid(timing, TimeSpan.FromHours(1), floor),
            Frequency.ThreeHours => OnGrid(timing, TimeSpan.FromHours(3), floor),
            Frequency.SixHours => OnGrid(timing, TimeSpan.FromHours(6), floor),
            Frequency.Daily => FirstAfter(timing, floor, Days(LocalDate(timing.Zone, floor).AddDays(-2), step: 1)),
            Frequency.Weekly => FirstAfter(timing, floor, Days(WeekdayBefore(timing, floor), step: 7)),
            Frequency.Monthly => FirstAfter(timing, floor, Months(timing, floor)),
            Frequency.Cron => CronRule.Parse(timing.Cron ?? "").Next(floor, timing.Zone),
            _ => throw new InvalidOperationException($"No cadence for {timing.Frequency}."),
        };
    }

    /// <summary>All slots strictly after <paramref name="after"/>, in order; endless for most timings.</summary>
    public static IEnumerable<DateTimeOffset> Slots(Timing timing, DateTimeOffset after)
    {
        for (var slot = Next(timing, after); slot is { } next; slot = Next(timing, next))
            yield return next;
    }

    private static DateTimeOffset? OnGrid(Timing timing, TimeSpan interval, DateTimeOffset after)
    {
        var anchor = InstantOf(timing.Zone, LocalDate(timing.Zone, timing.StartsAt).ToDateTime(timing.TimeOfDay));
        var steps = Math.Floor((after - anchor) / interval) + 1;
        var next = anchor + steps * interval;
        return next > after ? next : next + interval;
    }

    /// <summary>Bounded: of any four days, weeks or months in a row at least one has its slot.</summary>
    private static DateTimeOffset? FirstAfter(Timing timing, DateTimeOffset after, IEnumerable<DateOnly> days)
    {
        foreach (var day in days.Take(12))
            if (SlotOn(timing, day) is { } slot && slot > after)
                return slot;
        return null;
    }

    private static IEnumerable<DateOnly> Days(DateOnly from, int step)
    {
        for (var day = from; ; day = day.AddDays(step))
            yield return day;
    }

    private static DateOnly WeekdayBefore(Timing timing, DateTimeOffset instant)
    {
        var weekday = timing.DayOfWeek ?? LocalDate(timing.Zone, timing.StartsAt).DayOfWeek;
        var day = LocalDate(timing.Zone, instant).AddDays(-8);
        return day.AddDays(((int)weekday - (int)day.DayOfWeek + 7) % 7);
    }

    private static IEnumerable<DateOnly> Months(Timing timing, DateTimeOffset instant)
    {
        var wanted = timing.DayOfMonth ?? LocalDate(timing.Zone, timing.StartsAt).Day;
        var here = LocalDate(timing.Zone, instant);
        var first = new DateOnly(here.Year, here.Month, 1).AddMonths(-1);
        for (var month = first; ; month = month.AddMonths(1))
            yield return new DateOnly(
                month.Year,
                month.Month,
                Math.Min(wanted, DateTime.DaysInMonth(month.Year, month.Month))
            );
    }

    /// <summary>Null when the zone has no such day at all (a day skipped at the date line).</summary>
    private static DateTimeOffset? SlotOn(Timing timing, DateOnly day)
    {
        var instant = InstantOf(timing.Zone, day.ToDateTime(timing.TimeOfDay));
        var isSkippedDay =
            LocalDate(timing.Zone, instant) > day && LocalDate(timing.Zone, instant.AddSeconds(-1)) < day;
        return isSkippedDay ? null : instant;
    }

    private static DateOnly LocalDate(TimeZoneInfo zone, DateTimeOffset instant) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(instant, zone).DateTime);

    /// <summary>
    /// The earliest instant at which the zone's clock shows <paramref name="wall"/> or later: the moment itself, the first
    /// moment after a gap, the first of two in an overlap.
    /// </summary>
    /// <remarks>Asked by instants only: TimeZoneInfo's own test for invalid local times misses a change of the base offset.</remarks>
    private static DateTimeOffset InstantOf(TimeZoneInfo zone, DateTime wall)
    {
        var asUtc = new DateTimeOffset(wall, TimeSpan.Zero);
        var (from, to) = (asUtc - WindowAround, asUtc + WindowAround);
        while (from < to)
        {
            var offset = zone.GetUtcOffset(from);
            var end = EndOfOffset(zone, from, to);
            var reached = asUtc - offset;
            if (reached < from)
                return from;
            if (reached < end)
                return reached;
            from = end;
        }
        return asUtc - zone.GetUtcOffset(to);
    }

    /// <summary>When the offset at <paramref name="from"/> ends, to the second, or <paramref name="to"/>.</summary>
    private static DateTimeOffset EndOfOffset(TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset to)
    {
        var offset = zone.GetUtcOffset(from);
        var probe = TimeSpan.FromHours(4);
        var same = from;
        while (same < to && zone.GetUtcOffset(same + probe) == offset)
            same += probe;
        if (same >= to)
            return to;
        var (low, high) = (same.ToUnixTimeSeconds(), (same + probe).ToUnixTimeSeconds());
        while (high - low > 1)
        {
            var middle = low + (high - low) / 2;
            if (zone.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(middle)) == offset)
                low = middle;
            else
                high = middle;
        }
        return DateTimeOffset.FromUnixTimeSeconds(high);
    }
}
