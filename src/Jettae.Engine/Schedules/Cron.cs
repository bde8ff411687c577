using System.Text.RegularExpressions;
using Cronos;

namespace Jettae.Engine;

/// <summary>
/// A cron expression as QStash reads it (contract §6.4): five fields, minute resolution; either day field matches when both are
/// restricted; <c>CRON_TZ=Zone</c> in front, else UTC; <c>@hourly</c> and its kin.
/// </summary>
/// <remarks>A time that a change of clocks leaves out fires right after the gap; one that it repeats fires once.</remarks>
internal sealed partial class Cron
{
    private readonly CronExpression[] expressions;
    private readonly TimeZoneInfo zone;

    private Cron(string text, CronExpression[] expressions, TimeZoneInfo zone) =>
        (Text, this.expressions, this.zone) = (text, expressions, zone);

    /// <summary>As it was given, without blanks around it.</summary>
    public string Text { get; }

    /// <exception cref="RejectedException">It is not of the form, or never falls due.</exception>
    public static Cron Parse(string given)
    {
        var text = given.Trim();
        var (zone, rest) = ZoneOf(text);
        if (rest.Length == 0)
            throw Rejected("empty spec string", given);
        var fields = (Named(rest) ?? rest).Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5)
            throw Rejected($"expected exactly 5 fields, found {fields.Length}", given);
        for (var i = 0; i < fields.Length; i++)
            if (!Plain().IsMatch(fields[i]))
                throw Rejected("only digits, names of days and months, '*', ',', '-', '/' and '?' may be used", given);
        Cron cron;
        try
        {
            cron = new Cron(text, [.. Alternatives(fields).Select(each => CronExpression.Parse(each))], zone);
        }
        catch (CronFormatException broken)
        {
            throw Rejected(broken.Message, given);
        }
        return cron.Next(0) is not null ? cron : throw Rejected("it never falls due", given);
    }

    /// <summary>The first slot after an instant; unix milliseconds, both. Null when there is none any more.</summary>
    public long? Next(long after)
    {
        long? first = null;
        foreach (var expression in expressions)
            if (
                expression.GetNextOccurrence(DateTimeOffset.FromUnixTimeMilliseconds(after), zone) is { } slot
                && !(first <= slot.ToUnixTimeMilliseconds())
            )
                first = slot.ToUnixTimeMilliseconds();
        return first;
    }

    private static (TimeZoneInfo Zone, string Fields) ZoneOf(string text)
    {
        foreach (var prefix in (ReadOnlySpan<string>)["CRON_TZ=", "TZ="])
        {
            if (!text.StartsWith(prefix, StringComparison.Ordinal))
                continue;
            var blank = text.IndexOfAny([' ', '\t']);
            var id = blank < 0 ? text[prefix.Length..] : text[prefix.Length..blank];
            return id.Length > 0 && TimeZoneInfo.TryFindSystemTimeZoneById(id, out var zone)
                ? (zone, blank < 0 ? "" : text[blank..].Trim())
                : throw Rejected($"{prefix} must name an IANA time zone", text);
        }
        return (TimeZoneInfo.Utc, text);
    }

    private static string? Named(string text) =>
        text.ToLowerInvariant() switch
        {
            "@yearly" or "@annually" => "0 0 1 1 *",
            "@monthly" => "0 0 1 * *",
            "@weekly" => "0 0 * * 0",
            "@daily" or "@midnight" => "0 0 * * *",
            "@hourly" => "0 * * * *",
            _ => null,
        };

    /// <summary>The library wants both day fields to match; cron wants either, unless one of them is open.</summary>
    private static IEnumerable<string> Alternatives(string[] fields)
    {
        var (minute, hour, day, month, weekday) = (fields[0], fields[1], fields[2], fields[3], fields[4]);
        return IsOpen(day) || IsOpen(weekday)
            ? [string.Join(' ', fields)]
            : [$"{minute} {hour} {day} {month} *", $"{minute} {hour} * {month} {weekday}"];
    }

    /// <summary>As cron has it, <c>*/2</c> is not: it leaves days out.</summary>
    private static bool IsOpen(string field) => field is "*" or "?" or "*/1" or "?/1";

    private static RejectedException Rejected(string reason, string received) =>
        new(400, $"Invalid cron expression {reason}; received '{MessageHeaders.Shortened(received)}' as Upstash-Cron");

    /// <summary>Without <c>L</c>, <c>W</c> and <c>#</c>, which the library knows and QStash does not.</summary>
    [GeneratedRegex(
        "^([0-9*,/?-]|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC|SUN|MON|TUE|WED|THU|FRI|SAT)+$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Plain();
}
