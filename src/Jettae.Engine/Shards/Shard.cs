using Microsoft.Data.Sqlite;
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
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly PriorityQueue<long, (long DueAt, long Seq)> due = new();
    private readonly HashSet<long> known = [];
    private readonly Dictionary<long, InFlight> inFlight = [];
    private readonly Dictionary<string, Queue<(long DueAt, long Seq)>> parked = [];
    private readonly Dictionary<string, int> perHost = [];
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
    private readonly int slotsOfHost;

    private (long DueAt, long Seq) window = (long.MinValue, 0);
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
        slotsOfHost = Math.Max(1, slots / 4);
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
    public void Offer(long seq, long dueAt)
    {
        lock (gate)
        {
            if ((dueAt, seq).CompareTo(window) > 0 || !known.Add(seq))
                return;
            due.Enqueue(seq, (dueAt, seq));
            if (due.Peek() != seq)
                return;
        }
        Wake();
    }

    public async Task StopAsync(CancellationToken bound)
    {
        lock (gate)
        {
            stopping = true;
            if (inFlight.Count == 0)
                drained.TrySetResult();
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
        try
        {
            while (true)
            {
                Step();
                lock (gate)
                {
                    if (again)
                    {
                        again = false;
                        continue;
                    }
                    stepping = false;
                    return;
                }
            }
        }
        finally
        {
            work.Leave();
        }
    }

    private void Step()
    {
        var now = Now();
        var taken = new List<long>();
        try
        {
            Extend(now);
            Take(now, taken);
            foreach (var message in Messages.Pending(store, taken))
                Dispatch(message);
            Sleep();
        }
        catch (SqliteException trouble)
        {
            StoreTrouble(trouble, number);
            foreach (var seq in taken)
                Postpone(seq);
            lock (gate)
                if (!stopping)
                    timer.Change(AfterTrouble, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Moves the window to now + horizon. Set first, read then, offered after commits: nothing falls between.</summary>
    private void Extend(long now)
    {
        (long DueAt, long Seq) from;
        var to = now + (long)options.Horizon.TotalMilliseconds;
        lock (gate)
        {
            if (window.DueAt > now + ((long)options.Horizon.TotalMilliseconds / 2) || due.Count >= PageSize)
                return;
            from = window;
            window = (to, long.MaxValue);
        }
        var page = store.Read(db =>
            db.Command(
                    """
                    select due_at, seq from messages
                    where shard = $0 and state = 0 and (due_at, seq) > ($1, $2) and due_at <= $3
                    order by due_at, seq limit $4
                    """,
                    number,
                    from.DueAt,
                    from.Seq,
                    to,
                    PageSize
                )
                .Rows(row => (DueAt: row.GetInt64(0), Seq: row.GetInt64(1)))
        );
        lock (gate)
        {
            if (page.Count == PageSize)
                window = page[^1];
            foreach (var entry in page)
                if (known.Add(entry.Seq))
                    due.Enqueue(entry.Seq, entry);
        }
    }

    /// <summary>What is due and has a slot; its row is read only now.</summary>
    private void Take(long now, List<long> taken)
    {
        lock (gate)
        {
            foreach (var (host, line) in parked)
                while (line.Count > 0 && Free(taken) && perHost.GetValueOrDefault(host) + taken.Count < slotsOfHost)
                    taken.Add(line.Dequeue().Seq);
            while (Free(taken) && due.TryPeek(out var seq, out var key) && key.DueAt <= now)
            {
                due.Dequeue();
                taken.Add(seq);
            }
            known.ExceptWith(taken);
        }

        bool Free(List<long> soFar) => inFlight.Count + soFar.Count < slots && !stopping;
    }

    private void Dispatch(Message message)
    {
        var host = HostOf(message.Url);
        var attempt = new InFlight(message, Now());
        lock (gate)
        {
            // Known again from here to its settlement; one that is in flight, or was rescheduled meanwhile, is not started.
            if (!known.Add(message.Seq))
                return;
            if (message.DueAt > attempt.StartedAt)
            {
                due.Enqueue(message.Seq, (message.DueAt, message.Seq));
                return;
            }
            if (perHost.GetValueOrDefault(host) >= slotsOfHost)
            {
                if (!parked.TryGetValue(host, out var line))
                    parked[host] = line = new Queue<(long DueAt, long Seq)>();
                line.Enqueue((message.DueAt, message.Seq));
                return;
            }
            inFlight[message.Seq] = attempt;
            perHost[host] = perHost.GetValueOrDefault(host) + 1;
        }
        work.Enter();
        _ = AttemptAsync(attempt, host);
    }

    private async Task AttemptAsync(InFlight attempt, string host)
    {
        var offers = new List<Offer>();
        var postpone = false;
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
            offers.Clear();
            postpone = true;
        }
        finally
        {
            Leave(attempt, host);
            if (postpone)
                Postpone(attempt.Message.Seq);
            shards.Offer(offers);
            Wake();
            work.Leave();
        }
    }

    private void Leave(InFlight attempt, string host)
    {
        lock (gate)
        {
            inFlight.Remove(attempt.Message.Seq);
            known.Remove(attempt.Message.Seq);
            if (--perHost[host] == 0)
                perHost.Remove(host);
            if (parked.TryGetValue(host, out var line) && line.Count == 0)
                parked.Remove(host);
            if (stopping && inFlight.Count == 0)
                drained.TrySetResult();
        }
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
            var next = due.Count < PageSize ? window.DueAt - (horizon / 2) : now + horizon;
            if (inFlight.Count >= slots)
                next = now + horizon;
            else if (due.TryPeek(out _, out var key))
                next = Math.Min(next, key.DueAt);
            timer.Change(TimeSpan.FromMilliseconds(Math.Max(0, next - now)), Timeout.InfiniteTimeSpan);
        }
    }

    private void Postpone(long seq)
    {
        lock (gate)
            if (known.Add(seq))
                due.Enqueue(seq, (Now() + (long)AfterTrouble.TotalMilliseconds, seq));
    }

    public void Dispose()
    {
        timer.Dispose();
        abandon.Dispose();
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The store failed shard {Shard}; it tries again.")]
    private partial void StoreTrouble(Exception trouble, int shard);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static string HostOf(string url) => Destination.ToUri(url)?.Authority ?? url;
}
