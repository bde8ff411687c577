namespace Jettae.Engine;

/// <summary>
/// What is due soon, ordered by due time. Its window says how far it knows the store: every pending message at or before
/// the window is known here, everything beyond is left to the store. Not safe for threads; its shard locks.
/// </summary>
/// <param name="most">Entries in memory; one more gives the later half back to the store.</param>
public sealed class DueHeap(int most)
{
    private readonly PriorityQueue<Due, (long DueAt, long Seq)> heap = new();
    private readonly HashSet<long> known = [];
    private readonly HashSet<long> returned = [];

    /// <summary>The last place in the store's order, (due, sequence), up to which nothing is unknown here.</summary>
    public (long DueAt, long Seq) Window { get; private set; } = (long.MinValue, 0);

    public long? NextAt => heap.TryPeek(out _, out var key) ? key.DueAt : null;

    /// <summary>
    /// Whether the store should be read: when few are left, and also when the next one here lies beyond the window, because
    /// then the store may hold one that is due before it.
    /// </summary>
    public bool WantsMore(int few) =>
        heap.Count < few || (heap.TryPeek(out _, out var key) && key.CompareTo(Window) > 0);

    /// <summary>Takes a committed message in, unless it lies beyond the window or is known. True when it is the next one due.</summary>
    public bool Offer(Due entry)
    {
        if (Place(entry).CompareTo(Window) > 0)
            return false;
        if (heap.Count >= most && !known.Contains(entry.Seq))
        {
            // Refusing it instead would keep what is due now waiting behind thousands that are not.
            ForgetLaterHalf();
            if (Place(entry).CompareTo(Window) > 0)
                return false;
        }
        return Add(entry) && heap.Peek().Seq == entry.Seq;
    }

    /// <summary>Widens the window before the store is read: what is committed from now on is offered. Answers where it stood.</summary>
    public (long DueAt, long Seq) Open(long until)
    {
        var from = Window;
        Window = (until, long.MaxValue);
        return from;
    }

    /// <summary>What the store had between the old window and the new one; a full page is not all of it.</summary>
    public void Fill(IReadOnlyList<Due> page, bool full)
    {
        foreach (var entry in page)
            Add(entry);
        if (full && (page[^1].DueAt, page[^1].Seq).CompareTo(Window) < 0)
            Window = (page[^1].DueAt, page[^1].Seq);
        if (heap.Count > 2 * most)
            ForgetLaterHalf();
    }

    /// <summary>The store could not be read: nothing beyond the old window is known for sure.</summary>
    public void Close((long DueAt, long Seq) from)
    {
        if (from.CompareTo(Window) < 0)
            Window = from;
    }

    /// <summary>The next one that is due. It stays known until it is forgotten.</summary>
    public bool TryTake(long now, out Due entry) => TryTake(now, out entry, out _);

    /// <param name="now">Unix milliseconds.</param>
    /// <param name="entry">The one taken.</param>
    /// <param name="isReturned">The store may have it at another place: only here is it known when it comes again.</param>
    public bool TryTake(long now, out Due entry, out bool isReturned)
    {
        isReturned = false;
        if (!heap.TryPeek(out entry, out var key) || key.DueAt > now)
            return false;
        heap.Dequeue();
        isReturned = returned.Remove(entry.Seq);
        return true;
    }

    /// <summary>It is in memory, taken already. False when it was known.</summary>
    public bool Know(long seq) => known.Add(seq);

    /// <summary>What is known: waiting here, taken, or under way.</summary>
    public int Known => known.Count;

    /// <summary>Back in, for a later time, which need not be the store's: the store would not give it again.</summary>
    public void Return(Due entry)
    {
        returned.Add(entry.Seq);
        heap.Enqueue(entry, Place(entry));
    }

    /// <summary>It has ended, or is the store's again.</summary>
    public void Forget(long seq) => known.Remove(seq);

    private void ForgetLaterHalf()
    {
        var entries = heap.UnorderedItems.Select(item => item.Element).OrderBy(Place).ToList();
        heap.Clear();
        foreach (var entry in entries)
        {
            if (heap.Count < most / 2 || returned.Contains(entry.Seq))
            {
                heap.Enqueue(entry, Place(entry));
                continue;
            }
            known.Remove(entry.Seq);
            Close((entry.DueAt, entry.Seq - 1));
        }
    }

    private bool Add(Due entry)
    {
        if (!known.Add(entry.Seq))
            return false;
        heap.Enqueue(entry, Place(entry));
        return true;
    }

    private static (long DueAt, long Seq) Place(Due entry) => (entry.DueAt, entry.Seq);
}
