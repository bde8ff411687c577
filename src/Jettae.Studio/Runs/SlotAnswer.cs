namespace Jettae.Studio;

/// <summary>What came of the delivery of a slot; the webhook turns it into QStash's language.</summary>
internal abstract record SlotAnswer
{
    private SlotAnswer() { }

    /// <summary>The piece is stored, by this delivery or by an earlier one.</summary>
    public sealed record Done(Guid RunId, Guid? ContentId, DateTimeOffset? NextRunAt) : SlotAnswer;

    /// <summary>Nothing is to be done for this slot: paused, passed over, already settled, or nobody's any more.</summary>
    public sealed record Skipped(string Reason, Guid? RunId) : SlotAnswer;

    /// <summary>There is no such schedule.</summary>
    public sealed record Unknown : SlotAnswer;

    /// <summary>Failed in a way that passes.</summary>
    public sealed record TryAgain(Guid RunId, Reason Reason, TimeSpan? RetryAfter) : SlotAnswer;

    /// <summary>Another node makes it just now.</summary>
    public sealed record UnderWay : SlotAnswer;

    /// <summary>Failed for good; the run says why.</summary>
    public sealed record Failed(Guid RunId, Reason Reason) : SlotAnswer;
}
