using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Extensions.Logging;

namespace Jettae.Engine;

/// <summary>The shards that this node has: all of them on SQLite, its share on a database with several nodes.</summary>
public sealed partial class Shards : IDisposable
{
    /// <summary>A power of two, fixed with the data.</summary>
    public const int Count = 8;

    /// <summary>How often another node's news are looked for, where there is one.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>A shard that is to be handed over goes once nothing is under way in it; after so many looks, all the same.</summary>
    private const int Patience = 200;

    /// <summary>An attempt that is broken off ends within so long.</summary>
    private static readonly TimeSpan Breaking = TimeSpan.FromSeconds(10);

    private readonly Shard?[] owned = new Shard?[Count];
    private readonly Func<int, Shard> make;
    private readonly Store store;
    private readonly Quotas quotas;
    private readonly EngineOptions options;
    private readonly ILogger log;
    private readonly CancellationTokenSource ending = new();
    private Task? looking;

    /// <summary>On their way to other nodes, with attempts that have not ended.</summary>
    private readonly ConcurrentDictionary<int, Shard> leaving = [];

    public Shards(
        Store store,
        Quotas quotas,
        Deliverer deliverer,
        OpenWork work,
        EngineOptions options,
        TimeProvider time,
        ILogger<Shard> log
    )
    {
        (this.store, this.quotas, this.options, this.log) = (store, quotas, options, log);
        var slots = new Slots(options.MaxInFlight, options.MaxInFlightBytes, tenant => quotas.Of(tenant).Parallelism);
        make = number => new Shard(number, this, slots, store, quotas, deliverer, work, options, time, log);
        store.Doubted += ReadAgain;
    }

    /// <summary>Attempts under way, for the log: they are nowhere on disk.</summary>
    public IEnumerable<InFlight> InFlight => Mine.SelectMany(shard => shard.InFlight);

    /// <summary>Messages that are in memory, of all that the store has pending.</summary>
    internal int InMemory => Mine.Sum(shard => shard.InMemory);

    private IEnumerable<Shard> Mine => owned.OfType<Shard>();

    /// <summary>
    /// Where a message is counted and its order is kept: its flow-control key's shard, or its queue's; any of this node for one
    /// that has neither.
    /// </summary>
    internal static int Of(Db s, Message message) =>
        message switch
        {
            { FlowKey: { } key } => OfFlow(message.Tenant, key),
            { Queue: { } queue } => Of($"{message.Tenant}\0\0{queue}"),
            _ => s.Near(Of(message.Id)),
        };

    /// <summary>Where the key's attempts are counted.</summary>
    internal static int OfFlow(string tenant, string key) => Of($"{tenant}\0{key}");

    /// <summary>Same on every machine and in every run.</summary>
    private static int Of(string text)
    {
        var hash = 2_166_136_261u;
        foreach (var c in text)
            hash = (hash ^ c) * 16_777_619;
        return (int)(hash % Count);
    }

    internal Task SteppedAsync() => Task.WhenAll(Mine.Select(shard => shard.SteppedAsync()));

    /// <summary>None while others may have them.</summary>
    internal int Running => store is PostgresStore { Node.IsAlive: false } ? 0 : Mine.Count(shard => shard.IsRunning);

    /// <summary>All that this node has; a node of many may have none for a while.</summary>
    internal bool AreRunning =>
        !ending.IsCancellationRequested
        && Mine.All(shard => shard.IsRunning)
        && (Running == Count || store is PostgresStore);

    internal int UnderWay => Mine.Sum(shard => shard.UnderWay);

    /// <summary>Messages that wait in lanes, by what they wait for; always the same few words.</summary>
    internal Dictionary<string, int> Waiting()
    {
        var all = new Dictionary<string, int>();
        foreach (var shard in Mine)
        foreach (var (reason, count) in shard.Waiting())
            all[reason] = all.GetValueOrDefault(reason) + count;
        return all;
    }

    internal Task TurnedAsync(int number) => owned[number]?.TurnedAsync() ?? Task.CompletedTask;

    internal Task TurnedAsync() => Task.WhenAll(Mine.Select(shard => shard.TurnedAsync()));

    /// <param name="queues">Hears what other nodes cancelled.</param>
    /// <param name="keys">Hears what other nodes rolled.</param>
    /// <param name="taken">Called when what others had has come here, a node came or went, or the store was away for a while.</param>
    internal async Task StartAsync(Queues queues, Keys keys, Action taken)
    {
        if (store is not PostgresStore { Node: var node })
        {
            for (var number = 0; number < Count; number++)
                Own(number);
            return;
        }
        await node.ClaimAsync(
            (come, gone, isLost) =>
            {
                if (isLost)
                    foreach (var shard in leaving.Values)
                        shard.GiveUp();
                foreach (var number in gone)
                    GiveUp(number);
                if (gone.Count > 0)
                    Lost(gone.Count);
                if (come.Count > 0)
                    keys.ForgetAll();
                foreach (var number in come)
                    Own(number);
                if (come.Count > 0 && looking is not null)
                    taken();
            },
            () =>
            {
                ReadAgain();
                // What could not be written meanwhile may have left places in lines.
                taken();
            }
        );
        node.Met += taken;
        looking = Task.Run(() => LookAsync(node, new Lookout(node, this, store, queues, keys, quotas)));
    }

