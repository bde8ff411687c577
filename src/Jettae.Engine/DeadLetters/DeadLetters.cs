using System.Data.Common;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Engine;

/// <summary>A message that was given up, with its last answer and its place in the order of giving up.</summary>
public sealed record DeadLetter(
    string Id,
    Message Message,
    int Status,
    IReadOnlyDictionary<string, string[]> Headers,
    byte[] Body,
    string? Error,
    long Place
)
{
    /// <summary>How many bytes it takes, about.</summary>
    internal long Size => Message.Size + Body.Length + MessageConfig.SizeOf(Headers);
}

/// <summary>What was given up: read, deleted, or published once more (contract §1.10).</summary>
public sealed class DeadLetters(Store store, Shards shards, OpenWork work, Quotas quotas, TimeProvider time)
{
    public const int MostInPage = 100;

    /// <summary>Messages and answers in one page.</summary>
    private const int MostBytes = 32 * 1024 * 1024;

    private static readonly string Select = $"""
        select {string.Join(", ", Messages.Columns.Split(", ").Select(column => "m." + column))},
               d.id, a.status, a.headers, a.body, a.error, d.seq
        from dead_letters d
        join messages m on m.seq = d.message_seq
        join attempts a on a.message_seq = m.seq and a.retried = m.retried
        """;

    private static readonly int Columns = Messages.Columns.Split(", ").Length;
    private static readonly string[] Others =
    [
        "fromDate",
        "toDate",
        "count",
        "cursor",
        "order",
        "source",
        "api",
        "trimBody",
    ];

    public void Map(RouteGroupBuilder v2)
    {
        v2.MapGet("/dlq", (Delegate)ListAsync);
        v2.MapDelete("/dlq", (Delegate)DeleteManyAsync);
        v2.MapGet("/dlq/{id}", Get);
        v2.MapDelete("/dlq/{id}", DeleteAsync);
        v2.MapPost("/dlq/retry", (Delegate)RetryManyAsync);
        v2.MapPost("/dlq/retry/{id}", RetryOneAsync);
    }

    public DeadLetter? Find(string tenant, string id) =>
        store.Read(db =>
            db.Command($"{Select} where d.id = $0 and d.tenant = $1", id, tenant).Rows(Row).FirstOrDefault()
        );

    public static JsonObject Json(DeadLetter letter)
    {
        var json = MessageJson.Of(letter.Message);
        json["dlqId"] = letter.Id;
        json["responseStatus"] = letter.Status;
        if (letter.Error is not null)
            json["error"] = letter.Error;
        if (letter.Headers.Count > 0)
            json["responseHeader"] = WireJson.Map(letter.Headers);
        MessageJson.AddBody(json, "responseBody", letter.Body);
        return json;
    }

    private async Task<IResult> ListAsync(HttpContext http)
    {
        var (page, cursor) = Page(http.Tenant(), await FilterAsync(http));
        return Wire.Page("messages", new JsonArray([.. page.Select(Json)]), Text(cursor));
    }

    private IResult Get(HttpContext http, string id) =>
        Find(http.Tenant(), id) is { } letter ? Wire.Json(Json(letter)) : Wire.NotFound("dead letter", id);

    private async Task<IResult> DeleteAsync(HttpContext http, string id) =>
        await store.WriteAsync(s => Delete(s, http.Tenant(), id))
            ? TypedResults.Ok()
            : Wire.NotFound("dead letter", id);

    private async Task<IResult> DeleteManyAsync(HttpContext http)
    {
        var filter = await FilterAsync(http);
        var (deleted, cursor) = (0, (long?)null);
        do
        {
            (var page, cursor) = Page(http.Tenant(), filter, withBodies: false, cursor);
            deleted += await store.WriteAsync(s => page.Count(letter => Delete(s, http.Tenant(), letter.Id)));
        } while (IsToEnd(filter, cursor));
        var answer = new JsonObject { ["deleted"] = deleted };
        if (cursor is not null)
            answer["cursor"] = Text(cursor);
        return Wire.Json(answer);
    }

    private async Task<IResult> RetryOneAsync(HttpContext http, string id)
    {
        if (Find(http.Tenant(), id) is not { } letter)
            return Wire.NotFound("dead letter", id);
        var answers = await RetryAsync(http, [letter]);
        return answers.Count > 0 ? Wire.Json(answers[0], 201) : Wire.NotFound("dead letter", id);
    }

    private async Task<IResult> RetryManyAsync(HttpContext http)
    {
        var filter = await FilterAsync(http);
        var (answers, cursor) = (new JsonArray(), (long?)null);
        do
        {
            (var page, cursor) = Page(http.Tenant(), filter, after: cursor);
            foreach (var answer in await RetryAsync(http, page))
                answers.Add(answer);
        } while (IsToEnd(filter, cursor));
        // The one answer whose cursor is empty at the end, not absent (contract Q12).
        return Wire.Json(new JsonObject { ["cursor"] = Text(cursor) ?? "", ["responses"] = answers }, 201);
    }

