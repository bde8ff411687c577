namespace Jettae.Studio;

/// <summary>What is to be done about a schedule's slots: those to enter as skipped, and the one to book.</summary>
/// <param name="Missed">Slots that the catch-up rule passes over, oldest first.</param>
/// <param name="Next">The slot to book; null when the schedule has ended, or when there is <paramref name="More"/> to plan.</param>
/// <param name="More">The bound was reached: enter what is here, then plan again.</param>
internal sealed record Plan(IReadOnlyList<DateTimeOffset> Missed, DateTimeOffset? Next, bool More)
{
    public bool Ended => Next is null && !More;
}

/// <summary>Decides, from the last slot that is accounted for, what comes next. Pure.</summary>
internal static class Planning
{
    /// <summary>A slot that comes up to this late is late, not missed.</summary>
    public static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(2);

    /// <summary>So many slots are planned at once, so that no transaction grows without bound.</summary>
    public const int Bound = 500;

    /// <param name="timing">The cadence.</param>
    /// <param name="catchUp">What to do about missed slots.</param>
    /// <param name="accountedUntil">Up to here every slot is in the ledger.</param>
    /// <param name="endsAt">No slot after this instant.</param>
    /// <param name="left">How many slots the schedule may still have; null for ever.</param>
    /// <param name="now">The time.</param>
    public static Plan For(
        Timing timing,
        CatchUp catchUp,
        DateTimeOffset accountedUntil,
        DateTimeOffset? endsAt,
        int? left,
        DateTimeOffset now
    )
    {
        var missed = new List<DateTimeOffset>();
        for (var slot = Cadence.Next(timing, accountedUntil); ; )
        {
            if (slot is not { } candidate || candidate > endsAt || missed.Count >= left)
                return new Plan(missed, null, More: false);
            var following = Cadence.Next(timing, candidate);
            if (
                !IsPassedOver(
                    catchUp,
                    candidate,
                    IsLast(missed.Count + 1, left, following, endsAt) ? null : following,
                    now
                )
            )
                return new Plan(missed, candidate, More: false);
            missed.Add(candidate);
            if (missed.Count == Bound)
                return new Plan(missed, null, More: true);
            slot = following;
        }
    }

    private static bool IsLast(int counted, int? left, DateTimeOffset? following, DateTimeOffset? endsAt) =>
        counted >= left || following is null || following > endsAt;

    private static bool IsPassedOver(
        CatchUp catchUp,
        DateTimeOffset slot,
        DateTimeOffset? following,
        DateTimeOffset now
    ) =>
        slot < now - Tolerance
        && catchUp switch
        {
            CatchUp.Skip => true,
            CatchUp.Latest => following <= now,
            CatchUp.All => false,
            _ => throw new InvalidOperationException($"No rule for {catchUp}."),
        };
}
