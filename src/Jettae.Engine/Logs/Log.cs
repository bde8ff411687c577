using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Engine;

/// <summary>
/// The event log, derived from messages and attempts when it is read: nothing is written event by event. Each message's
/// story reads as contract §5.2 has it.
/// </summary>
public sealed class Log(Store store, Shards shards)
{
    public const int MostInPage = 1_000;

    /// <summary>Bodies and answers in one page; a page that has more ends early, with a cursor.</summary>
    private const int MostBytes = 16 * 1024 * 1024;

    /// <summary>Up to so many messages that a filter asks for are looked up by themselves; of more, every page has some.</summary>
    private const int Few = 5_000;

    /// <summary>Events that are looked through at once for those of a filter.</summary>
    private const int Stretch = 1_000;

    private static readonly string Bodiless = Engine.Messages.Columns.Replace(
        " body,",
        " null,",
        StringComparison.Ordinal
    );

    private static readonly string[] Others =
    [
        "state",
        "fromDate",
        "toDate",
        "count",
        "cursor",
        "order",
        "trimBody",
        "api",
    ];

    private static readonly HashSet<string> States =
    [
        "CREATED",
        "ACTIVE",
        "DELIVERED",
        "ERROR",
        "RETRY",
        "FAILED",
        "CANCEL_REQUESTED",
        "CANCELED",
        "CANCELLED",
        "IN_PROGRESS",
    ];

    /// <summary>
    /// The ordinal orders what one message has at one instant: a RETRY stands after its ERROR, a cancellation after all. Each
    /// branch begins where the last page ended and stops at the page's size by itself, however many share an instant. An
    /// attempt whose message was cancelled meanwhile has begun, and that is all there is to tell (status below zero). Those that
    /// cannot have what is asked for are left out: of many that were delivered, the few that failed would be far apart.
    /// </summary>
    private static readonly (string[] States, string Sql)[] Events =
    [
        (
            ["CREATED"],
            """
            select * from (
              select created_at as time, seq, 0 as ordinal, 'CREATED' as state from messages
              where tenant = $0 and (created_at, seq, 0) {beyond} ($1, $5, $6) and created_at {within} $4 {seq}
              order by created_at {direction}, seq {direction} limit $2) as created
            """
        ),
        (
            ["ACTIVE"],
            """
            select * from (
              select started_at as time, message_seq as seq, retried * 3 + 1 as ordinal, 'ACTIVE' as state from attempts
              where tenant = $0 and (started_at, message_seq, retried * 3 + 1) {beyond} ($1, $5, $6) and started_at {within} $4 {message_seq}
              order by started_at {direction}, message_seq {direction}, retried {direction} limit $2) as begun
            """
        ),
        (
            ["DELIVERED", "ERROR"],
            """
            select * from (
              select ended_at as time, message_seq as seq, retried * 3 + 2 as ordinal,
                case when next_at is null and status between 200 and 299 then 'DELIVERED' else 'ERROR' end as state from attempts
              where tenant = $0 and (ended_at, message_seq, retried * 3 + 2) {beyond} ($1, $5, $6) and ended_at {within} $4 {message_seq}
              and status >= 0
              order by ended_at {direction}, message_seq {direction}, retried {direction} limit $2) as ended
            """
        ),
        (
            ["FAILED", "RETRY"],
            """
            select * from (
              select ended_at as time, message_seq as seq, retried * 3 + 3 as ordinal,
                case when next_at is null then 'FAILED' else 'RETRY' end as state from attempts
              where tenant = $0 and (ended_at, message_seq, retried * 3 + 3) {beyond} ($1, $5, $6) and ended_at {within} $4 {message_seq}
              and not (next_at is null and status between 200 and 299) and status >= 0
              order by ended_at {direction}, message_seq {direction}, retried {direction} limit $2) as gone
            """
        ),
        (
            ["CANCELED"],
            """
            select * from (
              select finished_at as time, seq, 1000000 as ordinal, 'CANCELED' as state from messages
              where tenant = $0 and state = 3 and (finished_at, seq, 1000000) {beyond} ($1, $5, $6) and finished_at {within} $4 {seq}
              order by finished_at {direction}, seq {direction} limit $2) as cancelled
            """
        ),
        (
            ["CANCEL_REQUESTED"],
            """
            select * from (
              select finished_at as time, seq, 999999 as ordinal, 'CANCEL_REQUESTED' as state from messages
              where tenant = $0 and state = 3 and (finished_at, seq, 999999) {beyond} ($1, $5, $6) and finished_at {within} $4 {seq}
              order by finished_at {direction}, seq {direction} limit $2) as asked
            """
        ),
    ];

