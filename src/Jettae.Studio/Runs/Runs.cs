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
    /// <summary>Without steps.</summary>
    public Task<Page<Run>> ListAsync(
        Guid owner,
        RunFilter filter,
        string? cursor,
        int count,
        CancellationToken cancel
    ) => throw new NotImplementedException();

    /// <summary>With its steps, in order.</summary>
    /// <exception cref="RejectedException">404: the owner has no such run.</exception>
    public Task<Run> GetAsync(Guid owner, Guid id, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>The newest <paramref name="perSchedule"/> runs of each schedule, newest first: the list's strip.</summary>
    public Task<IReadOnlyDictionary<Guid, IReadOnlyList<Run>>> RecentAsync(
        Guid owner,
        int perSchedule,
        CancellationToken cancel
    ) => throw new NotImplementedException();
}
