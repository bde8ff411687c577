using System.Text.Json;
using System.Text.Json.Nodes;

namespace Jettae.Studio.Tests;

/// <summary>As much of JSON Schema as the document uses.</summary>
internal sealed class SchemaCheck(JsonNode document)
{
    private static readonly string[] Numbers = ["number", "integer"];

    public static JsonNode Ref(string name) => new JsonObject { ["$ref"] = "#/components/schemas/" + name };

    /// <summary>Every value of this member, wherever it stands.</summary>
    public static IEnumerable<JsonNode> All(JsonNode? node, string member) =>
        node switch
        {
            JsonObject item => item.SelectMany(each =>
                each.Key == member && each.Value is { } value ? [value] : All(each.Value, member)
            ),
            JsonArray items => items.SelectMany(each => All(each, member)),
            _ => [],
        };

    public void Holds(JsonNode schema, JsonNode? value)
    {
        if (Fault(schema, value, "$") is { } fault)
            Assert.Fail(fault + "\n" + value?.ToJsonString());
    }

    private string? Fault(JsonNode schema, JsonNode? value, string at)
    {
        if ((string?)schema["$ref"] is { } to)
            return document["components"]!["schemas"]![to.Split('/')[^1]] is { } known
                ? Fault(known, value, at)
                : $"{at}: there is no schema {to}.";
        if ((schema["anyOf"] ?? schema["oneOf"]) is JsonArray ways)
        {
            var faults = ways.Select(way => Fault(way!, value, at)).ToList();
            return faults.Contains(null) ? null : string.Join(" / ", faults);
        }
        if (schema["enum"] is JsonArray names && !names.Any(each => JsonNode.DeepEquals(each, value)))
            return $"{at}: {value?.ToJsonString()} is none of {names.ToJsonString()}.";
        if (schema["type"] is { } type && !Types(type).Contains(TypeOf(value)))
            return $"{at}: {TypeOf(value)} is not {type.ToJsonString()}.";
        return value switch
        {
            JsonObject item => FaultOfObject(schema, item, at),
            JsonArray items when schema["items"] is { } each => items
                .Select((item, i) => Fault(each, item, $"{at}[{i}]"))
                .FirstOrDefault(fault => fault is not null),
            JsonValue text when (string?)schema["format"] is "uuid" && !Guid.TryParse((string?)text, out _) =>
                $"{at}: no UUID.",
            JsonValue text when (string?)schema["format"] is "date-time" && !((string)text!).EndsWith('Z') =>
                $"{at}: no instant in UTC.",
            _ => null,
        };
    }

    private string? FaultOfObject(JsonNode schema, JsonObject item, string at)
    {
        foreach (var name in schema["required"] as JsonArray ?? [])
            if (!item.ContainsKey((string)name!))
                return $"{at}: {name} is missing.";
        foreach (var (name, value) in item)
        {
            var known = schema["properties"]?[name];
            if (known is null && (bool?)schema["additionalProperties"] == false)
                return $"{at}: {name} is not described.";
            if (known is not null && Fault(known, value, $"{at}.{name}") is { } fault)
                return fault;
        }
        return null;
    }

    private static IEnumerable<string> Types(JsonNode type) =>
        (type is JsonArray several ? several.Select(each => (string)each!) : [(string)type!]).SelectMany(each =>
            each == "number" ? Numbers : [each]
        );

    private static string TypeOf(JsonNode? value) =>
        value?.GetValueKind() switch
        {
            null => "null",
            JsonValueKind.Object => "object",
            JsonValueKind.Array => "array",
            JsonValueKind.String => "string",
            JsonValueKind.True or JsonValueKind.False => "boolean",
            _ => value.ToJsonString().Contains('.', StringComparison.Ordinal) ? "number" : "integer",
        };
}
