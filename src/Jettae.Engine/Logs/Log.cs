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

    /// <summary>The ordinal orders what one message has at one instant: a RETRY stands after its ERROR, a cancellation after all.</summary>
    private const string Events = """
        select * from (
          select created_at as time, seq, 0 as ordinal, 'CREATED' as state from messages
          where tenant = $0 and created_at <= $1 {seq} order by created_at desc, seq desc limit {limit})
        union all select * from (
          select started_at, message_seq, retried * 3 + 1, 'ACTIVE' from attempts
          where tenant = $0 and started_at <= $1 {message_seq} order by started_at desc, message_seq desc limit {limit})
        union all select * from (
          select ended_at, message_seq, retried * 3 + 2, iif(next_at is null and status between 200 and 299, 'DELIVERED', 'ERROR') from attempts
          where tenant = $0 and ended_at <= $1 {message_seq} order by ended_at desc, message_seq desc limit {limit})
        union all select * from (
          select ended_at, message_seq, retried * 3 + 3, iif(next_at is null, 'FAILED', 'RETRY') from attempts
          where tenant = $0 and ended_at <= $1 and not (next_at is null and status between 200 and 299) {message_seq}
          order by ended_at desc, message_seq desc limit {limit})
        union all select * from (
          select finished_at, seq, 1000000, 'CANCELED' from messages
          where tenant = $0 and state = 3 and finished_at <= $1 {seq} order by finished_at desc, seq desc limit {limit})
        """;

    private sealed record Entry(long Time, long Seq, long Ordinal, string State);

    /// <summary>Newest first.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="filter">What.</param>
    /// <param name="cursor">Where the last page ended; null for the first.</param>
    /// <param name="count">Entries in the page, at most <see cref="MostInPage"/>.</param>
    public (JsonArray Events, string? Cursor) Read(string tenant, LogFilter filter, string? cursor, int count)
    {
        var after = Parse(cursor);
        var page = new JsonArray();
        while (true)
        {
            var entries = Entries(tenant, filter, after, count + 1);
            var messages = Messages(entries);
            foreach (var entry in entries.Take(count))
            {
                after = entry;
                if (messages.TryGetValue(entry.Seq, out var message) && Matches(filter, entry, message))
                    page.Add(Json(entry, message));
                if (page.Count == count)
                    return (page, Text(entry));
            }
            if (entries.Count <= count)
                return (page, null);
        }
    }

    private List<Entry> Entries(string tenant, LogFilter filter, Entry? after, int limit)
    {
        var until = Math.Min(filter.ToDate ?? long.MaxValue, after?.Time ?? long.MaxValue);
        var one = filter.MessageId is null ? "" : "and {0} = (select seq from messages where id = $3)";
        // Entries at the very instant of the cursor are read again and passed over; so many more each branch must give.
        var sql = Events
            .Replace("{seq}", string.Format(CultureInfo.InvariantCulture, one, "seq"), StringComparison.Ordinal)
            .Replace(
                "{message_seq}",
                string.Format(CultureInfo.InvariantCulture, one, "message_seq"),
                StringComparison.Ordinal
            )
            .Replace("{limit}", "$2", StringComparison.Ordinal);
        var rows = store.Read(db =>
            db.Command(
                    $"""
                    select time, seq, ordinal, state from ({sql})
                    where ($4 is null or (time, seq, ordinal) < ($4, $5, $6)) and time >= $7
                    order by time desc, seq desc, ordinal desc limit $2
                    """,
                    tenant,
                    until,
                    limit + AtInstant(db, tenant, after),
                    filter.MessageId,
                    after?.Time,
                    after?.Seq,
                    after?.Ordinal,
                    filter.FromDate ?? 0
                )
                .Rows(row => new Entry(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetString(3)))
        );
        var live = shards
            .InFlight.Where(attempt => attempt.Message.Tenant == tenant)
            .Where(attempt => filter.MessageId is null || attempt.Message.Id == filter.MessageId)
            .Select(attempt => new Entry(
                attempt.StartedAt,
                attempt.Message.Seq,
                (attempt.Message.Retried * 3) + 1,
                "ACTIVE"
            ))
            .Where(entry => after is null || Key(entry).CompareTo(Key(after)) < 0)
            .Where(entry => entry.Time >= (filter.FromDate ?? 0) && entry.Time <= until);
        return [.. rows.Concat(live).DistinctBy(Key).OrderByDescending(Key).Take(limit)];
    }

    /// <summary>How many events the cursor's instant has: a batch of thousands is created in one millisecond.</summary>
    private static long AtInstant(Microsoft.Data.Sqlite.SqliteConnection db, string tenant, Entry? after) =>
        after is null
            ? 0
            : db.Command(
                    """
                    select (select count(*) from messages where tenant = $0 and created_at = $1)
                         + (select count(*) from attempts where tenant = $0 and (started_at = $1 or ended_at = $1)) * 2
                         + (select count(*) from messages where tenant = $0 and finished_at = $1)
                    """,
                    tenant,
                    after.Time
                )
                .Rows(row => row.GetInt64(0))[0];

    private static (long, long, long) Key(Entry entry) => (entry.Time, entry.Seq, entry.Ordinal);

    private Dictionary<long, Message> Messages(List<Entry> entries) =>
        store.Read(db =>
            db.Command(
                    """
                    select seq, id, tenant, shard, state, due_at, retried, created_at, not_before, finished_at, url, method, max_retries, labels, config, body
                    from messages where seq in (select value from json_each($0))
                    """,
                    $"[{string.Join(',', entries.Select(entry => entry.Seq).Distinct())}]"
                )
                .Rows(Engine.Messages.Row)
                .ToDictionary(message => message.Seq)
        );

    private static bool Matches(LogFilter filter, Entry entry, Message message) =>
        (filter.Url is null || message.Url == filter.Url)
        && (filter.Label is null || message.Labels.Contains(filter.Label, StringComparer.Ordinal))
        && filter.State switch
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
