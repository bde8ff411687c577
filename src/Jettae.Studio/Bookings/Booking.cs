namespace Jettae.Studio;

/// <summary>
/// Where a booking stands: <c>pending → published → fired</c>, and from the first two <c>→ cancelling → cancelled</c>.
/// </summary>
public enum BookingState
{
    /// <summary>Decided and stored; QStash does not know it yet (or the slot is beyond the booking horizon).</summary>
    Pending,

    /// <summary>QStash holds its message.</summary>
    Published,

    /// <summary>Its slot has a run (or was skipped): the booking has done its work.</summary>
    Fired,

    /// <summary>No longer wanted; its message may still have to be cancelled in QStash.</summary>
    Cancelling,

    /// <summary>Gone.</summary>
    Cancelled,
}

/// <summary>The outbox row for one slot of one schedule, written in the transaction that decided it.</summary>
public sealed class Booking
{
    private const int LongestDetail = 450;

    /// <summary>So often publishing may fail before it is worth telling: QStash may just be starting.</summary>
    internal const int FailuresToTell = 3;

    public Guid Id { get; init; }
    public Guid OwnerId { get; init; }
    public Guid ScheduleId { get; init; }
    public DateTimeOffset SlotAt { get; init; }
    public BookingState State { get; set; }

    /// <summary>Begins the deduplication id it is published with (a mark of the route ends it): schedule, slot, this booking; no colon.</summary>
    public string DeduplicationId { get; init; } = "";

    public string? MessageId { get; set; }

    /// <summary>The QStash that holds the message, and the webhook that it will call; null until it is published.</summary>
    public string? Route { get; set; }

    /// <summary>How often publishing or cancelling failed since it last worked; sets the wait before the next try.</summary>
    public int Failures { get; set; }

    /// <summary>When the booker may try next.</summary>
    public DateTimeOffset NextTryAt { get; set; }

    /// <summary>What went wrong last: a key of <see cref="Reasons"/>, a colon, the technical detail. Null when all is well.</summary>
    public string? LastError { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>A reason and its detail, as <see cref="LastError"/> keeps them.</summary>
    internal static string Trouble(Reason reason, string detail) =>
        $"{reason.Key}: {(detail.Length > LongestDetail ? detail[..LongestDetail] : detail)}";

    /// <summary>The key of the reason in a <see cref="LastError"/>.</summary>
    internal static string ReasonIn(string lastError) => lastError.Split(':', 2)[0];
}
