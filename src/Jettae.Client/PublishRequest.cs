using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Jettae.Client;

/// <summary>A message to publish. What is not said is left to QStash's defaults.</summary>
/// <example><code>
/// await qstash.PublishAsync(new PublishRequest { Destination = "https://me.example/hook", Delay = TimeSpan.FromMinutes(5) });
/// </code></example>
public sealed record PublishRequest : DeliverySettings
{
    /// <summary>
    /// The http(s) URL to call; sent and signed byte for byte as given. Or the name of a URL group
    /// (<see cref="QStashClient.PublishToGroupAsync"/>, batches), or <c>api/…</c>.
    /// </summary>
    public required string Destination { get; init; }

    /// <summary>What the destination receives.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>The body's content type; null sends none.</summary>
    public string? ContentType { get; init; }

    /// <summary>The queue to join; it is made when it is not there. Null publishes directly.</summary>
    public string? Queue { get; init; }

    /// <summary>No attempt before this instant; whole seconds, rounded up; beats <see cref="DeliverySettings.Delay"/>.</summary>
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>A second message with this id is not stored while the deduplication window lasts. No colon.</summary>
    public string? DeduplicationId { get; init; }

    /// <summary>Deduplicate by destination, body and headers.</summary>
    public bool ContentBasedDeduplication { get; init; }

    /// <summary>
    /// Makes a schedule of it, whose id comes as <see cref="PublishResult.ScheduleId"/>. <see cref="QStashSchedules.CreateAsync"/>
    /// says more, and every QStash knows it.
    /// </summary>
    public string? Cron { get; init; }

    /// <summary>A message with a JSON body.</summary>
    /// <example><code>await qstash.PublishAsync(PublishRequest.Json("https://me.example/hook", order, MyJson.Default.Order));</code></example>
    public static PublishRequest Json<T>(string destination, T value, JsonTypeInfo<T> type) =>
        new()
        {
            Destination = destination,
            Body = JsonSerializer.SerializeToUtf8Bytes(value, type),
            ContentType = "application/json",
        };

    /// <summary>A message with a JSON body, written with reflection; trimmed and native programs take the other one.</summary>
    /// <example><code>await qstash.PublishAsync(PublishRequest.Json("https://me.example/hook", new { id = 7 }));</code></example>
    [RequiresUnreferencedCode("Pass a JsonTypeInfo where the program is trimmed.")]
    [RequiresDynamicCode("Pass a JsonTypeInfo where the program is compiled ahead of time.")]
    public static PublishRequest Json<T>(string destination, T value) =>
        new()
        {
            Destination = destination,
            Body = JsonSerializer.SerializeToUtf8Bytes(value, JsonSerializerOptions.Web),
            ContentType = "application/json",
        };

    /// <summary>A message whose body is UTF-8 text.</summary>
    /// <example><code>await qstash.PublishAsync(PublishRequest.Text("https://me.example/hook", "hello"));</code></example>
    public static PublishRequest Text(string destination, string body) =>
        new()
        {
            Destination = destination,
            Body = Encoding.UTF8.GetBytes(body),
            ContentType = "text/plain; charset=utf-8",
        };

    internal bool IsToGroup =>
        Destination.Length > 0
        && !Destination.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        && !Destination.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
        && !Destination.StartsWith("api/", StringComparison.Ordinal);

    internal override IEnumerable<KeyValuePair<string, string>> Settings(string prefix = "Upstash-")
    {
        foreach (var setting in base.Settings(prefix))
            yield return setting;
        if (NotBefore is { } notBefore)
            yield return new(prefix + "Not-Before", $"{(notBefore.ToUnixTimeMilliseconds() + 999) / 1000}");
        if (DeduplicationId is { } id)
            yield return new(prefix + "Deduplication-Id", id);
        if (ContentBasedDeduplication)
            yield return new(prefix + "Content-Based-Deduplication", "true");
        if (Cron is { } cron)
            yield return new(prefix + "Cron", cron);
    }
}
