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
}

/// <summary>Where a callback goes.</summary>
/// <param name="Url">Its destination.</param>
/// <param name="Headers">The <c>Upstash-*</c> headers that its message is published with.</param>
public sealed record CallbackTarget(string Url, IReadOnlyDictionary<string, string[]> Headers);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MessageConfig))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string[]>))]
internal sealed partial class StoredJson : JsonSerializerContext;
