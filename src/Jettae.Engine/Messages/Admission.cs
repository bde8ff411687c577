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
    /// <summary>One statement: of two that come at once, one is the first.</summary>
    private const string BeFirst = """
        insert into deduplications as d (key, message_id, expires_at) values ($0, $1, $2)
        on conflict (key) do update set message_id = excluded.message_id, expires_at = excluded.expires_at
        where d.expires_at <= $3
        """;

    private const string InsertMessage = """
        insert into messages (id, tenant, shard, state, due_at, retried, created_at, not_before, finished_at, url, method,
          max_retries, labels, config, body, queue, in_line, holder, flow_key)
        values ($0, $1, $2, 0, $3, 0, $4, $5, null, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
        returning seq
        """;

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
        foreach (var arrival in firsts.Where(each => each.GoesAlone))
            Add(s, arrival.Message, arrival.Admission.Now, arrival.Admission.Limits, arrival.Effects);
        Add(s, [.. firsts.Where(each => !each.GoesAlone)]);
        return [.. callers.Select(caller => (caller.Answers, caller.Effects))];
    }

    /// <summary>One message, in a transaction that does other things as well.</summary>
    public static Accepted Insert(
        Db s,
        string tenant,
        Publication publication,
        long now,
        EngineOptions options,
        Limits limits,
        Effects effects
    )
    {
        var answers = new Accepted[1];
        var admission = new Admission(tenant, [publication], now, options, limits);
        foreach (var first in Firsts(s, [new Arrival(admission, publication, effects, answers, 0)]))
            Add(s, first.Message, now, limits, effects);
        return answers[0];
    }

    /// <summary>Stores a new message, in its queue's line and under its key's limits.</summary>
    public static void Add(Db s, Message message, long now, Limits limits, Effects effects)
    {
        if (limits.MessagesPerDay is { } most)
            Allowances.TakeMessage(s, message.Tenant, most, now);
        // Not due yet, it joins its line when it falls due; else it stands there from now on, and the queue makes it due.
        var inLine =
            message.InLine is LinePlace.Outside && message.NotBefore <= now ? LinePlace.Waiting : message.InLine;
        if (message.Queue is { } name)
            Queues.Ensure(s, message.Tenant, name, limits, now);
        var placed = message with
        {
            Shard = Shards.Of(s, message),
            InLine = inLine,
            DueAt = inLine is LinePlace.Waiting ? Queues.Held : message.DueAt,
            NotBefore =
                inLine is LinePlace.Waiting
                    ? Queues.Behind(s, message.Tenant, message.Queue!, message.NotBefore)
                    : message.NotBefore,
        };
        if (message is { FlowKey: { } flowKey, Config.Flow: { } flow })
            FlowControls.Note(s, [(message.Tenant, flowKey, flow, effects)]);
        var seq = s.Scalar<long>(InsertMessage, Values(placed));
        if (inLine is LinePlace.Waiting)
            Queues.Advance(s, message.Tenant, message.Queue!, now, effects);
        else
            effects.Offer(s, OfferOf(placed, seq));
    }

    /// <summary>Messages that stand in no line and count in no quota.</summary>
    private static void Add(Db s, IReadOnlyList<Arrival> arrivals)
    {
        FlowControls.Note(
            s,
            [
                .. arrivals
                    .Where(each => each.Message is { FlowKey: not null, Config.Flow: not null })
                    .Select(each =>
                        (each.Message.Tenant, each.Message.FlowKey!, each.Message.Config.Flow!, each.Effects)
                    ),
            ]
        );
        var placed = arrivals.Select(each => each.Message with { Shard = Shards.Of(s, each.Message) }).ToList();
        var seqs = s.Scalars<long>(InsertMessage, placed.Select(Values));
        var elsewhere = new List<Offer>();
        for (var i = 0; i < seqs.Length; i++)
        {
            var offer = OfferOf(placed[i], seqs[i]);
            if (s.Owns(offer.Shard))
                arrivals[i].Effects.Offers.Add(offer);
            else
                elsewhere.Add(offer);
        }
        Inbox.Offered(s, elsewhere);
    }

    /// <summary>All but those that repeat another one; whoever published them is answered.</summary>
    private static List<Arrival> Firsts(Db s, List<Arrival> arrivals)
    {
        var keyed = arrivals
            .Select(each => (Arrival: each, Key: Key(each.Admission.Tenant, each.Publication)))
            .Where(each => each.Key is not null)
            .ToList();
        var isFirst = s.Each(
            BeFirst,
            [
                .. keyed.Select(each =>
                    new object?[]
                    {
                        each.Key,
                        each.Arrival.Message.Id,
                        each.Arrival.Admission.Now
                            + (long)each.Arrival.Admission.Options.DeduplicationWindow.TotalMilliseconds,
                        each.Arrival.Admission.Now,
                    }
                ),
            ]
        );
        foreach (var arrival in arrivals)
            arrival.Answer(arrival.Message.Id, deduplicated: false);
        foreach (var (arrival, key) in keyed.Where((_, i) => isFirst[i] == 0))
            arrival.Answer(
                s.Scalar<string>("select message_id from deduplications where key = $0", key)!,
                deduplicated: true
            );
        return [.. arrivals.Where(each => !each.IsRepeat)];
    }

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
        public Effects Effects => effects;
        public Message Message { get; } = publication.Message with { Tenant = admission.Tenant };
        public bool IsRepeat => answers[place].Deduplicated;

        /// <summary>What it finds in the store decides what becomes of it.</summary>
        public bool GoesAlone => Message.Queue is not null || admission.Limits.MessagesPerDay is not null;

        public void Answer(string id, bool deduplicated) => answers[place] = new Accepted(id, deduplicated);
    }
}
