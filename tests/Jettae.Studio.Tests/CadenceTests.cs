using System.Globalization;
using CsCheck;
using NodaTime;
using NodaTime.TimeZones;

namespace Jettae.Studio.Tests;

/// <summary>The cadence, row by row as it is specified, and against an independent calendar.</summary>
[Trait("Store", "none")]
public sealed class CadenceTests
{
    private static readonly Frequency[] WallClock = [Frequency.Daily, Frequency.Weekly, Frequency.Monthly];
    private static readonly Frequency[] Elapsed = [Frequency.Hourly, Frequency.ThreeHours, Frequency.SixHours];
    private static readonly int[] Hours = [1, 3, 6];
    private static readonly string[] ChangesOfTheClock = ["2026-03-07T14:00:00Z", "2026-10-31T13:00:00Z"];

    [Theory]
    // The specification's own rows.
    [InlineData("2024-01-15T00:00:00Z", "3hours 09:00", "Asia/Seoul", "2024-01-15T03:00:00Z")]
    [InlineData("2024-01-15T00:30:00Z", "daily 09:00", "Asia/Seoul", "2024-01-16T00:00:00Z")]
    [InlineData("2026-03-07T08:00:00Z", "daily 02:30", "America/New_York", "2026-03-08T07:00:00Z")]
    [InlineData("2026-10-31T12:00:00Z", "daily 01:30", "America/New_York", "2026-11-01T05:30:00Z")]
    [InlineData("2026-11-01T05:30:00Z", "daily 01:30", "America/New_York", "2026-11-02T06:30:00Z")]
    [InlineData("2027-01-31T00:00:00Z", "monthly 09:00 31", "Asia/Seoul", "2027-02-28T00:00:00Z")]
    [InlineData("2027-02-28T00:00:00Z", "monthly 09:00 31", "Asia/Seoul", "2027-03-31T00:00:00Z")]
    [InlineData("2011-12-29T18:00:00Z", "daily 12:00", "Pacific/Apia", "2011-12-29T22:00:00Z")]
    [InlineData("2011-12-29T22:00:00Z", "daily 12:00", "Pacific/Apia", "2011-12-30T22:00:00Z")]
    // Elapsed grids.
    [InlineData("2024-01-14T23:00:00Z", "3hours 09:00", "Asia/Seoul", "2024-01-15T00:00:00Z")]
    [InlineData("2024-01-15T02:59:59Z", "hourly 09:10", "Asia/Seoul", "2024-01-15T03:10:00Z")]
    [InlineData("2024-01-15T00:00:01Z", "6hours 09:00", "Asia/Seoul", "2024-01-15T06:00:00Z")]
    // Weekly and monthly.
    [InlineData("2024-01-15T00:00:00Z", "weekly 09:00 1", "Asia/Seoul", "2024-01-22T00:00:00Z")]
    [InlineData("2024-01-14T23:59:59Z", "weekly 09:00 1", "Asia/Seoul", "2024-01-15T00:00:00Z")]
    [InlineData("2024-01-15T00:00:00Z", "weekly 09:00 0", "Asia/Seoul", "2024-01-21T00:00:00Z")]
    [InlineData("2024-02-01T00:00:00Z", "monthly 09:00 30", "Asia/Seoul", "2024-02-29T00:00:00Z")]
    [InlineData("2024-12-31T00:00:00Z", "monthly 09:00 31", "Asia/Seoul", "2025-01-31T00:00:00Z")]
    // Several times a day, several weekdays.
    [InlineData("2024-01-15T00:00:00Z", "daily 09:00,18:00", "Asia/Seoul", "2024-01-15T09:00:00Z")]
    [InlineData("2024-01-15T09:00:00Z", "daily 09:00,18:00", "Asia/Seoul", "2024-01-16T00:00:00Z")]
    [InlineData("2024-01-15T00:00:00Z", "weekly 09:00 1,3,5", "Asia/Seoul", "2024-01-17T00:00:00Z")]
    [InlineData("2024-01-19T00:00:00Z", "weekly 09:00,21:30 1,3,5", "Asia/Seoul", "2024-01-19T12:30:00Z")]
    [InlineData("2024-01-19T12:30:00Z", "weekly 09:00,21:30 1,3,5", "Asia/Seoul", "2024-01-22T00:00:00Z")]
    [InlineData("2027-02-28T00:00:00Z", "monthly 09:00,12:00 31", "Asia/Seoul", "2027-02-28T03:00:00Z")]
    [InlineData("2024-01-15T00:30:00Z", "3hours 09:00,10:00", "Asia/Seoul", "2024-01-15T03:00:00Z")]
    // Two times in one gap are one slot; the third comes an hour after it.
    [InlineData("2026-03-07T12:00:00Z", "daily 02:15,02:45,04:00", "America/New_York", "2026-03-08T07:00:00Z")]
    [InlineData("2026-03-08T07:00:00Z", "daily 02:15,02:45,04:00", "America/New_York", "2026-03-08T08:00:00Z")]
    [InlineData("2026-10-31T12:00:00Z", "daily 00:30,01:30", "America/New_York", "2026-11-01T04:30:00Z")]
    [InlineData("2026-11-01T05:30:00Z", "daily 00:30,01:30", "America/New_York", "2026-11-02T05:30:00Z")]
    [InlineData("2011-12-29T22:00:00Z", "daily 12:00,18:00", "Pacific/Apia", "2011-12-30T04:00:00Z")]
    [InlineData("2011-12-30T04:00:00Z", "weekly 12:00,18:00 5,6", "Pacific/Apia", "2011-12-30T22:00:00Z")]
    // Gaps and overlaps elsewhere.
    [InlineData("2026-10-03T12:00:00Z", "daily 02:15", "Australia/Lord_Howe", "2026-10-03T15:30:00Z")]
    [InlineData("2018-11-03T12:00:00Z", "daily 00:30", "America/Sao_Paulo", "2018-11-04T03:00:00Z")]
    // Cron.
    [InlineData("2024-01-15T00:00:00Z", "cron 0 */3 * * *", "Asia/Seoul", "2024-01-15T03:00:00Z")]
    [InlineData("2024-01-15T00:00:00Z", "cron * * * * *", "Asia/Seoul", "2024-01-15T00:01:00Z")]
    [InlineData("2024-01-15T00:00:00Z", "cron 0 9 20 * 3", "Asia/Seoul", "2024-01-17T00:00:00Z")]
    [InlineData("2024-01-17T00:00:00Z", "cron 0 9 20 * 3", "Asia/Seoul", "2024-01-20T00:00:00Z")]
    [InlineData("2026-01-05T09:00:00Z", "cron 0 0 */2 * MON", "UTC", "2026-01-07T00:00:00Z")]
    [InlineData("2026-01-11T09:00:00Z", "cron 0 0 */2 * MON", "UTC", "2026-01-12T00:00:00Z")]
    [InlineData("2026-01-05T09:00:00Z", "cron 0 0 */1 * MON", "UTC", "2026-01-12T00:00:00Z")]
    [InlineData("2024-01-15T00:00:00Z", "cron 0 9 * * MON-FRI", "Asia/Seoul", "2024-01-16T00:00:00Z")]
    [InlineData("2024-01-15T00:00:00Z", "cron CRON_TZ=UTC 0 9 * * *", "Asia/Seoul", "2024-01-15T09:00:00Z")]
    [InlineData("2027-03-13T12:00:00Z", "cron 30 2 * * *", "America/New_York", "2027-03-14T07:00:00Z")]
    [InlineData("2027-11-06T12:00:00Z", "cron 30 1 * * *", "America/New_York", "2027-11-07T05:30:00Z")]
    [InlineData("2027-11-07T05:30:00Z", "cron 30 1 * * *", "America/New_York", "2027-11-08T06:30:00Z")]
    public void The_next_slot_is(string from, string timing, string zone, string next)
    {
        var after = Instant(from);
        Assert.Equal(Instant(next), Cadence.Next(Timing(timing, zone, after), after));
    }

