using System.Data.Common;
using System.Text.Json;

namespace Jettae.Engine;

/// <summary>What a publisher is told.</summary>
public readonly record struct Accepted(string MessageId, bool Deduplicated);

/// <summary>The stored messages: publishing, reading, cancelling.</summary>
public sealed class Messages(
    Store store,
    Shards shards,
    Queues queues,
    Quotas quotas,
    OpenWork work,
    EngineOptions options,
    TimeProvider time
)
{
    private const int CancelPage = 10_000;

    private static readonly Func<Db, IReadOnlyList<Admission>, IReadOnlyList<(Accepted[], Effects)>> admit =
        Admission.All;

    internal const string Columns =
        "seq, id, tenant, shard, state, due_at, retried, created_at, not_before, finished_at, url, method, max_retries, labels, config, body, "
        + "queue, in_line, holder, flow_key";

    /// <summary>Stores all of them or none; when the task ends they are on disk and on their way.</summary>
    /// <param name="tenant">Whose.</param>
    /// <param name="publications">What is asked for.</param>
    /// <param name="trace">The trace that they carry on; null for none.</param>
    /// <param name="cancel">Who asks has gone.</param>
    public async Task<Accepted[]> PublishAsync(
        string tenant,
        IReadOnlyList<Publication> publications,
        string? trace,
        CancellationToken cancel
    )
    {
        cancel.ThrowIfCancellationRequested();
        if (trace is not null)
            publications = [.. publications.Select(each => each.In(trace))];
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        work.Enter();
        try
        {
            var limits = quotas.Of(tenant);
            var admission = new Admission(tenant, publications, now, options, limits);
            var (accepted, effects) = await store.WriteAsync(
                admit,
                admission,
                admission.Size,
                isApart: admission.MayBeRefused,
                locks: admission.Locks
            );
            shards.Tell(effects);
            foreach (var one in accepted)
                Telemetry.Accepted(one.Deduplicated);
            return accepted;
        }
        finally
        {
            work.Leave();
        }
    }

    /// <summary>
    /// Of messages that are named: still to be delivered. Said so that the index of all that is pending is not gone through for
    /// them: it seems small, and holds what was pending since somebody's open transaction began.
    /// </summary>
    internal const string IsPending = "state + 0 = 0";

    /// <summary>What is pending, of all tenants. It is counted through: not for every request.</summary>
    internal Backlog Backlog() =>
        store.Read(db =>
            db.Command(
                    """
                    select count(*) filter (where due_at <= $0), count(*) filter (where due_at >= $1),
                      count(*) filter (where due_at > $0 and due_at < $1)
                    from messages where state = 0
                    """,
                    time.Milliseconds(),
                    Line.Held
                )
                .Rows(row => new Backlog(row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)))[0]
        );

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

    /// <summary>
    /// Ends those of <paramref name="seqs"/> that are pending or in flight; the others stay as they are. What is ended is not
    /// delivered again, and an answer under way is ignored. Answers how many it ended.
    /// </summary>
    public Task<int> CancelAsync(string tenant, IReadOnlyCollection<long> seqs) => CancelAsync(tenant, [seqs]);

    /// <summary>Page by page; whatever stood behind them in line comes when all of them have gone.</summary>
    private async Task<int> CancelAsync(string tenant, IEnumerable<IReadOnlyCollection<long>> pages)
    {
        work.Enter();
        try
        {
            var cancelled = 0;
            var holding = new List<long>();
            foreach (var page in pages)
            {
                var ended = await store.WriteAsync(s => Cancel(s, tenant, page, time.Milliseconds()));
                cancelled += ended.Count;
                holding.AddRange(ended.Where(each => each.HasPlace).Select(each => each.Seq));
            }
            if (holding.Count > 0)
                await LeaveAsync(holding);
            return cancelled;
        }
        finally
        {
            work.Leave();
        }
    }

    /// <summary>Cancelled they are, whatever comes of this: places that it leaves taken are given up when the store answers again.</summary>
    private async Task LeaveAsync(List<long> holding)
    {
        try
        {
            await queues.LeaveAsync(holding);
        }
        catch (DbException)
        {
            // Whoever found the store away has the places looked for.
        }
    }

    /// <summary>Ends all that the filter means, the newest first: whatever ends meanwhile lets nothing in that is to be ended too.</summary>
    public Task<int> CancelAsync(string tenant, MessageFilter filter) => CancelAsync(tenant, Pending(tenant, filter));

    private IEnumerable<List<long>> Pending(string tenant, MessageFilter filter)
    {
        var (from, to) = filter.Dates;
        for (var before = long.MaxValue; ; )
        {
            // Of what is pending only, whatever is finished beside it.
            var page = store.Read(db =>
                db.Command(
                        $"""
                        select m.seq from messages m indexed by messages_due_in_shard
                        where m.state = 0 and m.tenant = $0 and m.seq < $1 and m.created_at between $2 and $3 and {filter.Sql(
                            5
                        )}
                        order by m.seq desc limit $4
                        """,
                        filter.With(tenant, before, from, to, CancelPage)
                    )
                    .Rows(row => row.GetInt64(0))
            );
            if (page.Count > 0)
                yield return page;
            if (page.Count < CancelPage)
                yield break;
            before = page[^1];
        }
    }

    /// <summary>Who has a place in a queue holds it itself for now: its attempt may be under way, whoever else ends beside it.</summary>
    private static List<(long Seq, bool HasPlace)> Cancel(Db s, string tenant, IEnumerable<long> seqs, long now) =>
        s.ForEach(
            // By their numbers, whoever's they are: to go through all of a tenant's for each takes its time.
            $$"""
            update messages set state = 3, finished_at = $2, in_line = case when in_line < 2 then 3 else in_line end,
              holder = case when in_line = 2 then seq else holder end
            {from rows} where seq = $0 and tenant is not distinct from $1 and {{IsPending}}
            returning seq, case when holder is null then 0 else 1 end
            """,
            seqs.Select(seq => new object?[] { seq, tenant, now }),
            row => (row.GetInt64(0), row.Flag(1))
        );

    /// <summary>What a shard must know of a message, for <see cref="OfferOf"/>.</summary>
    internal const string OfferColumns = "shard, due_at, tenant, url, flow_key, length(body), seq";

    internal static Offer OfferOf(DbDataReader row) =>
        new(
            row.GetInt32(0),
            new Due(
                row.GetInt64(1),
                row.GetInt64(6),
                LaneOf(row.GetString(2), row.GetString(3), row.TextOrNull(4)),
                row.GetInt32(5)
            )
        );

    /// <summary>Stored messages, as their shards must know of them: those that are still there.</summary>
    internal static List<Offer> OffersOf(Db s, IEnumerable<long> seqs) =>
        s.Command(
                $"""
                select {OfferColumns} from messages
                where seq in (select cast(value as bigint) from json_each($0)) and {IsPending}
                """,
                Seqs(seqs)
            )
            .Rows(OfferOf);

    /// <summary>
    /// Forgets what finished from one instant on and before another, with its attempts and its dead letter: the oldest, at least one, and
    /// so many that it comes to about <paramref name="most"/> rows, for a message may have a thousand attempts. Answers when they finished.
    /// </summary>
    internal static List<long> Prune(Db s, long from, long before, int most) =>
        s.Command(
                // One whose callbacks are still tried holds its queue's place until they end.
                """
                delete from messages where seq in (
                  select seq from (
                    select seq, sum(retried + 1) over (order by finished_at, seq) - retried - 1 as before_it from (
                      select seq, finished_at, retried from messages
                      where finished_at >= $0 and finished_at < $1 and in_line is distinct from 2
                      order by finished_at, seq limit $2) as finished) as counted
                  where before_it < $2)
                returning finished_at
                """,
                from,
                before,
                most
            )
            .Rows(row => row.GetInt64(0));

    /// <summary>What one of the last messages of a flow-control key says of its limits.</summary>
    internal static FlowLimits? LimitsOf(Db db, string tenant, string key) =>
        db.Scalar<string>(
            "select config from messages where tenant = $0 and flow_key = $1 order by due_at desc limit 1",
            tenant,
            key
        )
            is { } config
            ? JsonSerializer.Deserialize(config, StoredJson.Default.MessageConfig)!.Flow
            : null;

    internal static LaneId LaneOf(string tenant, string url, string? flowKey) =>
        new(tenant, Destination.HostOf(url), flowKey);

    internal static string Seqs(IEnumerable<long> seqs) => $"[{string.Join(',', seqs)}]";

    /// <summary>Those of these messages, by id, that are still to be delivered.</summary>
    /// <param name="db">The engine's file, or its schema.</param>
    /// <param name="ids">Of anybody's messages.</param>
    public static IReadOnlySet<string> PendingAmong(Db db, IEnumerable<string> ids) =>
        db.Command(
                $"select id from messages where {IsPending} and id in (select value from json_each($0))",
                JsonSerializer.Serialize([.. ids], StoredJson.Default.StringArray)
            )
            .Rows(row => row.GetString(0))
            .ToHashSet();

    /// <summary>Those of <paramref name="seqs"/> that are still pending.</summary>
    internal static Dictionary<long, Message> Pending(Store store, IEnumerable<long> seqs) =>
        store.Read(db =>
            db.Command(
                    $"""
                    select {Columns}, (select queue from messages as h where h.seq = messages.holder) from messages
                    where {IsPending} and seq in (select cast(value as bigint) from json_each($0))
                    """,
                    Seqs(seqs)
                )
                .Rows(row => row.TextOrNull(20) is { } queue ? Row(row) with { HolderQueue = queue } : Row(row))
                .ToDictionary(message => message.Seq)
        );

    /// <summary>What a shard has pending after one place in its order, up to an instant.</summary>
    internal static List<Due> Upcoming(Store store, int shard, (long DueAt, long Seq) after, long until, int most)
    {
        // One set of texts for all messages of a lane: a page of ten thousand has few.
        var lanes = new HashSet<LaneId>();
        return store.Read(db =>
            db.Command(
                    """
                    select due_at, seq, tenant, url, flow_key, length(body) from messages
                    where shard = $0 and state = 0 and (due_at, seq) > ($1, $2) and due_at <= $3
                    order by due_at, seq limit $4
                    """,
                    shard,
                    after.DueAt,
                    after.Seq,
                    until,
                    most
                )
                .Rows(row =>
                {
                    var lane = LaneOf(row.GetString(2), row.GetString(3), row.TextOrNull(4));
                    if (lanes.TryGetValue(lane, out var same))
                        lane = same;
                    else
                        lanes.Add(lane);
                    return new Due(row.GetInt64(0), row.GetInt64(1), lane, row.GetInt32(5));
                })
        );
    }

    internal static Message Row(DbDataReader row) =>
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
            Queue = row.TextOrNull(16),
            InLine = (LinePlace?)row.LongOrNull(17),
            Holder = row.LongOrNull(18),
            FlowKey = row.TextOrNull(19),
        };
}
