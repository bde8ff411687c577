using System.Globalization;

namespace Jettae.Studio;

/// <summary>
/// How long runs and alerts stay after their end: for ever, unless the operator said how long. What the runs wrote stays in any
/// case.
/// </summary>
public sealed class Retention
{
    private const int TimedVersion = 7;

    /// <summary>Whoever asks for exactly as long as all is kept has read the clock a little earlier.</summary>
    private static readonly TimeSpan Moment = TimeSpan.FromMinutes(1);

    private readonly TimeSpan? kept;
    private readonly TimeProvider time;

    internal Retention(StudioOptions options, TimeProvider time) => (kept, this.time) = (options.RunRetention, time);

    /// <summary>What ended before is deleted; null: nothing is.</summary>
    public DateTimeOffset? Since => time.GetUtcNow() - kept;

    /// <summary>How many days it stays, as a person reads it; null for ever.</summary>
    public string? Days => kept?.TotalDays.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Whether some of the log may be missing from here on; null: from the very begin.</summary>
    public bool Lacks(DateTimeOffset? from) => Since is { } since && !(from >= since - Moment);

    /// <summary>Whether a run of this id, which begins with when it began, may have been deleted.</summary>
    internal bool MayHaveHad(Guid run) =>
        run.Version == TimedVersion && Since is { } since && run.CompareTo(Guid.CreateVersion7(since)) < 0;
}
