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
        var schedule = await store.WriteAsync(
            async db =>
            {
                var wanted = ScheduleRules.New(owner, fields.Under(await Brand.OfAsync(db, owner, cancel)), now);
                db.Schedules.Add(wanted);
                wanted.UpdatedAt = now;
                await Booked.EnsureAsync(db, wanted, now);
                return wanted;
            },
            cancel
        );
        Told(schedule);
        return schedule;
    }

    /// <summary>Changes what was said. When its slots become others, the booked one is withdrawn and the new one booked.</summary>
    /// <exception cref="RejectedException">404, or a field breaks its rule; nothing is stored.</exception>
    public Task<Schedule> UpdateAsync(Guid owner, Guid id, ScheduleFields changed, CancellationToken cancel) =>
        ChangeAsync(owner, id, (db, schedule, now) => UpdateAsync(db, schedule, changed, now), cancel);

    /// <summary>The same of what was changed in a form, unless somebody else has changed it too since the form was opened.</summary>
    /// <exception cref="RejectedException">404, 409 where they have, or a field breaks its rule; nothing is stored.</exception>
    public Task<Schedule> UpdateAsync(Guid owner, Guid id, ScheduleEdit edit, CancellationToken cancel) =>
        ChangeAsync(
            owner,
            id,
            (db, schedule, now) =>
            {
                edit.RequireNoClash(schedule);
                return UpdateAsync(db, schedule, edit.Changed, now);
            },
            cancel
        );

    public Task<Schedule> PauseAsync(Guid owner, Guid id, CancellationToken cancel) =>
        ChangeAsync(
            owner,
            id,
            (_, schedule, now) =>
            {
                schedule.IsActive = false;
                schedule.PausedAt ??= now;
                schedule.PausedUntil = null;
                return Task.CompletedTask;
            },
            cancel
        );

    /// <summary>Rests until then and goes on by itself: the booking of the first slot after it is the resumption.</summary>
    /// <exception cref="RejectedException">404, 409 when no slot may run any more, or there is none after <paramref name="until"/>.</exception>
    public Task<Schedule> PauseUntilAsync(Guid owner, Guid id, DateTimeOffset until, CancellationToken cancel) =>
        ChangeAsync(
            owner,
            id,
            async (db, schedule, now) =>
            {
                schedule.AccountedUntil = Later(await AccountedAsync(db, schedule, now), until);
                var changes = await Slots.OpenAsync(db, schedule);
                if (until <= now || !EffectiveSlots.Running(schedule, changes, schedule.AccountedUntil).Any())
                    throw RejectedException.Broken(
                        "until",
                        new(
                            "앞으로 올 시각이어야 하고, 그 뒤에 차례가 있어야 해요.",
                            "It must be in the future, with a slot after it."
                        ),
                        $"'{until.UtcDateTime:s}Z'"
                    );
                schedule.IsActive = true;
                schedule.PausedAt = null;
                schedule.PausedUntil = until;
                await RequireGoingOnAsync(db, schedule, now);
            },
            cancel
        );

    /// <summary>Active, at rest until a day or paused, as it was.</summary>
    /// <exception cref="RejectedException">404: the owner has no such schedule any more.</exception>
    public Task<Schedule> BackToAsync(Schedule before, CancellationToken cancel) =>
        !before.IsActive ? PauseAsync(before.OwnerId, before.Id, cancel)
        : before.PausedUntil is { } until && until > time.GetUtcNow()
            ? PauseUntilAsync(before.OwnerId, before.Id, until, cancel)
        : ResumeAsync(before.OwnerId, before.Id, cancel);

    /// <summary>Goes on from now: slots that passed while it was paused were not wanted and are not missed.</summary>
    /// <exception cref="RejectedException">404, or 409 when no slot is to come any more.</exception>
    public Task<Schedule> ResumeAsync(Guid owner, Guid id, CancellationToken cancel) =>
        ChangeAsync(
            owner,
            id,
            async (db, schedule, now) =>
            {
                if (schedule.IsActive && !schedule.RestsAt(now))
                    return;
                schedule.IsActive = true;
                schedule.PausedAt = null;
                schedule.PausedUntil = null;
                schedule.AccountedUntil = await AccountedAsync(db, schedule, now);
                await RequireGoingOnAsync(db, schedule, now);
            },
            cancel
        );

    /// <summary>A paused copy, to be changed and started.</summary>
    /// <exception cref="RejectedException">404.</exception>
    public async Task<Schedule> DuplicateAsync(Guid owner, Guid id, CancellationToken cancel)
    {
        var copy = await store.WriteAsync(
            async db =>
            {
                var now = time.GetUtcNow();
                var copy = ScheduleRules.Copy(await db.Schedules.OwnedAsync(owner, id, cancel), now);
                db.Schedules.Add(copy);
                return copy;
            },
            cancel
        );
        Told(copy);
        return copy;
    }

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
                await db.SlotChanges.Where(change => change.ScheduleId == id).ExecuteDeleteAsync(cancel);
                // Its live one goes when QStash has cancelled the message.
                await Booked.UsedUp(db).Where(booking => booking.ScheduleId == id).ExecuteDeleteAsync(cancel);
                db.Schedules.Remove(schedule);
            },
            cancel
        );
        booker.Wake();
        changes.Tell(new Change(owner, id, null));
    }

    /// <summary>The slots that a new schedule of these fields would have, without storing anything.</summary>
    /// <exception cref="RejectedException">A field breaks its rule.</exception>
    public Preview Preview(ScheduleFields fields, int count)
    {
        var now = time.GetUtcNow();
        // The editor previews while one still types: the words may be missing, the timing must be whole.
        var whole = fields with
        {
            Topic = fields.Topic is { Length: > 0 } topic ? topic : "-",
            ContentType = fields.ContentType ?? ContentType.XPost,
        };
        // So may a prompt; only the form of the settings is looked at.
        fields.SettingsOver(new());
        var schedule = ScheduleRules.New(Guid.Empty, whole with { Name = null, SettingsSaid = null }, now);
        var slots = EffectiveSlots.Running(schedule, [], now).Take(schedule.MaxRuns ?? int.MaxValue);
        return new Preview(PreviewSlot.Of(schedule.Timing, now, slots.Take(count)), slots, null);
    }

    /// <summary>The slots that a schedule would have after this change: those that really come, as long as its timing stays. Stores nothing.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="id">The schedule; a paused one is shown as if it went on now.</param>
    /// <param name="changed">What is said; only the timing matters.</param>
    /// <param name="count">So many at first, at most.</param>
    /// <param name="cancel">Stops reading.</param>
    /// <exception cref="RejectedException">404, or a field breaks its rule.</exception>
    public Task<Preview> PreviewAsync(
        Guid owner,
        Guid id,
        ScheduleFields changed,
        int count,
        CancellationToken cancel
    ) =>
        store.ReadAsync(
            async db =>
            {
                var now = time.GetUtcNow();
                var schedule = await db.Schedules.OwnedAsync(owner, id, cancel);
                var booked = schedule.NextRunAt;
                var timing = changed with { Name = null, Topic = null, TargetAudience = null, SettingsSaid = null };
                var isRetimed = await ApplyAsync(db, schedule, timing, now);
                ScheduleRules.RequireReadable(schedule);
                if (schedule.PausedAt is not null)
                    schedule.AccountedUntil = await AccountedAsync(db, schedule, now);
                var open = await Slots.OpenAsync(db, schedule);
                if (isRetimed)
                    open.RemoveAll(each => Slots.IsLost(schedule, each));
                var slots =
                    isRetimed || schedule.PausedAt is not null
                        ? EffectiveSlots.Running(schedule, open, schedule.AccountedUntil)
                        : Slots.ComingOf(schedule, open);
                slots = slots.Take(await Slots.LeftAsync(db, schedule) ?? int.MaxValue);
                return new Preview(
                    PreviewSlot.Of(schedule.Timing, schedule.AccountedUntil, slots.Take(count)),
                    slots,
                    booked
                );
            },
            cancel
        );

    private static async Task UpdateAsync(StudioDb db, Schedule schedule, ScheduleFields changed, DateTimeOffset now)
    {
        if (!await ApplyAsync(db, schedule, changed, now))
            return;
        var open = await Slots.OpenAsync(db, schedule);
        db.SlotChanges.RemoveRange(open.Where(each => Slots.IsLost(schedule, each)));
    }

    /// <summary>Applies what was said. With another timing it begins anew, from here or where its rest ends: what passed under the old one is no slot of it.</summary>
    /// <returns>Whether its slots may be others now.</returns>
    private static async Task<bool> ApplyAsync(
        StudioDb db,
        Schedule schedule,
        ScheduleFields changed,
        DateTimeOffset now
    )
    {
        if (!ScheduleRules.Apply(schedule, changed, now))
            return false;
        if (schedule.PausedAt is null)
            schedule.IsActive = true;
        schedule.AccountedUntil = Later(await AccountedAsync(db, schedule, now), schedule.PausedUntil);
        if (schedule.IsActive)
            ScheduleRules.RequireSlot(schedule, schedule.AccountedUntil);
        return true;
    }

    /// <summary>Newest first, page by page.</summary>
    public Task<Page<Schedule>> ListAsync(
        Guid owner,
        ScheduleFilter filter,
        string? cursor,
        int count,
        CancellationToken cancel
    )
    {
        var after = PageKey.Parse(cursor);
        var size = PageKey.Bounded(count);
        return store.ReadAsync(
            async db =>
            {
                var rows = filter.In(db.Schedules.Where(schedule => schedule.OwnerId == owner));
                if (after is { } key)
                    rows = rows.Where(schedule => schedule.Id.CompareTo(key.Id) < 0);
                var found = await rows.OrderByDescending(schedule => schedule.Id).Take(size + 1).ToListAsync(cancel);
                found.ForEach(schedule => schedule.AsOf(time.GetUtcNow()));
                return PageKey.Cut(found, size, schedule => new PageKey(schedule.CreatedAt, schedule.Id));
            },
            cancel
        );
    }

    /// <summary>Names for choosing a schedule, by name, as many as can be looked through.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="chosen">The one that is chosen: its name is told also when it is not among the first.</param>
    /// <param name="cancel">Stops reading.</param>
    public Task<ScheduleChoices> ChoicesAsync(Guid owner, Guid? chosen, CancellationToken cancel) =>
        store.ReadAsync(
            async db =>
            {
                var names = await NamesAsync(db, owner, "", cancel);
                var mine = db.Schedules.Where(each => each.OwnerId == owner);
                if (
                    chosen is not { } id
                    || await mine.SingleOrDefaultAsync(each => each.Id == id, cancel) is not { } one
                )
                    return new ScheduleChoices(names, null);
                var isAlone = !await mine.AnyAsync(each => each.Name == one.Name && each.Id != id, cancel);
                return new ScheduleChoices(names, new ScheduleName(id, one.Name, isAlone ? null : one));
            },
            cancel
        );

    /// <summary>The first names with this in them, those that are just this before the others.</summary>
    public Task<List<ScheduleName>> NamesAsync(Guid owner, string search, CancellationToken cancel) =>
        store.ReadAsync(db => NamesAsync(db, owner, search, cancel), cancel);

    private static async Task<List<ScheduleName>> NamesAsync(
        StudioDb db,
        Guid owner,
        string search,
        CancellationToken cancel
    )
    {
        var rows = db.Schedules.Where(schedule => schedule.OwnerId == owner);
        var ordered = rows.OrderBy(schedule => schedule.Name);
        if (search.Length > 0)
        {
            var pattern = ScheduleFilter.PatternOf(search);
#pragma warning disable CA1304, CA1311 // The database does it.
            ordered = rows.Where(schedule => EF.Functions.Like(schedule.Name.ToLower(), pattern.ToLower(), "\\"))
#pragma warning restore CA1304, CA1311
                .OrderBy(schedule => schedule.Name != search)
                .ThenBy(schedule => schedule.Name);
        }
        var names = await ordered
            .ThenBy(schedule => schedule.Id)
            .Select(schedule => new ScheduleName(schedule.Id, schedule.Name, null))
            .Take(ScheduleChoices.Most + 1)
            .ToListAsync(cancel);
        List<Guid> alike =
        [
            .. names
                .GroupBy(each => each.Name)
                .Where(same => same.Count() > 1)
                .SelectMany(same => same.Select(each => each.Id)),
        ];
        if (alike.Count == 0)
            return names;
        var whole = await rows.Where(each => alike.Contains(each.Id)).ToDictionaryAsync(each => each.Id, cancel);
        return names.ConvertAll(each => each with { Namesake = whole.GetValueOrDefault(each.Id) });
    }

    /// <summary>Of schedules shown under these names, which they had then or have now: those called like another one, shown or not.</summary>
    public async Task<IReadOnlyDictionary<Guid, ScheduleName>> NamesakesAsync(
        Guid owner,
        IEnumerable<(Guid? Id, string Name)> shown,
        CancellationToken cancel
    )
    {
        var named = shown
            .Where(each => each.Id is not null)
            .Select(each => new ScheduleName(each.Id!.Value, each.Name))
            .ToHashSet();
        if (named.Count == 0)
            return new Dictionary<Guid, ScheduleName>();
        var names = named.Select(each => each.Name).Distinct().ToList();
        return await store.ReadAsync(
            async db =>
            {
                var mine = db.Schedules.Where(each => each.OwnerId == owner);
                var called = await mine.Where(each => names.Contains(each.Name))
                    .Select(each => new ScheduleName(each.Id, each.Name, null))
                    .ToListAsync(cancel);
                var alike = named
                    .Union(called)
                    .GroupBy(each => each.Name)
                    .Where(same => same.Count() > 1)
                    .SelectMany(same => same.Select(each => each.Id))
                    .Intersect(named.Select(each => each.Id))
                    .ToList();
                var whole =
                    alike.Count == 0 ? [] : await mine.Where(each => alike.Contains(each.Id)).ToListAsync(cancel);
                return whole.ToDictionary(each => each.Id, each => new ScheduleName(each.Id, each.Name, each));
            },
            cancel
        );
    }

    /// <exception cref="RejectedException">404: the owner has no such schedule.</exception>
    public async Task<Schedule> GetAsync(Guid owner, Guid id, CancellationToken cancel) =>
        (await store.ReadAsync(db => db.Schedules.OwnedAsync(owner, id, cancel), cancel)).AsOf(time.GetUtcNow());

    private async Task<Schedule> ChangeAsync(
        Guid owner,
        Guid id,
        Func<StudioDb, Schedule, DateTimeOffset, Task> change,
        CancellationToken cancel
    )
    {
        var schedule = await store.WriteAsync(
            async db =>
            {
                var now = time.GetUtcNow();
                var found = await db.Schedules.OwnedAsync(owner, id, cancel);
                await change(db, found, now);
                found.UpdatedAt = now;
                await Booked.EnsureAsync(db, found, now);
                return found;
            },
            cancel
        );
        Told(schedule);
        return schedule;
    }

    /// <summary>Nobody is told that a schedule goes on which its last slot has ended.</summary>
    private static async Task RequireGoingOnAsync(StudioDb db, Schedule schedule, DateTimeOffset now)
    {
        await Booked.EnsureAsync(db, schedule, now);
        if (!schedule.IsActive)
            throw new RejectedException(
                409,
                "schedule_ended",
                "id",
                new(
                    "남은 차례가 없어서 다시 시작할 수 없어요. 스케줄을 열어 종료 조건을 바꿔 주세요.",
                    "No slot is left, so it cannot go on. Open the schedule and change its end."
                )
            );
    }

    /// <summary>Where a schedule that begins anew stands: now, or at a slot that began a moment early.</summary>
    private static async Task<DateTimeOffset> AccountedAsync(StudioDb db, Schedule schedule, DateTimeOffset now) =>
        Later(
            now,
            await db.Runs.Where(run => run.ScheduleId == schedule.Id && run.SlotAt > now).MaxAsync(run => run.SlotAt)
        );

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => other > one ? other.Value : one;

    private void Told(Schedule schedule)
    {
        booker.Wake();
        changes.Tell(new Change(schedule.OwnerId, schedule.Id, null));
    }
}
