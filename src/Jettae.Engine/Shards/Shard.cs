using Microsoft.Extensions.Logging;

namespace Jettae.Engine;

/// <summary>An attempt under way.</summary>
public sealed record InFlight(Message Message, long StartedAt)
{
    /// <summary>That it began is in the store, for its key's rate.</summary>
    internal bool IsStored { get; set; }
}

/// <summary>
/// The unit of ownership: holds what is due soon in memory, ordered by due time, starts attempts and alone writes their
/// outcomes. One timer sleeps to the next due time; what is due later stays in the store until the window reaches it.
/// </summary>
public sealed partial class Shard : IDisposable
{
    private const int PageSize = 10_000;
    private const int MostInMemory = 2 * PageSize;
    internal const int MostInLane = 2_000;
    private const int MostInTurn = 256;
    private readonly Lock gate = new();
    private readonly DueHeap due = new(MostInMemory);
    private readonly Lanes lanes;
    private readonly Dictionary<long, InFlight> inFlight = [];

    /// <summary>Delayed messages on their way into their lines, and the offer of one that a queue has admitted meanwhile.</summary>
    private readonly Dictionary<long, Due?> joining = [];
    private readonly CancellationTokenSource abandon = new();
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly int number;
    private readonly Shards shards;
    private readonly Store store;
    private readonly Quotas quotas;
    private readonly Attempts attempts;
    private readonly OpenWork work;
    private readonly EngineOptions options;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ITimer timer;
    private readonly Slots slots;
    private readonly Action<Scope> freed;

    private TaskCompletionSource? stepped;
    private TaskCompletionSource? turned;
    private bool full;
    private bool started;
    private bool stepping;
    private bool again;
    private bool stopping;
    private bool troubled;

