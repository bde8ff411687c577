using System.Diagnostics.CodeAnalysis;

namespace Jettae.Engine;

/// <summary>
/// The lanes of one shard, and what each of them waits for: its turn, room, its key's next period, or what was left of it in
/// the store. Not safe for threads; its shard locks.
/// </summary>
/// <param name="most">Messages of one lane that wait in memory; more are left in the store until these get few.</param>
internal sealed class Lanes(int most)
{
    private readonly Dictionary<LaneId, Lane> lanes = [];
    private readonly Dictionary<(string Tenant, string Key), FlowLane> flows = [];
    private readonly HashSet<FlowLane> stale = [];
    private readonly HashSet<Lane> wanting = [];
    private readonly PriorityQueue<FlowLane, long> opening = new();
    private readonly Dictionary<Scope, HashSet<Lane>> blocked = [];
    private readonly Queue<Lane> ready = [];

    /// <summary>Some lane has its turn, or more to read; or its key has.</summary>
    public bool AreReady => ready.Count > 0 || wanting.Count > 0 || stale.Count > 0;

    /// <summary>When the next key that is used up opens again.</summary>
    public long? OpenAt => opening.TryPeek(out _, out var instant) ? instant : null;

    /// <summary>Keys that are to be read of the store before anything of theirs begins.</summary>
    public IReadOnlyCollection<FlowLane> Stale => stale;

    public Lane Of(in LaneId id)
    {
        if (lanes.TryGetValue(id, out var lane))
            return lane;
        FlowLane? flow = null;
        if (id.FlowKey is { } key && !flows.TryGetValue((id.Tenant, key), out flow))
            stale.Add(flows[(id.Tenant, key)] = flow = new FlowLane(id.Tenant, key));
        if (flow is not null)
            flow.Lanes++;
        return lanes[id] = new Lane(id, flow);
    }

    /// <summary>False when it was no news, or the key has no lane here.</summary>
    public bool Learn(FlowState state)
    {
        if (!flows.TryGetValue((state.Tenant, state.Key), out var flow) || !flow.Learn(state))
            return false;
        if (flow.IsStale)
            stale.Add(flow);
        Unblock(flow.Blocked);
        return true;
    }

    /// <summary>The store may have of any key what was not told here.</summary>
    public void Doubt()
    {
        foreach (var flow in flows.Values)
        {
            flow.Doubt();
            stale.Add(flow);
        }
    }

    /// <param name="flow">Of <see cref="Stale"/>.</param>
    /// <param name="before">What it was when the store was read: changed meanwhile, it is stale still.</param>
    /// <param name="stored">What the store has of it.</param>
    /// <param name="starts">Newest first.</param>
    public void Recount(FlowLane flow, FlowState before, FlowState stored, IReadOnlyList<long> starts)
    {
        if (!ReferenceEquals(flow.State, before))
            return;
        flow.Recount(stored, starts);
        stale.Remove(flow);
        Unblock(flow.Blocked);
    }

    /// <summary>Keys whose next period has come let their lanes have a turn.</summary>
    public void Open(long now)
    {
        while (opening.TryPeek(out var flow, out var instant) && instant <= now)
        {
            opening.Dequeue();
            flow.WokenAt = null;
            Unblock(flow.Blocked);
        }
    }

    /// <summary>What refused them has room. False when nothing here waits for it.</summary>
    public bool Free(Scope scope)
    {
        if (!blocked.Remove(scope, out var waiting))
            return false;
        Unblock(waiting);
        return true;
    }

    public bool TryNext([NotNullWhen(true)] out Lane? lane)
    {
        if (!ready.TryDequeue(out lane))
            return false;
        lane.IsBlocked = false;
        return true;
    }

    /// <summary>One that comes from the store. False when the lane has enough: it must not draw all that waits for it into memory.</summary>
    public bool Enter(Lane lane, in Due entry)
    {
        if (lane.LeftFrom is null && lane.Waiting.Count < most)
        {
            lane.Waiting.Enqueue(entry);
            return true;
        }
        var place = (entry.DueAt, entry.Seq);
        if (lane.LeftFrom is not { } from || place.CompareTo(from) < 0)
            lane.LeftFrom = place;
        lane.LeftUntil = Math.Max(lane.LeftUntil, entry.DueAt);
        Want(lane);
        return false;
    }

    /// <summary>Whether its key lets the next one begin; if not, the lane waits for that.</summary>
    public bool IsOpen(Lane lane, long now)
    {
        if (lane.Flow is not { } flow || flow.OpensAt(now) is var opensAt && opensAt == now)
            return true;
        lane.IsBlocked = true;
        flow.Blocked.Add(lane);
        if (opensAt is { } instant && !(flow.WokenAt <= instant))
            opening.Enqueue(flow, (flow.WokenAt = instant).Value);
        return false;
    }

