using System.Text.Json.Serialization;

namespace Jettae.Client;

/// <summary>Messages that QStash holds.</summary>
public sealed class QStashMessages
{
    /// <summary>QStash cancels no more by a filter with one call.</summary>
    private const int MostAtOnce = 500;

    private readonly QStashClient client;

    internal QStashMessages(QStashClient client) => this.client = client;

    /// <summary>The message; null when QStash has none of that id (any more).</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>var due = (await qstash.Messages.GetAsync(id))?.NotBefore;</code></example>
    public Task<QStashMessage?> GetAsync(string id, CancellationToken cancel = default) =>
        client.FindAsync(
            new Call(HttpMethod.Get, "/v2/messages/" + Call.Segment(id)),
            WireJson.Default.QStashMessage,
            cancel
        );

    /// <summary>Cancels it; false when it was gone already.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>if (!await qstash.Messages.CancelAsync(id)) Console.WriteLine("too late");</code></example>
    public Task<bool> CancelAsync(string id, CancellationToken cancel = default) =>
        client.TryTellAsync(new Call(HttpMethod.Delete, "/v2/messages/" + Call.Segment(id)), cancel);

    /// <summary>Cancels those of them that are still there, and says how many. No ids cancel nothing.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>var cancelled = await qstash.Messages.CancelManyAsync([first, second]);</code></example>
    public async Task<int> CancelManyAsync(IReadOnlyCollection<string> ids, CancellationToken cancel = default)
    {
        var cancelled = 0;
        foreach (var query in Query.Each("messageIds", ids))
            cancelled += await CancelAsync(query, cancel);
        return cancelled;
    }

    /// <summary>Cancels all that the filter selects, in as many calls as it takes, and says how many those were.</summary>
    /// <exception cref="ArgumentException">The filter selects nothing in particular.</exception>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>await qstash.Messages.CancelWhereAsync(new MessageFilter { Labels = ["trial"], Hosts = ["me.example"] });</code></example>
    public async Task<int> CancelWhereAsync(MessageFilter filter, CancellationToken cancel = default)
    {
        var (all, some) = (0, 0);
        do
        {
            some = await CancelAsync(filter.Selection().Add("count", MostAtOnce), cancel);
            all += some;
        } while (some >= MostAtOnce);
        return all;
    }

    /// <summary>Cancels every message of the account, and says how many those were.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>var cancelled = await qstash.Messages.CancelAllAsync();</code></example>
    public Task<int> CancelAllAsync(CancellationToken cancel = default) => CancelAsync(new Query(), cancel);

    private async Task<int> CancelAsync(Query which, CancellationToken cancel)
    {
        var call = new Call(HttpMethod.Delete, $"/v2/messages{which}");
        return (await client.AskAsync(call, WireJson.Default.CancelAnswer, cancel)).Cancelled;
    }
}

/// <summary>Which messages are cancelled.</summary>
public sealed record MessageFilter : QStashFilter
{
    /// <summary>Hosts of the destinations.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Paths of the destinations, without query.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [];

    internal override Query Query() => base.Query().Add("host", Hosts).Add("path", Paths);
}

/// <summary>A message that QStash holds.</summary>
public record QStashMessage
{
    /// <summary>Its id.</summary>
    public string MessageId { get; init; } = "";

    /// <summary>Its destination as given.</summary>
    public string Url { get; init; } = "";

    /// <summary>The URL group that it was published to.</summary>
    [JsonPropertyName("topicName")]
    public string? UrlGroup { get; init; }

    /// <summary>The name of the group's endpoint.</summary>
    public string? EndpointName { get; init; }

    /// <summary>The queue that it goes through.</summary>
    public string? QueueName { get; init; }

    /// <summary>The schedule that made it.</summary>
    public string? ScheduleId { get; init; }

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

    /// <summary>The wait before a retry, as an expression.</summary>
    public string? RetryDelayExpression { get; init; }

    /// <summary>No attempt before this instant.</summary>
    public DateTimeOffset NotBefore { get; init; }

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The URL that is told of every attempt.</summary>
    public string? Callback { get; init; }

    /// <summary>The headers that the callback carries.</summary>
    public IReadOnlyDictionary<string, string[]>? CallbackHeader { get; init; }

    /// <summary>The URL that is told when it was given up.</summary>
    public string? FailureCallback { get; init; }

    /// <summary>The headers that the failure callback carries.</summary>
    public IReadOnlyDictionary<string, string[]>? FailureCallbackHeader { get; init; }

    /// <summary>The address of who published it.</summary>
    public string? CallerIp { get; init; }

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
}
