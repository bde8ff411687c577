using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Jettae.Client;

/// <summary>A page of a list.</summary>
/// <param name="Items">The rows.</param>
/// <param name="Cursor">Gives the next page; null on the last.</param>
public sealed record QStashPage<T>(IReadOnlyList<T> Items, string? Cursor);

internal sealed record BatchItem(
    string Destination,
    IReadOnlyDictionary<string, string> Headers,
    string? Body,
    string? Queue
);

internal sealed record QueueSettings(string QueueName, int Parallelism, bool? Paused);

internal sealed record GroupEndpoints(IReadOnlyList<UrlGroupEndpoint> Endpoints);

internal sealed record GroupDefaults(IReadOnlyDictionary<string, string> Headers);

internal sealed record ErrorAnswer(string? Error);

internal sealed record CancelAnswer(int Cancelled);

internal sealed record DeleteAnswer(int Deleted, string? Cursor);

internal sealed record RetryAnswer(IReadOnlyList<PublishResult>? Responses, string? Cursor);

internal sealed record ScheduleAnswer(string ScheduleId);

internal sealed record DeadLetterAnswer(IReadOnlyList<DeadLetter>? Messages, string? Cursor);

internal sealed record LogAnswer(IReadOnlyList<LogEntry>? Events, IReadOnlyList<LogEntry>? Logs, string? Cursor);

/// <summary>Instants are unix milliseconds.</summary>
internal sealed class UnixMilliseconds : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        DateTimeOffset.FromUnixTimeMilliseconds(WireJson.Number(ref reader, perSecond: 1_000));

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.ToUnixTimeMilliseconds());
}

/// <summary>The one instant in unix seconds.</summary>
internal sealed class UnixSeconds : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        DateTimeOffset.FromUnixTimeSeconds(WireJson.Number(ref reader, perSecond: 1));

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteNumberValue(value.ToUnixTimeSeconds());
}

/// <summary>Spans are whole seconds.</summary>
internal sealed class WholeSeconds : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        TimeSpan.FromSeconds(WireJson.Number(ref reader, perSecond: 1));

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue((long)value.TotalSeconds);
}

/// <summary>The one span in milliseconds.</summary>
internal sealed class Milliseconds : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
        TimeSpan.FromMilliseconds(WireJson.Number(ref reader, perSecond: 1_000));

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteNumberValue((long)value.TotalMilliseconds);
}

/// <summary>Headers, of which some callbacks write the single value without its list.</summary>
internal sealed class HeaderMap : JsonConverter<IReadOnlyDictionary<string, string[]>>
{
    public override IReadOnlyDictionary<string, string[]> Read(
        ref Utf8JsonReader reader,
        Type type,
        JsonSerializerOptions options
    )
    {
        if (reader.TokenType is not JsonTokenType.StartObject)
            throw new JsonException("headers by name were expected");
        var headers = new Dictionary<string, string[]>();
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var (name, values) = (reader.GetString()!, new List<string>());
            reader.Read();
            if (reader.TokenType is not JsonTokenType.StartArray)
                values.Add(Text(ref reader));
            else
                while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
                    values.Add(Text(ref reader));
            headers[name] = [.. values];
        }
        return headers;
    }

    public override void Write(
        Utf8JsonWriter writer,
        IReadOnlyDictionary<string, string[]> value,
        JsonSerializerOptions options
    )
    {
        writer.WriteStartObject();
        foreach (var (name, values) in value)
        {
            writer.WriteStartArray(name);
            foreach (var each in values)
                writer.WriteStringValue(each);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    private static string Text(ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.String
            ? reader.GetString()!
            : throw new JsonException("the text of a header was expected");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    // callerIP and callerIp are one thing, spelled by different answers.
    PropertyNameCaseInsensitive = true,
    NumberHandling = JsonNumberHandling.AllowReadingFromString,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(UnixMilliseconds), typeof(WholeSeconds)]
)]
[JsonSerializable(typeof(PublishResult))]
[JsonSerializable(typeof(PublishResult[]))]
[JsonSerializable(typeof(JsonElement[]))]
[JsonSerializable(typeof(BatchItem[]))]
[JsonSerializable(typeof(QStashMessage))]
[JsonSerializable(typeof(CancelAnswer))]
[JsonSerializable(typeof(DeadLetter))]
[JsonSerializable(typeof(DeadLetterAnswer))]
[JsonSerializable(typeof(DeleteAnswer))]
[JsonSerializable(typeof(RetryAnswer))]
[JsonSerializable(typeof(LogAnswer))]
[JsonSerializable(typeof(QueueSettings))]
[JsonSerializable(typeof(QueueState))]
[JsonSerializable(typeof(QueueState[]))]
[JsonSerializable(typeof(ScheduleAnswer))]
[JsonSerializable(typeof(QStashSchedule))]
[JsonSerializable(typeof(QStashSchedule[]))]
[JsonSerializable(typeof(GroupEndpoints))]
[JsonSerializable(typeof(GroupDefaults))]
[JsonSerializable(typeof(UrlGroup))]
[JsonSerializable(typeof(UrlGroup[]))]
[JsonSerializable(typeof(FlowControlState))]
[JsonSerializable(typeof(FlowControlState[]))]
[JsonSerializable(typeof(GlobalParallelism))]
[JsonSerializable(typeof(SigningKeys))]
[JsonSerializable(typeof(QStashCallback))]
[JsonSerializable(typeof(ErrorAnswer))]
[JsonSerializable(typeof(SignatureFilter.Refusal))]
internal sealed partial class WireJson : JsonSerializerContext
{
    private const long FirstSecond = -62_135_596_800;
    private const long LastSecond = 253_402_300_799;

    /// <summary>Some answers say the end of a list with an empty cursor.</summary>
    public static string? Cursor(string? cursor) => cursor is { Length: > 0 } ? cursor : null;

    /// <summary>A whole number that an instant or a span can be; callbacks have been seen to write them as text.</summary>
    public static long Number(ref Utf8JsonReader reader, long perSecond)
    {
        var number = reader.TokenType switch
        {
            JsonTokenType.Number when reader.TryGetInt64(out var said) => said,
            JsonTokenType.String when long.TryParse(reader.GetString(), CultureInfo.InvariantCulture, out var said) =>
                said,
            _ => throw new JsonException("a whole number was expected"),
        };
        return number >= FirstSecond * perSecond && number < (LastSecond + 1) * perSecond
            ? number
            : throw new JsonException("a number from the year 1 to the year 9999 was expected");
    }
}
