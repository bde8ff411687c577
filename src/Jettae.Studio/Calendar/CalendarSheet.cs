using System.Globalization;

namespace Jettae.Studio;

/// <summary>How the calendar is looked at.</summary>
public enum CalendarView
{
    Month,
    Week,
    List,
}

/// <summary>What lies before a person: days, in their own zone, with what stands on them.</summary>
public sealed class CalendarSheet
{
    private const int ListedDays = 14;

    /// <summary>So many entries of a day are read at first, and more when they are asked for.</summary>
    public const int Step = 40;

    /// <summary>Of an hour in the week.</summary>
    private const int OfHour = 12;

    private static readonly IReadOnlyList<CalendarItem> Nothing = [];

    private readonly Dictionary<DateOnly, List<CalendarItem>> byDay = [];
    private readonly Dictionary<(DateOnly, int), CalendarCellItems> byHour = [];
    private readonly Dictionary<DateOnly, int> counts = [];

    /// <param name="view">How many days, and from which on.</param>
    /// <param name="date">A day that is to be seen.</param>
    /// <param name="zone">The person's zone.</param>
    /// <param name="now">The time.</param>
    public CalendarSheet(CalendarView view, DateOnly date, TimeZoneInfo zone, DateTimeOffset now)
    {
        (View, Date, Zone, Now) = (view, date, zone, now);
        Today = WallClock.DateOf(zone, now);
        var month = new DateOnly(date.Year, date.Month, 1);
        (First, Last) = view switch
        {
            CalendarView.Month => (WeekOf(month), WeekOf(month.AddMonths(1).AddDays(-1)).AddDays(6)),
            CalendarView.Week => (WeekOf(date), WeekOf(date).AddDays(6)),
            _ => (date, date.AddDays(ListedDays - 1)),
        };
    }

    public CalendarView View { get; }
    public DateOnly Date { get; }
    public TimeZoneInfo Zone { get; }
    public DateTimeOffset Now { get; }
    public DateOnly Today { get; }
    public DateOnly First { get; }
    public DateOnly Last { get; }

    /// <summary>There is more than could be read.</summary>
    public bool IsCut { get; private set; }

    public IEnumerable<DateOnly> Days =>
        Enumerable.Range(0, Last.DayNumber - First.DayNumber + 1).Select(First.AddDays);

    /// <summary>The day to look at for the span before or after this one.</summary>
    public DateOnly Turned(int by) =>
        View switch
        {
            CalendarView.Month => new DateOnly(Date.Year, Date.Month, 1).AddMonths(by),
            CalendarView.Week => Date.AddDays(7 * by),
            _ => Date.AddDays(ListedDays * by),
        };

    public string Heading => View == CalendarView.Month ? Words.MonthOf(Date) : Words.DaysFrom(First, Last);

    /// <summary>The day's entries, as far as they were read.</summary>
    public IReadOnlyList<CalendarItem> On(DateOnly day) => byDay.GetValueOrDefault(day) ?? Nothing;

    /// <summary>All entries of the day.</summary>
    public int CountOn(DateOnly day) => counts.GetValueOrDefault(day);

    /// <summary>The same of an hour, in the week.</summary>
    public CalendarCellItems In(DateOnly day, int hour) => byHour.GetValueOrDefault((day, hour)) ?? new(Nothing, 0);

    /// <summary>The days, or the hours of a week, as they are read.</summary>
    /// <param name="wider">So many entries more of these days.</param>
    public IReadOnlyList<CalendarCell> Cells(IReadOnlyDictionary<DateOnly, int> wider) =>
        View == CalendarView.Week
            ?
            [
                .. from day in Days
                from hour in Enumerable.Range(0, 24)
                select new CalendarCell(Begin(day, hour), Begin(day, hour + 1), OfHour + wider.GetValueOrDefault(day)),
            ]
            :
            [
                .. Days.Select(day => new CalendarCell(
                    Begin(day, 0),
                    Begin(day, 24),
                    Step + wider.GetValueOrDefault(day)
                )),
            ];

    private DateTimeOffset Begin(DateOnly day, int hour) =>
        WallClock.InstantOf(Zone, day.ToDateTime(TimeOnly.MinValue).AddHours(hour));

    public CalendarItem? Find(string key) =>
        byDay.Values.SelectMany(items => items).FirstOrDefault(item => item.Key == key);

    public DateTime WallOf(CalendarItem item) => WallClock.Of(Zone, item.At);

    public string ClockOf(CalendarItem item) => Words.Clock(TimeOnly.FromDateTime(WallOf(item)));

    /// <summary>Where an item would stand after it was dropped on a cell: a day (its time stays) or an hour (its minute stays).</summary>
    public DateTime? Dropped(CalendarItem item, string cell)
    {
        var wall = WallOf(item);
        var day = cell.Split('T')[0];
        if (!DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
            return null;
        var time = TimeOnly.FromDateTime(wall);
        if (cell.Length > day.Length + 1)
            time =
                int.TryParse(cell[(day.Length + 1)..], CultureInfo.InvariantCulture, out var hour)
                && hour is >= 0 and < 24
                    ? new(hour, time.Minute)
                    : time;
        return date.ToDateTime(time);
    }

    /// <summary>A schedule's many slots of one day belong together.</summary>
    public static IReadOnlyList<IReadOnlyList<CalendarItem>> Grouped(IReadOnlyList<CalendarItem> items) =>
        [
            .. items
                .GroupBy(item =>
                    item is { State: CalendarState.Planned, MovedFrom: null } ? $"{item.ScheduleId}" : item.Key
                )
                .SelectMany<IGrouping<string, CalendarItem>, IReadOnlyList<CalendarItem>>(group =>
                    group.Count() > 2
                        ?
                        [
                            [.. group],
                        ]
                        : group.Select(item => new[] { item })
                )
                .OrderBy(group => group[0].At),
        ];

    internal void Fill(CalendarSpan span)
    {
        IsCut = span.IsCut;
        var perDay = View == CalendarView.Week ? 24 : 1;
        for (var n = 0; n < span.Cells.Count; n++)
        {
            var (cell, day) = (span.Cells[n], First.AddDays(n / perDay));
            counts[day] = counts.GetValueOrDefault(day) + cell.Count;
            if (perDay > 1)
                byHour[(day, n % perDay)] = cell;
            if (cell.Items.Count == 0)
                continue;
            if (!byDay.TryGetValue(day, out var items))
                byDay[day] = items = [];
            items.AddRange(cell.Items);
        }
    }

    private static DateOnly WeekOf(DateOnly day)
    {
        var first = (int)CultureInfo.CurrentUICulture.DateTimeFormat.FirstDayOfWeek;
        return day.AddDays(-(((int)day.DayOfWeek - first + 7) % 7));
    }
}
