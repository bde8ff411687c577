using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Jettae.Engine;

/// <summary>What to show of the log; null means all.</summary>
public sealed record LogFilter(
    string? MessageId,
    string? State,
    string? Url,
    string? Label,
    long? FromDate,
    long? ToDate
);

/// <summary>
/// The event log, derived from messages and attempts when it is read: nothing is written event by event. Each message's
/// story reads as contract §5.2 has it.
/// </summary>
public sealed class Log(Store store, Shards shards)
{
    public const int MostInPage = 1_000;

    /// <summary>Bodies in one page; a page whose messages have more ends early, with a cursor.</summary>
    private const int MostBytes = 16 * 1024 * 1024;

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
    /// branch begins where the last page ended and stops at the page's size by itself, however many share an instant.
    /// </summary>
    private const string Events = """
        select * from (
          select created_at as time, seq, 0 as ordinal, 'CREATED' as state from messages
          where tenant = $0 and (created_at, seq, 0) < ($1, $5, $6) and created_at >= $4 {seq}
          order by created_at desc, seq desc limit $2)
        union all select * from (
          select started_at, message_seq, retried * 3 + 1, 'ACTIVE' from attempts
          where tenant = $0 and (started_at, message_seq, retried * 3 + 1) < ($1, $5, $6) and started_at >= $4 {message_seq}
          order by started_at desc, message_seq desc, retried desc limit $2)
        union all select * from (
          select ended_at, message_seq, retried * 3 + 2, iif(next_at is null and status between 200 and 299, 'DELIVERED', 'ERROR') from attempts
          where tenant = $0 and (ended_at, message_seq, retried * 3 + 2) < ($1, $5, $6) and ended_at >= $4 {message_seq}
          order by ended_at desc, message_seq desc, retried desc limit $2)
        union all select * from (
          select ended_at, message_seq, retried * 3 + 3, iif(next_at is null, 'FAILED', 'RETRY') from attempts
          where tenant = $0 and (ended_at, message_seq, retried * 3 + 3) < ($1, $5, $6) and ended_at >= $4 {message_seq}
          and not (next_at is null and status between 200 and 299)
          order by ended_at desc, message_seq desc, retried desc limit $2)
        union all select * from (
          select finished_at, seq, 1000000, 'CANCELED' from messages
          where tenant = $0 and state = 3 and (finished_at, seq, 1000000) < ($1, $5, $6) and finished_at >= $4 {seq}
          order by finished_at desc, seq desc limit $2)
        """;

    private sealed record Entry(long Time, long Seq, long Ordinal, string State);

    /// <summary>Newest first.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="filter">What.</param>
    /// <param name="cursor">Where the last page ended; null for the first.</param>
    /// <param name="count">Entries in the page, at most <see cref="MostInPage"/>.</param>
    public (JsonArray Events, string? Cursor) Read(string tenant, LogFilter filter, string? cursor, int count)
    {
        if (filter.State is { } state && !States.Contains(state))
            throw new RejectedException(
                400,
                $"state must be one of {string.Join(", ", States)}; received '{MessageHeaders.Shortened(state)}'"
            );
        var after = Parse(cursor);
        var page = new JsonArray();
        var bytes = 0L;
        while (true)
        {
            var entries = Entries(tenant, filter, after, count + 1);
            var wanted = Matching(filter, entries.Take(count));
            var messages = Messages(wanted.Keys, MostBytes - bytes);
            foreach (var entry in entries.Take(count))
            {
                if (wanted.TryGetValue(entry.Seq, out var size) && Shows(filter, entry))
                {
                    if (page.Count > 0 && bytes + size > MostBytes)
                        return (page, Text(after!));
                    bytes += size;
                    if (!messages.TryGetValue(entry.Seq, out var message))
                        message = Messages([entry.Seq], long.MaxValue).GetValueOrDefault(entry.Seq);
                    if (message is not null)
                        page.Add(Json(entry, message));
                }
                after = entry;
                if (page.Count == count)
                    return (page, Text(entry));
            }
            if (entries.Count <= count)
                return (page, null);
        }
    }