    private sealed record Entry(long Time, long Seq, long Ordinal, string State);

    /// <summary>What is asked for. <c>Seqs</c> are the messages that the filter means, where they are few.</summary>
    private sealed record Question(
        string Tenant,
        MessageFilter Filter,
        HashSet<string> States,
        string? Seqs,
        bool Trimmed,
        bool LatestFirst,
        CancellationToken Gone
    )
    {
        public bool Wants(string state) => States.Count == 0 || States.Contains(state);

        /// <summary>What a message takes of a page.</summary>
        public string Size => Trimmed ? "length(config)" : "length(body) + length(config)";

        /// <summary>Whether an entry comes after another in the order asked for.</summary>
        public bool IsBeyond(Entry entry, Entry after) =>
            LatestFirst ? Key(entry).CompareTo(Key(after)) < 0 : Key(entry).CompareTo(Key(after)) > 0;

        public string Direction => LatestFirst ? "desc" : "asc";
    }

    public void Map(RouteGroupBuilder v2)
    {
        v2.MapGet("/events", (HttpContext http) => Answer(http, "events"));
        v2.MapGet("/logs", (HttpContext http) => Answer(http, "logs"));
    }

    private IResult Answer(HttpContext http, string name)
    {
        string[] names = [.. MessageFilter.OfMessages, "messageId"];
        var filter = MessageFilter.Read(http.Request.Query, null, names, Others, strict: false);
        var states = filter.Others("state").SelectMany(Named).ToHashSet(StringComparer.Ordinal);
        var trimmed =
            filter.Others("trimBody") is [var flag] && flag.Equals("true", StringComparison.OrdinalIgnoreCase);
        var question = new Question(
            http.Tenant(),
            filter,
            states,
            Seqs(http.Tenant(), filter),
            trimmed,
            filter.LatestFirst(otherwise: true),
            http.RequestAborted
        );
        var (events, cursor) = Read(
            question,
            filter.Others("cursor") is [.., var last] ? last : null,
            filter.Count(MostInPage)
        );
        return Wire.Page(name, events, cursor);
    }

    /// <summary>The states that a name stands for.</summary>
    private static IEnumerable<string> Named(string name) =>
        name.ToUpperInvariant() switch
        {
            "IN_PROGRESS" => ["ACTIVE", "RETRY", "ERROR"],
            "CANCELLED" => ["CANCELED"],
            var state when States.Contains(state) => [state],
            _ => throw new RejectedException(
                400,
                $"state must be one of {string.Join(", ", States)}; received '{MessageHeaders.Shortened(name)}'"
            ),
        };

    /// <summary>The messages that a filter means, as a JSON array, unless there are many of them.</summary>
    private string? Seqs(string tenant, MessageFilter filter)
    {
        if (filter.IsEmpty)
            return null;
        var found = store.Read(db =>
            db.Command(
                    $"select m.seq from messages m where m.tenant = $0 and {filter.Sql(2)} order by m.seq desc limit $1",
                    filter.With(tenant, Few + 1)
                )
                .Rows(row => row.GetInt64(0))
        );
        return found.Count <= Few ? Engine.Messages.Seqs(found) : null;
    }

    /// <summary>Newest first, unless it is asked for the other way round.</summary>
    private (JsonArray Events, string? Cursor) Read(Question question, string? cursor, int count)
    {
        var after = Parse(cursor, question.LatestFirst);
        var page = new JsonArray();
        var bytes = 0L;
        var all = question.Filter.IsEmpty && question.States.Count == 0;
        var stretch = all ? count : Math.Max(count, Stretch);
        while (true)
        {
            question.Gone.ThrowIfCancellationRequested();
            var entries = Entries(question, after, stretch + 1);
            var wanted = Matching(question, entries.Take(stretch));
            var messages = Messages(question, wanted.Keys.Take(count), MostBytes - bytes);
            foreach (var entry in entries.Take(stretch))
            {
                if (wanted.TryGetValue(entry.Seq, out var size) && question.Wants(entry.State))
                {
                    if (page.Count > 0 && bytes + size > MostBytes)
                        return (page, Text(after!));
                    bytes += size;
                    if (!messages.TryGetValue(entry.Seq, out var message))
                        message = Messages(question, [entry.Seq], long.MaxValue).GetValueOrDefault(entry.Seq);
                    if (message is not null)
                    {
                        var (json, answer) = Json(entry, message);
                        page.Add(json);
                        bytes += answer;
                    }
                }
                after = entry;
                if (page.Count == count)
                    return (page, entry == entries[^1] ? null : Text(entry));
            }
            if (entries.Count <= stretch)
                return (page, null);
        }
    }

