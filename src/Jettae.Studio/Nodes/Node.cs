namespace Jettae.Studio;

/// <summary>
/// This program among its equals at the same store: which of them live, and whether it is the one that does what one alone need
/// do. A program with a file of its own is alone.
/// </summary>
internal sealed class Node(StudioOptions options, TimeProvider time)
{
    private volatile IReadOnlySet<Guid> living = new HashSet<Guid>();
    private volatile bool isFirst = options.Database is null;

    /// <summary>New with every start.</summary>
    public Guid Id { get; } = Guid.CreateVersion7(time.GetUtcNow());

    /// <summary>It is the one that looks after all schedules and alerts.</summary>
    public bool IsFirst => isFirst;

    /// <summary>Others are at work too.</summary>
    public bool HasOthers => living.Any(each => each != Id);

    /// <summary>It is at work, as far as was heard: this very program always is.</summary>
    public bool Lives(Guid? node) => node is { } one && (one == Id || living.Contains(one));

    /// <summary>Another program, which is at work.</summary>
    public bool IsElsewhere(Guid? node) => node != Id && Lives(node);

    /// <summary>Takes in who lives, the longest there first.</summary>
    /// <returns>Whether there may be work that was another's: one has gone, or this one is the first now.</returns>
    public bool Heard(IReadOnlyList<Guid> nodes)
    {
        var (before, wasFirst) = (living, isFirst);
        living = nodes.ToHashSet();
        isFirst = nodes.Count > 0 && nodes[0] == Id;
        return !before.IsSubsetOf(living) || (isFirst && !wasFirst);
    }
}
