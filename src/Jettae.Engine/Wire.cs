using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Jettae.Engine;

/// <summary>How requests are read and answers written, the same for every route.</summary>
internal static class Wire
{
    private const string TenantKey = "jettae.tenant";
    private const long Patience = 32 * 1024 * 1024;
    private const int Portion = 64 * 1024;

    public static string Tenant(this HttpContext http) => (string)http.Items[TenantKey]!;

    public static void SetTenant(this HttpContext http, string tenant) => http.Items[TenantKey] = tenant;

    public static ContentHttpResult Json(JsonNode node, int status = 200) =>
        TypedResults.Text(node.ToJsonString(), "application/json", Encoding.UTF8, status);

    /// <summary>A list that may be too large to be in memory whole: its items are made as it is sent.</summary>
    public static PushStreamHttpResult Stream(IEnumerable<JsonNode> items) =>
        TypedResults.Stream(
            async stream =>
            {
                await using var writer = new Utf8JsonWriter(stream);
                writer.WriteStartArray();
                foreach (var item in items)
                {
                    item.WriteTo(writer);
                    if (writer.BytesPending > Portion)
                        await writer.FlushAsync();
                }
                writer.WriteEndArray();
            },
            "application/json; charset=utf-8"
        );

    public static ContentHttpResult Error(int status, string text) => Json(new JsonObject { ["error"] = text }, status);

    public static ContentHttpResult NotFound(string thing, string id) =>
        Error(404, $"{thing} {MessageHeaders.Shortened(id)} not found");

    /// <summary>A list under its name, and the cursor where there is more: absent at the end, never empty (contract Q12).</summary>
    public static ContentHttpResult Page(string name, JsonArray items, string? cursor)
    {
        var answer = new JsonObject { [name] = items };
        if (cursor is not null)
            answer["cursor"] = cursor;
        return Json(answer);
    }

    public static string? CallerIp(this HttpContext http) =>
        http.Connection.RemoteIpAddress is { } ip ? (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).ToString() : null;

    /// <summary>What stands in the request line after <paramref name="prefix"/>, byte for byte, its query included.</summary>
    public static string After(this HttpContext http, string prefix)
    {
        var raw = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var query = raw.IndexOf('?', StringComparison.Ordinal);
        var start = raw.AsSpan()[..(query < 0 ? raw.Length : query)]
            .IndexOf(prefix, StringComparison.OrdinalIgnoreCase);
        return start < 0 ? "" : raw[(start + prefix.Length)..];
    }

    public static Dictionary<string, string[]> GivenHeaders(this HttpContext http) =>
        http.Request.Headers.ToDictionary(
            header => header.Key,
            header => header.Value.Select(value => value ?? "").ToArray(),
            StringComparer.OrdinalIgnoreCase
        );

    /// <summary>The whole body.</summary>
    /// <exception cref="RejectedException">413: it is longer than <paramref name="most"/>.</exception>
    public static async Task<byte[]> BodyAsync(this HttpContext http, int most)
    {
        // A little too much is read to its end: who is cut off while still sending sees a broken connection, not the answer.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = most + Patience;
        if (http.Request.ContentLength > most + Patience)
            throw TooLarge(most);
        // A length is a claim: room is made as bytes come.
        using var body = new MemoryStream((int)Math.Min(http.Request.ContentLength ?? 0, Portion));
        var buffer = ArrayPool<byte>.Shared.Rent(Portion);
        try
        {
            var length = 0L;
            var isLarge = false;
            while (await http.Request.Body.ReadAsync(buffer, http.RequestAborted) is > 0 and var read)
            {
                length += read;
                if (length > Intake.Small && !isLarge)
                {
                    isLarge = true;
                    await ((Intake)http.RequestServices.GetService(typeof(Intake))!).EnterAsync(http, most);
                }
                if (length <= most)
                    body.Write(buffer, 0, read);
            }
            return length <= most ? body.ToArray() : throw TooLarge(most);
        }
        catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == 413)
        {
            throw TooLarge(most);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public static RejectedException TooLarge(int most) =>
        new(413, $"quota maxMessageSize exceeded, current limit: {most}");

    /// <summary>The body as a JSON object; null when there is none.</summary>
    public static async Task<JsonObject?> ObjectAsync(this HttpContext http)
    {
        var body = await http.BodyAsync(1024 * 1024);
        if (body.AsSpan().Trim(" \t\r\n"u8).IsEmpty)
            return null;
        try
        {
            var json =
                JsonNode.Parse(
                    body,
                    documentOptions: new JsonDocumentOptions { MaxDepth = 16, AllowDuplicateProperties = false }
                ) as JsonObject
                ?? throw new RejectedException(400, "the body must be a JSON object");
            ReadTexts(json);
            return json;
        }
        catch (Exception wrong) when (wrong is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new RejectedException(400, $"the body must be a JSON object: {wrong.Message}");
        }
    }

    /// <summary>Names and texts are decoded when they are asked for: what cannot be is to be found before that.</summary>
    private static void ReadTexts(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject json:
                foreach (var (_, member) in json)
                    ReadTexts(member);
                break;
            case JsonArray array:
                foreach (var item in array)
                    ReadTexts(item);
                break;
            case JsonValue value when value.GetValueKind() == JsonValueKind.String:
                value.GetValue<string>();
                break;
        }
    }

    /// <summary>A member of a kind, or null where it is missing or null.</summary>
    public static string? Text(JsonObject json, string name) =>
        json[name] switch
        {
            null => null,
            JsonValue value when value.GetValueKind() == JsonValueKind.String => UnicodeText(value, name),
            var other => throw Wrong(name, "a string", other),
        };

    public static int? Whole(JsonObject json, string name, int least, int most) =>
        json[name] switch
        {
            null => null,
            JsonValue value when value.TryGetValue<int>(out var number) && number >= least && number <= most => number,
            var other => throw Wrong(name, $"a whole number from {least} to {most}", other),
        };

    public static bool? Flag(JsonObject json, string name) =>
        json[name] switch
        {
            null => null,
            JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
            var other => throw Wrong(name, "true or false", other),
        };

    public static RejectedException Wrong(string name, string rule, JsonNode? received) =>
        new(400, $"{name} must be {rule}; received {MessageHeaders.Shortened(received?.ToJsonString() ?? "nothing")}");

    public static string UnicodeText(JsonValue value, string name)
    {
        try
        {
            return value.GetValue<string>();
        }
        catch (InvalidOperationException)
        {
            throw new RejectedException(400, $"{name} holds what is not Unicode text");
        }
    }

    public static long Whole(string name, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new RejectedException(
                400,
                $"{name} must be a whole number; received '{MessageHeaders.Shortened(text)}'"
            );

    /// <summary>What queues, groups and schedules may be called (contract §2.1).</summary>
    public static string Name(string kind, string? name) =>
        name is { Length: > 0 and <= 256 } && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? name
            : throw new RejectedException(
                400,
                $"{kind} must be 1 to 256 letters, digits, '-', '_' or '.'; received '{MessageHeaders.Shortened(name ?? "")}'"
            );

    public static long Milliseconds(this TimeProvider time) => time.GetUtcNow().ToUnixTimeMilliseconds();
}
