using System.Text.Json.Serialization;

namespace Jettae.Studio;

/// <summary>How often a schedule has a slot.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Frequency>))]
public enum Frequency
{
    /// <summary>Every hour of elapsed time, on a grid anchored at the first slot.</summary>
    [JsonStringEnumMemberName("hourly")]
    Hourly,

    /// <summary>Every three hours of elapsed time, on a grid anchored at the first slot.</summary>
    [JsonStringEnumMemberName("3hours")]
    ThreeHours,

    /// <summary>Every six hours of elapsed time, on a grid anchored at the first slot.</summary>
    [JsonStringEnumMemberName("6hours")]
    SixHours,

    /// <summary>Each day, at wall-clock times of the schedule's zone.</summary>
    [JsonStringEnumMemberName("daily")]
    Daily,

    /// <summary>Each week, on weekdays at wall-clock times of the schedule's zone.</summary>
    [JsonStringEnumMemberName("weekly")]
    Weekly,

    /// <summary>Each month, on a day (clamped to the month's last) at wall-clock times of the schedule's zone.</summary>
    [JsonStringEnumMemberName("monthly")]
    Monthly,

    /// <summary>A five-field cron expression, read in the schedule's zone.</summary>
    [JsonStringEnumMemberName("cron")]
    Cron,
}

/// <summary>When a schedule's slots are. Pure data: <c>Cadence</c> turns it into instants.</summary>
/// <param name="Frequency">How often.</param>
/// <param name="TimesOfDay">The wall-clock times of a day's slots, sorted; the first is the anchor of the elapsed-time grids. Empty for cron.</param>
/// <param name="DaysOfWeek">The weekdays of <see cref="Frequency.Weekly"/>, sorted; empty: the weekday on which it starts.</param>
/// <param name="DayOfMonth">1–31, the day of <see cref="Frequency.Monthly"/>; 29–31 clamp to the month's last day.</param>
/// <param name="Cron">The expression of <see cref="Frequency.Cron"/>.</param>
/// <param name="Zone">The IANA time zone.</param>
/// <param name="StartsAt">No slot is at or before this instant; the grids are anchored on its day.</param>
public sealed record Timing(
    Frequency Frequency,
    IReadOnlyList<TimeOnly> TimesOfDay,
    IReadOnlyList<DayOfWeek> DaysOfWeek,
    int? DayOfMonth,
    string? Cron,
    TimeZoneInfo Zone,
    DateTimeOffset StartsAt
)
{
    /// <summary>Its zone or its cron expression can no longer be read: it has no slots, and <see cref="Zone"/> is UTC if it is the zone.</summary>
    public bool IsBroken { get; init; }
}
