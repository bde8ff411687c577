using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Jettae.Engine;

/// <summary>JSON on the wire: what is missing is left out, never null (contract §0).</summary>
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(JsonArray))]
internal sealed partial class WireJson : JsonSerializerContext
{
    public static JsonObject Map(IReadOnlyDictionary<string, string[]> headers)
    {
        var map = new JsonObject();
        foreach (var (name, values) in headers)
            map[name] = new JsonArray([.. values.Select(value => (JsonNode)value)]);
        return map;
    }
}
