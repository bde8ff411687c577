using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>What a person wants to know on coming in.</summary>
/// <param name="IsNew">Nothing was ever planned or written: the first steps are shown instead.</param>
/// <param name="Coming">The schedules whose slots come next, soonest first.</param>
/// <param name="Latest">The newest pieces.</param>
/// <param name="Drafts">Pieces that nobody has looked at.</param>
/// <param name="Troubles">
/// Runs of the last seven days that were given up and not made good since, newest first: of each schedule the last.
/// </param>
/// <param name="MoreTroubles">How many of late there are beside them.</param>
/// <param name="Month">The last 30 days in figures.</param>
public sealed record Today(
    bool IsNew,
    IReadOnlyList<Schedule> Coming,
    IReadOnlyList<Content> Latest,
    int Drafts,
    IReadOnlyList<Run> Troubles,
    int MoreTroubles,
    StatsRow Month
);

/// <summary>Reads the home page's rows.</summary>
public sealed class Home
{
    private const int ComingRows = 6;
    private const int LatestRows = 3;
    private const int TroubleRows = 3;

    /// <summary>So many of the newest failures are looked at: what is mended since is left out of them.</summary>
    private const int LookedAt = 50;
    private static readonly TimeSpan Recent = TimeSpan.FromDays(7);
    private readonly StudioStore store;
    private readonly Stats stats;
    private readonly TimeProvider time;

    internal Home(StudioStore store, Stats stats, TimeProvider time) =>
        (this.store, this.stats, this.time) = (store, stats, time);

    public async Task<Today> ReadAsync(Guid owner, CancellationToken cancel)
    {
        var month = await stats.TotalAsync(owner, null, null, cancel);
        var week = time.GetUtcNow() - Recent;
        return await store.ReadAsync(
            async db =>
            {
                var coming = await db
                    .Schedules.Where(schedule => schedule.OwnerId == owner && schedule.NextRunAt != null)
                    .OrderBy(schedule => schedule.NextRunAt)
                    .Take(ComingRows)
                    .ToListAsync(cancel);
                var latest = await db
                    .Contents.Where(content => content.OwnerId == owner)
                    .OrderByDescending(content => content.CreatedAt)
                    .ThenByDescending(content => content.Id)
                    .Take(LatestRows)
                    .ToListAsync(cancel);
                var drafts = await db.Contents.CountAsync(
                    content => content.OwnerId == owner && content.Status == ContentStatus.Draft,
                    cancel
                );
                var troubles = await db
                    .Runs.Where(run => run.OwnerId == owner && run.StartedAt >= week && run.State == RunState.Failed)
                    .OrderByDescending(run => run.StartedAt)
                    .Take(LookedAt)
                    .Where(run =>
                        run.ScheduleId == null
                        || !db.Runs.Any(later =>
                            later.ScheduleId == run.ScheduleId
                            && later.State == RunState.Done
                            && later.StartedAt > run.StartedAt
                        )
                    )
                    // A piece that could not be written again was, since.
                    .Where(run =>
                        run.ContentId == null
                        || !db.Runs.Any(later =>
                            later.ContentId == run.ContentId
                            && later.OwnerId == owner
                            && later.State == RunState.Done
                            && later.StartedAt > run.StartedAt
                        )
                    )
                    .OrderByDescending(run => run.StartedAt)
                    .AsLines()
                    .ToListAsync(cancel);
                var shown = troubles
                    .DistinctBy(run => run.ScheduleId ?? run.ContentId ?? run.Id)
                    .Take(TroubleRows)
                    .ToList();
                var isNew =
                    latest.Count == 0
                    && coming.Count == 0
                    && !await db.Schedules.AnyAsync(schedule => schedule.OwnerId == owner, cancel);
                return new Today(isNew, coming, latest, drafts, shown, troubles.Count - shown.Count, month);
            },
            cancel
        );
    }
}
