using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Jettae.Engine;

/// <summary>JSON on the wire: what is missing is left out, never null (contract §0).</summary>
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonArray))]
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class WireJson : JsonSerializerContext
{
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

    /// <summary>A callback's headers are kept with the prefix by which they were given.</summary>
    private static string Plain(string name) =>
        name.StartsWith("Upstash-Forward-", StringComparison.OrdinalIgnoreCase)
            ? name["Upstash-Forward-".Length..]
            : name;
}
