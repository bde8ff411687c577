using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Jettae.Engine;

/// <summary>
/// Messages on their way into the store, all of them or none. Those of many callers go there together: what need not look at
/// others takes a few round trips, however many messages there are.
/// </summary>
internal sealed record Admission(
    string Tenant,
    IReadOnlyList<Publication> Publications,
    long Now,
    EngineOptions Options,
    Limits Limits
)
{
    /// <summary>One statement: of two that come at once, one is the first. How long a key blocks is the same for all.</summary>
    private string BeFirst =>
        $$"""
            insert into deduplications as d (key, message_id, expires_at) select $0, $1, $2 {from rows} where true
            on conflict (key) do update set message_id = excluded.message_id, expires_at = excluded.expires_at
            where d.expires_at <= excluded.expires_at - {{Window}}
            returning key
            """;

    private const string InsertMessage = """
        insert into messages (id, tenant, shard, state, due_at, retried, created_at, not_before, finished_at, url, method,
          max_retries, labels, config, body, queue, in_line, holder, flow_key)
        select $0, $1, $2, 0, $3, 0, $4, $5, null, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15 {from rows}
        returning id, seq
        """;

    /// <summary>In bytes, about.</summary>
    public long Size => Publications.Sum(each => each.Message.Size);

    /// <summary>What it locks: the lines of its queues.</summary>
    public IEnumerable<string> Locks => Line.LocksOf(Tenant, Publications.Select(each => each.Message));

    /// <summary>What it finds in the store may keep it from there.</summary>
    public bool MayBeRefused =>
        Limits.MessagesPerDay is not null
        || (Limits.Queues is not null && Publications.Any(each => each.Message.Queue is not null));

    /// <summary>What each caller is told, and what is to be told to the shards once it is on disk.</summary>
    public static IReadOnlyList<(Accepted[] Answers, Effects Effects)> All(Db s, IReadOnlyList<Admission> admissions)
    {
        var callers = admissions
            .Select(each => (Admission: each, Answers: new Accepted[each.Publications.Count], Effects: new Effects()))
            .ToList();
        var firsts = Firsts(
            s,
            [
                .. callers.SelectMany(caller =>
                    caller.Admission.Publications.Select(
                        (publication, i) =>
                            new Arrival(caller.Admission, publication, caller.Effects, caller.Answers, i)
                    )
                ),
            ]
        );
        Add(s, [.. firsts.Select(each => each.New)]);
        return [.. callers.Select(caller => (caller.Answers, caller.Effects))];
    }

    /// <summary>Forgets keys that block nothing any more, of an instant and later ones. Answers when they ended.</summary>
    internal static List<long> PruneKeys(Db s, long from, long now, int most) =>
        s.Command(
                """
                delete from deduplications where expires_at + 0 < $1 and key in (
                  select key from deduplications where expires_at >= $0 and expires_at < $1 order by expires_at limit $2)
                returning expires_at
                """,
                from,
                now,
                most
            )
            .Rows(row => row.GetInt64(0));

    /// <summary>Stores new messages, in their queues' lines and under their keys' limits.</summary>
    public static void Add(Db s, IReadOnlyList<Newcomer> newcomers)
    {
        foreach (
            var counted in newcomers
                .Where(each => each.Limits.MessagesPerDay is not null)
                .GroupBy(each => (each.Message.Tenant, Most: each.Limits.MessagesPerDay!.Value, each.Now))
        )
            Allowances.TakeMessages(s, counted.Key.Tenant, counted.Count(), counted.Key.Most, counted.Key.Now);
        var lines = Lines(s, newcomers);
        FlowControls.Note(
            s,
            [
                .. newcomers
                    .Where(each => each.Message is { FlowKey: not null, Config.Flow: not null })
                    .Select(each =>
                        (each.Message.Tenant, each.Message.FlowKey!, each.Message.Config.Flow!, each.Effects)
                    ),
            ]
        );
        var lasts = Line.Lasts(
            s,
            [.. newcomers.Where(each => each.StandsInLine).Select(each => lines[each.Line]).Distinct()]
        );
        var placed = newcomers.Select(each => Placed(s, each, lasts)).ToList();
        var seqs = Insert(s, placed);
        var elsewhere = new List<Offer>();
        foreach (var (message, effects) in placed.Zip(newcomers.Select(each => each.Effects)))
        {
            if (message.InLine is LinePlace.Waiting)
                continue;
            var offer = OfferOf(message, seqs[message.Id]);
            if (s.Owns(offer.Shard))
                effects.Offers.Add(offer);
            else
                elsewhere.Add(offer);
        }
        Inbox.Offered(s, elsewhere);
        Line.Advance(
            s,
            newcomers
                .Where(each => each.StandsInLine)
                .GroupBy(each => each.Line)
                .Select(line => (lines[line.Key], line.First().Now, line.First().Effects))
        );
    }

    /// <summary>The lines of what comes, with their queues, which are made where they are not there.</summary>
    private static Dictionary<(string Tenant, string Queue), LineState> Lines(Db s, IEnumerable<Newcomer> newcomers)
    {
        var coming = newcomers.Where(each => each.Message.Queue is not null).ToLookup(each => each.Line);
        var lines = Line.Look(s, coming.Select(line => line.Key));
        foreach (var line in lines.Where(line => line.Most is null))
            Queues.Make(s, line.Tenant, line.Name, coming[line.Key].First().Limits, coming[line.Key].First().Now);
        return lines.ToDictionary(line => line.Key);
    }

    /// <summary>
    /// Where it lies. What stands in line is made due by its queue, and stands behind all that do, or did, whatever the clock says: its
    /// instant orders it among delayed ones that join when they fall due.
    /// </summary>
    private static Message Placed(Db s, Newcomer newcomer, Dictionary<(string Tenant, string Queue), long> lasts)
    {
        var message = newcomer.Message with { Shard = Shards.Of(s, newcomer.Message) };
        return newcomer.StandsInLine
            ? message with
            {
                InLine = LinePlace.Waiting,
                DueAt = Line.Held,
                NotBefore = lasts[newcomer.Line] = Math.Max(message.NotBefore, lasts[newcomer.Line]),
            }
            : message;
    }

    /// <summary>All but those that repeat another one; whoever published them is answered.</summary>
    private static List<Arrival> Firsts(Db s, List<Arrival> arrivals)
    {
        foreach (var arrival in arrivals)
            arrival.Answer(arrival.Message.Id, deduplicated: false);
        // In one order, whoever writes them: two nodes' commits would else wait for each other.
        var keyed = arrivals
            .Select(each => (Arrival: each, Key: Key(each.Admission.Tenant, each.Publication)))
            .Where(each => each.Key is not null)
            .GroupBy(each => Convert.ToHexString(each.Key!), each => each)
            .OrderBy(each => each.Key, StringComparer.Ordinal)
            .ToList();
        if (keyed.Count == 0)
            return arrivals;
        var first = s.ForEach(
                keyed[0].First().Arrival.Admission.BeFirst,
                keyed
                    .Select(each => each.First())
                    .Select(each =>
                        new object?[]
                        {
                            each.Key,
                            each.Arrival.Message.Id,
                            each.Arrival.Admission.Now + each.Arrival.Admission.Window,
                        }
                    ),
                row => Convert.ToHexString(row.Bytes(0))
            )
            .ToHashSet();
        var ids = s.ForEach(
                "select $0, (select message_id from deduplications where key = $0) {from rows}",
                keyed.Where(each => !first.Contains(each.Key)).Select(each => new object?[] { each.First().Key }),
                row => (Key: Convert.ToHexString(row.Bytes(0)), Id: row.GetString(1))
            )
            .ToDictionary(each => each.Key, each => each.Id);
        foreach (var same in keyed)
        foreach (var (arrival, _) in same.Skip(first.Contains(same.Key) ? 1 : 0))
            arrival.Answer(ids.GetValueOrDefault(same.Key, same.First().Arrival.Message.Id), deduplicated: true);
        return [.. arrivals.Where(each => !each.IsRepeat)];
    }

    /// <summary>Answers their numbers, in the order in which they came.</summary>
    private static Dictionary<string, long> Insert(Db s, IEnumerable<Message> messages) =>
        s.ForEach(InsertMessage, messages.Select(Values), row => (Id: row.GetString(0), Seq: row.GetInt64(1)))
            .ToDictionary(each => each.Id, each => each.Seq);

    private long Window => (long)Options.DeduplicationWindow.TotalMilliseconds;

    private static object?[] Values(Message message) =>
        [
            message.Id,
            message.Tenant,
            message.Shard,
            message.DueAt,
            message.CreatedAt,
            message.NotBefore,
            message.Url,
            message.Method,
            message.MaxRetries,
            string.Join(',', message.Labels),
            JsonSerializer.Serialize(message.Config, StoredJson.Default.MessageConfig),
            message.Body,
            message.Queue,
            (int?)message.InLine,
            message.Holder,
            message.FlowKey,
        ];

    private static Offer OfferOf(Message message, long seq) =>
        new(
            message.Shard,
            new Due(
                message.DueAt,
                seq,
                Messages.LaneOf(message.Tenant, message.Url, message.FlowKey),
                message.Body.Length
            )
        );

    /// <summary>The explicit id wins over the content (contract §6.1); header order does not matter.</summary>
    private static byte[]? Key(string tenant, Publication publication)
    {
        if (publication.DeduplicationId is { } id)
            // To a group, each endpoint gets its own: otherwise the second would be the first one's duplicate.
            return SHA256.HashData(
                Encoding.UTF8.GetBytes(
                    publication.Message.Config.Topic is { } topic
                        ? $"id\0{tenant}\0{id}\0{topic}\0{publication.Message.Url}"
                        : $"id\0{tenant}\0{id}"
                )
            );
        if (!publication.ByContent)
            return null;
        var message = publication.Message;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"content\0{tenant}\0{message.Config.Topic}\0{message.Url}\0"));
        foreach (var (name, values) in message.Config.Headers.OrderBy(header => header.Key, StringComparer.Ordinal))
            hash.AppendData(Encoding.UTF8.GetBytes($"{name}\0{string.Join('\u0001', values)}\0"));
        hash.AppendData("\0"u8);
        hash.AppendData(message.Body);
        return hash.GetHashAndReset();
    }

    /// <summary>One message of an admission, and where its answer goes.</summary>
    private sealed class Arrival(
        Admission admission,
        Publication publication,
        Effects effects,
        Accepted[] answers,
        int place
    )
    {
        public Admission Admission => admission;
        public Publication Publication => publication;
        public Message Message { get; } = publication.Message with { Tenant = admission.Tenant };
        public bool IsRepeat => answers[place].Deduplicated;
        public Newcomer New => new(Message, admission.Now, admission.Limits, effects);

        public void Answer(string id, bool deduplicated) => answers[place] = new Accepted(id, deduplicated);
    }
}

/// <summary>A message that is new in the store, under the limits of its tenant, and what is to be told of it.</summary>
internal readonly record struct Newcomer(Message Message, long Now, Limits Limits, Effects Effects)
{
    /// <summary>Due now, it stands in its queue's line at once; else it joins when it falls due.</summary>
    public bool StandsInLine => Message.InLine is LinePlace.Outside && Message.NotBefore <= Now;

    public (string Tenant, string Queue) Line => (Message.Tenant, Message.Queue!);
}
