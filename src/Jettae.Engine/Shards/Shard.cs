using Microsoft.Extensions.Logging;

namespace Jettae.Engine;

/// <summary>An attempt under way.</summary>
public sealed record InFlight(Message Message, long StartedAt);

/// <summary>
/// The unit of ownership: holds what is due soon in memory, ordered by due time, starts attempts and alone writes their
/// outcomes. One timer sleeps to the next due time; what is due later stays in the store until the window reaches it.
/// </summary>
public sealed partial class Shard : IDisposable
{
    private const int PageSize = 10_000;
    private const int MostInMemory = 2 * PageSize;
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly DueHeap due = new(MostInMemory);
    private readonly Dictionary<string, Lane> lanes = [];
    private readonly HashSet<Lane> waiting = [];
    private readonly Dictionary<long, InFlight> inFlight = [];
    private readonly CancellationTokenSource abandon = new();
    private readonly TaskCompletionSource drained = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly int number;
    private readonly Shards shards;
    private readonly Store store;
    private readonly Deliverer deliverer;
    private readonly OpenWork work;
    private readonly EngineOptions options;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ITimer timer;
    private readonly int slots;
    private readonly int slotsOfLane;

    private int taken;
    private bool started;
    private bool stepping;
    private bool again;
    private bool stopping;

    public Shard(
        int number,
        Shards shards,
        Store store,
        Deliverer deliverer,
        OpenWork work,
        EngineOptions options,
        TimeProvider time,
        ILogger log
    )
    {
        (this.number, this.shards, this.store, this.deliverer) = (number, shards, store, deliverer);
        (this.work, this.options, this.time, this.log) = (work, options, time, log);
        slots = Math.Max(1, options.MaxInFlight / Shards.Count);
        slotsOfLane = Math.Max(1, slots / 4);
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
    public void Offer(Offer offer)
    {
        lock (gate)
            if (!due.Offer(offer.DueAt, offer.Seq, offer.Host))
                return;
        Wake();
    }

    /// <summary>The store may hold what was never offered: the window goes back to the beginning. What is known stays known.</summary>
    public void ReadAgain()
    {
        lock (gate)
            due.Close((long.MinValue, 0));
        Wake();
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
                if (again && !stopping)
                {
                    again = false;
                    continue;
                }
                stepping = false;
                TellIfDrained();
                break;
            }
        }
        work.Leave();
    }

    private void Step()
    {
        var now = Now();
        var turn = new List<Due>();
        var begun = 0;
        try
        {
            Extend(now);
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
                    GiveBack(entry, now + (long)AfterTrouble.TotalMilliseconds);
                if (!stopping)
                    timer.Change(AfterTrouble, Timeout.InfiniteTimeSpan);
            }
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

    /// <summary>What is due and has a slot, each in its lane; rows are read only then.</summary>
    private void Take(long now, List<Due> turn)
    {
        lock (gate)
        {
            foreach (var lane in waiting)
                while (lane.Waiting.Count > 0 && Free() && lane.InFlight < slotsOfLane)
                    Admit(lane, lane.Waiting.Dequeue());
            waiting.RemoveWhere(lane => lane.Waiting.Count == 0);
            while (Free() && due.TryTake(now, out var entry))
            {
                if (!lanes.TryGetValue(entry.Host, out var lane))
                    lanes[entry.Host] = lane = new Lane(entry.Host);
                if (lane.InFlight < slotsOfLane)
                {
                    Admit(lane, entry);
                    continue;
                }
                lane.Waiting.Enqueue(entry);
                waiting.Add(lane);
            }
        }

        bool Free() => taken < slots && !stopping;

        void Admit(Lane lane, Due entry)
        {
            lane.InFlight++;
            taken++;
            turn.Add(entry);
        }
    }

    /// <summary>Starts the attempt, unless its message has been finished, or put off, since it came into memory.</summary>
    private void Begin(Due entry, Message? message, long now)
    {
        InFlight attempt;
        lock (gate)
        {
            if (message is null || stopping || message.DueAt > now)
            {
                GiveBack(entry, stopping ? null : message?.DueAt);
                return;
            }
            attempt = inFlight[entry.Seq] = new InFlight(message, Now());
        }
        Telemetry.Late(attempt.StartedAt - message.DueAt);
        work.Enter();
        _ = AttemptAsync(attempt, entry);
    }

    private async Task AttemptAsync(InFlight attempt, Due entry)
    {
        var offers = new List<Offer>();
        long? againAt = null;
        try
        {
            var outcome = await deliverer.AttemptAsync(attempt.Message, abandon.Token);
            var settlement = new Settlement(attempt.Message, attempt.StartedAt, Now(), outcome, options);
            offers = await store.WriteAsync(settlement.Write);
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            // Stopped: still pending in the store.
        }
#pragma warning disable CA1031 // Nothing may take a message out of the world: whatever it was, it is attempted again.
        catch (Exception trouble)
#pragma warning restore CA1031
        {
            // The outcome could not be written: the message is pending still, and is attempted again.
            StoreTrouble(trouble, number);
            againAt = Now() + (long)AfterTrouble.TotalMilliseconds;
        }
        lock (gate)
        {
            inFlight.Remove(entry.Seq);
            GiveBack(entry, againAt);
            TellIfDrained();
        }
        shards.Offer(offers);
        Wake();
        work.Leave();
    }

    /// <summary>Frees the slot; the message comes again at <paramref name="dueAt"/>, or is the store's again.</summary>
    private void GiveBack(Due entry, long? dueAt)
    {
        taken--;
        var lane = lanes[entry.Host];
        lane.InFlight--;
        if (lane.IsEmpty)
            lanes.Remove(entry.Host);
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
            if (stopping)
                return;
            var now = Now();
            var horizon = (long)options.Horizon.TotalMilliseconds;
            var next = due.WantsMore(PageSize) ? due.Window.DueAt - (horizon / 2) : now + horizon;
            if (taken < slots && due.NextAt is { } dueAt)
                next = Math.Min(next, dueAt);
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
