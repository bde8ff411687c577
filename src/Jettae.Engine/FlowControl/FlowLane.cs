namespace Jettae.Engine;

/// <summary>
/// One flow-control key in the memory of its shard: how many attempts are under way, and when those of the last period
/// began. The rate holds in every span of one period, not in fixed windows only. Not safe for threads; its shard locks.
/// </summary>
public sealed class FlowLane
{
    /// <summary>Starts are counted in a thousandth of a period: a rate of a million takes no more memory than one of a thousand.</summary>
    private const int Grain = 1_000;

    private readonly Queue<Starts> starts = [];
    private Starts? newest;
    private int count;

    /// <summary>Of this key nothing is known yet: it begins stale.</summary>
    public FlowLane(string tenant, string key)
    {
        State = FlowState.Unlimited(tenant, key);
        IsStale = true;
    }

    public FlowLane(FlowState state, IReadOnlyList<long> startsNewestFirst)
    {
        State = state;
        Recount(state, startsNewestFirst);
    }

    /// <summary>Lanes whose head may not begin because of this key.</summary>
    public HashSet<Lane> Blocked { get; } = [];

    public FlowState State { get; private set; }

    /// <summary>
    /// It is to be read of the store: it is new here, its rate is another one and what began before may count, or what the store has of it
    /// is in doubt. Nothing begins until it is counted anew.
    /// </summary>
    public bool IsStale { get; private set; }

    /// <summary>Its lanes in memory: it goes with the last of them.</summary>
    public int Lanes { get; set; }

    /// <summary>The instant for which its shard has set the clock on its account.</summary>
    public long? WokenAt { get; set; }

    public int InFlight { get; private set; }

    /// <summary>True when it was news.</summary>
    public bool Learn(FlowState later)
    {
        if (later.Version <= State.Version)
            return false;
        if (later.ResetAt > State.ResetAt)
        {
            starts.Clear();
            (newest, count) = (null, 0);
        }
        IsStale |=
            later.Limits.Rate > 0
            && (later.Limits.Rate, later.Limits.Period) != (State.Limits.Rate, State.Limits.Period);
        State = later;
        return true;
    }

    public void Doubt() => IsStale = true;

    /// <summary>As the store has it, and what the last period's attempts are, with all that is under way.</summary>
    public void Recount(FlowState stored, IReadOnlyList<long> startsNewestFirst)
    {
        State = stored;
        starts.Clear();
        foreach (var startedAt in startsNewestFirst.Reverse())
            starts.Enqueue(new Starts(startedAt) { Latest = startedAt, Count = 1 });
        (newest, count, IsStale) = (null, startsNewestFirst.Count, false);
    }

    /// <summary>The instant from which another attempt may begin; null when only an event can open it.</summary>
    public long? OpensAt(long now)
    {
        if (IsStale || State.Paused || (State.Limits.Parallelism > 0 && InFlight >= State.Limits.Parallelism))
            return null;
        if (State.Limits.Rate == 0)
            return now;
        var period = State.Limits.Period * 1_000L;
        while (starts.TryPeek(out var oldest) && (oldest.Count == 0 || oldest.Latest + period < now))
        {
            starts.Dequeue();
            count -= oldest.Count;
            if (ReferenceEquals(oldest, newest))
                newest = null;
        }
        return count < State.Limits.Rate ? now : starts.Peek().Latest + period + 1;
    }

    public void Begin(long now)
    {
        InFlight++;
        if (State.Limits.Rate == 0)
            return;
        if (newest is null || now - newest.From > State.Limits.Period * 1_000L / Grain)
            starts.Enqueue(newest = new Starts(now));
        newest.Latest = Math.Max(newest.Latest, now);
        newest.Count++;
        count++;
    }

    /// <summary>The attempt admitted last really begins now: the message was read meanwhile.</summary>
    public void Begun(long now)
    {
        if (newest is not null)
            newest.Latest = Math.Max(newest.Latest, now);
    }

    /// <summary>It was admitted, but its message is no longer to be attempted: it does not count.</summary>
    public void Refund()
    {
        InFlight--;
        if (newest is { Count: > 0 })
        {
            newest.Count--;
            count--;
        }
    }

    public void End() => InFlight--;

    private sealed class Starts(long from)
    {
        public long From => from;
        public long Latest { get; set; }
        public int Count { get; set; }
    }
}
