namespace Jettae.Engine;

/// <summary>Hears what other nodes did to this one's shards, look by look, and takes out what it has acted on.</summary>
internal sealed class Lookout(Node node, Shards shards, Store store, Queues queues, Keys keys, Quotas quotas)
{
    /// <summary>Alone, a node looks once in so many times; and through the whole inbox, whoever else there is.</summary>
    private const int Seldom = 40;

    private int looks;

    // Letters are numbered before they are committed: what is behind those of the last thorough look but one has come by now.
    private long after;
    private long seen;
    private long newest;

    public async Task LookAsync()
    {
        var isThorough = looks++ % Seldom == 0;
        if (isThorough)
            (after, seen) = (seen, newest);
        // Alone, there may still be what another one left.
        if (node.Owned.Count > 0 && (node.HasOthers || isThorough))
            newest = Math.Max(newest, await HearAsync(isThorough ? 0 : after));
    }

    /// <summary>Answers the number of the last letter that it read.</summary>
    private async Task<long> HearAsync(long behind)
    {
        if (!Inbox.Has(store, node.Owned, behind))
            return 0;
        var (effects, cancelled, rolled, letters) = store.Read(db => Inbox.Letters(db, node.Owned, behind));
        rolled.ForEach(keys.Forget);
        quotas.Know(effects.Offers.Select(offer => offer.Due));
        shards.Tell(effects);
        if (cancelled.Count > 0)
            await queues.LeaveCancelledAsync(cancelled);
        await store.WriteAsync(s => Inbox.Remove(s, letters, node.Id));
        return letters.Count > 0 ? letters[^1] : 0;
    }
}
