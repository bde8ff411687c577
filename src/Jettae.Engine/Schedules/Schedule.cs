using System.Data.Common;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Jettae.Engine;

/// <summary>A message that is published at every slot of a cron expression. Instants are unix milliseconds.</summary>
internal sealed record Schedule
{
    internal const string Columns =
        "tenant, id, cron, destination, headers, body, caller_ip, created_at, paused, next_at, last_at, last_messages, error";

    public required string Tenant { get; init; }
    public required string Id { get; init; }
    public required string Cron { get; init; }

    /// <summary>A URL, or the name of a URL group, which is looked up at each slot.</summary>
    public required string Destination { get; init; }

    /// <summary>What its messages are published with.</summary>
    public required IReadOnlyDictionary<string, string[]> Headers { get; init; }
    public required byte[] Body { get; init; }

    /// <summary>Who made it; its messages carry this address.</summary>
    public string? CallerIp { get; init; }
    public required long CreatedAt { get; init; }
    public bool IsPaused { get; init; }

    /// <summary>The slot that comes next; null while there is none.</summary>
    public long? NextAt { get; init; }
    public long? LastAt { get; init; }

    /// <summary>The messages of the last slot.</summary>
    public IReadOnlyList<string> LastMessages { get; init; } = [];

    /// <summary>Why the last slot made no message.</summary>
    public string? Error { get; init; }

    internal static Schedule Row(DbDataReader row) =>
        new()
        {
            Tenant = row.GetString(0),
            Id = row.GetString(1),
            Cron = row.GetString(2),
            Destination = row.GetString(3),
            Headers = StoredJson.Headers(row.GetString(4)),
            Body = row.Bytes(5),
            CallerIp = row.TextOrNull(6),
            CreatedAt = row.GetInt64(7),
            IsPaused = row.Flag(8),
            NextAt = row.LongOrNull(9),
            LastAt = row.LongOrNull(10),
            LastMessages = JsonSerializer.Deserialize(row.GetString(11), StoredJson.Default.StringArray)!,
            Error = row.TextOrNull(12),
        };

    /// <summary>As the API shows it (contract §1.12).</summary>
    /// <param name="sample">A message as its next slot would make it.</param>
    /// <param name="states">Of the last slot's messages, as far as they are still known.</param>
    internal JsonObject Json(Publication sample, IReadOnlyDictionary<string, MessageState> states)
    {
        var message = sample.Message;
        var json = new JsonObject
        {
            ["scheduleId"] = Id,
            ["cron"] = Cron,
            ["destination"] = Destination,
            ["createdAt"] = CreatedAt,
            ["method"] = message.Method,
            ["isPaused"] = IsPaused,
            ["retries"] = message.MaxRetries,
            ["header"] = MessageJson.Header(message),
        };
        MessageJson.AddMessageBody(json, message);
        MessageJson.AddSettings(json, message, "Header");
        if (message.NotBefore > message.CreatedAt)
            json["delay"] = (message.NotBefore - message.CreatedAt) / 1_000;
        if (message.Config.TimeoutMs is { } timeout)
            json["timeout"] = timeout / 1_000;
        if (message.Config.RetryDelay is { } expression)
            json["retryDelayExpression"] = expression;
        if (CallerIp is { } ip)
            (json["callerIP"], json["callerIp"]) = (ip, ip);
        if (NextAt is { } next)
            json["nextScheduleTime"] = next;
        if (LastAt is { } last)
        {
            json["lastScheduleTime"] = last;
            var outcomes = new JsonObject();
            foreach (var id in LastMessages)
                // One that is past its retention is left out: how it ended is forgotten.
                if (states.TryGetValue(id, out var state))
                    outcomes[id] = state switch
                    {
                        MessageState.Pending => "IN_PROGRESS",
                        MessageState.Delivered => "SUCCESS",
                        _ => "FAIL",
                    };
            json["lastScheduleStates"] = outcomes;
        }
        if (Error is { } error)
            json["error"] = error;
        return json;
    }
}
