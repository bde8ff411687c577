using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Jettae.Client;

/// <summary>A message to publish. What is not said is left to QStash's defaults.</summary>
/// <example><code>
/// await qstash.PublishAsync(new PublishRequest { Destination = "https://me.example/hook", Delay = TimeSpan.FromMinutes(5) });
/// </code></example>
public sealed record PublishRequest
{
    /// <summary>The http(s) URL to call; sent and signed byte for byte as given.</summary>
    public required string Destination { get; init; }

    /// <summary>What the destination receives.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The body's content type; null sends none.</summary>
    public string? ContentType { get; init; }

    /// <summary>Wait this long before the first attempt; whole seconds, rounded up.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>No attempt before this instant; whole seconds, rounded up; beats <see cref="Delay"/>.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>How often it is tried again; 0 for once only. Default 3.</summary>
    public int? Retries { get; init; }

    /// <summary>The wait before a retry: an expression in milliseconds of <c>retried</c>, such as <c>1000 * pow(2, retried)</c>.</summary>
    public string? RetryDelay { get; init; }

    /// <summary>How long one attempt may take; whole seconds, rounded up.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>GET, POST, PUT, PATCH or DELETE. Default POST.</summary>
    public HttpMethod? Method { get; init; }

    /// <summary>Headers that the destination receives.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>The URL that is told of every attempt.</summary>
    public string? Callback { get; init; }

    /// <summary>The URL that is told when the message was given up.</summary>
    public string? FailureCallback { get; init; }

    /// <summary>A second message with this id is not stored while the deduplication window lasts. No colon.</summary>
    public string? DeduplicationId { get; init; }

    /// <summary>Deduplicate by destination, body and headers.</summary>
    public bool ContentBasedDeduplication { get; init; }

    /// <summary>Labels to find the message by.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>A message with a JSON body.</summary>
    public static PublishRequest Json<T>(string destination, T value, JsonTypeInfo<T> type) =>
        new()
        {
            Destination = destination,
            Body = JsonSerializer.SerializeToUtf8Bytes(value, type),
            ContentType = "application/json",
        };

    internal IEnumerable<KeyValuePair<string, string>> Settings()
    {
        if (Method is { } method)
            yield return new("Upstash-Method", method.Method);
        if (NotBefore is { } notBefore)
            yield return new("Upstash-Not-Before", $"{(notBefore.ToUnixTimeMilliseconds() + 999) / 1000}");
        else if (Delay is { } delay)
            yield return new("Upstash-Delay", Seconds(delay));
        if (Retries is { } retries)
            yield return new("Upstash-Retries", $"{retries}");
        if (RetryDelay is { } expression)
            yield return new("Upstash-Retry-Delay", expression);
        if (Timeout is { } timeout)
            yield return new("Upstash-Timeout", Seconds(timeout));
        if (Callback is { } callback)
            yield return new("Upstash-Callback", callback);
        if (FailureCallback is { } failureCallback)
            yield return new("Upstash-Failure-Callback", failureCallback);
        if (DeduplicationId is { } id)
            yield return new("Upstash-Deduplication-Id", id);
        if (ContentBasedDeduplication)
            yield return new("Upstash-Content-Based-Deduplication", "true");
        if (Labels.Count > 0)
            yield return new("Upstash-Label", string.Join(',', Labels));
        foreach (var (name, value) in Headers)
            yield return new("Upstash-Forward-" + name, value);
    }

    private static string Seconds(TimeSpan span) => $"{(long)Math.Ceiling(span.TotalSeconds)}s";
}
