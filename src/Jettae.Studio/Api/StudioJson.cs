using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Jettae.Studio;

/// <summary>The studio's JSON: snake_case, instants in UTC with a Z, and no member that nobody knows.</summary>
internal static class StudioJson
{
    private const int LargestBody = 1 << 20;

    public static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.Create(System.Text.Unicode.UnicodeRanges.All),
        Converters =
        {
            new Instant(),
            new Weekday(),
            new ClockTime(),
            new JsonStringEnumConverter(null, allowIntegerValues: false),
        },
    };

    /// <exception cref="RejectedException">The body is no JSON object, or too large.</exception>
    public static async Task<JsonObject> ReadObjectAsync(HttpRequest request, CancellationToken cancel)
    {
        if (request.ContentLength > LargestBody)
            throw new RejectedException(
                400,
                "body_too_large",
                null,
                new("본문은 1MB까지예요.", "The body may have at most 1 MB.")
            );
        if (!request.HasJsonContentType())
            throw new RejectedException(
                400,
                "content_type_invalid",
                null,
                new(
                    "Content-Type은 application/json이어야 해요.",
                    $"The Content-Type must be application/json. Received: '{request.ContentType}'."
                )
            );
        try
        {
            var node = await JsonNode.ParseAsync(
                request.Body,
                null,
                new JsonDocumentOptions { AllowDuplicateProperties = false },
                cancel
            );
            return node as JsonObject ?? throw NotAnObject();
        }
        catch (JsonException)
        {
            throw NotAnObject();
        }
    }

    /// <summary>For what has no fields: no body, or an empty object.</summary>
    /// <exception cref="RejectedException">There is something in the body.</exception>
    public static async Task ReadNothingAsync(HttpRequest request, CancellationToken cancel)
    {
        if (request.ContentLength is null or 0 && !request.HasJsonContentType())
            return;
        Read<Nothing>(await ReadObjectAsync(request, cancel));
    }

    /// <summary>Takes one member out of the object.</summary>
    public static T? Take<T>(JsonObject body, string name)
    {
        if (!body.Remove(name, out var node) || node is null)
            return default;
        try
        {
            return node.Deserialize<T>(Options);
        }
        catch (JsonException)
        {
            throw WrongForm(name, node);
        }
    }

    public static Guid TakeId(JsonObject body) => Take<Guid?>(body, "id") ?? throw RejectedException.Missing("id");

    /// <exception cref="RejectedException">A member is unknown or has the wrong form; the message names it.</exception>
    public static T Read<T>(JsonObject body)
    {
        try
        {
            return body.Deserialize<T>(Options)!;
        }
        catch (JsonException odd)
        {
            var field = (odd.Path ?? "$").TrimStart('$').TrimStart('.').Split('[')[0];
            var node = At(body, field);
            if (odd.Message.Contains("could not be mapped", StringComparison.Ordinal))
                throw new RejectedException(
                    400,
                    "field_unknown",
                    field,
                    new(
                        $"{field}: 알 수 없는 항목이에요.",
                        $"{field}: There is no field of this name. Received: {Shown(node)}."
                    )
                );
            throw WrongForm(field, node);
        }
    }

    private static JsonNode? At(JsonObject body, string path)
    {
        JsonNode? node = body;
        foreach (var part in path.Split('.'))
            node = (node as JsonObject)?[part];
        return node;
    }

    private static RejectedException WrongForm(string field, JsonNode? node) =>
        new(
            400,
            "field_invalid",
            field,
            new(
                $"{field}: {Rule(field).Ko} 받은 값: {Shown(node)}",
                $"{field}: {Rule(field).En} Received: {Shown(node)}."
            )
        );

    private static Word Rule(string field) =>
        field switch
        {
            "content_type" => OneOf<ContentType>(),
            "content_tone" => OneOf<Tone>(),
            "frequency" => OneOf<Frequency>(),
            "catch_up" => OneOf<CatchUp>(),
            "status" => OneOf<ContentStatus>(),
            "settings.promptType" => OneOf<PromptType>(),
            "settings.creativity" => OneOf<Creativity>(),
            "settings.speechLevel" => OneOf<SpeechLevel>(),
            "times_of_day" => new("09:00 같은 시각의 목록이어야 해요.", "It must be a list of times such as 09:00."),
            "days_of_week" => new(
                "0(일요일)~6(토요일) 또는 요일 이름의 목록이어야 해요.",
                "It must be a list of 0 (Sunday) to 6, or of weekdays' names."
            ),
            "scope" => OneOf<TokenScope>(),
            "kind" => OneOf<ProviderKind>(),
            "settings.variants" => new("정수여야 해요.", "It must be a whole number."),
            "settings.numbering" => new("true 또는 false여야 해요.", "It must be true or false."),
            "settings.bannedWords" or "settings.examples" => new(
                "문자열의 목록이어야 해요.",
                "It must be a list of strings."
            ),
            "speech_level" => OneOf<SpeechLevel>(),
            "banned_words" => new("문자열의 목록이어야 해요.", "It must be a list of strings."),
            "even_so" => new("true 또는 false여야 해요.", "It must be true or false."),
            "day_of_week" => new(
                "0(일요일)~6(토요일) 또는 요일 이름이어야 해요.",
                "It must be 0 (Sunday) to 6, or a weekday's name."
            ),
            "starts_at" or "ends_at" or "expires_at" or "slot_at" or "to" or "until" => new(
                "2026-01-31T09:00:00Z 같은 시각이어야 해요.",
                "It must be an instant such as 2026-01-31T09:00:00Z."
            ),
            "effective_from" => new("2026-01-31 같은 날짜여야 해요.", "It must be a day such as 2026-01-31."),
            "input" or "cached_input" or "cache_write" or "output" or "long_factor" => new(
                "숫자여야 해요.",
                "It must be a number."
            ),
            "id" => new("UUID여야 해요.", "It must be a UUID."),
            "day_of_month" or "max_runs" or "number" or "if_version" or "long_from" => new(
                "정수여야 해요.",
                "It must be a whole number."
            ),
            "tags" => new("문자열의 목록이어야 해요.", "It must be a list of strings."),
            "settings" => new("객체여야 해요.", "It must be an object."),
            "draft" or "endless" => new("true 또는 false여야 해요.", "It must be true or false."),
            _ => new("문자열이어야 해요.", "It must be a string."),
        };

    private static Word OneOf<T>()
        where T : struct, Enum =>
        new($"다음 중 하나여야 해요: {JsonName.All<T>()}.", $"It must be one of: {JsonName.All<T>()}.");

    private static string Shown(JsonNode? node)
    {
        var text = node?.ToJsonString(Options) ?? "null";
        return text.Length > 200 ? text[..200] + "…" : text;
    }

    private static RejectedException NotAnObject() =>
        new(
            400,
            "body_invalid",
            null,
            new("본문은 JSON 객체여야 해요.", "The body must be one JSON object without repeated members.")
        );

    private sealed record Nothing;

    private sealed class Instant : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            var text = reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException();
            // Without an offset an instant would depend on where the server stands.
            var hasOffset = text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');
            return
                hasOffset
                && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
                ? instant.ToUniversalTime()
                : throw new JsonException();
        }

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(
                value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFF'Z'", CultureInfo.InvariantCulture)
            );
    }

    private sealed class ClockTime : JsonConverter<TimeOnly>
    {
        public override TimeOnly Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) =>
            throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, TimeOnly value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString("HH:mm", CultureInfo.InvariantCulture));
    }

    private sealed class Weekday : JsonConverter<DayOfWeek>
    {
        public override DayOfWeek Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options)
        {
            if (
                reader.TokenType == JsonTokenType.Number
                && reader.TryGetInt32(out var number)
                && number is >= 0 and <= 6
            )
                return (DayOfWeek)number;
            if (reader.TokenType == JsonTokenType.String)
                foreach (var day in Enum.GetValues<DayOfWeek>())
                    if (string.Equals(day.ToString(), reader.GetString(), StringComparison.OrdinalIgnoreCase))
                        return day;
            throw new JsonException();
        }

        public override void Write(Utf8JsonWriter writer, DayOfWeek value, JsonSerializerOptions options) =>
            writer.WriteNumberValue((int)value);
    }
}
