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
    private static readonly Word EachMinute = new("1분마다", "Every minute");
    private static readonly Word EachMinutes = new("{0}분마다", "Every {0} minutes");
    private static readonly Word EachHourAt = new("매시간 {0}분", "Hourly at minute {0}");
    private static readonly Word EachHours = new("{0}시간마다 정각", "Every {0} hours on the hour");
    private static readonly Word EachHoursAt = new("{0}시간마다 {1}분", "Every {0} hours at minute {1}");

    /// <summary>A schedule in one sentence.</summary>
    public static string Sentence(Schedule schedule)
    {
        var times = string.Join(", ", schedule.TimesOfDay.Select(Clock));
        var zone = schedule.Timezone;
        return schedule.Frequency switch
        {
            Frequency.Cron => $"{OfCron(schedule.Cron ?? "") ?? $"cron {schedule.Cron}"} · {zone}",
            Frequency.Daily => $"{Of(schedule.Frequency)} {times} · {zone}",
            Frequency.Weekly => $"{EveryWeek} {Weekdays(Cadence.WantedDays(schedule.Timing))} {times} · {zone}",
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

    /// <summary>What a common cron expression says; null for all others.</summary>
    internal static string? OfCron(string cron)
    {
        if (
            cron.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries)
            is not [var minute, var hour, var monthday, "*", var weekday]
        )
            return null;
        var culture = CultureInfo.CurrentUICulture;
        var (anyMonthday, anyWeekday) = (monthday is "*" or "?", weekday is "*" or "?");
        var isDaily = anyMonthday && anyWeekday;
        if (isDaily && hour == "*" && Step(minute, 60) is { } minutes)
            return minutes == 1 ? EachMinute.ToString() : EachMinutes.In(culture, minutes);
        if (Numbers(minute, 59) is not [var at])
            return null;
        if (isDaily && Step(hour, 24) is { } hours)
            return hours == 1 ? EachHourAt.In(culture, at)
                : at == 0 ? EachHours.In(culture, hours)
                : EachHoursAt.In(culture, hours, at);
        if (Numbers(hour, 23) is not { } clock)
            return null;
        var times = string.Join(", ", clock.Select(each => Clock(new(each, at))));
        if (isDaily)
            return $"{Of(Frequency.Daily)} {times}";
        if (anyMonthday && Numbers(weekday, 7) is { } days)
            return $"{EveryWeek} {Weekdays([.. days.Select(day => (DayOfWeek)(day % 7)).Distinct().Order()])} {times}";
        // A later day is not in every month, and an expression leaves those months out.
        return anyWeekday && Numbers(monthday, 31) is [> 0 and <= 28 and var day]
            ? $"{EachMonthOn.In(culture, day)} {times}"
            : null;
    }

    /// <summary>Of <c>*</c> and <c>*/n</c>, where the steps are even.</summary>
    private static int? Step(string field, int of) =>
        field == "*" ? 1
        : field.StartsWith("*/", StringComparison.Ordinal)
        && int.TryParse(field[2..], NumberStyles.None, CultureInfo.InvariantCulture, out var step)
        && step > 0
        && of % step == 0
            ? step
        : null;

    /// <summary>Of numbers, names of weekdays, and spans of them, in order; null when there is anything else.</summary>
    private static List<int>? Numbers(string field, int most)
    {
        var found = new SortedSet<int>();
        foreach (var part in field.Split(','))
        {
            var ends = part.Split('-').Select(each => Number(each, most)).ToList();
            if (ends is not ([{ }] or [{ }, { }]) || ends[^1] < ends[0])
                return null;
            found.UnionWith(Enumerable.Range(ends[0]!.Value, ends[^1]!.Value - ends[0]!.Value + 1));
        }
        return [.. found];
    }

    private static int? Number(string text, int most)
    {
        var named = most == 7 ? Array.IndexOf(WeekdayNames, text.ToUpperInvariant()) : -1;
        return named >= 0 ? named
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= most
                ? number
            : null;
    }

    private static readonly string[] WeekdayNames = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private static string Weekdays(IReadOnlyList<DayOfWeek> days)
    {
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
