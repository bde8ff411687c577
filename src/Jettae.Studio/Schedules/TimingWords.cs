using System.Globalization;

namespace Jettae.Studio;

/// <summary>How a schedule's timing is said.</summary>
public static partial class Words
{
    public static readonly Word CopySuffix = new(" 복사본", " copy");
    private static readonly Word EveryWeek = new("매주", "Every");
    private static readonly Word EachMonthOn = new("매월 {0}일", "Monthly on day {0}");
    private static readonly Word CountedFrom = new("{0} 기준", "from {0}");
    private static readonly Word WeekdaysOnly = new("평일", "weekday");

    /// <summary>A schedule in one sentence.</summary>
    public static string Sentence(Schedule schedule)
    {
        var times = string.Join(", ", schedule.TimesOfDay.Select(Clock));
        var zone = schedule.Timezone;
        return schedule.Frequency switch
        {
            Frequency.Cron => $"cron {schedule.Cron} · {zone}",
            Frequency.Daily => $"{Of(schedule.Frequency)} {times} · {zone}",
            Frequency.Weekly => $"{EveryWeek} {Weekdays(schedule)} {times} · {zone}",
            Frequency.Monthly =>
                $"{EachMonthOn.In(CultureInfo.CurrentUICulture, Cadence.WantedDay(schedule.Timing))} {times} · {zone}",
            _ =>
                $"{Of(schedule.Frequency)} · {CountedFrom.In(CultureInfo.CurrentUICulture, Clock(schedule.TimesOfDay[0]))} · {zone}",
        };
    }

    /// <summary>The clock skips the wanted time on that day.</summary>
    internal static Word GapMoved(TimeOnly? wanted, TimeOnly runs) =>
        wanted is { } time
            ? new(
                $"이날은 시계를 앞당겨 {Clock(time)}{Particles.After(Clock(time), "이(가)")} 없어요. {Clock(runs)}에 실행해요.",
                $"The clock skips {Clock(time)} on this day; it runs at {Clock(runs)}."
            )
            : new(
                $"이날은 시계를 앞당겨 정한 시각이 없어요. {Clock(runs)}에 실행해요.",
                $"The clock skips the set time on this day; it runs at {Clock(runs)}."
            );

    /// <summary>The clock shows the time twice on that day.</summary>
    internal static Word OverlapOnce(TimeOnly time) =>
        new(
            $"이날은 시계를 되돌려 {Clock(time)}{Particles.After(Clock(time), "이(가)")} 두 번 있어요. 처음 한 번만 실행해요.",
            $"The clock shows {Clock(time)} twice on this day; it runs once, the first time."
        );

    /// <summary>The month is too short for the wanted day.</summary>
    internal static Word MonthEnd(int month, int day) =>
        new(
            $"{month}월에는 {day}일이 없어서 마지막 날에 실행해요.",
            $"This month has no day {day}; it runs on the last day."
        );

    /// <summary>From here on an elapsed-time grid stands elsewhere on the wall.</summary>
    internal static Word GridShifts(TimeSpan shift)
    {
        var span = shift.Duration();
        var minutes = (int)span.TotalMinutes;
        var (ko, en) =
            minutes % 60 == 0 ? ($"{minutes / 60}시간", $"{minutes / 60} h") : ($"{minutes}분", $"{minutes} min");
        return shift > TimeSpan.Zero
            ? new(
                $"시계를 앞당기는 날이에요. 간격은 그대로이고, 여기서부터 시계로는 {ko} 늦은 시각이에요.",
                $"The clock goes forward: the steps stay even, the time shown is {en} later from here on."
            )
            : new(
                $"시계를 되돌리는 날이에요. 간격은 그대로이고, 여기서부터 시계로는 {ko} 이른 시각이에요.",
                $"The clock goes back: the steps stay even, the time shown is {en} earlier from here on."
            );
    }

    /// <summary>The zone left a day out at the date line.</summary>
    internal static Word DayMissing(DateOnly day) =>
        new(
            $"날짜 변경선이 바뀌어 {day.Month}월 {day.Day}일이 없어요. 그날은 건너뛰어요.",
            $"The date line moved, so {day.ToString("MMMM d", CultureInfo.InvariantCulture)} does not exist there; it is passed over."
        );

    /// <summary>A time of day as <c>09:00</c>.</summary>
    public static string Clock(TimeOnly time) => time.ToString("HH\\:mm", CultureInfo.InvariantCulture);

    private static string Weekdays(Schedule schedule)
    {
        var days = schedule.DaysOfWeek;
        if (days.Count == 0)
            return Of(WallClock.DateOf(schedule.Timing.Zone, schedule.StartsAt).DayOfWeek);
        if (days.Count == 1)
            return Of(days[0]);
        if (
            days.SequenceEqual([
                DayOfWeek.Monday,
                DayOfWeek.Tuesday,
                DayOfWeek.Wednesday,
                DayOfWeek.Thursday,
                DayOfWeek.Friday,
            ])
        )
            return WeekdaysOnly.ToString();
        var names = CultureInfo.CurrentUICulture.DateTimeFormat;
        // A week is read from Monday on.
        return string.Join(", ", days.OrderBy(day => ((int)day + 6) % 7).Select(names.GetAbbreviatedDayName));
    }
}
