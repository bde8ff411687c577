namespace Jettae.Engine;

/// <summary>
/// Where due messages wait for their turn: one line for each destination host and flow-control key, so that a host that hangs
/// and a key that is used up hold their own lines only.
/// </summary>
public sealed class Lane(LaneId id, FlowLane? flow)
{
    public LaneId Id => id;

    public FlowLane? Flow => flow;

    /// <summary>Due, and not yet begun; oldest first.</summary>
    public Queue<Due> Waiting { get; } = [];

    /// <summary>The first place in the store's order from which on it may have more that are due; null when all are here.</summary>
    public (long DueAt, long Seq)? LeftFrom { get; set; }

    /// <summary>When the last of those that were left was due: the clock may be set back meanwhile.</summary>
    public long LeftUntil { get; set; }

    /// <summary>Attempts under way, or about to begin.</summary>
    public int InFlight { get; set; }

    /// <summary>Among those that wait for an event: another attempt's end, a key's next period.</summary>
    public bool IsBlocked { get; set; }

    public bool IsEmpty => InFlight == 0 && Waiting.Count == 0 && LeftFrom is null;
}

/// <summary>What messages of one lane have in common.</summary>
public readonly record struct LaneId(string Tenant, string Host, string? FlowKey);

/// <summary>A message in memory: its place in the store's order, its lane, and the bytes of its body.</summary>
public readonly record struct Due(long DueAt, long Seq, LaneId Lane, int Size = 0);
