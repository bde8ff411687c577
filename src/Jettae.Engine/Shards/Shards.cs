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
        Deliverer deliverer,
        OpenWork work,
        EngineOptions options,
        TimeProvider time,
        ILogger<Shard> log
    )
    {
        owned =
        [
            .. Enumerable
                .Range(0, Count)
                .Select(number => new Shard(number, this, store, deliverer, work, options, time, log)),
        ];
        store.Doubted += () => Array.ForEach(owned, shard => shard.ReadAgain());
    }

    /// <summary>Attempts under way, for the log: they are nowhere on disk.</summary>
    public IEnumerable<InFlight> InFlight => owned.SelectMany(shard => shard.InFlight);

    /// <summary>The shard of an unkeyed message. Same on every machine and in every run.</summary>
    public static int Of(string id)
    {
        var hash = 2_166_136_261u;
        foreach (var c in id)
            hash = (hash ^ c) * 16_777_619;
        return (int)(hash % Count);
    }

    public void Start()
    {
        foreach (var shard in owned)
            shard.Start();
    }

    /// <summary>Starts no further attempt and waits for those under way, as long as <paramref name="bound"/> lets it.</summary>
    public Task StopAsync(CancellationToken bound) => Task.WhenAll(owned.Select(shard => shard.StopAsync(bound)));

    /// <summary>To be called after the commit.</summary>
    public void Offer(IEnumerable<Offer> offers)
    {
        foreach (var offer in offers)
            owned[offer.Shard].Offer(offer);
    }

    public void Dispose()
    {
        foreach (var shard in owned)
            shard.Dispose();
    }
}
