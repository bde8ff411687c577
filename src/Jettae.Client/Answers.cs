using System.Net;
using System.Text.Json.Serialization;

namespace Jettae.Client;

/// <summary>What QStash said to a publish.</summary>
public sealed record PublishResult
{
    /// <summary>The message's id; the first message's when it was a duplicate.</summary>
    public string MessageId { get; init; } = "";

    /// <summary>True when a message with the same deduplication id was there already: nothing new was stored.</summary>
    public bool Deduplicated { get; init; }

    /// <summary>The endpoint, where a URL group was published to.</summary>
    public string? Url { get; init; }
}

/// <summary>A message that QStash holds. Instants are unix milliseconds.</summary>
public record QStashMessage
{
    /// <summary>Its id.</summary>
    public string MessageId { get; init; } = "";

    /// <summary>Its destination as given.</summary>
    public string Url { get; init; } = "";

    /// <summary>The method of its delivery.</summary>
    public string? Method { get; init; }

    /// <summary>The headers that the destination receives.</summary>
    public IReadOnlyDictionary<string, string[]>? Header { get; init; }

    /// <summary>The body where it is UTF-8 text.</summary>
    public string? Body { get; init; }

    /// <summary>The body in base64 where it is not text.</summary>
    public string? BodyBase64 { get; init; }

    /// <summary>How often it is tried again.</summary>
    public int MaxRetries { get; init; }

    /// <summary>No attempt before this instant.</summary>
    public long NotBefore { get; init; }

    /// <summary>When it was accepted.</summary>
    public long CreatedAt { get; init; }

    /// <summary>Its labels.</summary>
    public IReadOnlyList<string>? Labels { get; init; }
}

/// <summary>A message that was given up, with the last answer it got.</summary>
public sealed record DeadLetter : QStashMessage
{
    /// <summary>The dead letter's own id.</summary>
    public string DlqId { get; init; } = "";

    /// <summary>The last answer's status; 0 when there was none.</summary>
    public int ResponseStatus { get; init; }

    /// <summary>The last answer's body where it is text.</summary>
    public string? ResponseBody { get; init; }
}

/// <summary>One event of the log.</summary>
public sealed record LogEntry
{
    /// <summary>Unix milliseconds.</summary>
    public long Time { get; init; }

    /// <summary>Whose event.</summary>
    public string MessageId { get; init; } = "";

    /// <summary>CREATED, ACTIVE, DELIVERED, ERROR, RETRY, FAILED, CANCEL_REQUESTED or CANCELED.</summary>
    public string State { get; init; } = "";

    /// <summary>The destination.</summary>
    public string Url { get; init; } = "";

    /// <summary>What went wrong.</summary>
    public string? Error { get; init; }

    /// <summary>The destination's status.</summary>
    public int? ResponseStatus { get; init; }

    /// <summary>When it is tried again, unix milliseconds.</summary>
    public long? NextDeliveryTime { get; init; }
}

/// <summary>The keys that deliveries are signed with.</summary>
/// <param name="Current">Now.</param>
/// <param name="Next">After the next rotation.</param>
public sealed record SigningKeys(string Current, string Next);

/// <summary>A page of a list.</summary>
/// <param name="Items">The rows.</param>
/// <param name="Cursor">Gives the next page; null on the last.</param>
public sealed record QStashPage<T>(IReadOnlyList<T> Items, string? Cursor);

/// <summary>QStash refused, or could not be reached (<see cref="Status"/> is null then).</summary>
public sealed class QStashException : Exception
{
    /// <summary>A refusal, or a failure of the way.</summary>
    public QStashException(
        string message,
        HttpStatusCode? status = null,
        TimeSpan? retryAfter = null,
        Exception? inner = null
    )
        : base(message, inner) => (Status, RetryAfter) = (status, retryAfter);

    /// <summary>The status of the refusal; null when there was no answer.</summary>
    public HttpStatusCode? Status { get; }

    /// <summary>How long QStash asks to wait.</summary>
    public TimeSpan? RetryAfter { get; }
}

internal sealed record BatchItem(string Destination, IReadOnlyDictionary<string, string> Headers, string? Body);

internal sealed record ErrorAnswer(string? Error);

internal sealed record DeadLetterAnswer(IReadOnlyList<DeadLetter>? Messages, string? Cursor);

internal sealed record LogAnswer(IReadOnlyList<LogEntry>? Events, IReadOnlyList<LogEntry>? Logs, string? Cursor);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(PublishResult))]
[JsonSerializable(typeof(PublishResult[]))]
[JsonSerializable(typeof(QStashMessage))]
[JsonSerializable(typeof(DeadLetter))]
[JsonSerializable(typeof(SigningKeys))]
[JsonSerializable(typeof(BatchItem[]))]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(DeadLetterAnswer))]
[JsonSerializable(typeof(LogAnswer))]
internal sealed partial class WireJson : JsonSerializerContext;
