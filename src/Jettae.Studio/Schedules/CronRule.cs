using Cronos;

namespace Jettae.Studio;

/// <summary>
/// A five-field cron expression as QStash reads it: minute, hour, day of month, month, day of week; a slot is where either
/// day field matches when both are restricted; <c>CRON_TZ=Zone</c> in front replaces the schedule's zone.
/// </summary>
internal sealed class CronRule
{
    private const string Prefix = "CRON_TZ=";
    private static readonly string[] Names =
    [
        "JAN",
        "FEB",
        "MAR",
        "APR",
        "MAY",
        "JUN",
        "JUL",
        "AUG",
        "SEP",
        "OCT",
        "NOV",
        "DEC",
        "SUN",
        "MON",
        "TUE",
        "WED",
        "THU",
        "FRI",
        "SAT",
    ];

    private readonly CronExpression[] expressions;
    private readonly TimeZoneInfo? zone;

    private CronRule(CronExpression[] expressions, TimeZoneInfo? zone)
    {
        this.expressions = expressions;
        this.zone = zone;
    }

    /// <exception cref="FormatException">The message says which rule is broken.</exception>
    public static bool IsRule(string? text)
    {
        try
        {
            Parse(text ?? "");
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    public static CronRule Parse(string text)
    {
        var rest = text.Trim();
        TimeZoneInfo? zone = null;
        if (rest.StartsWith(Prefix, StringComparison.Ordinal))
        {
            var blank = rest.IndexOf(' ', StringComparison.Ordinal);
            var id = blank < 0 ? rest[Prefix.Length..] : rest[Prefix.Length..blank];
            if (!TimeZoneInfo.TryFindSystemTimeZoneById(id, out zone))
                throw new FormatException($"CRON_TZ must name an IANA time zone, received '{id}'");
            rest = blank < 0 ? "" : rest[blank..];
        }
        var fields = rest.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5)
            throw new FormatException("five fields: minute hour day-of-month month day-of-week");
        foreach (var field in fields)
            RequirePlain(field);
        try
        {
            return new CronRule([.. Alternatives(fields).Select(each => CronExpression.Parse(each))], zone);
        }
        catch (CronFormatException broken)
        {
            throw new FormatException(broken.Message, broken);
        }
    }

    /// <summary>The zone that the expression itself names.</summary>
    public TimeZoneInfo? Zone => zone;

    /// <summary>The next match of a wall clock that is never set; the clock's time is given, and answered, as UTC.</summary>
    public DateTimeOffset? NextByWall(DateTimeOffset wall) =>
        expressions
            .Select(each => each.GetNextOccurrence(wall, TimeZoneInfo.Utc))
            .Where(each => each is not null)
            .Min();

    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo scheduleZone) =>
        expressions
            .Select(each => each.GetNextOccurrence(after, zone ?? scheduleZone))
            .Where(each => each is not null)
            .Min()
            ?.ToUniversalTime();

    /// <summary>Cronos wants both day fields to match; cron wants either, unless one of them is open.</summary>
    private static IEnumerable<string> Alternatives(string[] fields)
    {
        var (dayOfMonth, dayOfWeek) = (fields[2], fields[4]);
        if (IsOpen(dayOfMonth) || IsOpen(dayOfWeek))
            return [string.Join(' ', fields)];
        return
        [
            string.Join(' ', [fields[0], fields[1], dayOfMonth, fields[3], "*"]),
            string.Join(' ', [fields[0], fields[1], "*", fields[3], dayOfWeek]),
        ];
    }

    /// <summary>As cron has it, <c>*/2</c> is not: it leaves days out.</summary>
    private static bool IsOpen(string field) => field is "*" or "?" or "*/1" or "?/1";

    private static void RequirePlain(string field)
    {
        var bare = Names.Aggregate(
            field.ToUpperInvariant(),
            (text, name) => text.Replace(name, "", StringComparison.Ordinal)
        );
        if (bare.Any(letter => !char.IsAsciiDigit(letter) && !"*,-/?".Contains(letter, StringComparison.Ordinal)))
            throw new FormatException($"only digits, names, '*', ',', '-' and '/' may be used, received '{field}'");
    }
}
