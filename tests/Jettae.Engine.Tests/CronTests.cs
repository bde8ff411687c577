using System.Globalization;

namespace Jettae.Engine.Tests;

/// <summary>Cron expressions, as tables of truth.</summary>
public sealed class CronTests
{
    [Theory]
    [Trait("QStash", "65,67")]
    [InlineData("*/15 * * * *", "2026-01-05T09:00:00Z", "2026-01-05T09:15:00Z")]
    [InlineData("0 9 * * MON-FRI", "2026-01-09T09:00:00Z", "2026-01-12T09:00:00Z")]
    [InlineData("0 0 1 JAN *", "2026-01-05T09:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("0 0 * * 7", "2026-01-05T09:00:00Z", "2026-01-11T00:00:00Z")]
    [InlineData("0 0 ? * 0", "2026-01-05T09:00:00Z", "2026-01-11T00:00:00Z")]
    // Both day fields restricted: either.
    [InlineData("0 0 13 * 5", "2026-02-07T00:00:00Z", "2026-02-13T00:00:00Z")]
    [InlineData("0 0 10 * 5", "2026-02-07T00:00:00Z", "2026-02-10T00:00:00Z")]
    // A step leaves days out: the field is not open. One of 1 leaves none.
    [InlineData("0 0 */2 * MON", "2026-01-05T09:00:00Z", "2026-01-07T00:00:00Z")]
    [InlineData("0 0 */2 * MON", "2026-01-11T09:00:00Z", "2026-01-12T00:00:00Z")]
    [InlineData("0 0 13 * */2", "2026-01-05T09:00:00Z", "2026-01-06T00:00:00Z")]
    [InlineData("0 0 */1 * MON", "2026-01-05T09:00:00Z", "2026-01-12T00:00:00Z")]
    [InlineData("0 0 13 * */1", "2026-01-05T09:00:00Z", "2026-01-13T00:00:00Z")]
    [InlineData("0 0 ?/1 * MON", "2026-01-05T09:00:00Z", "2026-01-12T00:00:00Z")]
    [InlineData("@hourly", "2026-01-05T09:00:00Z", "2026-01-05T10:00:00Z")]
    [InlineData("@daily", "2026-01-05T09:00:00Z", "2026-01-06T00:00:00Z")]
    [InlineData("@weekly", "2026-01-05T09:00:00Z", "2026-01-11T00:00:00Z")]
    [InlineData("@monthly", "2026-01-05T09:00:00Z", "2026-02-01T00:00:00Z")]
    [InlineData("@yearly", "2026-01-05T09:00:00Z", "2027-01-01T00:00:00Z")]
    [InlineData("CRON_TZ=Asia/Seoul 0 9 * * *", "2026-01-05T00:00:00Z", "2026-01-06T00:00:00Z")]
    [InlineData("TZ=Asia/Kolkata 30 9 * * *", "2026-01-05T00:00:00Z", "2026-01-05T04:00:00Z")]
    // A time that the change of clocks leaves out fires right after the gap; the next day at its own time.
    [InlineData("CRON_TZ=America/New_York 30 2 * * *", "2026-03-07T08:00:00Z", "2026-03-08T07:00:00Z")]
    [InlineData("CRON_TZ=America/New_York 30 2 * * *", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z")]
    // A time that is repeated fires once.
    [InlineData("CRON_TZ=America/New_York 30 1 * * *", "2026-11-01T04:00:00Z", "2026-11-01T05:30:00Z")]
    [InlineData("CRON_TZ=America/New_York 30 1 * * *", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z")]
    // What goes on all the time goes on in both hours.
    [InlineData("CRON_TZ=America/New_York */30 * * * *", "2026-11-01T05:30:00Z", "2026-11-01T06:00:00Z")]
    public void The_next_slot_is(string cron, string after, string expected) =>
        Assert.Equal(
            expected,
            DateTimeOffset
                .FromUnixTimeMilliseconds(
                    Cron.Parse(cron)
                        .Next(DateTimeOffset.Parse(after, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds())!
                        .Value
                )
                .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
        );
}
