using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Jettae.Studio;

/// <summary>
/// Deletes what people asked to be deleted, some rows at a time, so that others write in between. That it was asked stands in the
/// store: it goes on after a stop.
/// </summary>
internal sealed class Erasure(
    StudioStore store,
    Schedules schedules,
    Changes changes,
    StudioActivity activity,
    TimeProvider time,
    ILogger<Erasure> logger
) : Loop(activity, time, logger)
{
    private const int Rows = 200;

    /// <summary>A piece is being written; it would be stored afterwards.</summary>
    private static readonly TimeSpan WhileBusy = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<Guid, TaskCompletionSource> waiting = new();

    /// <summary>Ends when all of theirs is gone. Who stops waiting stops nothing.</summary>
    /// <exception cref="RejectedException">409: something is being written right now. 503: the program stops first.</exception>
    public async Task OfAsync(Guid owner, CancellationToken cancel)
    {
        var end = waiting.GetOrAdd(owner, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));
        await store.WriteAsync(
            async db =>
            {
                await RefuseBusyAsync(db, owner, cancel);
                var person = await db.Users.SingleAsync(each => each.Id == owner, cancel);
                person.ErasingSince ??= Time.GetUtcNow();
            },
            cancel
        );
        Wake();
        await end.Task.WaitAsync(cancel);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        foreach (var end in waiting.Values)
            end.TrySetException(
                new RejectedException(
                    503,
                    "stopping",
                    null,
                    new(
                        "프로그램이 멈추고 있어요. 다시 켜지면 이어서 지워요.",
                        "The program is stopping; deleting goes on when it is back."
                    )
                )
            );
    }

    protected override async Task<TimeSpan?> StepAsync(CancellationToken cancel)
    {
        var owners = await store.ReadAsync(
            db => db.Users.Where(each => each.ErasingSince != null).Select(each => each.Id).ToListAsync(cancel),
            cancel
        );
        TimeSpan? wait = null;
        foreach (var owner in owners)
            try
            {
                await EraseAsync(owner, cancel);
                if (waiting.TryRemove(owner, out var end))
                    end.TrySetResult();
            }
            catch (RejectedException)
            {
                wait = WhileBusy;
            }
        return wait;
    }

    private async Task EraseAsync(Guid owner, CancellationToken cancel)
    {
        while (await schedules.NamesAsync(owner, "", cancel) is { Count: > 0 } some)
            foreach (var schedule in some)
            {
                await store.ReadAsync(
                    async db =>
                    {
                        await RefuseBusyAsync(db, owner, cancel);
                        return true;
                    },
                    cancel
                );
                await schedules.DeleteAsync(owner, schedule.Id, cancel);
            }
        await EachAsync(db =>
            db.Runs.Where(each => each.OwnerId == owner)
                .OrderBy(each => each.StartedAt)
                .Take(Rows)
                .ExecuteDeleteAsync(cancel)
        );
        await EachAsync(async db =>
        {
            // Tracked, so that the search index hears of each.
            var pieces = await db.Contents.Where(each => each.OwnerId == owner).Take(Rows).ToListAsync(cancel);
            db.Contents.RemoveRange(pieces);
            return pieces.Count;
        });
        await store.WriteAsync(
            async db =>
            {
                await RefuseBusyAsync(db, owner, cancel);
                await db.Alerts.Where(each => each.OwnerId == owner).ExecuteDeleteAsync(cancel);
                await db.Brands.Where(each => each.OwnerId == owner).ExecuteDeleteAsync(cancel);
                await db.AlertSettings.Where(each => each.OwnerId == owner).ExecuteDeleteAsync(cancel);
                (await db.Users.SingleAsync(each => each.Id == owner, cancel)).ErasingSince = null;
            },
            cancel
        );
        changes.Tell(new Change(owner, null, null));

        async Task EachAsync(Func<StudioDb, Task<int>> delete)
        {
            int gone;
            do gone = await store.WriteAsync(
                async db =>
                {
                    await RefuseBusyAsync(db, owner, cancel);
                    return await delete(db);
                },
                cancel
            );
            while (gone > 0);
        }
    }

    /// <summary>A run under way would store its piece afterwards.</summary>
    private static async Task RefuseBusyAsync(StudioDb db, Guid owner, CancellationToken cancel)
    {
        if (await db.Runs.AnyAsync(each => each.OwnerId == owner && each.State == RunState.Running, cancel))
            throw new RejectedException(
                409,
                "run_under_way",
                null,
                new(
                    "지금 쓰고 있는 글이 있어요. 끝난 뒤 다시 눌러 주세요.",
                    "A piece is being written right now. Try again when it is done."
                )
            );
    }
}