    public Shard(
        int number,
        Shards shards,
        Slots slots,
        Store store,
        Quotas quotas,
        Deliverer deliverer,
        OpenWork work,
        EngineOptions options,
        TimeProvider time,
        ILogger log
    )
    {
        (this.number, this.shards, this.slots, this.store) = (number, shards, slots, store);
        (this.quotas, this.work, this.options, this.time, this.log) = (quotas, work, options, time, log);
        attempts = new Attempts(number, store, deliverer, options, time, log, Began, abandon.Token);
        lanes = new Lanes(MostInLane);
        freed = Freed;
        timer = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public IReadOnlyList<InFlight> InFlight
    {
        get
        {
            lock (gate)
                return [.. inFlight.Values];
        }
    }

    /// <summary>Attempts under way.</summary>
    internal int UnderWay
    {
        get
        {
            lock (gate)
                return inFlight.Count;
        }
    }

    /// <summary>Messages that wait in lanes, by what they wait for.</summary>
    internal Dictionary<string, int> Waiting()
    {
        lock (gate)
            return lanes.Waiting();
    }

    /// <summary>Messages that are in memory, by their place at least.</summary>
    internal int InMemory
    {
        get
        {
            lock (gate)
                return due.Known;
        }
    }

    /// <summary>It was started, does not drain, and its last step had no trouble.</summary>
    internal bool IsRunning
    {
        get
        {
            lock (gate)
                return started && !stopping && !troubled;
        }
    }

    public void Start()
    {
        lock (gate)
            started = true;
        Wake();
    }

    /// <summary>
    /// A message that was just committed. One beyond the window is left to the store: the window will read it. One that
    /// both the window and this call bring is known, or no longer pending when it is loaded.
    /// </summary>
    public void Offer(Due entry)
    {
        lock (gate)
        {
            // Known until its joining ends, and forgotten then: who admits it in the same commit may be here first.
            if (joining.ContainsKey(entry.Seq))
            {
                joining[entry.Seq] = entry;
                return;
            }
            if (!due.Offer(entry))
                return;
        }
        Wake();
    }

    /// <summary>A flow-control key's limits changed.</summary>
    public void Learn(FlowState state)
    {
        lock (gate)
        {
            if (!lanes.Learn(state))
                return;
        }
        Wake();
    }

    /// <summary>What refused a lane of this shard has room again.</summary>
    public void Freed(Scope scope)
    {
        lock (gate)
        {
            if (!lanes.Free(scope))
                return;
        }
        Wake();
    }

    /// <summary>Ends when what is due now has begun, as far as it may.</summary>
    public Task SteppedAsync()
    {
        lock (gate)
            return !stepping
                ? Task.CompletedTask
                : (stepped ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>Ends when whatever has been read of the store before this call has begun, or was dropped.</summary>
    public Task TurnedAsync()
    {
        lock (gate)
            return !stepping
                ? Task.CompletedTask
                : (turned ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
    }

    /// <summary>
    /// The store may hold what was never offered, nor learned: the window goes back to the beginning, and keys are read anew. What is known
    /// stays known.
    /// </summary>
    public void ReadAgain()
    {
        work.Enter();
        // Whoever tells it has commits or beats to make, and does not wait for the gate.
        _ = Task.Run(() =>
        {
            lock (gate)
            {
                due.Close((long.MinValue, 0));
                lanes.Doubt();
            }
            Wake();
            work.Leave();
        });
    }

    /// <summary>Begins nothing further and waits for what is under way, as long as <paramref name="bound"/> lets it.</summary>
    public async Task StopAsync(CancellationToken bound)
    {
        lock (gate)
        {
            stopping = true;
            TellIfDrained();
        }
        await timer.DisposeAsync();
        try
        {
            await drained.Task.WaitAsync(bound);
        }
        catch (OperationCanceledException)
        {
            // What has not ended is still pending in the store: it is due again at the next start.
            await abandon.CancelAsync();
        }
    }

    /// <summary>It is another node's, or may be: nothing begins, what is under way is broken off, and none of it is written.</summary>
    public void GiveUp()
    {
        _ = abandon.CancelAsync();
        // As above: whoever gives up does not wait for the gate either.
        _ = Task.Run(() =>
        {
            lock (gate)
            {
                stopping = true;
                TellIfDrained();
            }
            timer.Dispose();
        });
    }

    /// <summary>After a stop: when nothing of it is under way, nor will be written, any more.</summary>
    public Task EndedAsync() => drained.Task;

    /// <summary>Enters before it returns, so that nobody sees an idle engine between a timer and its step.</summary>
    private void Wake()
    {
        lock (gate)
        {
            if (!started || stopping)
                return;
            if (stepping)
            {
                again = true;
                return;
            }
            stepping = true;
        }
        work.Enter();
        ThreadPool.UnsafeQueueUserWorkItem(static shard => shard.Run(), this, preferLocal: false);
    }

    private void Run()
    {
        while (true)
        {
            Step();
            lock (gate)
            {
                turned?.SetResult();
                turned = null;
                if (again && !stopping)
                {
                    again = false;
                    continue;
                }
                stepping = false;
                stepped?.SetResult();
                stepped = null;
                TellIfDrained();
                break;
            }
        }
        work.Leave();
    }

    private void Step()
    {
        if (!store.IsOurs)
            return;
        var now = Now();
        var turn = new List<Due>();
        var begun = 0;
        try
        {
            Extend(now);
            Recount(now);
            Refill(now);
            Take(now, turn);
            var messages = turn.Count > 0 ? Messages.Pending(store, turn.Select(entry => entry.Seq)) : [];
            foreach (var entry in turn)
            {
                begun++;
                Begin(entry, messages.GetValueOrDefault(entry.Seq), now);
            }
            Sleep();
        }
#pragma warning disable CA1031 // Nothing may end a shard: whatever it was, it is tried again.
        catch (Exception trouble)
#pragma warning restore CA1031
        {
            StoreTrouble(trouble, number);
            lock (gate)
            {
                foreach (var entry in turn.Skip(begun))
                    GiveBack(entry, now + (long)Attempts.AfterTrouble.TotalMilliseconds, attempted: false);
                lanes.TakeTurnsAgain();
                troubled = true;
                if (!stopping)
                    timer.Change(Attempts.AfterTrouble, Timeout.InfiniteTimeSpan);
            }
            foreach (var entry in turn.Skip(begun))
                slots.Release(entry.Lane, entry.Size);
        }
    }

    /// <summary>Moves the window to now + horizon. Set first, read then, offered after commits: nothing falls between.</summary>
    private void Extend(long now)
    {
        (long DueAt, long Seq) from;
        var horizon = (long)options.Horizon.TotalMilliseconds;
        lock (gate)
        {
            if (due.Window.DueAt > now + (horizon / 2) || !due.WantsMore(PageSize))
                return;
            from = due.Open(now + horizon);
        }
        try
        {
            var page = Messages.Upcoming(store, number, from, now + horizon, PageSize);
            quotas.Know(page);
            lock (gate)
                due.Fill(page, full: page.Count == PageSize);
        }
        catch
        {
            lock (gate)
                due.Close(from);
            throw;
        }
    }

    /// <summary>
    /// Keys that are new here, or whose rate has changed: what began under the limits of before counts. Here, because nothing is just about to
    /// begin; and never more than begin in a turn, so that those whose turn it is do not wait for a thousand others.
    /// </summary>
    private void Recount(long now)
    {
        List<(FlowLane Flow, FlowState State, List<InFlight> UnderWay)> unread;
        lock (gate)
        {
            if (lanes.Stale.Count == 0)
                return;
            unread = [.. lanes.Stale.Take(MostInTurn).Select(flow => (flow, flow.State, UnderWayOf(flow)))];
        }
        var stored = store.Read(db =>
            unread
                .Select(each => FlowControls.Remembered(db, each.State.Tenant, each.State.Key, now, each.UnderWay))
                .ToList()
        );
        lock (gate)
            foreach (var (each, its) in unread.Zip(stored))
                lanes.Recount(each.Flow, each.State, its.State, its.Starts);
    }

    private List<InFlight> UnderWayOf(FlowLane flow) =>
        flow.InFlight == 0
            ? []
            :
            [
                .. inFlight.Values.Where(each =>
                    each.Message.Tenant == flow.State.Tenant && each.Message.FlowKey == flow.State.Key
                ),
            ];

    /// <summary>What is due and may begin, each in its lane; rows are read only then.</summary>
    private void Take(long now, List<Due> turn)
    {
        lock (gate)
        {
            lanes.Open(now);
            full = false;
            while (!full && turn.Count < MostInTurn && lanes.TryNext(out var lane))
                Admit(lane, now, turn);
            while (!full && !stopping && turn.Count < MostInTurn && due.TryTake(now, out var entry, out var isReturned))
            {
                var lane = lanes.Of(entry.Lane);
                if (isReturned)
                    lane.Waiting.Enqueue(entry);
                else if (!lanes.Enter(lane, entry))
                {
                    due.Forget(entry.Seq);
                    continue;
                }
                if (!lane.IsBlocked)
                    Admit(lane, now, turn);
            }
        }
    }

    /// <summary>Begins what waits in a lane, until something refuses: then the lane waits for that.</summary>
    private void Admit(Lane lane, long now, List<Due> turn)
    {
        while (lane.Waiting.Count > 0 && !stopping)
        {
            if (!lanes.IsOpen(lane, now))
                return;
            if (slots.TryTake(freed, lane.Id, lane.Waiting.Peek().Size) is { } scope)
            {
                full |= scope == Slots.All;
                lanes.Block(lane, scope);
                return;
            }
            turn.Add(lanes.Begin(lane, now));
        }
    }

    /// <summary>What was left of lanes that have got short: a page of the store at each step.</summary>
    private void Refill(long now)
    {
        (long DueAt, long Seq) from;
        long until;
        lock (gate)
        {
            if (lanes.Wanted() is not { } wanted)
                return;
            (from, until) = wanted;
        }
        // A clock that was set back must not hide what was due before. Lanes are changed by steps only, and this is one.
        var page = Messages.Upcoming(store, number, (from.DueAt, from.Seq - 1), Math.Max(now, until), MostInLane);
        quotas.Know(page);
        lock (gate)
            lanes.Refill(page, full: page.Count == MostInLane, due.Know);
    }

    /// <summary>Starts the attempt, unless its message has been finished, or put off, since it came into memory.</summary>
    private void Begin(Due entry, Message? message, long now)
    {
        InFlight? attempt = null;
        FlowLane? counted = null;
        lock (gate)
        {
            var outside = message is { InLine: LinePlace.Outside };
            if (message is null || stopping || message.DueAt > now || !store.IsOurs)
            {
                var inLine = message is { InLine: LinePlace.Waiting };
                GiveBack(entry, stopping || inLine || !store.IsOurs ? null : message?.DueAt, attempted: false);
                // Known here, it would not be taken in when its turn comes; and since it was read, that may have been.
                if (inLine)
                    due.Close((long.MinValue, 0));
                message = null;
            }
            else if (!outside)
            {
                attempt = inFlight[entry.Seq] = new InFlight(message, Now());
                if (lanes.Of(entry.Lane).Flow is { State.Limits.Rate: > 0 } flow)
                    (counted = flow).Begun(attempt.StartedAt);
            }
            else
            {
                joining[entry.Seq] = null;
            }
        }
        if (message is null)
        {
            slots.Release(entry.Lane, entry.Size);
            return;
        }
        work.Enter();
        if (attempt is null)
        {
            _ = JoinAsync(entry, message);
            return;
        }
        Telemetry.Late(attempt.StartedAt - message.DueAt);
        _ = AttemptAsync(attempt, entry, counted);
    }

    private async Task AttemptAsync(InFlight attempt, Due entry, FlowLane? counted) =>
        End(entry, await attempts.MakeAsync(attempt, counted), attempted: true);

    private async Task JoinAsync(Due entry, Message message) =>
        End(entry, await attempts.JoinAsync(message), attempted: false);

    private void Began(InFlight attempt, FlowLane counted)
    {
        lock (gate)
        {
            attempt.IsStored = true;
            counted.Begun(Now());
        }
    }

    private void End(Due entry, Ending ending, bool attempted)
    {
        lock (gate)
        {
            inFlight.Remove(entry.Seq);
            GiveBack(entry, ending.AgainAt, attempted);
            if (joining.Remove(entry.Seq, out var offered) && ending.AgainAt is null && offered is { } admitted)
                due.Offer(admitted);
            TellIfDrained();
        }
        slots.Release(entry.Lane, entry.Size);
        shards.Tell(ending.Effects);
        Wake();
        work.Leave();
    }

    /// <summary>The message comes again at <paramref name="dueAt"/>, or is the store's again. Its slot is released by the caller.</summary>
    private void GiveBack(Due entry, long? dueAt, bool attempted)
    {
        lanes.End(entry.Lane, attempted);
        if (dueAt is { } instant)
            due.Return(entry with { DueAt = instant });
        else
            due.Forget(entry.Seq);
    }

    /// <summary>To the next due time, or to when the window must move; a full shard is woken by the next settlement.</summary>
    private void Sleep()
    {
        lock (gate)
        {
            troubled = false;
            if (stopping)
                return;
            var now = Now();
            var horizon = (long)options.Horizon.TotalMilliseconds;
            // A window that went back to the beginning meanwhile is to be read at once.
            var next = due.WantsMore(PageSize) ? Math.Max(due.Window.DueAt, now) - (horizon / 2) : now + horizon;
            if (!full && lanes.AreReady)
                next = now;
            if (!full && due.NextAt is { } dueAt)
                next = Math.Min(next, dueAt);
            if (lanes.OpenAt is { } opensAt)
                next = Math.Min(next, opensAt);
            if (next <= now)
                again = true;
            else
                timer.Change(TimeSpan.FromMilliseconds(next - now), Timeout.InfiniteTimeSpan);
        }
    }

    private void TellIfDrained()
    {
        if (stopping && !stepping && inFlight.Count == 0)
            drained.TrySetResult();
    }

    public void Dispose()
    {
        timer.Dispose();
        abandon.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The store failed shard {Shard}; it tries again.")]
    private partial void StoreTrouble(Exception trouble, int shard);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
