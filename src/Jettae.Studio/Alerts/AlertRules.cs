namespace Jettae.Studio;

/// <summary>A cause that calls for an alert now.</summary>
internal sealed record Cause(
    AlertKind Kind,
    string Subject,
    Guid? ScheduleId = null,
    string ScheduleName = "",
    Guid? RunId = null,
    string? Reason = null,
    double? Figure = null
);

/// <summary>A slot of a schedule that was given up, with nothing written since.</summary>
/// <param name="ScheduleId">Of which schedule.</param>
/// <param name="ScheduleName">Its name.</param>
/// <param name="RunId">The newest such run.</param>
/// <param name="Reason">Why.</param>
/// <param name="IsTold">It has an alert of its own, which is over only when a piece is written.</param>
internal sealed record GivenUp(Guid ScheduleId, string ScheduleName, Guid RunId, string? Reason, bool IsTold = false);

/// <summary>A slot that began, or should have begun, so much too late.</summary>
/// <param name="ScheduleId">Of which schedule.</param>
/// <param name="ScheduleName">Its name.</param>
/// <param name="RunId">Its run, once it has begun.</param>
/// <param name="By">How late.</param>
/// <param name="Reason">Why its delivery has not come; null when that is not known.</param>
internal sealed record LateSlot(Guid ScheduleId, string ScheduleName, Guid? RunId, TimeSpan By, string? Reason = null);

/// <summary>An active schedule without a booking.</summary>
internal sealed record Stalled(Guid ScheduleId, string ScheduleName, string? Reason = null);

/// <summary>What is known of a person's runs, as the rules need it.</summary>
/// <param name="Done">Runs of 24 hours that stored a piece.</param>
/// <param name="Failed">Runs of 24 hours that were given up.</param>
/// <param name="LastFailed">The newest of those.</param>
/// <param name="Late">The slots of the last hour that came late, and those still awaited.</param>
/// <param name="Stalled">Active schedules without a booking.</param>
/// <param name="GivenUp">Schedules whose last finished slot was given up: in the last 24 hours, or earlier and told of.</param>
/// <param name="Refused">The newest run that the provider refused for good, when none succeeded since: as with those.</param>
internal sealed record AlertFacts(
    int Done,
    int Failed,
    Guid? LastFailed,
    IReadOnlyList<LateSlot> Late,
    IReadOnlyList<Stalled> Stalled,
    IReadOnlyList<GivenUp> GivenUp,
    (Guid RunId, string Reason)? Refused
)
{
    /// <summary>Why the newest of the failed runs was given up.</summary>
    public string? LastReason { get; init; }

    /// <summary>What is amiss between us and QStash, each once.</summary>
    public IReadOnlyList<string> QStash { get; init; } = [];
}

/// <summary>Which alerts there should be. Pure.</summary>
internal static class AlertRules
{
    /// <summary>A rate of fewer runs says nothing.</summary>
    public const int FewestRuns = 5;

    public static IEnumerable<Cause> Judge(AlertFacts facts, AlertSettings settings)
    {
        var finished = facts.Done + facts.Failed;
        if (finished >= FewestRuns && (double)facts.Failed / finished > settings.FailureRate)
            yield return new Cause(
                AlertKind.FailureRate,
                "",
                RunId: facts.LastFailed,
                Reason: facts.LastReason,
                Figure: (double)facts.Failed / finished
            );
        foreach (
            var slot in facts
                .Late.Where(slot => slot.By > TimeSpan.FromMinutes(settings.LateMinutes))
                .GroupBy(slot => slot.ScheduleId)
                .Select(group => group.MaxBy(slot => slot.By)!)
        )
            yield return new Cause(
                AlertKind.Late,
                slot.ScheduleId.ToString("N"),
                slot.ScheduleId,
                slot.ScheduleName,
                slot.RunId,
                slot.Reason,
                Figure: Math.Floor(slot.By.TotalMinutes)
            );
        foreach (var (id, name, reason) in facts.Stalled)
            yield return new Cause(AlertKind.ChainStalled, id.ToString("N"), id, name, Reason: reason);
        foreach (var reason in facts.QStash)
            yield return new Cause(AlertKind.QStash, reason, Reason: reason);
        if (facts.Refused is { } refused)
            yield return new Cause(AlertKind.Provider, refused.Reason, RunId: refused.RunId, Reason: refused.Reason);
        foreach (var given in facts.GivenUp.Where(given => given.IsTold || given.Reason != facts.Refused?.Reason))
            yield return new Cause(
                AlertKind.GaveUp,
                given.ScheduleId.ToString("N"),
                given.ScheduleId,
                given.ScheduleName,
                given.RunId,
                given.Reason
            );
    }
}
