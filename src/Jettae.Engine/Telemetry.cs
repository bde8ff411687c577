using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Jettae.Engine;

/// <summary>
/// What the engine tells of itself, under the name <c>Jettae.Engine</c>; the program chooses who listens. No label holds what
/// a tenant can choose: neither a URL nor a name nor a word of a message.
/// </summary>
internal static class Telemetry
{
    public const string Name = "Jettae.Engine";

    /// <summary>Seconds: deliveries answer within milliseconds or hang for minutes.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900],
    };
    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Published = Meter.CreateCounter<long>(
        "jettae.engine.published",
        "{message}",
        "Messages accepted; a repeat that was deduplicated is counted apart."
    );
    private static readonly Histogram<double> Attempts = Meter.CreateHistogram(
        "jettae.engine.attempt",
        "s",
        "Time of an attempt, by what came of it.",
        tags: null,
        Seconds
    );
    private static readonly Histogram<double> Lateness = Meter.CreateHistogram(
        "jettae.engine.lateness",
        "s",
        "From the instant an attempt was due to its start.",
        tags: null,
        Seconds
    );
    private static readonly Histogram<double> Commits = Meter.CreateHistogram(
        "jettae.engine.commit",
        "s",
        "Time of a commit, with what it writes.",
        tags: null,
        Seconds
    );
    private static readonly Histogram<int> Batches = Meter.CreateHistogram(
        "jettae.engine.commit.writes",
        "{write}",
        "Writes that went into one commit.",
        tags: null,
        new InstrumentAdvice<int> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000] }
    );

    public static void Accepted(bool deduplicated) =>
        Published.Add(1, new KeyValuePair<string, object?>("deduplicated", deduplicated));

    public static void Attempted(TimeSpan took, DeliveryOutcome outcome) =>
        Attempts.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome.Name));

    public static void Late(long milliseconds) => Lateness.Record(milliseconds / 1_000.0);

    public static void Committed(TimeSpan took, int writes)
    {
        Commits.Record(took.TotalSeconds);
        Batches.Record(writes);
    }

    /// <summary>A request that stores messages. What it stores carries on the trace that comes out of it.</summary>
    /// <param name="traceparent">As the publisher sent it (W3C Trace Context); null where there was none.</param>
    /// <param name="trace">What the messages are to carry: this span, or, if nobody listens, what was sent. Null for nothing.</param>
    public static Activity? Publish(string? traceparent, out string? trace)
    {
        var isValid = ActivityContext.TryParse(traceparent, null, isRemote: true, out var parent);
        var span = Start("publish", ActivityKind.Producer, parent);
        trace = span?.Id ?? (isValid ? traceparent : null);
        return span;
    }

    /// <summary>An attempt of a message, under what was published.</summary>
    public static Activity? Deliver(Message message)
    {
        _ = ActivityContext.TryParse(message.Config.Trace, null, isRemote: true, out var parent);
        return Start("deliver", ActivityKind.Consumer, parent)
            ?.SetTag("messaging.message.id", message.Id)
            .SetTag("jettae.retried", message.Retried);
    }

    public static void Delivered(Activity? span, DeliveryOutcome outcome)
    {
        if (span is null)
            return;
        span.SetTag("jettae.outcome", outcome.Name);
        if (outcome is DeliveryOutcome.Answered answer)
            span.SetTag("http.response.status_code", answer.Status);
        if (outcome is not DeliveryOutcome.Answered { Succeeded: true })
            span.SetStatus(ActivityStatusCode.Error);
    }

    private static Activity? Start(string name, ActivityKind kind, ActivityContext parent)
    {
        if (!Source.HasListeners())
            return null;
        // The server's own activity is exported by nobody, for it holds the request's URL: under it a span would hang in the air.
        Activity.Current = null;
        return Source.StartActivity(name, kind, parent);
    }
}
