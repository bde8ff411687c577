using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Jettae.Client;

/// <summary>The QStash v2 API. Safe for concurrent use. It retries nothing: publishing again is the caller's decision.</summary>
/// <param name="http">The way to QStash.</param>
/// <param name="options">Which QStash, and the token.</param>
/// <example><code>
/// var result = await qstash.PublishAsync(new PublishRequest { Destination = "https://me.example/hook" });
/// </code></example>
public sealed class QStashClient(HttpClient http, QStashOptions options)
{
    private static readonly UriCreationOptions Raw = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>Messages that QStash holds.</summary>
    public QStashMessages Messages => new(this);

    /// <summary>Messages that were given up.</summary>
    public QStashDeadLetters DeadLetters => new(this);

    /// <summary>What happened.</summary>
    public QStashLogs Logs => new(this);

    /// <summary>Publishes one message; when the task ends QStash has it.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    public async Task<PublishResult> PublishAsync(PublishRequest request, CancellationToken cancel = default)
    {
        using var message = Request(HttpMethod.Post, "/v2/publish/" + request.Destination);
        message.Content = new ReadOnlyMemoryContent(request.Body);
        if (request.ContentType is { } type)
            message.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        foreach (var (name, value) in request.Settings())
            message.Headers.TryAddWithoutValidation(name, value);
        return (await SendAsync(message, WireJson.Default.PublishResult, cancel))!;
    }

    /// <summary>Publishes all of them or none; the results are in the order of the requests. Bodies must be UTF-8 text.</summary>
    /// <exception cref="QStashException">They were refused, or QStash could not be reached.</exception>
    public async Task<IReadOnlyList<PublishResult>> BatchAsync(
        IReadOnlyList<PublishRequest> requests,
        CancellationToken cancel = default
    )
    {
        using var message = Request(HttpMethod.Post, "/v2/batch");
        message.Content = JsonContent.Create([.. requests.Select(Item)], WireJson.Default.BatchItemArray);
        return (await SendAsync(message, WireJson.Default.PublishResultArray, cancel))!;
    }

    /// <summary>The keys that this QStash signs with.</summary>
    /// <exception cref="QStashException">The token is wrong, or QStash could not be reached.</exception>
    public async Task<SigningKeys> GetKeysAsync(CancellationToken cancel = default)
    {
        using var message = Request(HttpMethod.Get, "/v2/keys");
        return (await SendAsync(message, WireJson.Default.SigningKeys, cancel))!;
    }

    internal HttpRequestMessage Request(HttpMethod method, string pathAndQuery)
    {
        var target = options.Url.ToString().TrimEnd('/') + pathAndQuery;
        return Uri.TryCreate(target, Raw, out var uri)
            ? new HttpRequestMessage(method, uri)
            {
                Headers = { Authorization = new AuthenticationHeaderValue("Bearer", options.Token) },
            }
            : throw new QStashException($"the destination cannot be part of a URL: {pathAndQuery}");
    }

    /// <summary>The answer's JSON; null for 404.</summary>
    internal async Task<T?> SendAsync<T>(
        HttpRequestMessage message,
        JsonTypeInfo<T> type,
        CancellationToken cancel,
        bool orNull = false
    )
        where T : class
    {
        try
        {
            using var answer = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancel);
            if (orNull && answer.StatusCode == HttpStatusCode.NotFound)
                return null;
            var body = await answer.Content.ReadAsByteArrayAsync(cancel);
            if (!answer.IsSuccessStatusCode)
                throw Refusal(answer, body);
            return JsonSerializer.Deserialize(body.Length == 0 ? "{}"u8 : body, type);
        }
        catch (HttpRequestException failure)
        {
            throw new QStashException(
                $"QStash at {options.Url} could not be reached: {failure.Message}",
                inner: failure
            );
        }
        catch (JsonException failure)
        {
            throw new QStashException($"{options.Url} did not answer as QStash does", inner: failure);
        }
        catch (TaskCanceledException failure) when (!cancel.IsCancellationRequested)
        {
            throw new QStashException($"QStash at {options.Url} did not answer in time", inner: failure);
        }
    }

    private static QStashException Refusal(HttpResponseMessage answer, byte[] body)
    {
        string? said = null;
        try
        {
            said = JsonSerializer.Deserialize(body, WireJson.Default.ErrorAnswer)?.Error;
        }
        catch (JsonException)
        {
            // Not QStash's own words: the status must do.
        }
        return new QStashException(
            $"QStash answered {(int)answer.StatusCode}: {said ?? answer.ReasonPhrase}",
            answer.StatusCode,
            answer.Headers.RetryAfter?.Delta
        );
    }

    private static BatchItem Item(PublishRequest request)
    {
        var headers = new Dictionary<string, string>(request.Settings());
        if (request.ContentType is { } type)
            headers["Content-Type"] = type;
        return new BatchItem(
            request.Destination,
            headers,
            request.Body.IsEmpty ? null : Encoding.UTF8.GetString(request.Body.Span)
        );
    }
}

