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

    /// <summary>The newest <paramref name="perSchedule"/> runs of each schedule, newest first: the list's strip.</summary>
    public Task<IReadOnlyDictionary<Guid, IReadOnlyList<Run>>> RecentAsync(
        Guid owner,
        int perSchedule,
        CancellationToken cancel
    ) =>
        store.ReadAsync<IReadOnlyDictionary<Guid, IReadOnlyList<Run>>>(
            async db =>
            {
                var schedules = await db
                    .Schedules.Where(schedule => schedule.OwnerId == owner)
                    .Select(schedule => schedule.Id)
                    .ToListAsync(cancel);
                var recent = new Dictionary<Guid, IReadOnlyList<Run>>();
                foreach (var id in schedules)
                    recent[id] = await db
                        .Runs.Where(run => run.ScheduleId == id)
                        .OrderByDescending(run => run.StartedAt)
                        .ThenByDescending(run => run.Id)
                        .Take(perSchedule)
                        .ToListAsync(cancel);
                return recent;
            },
            cancel
        );
}
