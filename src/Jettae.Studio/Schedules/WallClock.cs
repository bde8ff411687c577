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
}
