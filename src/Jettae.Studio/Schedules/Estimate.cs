using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>What a schedule will cost, before it does.</summary>
/// <param name="PiecesPerMonth">Its slots in the 30 days to come.</param>
/// <param name="CostPerPiece">US dollars, all its drafts together; null when the model's price is not known.</param>
/// <param name="IsMeasured">From what its own pieces did cost; else from what such pieces usually need.</param>
public sealed record Estimate(int PiecesPerMonth, decimal? CostPerPiece, bool IsMeasured)
{
    /// <summary>US dollars for 30 days; null when the model's price is not known.</summary>
    public decimal? CostPerMonth => CostPerPiece * PiecesPerMonth;
}

/// <summary>Estimates costs from the runs there were, else from a piece's usual size and the dated prices.</summary>
public sealed class Estimates
{
    private const int UsualInput = 1_500;
    private static readonly TimeSpan Month = TimeSpan.FromDays(30);
    private readonly StudioStore store;
    private readonly TimeProvider time;

    internal Estimates(StudioStore store, TimeProvider time) => (this.store, this.time) = (store, time);

    /// <param name="owner">Whose.</param>
    /// <param name="scheduleId">The schedule whose own runs are looked at first; null for one that is being made.</param>
    /// <param name="type">What is written.</param>
    /// <param name="model">With which model.</param>
    /// <param name="variants">In how many drafts each.</param>
    /// <param name="slots">Its coming slots, in order; only those of the next 30 days count.</param>
    /// <param name="cancel">Stops the reading.</param>
    public Task<Estimate> OfAsync(
        Guid owner,
        Guid? scheduleId,
        ContentType type,
        string model,
        int variants,
        IEnumerable<DateTimeOffset> slots,
        CancellationToken cancel
    )
    {
        var now = time.GetUtcNow();
        // The busiest of all runs each minute, which is 43,200 times.
        var pieces = slots.TakeWhile(slot => slot <= now + Month).Count();
        return store.ReadAsync(
            async db =>
            {
                var measured = await db
                    .Runs.Where(run => run.OwnerId == owner && run.ScheduleId == scheduleId && scheduleId != null)
                    .Where(run => run.State == RunState.Done && run.Model == model && run.StartedAt > now - Month)
                    .Where(run => run.Cost != null)
                    .OrderByDescending(run => run.StartedAt)
                    .Take(20)
                    .Select(run => run.Cost!.Value)
                    .ToListAsync(cancel);
                if (measured.Count > 0)
                {
                    // They were written in as many drafts as it says until now.
                    var drafts = await db
                        .Schedules.Where(each => each.Id == scheduleId)
                        .Select(each => each.Settings)
                        .SingleOrDefaultAsync(cancel);
                    var cost = measured.Average() * variants / (drafts?.Variants ?? 1);
                    return new Estimate(pieces, cost, IsMeasured: true);
                }
                var price = await db
                    .ModelPrices.Where(each => each.Model == model && each.EffectiveFrom <= now)
                    .OrderByDescending(each => each.EffectiveFrom)
                    .FirstOrDefaultAsync(cancel);
                return new Estimate(
                    pieces,
                    price?.Of(UsualInput, 0, 0, UsualOutput(type)) * variants,
                    IsMeasured: false
                );
            },
            cancel
        );
    }

    /// <summary>Tokens of a usual answer, thinking included.</summary>
    private static int UsualOutput(ContentType type) =>
        type switch
        {
            ContentType.XPost => 500,
            ContentType.Thread => 1_400,
            ContentType.BlogPost => 3_500,
            ContentType.YoutubeScript => 3_000,
            ContentType.InstagramReelScript => 1_500,
            ContentType.LinkedinPost => 1_200,
            _ => 900,
        };
}
