namespace Jettae.Engine;

/// <summary>
/// The line of a queue, which is the store's: whoever ends a message's work admits the next one in the same transaction, so it holds
/// over crashes, and for messages whose attempts other shards make.
/// </summary>
internal static class Line
{
    /// <summary>The year 9999: what waits in line is due when the queue says so.</summary>
    internal const long Held = 253_402_300_799_000;

    /// <summary>
    /// The index holds what is in a line only, and is used only where the question says so in the index's own words: else
    /// each step of a line would look through all that its tenant ever published.
    /// </summary>
    internal const string Entries = "messages indexed by messages_in_line";
    internal const string InLine = "in_line in (1, 2)";

    /// <summary>A delayed message that falls due joins the line.</summary>
    internal static Effects Join(Db s, Message message, long now)
    {
        var effects = new Effects();
        var (tenant, name) = (message.Tenant, message.Queue!);
        Lock(s, tenant, name);
        var head = HeadOf(s, tenant, name).At;
        var at = message.NotBefore > head ? message.NotBefore : FirstFree(s, tenant, name, head);
        if (
            s.Run(
                $"""
                update messages set in_line = 1, due_at = $1, not_before = $2
                where seq = $0 and {Messages.IsPending} and in_line = 0
                """,
                message.Seq,
                Held,
                at
            ) > 0
        )
            Advance(s, tenant, name, now, effects);
        return effects;
    }

    /// <summary>
    /// Where somebody of a later instant was admitted already: the next place, behind those for whom it was so before.
    /// </summary>
    private static long FirstFree(Db s, string tenant, string name, long head)
    {
        const string Waits =
            $"select 1 from {Entries} where tenant = $0 and queue = $1 and {InLine} and in_line = 1 and not_before =";
        return !s.Any($"{Waits} $2 limit 1", tenant, name, head + 1)
            ? head + 1
            : s.Scalar<long>(
                $"""
                select m.not_before + 1 from messages as m indexed by messages_in_line
                where m.tenant = $0 and m.queue = $1 and m.{InLine} and m.in_line = 1 and m.not_before > $2
                and not exists ({Waits} m.not_before + 1)
                order by m.not_before limit 1
                """,
                tenant,
                name,
                head
            );
    }

    /// <summary>Admits as many as there are free places, the oldest first.</summary>
    internal static void Advance(Db s, string tenant, string name, long now, Effects effects)
    {
        Lock(s, tenant, name);
        var (parallelism, paused) = Rules(s, tenant, name);
        if (paused)
            return;
        // Who does not look at heads may have put somebody before it.
        if (!s.KeepsHeads)
            s.Run("delete from line_heads where tenant = $0 and name = $1", tenant, name);
        var head = HeadOf(s, tenant, name);
        var last = head;
        for (var isFull = false; !isFull; )
        {
            var next = s.Command(
                    $"""
                    select seq, not_before from {Entries}
                    where tenant = $0 and queue = $1 and {InLine} and in_line = 1 and state = 0 and (not_before, seq) > ($4, $5)
                    order by not_before, seq limit (
                      select case when taken < $6 then $6 - taken else 0 end from (select count(*) as taken {Admitted}) as places)
                    """,
                    tenant,
                    name,
                    head.FirstAt,
                    head.FirstSeq,
                    last.At,
                    last.Seq,
                    parallelism
                )
                .Rows(row => (Seq: row.GetInt64(0), At: row.GetInt64(1)));
            if (next.Count == 0)
                break;
            // Another node may have cancelled one of them since it was read: its place is the next one's.
            var admitted = s.ForEach(
                $$"""
                update messages set in_line = 2, due_at = $1 {from rows}
                where seq = $0 and in_line + 0 = 1 and {{Messages.IsPending}} returning seq
                """,
                next.Select(each => new object?[] { each.Seq, now }),
                row => row.GetInt64(0)
            );
            effects.Offer(s, Messages.OffersOf(s, admitted));
            (last.At, last.Seq) = (next[^1].At, next[^1].Seq);
            isFull = admitted.Count == next.Count;
        }
        if (last != head && s.KeepsHeads)
            KeepHead(s, tenant, name, head, last);
    }

    private const string Admitted =
        $"from {Entries} where tenant = $0 and queue = $1 and {InLine} and in_line = 2 and (not_before, seq) >= ($2, $3)";

    private static void KeepHead(
        Db s,
        string tenant,
        string name,
        (long At, long Seq, long FirstAt, long FirstSeq) before,
        (long At, long Seq, long, long) last
    )
    {
        var first = s.Command(
                $"select not_before, seq {Admitted} order by not_before, seq limit 1",
                tenant,
                name,
                before.FirstAt,
                before.FirstSeq
            )
            .Read(row => row.Read() ? (At: row.GetInt64(0), Seq: row.GetInt64(1)) : (last.At, last.Seq));
        s.Run(
            "insert into line_heads (tenant, name, not_before, seq, first_at, first_seq) values ($0, $1, $2, $3, $4, $5)",
            tenant,
            name,
            last.At,
            last.Seq,
            first.At,
            first.Seq
        );
        if (before.Seq > 0)
            s.Run(
                "delete from line_heads where tenant = $0 and name = $1 and not_before = $2 and seq = $3",
                tenant,
                name,
                before.At,
                before.Seq
            );
    }

