using System.Runtime.CompilerServices;

namespace Jettae.Studio;

/// <summary>A zone's wall clock, asked by instants only: TimeZoneInfo's own tests miss changes of the base offset.</summary>
internal static class WallClock
{
    private static readonly TimeSpan WindowAround = TimeSpan.FromHours(16);

    public static DateTime Of(TimeZoneInfo zone, DateTimeOffset instant) =>
        TimeZoneInfo.ConvertTime(instant, zone).DateTime;

    public static DateOnly DateOf(TimeZoneInfo zone, DateTimeOffset instant) =>
        DateOnly.FromDateTime(Of(zone, instant));

    /// <summary>
    /// The earliest instant at which the zone's clock shows <paramref name="wall"/> or later: the moment itself, the first
    /// moment after a gap, the first of two in an overlap.
    /// </summary>
    public static DateTimeOffset InstantOf(TimeZoneInfo zone, DateTime wall)
    {
        // At both ends of the calendar there is no room to look around.
        var (first, last) = (DateTime.MinValue.AddDays(2), DateTime.MaxValue.AddDays(-2));
        wall =
            wall < first ? first
            : wall > last ? last
            : wall;
        var asUtc = new DateTimeOffset(wall, TimeSpan.Zero);
        if (SteadyDays.OffsetAround(zone, asUtc) is { } steady)
            return asUtc - steady;
        var (from, to) = (asUtc - WindowAround, asUtc + WindowAround);
        while (from < to)
        {
            var offset = zone.GetUtcOffset(from);
            var end = EndOfOffset(zone, from, to);
            var reached = asUtc - offset;
            if (reached < from)
                return from;
            if (reached < end)
                return reached;
            from = end;
        }
        return asUtc - zone.GetUtcOffset(to);
    }

    /// <summary>False for a day that the zone left out at the date line.</summary>
    public static bool HasDay(TimeZoneInfo zone, DateOnly day)
    {
        var begin = InstantOf(zone, day.ToDateTime(TimeOnly.MinValue));
        return DateOf(zone, begin) == day;
    }

    /// <summary>Whether the clock shows the same once more, after it was set back.</summary>
    public static bool ComesTwice(TimeZoneInfo zone, DateTimeOffset instant)
    {
        var limit = instant.AddHours(3);
        var change = EndOfOffset(zone, instant, limit);
        return change < limit && zone.GetUtcOffset(instant) - zone.GetUtcOffset(change) >= change - instant;
    }

    /// <summary>When the offset at <paramref name="from"/> ends, to the second, or <paramref name="to"/>.</summary>
    public static DateTimeOffset EndOfOffset(TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset to)
    {
        var offset = zone.GetUtcOffset(from);
        var probe = TimeSpan.FromHours(4);
        var same = from;
        while (same < to && zone.GetUtcOffset(same + probe) == offset)
            same += probe;
        if (same >= to)
            return to;
        var (low, high) = (same.ToUnixTimeSeconds(), (same + probe).ToUnixTimeSeconds());
        while (high - low > 1)
        {
            var middle = low + (high - low) / 2;
            if (zone.GetUtcOffset(DateTimeOffset.FromUnixTimeSeconds(middle)) == offset)
                low = middle;
            else
                high = middle;
        }
        return DateTimeOffset.FromUnixTimeSeconds(high);
    }

    /// <summary>Remembers, zone by zone, on which days the offset does not change: nearly all. A calendar asks for thousands.</summary>
    private sealed class SteadyDays
    {
        private const int Kept = 512;
        private static readonly ConditionalWeakTable<TimeZoneInfo, SteadyDays> ByZone = [];
        private readonly Day?[] days = new Day?[Kept];

        /// <summary>The one offset of the whole window around the wall time; null when it changes there.</summary>
        public static TimeSpan? OffsetAround(TimeZoneInfo zone, DateTimeOffset asUtc)
        {
            var number = asUtc.Ticks / TimeSpan.TicksPerDay;
            ref var place = ref ByZone.GetValue(zone, _ => new()).days[number % Kept];
            if (place is not { } day || day.Number != number)
            {
                var begin = new DateTimeOffset(number * TimeSpan.TicksPerDay, TimeSpan.Zero);
                var (from, to) = (begin - WindowAround, begin + TimeSpan.FromDays(1) + WindowAround);
                place = day = new(number, EndOfOffset(zone, from, to) == to ? zone.GetUtcOffset(from) : null);
            }
            return day.Offset;
        }

        private sealed record Day(long Number, TimeSpan? Offset);
    }
}
