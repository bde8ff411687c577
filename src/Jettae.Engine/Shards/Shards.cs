using Microsoft.Extensions.Logging;

namespace Jettae.Engine;

/// <summary>The shards that this node owns: all of them, on SQLite.</summary>
public sealed class Shards : IDisposable
{
    /// <summary>A power of two, fixed with the data.</summary>
    public const int Count = 8;

    private readonly Shard[] owned;

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
        var slots = new Slots(options.MaxInFlight, options.MaxInFlightBytes, tenant => quotas.Of(tenant).Parallelism);
        owned =
        [
            .. Enumerable
                .Range(0, Count)
                .Select(number => new Shard(number, this, slots, store, deliverer, work, options, time, log)),
        ];
        store.Doubted += () => Array.ForEach(owned, shard => shard.ReadAgain());
    }

    /// <summary>Attempts under way, for the log: they are nowhere on disk.</summary>
    public IEnumerable<InFlight> InFlight => owned.SelectMany(shard => shard.InFlight);

    /// <summary>A message's shard: that of its flow-control key, whose count is kept in one place, else any.</summary>
    public static int Of(string tenant, string id, string? flowKey) =>
        Of(flowKey is null ? id : $"{tenant}\0{flowKey}");

    /// <summary>Same on every machine and in every run.</summary>
    private static int Of(string text)
    {
        var hash = 2_166_136_261u;
        foreach (var c in text)
            hash = (hash ^ c) * 16_777_619;
        return (int)(hash % Count);
    }

    /// <summary>Where the key's attempts are counted.</summary>
    public Shard OfFlow(string tenant, string key) => owned[Of(tenant, "", key)];

    /// <summary>Messages that are in memory, of all that the store has pending.</summary>
    internal int InMemory => owned.Sum(shard => shard.InMemory);

    internal int Running => owned.Count(shard => shard.IsRunning);

    internal bool AreRunning => Running == owned.Length;

    internal int UnderWay => owned.Sum(shard => shard.UnderWay);

    /// <summary>Messages that wait in lanes, by what they wait for; always the same few words.</summary>
    internal Dictionary<string, int> Waiting()
    {
        var all = new Dictionary<string, int>();
        foreach (var shard in owned)
        foreach (var (reason, count) in shard.Waiting())
            all[reason] = all.GetValueOrDefault(reason) + count;
        return all;
    }

    internal Task SteppedAsync() => Task.WhenAll(owned.Select(shard => shard.SteppedAsync()));

    internal Task TurnedAsync() => Task.WhenAll(owned.Select(shard => shard.TurnedAsync()));

    public void Start()
    {
        foreach (var shard in owned)
            shard.Start();
    }

    /// <summary>Starts no further attempt and waits for those under way, as long as <paramref name="bound"/> lets it.</summary>
    public Task StopAsync(CancellationToken bound) => Task.WhenAll(owned.Select(shard => shard.StopAsync(bound)));

    /// <summary>To be called after the commit.</summary>
    public void Tell(Effects effects)
    {
        foreach (var flow in effects.Flows)
            OfFlow(flow.Tenant, flow.Key).Learn(flow);
        foreach (var offer in effects.Offers)
            owned[offer.Shard].Offer(offer.Due);
    }

    public void Dispose()
    {
        foreach (var shard in owned)
            shard.Dispose();
    }
}
