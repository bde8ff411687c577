using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>What to show of the execution log; null means all.</summary>
public sealed record RunFilter(
    Guid? ScheduleId = null,
    RunState? State = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    RunTrigger? Trigger = null,
    string? Reason = null
);

/// <summary>The execution log.</summary>
public sealed class Runs
{
    private readonly StudioStore store;
    private readonly Retention kept;

    internal Runs(StudioStore store, Retention kept) => (this.store, this.kept) = (store, kept);

    /// <summary>Newest first; lines of a list, without steps, prompt and answer.</summary>
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
                if (filter.Trigger is { } trigger)
                    rows = rows.Where(run => run.Trigger == trigger);
                if (filter.Reason is { } reason)
                    rows = rows.Where(run => run.Reason == reason);
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
                    .AsLines()
                    .ToListAsync(cancel);
                return PageKey.Cut(found, size, run => new PageKey(run.StartedAt, run.Id));
            },
            cancel
        );
    }

    /// <summary>With its steps, in order.</summary>
    /// <exception cref="RejectedException">404: the owner has no such run.</exception>
    public Task<Run> GetAsync(Guid owner, Guid id, CancellationToken cancel) =>
        store.ReadAsync(db => db.Runs.WithSteps().OwnedAsync(owner, id, kept, cancel), cancel);

    /// <summary>Whether the owner has this run: it may have been deleted, past its retention.</summary>
    public Task<bool> HasAsync(Guid owner, Guid id, CancellationToken cancel) =>
        store.ReadAsync(db => db.Runs.AnyAsync(run => run.Id == id && run.OwnerId == owner, cancel), cancel);

    /// <summary>The step that each of these runs is at.</summary>
    public Task<Dictionary<Guid, StepKind>> LastStepsAsync(
        Guid owner,
        IReadOnlyCollection<Guid> runs,
        CancellationToken cancel
    ) => store.ReadAsync(async db => (
                    await db
                        .RunSteps.Where(step => runs.Contains(step.RunId) && step.OwnerId == owner)
                        .Select(step => new
                        {
                            step.RunId,
                            step.Id,
                            step.Kind,
                        })
                        .ToListAsync(cancel)
                ).GroupBy(step => step.RunId).ToDictionary(steps => steps.Key, steps => steps.MaxBy(step => step.Id)!.Kind), cancel);

    /// <summary>The newest <paramref name="perSchedule"/> runs of each of these schedules, newest first: the list's strip.</summary>
    public Task<ILookup<Guid, RecentRun>> RecentAsync(
        Guid owner,
        IReadOnlyCollection<Guid> schedules,
        int perSchedule,
        CancellationToken cancel
    ) =>
        store.ReadAsync(
            async db =>
            {
                // A seek in the index of the newest runs for each schedule; a join would number all runs there are.
                var sql = $$"""
                    SELECT s.id, (SELECT string_agg(r.line, ' ') FROM (
                        SELECT CAST(id AS TEXT) || '|' || state || '|'
                            || {{db.Milliseconds("COALESCE(slot_at, started_at)")}} || '|'
                            || {{db.Milliseconds("started_at")}} || '|'
                            || COALESCE(CAST({{db.Milliseconds("finished_at")}} AS TEXT), '') || '|'
                            || COALESCE(reason, '') AS line
                        FROM runs WHERE schedule_id = s.id
                        ORDER BY started_at DESC, id DESC LIMIT {1}) r) AS runs
                    FROM schedules s WHERE s.owner_id = {0} AND s.id IN ({{StudioDb.Ids(schedules)}})
                    """;
                var found = await db.Database.SqlQueryRaw<Strip>(sql, owner, perSchedule).ToListAsync(cancel);
                return found
                    .SelectMany(each =>
                        (each.Runs ?? "")
                            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
                            .Select(line => (each.Id, Run: Bar(line.Split('|'))))
                    )
                    .ToLookup(each => each.Id, each => each.Run);
            },
            cancel
        );

    private static RecentRun Bar(string[] parts)
    {
        TimeSpan? took = parts[4].Length == 0 ? null : TimeSpan.FromMilliseconds(Number(parts[4]) - Number(parts[3]));
        return new RecentRun(
            Guid.Parse(parts[0]),
            JsonName.Parse<RunState>(parts[1]),
            DateTimeOffset.FromUnixTimeMilliseconds(Number(parts[2])),
            took,
            parts[5].Length == 0 ? null : parts[5]
        );

        static long Number(string text) => long.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed record Strip(Guid Id, string? Runs);
}

/// <summary>How much of a run is read.</summary>
internal static class RunLines
{
    /// <summary>Each with its steps, in order.</summary>
    public static IQueryable<Run> WithSteps(this IQueryable<Run> runs) =>
        runs.Include(run => run.Steps.OrderBy(step => step.Attempt).ThenBy(step => step.Id));

    /// <summary>All but prompt and answer: of a hundred runs they may be some megabytes.</summary>
    public static IQueryable<Run> AsLines(this IQueryable<Run> runs) =>
        runs.Select(run => new Run
        {
            Id = run.Id,
            OwnerId = run.OwnerId,
            ScheduleId = run.ScheduleId,
            ScheduleName = run.ScheduleName,
            SlotAt = run.SlotAt,
            Trigger = run.Trigger,
            RerunOf = run.RerunOf,
            State = run.State,
            Attempts = run.Attempts,
            ContentId = run.ContentId,
            Reason = run.Reason,
            ReasonDetail = run.ReasonDetail,
            Model = run.Model,
            InputTokens = run.InputTokens,
            CachedInputTokens = run.CachedInputTokens,
            CacheWriteTokens = run.CacheWriteTokens,
            OutputTokens = run.OutputTokens,
            ThinkingTokens = run.ThinkingTokens,
            Cost = run.Cost,
            Similarity = run.Similarity,
            ProviderRequestId = run.ProviderRequestId,
            QstashMessageId = run.QstashMessageId,
            StartedAt = run.StartedAt,
            FinishedAt = run.FinishedAt,
        });
}

/// <summary>One bar of a schedule's strip.</summary>
/// <param name="Id">The run.</param>
/// <param name="State">How it went.</param>
/// <param name="At">Its slot, or when it began.</param>
/// <param name="Took">How long it took; null while it goes on.</param>
/// <param name="Reason">A key of <see cref="Reasons"/>; null when all is well.</param>
public sealed record RecentRun(Guid Id, RunState State, DateTimeOffset At, TimeSpan? Took, string? Reason);
