using System.Globalization;

namespace Jettae.Studio.Tests;

/// <summary>A timing is said in words, also one that was written as a cron expression.</summary>
[Trait("Store", "none")]
public sealed class TimingWordTests
{
    [Theory]
    [InlineData("* * * * *", "1분마다", "Every minute")]
    [InlineData("*/15 * * * *", "15분마다", "Every 15 minutes")]
    [InlineData("5 * * * *", "매시간 5분", "Hourly at minute 5")]
    [InlineData("30 */6 * * *", "6시간마다 30분", "Every 6 hours at minute 30")]
    [InlineData("0 */3 * * *", "3시간마다 정각", "Every 3 hours on the hour")]
    [InlineData("0 9 * * *", "매일 09:00", "Daily 09:00")]
    [InlineData("30 18,9 * * ?", "매일 09:30, 18:30", "Daily 09:30, 18:30")]
    [InlineData("0 9 * * 1-5", "매주 평일 09:00", "Every weekday 09:00")]
    [InlineData("0 9 * * MON-FRI", "매주 평일 09:00", "Every weekday 09:00")]
    [InlineData("0 9 * * mon,3", "매주 월, 수 09:00", "Every Mon, Wed 09:00")]
    [InlineData("0 9 * * 5-7", "매주 금, 토, 일 09:00", "Every Fri, Sat, Sun 09:00")]
    [InlineData("0 9 1 * *", "매월 1일 09:00", "Monthly on day 1 09:00")]
    [InlineData("0 9 28 * *", "매월 28일 09:00", "Monthly on day 28 09:00")]
    // A day that some months do not have, uneven steps, several days of the month, either of two days, some months, what is no rule at all.
    [InlineData("0 9 31 * *", null, null)]
    [InlineData("*/7 * * * *", null, null)]
    [InlineData("0 */5 * * *", null, null)]
    [InlineData("0 9 1,15 * *", null, null)]
    [InlineData("0 9 1 * 1", null, null)]
    [InlineData("0 9 * 6 *", null, null)]
    [InlineData("0-5 9 * * *", null, null)]
    [InlineData("0 9 * * */2", null, null)]
    [InlineData("CRON_TZ=UTC 0 9 * * *", null, null)]
    [InlineData("61 9 * * *", null, null)]
    [InlineData("", null, null)]
    public void A_common_cron_expression_is(string cron, string? ko, string? en)
    {
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("ko");
            Assert.Equal(ko, Words.OfCron(cron));
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en");
            Assert.Equal(en, Words.OfCron(cron));
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }
}
