using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Jettae.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace Jettae.Studio;

/// <summary>
/// Carries the outbox to QStash: publishes the bookings that are near enough, cancels those no longer wanted. A crash after
/// the call and before its result is stored is harmless: the deduplication id makes the second call find the first message.
/// </summary>
internal sealed partial class Booker(
    StudioStore store,
    QStashClient qstash,
    StudioOptions options,
    Changes changes,
    StudioActivity activity,
    TimeProvider time,
    ILogger<Booker> logger
) : Loop(activity, time, logger)
{
    private const int BatchSize = 100;

    /// <summary>QStash starts no more of this key's deliveries at once than the provider should be asked at once.</summary>
    internal const string WritingKey = "jettae-writing";

    private readonly string routeMark = Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(options.Route))
    )[..8];

    protected override async Task<TimeSpan?> StepAsync(CancellationToken cancel)
    {
        var now = Time.GetUtcNow();
        var horizon = now + options.BookingHorizon;
        var due = await store.ReadAsync(
            db =>
                db.Bookings.Where(booking => booking.NextTryAt <= now)
                    .Where(booking =>
                        booking.State == BookingState.Cancelling
                        || (booking.State == BookingState.Pending && booking.SlotAt <= horizon)
                    )
                    .OrderBy(booking => booking.SlotAt)
                    .Take(BatchSize)
                    .ToListAsync(cancel),
            cancel
        );
        var wanted = due.Where(booking => booking.State == BookingState.Pending).ToList();
        if (wanted.Count > 0)
            await PublishAsync(wanted, cancel);
        foreach (var unwanted in due.Where(booking => booking.State == BookingState.Cancelling))
            await CancelAsync(unwanted, cancel);
        return due.Count > 0 ? TimeSpan.Zero : await UntilNextAsync(cancel);
    }

    private async Task<TimeSpan?> UntilNextAsync(CancellationToken cancel)
    {
        var open = await store.ReadAsync(
            async db =>
            {
                var cancelling = await db
                    .Bookings.Where(booking => booking.State == BookingState.Cancelling)
                    .MinAsync(booking => (DateTimeOffset?)booking.NextTryAt, cancel);
                var pending = await db
                    .Bookings.Where(booking => booking.State == BookingState.Pending)
                    .Select(booking => new { booking.NextTryAt, booking.SlotAt })
                    .OrderBy(booking => booking.SlotAt)
                    .Take(1000)
                    .ToListAsync(cancel);
                return pending
                    .Select(each => Later(each.NextTryAt, each.SlotAt - options.BookingHorizon))
                    .Append(cancelling ?? DateTimeOffset.MaxValue)
                    .Min();
            },
            cancel
        );
        if (open == DateTimeOffset.MaxValue)
            return null;
        var wait = open - Time.GetUtcNow();
        return wait > TimeSpan.Zero ? wait : TimeSpan.Zero;
    }

    private async Task PublishAsync(List<Booking> bookings, CancellationToken cancel)
    {
        using var span = Telemetry.Begin("book", System.Diagnostics.ActivityKind.Producer);
        IReadOnlyList<string> messageIds;
        try
        {
            PublishRequest[] requests = [.. bookings.Select(RequestFor)];
            messageIds =
                requests.Length == 1
                    ? [(await qstash.PublishAsync(requests[0], cancel)).MessageId]
                    : [.. (await qstash.BatchAsync(requests, cancel)).Select(result => result.MessageId)];
        }
        catch (QStashException refused)
        {
            LogNotBooked(logger, bookings.Count, refused.Message);
            span.End(ReasonOf(refused).Key, ok: false);
            Telemetry.Booked(bookings.Count, ReasonOf(refused).Key);
            await StoreFailureAsync([.. bookings.Select(each => each.Id)], refused, cancel);
            return;
        }
        var ids = bookings.Zip(messageIds).ToDictionary(pair => pair.First.Id, pair => pair.Second);
        span.End("booked", ok: true);
        Telemetry.Booked(bookings.Count, "booked");
        // A stop between the call and this write would only cost a second, deduplicated call.
        await store.WriteAsync(db => StorePublishedAsync(db, ids), cancel);
        // Once each: an open page reads all again for one booking as for a hundred.
        foreach (var own in bookings.GroupBy(booking => booking.OwnerId))
            changes.Tell(new Change(own.Key, own.Count() == 1 ? own.First().ScheduleId : null, null));
    }

    private async Task StorePublishedAsync(StudioDb db, Dictionary<Guid, string> messageIds)
    {
        var now = Time.GetUtcNow();
        foreach (var booking in await db.Bookings.Where(each => messageIds.Keys.Contains(each.Id)).ToListAsync())
        {
            booking.MessageId = messageIds[booking.Id];
            booking.Failures = 0;
            booking.LastError = null;
            booking.UpdatedAt = now;
            if (booking.State != BookingState.Pending)
                continue;
            booking.State = BookingState.Published;
            booking.Route = options.Route;
            if (await db.Schedules.FindAsync(booking.ScheduleId) is { } schedule)
                schedule.QstashMessageId = booking.MessageId;
        }
    }

    private async Task CancelAsync(Booking booking, CancellationToken cancel)
    {
        try
        {
            if (booking.MessageId is { } message)
                await qstash.Messages.CancelAsync(message, cancel);
            Telemetry.Booked(1, "cancelled");
        }
        catch (QStashException refused)
        {
            Telemetry.Booked(1, ReasonOf(refused).Key);
            await StoreFailureAsync([booking.Id], refused, cancel);
            return;
        }
        await store.WriteAsync(
            async db =>
            {
                if (await db.Bookings.FindAsync([booking.Id], cancel) is not { } stored)
                    return;
                if (await db.Schedules.AnyAsync(each => each.Id == stored.ScheduleId, cancel))
                    (stored.State, stored.UpdatedAt) = (BookingState.Cancelled, Time.GetUtcNow());
                else
                    db.Bookings.Remove(stored);
            },
            cancel
        );
    }

    private Task StoreFailureAsync(Guid[] ids, QStashException refused, CancellationToken cancel) =>
        store.WriteAsync(
            async db =>
            {
                var now = Time.GetUtcNow();
                foreach (var booking in await db.Bookings.Where(each => ids.Contains(each.Id)).ToListAsync(cancel))
                {
                    booking.Failures++;
                    booking.LastError = Booking.Trouble(ReasonOf(refused), refused.Message);
                    booking.NextTryAt = now + WaitAfter(booking.Failures);
                    booking.UpdatedAt = now;
                }
            },
            cancel
        );

    /// <summary>A mistake of ours, or of the plan, that QStash names; anything else passes when QStash is well again.</summary>
    private static Reason ReasonOf(QStashException refused) =>
        refused.Status is { } status && (int)status is >= 400 and < 500 and not 429
            ? Reasons.QStashRefused
            : Reasons.QStashUnreachable;

    /// <summary>1, 2, 4 … seconds, at most five minutes: QStash may be starting, or be away for long.</summary>
    internal static TimeSpan WaitAfter(int failures) =>
        TimeSpan.FromSeconds(Math.Min(300, Math.Pow(2, Math.Min(failures, 10) - 1)));

    private PublishRequest RequestFor(Booking booking) =>
        new()
        {
            Destination = options.WebhookUrl,
            Body = SlotMessage.Of(booking),
            ContentType = "application/json",
            NotBefore = booking.SlotAt,
            // With the route in it: a call whose result a crash swallowed must not stand for one to a new address.
            DeduplicationId = $"{booking.DeduplicationId}-{routeMark}",
            Retries = options.Retries,
            // 15 s, 45 s, 2 min, 7 min, 20 min: a provider's bad quarter of an hour passes, an hour's slot still comes.
            RetryDelay = "min(1800000, 15000 * pow(3, retried))",
            Timeout = options.WritingTimeout + TimeSpan.FromMinutes(1),
            FailureCallback = options.FailureUrl,
            FlowControl = new FlowControl(WritingKey) { Parallelism = options.ParallelRuns },
            Labels = ["jettae-slot"],
        };

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one > other ? one : other;

    [LoggerMessage(LogLevel.Warning, "QStash did not take {Count} booking(s); they will be tried again: {Error}")]
    private static partial void LogNotBooked(ILogger logger, int count, string error);
}

/// <summary>The body that comes back at the slot: <c>{"scheduleId": "…", "timestamp": "2024-01-15T09:00:00Z"}</c>.</summary>
internal sealed record SlotMessage(Guid ScheduleId, DateTimeOffset Timestamp)
{
    private static readonly JsonSerializerOptions Strict = new(JsonSerializerDefaults.Web)
    {
        UnmappedMemberHandling = System.Text.Json.Serialization.JsonUnmappedMemberHandling.Disallow,
        RespectRequiredConstructorParameters = true,
        PropertyNameCaseInsensitive = false,
    };

    public static byte[] Of(Booking booking) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                scheduleId = booking.ScheduleId,
                timestamp = booking.SlotAt.UtcDateTime.ToString(
                    "yyyy-MM-dd'T'HH:mm:ss'Z'",
                    System.Globalization.CultureInfo.InvariantCulture
                ),
            }
        );

    /// <exception cref="JsonException">The body is something else.</exception>
    public static SlotMessage Parse(ReadOnlySpan<byte> body) =>
        JsonSerializer.Deserialize<SlotMessage>(body, Strict) ?? throw new JsonException("The body is null.");
}
