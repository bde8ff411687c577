namespace Jettae.Studio;

/// <summary>What is to be done about a schedule's slots: those to enter as skipped, and the one to book.</summary>
/// <param name="Passed">Slots that do not run, oldest first, each with its reason.</param>
/// <param name="Next">The slot to book; null when there is none, or when there is <paramref name="More"/> to plan.</param>
/// <param name="More">The bound was reached: enter what is here, then plan again.</param>
/// <param name="Ended">No slot comes any more, nor one that was skipped and could be restored.</param>
internal sealed record Plan(
    IReadOnlyList<(DateTimeOffset At, Reason Reason)> Passed,
    DateTimeOffset? Next,
    bool More,
    bool Ended
);

/// <summary>Decides, from the last slot that is accounted for, what comes next. Pure.</summary>
internal static class Planning
{
    /// <summary>A slot that comes up to this late is late, not missed.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(2);

    /// <summary>So many slots are planned at once, so that no transaction grows without bound.</summary>
    public const int Bound = 500;

    /// <param name="slots">The effective slots after the last one that is in the ledger, in order.</param>
    /// <param name="catchUp">What to do about missed slots.</param>
    /// <param name="endsAt">No slot after this instant.</param>
    /// <param name="left">How many slots may still run; null for ever. Those passed over take none away.</param>
    /// <param name="now">The time.</param>
    public static Plan For(
        IEnumerable<Slot> slots,
        CatchUp catchUp,
        DateTimeOffset? endsAt,
        int? left,
        DateTimeOffset now
    )
    {
        var passed = new List<(DateTimeOffset, Reason)>();
        if (left <= 0)
            return new Plan(passed, null, More: false, Ended: true);
        var isOneAhead = false;
        using var line = new Line(slots.TakeWhile(slot => endsAt is null || slot.At <= endsAt));
        while (line.Take() is { } slot)
        {
            if (slot.IsSkipped && slot.At > now)
            {
                // Not entered before its time: until then it can be restored.
                isOneAhead = true;
                continue;
            }
            if (!slot.IsSkipped && !IsPassedOver(catchUp, slot, line, now))
                return new Plan(passed, slot.At, More: false, Ended: false);
            passed.Add((slot.At, slot.IsSkipped ? Reasons.SkippedByYou : Reasons.Missed));
            if (passed.Count == Bound)
                return new Plan(passed, null, More: true, Ended: false);
        }
        return new Plan(passed, null, More: false, Ended: !isOneAhead);
    }

    private static bool IsPassedOver(CatchUp catchUp, Slot slot, Line line, DateTimeOffset now) =>
        slot.At < now - Tolerance
        && catchUp switch
        {
            CatchUp.Skip => true,
            CatchUp.Latest => line.PeekRunning() is { } following && following <= now,
            CatchUp.All => false,
            _ => throw new InvalidOperationException($"No rule for {catchUp}."),
        };

    /// <summary>Slots one after the other, with a look ahead.</summary>
    private sealed class Line(IEnumerable<Slot> slots) : IDisposable
    {
        private readonly IEnumerator<Slot> source = slots.GetEnumerator();
        private readonly Queue<Slot> seen = [];

        public Slot? Take() =>
            seen.TryDequeue(out var slot) ? slot
            : source.MoveNext() ? source.Current
            : null;

        /// <summary>The next slot that nobody skipped.</summary>
        public DateTimeOffset? PeekRunning()
        {
            foreach (var slot in seen)
                if (!slot.IsSkipped)
                    return slot.At;
            while (source.MoveNext())
            {
                seen.Enqueue(source.Current);
                if (!source.Current.IsSkipped)
                    return source.Current.At;
            }
            return null;
        }

        public void Dispose() => source.Dispose();
    }
}
