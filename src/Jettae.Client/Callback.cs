using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jettae.Client;

/// <summary>What QStash sends to a callback after each attempt, and to a failure callback once.</summary>
public sealed record QStashCallback
{
    /// <summary>The destination's status; 0 when there was no answer.</summary>
    public int Status { get; init; }

    /// <summary>The destination's headers.</summary>
    public IReadOnlyDictionary<string, string[]>? Header { get; init; }

    /// <summary>The destination's body in base64; a long one is cut.</summary>
    public string? Body { get; init; }

    /// <summary>How often it had been tried before.</summary>
    public int Retried { get; init; }

    /// <summary>How often it is tried again at most.</summary>
    public int MaxRetries { get; init; }

    /// <summary>The message's id.</summary>
    public string SourceMessageId { get; init; } = "";

    /// <summary>The message's destination.</summary>
    public string Url { get; init; } = "";

    /// <summary>The method of its delivery.</summary>
    public string? Method { get; init; }

    /// <summary>The headers that the message carried.</summary>
    /// <example><code>var order = told.SourceHeader?.GetValueOrDefault("Order-Id")?[0];</code></example>
    [JsonConverter(typeof(HeaderMap))]
    public IReadOnlyDictionary<string, string[]>? SourceHeader { get; init; }

    /// <summary>The message's body, in base64.</summary>
    public string? SourceBody { get; init; }

    /// <summary>The URL group that it was published to.</summary>
    [JsonPropertyName("topicName")]
    public string? UrlGroup { get; init; }

    /// <summary>The name of the group's endpoint.</summary>
    public string? EndpointName { get; init; }

    /// <summary>The schedule that made it.</summary>
    public string? ScheduleId { get; init; }

    /// <summary>Its dead letter; failure callbacks only.</summary>
    public string? DlqId { get; init; }

    /// <summary>The address of who published it.</summary>
    public string? CallerIp { get; init; }

    /// <summary>No attempt was to be before this instant.</summary>
    public DateTimeOffset NotBefore { get; init; }

    /// <summary>When it was accepted.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Reads the body of a callback; check its signature first.</summary>
    /// <exception cref="JsonException">It is not one.</exception>
    /// <example><code>
    /// app.MapPost("/told", async (HttpRequest request) =>
    /// {
    ///     var told = await QStashCallback.ReadAsync(request.Body);
    ///     Console.WriteLine($"{told.Url} answered {told.Status}");
    /// }).RequireQStashSignature();
    /// </code></example>
    public static async Task<QStashCallback> ReadAsync(Stream body, CancellationToken cancel = default) =>
        await JsonSerializer.DeserializeAsync(body, WireJson.Default.QStashCallback, cancel)
        ?? throw new JsonException("null is no callback");
}