    private List<Entry> Entries(string tenant, LogFilter filter, Entry? after, int limit)
    {
        var before = new Entry(filter.ToDate ?? long.MaxValue, long.MaxValue, long.MaxValue, "");
        if (after is not null && Key(after).CompareTo(Key(before)) < 0)
            before = after;
        // Before the store is asked: an attempt that ends meanwhile is in the one or in the other, and counts once.
        var live = shards
            .InFlight.Where(attempt => attempt.Message.Tenant == tenant)
            .Where(attempt => filter.MessageId is null || attempt.Message.Id == filter.MessageId)
            .Select(attempt => new Entry(
                attempt.StartedAt,
                attempt.Message.Seq,
                (attempt.Message.Retried * 3) + 1,
                "ACTIVE"
            ))
            .Where(entry => Key(entry).CompareTo(Key(before)) < 0 && entry.Time >= (filter.FromDate ?? 0))
            .ToList();
        var one = filter.MessageId is null ? "" : "and {0} = (select seq from messages where id = $3)";
        var sql = Events
            .Replace("{seq}", string.Format(CultureInfo.InvariantCulture, one, "seq"), StringComparison.Ordinal)
            .Replace(
                "{message_seq}",
                string.Format(CultureInfo.InvariantCulture, one, "message_seq"),
                StringComparison.Ordinal
            );
        var rows = store.Read(db =>
            db.Command(
                    $"select time, seq, ordinal, state from ({sql}) order by time desc, seq desc, ordinal desc limit $2",
                    tenant,
                    before.Time,
                    limit,
                    filter.MessageId,
                    filter.FromDate ?? 0,
                    before.Seq,
                    before.Ordinal
                )
                .Rows(row => new Entry(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3)))
        );
        return [.. rows.Concat(live).DistinctBy(Key).OrderByDescending(Key).Take(limit)];
    }

    private static (long, long, long) Key(Entry entry) => (entry.Time, entry.Seq, entry.Ordinal);

    /// <summary>The messages among these entries that the filter asks for, by sequence, with the size of their bodies.</summary>
    private Dictionary<long, long> Matching(LogFilter filter, IEnumerable<Entry> entries) =>
        store.Read(db =>
            db.Command(
                    """
                    select seq, length(body), labels from messages
                    where seq in (select value from json_each($0)) and ($1 is null or url = $1)
                    """,
                    Seqs(entries.Where(entry => Shows(filter, entry)).Select(entry => entry.Seq).Distinct()),
                    filter.Url
                )
                .Rows(row => (Seq: row.GetInt64(0), Size: row.GetInt64(1), Labels: row.GetString(2)))
                .Where(row =>
                    filter.Label is null || row.Labels.Split(',').Contains(filter.Label, StringComparer.Ordinal)
                )
                .ToDictionary(row => row.Seq, row => row.Size)
        );

    /// <summary>As many of these as have room for their bodies, the newest first.</summary>
    private Dictionary<long, Message> Messages(IEnumerable<long> seqs, long room) =>
        store.Read(db =>
            db.Command(
                    """
                    select seq, id, tenant, shard, state, due_at, retried, created_at, not_before, finished_at, url, method, max_retries, labels, config, body
                    from messages where seq in (
                      select seq from (
                        select seq, sum(length(body)) over (order by seq desc) as until from messages
                        where seq in (select value from json_each($0)))
                      where until <= $1)
                    """,
                    Seqs(seqs),
                    room
                )
                .Rows(Engine.Messages.Row)
                .ToDictionary(message => message.Seq)
        );

    private static string Seqs(IEnumerable<long> seqs) => $"[{string.Join(',', seqs)}]";

    private static bool Shows(LogFilter filter, Entry entry) =>
        filter.State switch
        {
            null => true,
            "IN_PROGRESS" => entry.State is "ACTIVE" or "RETRY" or "ERROR",
            "CANCELLED" => entry.State == "CANCELED",
            var state => entry.State == state,
        };

    private JsonObject Json(Entry entry, Message message)
    {
        var json = new JsonObject
        {
            ["time"] = entry.Time,
            ["messageId"] = message.Id,
            ["state"] = entry.State,
            ["url"] = message.Url,
            ["method"] = message.Method,
            ["header"] = WireJson.Map(message.Config.Headers),
            ["maxRetries"] = message.MaxRetries,
        };
        if (message.Body.Length > 0)
            json["body"] = Convert.ToBase64String(message.Body);
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
        if (entry.State is "ERROR" or "RETRY" or "FAILED" or "DELIVERED")
            AddAttempt(json, entry);
        return json;
    }

    private void AddAttempt(JsonObject json, Entry entry)
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
            return;
        var attempt = found[0];
        if (attempt.Status > 0)
            json["responseStatus"] = attempt.Status;
        if (attempt.Error is not null && entry.State != "RETRY")
            json["error"] = attempt.Error;
        if (attempt.Body.Length > 0)
            json["responseBody"] = Convert.ToBase64String(attempt.Body);
        if (attempt.Headers is { } headers)
        {
            var map = JsonSerializer.Deserialize(headers, StoredJson.Default.IReadOnlyDictionaryStringStringArray)!;
            json["responseHeader"] = WireJson.Map(map);
            json["responseHeaders"] = WireJson.Map(map);
        }
        if (attempt.Next is { } next && entry.State == "RETRY")
            json["nextDeliveryTime"] = next;
    }

    private static string Text(Entry entry) =>
        string.Create(CultureInfo.InvariantCulture, $"{entry.Time}-{entry.Seq}-{entry.Ordinal}");

    private static Entry? Parse(string? cursor)
    {
        if (string.IsNullOrEmpty(cursor))
            return null;
        var parts = cursor.Split('-');
        return
            parts.Length == 3
            && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var time)
            && long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var seq)
            && long.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out var ordinal)
            ? new Entry(time, seq, ordinal, "")
            : throw new RejectedException(
                400,
                $"cursor must be one that a page gave; received '{MessageHeaders.Shortened(cursor)}'"
            );
    }
}
