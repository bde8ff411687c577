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
        var (seconds, at) = (0.0, 0);
        if (text.Length is 0 or > 64)
            return false;
        while (at < text.Length)
        {
            var from = at;
            while (at < text.Length && (char.IsAsciiDigit(text[at]) || text[at] == '.'))
                at++;
            if (
                !double.TryParse(
                    text.AsSpan(from, at - from),
                    NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var number
                )
            )
                return false;
            if (at == text.Length)
            {
                if (from > 0)
                    return false;
                seconds = number;
                break;
            }
            var unit = text[at++] switch
            {
                's' => 1,
                'm' => 60,
                'h' => 3_600,
                'd' => 86_400,
                _ => 0,
            };
            if (unit == 0)
                return false;
            seconds += number * unit;
        }
        if (seconds > Longest)
            return false;
        span = TimeSpan.FromMilliseconds(Math.Round(seconds * 1_000));
        return true;
    }
}