/// <summary>Messages that QStash holds.</summary>
public sealed class QStashMessages
{
    private readonly QStashClient client;

    internal QStashMessages(QStashClient client) => this.client = client;

    /// <summary>The message; null when QStash has none of that id (any more).</summary>
    public async Task<QStashMessage?> GetAsync(string id, CancellationToken cancel = default)
    {
        using var message = client.Request(HttpMethod.Get, "/v2/messages/" + Uri.EscapeDataString(id));
        return await client.SendAsync(message, WireJson.Default.QStashMessage, cancel, orNull: true);
    }

    /// <summary>Cancels it; false when it was gone already.</summary>
    public async Task<bool> CancelAsync(string id, CancellationToken cancel = default)
    {
        using var message = client.Request(HttpMethod.Delete, "/v2/messages/" + Uri.EscapeDataString(id));
        return await client.SendAsync(message, WireJson.Default.ErrorAnswer, cancel, orNull: true) is not null;
    }
}

/// <summary>Messages that were given up.</summary>
public sealed class QStashDeadLetters
{
    private readonly QStashClient client;

    internal QStashDeadLetters(QStashClient client) => this.client = client;

    /// <summary>A page of them, oldest first.</summary>
    public async Task<QStashPage<DeadLetter>> ListAsync(
        string? cursor = null,
        int count = 100,
        CancellationToken cancel = default
    )
    {
        var from = cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor);
        using var message = client.Request(HttpMethod.Get, $"/v2/dlq?count={count}{from}");
        var answer = (await client.SendAsync(message, WireJson.Default.DeadLetterAnswer, cancel))!;
        return new QStashPage<DeadLetter>(answer.Messages ?? [], answer.Cursor is { Length: > 0 } next ? next : null);
    }

    /// <summary>Deletes one; false when it was gone already.</summary>
    public async Task<bool> DeleteAsync(string id, CancellationToken cancel = default)
    {
        using var message = client.Request(HttpMethod.Delete, "/v2/dlq/" + Uri.EscapeDataString(id));
        return await client.SendAsync(message, WireJson.Default.ErrorAnswer, cancel, orNull: true) is not null;
    }
}

/// <summary>What happened to messages.</summary>
public sealed class QStashLogs
{
    private readonly QStashClient client;

    internal QStashLogs(QStashClient client) => this.client = client;

    /// <summary>A page of events, newest first.</summary>
    public async Task<QStashPage<LogEntry>> ListAsync(
        string? messageId = null,
        string? cursor = null,
        int count = 1000,
        CancellationToken cancel = default
    )
    {
        var filter = messageId is null ? "" : "&messageId=" + Uri.EscapeDataString(messageId);
        var from = cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor);
        using var message = client.Request(HttpMethod.Get, $"/v2/events?count={count}{filter}{from}");
        var answer = (await client.SendAsync(message, WireJson.Default.LogAnswer, cancel))!;
        return new QStashPage<LogEntry>(
            answer.Events ?? answer.Logs ?? [],
            answer.Cursor is { Length: > 0 } next ? next : null
        );
    }
}