    /// <summary>Each goes once more as a new message, with its real values; its dead letter goes in the same transaction.</summary>
    private async Task<List<JsonObject>> RetryAsync(HttpContext http, IReadOnlyList<DeadLetter> page)
    {
        // What it says of content is of its own body, a list of ids: the messages keep the type of theirs.
        var headers = new MessageHeaders(
            http.GivenHeaders().Where(header => !header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
        );
        var (now, limits) = (time.Milliseconds(), quotas.Of(http.Tenant()));
        var again = page.Select(letter => (letter.Id, Message: headers.Again(letter.Message, now, limits))).ToList();
        work.Enter();
        try
        {
            var (ids, effects) = await store.WriteAsync(
                s =>
                {
                    // Whoever retried or deleted it meanwhile was first.
                    var published = again
                        .Where(each => Delete(s, each.Message.Tenant, each.Id))
                        .Select(each => each.Message)
                        .ToList();
                    var made = new Effects();
                    Admission.Add(s, [.. published.Select(message => new Newcomer(message, now, limits, made))]);
                    return (published.ConvertAll(message => message.Id), made);
                },
                again.Sum(each => each.Message.Size),
                Line.LocksOf(http.Tenant(), again.Select(each => each.Message))
            );
            shards.Tell(effects);
            return [.. ids.Select(id => new JsonObject { ["messageId"] = id })];
        }
        finally
        {
            work.Leave();
        }
    }

    private static bool Delete(Db s, string tenant, string id) =>
        s.Run("delete from dead_letters where id = $0 and tenant = $1", id, tenant) > 0;

    private static async Task<MessageFilter> FilterAsync(HttpContext http)
    {
        var body = HttpMethods.IsGet(http.Request.Method) ? null : await http.ObjectAsync();
        return MessageFilter.Read(http.Request.Query, body, MessageFilter.OfDeadLetters, Others, strict: true);
    }

    /// <summary>Those that are named are all meant: nobody who names them expects to be asked to come again (contract §1.10).</summary>
    private static bool IsToEnd(MessageFilter filter, long? cursor) => cursor is not null && filter.Has("dlqIds");

    private static string? Text(long? cursor) => cursor?.ToString(CultureInfo.InvariantCulture);

    /// <summary>Unless it is asked for the latest first: in the order in which the messages were given up. A page that would hold too much ends early, with a cursor.</summary>
    private (List<DeadLetter> Page, long? Cursor) Page(
        string tenant,
        MessageFilter filter,
        bool withBodies = true,
        long? after = null
    )
    {
        var (from, to) = filter.Dates;
        var count = filter.Count(MostInPage);
        var latestFirst = filter.LatestFirst(otherwise: false);
        var cursor = after ?? filter.Whole("cursor") ?? (latestFirst ? long.MaxValue : 0);
        var (beyond, direction) = latestFirst ? ("<", "desc") : (">", "asc");
        if (OnlyWorkflows(filter))
            return ([], null);
        var (page, isWhole) = store.Read(db =>
            db.Command(
                    $"""
                {Select} where d.tenant = $0 and d.seq {beyond} $1 and d.created_at between $2 and $3 and {filter.Sql(
                    5
                )}
                order by d.seq {direction} limit $4
                """,
                    filter.With(tenant, cursor, from, to, count + 1)
                )
                .Read(Fitting)
        );
        return (page, isWhole ? null : page[^1].Place);

        (List<DeadLetter>, bool) Fitting(DbDataReader reader)
        {
            var (rows, bytes) = (new List<DeadLetter>(), 0L);
            while (reader.Read())
            {
                var letter = Row(reader);
                if (!withBodies)
                    letter = letter with { Body = [], Message = letter.Message with { Body = [] } };
                bytes += withBodies ? letter.Size : 0;
                if (rows.Count == count || (rows.Count > 0 && bytes > MostBytes))
                    return (rows, false);
                rows.Add(letter);
            }
            return (rows, true);
        }
    }

    /// <summary>Whether only those of workflows are meant (contract §1.10): there are none here, so that it means none, not all.</summary>
    private static bool OnlyWorkflows(MessageFilter filter)
    {
        var sources = filter.Others("source");
        foreach (var source in sources)
            if (source.ToLowerInvariant() is not ("qstash" or "workflow"))
                throw new RejectedException(
                    400,
                    $"source must be qstash or workflow; received '{MessageHeaders.Shortened(source)}'"
                );
        return sources.Count > 0
            && sources.All(source => source.Equals("workflow", StringComparison.OrdinalIgnoreCase));
    }

    private static DeadLetter Row(DbDataReader row) =>
        new(
            row.GetString(Columns),
            Messages.Row(row),
            row.GetInt32(Columns + 1),
            row.TextOrNull(Columns + 2) is { } headers
                ? StoredJson.Headers(headers)
                : new Dictionary<string, string[]>(),
            row.Bytes(Columns + 3),
            row.TextOrNull(Columns + 4),
            row.GetInt64(Columns + 5)
        );
}
