using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Jettae.Studio;

/// <summary>
/// What the studio tells of itself, under the name <c>Jettae.Studio</c>; the program chooses who listens. No label holds what a
/// person wrote or chose: outcomes, reasons and kinds only.
/// </summary>
internal static class Telemetry
{
    public const string Name = "Jettae.Studio";

    /// <summary>Seconds: samples are written at once, pieces within minutes.</summary>
    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.1, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600],
    };
    private static readonly ActivitySource Source = new(Name);
    private static readonly Meter Meter = new(Name);
    private static readonly Counter<long> Runs = Meter.CreateCounter<long>(
        "jettae.studio.runs",
        "{run}",
        "Runs by what an attempt left them in, and why; a slot that passed without one is skipped."
    );
    private static readonly Histogram<double> RunTime = Meter.CreateHistogram(
        "jettae.studio.run.time",
        "s",
        "Time of an attempt of a run, from its begin until it is stored.",
        tags: null,
        Seconds
    );
    private static readonly Histogram<double> Lateness = Meter.CreateHistogram(
        "jettae.studio.lateness",
        "s",
        "From a slot to the begin of its first attempt.",
        tags: null,
        Seconds
    );
    private static readonly Histogram<double> Calls = Meter.CreateHistogram(
        "jettae.studio.provider.call",
        "s",
        "Time of a call of the provider, by what came of it.",
        tags: null,
        Seconds
    );
    private static readonly Counter<long> Tokens = Meter.CreateCounter<long>(
        "jettae.studio.tokens",
        "{token}",
        "Tokens that the provider counted, by kind."
    );
    private static readonly Counter<double> Cost = Meter.CreateCounter<double>(
        "jettae.studio.cost",
        "{USD}",
        "What runs cost, where the model's price is known, in US dollars."
    );
    private static readonly Counter<long> Bookings = Meter.CreateCounter<long>(
        "jettae.studio.bookings",
        "{booking}",
        "Bookings carried to QStash, by what came of it."
    );

    /// <summary>A commit left a run in this state.</summary>
    /// <param name="state">Any but running.</param>
    /// <param name="reason">A key of <see cref="Reasons"/>; null where all is well.</param>
    public static void Left(RunState state, string? reason) =>
        Runs.Add(1, Outcome(state), new KeyValuePair<string, object?>("reason", reason ?? "none"));

    public static void Paid(decimal cost) => Cost.Add((double)cost);

    public static void Attempted(Run run, TimeSpan took) => RunTime.Record(took.TotalSeconds, Outcome(run.State));

    public static void Late(TimeSpan late) => Lateness.Record(late.TotalSeconds);

    public static void Called(TimeSpan took, ProviderKind? kind, WritingOutcome outcome, CallNotes notes)
    {
        Calls.Record(
            took.TotalSeconds,
            new KeyValuePair<string, object?>("provider", NameOf(kind)),
            new KeyValuePair<string, object?>("outcome", NameOf(outcome))
        );
        Count("input", notes.InputTokens);
        Count("cached input", notes.CachedInputTokens);
        Count("cache write", notes.CacheWriteTokens);
        Count("output", notes.OutputTokens);

        static void Count(string kind, long tokens)
        {
            if (tokens > 0)
                Tokens.Add(tokens, new KeyValuePair<string, object?>("kind", kind));
        }
    }

    public static void Booked(int bookings, string outcome) =>
        Bookings.Add(bookings, new KeyValuePair<string, object?>("outcome", outcome));

    /// <summary>A piece of work that begins here, or under what another program sent it.</summary>
    /// <param name="name">What is done.</param>
    /// <param name="kind">On which side of the other program.</param>
    /// <param name="traceparent">As it was sent (W3C Trace Context); null where there was none.</param>
    public static Activity? Begin(string name, ActivityKind kind, string? traceparent = null)
    {
        if (!Source.HasListeners())
            return null;
        // A page's or a request's own activity is exported by nobody, for it holds URLs: under it a span would hang in the air.
        Activity.Current = null;
        _ = ActivityContext.TryParse(traceparent, null, isRemote: true, out var parent);
        return Source.StartActivity(name, kind, parent);
    }

    /// <summary>A part of the work that goes on.</summary>
    public static Activity? Part(string name, ActivityKind kind = ActivityKind.Internal) =>
        Source.StartActivity(name, kind);

    public static void End(this Activity? span, string outcome, bool ok)
    {
        span?.SetTag("jettae.outcome", outcome);
        if (!ok)
            span?.SetStatus(ActivityStatusCode.Error);
    }

    /// <summary>Requests carry our own span on, not the one that the framework would put between, which nobody exports.</summary>
    public sealed class Carrier : DelegatingHandler
    {
        public Carrier(SocketsHttpHandler inner)
            : base(inner) => inner.ActivityHeadersPropagator = null;

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (Activity.Current is { Source.Name: Name, Id: { } span })
                request.Headers.TryAddWithoutValidation("traceparent", span);
            return base.SendAsync(request, cancellationToken);
        }
    }

    public static string NameOf(WritingOutcome outcome) =>
        outcome is WritingOutcome.Failed failed ? failed.Reason.Key : "written";

    private static string NameOf(ProviderKind? kind) =>
        kind switch
        {
            ProviderKind.Anthropic => "anthropic",
            ProviderKind.OpenAiCompatible => "openai_compatible",
            _ => "sample",
        };

    private static KeyValuePair<string, object?> Outcome(RunState state) => new("outcome", JsonName.Of(state));
}
