using System.Globalization;

namespace Jettae.Engine;

/// <summary>How much of a flow-control key's traffic may go at once, and in a time.</summary>
/// <param name="Parallelism">Attempts under way at most; 0 for no limit.</param>
/// <param name="Rate">Attempts begun within a period at most; 0 for no limit.</param>
/// <param name="Period">The period in seconds.</param>
public sealed record FlowLimits(int Parallelism, int Rate, int Period)
{
    internal const int LongestPeriod = 7 * 86_400;

    /// <summary>Reads <c>parallelism=3, rate=5, period=1m</c>: any of the first two; the period is a second if not said.</summary>
    /// <exception cref="RejectedException">It says nothing, or what cannot be.</exception>
    public static FlowLimits Parse(string text)
    {
        var (parallelism, rate, period) = (0, 0, 1);
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (name, value) = part.Split('=', 2, StringSplitOptions.TrimEntries) is [var left, var right]
                ? (left.ToLowerInvariant(), right)
                : throw Wrong(part);
            switch (name)
            {
                case "parallelism":
                    parallelism = Positive(name, value);
                    break;
                case "rate":
                    rate = Positive(name, value);
                    break;
                case "period":
                    period = Seconds(value);
                    break;
                default:
                    throw Wrong(part);
            }
        }
        return parallelism > 0 || rate > 0 ? new FlowLimits(parallelism, rate, period) : throw Wrong(text);
    }

    public static int Positive(string name, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number is > 0 and <= 1_000_000
            ? number
            : throw new RejectedException(
                400,
                $"{name} must be a whole number from 1 to 1000000; received '{MessageHeaders.Shortened(value)}'"
            );

    public static int Seconds(string value) =>
        Duration.TryParse(value, out var span) && span.TotalSeconds is >= 1 and <= LongestPeriod
            ? (int)Math.Ceiling(span.TotalSeconds)
            : throw new RejectedException(
                400,
                $"period must be a duration from 1s to 7d; received '{MessageHeaders.Shortened(value)}'"
            );

    /// <summary>As a delivery's header has it: the parts that are set, the period in seconds.</summary>
    public override string ToString() =>
        string.Join(
            ',',
            new[]
            {
                Parallelism > 0 ? $"parallelism={Parallelism}" : null,
                Rate > 0 ? $"rate={Rate}" : null,
                Rate > 0 ? $"period={Period}" : null,
            }.Where(part => part is not null)
        );

    private static RejectedException Wrong(string received) =>
        new(
            400,
            "Upstash-Flow-Control-Value must be such as parallelism=3, rate=5, period=1m, with parallelism or rate; "
                + $"received '{MessageHeaders.Shortened(received)}'"
        );
}