    /// <summary>Starts no further attempt and waits for those under way, as long as <paramref name="bound"/> lets it.</summary>
    public async Task StopAsync(CancellationToken bound)
    {
        await ending.CancelAsync();
        if (looking is { } loop)
            await loop;
        if (store is not PostgresStore { Node: var node })
        {
            await Task.WhenAll(Mine.Select(shard => shard.StopAsync(bound)));
            return;
        }
        // Each is free for other nodes as soon as nothing is under way in it.
        node.TakeNoMore();
        try
        {
            await Task.WhenAll(node.Owned.Select(number => GiveBackAsync(node, number, bound)));
        }
        catch (Exception trouble) when (trouble is TimeoutException or DbException)
        {
            // It begins and writes nothing more all the same; the node's own end gives it back.
        }
    }

    /// <summary>The store may hold what nobody told the shards of.</summary>
    internal void ReadAgain()
    {
        foreach (var shard in Mine)
            shard.ReadAgain();
    }

    /// <summary>To be called after the commit.</summary>
    public void Tell(Effects effects)
    {
        foreach (var flow in effects.Flows)
            owned[OfFlow(flow.Tenant, flow.Key)]?.Learn(flow);
        foreach (var offer in effects.Offers)
            owned[offer.Shard]?.Offer(offer.Due);
    }

    public void Dispose()
    {
        foreach (var shard in Mine)
            shard.Dispose();
        ending.Dispose();
    }

    private void Own(int number)
    {
        var shard = make(number);
        Interlocked.Exchange(ref owned[number], shard)?.GiveUp();
        shard.Start();
    }

    /// <summary>Another node may have it by now: nothing more is begun, and what is under way is given up.</summary>
    private void GiveUp(int number) => Interlocked.Exchange(ref owned[number], null)?.GiveUp();

    /// <summary>Hears what other nodes did to these shards, and hands over what is more than this node's share.</summary>
    private async Task LookAsync(Node node, Lookout lookout)
    {
        using var looks = new PeriodicTimer(Look, TimeProvider.System);
        var (waited, isCutOff, isTroubled, handing) = (0, false, false, Task.CompletedTask);
        while (true)
        {
            try
            {
                if (!await looks.WaitForNextTickAsync(ending.Token))
                    break;
                if (isCutOff != node.IsCutOff)
                {
                    isCutOff = !isCutOff;
                    if (isCutOff)
                        CutOff(((PostgresStore)store).Obstacle);
                    else
                        CameBack();
                }
                if (isCutOff)
                    continue;
                await lookout.LookAsync();
                waited = node.Excess > 0 ? waited + 1 : 0;
                // One at a time, beside the looks: the others go on to hear their news meanwhile.
                if (handing.IsCompleted && node.Excess > 0 && Spare(node.Owned, waited) is { } number)
                {
                    waited = 0;
                    handing = HandOverAsync(node, number);
                }
                isTroubled = false;
            }
            catch (OperationCanceledException)
            {
                break;
            }
#pragma warning disable CA1031 // Nothing may end it: whatever it was, it looks again.
            catch (Exception trouble)
#pragma warning restore CA1031
            {
                // Many a second, and all for the same reason.
                if (!isTroubled)
                    LookTrouble(trouble);
                isTroubled = true;
            }
        }
        await handing;
    }

    private int? Spare(IReadOnlyList<int> shards, int waited)
    {
        if (shards.Count == 0)
            return null;
        var least = shards.MinBy(number => owned[number]?.InFlight.Count ?? 0);
        return owned[least] is { } shard && (shard.InFlight.Count == 0 || waited > Patience) ? least : null;
    }

    private async Task HandOverAsync(Node node, int number)
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(2), TimeProvider.System);
        try
        {
            await GiveBackAsync(node, number, bound.Token);
        }
#pragma warning disable CA1031 // Whatever it was, the next beat tells whose it is.
        catch (Exception trouble)
#pragma warning restore CA1031
        {
            HandingTrouble(number, trouble);
        }
    }

    private async Task GiveBackAsync(Node node, int number, CancellationToken bound)
    {
        if (owned[number] is not { } shard)
            return;
        await node.HandOverAsync(
            number,
            async () =>
            {
                leaving[number] = shard;
                owned[number] = null;
                await shard.StopAsync(bound);
                await shard.EndedAsync().WaitAsync(Breaking, TimeProvider.System);
                leaving.TryRemove(number, out _);
                shard.Dispose();
                // After all that was committed with the shard still this node's.
                await store.WriteAsync(s =>
                    s.Run("update shards set node = null where number = $0 and node = $1", number, node.Id)
                );
            }
        );
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Shards} shards are given up: other nodes may have them, for this one did not renew its lease in time."
    )]
    private partial void Lost(int shards);

    [LoggerMessage(Level = LogLevel.Error, Message = "Nothing is delivered or taken in here just now. {Why}")]
    private partial void CutOff(string why);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database is back: all goes on here.")]
    private partial void CameBack();

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Shard {Shard} could not be handed over; it is seen later whose it is."
    )]
    private partial void HandingTrouble(int shard, Exception trouble);

    [LoggerMessage(Level = LogLevel.Error, Message = "The store failed the nodes' news; they are looked for again.")]
    private partial void LookTrouble(Exception trouble);
}
