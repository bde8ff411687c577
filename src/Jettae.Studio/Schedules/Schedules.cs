using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>A person's schedules: every change stores the schedule and its booking in one transaction.</summary>
public sealed class Schedules
{
    private readonly StudioStore store;
    private readonly Booker booker;
    private readonly Changes changes;
    private readonly TimeProvider time;

    internal Schedules(StudioStore store, Booker booker, Changes changes, TimeProvider time)
    {
        this.store = store;
        this.booker = booker;
        this.changes = changes;
        this.time = time;
    }

    /// <exception cref="RejectedException">A field breaks its rule; nothing is stored.</exception>
    public async Task<Schedule> CreateAsync(Guid owner, ScheduleFields fields, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var schedule = ScheduleRules.New(owner, fields, now);
        await store.WriteAsync(
            db =>
            {
                db.Schedules.Add(schedule);
                schedule.UpdatedAt = now;
                return Booked.EnsureAsync(db, schedule, now);
            },
            cancel
        );
        Told(schedule);
        return schedule;
    }

    /// <summary>Changes what was said. When its slots become others, the booked one is withdrawn and the new one booked.</summary>
    /// <exception cref="RejectedException">404, or a field breaks its rule; nothing is stored.</exception>
    public Task<Schedule> UpdateAsync(Guid owner, Guid id, ScheduleFields changed, CancellationToken cancel) =>
        ChangeAsync(
            owner,
            id,
            (schedule, now) =>
            {
                if (!ScheduleRules.Apply(schedule, changed, now))
                    return;
                if (schedule.PausedAt is null)
                    schedule.IsActive = true;
                // What passed under the old timing is no slot of the new one: it starts from here.
                schedule.AccountedUntil = now;
                if (schedule.IsActive)
                    ScheduleRules.RequireSlot(schedule, now);
            },
            cancel
        );

    public Task<Schedule> PauseAsync(Guid owner, Guid id, CancellationToken cancel) =>
        ChangeAsync(
            owner,
            id,
            (schedule, now) =>
            {
                schedule.IsActive = false;
                schedule.PausedAt ??= now;
            },
            cancel
        );

    /// <summary>Goes on from now: slots that passed while it was paused were not wanted and are not missed.</summary>
    public Task<Schedule> ResumeAsync(Guid owner, Guid id, CancellationToken cancel) =>
        ChangeAsync(
            owner,
            id,
            (schedule, now) =>
            {
                if (schedule.IsActive)
                    return;
                schedule.IsActive = true;
                schedule.PausedAt = null;
                if (schedule.AccountedUntil < now)
                    schedule.AccountedUntil = now;
            },
            cancel
        );

    /// <summary>Removes it; what it wrote and its log stay.</summary>
    public async Task DeleteAsync(Guid owner, Guid id, CancellationToken cancel)
    {
        await store.WriteAsync(
            async db =>
            {
                var schedule = await db.Schedules.OwnedAsync(owner, id, cancel);
                schedule.IsActive = false;
                await Booked.EnsureAsync(db, schedule, time.GetUtcNow());
                await db
                    .Contents.Where(content => content.ScheduleId == id)
                    .ExecuteUpdateAsync(set => set.SetProperty(content => content.ScheduleId, (Guid?)null), cancel);
                await db
                    .Runs.Where(run => run.ScheduleId == id && run.State == RunState.Waiting)
                    .ExecuteUpdateAsync(
                        set =>
                            set.SetProperty(run => run.State, RunState.Failed)
                                .SetProperty(run => run.Reason, Reasons.Deleted.Key)
                                .SetProperty(run => run.FinishedAt, time.GetUtcNow()),
                        cancel
                    );
                db.Schedules.Remove(schedule);
            },
            cancel
        );
        booker.Wake();
        changes.Tell(new Change(owner, id, null));
    }

    /// <summary>The slots that these fields would give, without storing anything.</summary>
    /// <exception cref="RejectedException">A field breaks its rule.</exception>
    public IReadOnlyList<DateTimeOffset> Preview(ScheduleFields fields, int count)
    {
        var now = time.GetUtcNow();
        // The editor previews while one still types: the words may be missing, the timing must be whole.
        var whole = fields with
        {
            Topic = fields.Topic is { Length: > 0 } topic ? topic : "-",
            ContentType = fields.ContentType ?? ContentType.XPost,
        };
        var schedule = ScheduleRules.New(Guid.Empty, whole with { Name = null, Settings = null }, now);
        return
        [
            .. Cadence
                .Slots(schedule.Timing, now)
                .TakeWhile(slot => schedule.EndsAt is null || slot <= schedule.EndsAt)
                .Take(Math.Min(count, schedule.MaxRuns ?? count)),
        ];
    }

    /// <summary>The coming slots of a stored schedule, the booked one first; none while it rests.</summary>
    public static IReadOnlyList<DateTimeOffset> Coming(Schedule schedule, int count) =>
        schedule.NextRunAt is not { } next
            ? []
            :
            [
                next,
                .. Cadence
                    .Slots(schedule.Timing, next)
                    .TakeWhile(slot => schedule.EndsAt is null || slot <= schedule.EndsAt)
                    .Take(count - 1),
            ];

    public Task<IReadOnlyList<Schedule>> ListAsync(Guid owner, CancellationToken cancel) =>
        store.ReadAsync<IReadOnlyList<Schedule>>(
            async db =>
                await db
                    .Schedules.Where(schedule => schedule.OwnerId == owner)
                    .OrderByDescending(schedule => schedule.Id)
                    .ToListAsync(cancel),
            cancel
        );

    /// <exception cref="RejectedException">404: the owner has no such schedule.</exception>
    public Task<Schedule> GetAsync(Guid owner, Guid id, CancellationToken cancel) =>
        store.ReadAsync(db => db.Schedules.OwnedAsync(owner, id, cancel), cancel);

    private async Task<Schedule> ChangeAsync(
        Guid owner,
        Guid id,
        Action<Schedule, DateTimeOffset> change,
        CancellationToken cancel
    )
    {
        var schedule = await store.WriteAsync(
            async db =>
            {
                var now = time.GetUtcNow();
                var found = await db.Schedules.OwnedAsync(owner, id, cancel);
                change(found, now);
                found.UpdatedAt = now;
                await Booked.EnsureAsync(db, found, now);
                return found;
            },
            cancel
        );
        Told(schedule);
        return schedule;
    }

    private void Told(Schedule schedule)
    {
        booker.Wake();
        changes.Tell(new Change(schedule.OwnerId, schedule.Id, null));
    }
}
