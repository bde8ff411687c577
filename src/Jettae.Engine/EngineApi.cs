using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;

namespace Jettae.Engine;

/// <summary>The engine's HTTP API: QStash v2 (contract §1).</summary>
public static class EngineApi
{
    private const int MaxBatch = 100 * 1024 * 1024;
    private const string TenantKey = "jettae.tenant";

    /// <summary>Maps all routes under <c>/v2</c>.</summary>
    public static void MapEngine(this IEndpointRouteBuilder app)
    {
        var v2 = app.MapGroup("/v2").AddEndpointFilter(GuardAsync).DisableAntiforgery();
        v2.MapPost("/publish/{**destination}", PublishAsync);
        v2.MapPost("/batch", BatchAsync);
        v2.MapGet("/messages/{id}", GetMessage);
        v2.MapDelete("/messages/{id}", CancelAsync);
        v2.MapGet("/dlq", ListDeadLetters);
        v2.MapGet("/dlq/{id}", GetDeadLetter);
        v2.MapDelete("/dlq/{id}", DeleteDeadLetterAsync);
        v2.MapGet("/events", (HttpContext http, Log log) => ReadLog(http, log, "events"));
        v2.MapGet("/logs", (HttpContext http, Log log) => ReadLog(http, log, "logs"));
        v2.MapGet(
            "/keys",
            (HttpContext http, Keys keys) =>
            {
                var pair = keys.Of(Tenant(http));
                return Json(new JsonObject { ["current"] = pair.Current, ["next"] = pair.Next });
            }
        );
        v2.MapFallback(
            "/{**rest}",
            IResult (HttpContext http) => Error(404, $"there is no {http.Request.Method} {http.Request.Path}")
        );
    }

    private static async Task<IResult> PublishAsync(
        HttpContext http,
        Messages messages,
        EngineOptions options,
        TimeProvider time
    )
    {
        var (destination, headers) = Target(http, "/v2/publish/");
        var body = await BodyAsync(http, options.MaxBody);
        var publication = new MessageHeaders(headers).Read(destination, body, CallerIp(http), Now(time), options);
        var accepted = await messages.PublishAsync(Tenant(http), [publication], http.RequestAborted);
        return Json(Answer(accepted[0]), accepted[0].Deduplicated ? 202 : 200);
    }

    private static async Task<IResult> BatchAsync(
        HttpContext http,
        Messages messages,
        EngineOptions options,
        TimeProvider time
    )
    {
        var items = ParseBatch(await BodyAsync(http, MaxBatch), CallerIp(http), Now(time), options);
        var accepted = await messages.PublishAsync(Tenant(http), items, http.RequestAborted);
        return Json(new JsonArray([.. accepted.Select(Answer)]));
    }

    private static IResult GetMessage(HttpContext http, string id, Messages messages) =>
        messages.Find(Tenant(http), id) is { } message
            ? Json(MessageJson.Of(message))
            : Error(404, $"message {id} not found");

    private static async Task<IResult> CancelAsync(HttpContext http, string id, Messages messages) =>
        await messages.CancelAsync(Tenant(http), id)
            ? Json(new JsonObject { ["cancelled"] = 1 })
            : Error(404, $"message {id} not found");

    private static IResult ListDeadLetters(HttpContext http, DeadLetters letters)
    {
        foreach (var name in http.Request.Query.Keys)
            if (name is not ("cursor" or "count"))
                throw new RejectedException(
                    400,
                    $"{name} is not a filter of the dead letters; known are cursor, count"
                );
        var (page, cursor) = letters.List(
            Tenant(http),
            Whole(http, "cursor") ?? 0,
            Count(http, DeadLetters.MostInPage)
        );
        var answer = new JsonObject { ["messages"] = new JsonArray([.. page.Select(DeadLetters.Json)]) };
        if (cursor is not null)
            answer["cursor"] = cursor;
        return Json(answer);
    }

    private static IResult GetDeadLetter(HttpContext http, string id, DeadLetters letters) =>
        letters.Find(Tenant(http), id) is { } letter
            ? Json(DeadLetters.Json(letter))
            : Error(404, $"dead letter {id} not found");

