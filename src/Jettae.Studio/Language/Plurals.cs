using System.Globalization;
using System.Text.RegularExpressions;

namespace Jettae.Studio;

/// <summary>English plurals. A text says <c>(s)</c> after what it counts, as in <c>{0} piece(s) found</c>: of one it falls away.</summary>
internal static partial class Plurals
{
    /// <summary>The format with the plurals after its gaps chosen for these values.</summary>
    public static string Chosen(string format, CultureInfo culture, object?[] values) =>
        Counted()
            .Replace(
                format,
                counted =>
                    counted.Groups["gap"].Value
                    + counted.Groups["what"].Value
                    + (string.Format(culture, counted.Groups["gap"].Value, values) == "1" ? "" : "s")
            );

    [GeneratedRegex(@"(?<gap>\{\d+[^{}]*\})(?<what>[^{}()]*)\(s\)")]
    private static partial Regex Counted();
}
