using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Studio;

/// <summary>The studio's API as an OpenAPI 3.1 document: the routes of <see cref="ApiRoutes"/>, the schemas of <c>schemas.json</c>.</summary>
internal static class OpenApi
{
    private static readonly Lazy<JsonObject> Parts = new(ReadSchemas);

    private const string Language =
        "Korean or English: of a problem's detail, and of what was noted of a run (its reason_detail, its steps' detail). Who does not "
        + "say gets the language chosen on the settings page, else English. What a person reads otherwise comes in both, as ko and en.";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(
            "/openapi/studio.json",
            (StudioOptions options) =>
                Results.Text(Document(options).ToJsonString(StudioJson.Options), "application/json")
        );

    public static JsonObject Document(StudioOptions options)
    {
        var paths = new JsonObject();
        var webhooks = new JsonObject();
        foreach (var route in ApiRoutes.All)
        {
            var into = route.IsWebhook ? webhooks : paths;
            var name = route.IsWebhook ? route.Id : route.Path;
            var path = into[name] as JsonObject ?? [];
            path[route.Method.ToLowerInvariant()] = Operation(route);
            into[name] = path;
        }
        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "Jettae",
                ["version"] = "1",
                ["description"] =
                    "Schedules, runs, content and settings. Send an API token as `Authorization: Bearer jt_…`. Refusals are problem details (RFC 9457).",
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = options.PublicAddress }),
            ["security"] = new JsonArray(
                new JsonObject { ["bearer"] = new JsonArray() },
                new JsonObject { ["cookie"] = new JsonArray() }
            ),
            ["paths"] = paths,
            ["webhooks"] = webhooks,
            ["components"] = new JsonObject
            {
                ["schemas"] = Parts.Value.DeepClone(),
                ["parameters"] = new JsonObject
                {
                    ["Language"] = new JsonObject
                    {
                        ["name"] = "Accept-Language",
                        ["in"] = "header",
                        ["description"] = Language,
                        ["schema"] = new JsonObject { ["type"] = "string", ["examples"] = new JsonArray("ko", "en") },
                    },
                },
                ["securitySchemes"] = new JsonObject
                {
                    ["bearer"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["description"] =
                            "An API token of the settings page. One of scope read is refused (403) on all but GET.",
                    },
                    ["cookie"] = new JsonObject
                    {
                        ["type"] = "apiKey",
                        ["in"] = "cookie",
                        ["name"] = options.IsSecure ? "__Host-jettae" : "jettae",
                        ["description"] = "The session of a browser. Changes must come from this site's own pages.",
                    },
                    ["qstash"] = new JsonObject
                    {
                        ["type"] = "apiKey",
                        ["in"] = "header",
                        ["name"] = "Upstash-Signature",
                        ["description"] = "A JWT (HS256) of QStash's signing key over the URL and the body's SHA-256.",
                    },
                },
            },
        };
    }

    /// <summary>An example of what this schema holds, from the examples in it.</summary>
    public static JsonNode? Example(string schema) => ExampleOf(Ref(schema));

    public static JsonObject Ref(string schema) => new() { ["$ref"] = "#/components/schemas/" + schema };

    /// <summary>What a reference stands for; what is none stands for itself.</summary>
    public static JsonObject Resolved(JsonObject schema) =>
        (string?)schema["$ref"] is { } to ? (JsonObject)Parts.Value[to.Split('/')[^1]]! : schema;

    private static JsonObject Operation(ApiRoute route)
    {
        var answers = new JsonObject { [$"{route.Status}"] = Well(route) };
        var refusals = route.IsWebhook ? [401] : new[] { 401, 403, 429 };
        foreach (var status in refusals.Concat(route.Refusals ?? []).Order())
            answers[$"{status}"] = new JsonObject
            {
                ["description"] = Refused(status),
                ["content"] = Media("application/problem+json", Ref("Problem")),
            };
        var operation = new JsonObject
        {
            ["operationId"] = route.Id,
            ["tags"] = new JsonArray(route.Group),
            ["summary"] = route.Summary.En,
            ["parameters"] = Parameters(route),
            ["responses"] = answers,
        };
        if (route.Body is { } body)
            operation["requestBody"] = new JsonObject
            {
                ["required"] = true,
                ["content"] = Media("application/json", Ref(body), Example(body)),
            };
        if (route.IsWebhook)
            operation["security"] = new JsonArray(new JsonObject { ["qstash"] = new JsonArray() });
        return operation;
    }

    private static JsonObject Well(ApiRoute route)
    {
        if (route.Answer is not { } answer)
            return new JsonObject { ["description"] = "Done." };
        var content = Media("application/json", Ref(answer), Example(answer));
        if (route.Streams)
            content["text/event-stream"] = new JsonObject
            {
                ["schema"] = new JsonObject
                {
                    ["type"] = "string",
                    ["description"] = "For who accepts it: events started, step, text and finished.",
                },
            };
        return new JsonObject { ["description"] = "Done.", ["content"] = content };
    }

    private static JsonArray Parameters(ApiRoute route)
    {
        var parameters = new JsonArray(new JsonObject { ["$ref"] = "#/components/parameters/Language" });
        if (route.Path.Contains("{id}", StringComparison.Ordinal))
            parameters.Add(
                new JsonObject
                {
                    ["name"] = "id",
                    ["in"] = "path",
                    ["required"] = true,
                    ["schema"] = new JsonObject { ["type"] = "string", ["format"] = "uuid" },
                }
            );
        foreach (var name in route.Query ?? [])
            parameters.Add(
                new JsonObject
                {
                    ["name"] = name,
                    ["in"] = "query",
                    ["description"] = ApiRoutes.Parameters[name].Says,
                    ["schema"] = JsonNode.Parse(ApiRoutes.Parameters[name].Schema),
                }
            );
        if (route.IsWebhook)
            parameters.Add(
                new JsonObject
                {
                    ["name"] = "Upstash-Signature",
                    ["in"] = "header",
                    ["required"] = true,
                    ["schema"] = new JsonObject { ["type"] = "string" },
                }
            );
        return parameters;
    }

    private static JsonObject Media(string type, JsonObject schema, JsonNode? example = null)
    {
        var media = new JsonObject { ["schema"] = schema };
        if (example is not null)
            media["example"] = example;
        return new JsonObject { [type] = media };
    }

    private static string Refused(int status) =>
        status switch
        {
            400 => "A field is wrong: named, with its rule and what was received.",
            401 => "Nobody known.",
            403 => "Not allowed: a read-only token, another site, or not the owner.",
            404 => "There is none of yours.",
            409 => "Not now.",
            429 => "Too many wrong tokens from this address.",
            489 => "Failed for good; not to be sent again.",
            _ => "Failed for the moment; to be sent again.",
        };

    private static JsonNode? ExampleOf(JsonObject schema)
    {
        if (schema["examples"] is JsonArray { Count: > 0 } examples)
            return examples[0]?.DeepClone();
        if (schema["$ref"] is not null)
            return ExampleOf(Resolved(schema));
        if (schema["enum"] is JsonArray names)
            return names[0]?.DeepClone();
        if (schema["items"] is JsonObject items)
            return new JsonArray(ExampleOf(items));
        if (schema["properties"] is not JsonObject properties)
            return ExampleOfType(schema);
        var example = new JsonObject();
        foreach (var (name, each) in properties)
            example[name] = ExampleOf((JsonObject)each!);
        return example;
    }

    private static JsonNode? ExampleOfType(JsonObject schema) =>
        ((schema["type"] as JsonArray)?[0] ?? schema["type"])?.GetValue<string>() switch
        {
            "string" => (string?)schema["format"] switch
            {
                "uuid" => "01980000-0000-7000-8000-000000000001",
                "date-time" => "2026-01-31T09:00:00Z",
                "date" => "2026-01-31",
                _ => "…",
            },
            "integer" or "number" => 1,
            "boolean" => true,
            _ => null,
        };

    private static JsonObject ReadSchemas()
    {
        using var file = typeof(OpenApi).Assembly.GetManifestResourceStream("schemas.json")!;
        return (JsonObject)JsonNode.Parse(file)!;
    }
}
