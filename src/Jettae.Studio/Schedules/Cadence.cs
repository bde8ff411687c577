namespace Jettae.Studio;

/// <summary>Turns a timing into its slots. Pure: time comes in as an argument.</summary>
public static class Cadence
{
    /// <summary>A wall clock is set forward by a day at most: what it showed longer ago has certainly passed.</summary>
    private static readonly TimeSpan LongAgo = TimeSpan.FromHours(26);

    /// <summary>The first slot strictly after <paramref name="after"/>; null when there is none any more.</summary>
    public static DateTimeOffset? Next(Timing timing, DateTimeOffset after)
    {
        if (timing.IsBroken)
            return null;
        var floor = after > timing.StartsAt ? after : timing.StartsAt;
        return timing.Frequency switch
        {
            Frequency.Hourly or Frequency.ThreeHours or Frequency.SixHours => OnGrid(timing, floor),
            // Bounded: of any four days, weeks or months in a row at least one has its slot.
            Frequency.Daily => OnDays(timing, floor, days: 12, weekdays: EveryDay),
            Frequency.Weekly => OnDays(timing, floor, days: 40, weekdays: Weekdays(timing)),
            Frequency.Monthly => OnMonths(timing, floor),
            Frequency.Cron => CronRule.Parse(timing.Cron ?? "").Next(floor, timing.Zone),
            _ => throw new InvalidOperationException($"No cadence for {timing.Frequency}."),
        };
    }

    /// <summary>All slots strictly after <paramref name="after"/>, in order; endless for most timings.</summary>
    public static IEnumerable<DateTimeOffset> Slots(Timing timing, DateTimeOffset after)
    {
        var step = Interval(timing.Frequency);
        var cron = timing is { Frequency: Frequency.Cron, IsBroken: false } ? CronRule.Parse(timing.Cron ?? "") : null;
        for (var slot = Next(timing, after); slot is { } next; )
        {
            yield return next;
            slot =
                step is { } interval ? next + interval
                : cron is not null ? cron.Next(next, timing.Zone)
                : Next(timing, next);
        }
    }

    /// <summary>Whether the timing has a slot at exactly this instant.</summary>
    public static bool Has(Timing timing, DateTimeOffset instant) => Next(timing, instant.AddSeconds(-1)) == instant;

    /// <summary>The step of the elapsed-time grids; null for timings by wall clock.</summary>
    internal static TimeSpan? Interval(Frequency frequency) =>
        frequency switch
        {
            Frequency.Hourly => TimeSpan.FromHours(1),
            Frequency.ThreeHours => TimeSpan.FromHours(3),
            Frequency.SixHours => TimeSpan.FromHours(6),
            _ => null,
        };

    /// <summary>The day of a month that a monthly timing falls on: the wanted one, or the month's last.</summary>
    internal static DateOnly DayIn(Timing timing, DateOnly month) =>
        new(month.Year, month.Month, Math.Min(WantedDay(timing), DateTime.DaysInMonth(month.Year, month.Month)));

    /// <summary>The day of the month that was asked for; by default the one on which the schedule starts.</summary>
    internal static int WantedDay(Timing timing) =>
        timing.DayOfMonth ?? WallClock.DateOf(timing.Zone, timing.StartsAt).Day;

    /// <summary>The weekdays that were asked for; by default the one on which the schedule starts.</summary>
    internal static IReadOnlyList<DayOfWeek> WantedDays(Timing timing) =>
        timing.DaysOfWeek.Count > 0 ? timing.DaysOfWeek : [WallClock.DateOf(timing.Zone, timing.StartsAt).DayOfWeek];

    private const int EveryDay = 0b111_1111;

    private static int Weekdays(Timing timing)
    {
        var set = 0;
        foreach (var day in WantedDays(timing))
            set |= 1 << (int)day;
        return set;
    }

    private static DateTimeOffset OnGrid(Timing timing, DateTimeOffset after)
    {
        var interval = Interval(timing.Frequency)!.Value;
        var first = WallClock.DateOf(timing.Zone, timing.StartsAt).ToDateTime(timing.TimesOfDay[0]);
        var anchor = WallClock.InstantOf(timing.Zone, first);
        var next = anchor + (Math.Floor((after - anchor) / interval) + 1) * interval;
        return next > after ? next : next + interval;
    }

    private static DateTimeOffset? OnDays(Timing timing, DateTimeOffset after, int days, int weekdays)
    {
        var wall = WallClock.Of(timing.Zone, after);
        var first = DateOnly.FromDateTime(wall).AddDays(-2);
        for (var n = 0; n < days; n++)
        {
            var day = first.AddDays(n);
            if ((weekdays >> (int)day.DayOfWeek & 1) != 0 && OnDay(timing, day, after, wall) is { } slot)
                return slot;
        }
        return null;
    }

    private static DateTimeOffset? OnMonths(Timing timing, DateTimeOffset after)
    {
        var wall = WallClock.Of(timing.Zone, after);
        var first = new DateOnly(wall.Year, wall.Month, 1).AddMonths(-1);
        for (var n = 0; n < 12; n++)
            if (OnDay(timing, DayIn(timing, first.AddMonths(n)), after, wall) is { } slot)
                return slot;
        return null;
    }

    /// <summary>The day's first slot after the instant, whose wall clock is given as well.</summary>
    private static DateTimeOffset? OnDay(Timing timing, DateOnly day, DateTimeOffset after, DateTime wallAfter)
    {
        foreach (var time in timing.TimesOfDay)
        {
            var wall = day.ToDateTime(time);
            if (wallAfter - wall > LongAgo)
                continue;
            var instant = WallClock.InstantOf(timing.Zone, wall);
            if (instant > after && !IsOfSkippedDay(timing.Zone, day, instant))
                return instant;
        }
        return null;
    }

    /// <summary>The zone has no such day at all: the date line took it.</summary>
    private static bool IsOfSkippedDay(TimeZoneInfo zone, DateOnly day, DateTimeOffset instant) =>
        WallClock.DateOf(zone, instant) > day && WallClock.DateOf(zone, instant.AddSeconds(-1)) < day;
}
