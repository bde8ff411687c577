using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Jettae.Engine;

/// <summary>JSON on the wire: what is missing is left out, never null (contract §0).</summary>
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonArray))]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class WireJson : JsonSerializerContext
{
    /// <summary>Of bodies that carry others in base64: the usual way writes six bytes for each of its <c>+</c>.</summary>
    internal static readonly WireJson Unescaped = new(
        new JsonSerializerOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
    );

    public static JsonObject Map(IReadOnlyDictionary<string, string[]> headers, Redaction? redact = null)
    {
        var map = new JsonObject();
        foreach (var (name, values) in headers)
            map[name] = new JsonArray([
                .. values.Select(value =>
                    (JsonNode)(redact?.Hides(Plain(name)) == true ? Redaction.Hash(value) : value)
                ),
            ]);
        return map;
    }

    /// <summary>A callback's headers are kept with the prefix by which they were given, those of its own callbacks with more.</summary>
    private static string Plain(string name)
    {
        if (!Cut("Upstash-", name, out var rest))
            return name;
        while (Cut("Callback-", rest, out var inner) || Cut("Failure-Callback-", rest, out inner))
            rest = inner;
        return Cut("Forward-", rest, out var plain) ? plain : name;

        static bool Cut(string prefix, string text, out string rest)
        {
            var cut = text.StartsWith(prefix, StringComparison.OrdinalIgnoreCase);
            rest = cut ? text[prefix.Length..] : text;
            return cut;
        }
    }
}
