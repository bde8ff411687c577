namespace Jettae.Engine;

/// <summary>Hears what other nodes did to this one's shards, look by look, and takes out what it has acted on.</summary>
internal sealed class Lookout(Node node, Shards shards, Store store, Queues queues, Keys keys, Quotas quotas)
{
    /// <summary>Alone, a node looks once in so many times; and further back, whoever else there is.</summary>
    private const int Seldom = 40;

    /// <summary>Those looks go so many of them back.</summary>
    private const int Far = 30;

    /// <summary>And one in so many goes through the whole inbox, for what could not be taken out.</summary>
    private const int Thorough = 300;

    private int looks;

    // Letters are numbered before they are committed, and what was taken out may long be in the way. So they are looked for behind the
    // last one of some looks ago: of two, and seldom of many.
    private readonly Queue<long> newests = new([0]);
    private long near;
    private long newest;

    public async Task LookAsync()
    {
        var (isFar, isThorough) = (looks % Seldom == 0, looks % (Seldom * Thorough) == 0);
        looks = (looks + 1) % (Seldom * Thorough);
        var behind = near;
        if (isFar)
        {
            near = newests.Last();
            newests.Enqueue(newest);
            behind = newests.Count > Far ? newests.Dequeue() : 0;
        }
        if (isThorough)
            behind = 0;
        // Alone, there may still be what another one left.
        if (node.Owned.Count > 0 && (node.HasOthers || isFar))
            newest = Math.Max(newest, await HearAsync(behind));
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
            await queues.LeaveAsync(cancelled);
        if (letters.Count == 0)
            return 0;
        await store.WriteAsync(s => Inbox.Remove(s, letters, node.Id));
        return letters[^1];
    }
}
