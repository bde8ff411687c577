using System.Text;
using System.Text.Json;

namespace Jettae.Client;

public sealed partial class QStashClient
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Publishes one message to a URL; when the task ends QStash has it.</summary>
    /// <exception cref="ArgumentException">The destination is not an http(s) URL: a URL group answers several results.</exception>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>
    /// var result = await qstash.PublishAsync(
    ///     PublishRequest.Json("https://me.example/hook", order, MyJson.Default.Order) with { Delay = TimeSpan.FromHours(1) });
    /// await qstash.Messages.CancelAsync(result.MessageId);
    /// </code></example>
    public Task<PublishResult> PublishAsync(PublishRequest request, CancellationToken cancel = default) =>
        request.IsToGroup
            ? throw new ArgumentException(
                $"{request.Destination} is not an http(s) URL; for a URL group use PublishToGroupAsync",
                nameof(request)
            )
            : AskAsync(Publish(request), WireJson.Default.PublishResult, cancel);

    /// <summary>Publishes one message to each endpoint of a URL group; the results are in the order of the endpoints.</summary>
    /// <param name="request">Its destination is the group's name.</param>
    /// <param name="cancel">Ends the wait; the messages may have been stored.</param>
    /// <exception cref="ArgumentException">
    /// The destination is a URL; or a cron is said, which makes a schedule: that is <see cref="QStashSchedules.CreateAsync"/>.
    /// </exception>
    /// <exception cref="QStashException">It was refused (404: there is no such group), or QStash could not be reached.</exception>
    /// <example><code>
    /// foreach (var result in await qstash.PublishToGroupAsync(PublishRequest.Text("audit", "hello")))
    ///     Console.WriteLine($"{result.Url}: {result.MessageId}");
    /// </code></example>
    public async Task<IReadOnlyList<PublishResult>> PublishToGroupAsync(
        PublishRequest request,
        CancellationToken cancel = default
    ) =>
        request switch
        {
            { IsToGroup: false } => throw new ArgumentException(
                $"{request.Destination} is not the name of a URL group",
                nameof(request)
            ),
            { Cron: not null } => throw new ArgumentException(
                $"a cron for {request.Destination} makes a schedule, which has one id and no results: use Schedules.CreateAsync",
                nameof(request)
            ),
            _ => await AskAsync(Publish(request), WireJson.Default.PublishResultArray, cancel),
        };

    /// <summary>Publishes one message to a URL through a queue: messages of a queue are delivered in their order.</summary>
    /// <exception cref="ArgumentException">The destination is not an http(s) URL.</exception>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>await qstash.EnqueueAsync("mails", PublishRequest.Text("https://me.example/mail", "hello"));</code></example>
    public Task<PublishResult> EnqueueAsync(string queue, PublishRequest request, CancellationToken cancel = default) =>
        PublishAsync(request with { Queue = queue }, cancel);

    /// <summary>
    /// Publishes many messages with one call; URLs, URL groups and queues may be mixed. A mistake in one refuses all of them.
    /// The results are in the order of the requests.
    /// </summary>
    /// <exception cref="ArgumentException">A body is not UTF-8 text: a batch carries text only.</exception>
    /// <exception cref="QStashException">They were refused, or QStash could not be reached.</exception>
    /// <example><code>
    /// var results = await qstash.BatchAsync([
    ///     PublishRequest.Text("https://me.example/a", "1"),
    ///     PublishRequest.Text("https://me.example/b", "2") with { Queue = "slow" },
    ///     PublishRequest.Text("my-group", "3"),
    /// ]);
    /// var inGroup = results[2].Endpoints;
    /// </code></example>
    public async Task<IReadOnlyList<PublishResult>> BatchAsync(
        IReadOnlyList<PublishRequest> requests,
        CancellationToken cancel = default
    )
    {
        var call = Call.Json(HttpMethod.Post, "/v2/batch", [.. requests.Select(Item)], WireJson.Default.BatchItemArray);
        var answers = await AskAsync(call, WireJson.Default.JsonElementArray, cancel);
        return [.. answers.Select(Result)];
    }

    private static Call Publish(PublishRequest request) =>
        new(
            HttpMethod.Post,
            (request.Queue is { } queue ? $"/v2/enqueue/{Call.Segment(queue)}/" : "/v2/publish/")
                + Call.Destination(request.Destination)
        )
        {
            Headers = request.Settings(),
            Body = request.Body,
            ContentType = request.ContentType,
        };

    private static BatchItem Item(PublishRequest request)
    {
        var headers = new Dictionary<string, string>(request.Settings());
        if (request.ContentType is { } type)
            headers["Content-Type"] = type;
        return new BatchItem(request.Destination, headers, request.Body.IsEmpty ? null : Text(request), request.Queue);
    }

    private static string Text(PublishRequest request)
    {
        try
        {
            return Utf8.GetString(request.Body.Span);
        }
        catch (DecoderFallbackException)
        {
            throw new ArgumentException(
                $"a batch carries UTF-8 text only, and the body for {request.Destination} is none: publish it by itself"
            );
        }
    }

    private PublishResult Result(JsonElement answer)
    {
        var json = Encoding.UTF8.GetBytes(answer.GetRawText());
        return answer.ValueKind == JsonValueKind.Array
            ? new PublishResult { Endpoints = Read(json, WireJson.Default.PublishResultArray) }
            : Read(json, WireJson.Default.PublishResult);
    }
}

/// <summary>What QStash said to a publish.</summary>
public sealed record PublishResult
{
    /// <summary>The message's id; the first message's when it was a duplicate. Empty where <see cref="Endpoints"/> are.</summary>
    public string MessageId { get; init; } = "";

    /// <summary>True when a message with the same deduplication id was there already: nothing new was stored.</summary>
    public bool Deduplicated { get; init; }

    /// <summary>The endpoint, where a URL group was published to.</summary>
    public string? Url { get; init; }

    /// <summary>One result for each endpoint, where an item of a batch went to a URL group.</summary>
    public IReadOnlyList<PublishResult> Endpoints { get; init; } = [];

    /// <summary>The schedule's id, where <see cref="PublishRequest.Cron"/> made one.</summary>
    public string? ScheduleId { get; init; }

    /// <summary>Why this item of a batch was not taken, where the others were.</summary>
    public string? Error { get; init; }
}
