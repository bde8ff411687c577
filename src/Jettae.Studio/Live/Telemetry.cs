using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Jettae.Studio;

/// <summary>The studio's seams for observers; the program decides who listens.</summary>
internal static class Telemetry
{
    public const string Name = "Jettae.Studio";
    public static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);

    public static readonly Counter<long> Attempts = Meter.CreateCounter<long>(
        "jettae.studio.attempts",
        description: "Attempts to write a piece."
    );
    public static readonly Histogram<double> WritingSeconds = Meter.CreateHistogram<double>(
        "jettae.studio.writing.duration",
        "s",
        "How long an attempt took."
    );
}
