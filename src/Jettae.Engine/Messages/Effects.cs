namespace Jettae.Engine;

/// <summary>What a transaction did that is to be told once it is on disk, and not before.</summary>
public sealed class Effects
{
    /// <summary>Messages that became due, or will.</summary>
    public List<Offer> Offers { get; } = [];

    /// <summary>Flow-control keys whose limits changed.</summary>
    public List<FlowState> Flows { get; } = [];

    /// <summary>Their shards are to be told after the commit: by this node, or by the inbox of those that have them.</summary>
    internal void Offer(Db s, IEnumerable<Offer> offers)
    {
        var owned = offers.ToLookup(offer => s.Owns(offer.Shard));
        Offers.AddRange(owned[true]);
        Inbox.Offered(s, owned[false]);
    }

    /// <summary>As above.</summary>
    internal void Change(Db s, FlowState state)
    {
        var shard = Shards.OfFlow(state.Tenant, state.Key);
        if (s.Owns(shard))
            Flows.Add(state);
        else
            Inbox.Changed(s, shard, state);
    }
}

/// <summary>A message in the store that its shard should know of.</summary>
public readonly record struct Offer(int Shard, Due Due);