    [Fact]
    public void A_three_hourly_schedule_keeps_its_grid_through_both_changes_of_the_clock()
    {
        foreach (var start in ChangesOfTheClock)
        {
            var slots = Cadence
                .Slots(Timing("3hours 09:00", "America/New_York", Instant(start)), Instant(start))
                .Take(24)
                .ToList();
            Assert.Equal(Enumerable.Range(1, 24).Select(k => Instant(start).AddHours(3 * k)), slots);
        }
    }

    [Fact]
    public void No_slot_is_at_or_before_the_start()
    {
        var timing = Timing("daily 09:00", "Asia/Seoul", Instant("2030-05-01T00:00:00Z"));
        Assert.Equal(Instant("2030-05-02T00:00:00Z"), Cadence.Next(timing, Instant("2024-01-01T00:00:00Z")));
    }

    [Fact]
    public void An_impossible_cron_has_no_slot() =>
        Assert.Null(
            Cadence.Next(
                Timing("cron 0 0 30 2 *", "Asia/Seoul", Instant("2024-01-01T00:00:00Z")),
                Instant("2024-01-01T00:00:00Z")
            )
        );

    [Theory]
    [InlineData("0 0 9 * * *")]
    [InlineData("@daily")]
    [InlineData("@every 1h")]
    [InlineData("0 9 L * *")]
    [InlineData("0 9 15W * *")]
    [InlineData("0 9 * * 1#2")]
    [InlineData("60 9 * * *")]
    [InlineData("")]
    [InlineData("CRON_TZ=Nowhere/City 0 9 * * *")]
    public void A_cron_that_QStash_would_not_take_is_refused(string cron) =>
        Assert.Throws<FormatException>(() => CronRule.Parse(cron));

