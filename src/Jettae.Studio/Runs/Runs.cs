using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>What to show of the execution log; null means all.</summary>
public sealed record RunFilter(
    Guid? ScheduleId = null,
    RunState? State = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null
);

/// <summary>The execution log.</summary>
public sealed class Runs
{
    private readonly StudioStore store;

    internal Runs(StudioStore store) => this.store = store;

    /// <summary>Without steps.</summary>
    public Task<Page<Run>> ListAsync(Guid owner, RunFilter filter, string? cursor, int count, CancellationToken cancel)
    {
        var after = PageKey.Parse(cursor);
        var size = PageKey.Bounded(count);
        return store.ReadAsync(
            async db =>
            {
                var rows = db.Runs.Where(run => run.OwnerId == owner);
                if (filter.ScheduleId is { } schedule)
                    rows = rows.Where(run => run.ScheduleId == schedule);
                if (filter.State is { } state)
                    rows = rows.Where(run => run.State == state);
                if (filter.From is { } from)
                    rows = rows.Where(run => run.StartedAt >= from);
                if (filter.To is { } to)
                    rows = rows.Where(run => run.StartedAt < to);
                if (after is { } key)
                    rows = rows.Where(run =>
                        run.StartedAt < key.At || (run.StartedAt == key.At && run.Id.CompareTo(key.Id) < 0)
                    );
                var found = await rows.OrderByDescending(run => run.StartedAt)
                    .ThenByDescending(run => run.Id)
                    .Take(size + 1)
                    .ToListAsync(cancel);
                return PageKey.Cut(found, size, run => new PageKey(run.StartedAt, run.Id));
            },
            cancel
        );
    }

    /// <summary>With its steps, in order.</summary>
    /// <exception cref="RejectedException">404: the owner has no such run.</exception>
    public Task<Run> GetAsync(Guid owner, Guid id, CancellationToken cancel) =>
        store.ReadAsync(
            db =>
                db.Runs.Include(run => run.Steps.OrderBy(step => step.Attempt).ThenBy(step => step.Id))
                    .OwnedAsync(owner, id, cancel),
            cancel
        );

    /// <summary>How the newest <paramref name="perSchedule"/> runs of each schedule went, newest first: the list's strip.</summary>
    public Task<IReadOnlyDictionary<Guid, IReadOnlyList<RunState>>> RecentAsync(
        Guid owner,
        int perSchedule,
        CancellationToken cancel
    ) =>
        store.ReadAsync<IReadOnlyDictionary<Guid, IReadOnlyList<RunState>>>(
            async db =>
            {
                // A seek in the index of the newest runs for each schedule; a join would number all runs there are.
                var recent = await db
                    .Database.SqlQuery<Strip>(
                        $"""
                        SELECT s.id, (SELECT group_concat(state, ' ') FROM (
                            SELECT r.state FROM runs r WHERE r.schedule_id = s.id
                            ORDER BY r.started_at DESC, r.id DESC LIMIT {perSchedule})) AS states
                        FROM schedules s WHERE s.owner_id = {owner}
                        """
                    )
                    .ToListAsync(cancel);
                return recent.ToDictionary(
                    each => each.Id,
                    each =>
                        (IReadOnlyList<RunState>)
                            [
                                .. (each.States ?? "")
                                    .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                                    .Select(JsonName.Parse<RunState>),
                            ]
                );
            },
            cancel
        );

    private sealed record Strip(Guid Id, string? States);
}
