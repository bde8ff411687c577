using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>Whether a schedule goes on.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ScheduleState>))]
public enum ScheduleState
{
    /// <summary>It has a slot ahead.</summary>
    [JsonStringEnumMemberName("active")]
    Active,

    /// <summary>A person stopped it; it can be resumed.</summary>
    [JsonStringEnumMemberName("paused")]
    Paused,

    /// <summary>It came to its end by itself.</summary>
    [JsonStringEnumMemberName("ended")]
    Ended,
}

/// <summary>Which schedules to show; null means all. <paramref name="Search"/> looks in name and topic.</summary>
public sealed record ScheduleFilter(string? Search = null, ScheduleState? State = null, ContentType? Type = null)
{
    internal IQueryable<Schedule> In(IQueryable<Schedule> rows)
    {
        if (Search?.Trim() is { Length: > 0 } search)
        {
            var pattern = PatternOf(search);
#pragma warning disable CA1304, CA1311 // The database does it.
            rows = rows.Where(schedule =>
                EF.Functions.Like(schedule.Name.ToLower(), pattern.ToLower(), "\\")
                || EF.Functions.Like(schedule.Topic.ToLower(), pattern.ToLower(), "\\")
            );
#pragma warning restore CA1304, CA1311
        }
        if (Type is { } type)
            rows = rows.Where(schedule => schedule.ContentType == type);
        return State switch
        {
            ScheduleState.Active => rows.Where(schedule => schedule.IsActive),
            ScheduleState.Paused => rows.Where(schedule => !schedule.IsActive && schedule.PausedAt != null),
            ScheduleState.Ended => rows.Where(schedule => !schedule.IsActive && schedule.PausedAt == null),
            _ => rows,
        };
    }

    /// <summary>Finds these words anywhere, and takes nothing in them for a wildcard.</summary>
    internal static string PatternOf(string search)
    {
        var escaped = search
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("%", "\\%", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal);
        return $"%{escaped}%";
    }
}