    /// <summary>It waits until <paramref name="scope"/> has room.</summary>
    public void Block(Lane lane, Scope scope)
    {
        lane.IsBlocked = true;
        if (!blocked.TryGetValue(scope, out var others))
            blocked[scope] = others = [];
        others.Add(lane);
    }

    /// <summary>The first one that waits in the lane is about to begin.</summary>
    public Due Begin(Lane lane, long now)
    {
        lane.InFlight++;
        lane.Flow?.Begin(now);
        var entry = lane.Waiting.Dequeue();
        Want(lane);
        return entry;
    }

    /// <summary>It has ended, or was not to begin after all.</summary>
    public void End(in LaneId id, bool attempted)
    {
        var lane = lanes[id];
        lane.InFlight--;
        if (lane.Flow is { } flow)
        {
            if (attempted)
                flow.End();
            else
                flow.Refund();
            Unblock(flow.Blocked);
        }
        CloseIfEmpty(lane);
    }

    /// <summary>Of lanes that have got short, the first place that any of them lacks, and when the last of them was due.</summary>
    public ((long DueAt, long Seq) From, long Until)? Wanted() =>
        wanting.Count == 0 ? null : (wanting.Min(lane => lane.LeftFrom!.Value), wanting.Max(lane => lane.LeftUntil));

    /// <summary>
    /// One page of the store from <see cref="Wanted"/> on, for all whose places it reaches: what begins further on is read when
    /// the pages have come there.
    /// </summary>
    /// <param name="page">In the store's order.</param>
    /// <param name="full">The store has more.</param>
    /// <param name="know">Whether one is news: what is known is waiting, or under way.</param>
    public void Refill(IReadOnlyList<Due> page, bool full, Func<long, bool> know)
    {
        var end = full ? (page[^1].DueAt, page[^1].Seq + 1) : ((long, long)?)null;
        var reached = wanting
            .Where(lane => end is not { } past || lane.LeftFrom!.Value.CompareTo(past) < 0)
            .ToHashSet();
        foreach (var entry in page)
            if (lanes.TryGetValue(entry.Lane, out var lane) && reached.Contains(lane) && know(entry.Seq))
                lane.Waiting.Enqueue(entry);
        foreach (var lane in reached)
        {
            lane.LeftFrom = end;
            if (end is null)
                lane.LeftUntil = 0;
            if (!WantsMore(lane))
                wanting.Remove(lane);
            if (!lane.IsBlocked && lane.Waiting.Count > 0)
                ready.Enqueue(lane);
            CloseIfEmpty(lane);
        }
    }

    /// <summary>After trouble amid a turn: one that was at its turn has left the line of those that are ready, and nothing would wake it.</summary>
    public void TakeTurnsAgain()
    {
        var known = ready.ToHashSet();
        foreach (var lane in lanes.Values)
            if (!lane.IsBlocked && lane.Waiting.Count > 0 && known.Add(lane))
                ready.Enqueue(lane);
    }

    /// <summary>Messages that wait in memory, by what they wait for: room of some kind, their key, or just their turn.</summary>
    public Dictionary<string, int> Waiting()
    {
        var waiting = new Dictionary<string, int>
        {
            ["node"] = 0,
            ["bytes"] = 0,
            ["tenant"] = 0,
            ["host"] = 0,
        };
        foreach (var (scope, refused) in blocked)
            waiting[scope.Name] += refused.Sum(lane => lane.Waiting.Count);
        waiting["key"] = flows.Values.Sum(flow => flow.Blocked.Sum(lane => lane.Waiting.Count));
        waiting["turn"] = lanes.Values.Sum(lane => lane.Waiting.Count) - waiting.Values.Sum();
        return waiting;
    }

    private bool WantsMore(Lane lane) => lane.LeftFrom is not null && lane.Waiting.Count < most / 2;

    private void Want(Lane lane)
    {
        if (WantsMore(lane))
            wanting.Add(lane);
    }

    /// <summary>Oldest first: the order of a key's messages is theirs, whatever hosts they go to.</summary>
    private void Unblock(HashSet<Lane> waiting)
    {
        foreach (var lane in waiting.OrderBy(lane => lane.Waiting.TryPeek(out var head) ? head.DueAt : 0))
            ready.Enqueue(lane);
        waiting.Clear();
    }

    /// <summary>A key's memory goes with its last lane: what it counted is in the store, and is read from there when it comes again.</summary>
    private void CloseIfEmpty(Lane lane)
    {
        if (!lane.IsEmpty)
            return;
        lanes.Remove(lane.Id);
        if (lane.Flow is not { } flow || --flow.Lanes > 0)
            return;
        flows.Remove((lane.Id.Tenant, lane.Id.FlowKey!));
        stale.Remove(flow);
    }
}
