using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>What a piece has taken: its writing, its rewritings, those that came to nothing too.</summary>
/// <param name="Runs">How many of them.</param>
/// <param name="InputTokens">All input: new, read from the provider's cache and written into it.</param>
/// <param name="CachedInputTokens">Of it, read from the cache.</param>
/// <param name="CacheWriteTokens">Of it, written into the cache.</param>
/// <param name="OutputTokens">Thinking included.</param>
/// <param name="ThinkingTokens">Of it, thought and not shown; 0 where the provider does not tell it apart.</param>
/// <param name="Cost">US dollars, of the runs whose price is known; null when none is.</param>
/// <param name="Unpriced">Runs that it lacks: their model had no price.</param>
/// <param name="Partial">The run that first wrote it was past its retention: that and maybe later ones are missing here.</param>
public sealed record ContentUsage(
    int Runs,
    long InputTokens,
    long CachedInputTokens,
    long CacheWriteTokens,
    long OutputTokens,
    long ThinkingTokens,
    decimal? Cost,
    int Unpriced,
    bool Partial
)
{
    [JsonIgnore]
    public Tokens Tokens => new(InputTokens, CachedInputTokens, CacheWriteTokens, OutputTokens, ThinkingTokens);

    internal static async Task<ContentUsage> OfAsync(StudioDb db, Content piece, CancellationToken cancel)
    {
        var runs = await db
            .Runs.Where(run => run.ContentId == piece.Id && run.OwnerId == piece.OwnerId)
            .Where(run => run.State != RunState.Running)
            .Select(run => new
            {
                run.Id,
                run.InputTokens,
                run.CachedInputTokens,
                run.CacheWriteTokens,
                run.OutputTokens,
                run.ThinkingTokens,
                run.Cost,
            })
            .ToListAsync(cancel);
        return new(
            runs.Count,
            runs.Sum(run => run.InputTokens),
            runs.Sum(run => run.CachedInputTokens),
            runs.Sum(run => run.CacheWriteTokens),
            runs.Sum(run => run.OutputTokens),
            runs.Sum(run => run.ThinkingTokens),
            runs.Exists(run => run.Cost is not null) ? runs.Sum(run => run.Cost ?? 0) : null,
            runs.Count(run => run.Cost is null && run.InputTokens + run.OutputTokens > 0),
            piece.RunId is { } first && !runs.Exists(run => run.Id == first)
        );
    }
}
