using System.Globalization;

namespace Jettae.Engine;

/// <summary>What an outcome means for its message: a pure function of message, outcome and now.</summary>
public abstract record Verdict
{
    private const long OneDay = 86_400_000;

    private Verdict() { }

    public sealed record Delivered : Verdict;

    /// <summary>Again at this instant, unix milliseconds.</summary>
    public sealed record RetryAt(long Instant) : Verdict;

    /// <summary>Given up: a dead letter.</summary>
    public sealed record Failed : Verdict;

    public static Verdict Of(Message message, DeliveryOutcome outcome, long now) =>
        outcome switch
        {
            DeliveryOutcome.Answered { Succeeded: true } => new Delivered(),
            DeliveryOutcome.Answered answer when IsFinal(answer) => new Failed(),
            _ when message.Retried >= message.MaxRetries => new Failed(),
            DeliveryOutcome.Answered answer => new RetryAt(now + (AskedDelay(answer, now) ?? OwnDelay(message))),
            _ => new RetryAt(now + OwnDelay(message)),
        };

    /// <summary>The text of the error that the log shows; null when there is none.</summary>
    public static string? ErrorOf(DeliveryOutcome outcome) =>
        outcome switch
        {
            DeliveryOutcome.Answered { Succeeded: false } answer => $"the destination answered {answer.Status}",
            DeliveryOutcome.Answered => null,
            DeliveryOutcome.TimedOut timedOut =>
                $"no answer within {timedOut.Limit.TotalSeconds.ToString(CultureInfo.InvariantCulture)} s",
            DeliveryOutcome.Refused => "the destination refused the connection",
            DeliveryOutcome.Unresolvable => "unable to resolve the destination's host",
            DeliveryOutcome.Forbidden forbidden => forbidden.Reason,
            DeliveryOutcome.TlsFailed tls => $"TLS failed: {tls.Reason}",
            DeliveryOutcome.Broken broken => broken.Reason,
            _ => null,
        };

    /// <summary>
    /// Contract §5.1 asks for status 489 with this header. Here the header makes any 4xx final: a receiver that says so
    /// means it, and may answer with the status that fits (404 for what is gone).
    /// </summary>
    private static bool IsFinal(DeliveryOutcome.Answered answer) =>
        answer.Status is >= 400 and < 500
        && First(answer, "Upstash-Nonretryable-Error") is { } flag
        && flag.Equals("true", StringComparison.OrdinalIgnoreCase);

    private static long OwnDelay(Message message) =>
        message.Config.RetryDelay is { } expression
            ? (long)RetryDelay.Compute(expression, message.Retried).TotalMilliseconds
            : (long)(Math.Min(86_400, Math.Exp(2.5 * (message.Retried + 1))) * 1_000);

    /// <summary>What the destination asked for, in the order in which the contract lists the headers; over a day is ignored.</summary>
    private static long? AskedDelay(DeliveryOutcome.Answered answer, long now)
    {
        foreach (
            var name in (ReadOnlySpan<string>)
                ["Retry-After", "X-Ratelimit-Reset", "X-Ratelimit-Reset-Requests", "X-Ratelimit-Reset-Tokens"]
        )
        {
            if (First(answer, name) is not { } text)
                continue;
            var delay = Parse(text.Trim(), now);
            return delay is >= 0 and <= OneDay ? delay : null;
        }
        return null;
    }

    private static long? Parse(string text, long now)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            return seconds > OneDay ? null : seconds * 1_000;
        if (
            DateTimeOffset.TryParseExact(
                text,
                "r",
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out var date
            )
        )
            return Math.Max(0, date.ToUnixTimeMilliseconds() - now);
        return GoDuration(text);
    }

    /// <summary><c>6m5s</c>, <c>1.5s</c>, <c>200ms</c>, <c>1h</c>: as Go prints spans.</summary>
    private static long? GoDuration(string text)
    {
        if (Duration.Terms(text) is not { } terms)
            return null;
        var milliseconds = terms.Sum(term =>
            term.Number
            * term.Unit switch
            {
                "ns" => 1e-6,
                "us" or "µs" or "μs" => 1e-3,
                "ms" => 1,
                "s" => 1_000,
                "m" => 60_000,
                "h" => 3_600_000,
                _ => double.NaN,
            }
        );
        return double.IsNaN(milliseconds) || milliseconds > OneDay ? null : (long)Math.Ceiling(milliseconds);
    }

    private static string? First(DeliveryOutcome.Answered answer, string canonicalName) =>
        answer.Headers.TryGetValue(canonicalName, out var values) && values.Length > 0 ? values[0] : null;
}
