namespace Jettae.Studio;

/// <summary>What happens while a run goes on, for someone who watches.</summary>
public abstract record RunProgress
{
    private RunProgress() { }

    /// <summary>The run exists.</summary>
    public sealed record Started(Run Run) : RunProgress;

    /// <summary>A step began (no <see cref="RunStep.EndedAt"/>) or ended.</summary>
    public sealed record Step(RunStep RunStep) : RunProgress;

    /// <summary>A bit of the text as it is written.</summary>
    public sealed record Text(string Delta) : RunProgress;

    /// <summary>The end: with the content, or with the run's reason.</summary>
    public sealed record Finished(Run Run, Content? Content) : RunProgress;
}

/// <summary>Makes runs: by hand here, at slots through the webhook.</summary>
public sealed class Runner
{
    /// <summary>
    /// Runs the schedule at once, without QStash; its booked slot stays as it is. The run goes on to its end when the
    /// caller stops listening.
    /// </summary>
    /// <exception cref="RejectedException">404: the owner has no such schedule.</exception>
    public IAsyncEnumerable<RunProgress> RunNowAsync(Guid owner, Guid scheduleId, CancellationToken cancel) =>
        throw new NotImplementedException();
}
