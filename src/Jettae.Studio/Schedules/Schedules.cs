namespace Jettae.Studio;

/// <summary>A person's schedules: every change stores the schedule and its booking in one transaction.</summary>
public sealed class Schedules
{
    /// <exception cref="RejectedException">A field breaks its rule; nothing is stored.</exception>
    public Task<Schedule> CreateAsync(Guid owner, ScheduleFields fields, CancellationToken cancel) =>
        throw new NotImplementedException();

    public Task<Schedule> UpdateAsync(Guid owner, Guid id, ScheduleFields changed, CancellationToken cancel) =>
        throw new NotImplementedException();

    public Task<Schedule> PauseAsync(Guid owner, Guid id, CancellationToken cancel) =>
        throw new NotImplementedException();

    public Task<Schedule> ResumeAsync(Guid owner, Guid id, CancellationToken cancel) =>
        throw new NotImplementedException();

    public Task DeleteAsync(Guid owner, Guid id, CancellationToken cancel) => throw new NotImplementedException();

    /// <summary>The slots that these fields would give, without storing anything.</summary>
    /// <exception cref="RejectedException">A field breaks its rule.</exception>
    public IReadOnlyList<DateTimeOffset> Preview(ScheduleFields fields, int count) =>
        throw new NotImplementedException();

    public Task<IReadOnlyList<Schedule>> ListAsync(Guid owner, CancellationToken cancel) =>
        throw new NotImplementedException();

    /// <exception cref="RejectedException">404: the owner has no such schedule.</exception>
    public Task<Schedule> GetAsync(Guid owner, Guid id, CancellationToken cancel) =>
        throw new NotImplementedException();
}
