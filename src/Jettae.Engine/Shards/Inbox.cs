namespace Jettae.Engine;

/// <summary>
/// What one node's transaction did that the owner of a shard elsewhere must hear of. It is written in that transaction and
/// taken out by the owner; who takes a shard over reads it anew and needs none of it.
/// </summary>
internal static class Inbox
{
    private const int Page = 2_000;

    public static void Offered(Db s, IEnumerable<Offer> offers) =>
        s.ForEach(
            "insert into inbox (shard, message) select $0, $1 {from rows}",
            offers.Select(each => new object?[] { each.Shard, each.Due.Seq })
        );

    public static void Cancelled(Db s, int shard, long message) =>
        s.Run("insert into inbox (shard, message, cancelled) values ($0, $1, 1)", shard, message);

    public static void Changed(Db s, int shard, FlowState state) =>
        s.Run("insert into inbox (shard, tenant, flow_key) values ($0, $1, $2)", shard, state.Tenant, state.Key);

    /// <summary>A tenant's keys are others: for every node, and so by way of each shard.</summary>
    public static void Rolled(Db s, string tenant)
    {
        for (var shard = 0; shard < Shards.Count; shard++)
            if (!s.Owns(shard))
                s.Run("insert into inbox (shard, tenant) values ($0, $1)", shard, tenant);
    }

    /// <summary>Whether there is anything for these shards behind a place in it: what was taken out may long be in the way before.</summary>
    public static bool Has(Store store, IReadOnlyList<int> shards, long after) =>
        store.Read(db =>
            db.Any(
                "select 1 from inbox where shard in (select cast(value as bigint) from json_each($0)) and seq > $1 limit 1",
                Numbers(shards),
                after
            )
        );

    /// <summary>
    /// What the shards should know, the messages that were cancelled, and the tenants whose keys are others. To be taken out
    /// (<see cref="Remove"/>) once all of it is done: to do it twice changes nothing.
    /// </summary>
    public static (Effects Effects, List<long> Cancelled, List<string> Rolled, List<long> Letters) Letters(
        Db db,
        IReadOnlyList<int> shards,
        long after
    )
    {
        var letters = db.Command(
                """
                select seq, message, cancelled, tenant, flow_key from inbox
                where shard in (select cast(value as bigint) from json_each($0)) and seq > $1 order by seq limit $2
                """,
                Numbers(shards),
                after,
                Page
            )
            .Rows(row =>
                (
                    Seq: row.GetInt64(0),
                    Message: row.LongOrNull(1),
                    IsCancelled: row.Flag(2),
                    Flow: (Tenant: row.TextOrNull(3), Key: row.TextOrNull(4))
                )
            );
        var effects = new Effects();
        effects.Offers.AddRange(
            Messages.OffersOf(
                db,
                letters
                    .Where(each => each is { Message: not null, IsCancelled: false })
                    .Select(each => each.Message!.Value)
            )
        );
        foreach (var (tenant, key) in letters.Select(each => each.Flow).Where(each => each.Key is not null).Distinct())
            if (FlowControls.Find(db, tenant!, key!) is { } state)
                effects.Flows.Add(state);
        return (
            effects,
            [.. letters.Where(each => each.IsCancelled).Select(each => each.Message!.Value)],
            [
                .. letters
                    .Where(each => each is { Message: null, Flow: { Tenant: not null, Key: null } })
                    .Select(each => each.Flow.Tenant!)
                    .Distinct(),
            ],
            [.. letters.Select(each => each.Seq)]
        );
    }

    /// <summary>
    /// Only those of shards that are the node's still: it may have read them as another one's already, and come back under another
    /// name since; then the owner is yet to hear of them.
    /// </summary>
    public static int Remove(Db s, IReadOnlyCollection<long> letters, string node) =>
        s.Run(
            // Within their numbers: little seems to be in it, and all that was ever taken out since somebody's transaction began would be
            // gone through.
            """
            delete from inbox where seq between $0 and $1 and seq in (select cast(value as bigint) from json_each($2))
            and shard + 0 in (select number from shards where node = $3)
            """,
            letters.Min(),
            letters.Max(),
            Messages.Seqs(letters),
            node
        );

    private static string Numbers(IEnumerable<int> shards) => Messages.Seqs(shards.Select(shard => (long)shard));
}
