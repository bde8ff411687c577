namespace Jettae.Client;

/// <summary>
/// How a message is delivered. What is not said is left to QStash's defaults. A publish, a schedule, a callback, a URL
/// group's defaults and the retry of a dead letter all take the same settings.
/// </summary>
public record DeliverySettings
{
    /// <summary>GET, POST, PUT, PATCH or DELETE. Default POST.</summary>
    public HttpMethod? Method { get; init; }

    /// <summary>Wait this long before the first attempt; whole seconds, rounded up.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>How often it is tried again; 0 for once only. Default 3.</summary>
    public int? Retries { get; init; }

    /// <summary>The wait before a retry: an expression in milliseconds of <c>retried</c>, such as <c>1000 * pow(2, retried)</c>.</summary>
    public string? RetryDelay { get; init; }

    /// <summary>How long one attempt may take; whole seconds, rounded up.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Headers that the destination receives. A content type is not one of them.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Forward every header of the publishing request too, such as the <see cref="HttpClient"/>'s default headers.</summary>
    public bool ForwardAllHeaders { get; init; }

    /// <summary>How many deliveries of one key may start or run at a time.</summary>
    public FlowControl? FlowControl { get; init; }

    /// <summary>The URL that is told of every attempt.</summary>
    public string? Callback { get; init; }

    /// <summary>How the callback itself is delivered: its method, retries, headers …</summary>
    public DeliverySettings? CallbackSettings { get; init; }

    /// <summary>The URL that is told when the message was given up.</summary>
    public string? FailureCallback { get; init; }

    /// <summary>How the failure callback itself is delivered.</summary>
    public DeliverySettings? FailureCallbackSettings { get; init; }

    /// <summary>Labels to find the message by. No comma in them.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>What QStash must not show of the message in answers and logs.</summary>
    public Redaction? Redact { get; init; }

    /// <summary>The API it goes to: its token goes along and stays hidden, whatever else is said here.</summary>
    internal QStashApi? Api { get; init; }

    /// <summary>The settings as headers; those of a callback carry its prefix.</summary>
    internal virtual IEnumerable<KeyValuePair<string, string>> Settings(string prefix = "Upstash-")
    {
        if (Method is { } method)
            yield return new(prefix + "Method", method.Method);
        if (Delay is { } delay)
            yield return new(prefix + "Delay", Seconds(delay));
        if (Retries is { } retries)
            yield return new(prefix + "Retries", $"{retries}");
        if (RetryDelay is { } expression)
            yield return new(prefix + "Retry-Delay", expression);
        if (Timeout is { } timeout)
            yield return new(prefix + "Timeout", Seconds(timeout));
        if (FlowControl is { } flow)
        {
            yield return new(prefix + "Flow-Control-Key", flow.Key);
            yield return new(prefix + "Flow-Control-Value", flow.Value);
        }
        if (Callback is { } callback)
            yield return new(prefix + "Callback", callback);
        foreach (var setting in CallbackSettings?.Settings(prefix + "Callback-") ?? [])
            yield return setting;
        if (FailureCallback is { } failureCallback)
            yield return new(prefix + "Failure-Callback", failureCallback);
        foreach (var setting in FailureCallbackSettings?.Settings(prefix + "Failure-Callback-") ?? [])
            yield return setting;
        if (Labels.Count > 0)
            yield return new(prefix + "Label", string.Join(',', Labels));
        if ((Redact ?? Api?.Hidden) is { } redact)
            yield return new(prefix + "Redact-Fields", redact.With(Api?.Hidden).Fields);
        if (ForwardAllHeaders)
            yield return new(prefix + "Header-Forward", "true");
        foreach (var (name, value) in Headers)
            yield return new(prefix + "Forward-" + name, value);
        foreach (var (name, value) in Api?.Headers ?? [])
            if (!Headers.Keys.Contains(name, StringComparer.OrdinalIgnoreCase))
                yield return new(prefix + "Forward-" + name, value);
    }

    internal static string Seconds(TimeSpan span) => $"{(long)Math.Ceiling(span.TotalSeconds)}s";
}

/// <summary>A limit that all messages of one key share; the last message that says a limit sets it for the key.</summary>
/// <param name="Key">What is limited together: any text.</param>
/// <example><code>new FlowControl("openai") { Parallelism = 3, Rate = 10, Period = TimeSpan.FromMinutes(1) }</code></example>
public sealed record FlowControl(string Key)
{
    /// <summary>How many deliveries may run at a time.</summary>
    public int? Parallelism { get; init; }

    /// <summary>How many deliveries may start in one period.</summary>
    public int? Rate { get; init; }

    /// <summary>How long a period is; whole seconds, rounded up. Default one second.</summary>
    public TimeSpan? Period { get; init; }

    internal string Value =>
        Parallelism is null && Rate is null
            ? throw new ArgumentException($"flow control of {Key} needs a parallelism or a rate")
            : string.Join(
                ", ",
                new[]
                {
                    Parallelism is { } parallelism ? $"parallelism={parallelism}" : null,
                    Rate is { } rate ? $"rate={rate}" : null,
                    Period is { } period ? $"period={DeliverySettings.Seconds(period)}" : null,
                }.OfType<string>()
            );
}

/// <summary>What of a message is shown as a hash only. The destination receives it as it is.</summary>
/// <example><code>new Redaction { Body = true, HeaderNames = ["Authorization"] }</code></example>
public sealed record Redaction
{
    /// <summary>The body.</summary>
    public bool Body { get; init; }

    /// <summary>All headers.</summary>
    public bool Headers { get; init; }

    /// <summary>Single headers.</summary>
    public IReadOnlyList<string> HeaderNames { get; init; } = [];

    /// <summary>What either hides.</summary>
    internal Redaction With(Redaction? other) =>
        this with
        {
            HeaderNames = Headers
                ? []
                : [.. HeaderNames.Union(other?.HeaderNames ?? [], StringComparer.OrdinalIgnoreCase)],
        };

    internal string Fields =>
        string.Join(
            ',',
            new[] { Body ? "body" : null, Headers ? "header" : null }
                .OfType<string>()
                .Concat(HeaderNames.Select(name => $"header[{name}]"))
        );
}
