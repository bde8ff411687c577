namespace Jettae.Studio;

/// <summary>What a person changed of one slot; the series itself stays as it is. Unique per (schedule, slot).</summary>
public sealed class SlotChange
{
    public Guid Id { get; init; }
    public Guid OwnerId { get; init; }
    public Guid ScheduleId { get; init; }

    /// <summary>The slot as the cadence gives it.</summary>
    public DateTimeOffset SlotAt { get; init; }

    /// <summary>When it runs instead; null: it is skipped.</summary>
    public DateTimeOffset? MovedTo { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Where the slot is now: at its new time, or where it would have run.</summary>
    public DateTimeOffset StandsAt => MovedTo ?? SlotAt;
}

/// <summary>An instant of a series after its changes.</summary>
/// <param name="At">When it runs, or would have.</param>
/// <param name="IsSkipped">A person does not want it.</param>
internal readonly record struct Slot(DateTimeOffset At, bool IsSkipped);

/// <summary>The slots that really come: the cadence's without the moved ones, and those at their new times. Pure.</summary>
internal static class EffectiveSlots
{
    /// <summary>Strictly after <paramref name="after"/>, in order, each instant once; endless for most timings.</summary>
    public static IEnumerable<Slot> After(Timing timing, IReadOnlyList<SlotChange> changes, DateTimeOffset after)
    {
        var changed = changes.ToDictionary(each => each.SlotAt);
        DateTimeOffset[] moved =
        [
            .. changes.Select(each => each.MovedTo).OfType<DateTimeOffset>().Where(to => to > after).Order(),
        ];
        var n = 0;
        foreach (var slot in Cadence.Slots(timing, after))
        {
            for (; n < moved.Length && moved[n] <= slot; n++)
                if (moved[n] < slot)
                    yield return new(moved[n], IsSkipped: false);
            if (!changed.TryGetValue(slot, out var change))
                yield return new(slot, IsSkipped: false);
            else if (change.MovedTo is null)
                yield return new(slot, IsSkipped: true);
        }
        for (; n < moved.Length; n++)
            yield return new(moved[n], IsSkipped: false);
    }

    /// <summary>The same of a schedule. What runs once only has no other slot to go on with, wherever its one was moved or skipped.</summary>
    public static IEnumerable<Slot> After(Schedule schedule, IReadOnlyList<SlotChange> changes, DateTimeOffset after)
    {
        if (schedule.MaxRuns == 1 && changes.Count > 0)
        {
            var own = Cadence.Next(schedule.Timing, after);
            var only = changes.FirstOrDefault(each =>
                each.StandsAt > after && (each.SlotAt <= after || each.SlotAt == own)
            );
            if (only is not null)
                return [new(only.StandsAt, only.MovedTo is null)];
        }
        return After(schedule.Timing, changes, after);
    }

    /// <summary>Those that run, up to the schedule's end.</summary>
    public static IEnumerable<DateTimeOffset> Running(
        Schedule schedule,
        IReadOnlyList<SlotChange> changes,
        DateTimeOffset after
    ) =>
        After(schedule, changes, after)
            .Where(slot => !slot.IsSkipped)
            .Select(slot => slot.At)
            .TakeWhile(slot => schedule.EndsAt is null || slot <= schedule.EndsAt);
}
