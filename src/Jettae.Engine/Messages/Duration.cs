using System.Globalization;

namespace Jettae.Engine;

/// <summary>Spans as QStash writes them: <c>10s</c>, <c>1h30m3s</c>, <c>1d10h30m</c>; a bare number is seconds (contract §2.1).</summary>
public static class Duration
{
    private const double Longest = 100.0 * 366 * 86_400;

    /// <summary>False when <paramref name="text"/> is not of the form, or longer than a century.</summary>
    public static bool TryParse(string text, out TimeSpan span)
    {
        span = default;
        if (Terms(text) is not { } terms)
            return false;
        var seconds = terms is [(var bare, "")]
            ? bare
            : terms.Sum(term =>
                term.Number
                * term.Unit switch
                {
                    "s" => 1,
                    "m" => 60,
                    "h" => 3_600,
                    "d" => 86_400,
                    _ => double.NaN,
                }
            );
        if (double.IsNaN(seconds) || seconds > Longest)
            return false;
        span = TimeSpan.FromMilliseconds(Math.Round(seconds * 1_000));
        return true;
    }

    /// <summary>The numbers of a span, each with what follows it; null when one is missing or it is too long to be a span.</summary>
    internal static List<(double Number, string Unit)>? Terms(string text)
    {
        if (text.Length is 0 or > 64)
            return null;
        var terms = new List<(double, string)>();
        for (var at = 0; at < text.Length; )
        {
            var unit = at;
            while (unit < text.Length && IsOfNumber(text[unit]))
                unit++;
            if (
                !double.TryParse(
                    text.AsSpan(at, unit - at),
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var number
                )
            )
                return null;
            at = unit;
            while (at < text.Length && !IsOfNumber(text[at]))
                at++;
            terms.Add((number, text[unit..at]));
        }
        return terms;

        static bool IsOfNumber(char letter) => char.IsAsciiDigit(letter) || letter == '.';
    }
}
