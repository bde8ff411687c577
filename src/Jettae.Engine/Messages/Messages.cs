using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Jettae.Engine;

/// <summary>What a publisher is told.</summary>
public readonly record struct Accepted(string MessageId, bool Deduplicated);

/// <summary>A message in the store that its shard should know of.</summary>
public readonly record struct Offer(int Shard, long Seq, long DueAt, string Host);

/// <summary>The stored messages: publishing, reading, cancelling.</summary>
public sealed class Messages(Store store, Shards shards, OpenWork work, EngineOptions options, TimeProvider time)
{
    private const string Columns =
        "seq, id, tenant, shard, state, due_at, retried, created_at, not_before, finished_at, url, method, max_retries, labels, config, body";

    /// <summary>Stores all of them or none; when the task ends they are on disk and on their way.</summary>
    public async Task<Accepted[]> PublishAsync(
        string tenant,
        IReadOnlyList<Publication> publications,
        CancellationToken cancel
    )
    {
        cancel.ThrowIfCancellationRequested();
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var window = (long)options.DeduplicationWindow.TotalMilliseconds;
        work.Enter();
        try
        {
            var offers = new List<Offer>(publications.Count);
            var accepted = await store.WriteAsync(s =>
            {
                var answers = new Accepted[publications.Count];
                for (var i = 0; i < answers.Length; i++)
                    answers[i] = Insert(s, tenant, publications[i], now, window, offers);
                return answers;
            });
            shards.Offer(offers);
            foreach (var one in accepted)
                Telemetry.Accepted(one.Deduplicated);
            return accepted;
        }
        finally
        {
            work.Leave();
        }
    }

    /// <summary>A message that is pending, or finished not long ago.</summary>
    public Message? Find(string tenant, string id)
    {
        var since =
            time.GetUtcNow().ToUnixTimeMilliseconds() - (long)options.FinishedMessageRetention.TotalMilliseconds;
        return store.Read(db =>
            db.Command(
                    $"select {Columns} from messages where id = $0 and tenant = $1 and (finished_at is null or finished_at >= $2)",
                    id,
                    tenant,
                    since
                )
                .Rows(Row)
                .FirstOrDefault()
        );
    }

    /// <summary>True when the message was pending or in flight; it is not delivered again, and an answer under way is ignored.</summary>
    public async Task<bool> CancelAsync(string tenant, string id)
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        return await store.WriteAsync(s =>
            s.Run(
                "update messages set state = 3, finished_at = $2 where id = $0 and tenant = $1 and state = 0",
                id,
                tenant,
                now
            ) > 0
        );
    }

    internal static Accepted Insert(
        Store s,
        string tenant,
        Publication publication,
        long now,
        long window,
        List<Offer> offers
    )
    {
        var message = publication.Message;
        if (DeduplicationKey(tenant, publication) is { } key)
        {
            if (
                s.Scalar<string>(
                    "select message_id from deduplications where key = $0 and expires_at > $1",
                    key,
                    now
                ) is
                { } first
            )
                return new Accepted(first, true);
            s.Run(
                "insert or replace into deduplications (key, message_id, expires_at) values ($0, $1, $2)",
                key,
                message.Id,
                now + window
            );
        }
        var shard = Shards.Of(message.Id);
        s.Run(
            $"""
            insert into messages ({Columns[5..]}) values ($0, $1, $2, 0, $3, 0, $4, $5, null, $6, $7, $8, $9, $10, $11)
            """,
            message.Id,
            tenant,
            shard,
            message.DueAt,
            message.CreatedAt,
            message.NotBefore,
            message.Url,
            message.Method,
            message.MaxRetries,
            string.Join(',', message.Labels),
            JsonSerializer.Serialize(message.Config, StoredJson.Default.MessageConfig),
            message.Body
        );
        offers.Add(
            new Offer(
                shard,
                s.Scalar<long>("select last_insert_rowid()"),
                message.DueAt,
                Destination.HostOf(message.Url)
            )
        );
        return new Accepted(message.Id, false);
    }

    /// <summary>Those of <paramref name="seqs"/> that are still pending.</summary>
    internal static Dictionary<long, Message> Pending(Store store, IEnumerable<long> seqs) =>
        store.Read(db =>
            db.Command(
                    $"select {Columns} from messages where state = 0 and seq in (select value from json_each($0))",
                    $"[{string.Join(',', seqs)}]"
                )
                .Rows(Row)
                .ToDictionary(message => message.Seq)
        );

    /// <summary>What a shard has pending after one place in its order, up to an instant.</summary>
    internal static List<Due> Upcoming(Store store, int shard, (long DueAt, long Seq) after, long until, int most) =>
        store.Read(db =>
            db.Command(
                    """
                    select due_at, seq, url from messages
                    where shard = $0 and state = 0 and (due_at, seq) > ($1, $2) and due_at <= $3
                    order by due_at, seq limit $4
                    """,
                    shard,
                    after.DueAt,
                    after.Seq,
                    until,
                    most
                )
                .Rows(row => new Due(row.GetInt64(0), row.GetInt64(1), Destination.HostOf(row.GetString(2))))
        );

    internal static Message Row(SqliteDataReader row) =>
        new()
        {
            Seq = row.GetInt64(0),
            Id = row.GetString(1),
            Tenant = row.GetString(2),
            Shard = row.GetInt32(3),
            State = (MessageState)row.GetInt32(4),
            DueAt = row.GetInt64(5),
            Retried = row.GetInt32(6),
            CreatedAt = row.GetInt64(7),
            NotBefore = row.GetInt64(8),
            FinishedAt = row.LongOrNull(9),
            Url = row.GetString(10),
            Method = row.GetString(11),
            MaxRetries = row.GetInt32(12),
            Labels = row.GetString(13).Split(',', StringSplitOptions.RemoveEmptyEntries),
            Config = JsonSerializer.Deserialize(row.GetString(14), StoredJson.Default.MessageConfig)!,
            Body = row.Bytes(15),
        };

    /// <summary>The explicit id wins over the content (contract §6.1); header order does not matter.</summary>
    private static byte[]? DeduplicationKey(string tenant, Publication publication)
    {
        if (publication.DeduplicationId is { } id)
            return SHA256.HashData(Encoding.UTF8.GetBytes($"id\0{tenant}\0{id}"));
        if (!publication.ByContent)
            return null;
        var message = publication.Message;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"content\0{tenant}\0{message.Method}\0{message.Url}\0"));
        foreach (var (name, values) in message.Config.Headers.OrderBy(header => header.Key, StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{string.Join('\u0001', values)}\0"));
        hash.AppendData("\0"u8);
        hash.AppendData(message.Body);
        return hash.GetHashAndReset();
    }
}
