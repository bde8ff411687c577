using System.Buffers.Binary;
using System.Globalization;

namespace Jettae.Studio;

/// <summary>
/// How long runs and alerts stay after their end: for ever, unless the operator said how long. What the runs wrote stays in any
/// case.
/// </summary>
public sealed class Retention
{
    private const int TimedVersion = 7;
    private readonly TimeSpan? kept;
    private readonly TimeProvider time;

    internal Retention(StudioOptions options, TimeProvider time) => (kept, this.time) = (options.RunRetention, time);

    /// <summary>What ended before is deleted; null: nothing is.</summary>
    public DateTimeOffset? Since => time.GetUtcNow() - kept;

    /// <summary>How many days it stays, as a person reads it; null for ever.</summary>
    public string? Days => kept?.TotalDays.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Whether some of the log may be missing from here on; null: from the very begin.</summary>
    public bool Lacks(DateTimeOffset? from) => Since is { } since && !(from >= since);

    /// <summary>Whether a run of this id, which holds when it began, may have been deleted.</summary>
    internal bool MayHaveHad(Guid run) => run.Version == TimedVersion && Lacks(BeganAt(run));

    private static DateTimeOffset BeganAt(Guid run)
    {
        Span<byte> bytes = stackalloc byte[16];
        run.TryWriteBytes(bytes, bigEndian: true, out _);
        return DateTimeOffset.FromUnixTimeMilliseconds((long)(BinaryPrimitives.ReadUInt64BigEndian(bytes) >> 16));
    }
}
