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

    /// <summary>The lines, which nobody else looks at or changes from here on; where queues have been deleted, too.</summary>
    internal static List<LineState> Look(Db s, IEnumerable<(string Tenant, string Name)> lines)
    {
        var names = lines
            .Distinct()
            .OrderBy(line => LockOf(line.Tenant, line.Name), StringComparer.Ordinal)
            .Select(line => new object?[] { line.Tenant, line.Name })
            .ToList();
        foreach (var name in names)
            s.Lock(LockOf((string)name[0]!, (string)name[1]!));
        return s.ForEach(
            $$"""
            select $0, $1, (select parallelism {{Queue}}), (select paused {{Queue}}),
              (select not_before {{Head}}), (select seq {{Head}}), (select first_at {{Head}}), (select first_seq {{Head}}) {from rows}
            """,
            names,
            row => new LineState(
                row.GetString(0),
                row.GetString(1),
                row.LongOrNull(2),
                row.LongOrNull(3) is 1,
                (row.LongOrNull(4) ?? 0, row.LongOrNull(5) ?? 0),
                (row.LongOrNull(6) ?? 0, row.LongOrNull(7) ?? 0)
            )
        );
    }

    private const string Queue = "from queues where tenant = $0 and name = $1";
    private const string Head =
        "from line_heads where tenant = $0 and name = $1 order by not_before desc, seq desc limit 1";

    /// <summary>Who has a place: none of them stands before the first.</summary>
    private static string Admitted(string firstAt, string firstSeq) =>
        $"from {Entries} where tenant = $0 and queue = $1 and {InLine} and in_line = 2 and (not_before, seq) >= ({firstAt}, {firstSeq})";

    /// <summary>Who waits: none of them stands before the last that was admitted.</summary>
    private const string Waiting =
        $"from {Entries} where tenant = $0 and queue = $1 and {InLine} and in_line = 1 and (not_before, seq) > ($2, $3)";

    /// <summary>The last instant in each line, be it one that waits or the last that was admitted: who comes now stands behind it.</summary>
    internal static Dictionary<(string Tenant, string Name), long> Lasts(Db s, IReadOnlyCollection<LineState> lines)
    {
        var waiting = s.ForEach(
                $$"""select $0, $1, (select not_before {{Waiting}} order by not_before desc, seq desc limit 1) {from rows}""",
                lines.Select(line => new object?[] { line.Tenant, line.Name, line.Last.At, line.Last.Seq }),
                row => (Line: (row.GetString(0), row.GetString(1)), At: row.LongOrNull(2) ?? 0)
            )
            .ToDictionary(each => each.Line, each => each.At);
        return lines.ToDictionary(line => line.Key, line => Math.Max(line.Last.At, waiting[line.Key]));
    }

    /// <summary>A delayed message that falls due joins the line.</summary>
    internal static Effects Join(Db s, Message message, long now)
    {
        var effects = new Effects();
        var line = Look(s, [(message.Tenant, message.Queue!)])[0];
        var at = message.NotBefore > line.Last.At ? message.NotBefore : FirstFree(s, line);
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
            Advance(s, [(line, now, effects)]);
        return effects;
    }

    /// <summary>
    /// Where somebody of a later instant was admitted already: the next place, behind those for whom it was so before.
    /// </summary>
    private static long FirstFree(Db s, LineState line)
    {
        const string Waits =
            $"select 1 from {Entries} where tenant = $0 and queue = $1 and {InLine} and in_line = 1 and not_before =";
        return !s.Any($"{Waits} $2 limit 1", line.Tenant, line.Name, line.Last.At + 1)
            ? line.Last.At + 1
            : s.Scalar<long>(
                $"""
                select m.not_before + 1 from messages as m indexed by messages_in_line
                where m.tenant = $0 and m.queue = $1 and m.{InLine} and m.in_line = 1 and m.not_before > $2
                and not exists ({Waits} m.not_before + 1)
                order by m.not_before limit 1
                """,
                line.Tenant,
                line.Name,
                line.Last.At
            );
    }

    /// <summary>As below, a line of which nothing is known yet.</summary>
    internal static void Advance(Db s, string tenant, string name, long now, Effects effects) =>
        Advance(s, [(Look(s, [(tenant, name)])[0], now, effects)]);

    /// <summary>Admits as many to each line as there are free places, the oldest first.</summary>
    /// <param name="s">In which the lines were looked at, and have not changed since but for who came to them.</param>
    /// <param name="lines">Each once, and to whom it is said who is admitted.</param>
    internal static void Advance(Db s, IEnumerable<(LineState Line, long Now, Effects Effects)> lines)
    {
        var open = lines.Where(each => !each.Line.IsPaused).Select(each => new Turn(each)).ToList();
        var keepsHeads = s.KeepsHeads;
        if (!keepsHeads)
        {
            // Who does not look at heads may have put somebody before it.
            s.ForEach(
                "delete from line_heads {using rows} where tenant = $0 and name = $1",
                open.Select(turn => new object?[] { turn.Line.Tenant, turn.Line.Name })
            );
            foreach (var turn in open)
                turn.Forget();
        }
        Count(s, open);
        for (var going = open; going.Count > 0; )
        {
            going = [.. going.Where(turn => turn.Places > 0 && Next(s, turn))];
            Admit(s, going);
            going.RemoveAll(turn => turn.IsOver);
        }
        if (keepsHeads)
            KeepHeads(s, [.. open.Where(turn => turn.Last != turn.Line.Last)]);
    }

    /// <summary>The free places of each, where anybody waits for one.</summary>
    private static void Count(Db s, List<Turn> turns)
    {
        var places = s.ForEach(
                $$"""
                select $0, $1, (select count(*) {{Admitted("$4", "$5")}}), (select 1 {{Waiting}} limit 1) {from rows}
                """,
                turns.Select(turn => turn.Values),
                row => (Line: (row.GetString(0), row.GetString(1)), Taken: row.GetInt64(2), IsWaited: !row.IsDBNull(3))
            )
            .ToDictionary(each => each.Line);
        foreach (var turn in turns)
            if (places[turn.Line.Key] is { IsWaited: true, Taken: var taken })
                turn.Places = turn.Line.Parallelism - taken;
    }

    /// <summary>Whose turn it is; false when nobody waits any more.</summary>
    private static bool Next(Db s, Turn turn)
    {
        turn.Next = s.Command(
                $"select seq, not_before {Waiting} order by not_before, seq limit $4",
                turn.Line.Tenant,
                turn.Line.Name,
                turn.Last.At,
                turn.Last.Seq,
                turn.Places
            )
            .Rows(row => (row.GetInt64(1), row.GetInt64(0)));
        return turn.Next.Count > 0;
    }

    /// <summary>Another node may have cancelled one of them since it was read: its place is the next one's.</summary>
    private static void Admit(Db s, List<Turn> turns)
    {
        var admitted = s.ForEach(
                $$"""
                update messages set in_line = 2, due_at = $1 {from rows}
                where seq = $0 and in_line + 0 = 1 and {{Messages.IsPending}} returning {{Messages.OfferColumns}}
                """,
                turns.SelectMany(turn => turn.Next.Select(each => new object?[] { each.Seq, turn.Now })),
                Messages.OfferOf
            )
            .ToDictionary(offer => offer.Due.Seq);
        foreach (var turn in turns)
        {
            var its = turn
                .Next.Where(each => admitted.ContainsKey(each.Seq))
                .Select(each => admitted[each.Seq])
                .ToList();
            turn.Effects.Offer(s, its);
            (turn.Last, turn.Places, turn.IsOver) = (
                turn.Next[^1],
                turn.Places - its.Count,
                its.Count == turn.Next.Count
            );
        }
    }

    private static void KeepHeads(Db s, List<Turn> turns)
    {
        var first = $"{Admitted("$4", "$5")} order by not_before, seq limit 1";
        s.ForEach(
            $$"""
            insert into line_heads (tenant, name, not_before, seq, first_at, first_seq)
            select $0, $1, $2, $3, coalesce((select not_before {{first}}), $2), coalesce((select seq {{first}}), $3) {from rows}
            """,
            turns.Select(turn => turn.Values)
        );
        // One by one: few are there, and a list of them would have all gone through that were there since somebody's transaction began.
        foreach (var line in turns.Select(turn => turn.Line).Where(line => line.Last.Seq > 0))
            s.Run(
                "delete from line_heads where tenant = $0 and name = $1 and not_before = $2 and seq = $3",
                line.Tenant,
                line.Name,
                line.Last.At,
                line.Last.Seq
            );
    }

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
        // Locked first: a head that is deleted is not one that somebody else just put there.
        Look(s, behind);
        s.ForEach(
            "delete from line_heads {using rows} where tenant = $0 and name = $1",
            behind.Select(line => new object?[] { line.Tenant, line.Name })
        );
        Advance(s, Look(s, behind).Select(line => (line, now, effects)));
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
        var leaving = new List<Leaving>();
        foreach (var (seq, retried, place, shard) in cancelled)
            if (!s.Owns(shard))
                Inbox.Cancelled(s, shard, seq);
            else if (!underWay.Contains((seq, retried)))
                leaving.Add(new Leaving(seq, place, now, effects));
        Leave(s, leaving);
        return effects;
    }

    /// <summary>Messages have ended: when the work of one is done, callbacks included, its place is the next one's.</summary>
    internal static void Leave(Db s, IEnumerable<Leaving> messages)
    {
        var leaving = messages.Where(each => each.Place is not null).ToList();
        // Of two of its callbacks that end at once, the later one must see that it is the last.
        foreach (var place in leaving.Select(each => LockOf(each.Place!.Value)).Order(StringComparer.Ordinal))
            s.Lock(place);
        // Its own attempt is over: it holds its place no longer. Before the rest, which may hold it still.
        s.ForEach(
            "update messages set holder = null {from rows} where seq = $0 and holder = seq",
            leaving.Where(each => each.Place == each.Seq).Select(each => new object?[] { each.Seq })
        );
        var left = s.ForEach(
                """
                update messages set in_line = 3 {from rows}
                where seq = $0 and state <> 0 and in_line + 0 = 2 and holder is null
                and (select 1 from messages as held where held.holder = messages.seq and held.state = 0 limit 1) is null
                returning seq, tenant, queue
                """,
                leaving.Select(each => each.Place).Distinct().Select(place => new object?[] { place }),
                row => (Seq: row.GetInt64(0), Line: (Tenant: row.GetString(1), Name: row.GetString(2)))
            )
            .GroupBy(each => each.Line, each => each.Seq)
            .ToDictionary(each => each.Key, each => each.First());
        Advance(
            s,
            Look(s, left.Keys)
                .Select(line =>
                {
                    var one = leaving.Find(each => each.Place == left[line.Key]);
                    return (line, one.Now, one.Effects);
                })
        );
    }

    /// <summary>Whoever looks at the line and changes it does so alone; also where its queue has been deleted.</summary>
    internal static void Lock(Db s, string tenant, string name) => s.Lock(LockOf(tenant, name));

    internal static string LockOf(string tenant, string name) => $"queue {tenant} {name}";

    private static string LockOf(long root) => $"place {root}";

    /// <summary>What is locked when messages come to their lines.</summary>
    internal static IEnumerable<string> LocksOf(string tenant, IEnumerable<Message> messages) =>
        messages.Select(message => message.Queue).OfType<string>().Distinct().Select(name => LockOf(tenant, name));

    /// <summary>What is locked when a message gives up its place.</summary>
    internal static IEnumerable<string> LocksOf(Message message) =>
        message.Place is not { } root ? []
        : (message.Queue ?? message.HolderQueue) is { } name ? [LockOf(root), LockOf(message.Tenant, name)]
        : [LockOf(root)];

    /// <summary>As above, of messages that were cancelled.</summary>
    internal static List<string> LocksOf(Db db, IEnumerable<long> cancelled) =>
        [
            .. db.Command(
                    """
                    select m.tenant, coalesce(m.holder, m.seq), coalesce(m.queue, h.queue, '')
                    from messages as m left join messages as h on h.seq = m.holder
                    where m.seq in (select cast(value as bigint) from json_each($0))
                    """,
                    Messages.Seqs(cancelled)
                )
                .Rows(row => new[] { LockOf(row.GetInt64(1)), LockOf(row.GetString(0), row.GetString(2)) })
                .SelectMany(each => each)
                .Distinct(),
        ];

    /// <summary>What becomes of a line in one commit.</summary>
    private sealed class Turn((LineState Line, long Now, Effects Effects) its)
    {
        public LineState Line => its.Line;
        public long Now => its.Now;
        public Effects Effects => its.Effects;
        public (long At, long Seq) Last { get; set; } = its.Line.Last;
        public (long At, long Seq) First { get; private set; } = its.Line.First;
        public long Places { get; set; }
        public List<(long At, long Seq)> Next { get; set; } = [];
        public bool IsOver { get; set; }

        /// <summary>By which the store finds it, and who stands in it.</summary>
        public object?[] Values => [Line.Tenant, Line.Name, Last.At, Last.Seq, First.At, First.Seq];

        /// <summary>It is looked through from its beginning.</summary>
        public void Forget() => (Last, First) = (default, default);
    }
}

/// <summary>A line as it is stored. All zero where nothing is known of how far it has come.</summary>
/// <param name="Tenant">Whose.</param>
/// <param name="Name">Its queue's.</param>
/// <param name="Most">The queue's parallelism; null where there is no such queue.</param>
/// <param name="IsPaused">Nobody is admitted.</param>
/// <param name="Last">The last message that was admitted.</param>
/// <param name="First">The first of those that had a place then: nothing in line stands before.</param>
internal sealed record LineState(
    string Tenant,
    string Name,
    long? Most,
    bool IsPaused,
    (long At, long Seq) Last,
    (long At, long Seq) First
)
{
    public (string Tenant, string Name) Key => (Tenant, Name);

    /// <summary>Of a queue that was deleted with messages in it, the rest is delivered one by one.</summary>
    public long Parallelism => Most ?? 1;
}

/// <summary>A message that has ended, and to whom it is said who comes in its stead.</summary>
/// <param name="Seq">Its own.</param>
/// <param name="Place">Whose place it kept (<see cref="Message.Place"/>).</param>
/// <param name="Now">Unix milliseconds.</param>
/// <param name="Effects">To be told.</param>
internal readonly record struct Leaving(long Seq, long? Place, long Now, Effects Effects);
