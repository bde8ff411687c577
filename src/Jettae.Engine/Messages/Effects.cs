namespace Jettae.Engine;

/// <summary>What a transaction did that is to be told once it is on disk, and not before.</summary>
public sealed class Effects
{
    /// <summary>Messages that became due, or will.</summary>
    public List<Offer> Offers { get; } = [];

    /// <summary>Flow-control keys whose limits changed.</summary>
    public List<FlowState> Flows { get; } = [];
}

/// <summary>A message in the store that its shard should know of.</summary>
public readonly record struct Offer(int Shard, Due Due);
