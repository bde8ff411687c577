using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Engine;

/// <summary>Publishing, enqueueing, batches; reading and cancelling what waits.</summary>
internal static class MessageApi
{
    private const int MaxBatch = 100 * 1024 * 1024;

    /// <summary>Of one item of a batch, in JSON's tokens: as many headers as there may be take half of it.</summary>
    private const int MostParts = 4_000;
    private static readonly string[] CancelOthers = ["fromDate", "toDate", "count", "cursor"];

    public static void Map(RouteGroupBuilder v2)
    {
        v2.MapPost("/publish/{**destination}", PublishUrlAsync);
        v2.MapPost("/enqueue/{queue}/{**destination}", EnqueueAsync);
        v2.MapPost("/batch", BatchAsync);
        v2.MapGet("/messages/{id}", Get);
        v2.MapDelete("/messages/{id}", CancelAsync);
        v2.MapDelete("/messages", CancelManyAsync);
    }

    private static async Task<IResult> PublishUrlAsync(
        HttpContext http,
        Messages messages,
        Publishing publishing,
        Schedules schedules,
        EngineOptions options
    )
    {
        var (destination, headers) = Target(http, "/v2/publish/");
        // As the first version of the API had it: a publish with a cron is a schedule.
        if (headers.ContainsKey("Upstash-Cron"))
            return await schedules.CreateAsync(http, destination, headers);
        return await PublishAsync(http, messages, publishing, options, destination, headers, null);
    }

    private static Task<IResult> EnqueueAsync(
        HttpContext http,
        string queue,
        Messages messages,
        Publishing publishing,
        EngineOptions options
    )
    {
        Wire.Name("queue", queue);
        var (destination, headers) = Target(http, $"/v2/enqueue/{queue}/");
        return PublishAsync(http, messages, publishing, options, destination, headers, queue);
    }

    private static async Task<IResult> PublishAsync(
        HttpContext http,
        Messages messages,
        Publishing publishing,
        EngineOptions options,
        string destination,
        Dictionary<string, string[]> headers,
        string? queue
    )
    {
        var body = await http.BodyAsync(options.MaxBody);
        var origin = new Origin(http.CallerIp(), Queue: queue);
        var publications = publishing.Read(http.Tenant(), destination, headers, body, origin);
        using var span = Telemetry.Publish(http.Request.Headers.TraceParent, out var trace);
        var accepted = await messages.PublishAsync(http.Tenant(), publications, trace, http.RequestAborted);
        return Wire.Json(Answer(publications, accepted), Status(accepted));
    }

    private static async Task<IResult> BatchAsync(
        HttpContext http,
        Messages messages,
        Publishing publishing,
        EngineOptions options
    )
    {
        var items = ParseBatch(http, await http.BodyAsync(MaxBatch), publishing, options);
        var all = items.SelectMany(item => item).ToList();
        using var span = Telemetry.Publish(http.Request.Headers.TraceParent, out var trace);
        var accepted = await messages.PublishAsync(http.Tenant(), all, trace, http.RequestAborted);
        var (answers, at) = (new JsonArray(), 0);
        foreach (var item in items)
        {
            answers.Add(Answer(item, accepted[at..(at + item.Count)]));
            at += item.Count;
        }
        return Wire.Json(answers, Status(accepted));
    }

    /// <summary>That nothing new was stored is said in the status too (contract Q13).</summary>
    private static int Status(Accepted[] accepted) =>
        accepted.Length > 0 && Array.TrueForAll(accepted, one => one.Deduplicated)
            ? StatusCodes.Status202Accepted
            : StatusCodes.Status200OK;

    /// <summary>One object for a URL, a bare array for a group: every SDK indexes it (contract Q5).</summary>
    private static JsonNode Answer(List<Publication> publications, Accepted[] accepted)
    {
        if (publications is [{ Message.Config.Topic: null }])
            return Answer(accepted[0]);
        var answers = new JsonArray();
        foreach (var (publication, one) in publications.Zip(accepted))
        {
            var answer = Answer(one);
            answer["url"] = publication.Message.Url;
            answers.Add(answer);
        }
        return answers;
    }

    private static JsonObject Answer(Accepted accepted)
    {
        var answer = new JsonObject { ["messageId"] = accepted.MessageId };
        if (accepted.Deduplicated)
            answer["deduplicated"] = true;
        return answer;
    }

    private static IResult Get(HttpContext http, string id, Messages messages) =>
        messages.Find(http.Tenant(), id) is { } message
            ? Wire.Json(MessageJson.Of(message))
            : Wire.NotFound("message", id);

    private static async Task<IResult> CancelAsync(HttpContext http, string id, Messages messages) =>
        messages.Find(http.Tenant(), id) is { } message && await messages.CancelAsync(http.Tenant(), [message.Seq]) > 0
            ? Wire.Json(new JsonObject { ["cancelled"] = 1 })
            : Wire.NotFound("message", id);

