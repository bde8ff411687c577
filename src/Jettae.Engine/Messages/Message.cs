using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jettae.Engine;

/// <summary>Where a message stands: <c>pending → delivered | failed | cancelled</c>. In flight is pending.</summary>
public enum MessageState
{
    Pending = 0,
    Delivered = 1,
    Failed = 2,
    Cancelled = 3,
}

/// <summary>One message. Instants are unix milliseconds.</summary>
public sealed record Message
{
    public long Seq { get; init; }
    public required string Id { get; init; }
    public required string Tenant { get; init; }
    public required int Shard { get; init; }
    public MessageState State { get; init; }
    public required long DueAt { get; init; }

    /// <summary>Retries made so far: 0 until the first attempt failed.</summary>
    public int Retried { get; init; }
    public required long CreatedAt { get; init; }
    public required long NotBefore { get; init; }
    public long? FinishedAt { get; init; }

    /// <summary>The destination, byte for byte as it was given.</summary>
    public required string Url { get; init; }
    public required string Method { get; init; }
    public required int MaxRetries { get; init; }
    public required IReadOnlyList<string> Labels { get; init; }
    public required MessageConfig Config { get; init; }
    public required byte[] Body { get; init; }

    /// <summary>The queue whose line it stands in.</summary>
    public string? Queue { get; init; }

    /// <summary>Null when it is of no queue.</summary>
    public LinePlace? InLine { get; init; }

    /// <summary>Of a callback: the sequence of the queue's message whose place it holds until it ends itself.</summary>
    public long? Holder { get; init; }

    /// <summary>The queue of that message; known of what is about to be attempted only.</summary>
    public string? HolderQueue { get; init; }

    /// <summary>Whose place in its queue's line it keeps: its own, or that of the message it is a callback of. Null for nobody's.</summary>
    internal long? Place => Holder ?? (Queue is null ? null : Seq);

    /// <summary>Its flow-control key.</summary>
    public string? FlowKey { get; init; }

    /// <summary>How many bytes it takes, about: its body, and all that was said of it.</summary>
    internal long Size => Body.Length + Url.Length + Labels.Sum(label => label.Length) + Config.Size;
}

/// <summary>Where a message of a queue stands: <c>outside → waiting → admitted → left</c>.</summary>
public enum LinePlace
{
    /// <summary>Delayed: it joins the line when it falls due.</summary>
    Outside = 0,

    /// <summary>It is due when the queue says so.</summary>
    Waiting = 1,

    /// <summary>One of the queue's <c>parallelism</c> places is its own, through retries and callbacks, to the end.</summary>
    Admitted = 2,

    /// <summary>Its place is the next one's.</summary>
    Left = 3,
}

/// <summary>What else was said of a message; stored as JSON.</summary>
public sealed record MessageConfig
{
    /// <summary>What the destination is sent, by canonical name: the forwarded headers and the content type.</summary>
    public required IReadOnlyDictionary<string, string[]> Headers { get; init; }

    /// <summary>The expression as it was given.</summary>
    public string? RetryDelay { get; init; }
    public long? TimeoutMs { get; init; }
    public CallbackTarget? Callback { get; init; }
    public CallbackTarget? FailureCallback { get; init; }
    public string? CallerIp { get; init; }

    /// <summary>The URL group it was published to, and the endpoint's name in it.</summary>
    public string? Topic { get; init; }
    public string? Endpoint { get; init; }

    /// <summary>The schedule that made it.</summary>
    public string? ScheduleId { get; init; }

    /// <summary>The limits that it was published with; its key is the message's.</summary>
    public FlowLimits? Flow { get; init; }

    /// <summary>The trace that it was published in (W3C <c>traceparent</c>): for ourselves, no destination's and in no answer.</summary>
    public string? Trace { get; init; }

    /// <summary>What reads must not show.</summary>
    public Redaction? Redact { get; init; }

    /// <summary>As it is stored, about: not serialised to be counted.</summary>
    internal long Size =>
        SizeOf(Headers) + SizeOf(Callback) + SizeOf(FailureCallback) + (Redact?.Headers.Sum(name => name.Length) ?? 0);

    internal static long SizeOf(IReadOnlyDictionary<string, string[]> headers)
    {
        var bytes = 0L;
        foreach (var (name, values) in headers)
        {
            bytes += name.Length;
            foreach (var value in values)
                bytes += value.Length;
        }
        return bytes;
    }

    private static long SizeOf(CallbackTarget? target) =>
        target is null ? 0 : target.Url.Length + SizeOf(target.Headers);
}

/// <summary>Where a callback goes.</summary>
/// <param name="Url">Its destination.</param>
/// <param name="Headers">The <c>Upstash-*</c> headers that its message is published with.</param>
public sealed record CallbackTarget(string Url, IReadOnlyDictionary<string, string[]> Headers)
{
    /// <summary>The queue that its message goes to.</summary>
    internal string? Queue =>
        Headers
            .FirstOrDefault(header => header.Key.Equals("Upstash-Queue-Name", StringComparison.OrdinalIgnoreCase))
            .Value?.FirstOrDefault();
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MessageConfig))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string[]>))]
[JsonSerializable(typeof(string[]))]
internal sealed partial class StoredJson : JsonSerializerContext
{
    public static Dictionary<string, string[]> Headers(string json) =>
        new(
            JsonSerializer.Deserialize(json, Default.IReadOnlyDictionaryStringStringArray)!,
            StringComparer.OrdinalIgnoreCase
        );
}
