using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Jettae.Client;

/// <summary>
/// The QStash v2 API. Safe for concurrent use. It repeats nothing of itself, unless <see cref="QStashOptions.TransportRetries"/>
/// says so: publishing again is the caller's decision.
/// </summary>
/// <param name="http">The way to QStash.</param>
/// <param name="options">Which QStash, and the token.</param>
/// <param name="time">The clock that waits are taken from; null is the system's.</param>
/// <example><code>
/// var result = await qstash.PublishAsync(new PublishRequest { Destination = "https://me.example/hook" });
/// </code></example>
public sealed partial class QStashClient(HttpClient http, QStashOptions options, TimeProvider? time = null)
{
    /// <summary>Messages that QStash holds.</summary>
    public QStashMessages Messages => new(this);

    /// <summary>Messages that were given up.</summary>
    public QStashDeadLetters DeadLetters => new(this);

    /// <summary>What happened.</summary>
    public QStashLogs Logs => new(this);

    /// <summary>Queues: messages in their order.</summary>
    public QStashQueues Queues => new(this);

    /// <summary>Messages that are published again and again, by cron.</summary>
    public QStashSchedules Schedules => new(this);

    /// <summary>Names for several destinations at once.</summary>
    public QStashUrlGroups UrlGroups => new(this);

    /// <summary>Limits that messages share.</summary>
    public QStashFlowControl FlowControl => new(this);

    /// <summary>The answer's JSON.</summary>
    internal async Task<T> AskAsync<T>(Call call, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class => Read(await SendAsync(call, cancel), type);

    /// <summary>The answer's JSON; null for 404.</summary>
    internal async Task<T?> FindAsync<T>(Call call, JsonTypeInfo<T> type, CancellationToken cancel)
        where T : class
    {
        try
        {
            return await AskAsync(call, type, cancel);
        }
        catch (QStashException missing) when (missing.Status == HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>For what answers nothing of interest.</summary>
    internal Task TellAsync(Call call, CancellationToken cancel) => SendAsync(call, cancel);

    /// <summary>The same; false for 404.</summary>
    internal async Task<bool> TryTellAsync(Call call, CancellationToken cancel)
    {
        try
        {
            await TellAsync(call, cancel);
            return true;
        }
        catch (QStashException missing) when (missing.Status == HttpStatusCode.NotFound)
        {
            return false;
        }
    }

    private async Task<byte[]> SendAsync(Call call, CancellationToken cancel)
    {
        for (var repeat = 0; ; repeat++)
        {
            try
            {
                using var message = call.Message(options);
                using var answer = await http.SendAsync(message, cancel);
                var body = await answer.Content.ReadAsByteArrayAsync(cancel);
                return answer.IsSuccessStatusCode ? body : throw Refusal(answer, body);
            }
            catch (HttpRequestException) when (repeat < options.TransportRetries)
            {
                var wait = TimeSpan.FromMilliseconds(50 * Math.Exp(repeat));
                await Task.Delay(wait, time ?? TimeProvider.System, cancel);
            }
            catch (HttpRequestException failure)
            {
                throw new QStashException(
                    $"QStash at {options.Url} could not be reached: {failure.Message}",
                    inner: failure
                );
            }
            catch (TaskCanceledException failure) when (!cancel.IsCancellationRequested)
            {
                throw new QStashException($"QStash at {options.Url} did not answer in time", inner: failure);
            }
        }
    }

    private T Read<T>(byte[] body, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new JsonException("null");
        }
        catch (JsonException failure)
        {
            throw new QStashException($"{options.Url} did not answer as QStash does", inner: failure);
        }
    }

    private QStashException Refusal(HttpResponseMessage answer, byte[] body)
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
        // Told with every answer, it is the reason of this one only.
        var limit = answer.StatusCode == HttpStatusCode.TooManyRequests ? RateLimit.Of(answer.Headers) : null;
        var now = (time ?? TimeProvider.System).GetUtcNow();
        var until = answer.Headers.RetryAfter?.Date ?? limit?.Reset;
        return new QStashException(
            $"QStash answered {(int)answer.StatusCode}: {said ?? answer.ReasonPhrase}",
            answer.StatusCode,
            answer.Headers.RetryAfter?.Delta ?? (until > now ? until - now : null)
        )
        {
            RateLimit = limit,
        };
    }
}

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

    /// <summary>How long QStash asks to wait, or its limit needs to be open again.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The limit that was reached, where QStash says one.</summary>
    /// <example><code>
    /// catch (QStashException refused) when (refused.RateLimit is { Kind: RateLimitKind.Daily } limit)
    /// {
    ///     Console.WriteLine($"All {limit.Limit} messages of the day are used; more from {limit.Reset:u}.");
    /// }
    /// </code></example>
    public RateLimit? RateLimit { get; init; }
}
