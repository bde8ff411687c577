using System.Globalization;
using System.Text.RegularExpressions;

namespace Jettae.Studio;

/// <summary>A name in double braces that is not a variable.</summary>
/// <param name="Name">As it was written.</param>
/// <param name="Nearest">The variable that was probably meant; null when none is close.</param>
public sealed record UnknownVariable(string Name, string? Nearest);

internal static partial class Prompts
{
    public static readonly string[] Variables =
    [
        "topic",
        "date",
        "weekday",
        "time",
        "season",
        "n",
        "last_titles",
        "audience",
        "tone",
        "brand_voice",
    ];

    /// <summary>Each name that is no variable, once, in the order of the text.</summary>
    public static IReadOnlyList<UnknownVariable> UnknownVariables(string text) =>
        [
            .. Variable()
                .Matches(text)
                .Select(match => match.Groups[1].Value)
                .Where(name => !Variables.Contains(name))
                .Distinct()
                .Select(name => new UnknownVariable(name, Nearest(name))),
        ];

    /// <summary>Whether the text has this variable.</summary>
    public static bool Uses(string text, string name) =>
        Variable().Matches(text).Any(match => match.Groups[1].Value == name);

    /// <summary>The text with every variable of one name given another.</summary>
    public static string Renamed(string text, string name, string to) =>
        Variable().Replace(text, match => match.Groups[1].Value == name ? $"{{{{{to}}}}}" : match.Value);

    private static string Filled(string prompt, Assignment assignment) =>
        Variable().Replace(prompt, match => Value(match.Groups[1].Value, assignment) ?? match.Value);

    private static string? Value(string variable, Assignment assignment)
    {
        var culture = CultureOf(assignment);
        var local = LocalTime(assignment);
        return variable switch
        {
            "topic" => assignment.Topic,
            "date" => local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            "weekday" => local.ToString("dddd", culture),
            "time" => local.ToString("HH:mm", CultureInfo.InvariantCulture),
            "season" => Season(local.Month, assignment.Zone.Id).In(culture),
            "n" => assignment.Number.ToString(CultureInfo.InvariantCulture),
            "last_titles" => string.Join(" / ", assignment.LastTitles),
            "audience" => assignment.Audience ?? "",
            "tone" => ToneIn(assignment.Tone).In(culture),
            "brand_voice" => assignment.Settings.BrandVoice ?? "",
            _ => null,
        };
    }

    private static DateTimeOffset LocalTime(Assignment assignment) =>
        TimeZoneInfo.ConvertTime(assignment.At, assignment.Zone);

    /// <summary>The season of the month; turned round where the zone lies south of the equator.</summary>
    private static Word Season(int month, string zone) =>
        ((South.Any(each => zone.StartsWith(each, StringComparison.Ordinal)) ? month + 6 : month) % 12 / 3) switch
        {
            0 => new("겨울", "winter"),
            1 => new("봄", "spring"),
            2 => new("여름", "summer"),
            _ => new("가을", "autumn"),
        };

    private static readonly string[] South =
    [
        "Australia/",
        "Pacific/Auckland",
        "America/Argentina/",
        "America/Sao_Paulo",
        "America/Santiago",
        "Africa/Johannesburg",
    ];

    private static string? Nearest(string name) =>
        Variables
            .Select(known => (known, Distance: Distance(name.ToLowerInvariant(), known)))
            .Where(each => each.Distance <= 2 && each.Distance < each.known.Length)
            .OrderBy(each => each.Distance)
            .Select(each => each.known)
            .FirstOrDefault();

    /// <summary>The single-character changes between the two; 3 stands for anything far.</summary>
    private static int Distance(string one, string other)
    {
        if (Math.Abs(one.Length - other.Length) > 2)
            return 3;
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var at = 1; at <= one.Length; at++)
        {
            var diagonal = row[0];
            row[0] = at;
            for (var to = 1; to <= other.Length; to++)
            {
                var above = row[to];
                row[to] = Math.Min(Math.Min(above, row[to - 1]) + 1, diagonal + (one[at - 1] == other[to - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[^1];
    }

    [GeneratedRegex(@"\{\{\s*([^{}]*?)\s*\}\}")]
    private static partial Regex Variable();
}
