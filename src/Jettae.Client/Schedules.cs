using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Jettae.Client;

/// <summary>Messages that are published again and again, by cron.</summary>
public sealed class QStashSchedules
{
    private readonly QStashClient client;

    internal QStashSchedules(QStashClient client) => this.client = client;

    /// <summary>Makes the schedule, or replaces the one of the same id altogether; gives its id.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>
    /// var id = await qstash.Schedules.CreateAsync(new ScheduleRequest
    /// {
    ///     Destination = "https://me.example/report",
    ///     Cron = "0 9 * * MON-FRI",
    ///     TimeZone = "Asia/Seoul",
    /// });
    /// </code></example>
    public async Task<string> CreateAsync(ScheduleRequest request, CancellationToken cancel = default)
    {
        var call = new Call(HttpMethod.Post, "/v2/schedules/" + Call.Destination(request.Destination))
        {
            Headers = request.Settings(),
            Body = request.Body,
            ContentType = request.ContentType,
        };
        return (await client.AskAsync(call, WireJson.Default.ScheduleAnswer, cancel)).ScheduleId;
    }

    /// <summary>The schedule; null when there is none of that id.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>var next = (await qstash.Schedules.GetAsync(id))?.NextScheduleTime;</code></example>
    public Task<QStashSchedule?> GetAsync(string id, CancellationToken cancel = default) =>
        client.FindAsync(new Call(HttpMethod.Get, Path(id)), WireJson.Default.QStashSchedule, cancel);

    /// <summary>All schedules.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>var resting = (await qstash.Schedules.ListAsync()).Where(schedule => schedule.IsPaused);</code></example>
    public async Task<IReadOnlyList<QStashSchedule>> ListAsync(CancellationToken cancel = default) =>
        await client.AskAsync(new Call(HttpMethod.Get, "/v2/schedules"), WireJson.Default.QStashScheduleArray, cancel);

    /// <summary>Deletes it; false when QStash says that there is none. Messages it made already stay.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>await qstash.Schedules.DeleteAsync("five-minutes");</code></example>
    public Task<bool> DeleteAsync(string id, CancellationToken cancel = default) =>
        client.TryTellAsync(new Call(HttpMethod.Delete, Path(id)), cancel);

    /// <summary>Lets its times pass without a message until it is resumed.</summary>
    /// <exception cref="QStashException">It was refused (404: there is none), or QStash could not be reached.</exception>
    /// <example><code>await qstash.Schedules.PauseAsync("five-minutes");</code></example>
    public Task PauseAsync(string id, CancellationToken cancel = default) =>
        client.TellAsync(new Call(HttpMethod.Patch, Path(id) + "/pause"), cancel);

    /// <summary>Goes on with its next time.</summary>
    /// <exception cref="QStashException">It was refused (404: there is none), or QStash could not be reached.</exception>
    /// <example><code>await qstash.Schedules.ResumeAsync("five-minutes");</code></example>
    public Task ResumeAsync(string id, CancellationToken cancel = default) =>
        client.TellAsync(new Call(HttpMethod.Patch, Path(id) + "/resume"), cancel);

    private static string Path(string id) => "/v2/schedules/" + Call.Segment(id);
}

/// <summary>A schedule to make: when, and what is published then. A delay shifts each message, not the schedule.</summary>
/// <example><code>
/// new ScheduleRequest { Destination = "https://me.example/hook", Cron = "*/5 * * * *", ScheduleId = "five-minutes" }
/// </code></example>
public sealed record ScheduleRequest : DeliverySettings
{
    /// <summary>The http(s) URL to call, or the name of a URL group.</summary>
    public required string Destination { get; init; }

    /// <summary>Five fields: minute, hour, day of month, month, day of week.</summary>
    public required string Cron { get; init; }

    /// <summary>The IANA zone of the cron's times; null is UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Its id; one of the same id is replaced. Null lets QStash choose.</summary>
    public string? ScheduleId { get; init; }

    /// <summary>The queue that its messages join.</summary>
    public string? Queue { get; init; }

    /// <summary>What the destination receives.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The body's content type; null sends none.</summary>
    public string? ContentType { get; init; }

    /// <summary>A schedule whose messages have a JSON body.</summary>
    /// <example><code>
    /// var id = await qstash.Schedules.CreateAsync(
    ///     ScheduleRequest.Json("https://me.example/report", "0 9 * * *", options, MyJson.Default.ReportOptions));
    /// </code></example>
    public static ScheduleRequest Json<T>(string destination, string cron, T value, JsonTypeInfo<T> type) =>
        new()
        {
            Destination = destination,
            Cron = cron,
            Body = JsonSerializer.SerializeToUtf8Bytes(value, type),
            ContentType = "application/json",
        };

    internal override IEnumerable<KeyValuePair<string, string>> Settings(string prefix = "Upstash-")
    {
        yield return new(prefix + "Cron", TimeZone is null ? Cron : $"CRON_TZ={TimeZone} {Cron}");
        if (ScheduleId is { } id)
            yield return new(prefix + "Schedule-Id", id);
        if (Queue is { } queue)
            yield return new(prefix + "Queue-Name", queue);
        foreach (var setting in base.Settings(prefix))
            yield return setting;
    }
}

/// <summary>A schedule.</summary>
public sealed record QStashSchedule
{
    /// <summary>Its id.</summary>
    public string ScheduleId { get; init; } = "";

    /// <summary>Its cron; begins with <c>CRON_TZ=</c> where it has a zone.</summary>
    public string Cron { get; init; } = "";

    /// <summary>Where its messages go.</summary>
    public string Destination { get; init; } = "";

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Whether it rests.</summary>
    public bool IsPaused { get; init; }

    /// <summary>The method of the delivery.</summary>
    public string Method { get; init; } = "";

    /// <summary>The headers that the destination receives.</summary>
    public IReadOnlyDictionary<string, string[]>? Header { get; init; }

    /// <summary>The body where it is UTF-8 text.</summary>
    public string? Body { get; init; }

    /// <summary>The body in base64 where it is not text.</summary>
    public string? BodyBase64 { get; init; }

    /// <summary>How often each message is tried again.</summary>
    public int? Retries { get; init; }

    /// <summary>The wait before a retry, as an expression.</summary>
    public string? RetryDelayExpression { get; init; }

    /// <summary>How long each message waits before its first attempt.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>How long one attempt of each message may take.</summary>
    /// <example><code>var slow = schedules.Where(schedule => schedule.Timeout > TimeSpan.FromMinutes(5));</code></example>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The URL that is told of every attempt.</summary>
    public string? Callback { get; init; }

    /// <summary>The headers that the callback carries.</summary>
    public IReadOnlyDictionary<string, string[]>? CallbackHeader { get; init; }

    /// <summary>The URL that is told when a message was given up.</summary>
    public string? FailureCallback { get; init; }

    /// <summary>The headers that the failure callback carries.</summary>
    public IReadOnlyDictionary<string, string[]>? FailureCallbackHeader { get; init; }

    /// <summary>The queue that its messages join.</summary>
    public string? QueueName { get; init; }

    /// <summary>The address of who made it.</summary>
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

    /// <summary>When it published last.</summary>
    public DateTimeOffset? LastScheduleTime { get; init; }

    /// <summary>When it publishes next.</summary>
    public DateTimeOffset? NextScheduleTime { get; init; }

    /// <summary>What became of the last time's messages, by id: IN_PROGRESS, SUCCESS or FAIL.</summary>
    public IReadOnlyDictionary<string, string>? LastScheduleStates { get; init; }

    /// <summary>Why the last time came to nothing.</summary>
    public string? Error { get; init; }
}
