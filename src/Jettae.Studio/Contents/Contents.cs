namespace Jettae.Studio;

/// <summary>What to show of the library; null means all. <paramref name="Search"/> looks in title and body (Korean works).</summary>
public sealed record ContentFilter(
    string? Search = null,
    ContentType? Type = null,
    Guid? ScheduleId = null,
    ContentStatus? Status = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null
);

/// <summary>A person's library.</summary>
public sealed class Contents
{
    public Task<Page<Content>> ListAsync(
        Guid owner,
        ContentFilter filter,
        string? cursor,
        int count,
        CancellationToken cancel
    ) => throw new NotImplementedException();

    /// <exception cref="RejectedException">404: the owner has no such piece.</exception>
    public Task<Content> GetAsync(Guid owner, Guid id, CancellationToken cancel) => throw new NotImplementedException();

    public Task<Content> UpdateAsync(
        Guid owner,
        Guid id,
        string? title,
        string? body,
        ContentStatus? status,
        CancellationToken cancel
    ) => throw new NotImplementedException();

    public Task DeleteAsync(Guid owner, Guid id, CancellationToken cancel) => throw new NotImplementedException();
}
