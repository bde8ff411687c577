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

    /// <summary>Once a day at a wall-clock time of the schedule's zone.</summary>
    [JsonStringEnumMemberName("daily")]
    Daily,

    /// <summary>Once a week, on a weekday at a wall-clock time of the schedule's zone.</summary>
    [JsonStringEnumMemberName("weekly")]
    Weekly,

    /// <summary>Once a month, on a day (clamped to the month's last) at a wall-clock time of the schedule's zone.</summary>
    [JsonStringEnumMemberName("monthly")]
    Monthly,

    /// <summary>A five-field cron expression, read in the schedule's zone.</summary>
    [JsonStringEnumMemberName("cron")]
    Cron,
}

/// <summary>When a schedule's slots are. Pure data: <c>Cadence</c> turns it into instants.</summary>
/// <param name="Frequency">How often.</param>
/// <param name="TimeOfDay">The wall-clock time of a day's slot, and the anchor of the elapsed-time grids. Not used by cron.</param>
/// <param name="DayOfWeek">The weekday of <see cref="Frequency.Weekly"/>.</param>
/// <param name="DayOfMonth">1–31, the day of <see cref="Frequency.Monthly"/>; 29–31 clamp to the month's last day.</param>
/// <param name="Cron">The expression of <see cref="Frequency.Cron"/>.</param>
/// <param name="Zone">The IANA time zone.</param>
/// <param name="StartsAt">No slot is at or before this instant; the grids are anchored on its day.</param>
public sealed record Timing(
    Frequency Frequency,
    TimeOnly TimeOfDay,
    DayOfWeek? DayOfWeek,
    int? DayOfMonth,
    string? Cron,
    TimeZoneInfo Zone,
    DateTimeOffset StartsAt
);
