using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Jettae.Studio;

/// <summary>How the tables hold what a column has no type for.</summary>
internal static class Stored
{
    public sealed class UnixMilliseconds()
        : ValueConverter<DateTimeOffset, long>(
            instant => instant.ToUnixTimeMilliseconds(),
            stored => DateTimeOffset.FromUnixTimeMilliseconds(stored)
        );

    /// <summary>With texts as PostgreSQL's jsonb can hold them.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new SoundText() },
    };

    public static readonly JsonSerializerOptions ClockTimes = new() { Converters = { new HourAndMinute() } };

    private sealed class HourAndMinute : JsonConverter<TimeOnly>
    {
        private const string Format = "HH:mm";

        public override TimeOnly Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            TimeOnly.ParseExact(reader.GetString()!, Format, CultureInfo.InvariantCulture);

        public override void Write(Utf8JsonWriter writer, TimeOnly value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString(Format, CultureInfo.InvariantCulture));
    }

    private sealed class SoundText : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString();

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WriteStringValue(Sound(value));
    }

    public sealed class AsJsonList<T>(JsonSerializerOptions options)
        : ValueConverter<IReadOnlyList<T>, string>(
            list => JsonSerializer.Serialize(list, options),
            stored => JsonSerializer.Deserialize<List<T>>(stored, options)!
        );

    public sealed class SameItems<T>()
        : ValueComparer<IReadOnlyList<T>>(
            (one, other) => one!.SequenceEqual(other!),
            list => list.Aggregate(0, (hash, item) => HashCode.Combine(hash, item)),
            list => list.ToList()
        );

    public sealed class ByName<T>()
        : ValueConverter<T, string>(value => JsonName.Of(value), name => JsonName.Parse<T>(name))
        where T : struct, Enum;

    public sealed class AsJson()
        : ValueConverter<ScheduleSettings, string>(
            settings => JsonSerializer.Serialize(settings, Json),
            stored => JsonSerializer.Deserialize<ScheduleSettings>(stored, Json)!
        );

    /// <summary>A text as PostgreSQL can hold it: without zero characters and halves of surrogate pairs.</summary>
    public static string Sound(string text)
    {
        for (var at = 0; at < text.Length; at++)
            if (text[at] == '\0' || char.IsSurrogate(text[at]))
                return string.Concat(text.Replace('\0', '\ufffd').EnumerateRunes());
        return text;
    }

    /// <summary>As PostgreSQL wants them: in UTC, and no finer than the other store's.</summary>
    public sealed class WholeMilliseconds()
        : ValueConverter<DateTimeOffset, DateTimeOffset>(
            instant => DateTimeOffset.FromUnixTimeMilliseconds(instant.ToUnixTimeMilliseconds()),
            stored => stored
        );
}
