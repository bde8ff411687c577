namespace Jettae.Studio;

/// <summary>What a node does when it hears of the others.</summary>
internal sealed class Heard(
    Changes changes,
    Writers writers,
    Sessions sessions,
    Runner runner,
    Booker booker,
    Keeper keeper,
    Watcher watcher,
    Erasure erasure
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

    /// <summary>A node has ended, or this one has become the first: what the other may have left undone is looked for.</summary>
    public void OfAnEnd()
    {
        booker.Wake();
        keeper.Wake();
        watcher.Wake();
        erasure.Wake();
    }
}
