using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>What a node does when it hears of the others.</summary>
internal sealed class Heard(
    StudioStore store,
    Changes changes,
    Writers writers,
    Sessions sessions,
    Runner runner,
    Booker booker,
    Keeper keeper,
    Watcher watcher,
    Erasure erasure,
    Pruner pruner
)
{
    /// <summary>Something changed there: pages that are open here show it, and who writes here heeds it.</summary>
    public async Task OfAsync(Change change, CancellationToken cancel)
    {
        if (change is { ScheduleId: null, RunId: null })
        {
            await writers.ReadAsync(cancel);
            await sessions.HearAsync(cancel);
        }
        if (change.RunId is { } run)
            await runner.HeedAsync(change.Owner, run, cancel);
        changes.Show(change);
    }

    /// <summary>Nothing for so long that something may have been missed: it is as if each person's everything had changed.</summary>
    public async Task OfNothingAsync(CancellationToken cancel)
    {
        await writers.ReadAsync(cancel);
        await sessions.HearAsync(cancel);
        await runner.HeedAllAsync(cancel);
        foreach (var user in await store.ReadAsync(db => db.Users.Select(each => each.Id).ToListAsync(cancel), cancel))
            changes.Show(new Change(user, null, null));
    }

    /// <summary>A node has ended, or this one has become the first: what the other may have left undone is looked for.</summary>
    public void OfAnEnd()
    {
        booker.Wake();
        keeper.Wake();
        watcher.Wake();
        erasure.Wake();
        pruner.Wake();
    }
}
