namespace Jettae.Engine;

/// <summary>What one caller wants of a commit.</summary>
internal abstract class Write
{
    public Exception? Failure { get; protected set; }

    /// <summary>How large it is, where it may be large.</summary>
    public long Bytes { get; init; }

    /// <summary>What it locks, as far as that is known beforehand.</summary>
    public IReadOnlyList<string> Locks { get; init; } = [];

    /// <summary>Writes of the same kind are done together; null for one that goes alone.</summary>
    protected virtual object? Kind => null;

    /// <summary>Does this write and those that go with it, and tells each of them what came of it.</summary>
    public abstract void Run(Db db, IReadOnlyList<Write> together);

    /// <summary>
    /// In their order, but that those of one kind are one group wherever nothing but others of a kind stands between them: these have
    /// nothing to do with each other.
    /// </summary>
    public static IEnumerable<IReadOnlyList<Write>> Grouped(IReadOnlyList<Write> writes)
    {
        var groups = new Dictionary<object, List<Write>>();
        foreach (var write in writes)
        {
            if (write.Kind is { } kind)
            {
                if (!groups.TryGetValue(kind, out var group))
                    groups[kind] = group = [];
                group.Add(write);
                continue;
            }
            foreach (var group in groups.Values)
                yield return group;
            groups.Clear();
            yield return [write];
        }
        foreach (var group in groups.Values)
            yield return group;
    }
}

internal abstract class Write<TResult> : Write
{
    private TResult? result;

    public TResult Result => Failure is null ? result! : throw Failure;

    protected void Become(TResult its) => (result, Failure) = (its, null);

    protected void Fail(Exception why) => Failure = why;
}

internal sealed class SingleWrite<TResult>(Func<Db, TResult> work) : Write<TResult>
{
    public override void Run(Db db, IReadOnlyList<Write> together)
    {
        try
        {
            Become(work(db));
        }
#pragma warning disable CA1031 // It is thrown again at the caller who waits for this write.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Fail(failure);
        }
    }
}

internal sealed class JointWrite<TItem, TResult>(
    Func<Db, IReadOnlyList<TItem>, IReadOnlyList<TResult>> work,
    TItem item
) : Write<TResult>
{
    /// <summary>Of a kind of its own.</summary>
    public bool IsApart { get; init; }

    protected override object Kind => IsApart ? this : work;

    public override void Run(Db db, IReadOnlyList<Write> together)
    {
        try
        {
            var all = together.Cast<JointWrite<TItem, TResult>>().ToList();
            var results = work(db, [.. all.Select(each => each.Item)]);
            for (var i = 0; i < all.Count; i++)
                all[i].Become(results[i]);
        }
#pragma warning disable CA1031 // As above.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Fail(failure);
        }
    }

    private TItem Item => item;
}
