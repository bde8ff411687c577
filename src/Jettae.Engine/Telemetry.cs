using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Jettae.Engine;

/// <summary>What the engine tells of itself, under the name <c>Jettae.Engine</c>; the program chooses who listens.</summary>
internal static class Telemetry
{
    public static readonly ActivitySource Source = new("Jettae.Engine");

    private static readonly Meter Meter = new("Jettae.Engine");
    private static readonly Counter<long> Published = Meter.CreateCounter<long>(
        "jettae.engine.published",
        "{message}",
        "Messages accepted; a repeat that was deduplicated is counted apart."
    );
    private static readonly Histogram<double> Attempts = Meter.CreateHistogram<double>(
        "jettae.engine.attempt",
        "s",
        "Time of an attempt, by what came of it."
    );
    private static readonly Histogram<double> Lateness = Meter.CreateHistogram<double>(
        "jettae.engine.lateness",
        "s",
        "From the instant an attempt was due to its start."
    );

    public static void Accepted(bool deduplicated) =>
        Published.Add(1, new KeyValuePair<string, object?>("deduplicated", deduplicated));

    public static void Attempted(TimeSpan took, DeliveryOutcome outcome) =>
        Attempts.Record(took.TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome.Name));

    public static void Late(long milliseconds) => Lateness.Record(milliseconds / 1_000.0);
}