    private static async Task<IResult> DeleteDeadLetterAsync(HttpContext http, string id, DeadLetters letters) =>
        await letters.DeleteAsync(Tenant(http), id) ? TypedResults.Ok() : Error(404, $"dead letter {id} not found");

    private static IResult ReadLog(HttpContext http, Log log, string name)
    {
        var query = http.Request.Query;
        var filter = new LogFilter(
            query["messageId"].FirstOrDefault(),
            query["state"].FirstOrDefault()?.ToUpperInvariant(),
            query["url"].FirstOrDefault(),
            query["label"].FirstOrDefault(),
            Whole(http, "fromDate"),
            Whole(http, "toDate")
        );
        var (events, cursor) = log.Read(
            Tenant(http),
            filter,
            query["cursor"].FirstOrDefault(),
            Count(http, Log.MostInPage)
        );
        var answer = new JsonObject { [name] = events };
        if (cursor is not null)
            answer["cursor"] = cursor;
        return Json(answer);
    }

    /// <summary>Who asks, and the one place where refusals become answers.</summary>
    private static async ValueTask<object?> GuardAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        var keys = (Keys)http.RequestServices.GetService(typeof(Keys))!;
        if (Token(http) is not { } token || keys.TenantOf(token) is not { } tenant)
            return Error(401, "unauthorized: send a valid token as 'Authorization: Bearer TOKEN'");
        http.Items[TenantKey] = tenant;
        try
        {
            return await next(context);
        }
        catch (RejectedException rejected)
        {
            return Error(rejected.Status, rejected.Message);
        }
        catch (Exception trouble) when (trouble is SqliteException or ObjectDisposedException)
        {
            http.Response.Headers.RetryAfter = "1";
            return Error(
                503,
                "the store cannot take this now; try again, with an Upstash-Deduplication-Id if it must not come twice"
            );
        }
    }

    private static string? Token(HttpContext http)
    {
        const string bearer = "Bearer ";
        var header = http.Request.Headers.Authorization.ToString();
        return header.StartsWith(bearer, StringComparison.OrdinalIgnoreCase)
            ? header[bearer.Length..].Trim()
            : http.Request.Query["qstash_token"].FirstOrDefault();
    }

    /// <summary>
    /// The destination as it stands in the request line, byte for byte; settings in its query (<c>upstash-…</c>) and the token
    /// are taken out, and count as headers where no header says otherwise (contract §1.1).
    /// </summary>
    private static (string Destination, Dictionary<string, string[]> Headers) Target(HttpContext http, string after)
    {
        var raw = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var path = raw.AsSpan()[
            ..(raw.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query ? query : raw.Length)
        ];
        var start = path.IndexOf(after, StringComparison.OrdinalIgnoreCase);
        var destination = start < 0 ? "" : raw[(start + after.Length)..];
        var headers = http.Request.Headers.ToDictionary(
            header => header.Key,
            header => header.Value.Select(value => value ?? "").ToArray(),
            StringComparer.OrdinalIgnoreCase
        );
        if (destination.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark)
        {
            var kept = new List<string>();
            foreach (var pair in destination[(mark + 1)..].Split('&'))
            {
                // As the query is read when it authenticates: decoded, in any case. Else a token would go along.
                var name = Uri.UnescapeDataString(pair.Split('=', 2)[0]);
                if (name.StartsWith("upstash-", StringComparison.OrdinalIgnoreCase))
                    headers.TryAdd(
                        name,
                        [Uri.UnescapeDataString((pair.Split('=', 2) is [_, var value] ? value : "").Replace('+', ' '))]
                    );
                else if (!name.Equals("qstash_token", StringComparison.OrdinalIgnoreCase))
                    kept.Add(pair);
            }
            destination = destination[..mark] + (kept.Count > 0 ? "?" + string.Join('&', kept) : "");
        }
        return (destination, headers);
    }

    private static List<Publication> ParseBatch(byte[] body, string? callerIp, long now, EngineOptions options)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
        }
        catch (JsonException wrong)
        {
            throw new RejectedException(400, $"the batch must be a JSON array: {wrong.Message}");
        }
        using (document)
        {
            if (document.RootElement.ValueKind != JsonValueKind.Array)
                throw new RejectedException(
                    400,
                    $"the batch must be a JSON array; received {document.RootElement.ValueKind}"
                );
            var items = new List<Publication>();
            foreach (var item in document.RootElement.EnumerateArray())
            {
                try
                {
                    items.Add(ParseItem(item, callerIp, now, options));
                }
                catch (InvalidOperationException)
                {
                    // Half of a surrogate pair, or bytes that are not UTF-8: JSON lets them through, text does not.
                    throw new RejectedException(
                        400,
                        $"item {items.Count} of the batch: holds what is not Unicode text"
                    );
                }
                catch (RejectedException wrong)
                {
                    throw new RejectedException(wrong.Status, $"item {items.Count} of the batch: {wrong.Message}");
                }
            }
            return items;
        }
    }

    private static Publication ParseItem(JsonElement item, string? callerIp, long now, EngineOptions options)
    {
        if (item.ValueKind != JsonValueKind.Object)
            throw new RejectedException(400, $"must be an object; received {item.ValueKind}");
        if (Member(item, "queue") is { Length: > 0 } queue)
            throw new RejectedException(
                400,
                $"queue is not available in this version; received '{MessageHeaders.Shortened(queue)}'"
            );
        var headers = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase);
        if (item.TryGetProperty("headers", out var map) && map.ValueKind != JsonValueKind.Null)
        {
            if (map.ValueKind != JsonValueKind.Object)
                throw new RejectedException(400, $"headers must be an object; received {map.ValueKind}");
            foreach (var header in map.EnumerateObject())
                headers[header.Name] = header.Value.ValueKind switch
                {
                    JsonValueKind.String => [header.Value.GetString()!],
                    JsonValueKind.Array
                        when header.Value.EnumerateArray().All(value => value.ValueKind == JsonValueKind.String) =>
                    [
                        .. header.Value.EnumerateArray().Select(value => value.GetString()!),
                    ],
                    var kind => throw new RejectedException(
                        400,
                        $"{header.Name} must be a string or an array of strings; received {kind}"
                    ),
                };
        }
        var body = Encoding.UTF8.GetBytes(Member(item, "body") ?? "");
        if (body.Length > options.MaxBody)
            throw TooLarge(options.MaxBody);
        return new MessageHeaders(headers).Read(Member(item, "destination") ?? "", body, callerIp, now, options);
    }

    private static string? Member(JsonElement item, string name) =>
        !item.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw new RejectedException(400, $"{name} must be a string; received {value.ValueKind}");

    private static async Task<byte[]> BodyAsync(HttpContext http, int most)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = most + 1L;
        if (http.Request.ContentLength > most)
            throw TooLarge(most);
        using var body = new MemoryStream((int)(http.Request.ContentLength ?? 0));
        try
        {
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        }
        catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == 413)
        {
            throw TooLarge(most);
        }
        return body.Length <= most ? body.ToArray() : throw TooLarge(most);
    }

    private static RejectedException TooLarge(int most) =>
        new(413, $"quota maxMessageSize exceeded, current limit: {most}");

    private static string Tenant(HttpContext http) => (string)http.Items[TenantKey]!;

    private static string? CallerIp(HttpContext http) =>
        http.Connection.RemoteIpAddress is { } ip ? (ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip).ToString() : null;

    private static long Now(TimeProvider time) => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static int Count(HttpContext http, int most) =>
        Whole(http, "count") is not { } count ? most
        : count >= 1 ? (int)Math.Min(count, most)
        : throw new RejectedException(400, $"count must be a whole number from 1 to {most}; received '{count}'");

    private static long? Whole(HttpContext http, string name) =>
        http.Request.Query[name].FirstOrDefault() is not { Length: > 0 } text ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new RejectedException(
            400,
            $"{name} must be a whole number; received '{MessageHeaders.Shortened(text)}'"
        );

    private static JsonNode Answer(Accepted accepted)
    {
        var answer = new JsonObject { ["messageId"] = accepted.MessageId };
        if (accepted.Deduplicated)
            answer["deduplicated"] = true;
        return answer;
    }

    private static ContentHttpResult Json(JsonNode node, int status = 200) =>
        TypedResults.Text(node.ToJsonString(), "application/json", Encoding.UTF8, status);

    private static ContentHttpResult Error(int status, string text) =>
        Json(new JsonObject { ["error"] = text }, status);
}