    private List<Entry> Entries(Question question, Entry? after, int limit)
    {
        var (from, to) = question.Filter.Dates;
        var (end, begin) = question.LatestFirst
            ? (from, new Entry(to, long.MaxValue, long.MaxValue, ""))
            : (to, new Entry(from, -1, -1, ""));
        if (after is not null && question.IsBeyond(after, begin))
            begin = after;
        // Before the store is asked: an attempt that ends meanwhile is in the one or in the other, and counts once.
        var live = shards
            .InFlight.Where(attempt => attempt.Message.Tenant == question.Tenant)
            .Select(attempt => new Entry(
                attempt.StartedAt,
                attempt.Message.Seq,
                (attempt.Message.Retried * 3) + 1,
                "ACTIVE"
            ))
            .Where(entry => question.Wants(entry.State))
            .Where(entry => question.IsBeyond(entry, begin) && entry.Time >= from && entry.Time <= to)
            .ToList();
        var few = question.Seqs is null ? "" : "and {0} in (select cast(value as bigint) from json_each($3))";
        var sql = string.Join(
                " union all ",
                Events.Where(each => each.States.Any(question.Wants)).Select(each => each.Sql)
            )
            .Replace("{beyond}", question.LatestFirst ? "<" : ">", StringComparison.Ordinal)
            .Replace("{within}", question.LatestFirst ? ">=" : "<=", StringComparison.Ordinal)
            .Replace("{direction}", question.Direction, StringComparison.Ordinal)
            .Replace("{seq}", string.Format(CultureInfo.InvariantCulture, few, "seq"), StringComparison.Ordinal)
            .Replace(
                "{message_seq}",
                string.Format(CultureInfo.InvariantCulture, few, "message_seq"),
                StringComparison.Ordinal
            );
        var rows = store.Read(db =>
            db.Command(
                    $"""
                    select time, seq, ordinal, state from ({sql}) as events
                    order by time {question.Direction}, seq {question.Direction}, ordinal {question.Direction} limit $2
                    """,
                    question.Tenant,
                    begin.Time,
                    limit,
                    question.Seqs ?? "[]",
                    end,
                    begin.Seq,
                    begin.Ordinal
                )
                .Rows(row => new Entry(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3)))
        );
        var all = rows.Concat(live).DistinctBy(Key);
        return [.. (question.LatestFirst ? all.OrderByDescending(Key) : all.OrderBy(Key)).Take(limit)];
    }

    private static (long, long, long) Key(Entry entry) => (entry.Time, entry.Seq, entry.Ordinal);

    /// <summary>The messages among these entries that are asked for, in the page's order, with the size of their bodies.</summary>
    private Dictionary<long, long> Matching(Question question, IEnumerable<Entry> entries) =>
        store.Read(db =>
            db.Command(
                    $"""
                    select m.seq, {question.Size} from messages m
                    where m.seq in (select cast(value as bigint) from json_each($0)) and {question.Filter.Sql(
                        1
                    )} order by m.seq {question.Direction}
                    """,
                    question.Filter.With(
                        Engine.Messages.Seqs(
                            entries.Where(entry => question.Wants(entry.State)).Select(entry => entry.Seq).Distinct()
                        )
                    )
                )
                .Rows(row => (Seq: row.GetInt64(0), Size: row.GetInt64(1)))
                .ToDictionary(row => row.Seq, row => row.Size)
        );

    /// <summary>As many of these as there is room for, in the page's order; of what is trimmed the bodies are not even read.</summary>
    private Dictionary<long, Message> Messages(Question question, IEnumerable<long> seqs, long room) =>
        store.Read(db =>
            db.Command(
                    $"""
                    select {(question.Trimmed ? Bodiless : Engine.Messages.Columns)} from messages where seq in (
                      select seq from (
                        select seq, sum({question.Size}) over (order by seq {question.Direction}) as until from messages
                        where seq in (select cast(value as bigint) from json_each($0))) as sized
                      where until <= $1)
                    """,
                    Engine.Messages.Seqs(seqs),
                    room
                )
                .Rows(Engine.Messages.Row)
                .ToDictionary(message => message.Seq)
        );

    /// <summary>An entry as it is shown, and the size of the answer in it.</summary>
    private (JsonObject Json, long Answer) Json(Entry entry, Message message)
    {
        var json = new JsonObject
        {
            ["time"] = entry.Time,
            ["messageId"] = message.Id,
            ["state"] = entry.State,
            ["url"] = message.Url,
            ["method"] = message.Method,
            ["header"] = MessageJson.Header(message),
            ["maxRetries"] = message.MaxRetries,
        };
        if (message.Body.Length > 0)
            json["body"] = message.Config.Redact is { Body: true }
                ? Redaction.Hash(message.Body)
                : Convert.ToBase64String(message.Body);
        if (message.Config.CallerIp is { } ip)
            json["callerIp"] = ip;
        if (message.Config.TimeoutMs is { } timeout)
            json["timeout"] = timeout;
        if (message.Config.RetryDelay is { } expression)
        {
            json["retryDelayExpr"] = expression;
            json["retryDelayExpression"] = expression;
        }
        MessageJson.AddSettings(json, message, "Headers");
        if (entry.State == "CREATED" && message.NotBefore > message.CreatedAt)
            json["nextDeliveryTime"] = message.NotBefore;
        return (json, entry.State is "ERROR" or "RETRY" or "FAILED" or "DELIVERED" ? AddAttempt(json, entry) : 0);
    }

    private long AddAttempt(JsonObject json, Entry entry)
    {
        var found = store.Read(db =>
            db.Command(
                    "select status, error, headers, body, next_at from attempts where message_seq = $0 and retried = $1",
                    entry.Seq,
                    entry.State is "DELIVERED" or "ERROR" ? (entry.Ordinal - 2) / 3 : (entry.Ordinal - 3) / 3
                )
                .Rows(row =>
                    (
                        Status: row.GetInt32(0),
                        Error: row.TextOrNull(1),
                        Headers: row.TextOrNull(2),
                        Body: row.Bytes(3),
                        Next: row.LongOrNull(4)
                    )
                )
        );
        if (found.Count == 0)
            return 0;
        var attempt = found[0];
        if (attempt.Status > 0)
            json["responseStatus"] = attempt.Status;
        if (attempt.Error is not null && entry.State != "RETRY")
            json["error"] = attempt.Error;
        if (attempt.Body.Length > 0)
            json["responseBody"] = Convert.ToBase64String(attempt.Body);
        if (attempt.Headers is { } headers)
        {
            var map = StoredJson.Headers(headers);
            json["responseHeader"] = WireJson.Map(map);
            json["responseHeaders"] = WireJson.Map(map);
        }
        if (attempt.Next is { } next && entry.State == "RETRY")
            json["nextDeliveryTime"] = next;
        return attempt.Body.Length + (attempt.Headers?.Length ?? 0);
    }

    private static string Text(Entry entry) =>
        string.Create(CultureInfo.InvariantCulture, $"{entry.Time}-{entry.Seq}-{entry.Ordinal}");

    /// <summary>
    /// What a page gave; or an instant, as examples of SDKs begin with one, or with a number behind it (contract §1.7): then all
    /// of that instant is still to come.
    /// </summary>
    private static Entry? Parse(string? cursor, bool latestFirst)
    {
        if (string.IsNullOrEmpty(cursor))
            return null;
        var parts = cursor.Split('-');
        var numbers = new long[3];
        Array.Fill(numbers, latestFirst ? long.MaxValue : -1);
        for (var i = 0; i < parts.Length; i++)
            if (i == 3 || !long.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
                throw new RejectedException(
                    400,
                    "cursor must be one that a page gave, or unix milliseconds; "
                        + $"received '{MessageHeaders.Shortened(cursor)}'"
                );
        return new Entry(numbers[0], numbers[1], numbers[2], "");
    }
}
