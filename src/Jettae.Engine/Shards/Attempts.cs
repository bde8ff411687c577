using Microsoft.Extensions.Logging;

namespace Jettae.Engine;

/// <summary>
/// What a shard lets begin, from there to what is written of it: an attempt, or a delayed message's way into its line. Nothing may take
/// a message out of the world: whatever goes wrong, it comes again.
/// </summary>
/// <param name="number">The shard's.</param>
/// <param name="store">Where it is written.</param>
/// <param name="deliverer">Makes the attempts.</param>
/// <param name="options">The engine's.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Hears of trouble.</param>
/// <param name="began">Told when the beginning of an attempt is written that counts for its key's rate.</param>
/// <param name="abandoned">What is under way is broken off, and none of it is written.</param>
internal sealed partial class Attempts(
    int number,
    Store store,
    Deliverer deliverer,
    EngineOptions options,
    TimeProvider time,
    ILogger log,
    Action<InFlight, FlowLane> began,
    CancellationToken abandoned
)
{
    /// <summary>Between trouble with the store and the next try.</summary>
    public static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(5);

    /// <summary>What many attempts bring home goes to the store together.</summary>
    private static readonly Func<
        Db,
        IReadOnlyList<(Settlement Settlement, CancellationToken Abandoned)>,
        IReadOnlyList<Effects>
    > settle = (s, all) =>
    {
        foreach (var (_, abandoned) in all)
            abandoned.ThrowIfCancellationRequested();
        return Settlement.WriteAll(s, [.. all.Select(each => each.Settlement)]);
    };

    /// <summary>
    /// Nothing for those that may begin; for one whose message was cancelled, what that lets begin: there will be no settlement to give
    /// up its place in a line.
    /// </summary>
    private static readonly Func<Db, IReadOnlyList<Beginning>, IReadOnlyList<Effects?>> begin = (s, all) =>
    {
        foreach (var each in all)
            each.Abandoned.ThrowIfCancellationRequested();
        var begun = FlowControls.Begin(s, [.. all.Select(each => (each.Attempt, each.Limits))]);
        var effects = all.Select(each => begun.Contains(each.Attempt.Message.Seq) ? null : new Effects()).ToList();
        Line.Leave(
            s,
            all.Zip(effects)
                .Where(each => each.Second is not null)
                .Select(each => new Leaving(
                    each.First.Attempt.Message.Seq,
                    each.First.Attempt.Message.Place,
                    each.First.Now,
                    each.Second!
                ))
        );
        return effects;
    };

    /// <summary>Makes one attempt and writes its outcome.</summary>
    /// <param name="attempt">Under way.</param>
    /// <param name="counted">Its key, where that has a rate.</param>
    public async Task<Ending> MakeAsync(InFlight attempt, FlowLane? counted)
    {
        // What keeps a line or a limit ends with the lease: another node may begin the next. What does not goes on, for when the
        // database is away for all, nobody does.
        var lapsing = attempt.Message is { Queue: null, FlowKey: null, Holder: null }
            ? CancellationToken.None
            : store.Lapsing;
        using var broken = CancellationTokenSource.CreateLinkedTokenSource(abandoned, lapsing);
        try
        {
            if (counted is not null)
            {
                if (await BeganAsync(attempt, counted.State.Limits) is { } left)
                    return new Ending(left);
                began(attempt, counted);
            }
            // While its beginning was written this node slept, perhaps, and others have delivered it.
            if (!store.IsOurs)
                return new Ending(new Effects(), Now());
            var outcome = await deliverer.AttemptAsync(attempt.Message, broken.Token);
            var settlement = new Settlement(attempt.Message, attempt.StartedAt, Now(), outcome, options);
            return new Ending(
                await store.WriteAsync(settle, (settlement, abandoned), settlement.Bytes, locks: settlement.Locks)
            );
        }
        catch (OperationCanceledException) when (abandoned.IsCancellationRequested)
        {
            // Stopped: still pending in the store.
            return new Ending(new Effects());
        }
        catch (OperationCanceledException) when (lapsing.IsCancellationRequested)
        {
            return new Ending(new Effects(), Now());
        }
#pragma warning disable CA1031 // Whatever it was: the outcome could not be written, so the message is pending still.
        catch (Exception trouble)
#pragma warning restore CA1031
        {
            return Again(trouble);
        }
    }

    /// <summary>A delayed message of a queue joins its line now; when its turn comes, the queue makes it due.</summary>
    public async Task<Ending> JoinAsync(Message message)
    {
        try
        {
            return new Ending(
                await store.WriteAsync(
                    s =>
                    {
                        // A node that has lost its shards comes back under another name: what it began before must not be written under that.
                        abandoned.ThrowIfCancellationRequested();
                        return Line.Join(s, message, Now());
                    },
                    locks: [Line.LockOf(message.Tenant, message.Queue!)]
                )
            );
        }
#pragma warning disable CA1031 // As above.
        catch (Exception trouble)
#pragma warning restore CA1031
        {
            return Again(trouble);
        }
    }

    /// <summary>On disk before anything is sent: a start counts even if nobody lives to see its end.</summary>
    private Task<Effects?> BeganAsync(InFlight attempt, FlowLimits limits) =>
        store.WriteAsync(begin, new Beginning(attempt, limits, Now(), abandoned));

    private Ending Again(Exception trouble)
    {
        StoreTrouble(trouble, number);
        return new Ending(new Effects(), Now() + (long)AfterTrouble.TotalMilliseconds);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The store failed shard {Shard}; it tries again.")]
    private partial void StoreTrouble(Exception trouble, int shard);

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();

    private sealed record Beginning(InFlight Attempt, FlowLimits Limits, long Now, CancellationToken Abandoned);
}

/// <summary>What came of it.</summary>
/// <param name="Effects">To be told, for it is written.</param>
/// <param name="AgainAt">When it comes again by itself; null for what is the store's to tell.</param>
internal readonly record struct Ending(Effects Effects, long? AgainAt = null);