    /// <summary>
    /// NodaTime carries its own zone data, so an oracle on them would test the data. Its calendar works here on the rules
    /// of this machine's zones instead.
    /// </summary>
    [Fact]
    public void Wall_clock_slots_agree_with_an_independent_calendar()
    {
        string[] zones =
        [
            "Asia/Seoul",
            "America/New_York",
            "Europe/London",
            "Australia/Lord_Howe",
            "Pacific/Auckland",
            "UTC",
        ];
        Gen.Select(
                Gen.Int[0, zones.Length - 1],
                Gen.Long[
                    Instant("2015-01-01T00:00:00Z").ToUnixTimeSeconds(),
                    Instant("2034-01-01T00:00:00Z").ToUnixTimeSeconds()
                ],
                Gen.Int[0, 1439],
                Gen.Int[0, 2],
                Gen.Int[1, 31]
            )
            .Sample(
                (zoneAt, from, minute, kind, day) =>
                {
                    var zone = TimeZoneInfo.FindSystemTimeZoneById(zones[zoneAt]);
                    var after = DateTimeOffset.FromUnixTimeSeconds(from);
                    var time = TimeOnly.MinValue.AddMinutes(minute);
                    var frequency = WallClock[kind];
                    var timing = new Timing(
                        frequency,
                        [time],
                        [(DayOfWeek)(day % 7)],
                        day,
                        null,
                        zone,
                        after.AddDays(-400)
                    );
                    var expected = Oracle(timing, after);
                    Assert.Equal(expected, Cadence.Next(timing, after));
                },
                iter: 3000
            );
    }

    [Fact]
    public void Elapsed_slots_are_anchor_plus_whole_intervals_and_strictly_after() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 1439], Gen.Long[0, 400L * 86400], Gen.Long[-86400, 400L * 86400])
            .Sample(
                (kind, minute, start, later) =>
                {
                    var hours = Hours[kind];
                    var frequency = Elapsed[kind];
                    var startsAt = Instant("2024-01-01T00:00:00Z").AddSeconds(start);
                    var zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Seoul");
                    var timing = new Timing(
                        frequency,
                        [TimeOnly.MinValue.AddMinutes(minute)],
                        [],
                        null,
                        null,
                        zone,
                        startsAt
                    );
                    var after = startsAt.AddSeconds(later);
                    var floor = after > startsAt ? after : startsAt;
                    var next = Cadence.Next(timing, after)!.Value;
                    Assert.True(next > floor && next - floor <= TimeSpan.FromHours(hours));
                    Assert.Equal(
                        0,
                        (next - Instant("2024-01-01T15:00:00Z").AddMinutes(minute)).TotalSeconds % (hours * 3600)
                    );
                }
            );

    private static DateTimeOffset Oracle(Timing timing, DateTimeOffset after)
    {
        var zone = BclDateTimeZone.FromTimeZoneInfo(timing.Zone);
        var local = NodaTime.Instant.FromDateTimeOffset(after).InZone(zone).Date;
        for (var date = local.PlusDays(-40); ; date = date.PlusDays(1))
        {
            var isDay = timing.Frequency switch
            {
                Frequency.Weekly => (int)date.DayOfWeek % 7 == (int)timing.DaysOfWeek[0],
                Frequency.Monthly => date.Day
                    == Math.Min(timing.DayOfMonth!.Value, date.Calendar.GetDaysInMonth(date.Year, date.Month)),
                _ => true,
            };
            if (!isDay)
                continue;
            var wall = date.At(new LocalTime(timing.TimesOfDay[0].Hour, timing.TimesOfDay[0].Minute));
            var map = zone.MapLocal(wall);
            var instant = map.Count == 0 ? map.EarlyInterval.End : map.First().ToInstant();
            if (instant.ToDateTimeOffset() > after)
                return instant.ToDateTimeOffset();
        }
    }

    private static Timing Timing(string text, string zone, DateTimeOffset startsAt)
    {
        var parts = text.Split(' ', 2);
        var frequency = JsonName.Parse<Frequency>(parts[0]);
        var at = TimeZoneInfo.FindSystemTimeZoneById(zone);
        if (frequency == Frequency.Cron)
            return new(frequency, [], [], null, parts[1], at, startsAt);
        var rest = parts[1].Split(' ');
        int[] numbers =
            rest.Length > 1
                ? [.. rest[1].Split(',').Select(each => int.Parse(each, CultureInfo.InvariantCulture))]
                : [];
        return new(
            frequency,
            [.. rest[0].Split(',').Select(each => TimeOnly.ParseExact(each, "HH:mm", CultureInfo.InvariantCulture))],
            frequency == Frequency.Weekly ? [.. numbers.Select(number => (DayOfWeek)number)] : [],
            frequency == Frequency.Monthly ? numbers[0] : null,
            null,
            at,
            startsAt
        );
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
