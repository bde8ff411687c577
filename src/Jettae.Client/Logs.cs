using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace Jettae.Client;

/// <summary>What happened to messages.</summary>
public sealed class QStashLogs
{
    private readonly QStashClient client;

    internal QStashLogs(QStashClient client) => this.client = client;

    /// <summary>A page of events, newest first.</summary>
    /// <param name="filter">Which ones; null lists all.</param>
    /// <param name="cursor">The cursor of the page before; null begins.</param>
    /// <param name="count">How many at most; null leaves it to QStash.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>
    /// var page = await qstash.Logs.ListAsync(new LogFilter { MessageIds = [result.MessageId] });
    /// var delivered = page.Items.Any(entry => entry.State == LogStates.Delivered);
    /// </code></example>
    public async Task<QStashPage<LogEntry>> ListAsync(
        LogFilter? filter = null,
        string? cursor = null,
        int? count = null,
        CancellationToken cancel = default
    )
    {
        var query = (filter?.Query() ?? new Query()).Add("count", count).Add("cursor", cursor);
        var answer = await client.AskAsync(
            new Call(HttpMethod.Get, $"/v2/events{query}"),
            WireJson.Default.LogAnswer,
            cancel
        );
        return new QStashPage<LogEntry>(answer.Events ?? answer.Logs ?? [], WireJson.Cursor(answer.Cursor));
    }

    /// <summary>All events, page by page as they are read.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>
    /// await foreach (var entry in qstash.Logs.EnumerateAsync(new LogFilter { State = LogStates.Failed }))
    ///     Console.WriteLine($"{entry.Time:u} {entry.Url} {entry.Error}");
    /// </code></example>
    public async IAsyncEnumerable<LogEntry> EnumerateAsync(
        LogFilter? filter = null,
        [EnumeratorCancellation] CancellationToken cancel = default
    )
    {
        string? cursor = null;
        do
        {
            var page = await ListAsync(filter, cursor, cancel: cancel);
            foreach (var each in page.Items)
                yield return each;
            cursor = page.Cursor;
        } while (cursor is not null);
    }
}

/// <summary>Which events are meant.</summary>
public sealed record LogFilter : QStashFilter
{
    /// <summary>Of these messages.</summary>
    public IReadOnlyList<string> MessageIds { get; init; } = [];

    /// <summary>One of <see cref="LogStates"/>.</summary>
    public string? State { get; init; }

    /// <summary>Hosts of the destinations.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Paths of the destinations, without query.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    /// <summary>Oldest first; not every QStash knows it.</summary>
    public bool EarliestFirst { get; init; }

    /// <summary>Without the bodies, where they are large and not needed.</summary>
    /// <example><code>var page = await qstash.Logs.ListAsync(new LogFilter { TrimBody = true });</code></example>
    public bool TrimBody { get; init; }

    internal override Query Query() =>
        base.Query()
            .Add(MessageIds.Count == 1 ? "messageId" : "messageIds", MessageIds)
            .Add("state", State)
            .Add("host", Hosts)
            .Add("path", Paths)
            .Add("order", EarliestFirst ? "earliestFirst" : null)
            .Add("trimBody", TrimBody ? "true" : null);
}

/// <summary>What an event says. A QStash may know more of them: compare, and expect others.</summary>
public static class LogStates
{
    /// <summary>It was accepted.</summary>
    public const string Created = "CREATED";

    /// <summary>An attempt has begun.</summary>
    public const string Active = "ACTIVE";

    /// <summary>The destination took it.</summary>
    public const string Delivered = "DELIVERED";

    /// <summary>An attempt failed.</summary>
    public const string Error = "ERROR";

    /// <summary>It will be tried again.</summary>
    public const string Retry = "RETRY";

    /// <summary>It was given up.</summary>
    public const string Failed = "FAILED";

    /// <summary>Somebody cancelled it.</summary>
    public const string CancelRequested = "CANCEL_REQUESTED";

    /// <summary>It is cancelled.</summary>
    public const string Canceled = "CANCELED";

    /// <summary>For filters only: active, error or retry.</summary>
    public const string InProgress = "IN_PROGRESS";
}

/// <summary>One event of the log.</summary>
public sealed record LogEntry
{
    /// <summary>When it happened.</summary>
    public DateTimeOffset Time { get; init; }

    /// <summary>Whose event.</summary>
    public string MessageId { get; init; } = "";

    /// <summary>One of <see cref="LogStates"/>, or one that is not known here.</summary>
    public string State { get; init; } = "";

    /// <summary>The destination.</summary>
    public string Url { get; init; } = "";

    /// <summary>The method of the delivery.</summary>
    public string? Method { get; init; }

    /// <summary>The URL group that it was published to.</summary>
    [JsonPropertyName("topicName")]
    public string? UrlGroup { get; init; }

    /// <summary>The name of the group's endpoint.</summary>
    public string? EndpointName { get; init; }

    /// <summary>The queue that it goes through.</summary>
    public string? QueueName { get; init; }

    /// <summary>The schedule that made it.</summary>
    public string? ScheduleId { get; init; }

    /// <summary>The headers that the destination receives.</summary>
    public IReadOnlyDictionary<string, string[]>? Header { get; init; }

    /// <summary>The body, in base64.</summary>
    [JsonPropertyName("body")]
    public string? BodyBase64 { get; init; }

    /// <summary>What went wrong.</summary>
    public string? Error { get; init; }

    /// <summary>The destination's status.</summary>
    public int? ResponseStatus { get; init; }

    /// <summary>The destination's headers.</summary>
    public IReadOnlyDictionary<string, string[]>? ResponseHeaders { get; init; }

    /// <summary>The destination's body, in base64.</summary>
    [JsonPropertyName("responseBody")]
    public string? ResponseBodyBase64 { get; init; }

    /// <summary>When it is tried (again).</summary>
    public DateTimeOffset? NextDeliveryTime { get; init; }

    /// <summary>How often it is tried again.</summary>
    public int? MaxRetries { get; init; }

    /// <summary>The wait before a retry, as an expression.</summary>
    public string? RetryDelayExpression { get; init; }

    /// <summary>How long one attempt may take.</summary>
    [JsonConverter(typeof(Milliseconds))]
    public TimeSpan? Timeout { get; init; }

    /// <summary>The URL that is told of every attempt.</summary>
    public string? Callback { get; init; }

    /// <summary>The headers that the callback carries.</summary>
    public IReadOnlyDictionary<string, string[]>? CallbackHeaders { get; init; }

    /// <summary>The URL that is told when it was given up.</summary>
    public string? FailureCallback { get; init; }

    /// <summary>The headers that the failure callback carries.</summary>
    public IReadOnlyDictionary<string, string[]>? FailureCallbackHeaders { get; init; }

    /// <summary>Its labels.</summary>
    public IReadOnlyList<string>? Labels { get; init; }

    /// <summary>Its flow control key.</summary>
    public string? FlowControlKey { get; init; }

    /// <summary>How many deliveries of the key may run at a time.</summary>
    public int? Parallelism { get; init; }

    /// <summary>How many deliveries of the key may start in one period.</summary>
    public int? Rate { get; init; }

    /// <summary>How long such a period is.</summary>
    public TimeSpan? Period { get; init; }

    // Some answers spell these two otherwise.
    [JsonInclude, JsonPropertyName("retryDelayExpr")]
    internal string? ShortRetryDelay
    {
        init => RetryDelayExpression ??= value;
    }

    [JsonInclude, JsonPropertyName("responseHeader")]
    internal IReadOnlyDictionary<string, string[]>? ResponseHeader
    {
        init => ResponseHeaders ??= value;
    }
}