    /// <summary>The last instant in line, be it one that waits or the last that was admitted: who comes now stands behind it.</summary>
    internal static long Last(Db s, string tenant, string name)
    {
        var head = HeadOf(s, tenant, name);
        return Math.Max(
            head.At,
            s.Scalar<long>(
                $"""
                select max(not_before) from {Entries}
                where tenant = $0 and queue = $1 and {InLine} and in_line = 1 and (not_before, seq) > ($2, $3)
                """,
                tenant,
                name,
                head.At,
                head.Seq
            )
        );
    }

    /// <summary>
    /// The last message that was admitted, and the first of those that had a place then: nothing in line stands before. All zero where
    /// nothing is known of a line.
    /// </summary>
    private static (long At, long Seq, long FirstAt, long FirstSeq) HeadOf(Db s, string tenant, string name) =>
        s.Command(
                """
                select not_before, seq, first_at, first_seq from line_heads where tenant = $0 and name = $1
                order by not_before desc, seq desc limit 1
                """,
                tenant,
                name
            )
            .Read(row => row.Read() ? (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)) : default);

    /// <summary>
    /// Lines of which somebody stands before the head: a node that knows of none was back for a moment. They are looked through from
    /// their beginning.
    /// </summary>
    internal static Effects Mend(Db s, long now)
    {
        var effects = new Effects();
        var behind = s.Command(
                $"""
                select distinct tenant, name from line_heads as h where exists (
                  select 1 from {Entries} where tenant = h.tenant and queue = h.name and {InLine} and in_line = 1
                  and (not_before, seq) <= (h.not_before, h.seq))
                or exists (
                  select 1 from {Entries} where tenant = h.tenant and queue = h.name and {InLine} and in_line = 2
                  and (not_before, seq) < (h.first_at, h.first_seq))
                """
            )
            .Rows(row => (Tenant: row.GetString(0), Name: row.GetString(1)));
        foreach (var (tenant, name) in behind)
        {
            Lock(s, tenant, name);
            s.Run("delete from line_heads where tenant = $0 and name = $1", tenant, name);
            Advance(s, tenant, name, now, effects);
        }
        return effects;
    }

    /// <summary>Forgets how far lines had come where nobody was admitted since an instant: they are looked through once, should they go on.</summary>
    internal static int PruneHeads(Db s, long before) => s.Run("delete from line_heads where not_before < $0", before);

    /// <summary>
    /// Of messages that were cancelled while they had a place, those whose attempt is over leave it: what is still under way
    /// at a destination counts to its end, which is its settlement's to tell.
    /// </summary>
    internal static Effects LeaveCancelled(Db s, IEnumerable<Cancelled> cancelled, Shards shards, long now)
    {
        var effects = new Effects();
        var underWay = shards.InFlight.Select(each => (each.Message.Seq, each.Message.Retried)).ToHashSet();
        foreach (var (tenant, seq, retried, place, shard) in cancelled)
            if (!s.Owns(shard))
                Inbox.Cancelled(s, shard, seq);
            else if (!underWay.Contains((seq, retried)))
                Leave(s, tenant, seq, place, now, effects);
        return effects;
    }

    /// <summary>A message has ended: when its work is done, callbacks included, its place is the next one's.</summary>
    internal static void Leave(Db s, string tenant, long seq, long? place, long now, Effects effects)
    {
        if (place is not { } root)
            return;
        // Of two of its callbacks that end at once, the later one must see that it is the last.
        s.Lock($"place {root}");
        // Its own attempt is over: it holds its place no longer. Before the rest, which may hold it still.
        if (root == seq)
            s.Run("update messages set holder = null where seq = $0 and holder = seq", root);
        if (s.Any("select 1 from messages where holder = $0 and state = 0 limit 1", root))
            return;
        if (
            s.Scalar<string>(
                """
                update messages set in_line = 3 where seq = $0 and state <> 0 and in_line + 0 = 2 and holder is null
                returning queue
                """,
                root
            ) is
            { } left
        )
            Advance(s, tenant, left, now, effects);
    }

    /// <summary>Whoever looks at the line and changes it does so alone; also where its queue has been deleted.</summary>
    internal static void Lock(Db s, string tenant, string name) => s.Lock($"queue {tenant} {name}");

    private static (long Parallelism, bool Paused) Rules(Db s, string tenant, string name) =>
        s.Command("select parallelism, paused from queues where tenant = $0 and name = $1", tenant, name)
            .Read(row =>
                // Of a queue that was deleted with messages in it: the rest is delivered one by one.
                row.Read()
                    ? (row.GetInt64(0), row.Flag(1))
                    : (1, false)
            );
}