    /// <summary>
    /// Nothing said means everything (contract Q11); an unknown name is refused, so that a typo does not. One call ends all that
    /// is meant: SDKs send a count of old, and rely on its being without effect.
    /// </summary>
    private static async Task<IResult> CancelManyAsync(HttpContext http, Messages messages)
    {
        var filter = MessageFilter.Read(
            http.Request.Query,
            await http.ObjectAsync(),
            MessageFilter.OfMessages,
            CancelOthers,
            strict: true
        );
        _ = filter.Count(int.MaxValue);
        return Wire.Json(new JsonObject { ["cancelled"] = await messages.CancelAsync(http.Tenant(), filter) });
    }

    /// <summary>
    /// The destination as it stands in the request line, byte for byte; settings in its query (<c>upstash-…</c>) and the token
    /// are taken out, and count as headers where no header says otherwise (contract §1.1).
    /// </summary>
    public static (string Destination, Dictionary<string, string[]> Headers) Target(HttpContext http, string after)
    {
        var destination = http.After(after);
        var headers = http.GivenHeaders();
        if (destination.IndexOf('?', StringComparison.Ordinal) is >= 0 and var mark)
        {
            var kept = new List<string>();
            var said = new Dictionary<string, List<string>>(StringComparer.OrdinalIgnoreCase);
            foreach (var pair in destination[(mark + 1)..].Split('&'))
            {
                // As the query is read when it authenticates: decoded, in any case. Else a token would go along.
                var name = Uri.UnescapeDataString(pair.Split('=', 2)[0]);
                if (name.StartsWith("upstash-", StringComparison.OrdinalIgnoreCase))
                {
                    if (!said.TryGetValue(name, out var values))
                        said[name] = values = [];
                    values.Add(
                        Uri.UnescapeDataString((pair.Split('=', 2) is [_, var value] ? value : "").Replace('+', ' '))
                    );
                }
                else if (!name.Equals("qstash_token", StringComparison.OrdinalIgnoreCase))
                    kept.Add(pair);
            }
            foreach (var (name, values) in said)
                headers.TryAdd(name, [.. values]);
            destination = destination[..mark] + (kept.Count > 0 ? "?" + string.Join('&', kept) : "");
        }
        return (destination, headers);
    }

    /// <summary>Item by item: a tree of the whole could take many times its bytes, before anything of it is known to be right.</summary>
    private static List<List<Publication>> ParseBatch(
        HttpContext http,
        byte[] body,
        Publishing publishing,
        EngineOptions options
    )
    {
        var items = new List<List<Publication>>();
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = 16 });
        try
        {
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray)
                throw new RejectedException(400, $"the batch must be a JSON array; received {Kind(reader)}");
            var (messages, bytes) = (0, 0L);
            var queues = new HashSet<string>();
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                try
                {
                    using var item = Item(ref reader);
                    var asked = ParseItem(http, item.RootElement, publishing, options);
                    messages += asked.Count;
                    bytes += asked.Sum(each => each.Message.Size);
                    queues.UnionWith(asked.Select(each => each.Message.Queue).OfType<string>());
                    Publishing.Check(messages, bytes, queues.Count);
                    items.Add(asked);
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
            // Throws where something follows.
            reader.Read();
            return items;
        }
        catch (JsonException wrong)
        {
            throw new RejectedException(400, $"the batch must be a JSON array: {wrong.Message}");
        }
    }

    /// <summary>The object that begins here, once it is known to be none of very many parts.</summary>
    private static JsonDocument Item(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
            throw new RejectedException(400, $"must be an object; received {Kind(reader)}");
        var ahead = reader;
        for (var parts = 0; ahead.Read() && ahead.CurrentDepth > reader.CurrentDepth; parts++)
            if (parts == MostParts)
                throw new RejectedException(400, $"may have {MostParts} names and values at the most");
        return JsonDocument.ParseValue(ref reader);
    }

    private static string Kind(Utf8JsonReader reader) =>
        reader.TokenType.ToString().Replace("Start", "", StringComparison.Ordinal);

    private static List<Publication> ParseItem(
        HttpContext http,
        JsonElement item,
        Publishing publishing,
        EngineOptions options
    )
    {
        var queue = Member(item, "queue") is { Length: > 0 } name ? Wire.Name("queue", name) : null;
        var headers = MessageHeaders.Map(item.TryGetProperty("headers", out var map) ? map : default);
        var body = Encoding.UTF8.GetBytes(Member(item, "body") ?? "");
        if (body.Length > options.MaxBody)
            throw Wire.TooLarge(options.MaxBody);
        return publishing.Read(
            http.Tenant(),
            Member(item, "destination") ?? "",
            headers,
            body,
            new Origin(http.CallerIp(), Queue: queue)
        );
    }

    private static string? Member(JsonElement item, string name) =>
        !item.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw new RejectedException(400, $"{name} must be a string; received {value.ValueKind}");
}
