using System.CommandLine;
using System.Globalization;
using Jettae.Studio;

namespace Jettae;

/// <summary>What is rehearsed: one schedule, over a span of virtual time.</summary>
/// <param name="Fields">The schedule.</param>
/// <param name="From">When it is made.</param>
/// <param name="Until">The end, itself included.</param>
public sealed record RehearsalPlan(ScheduleFields Fields, DateTimeOffset From, DateTimeOffset Until)
{
    private static readonly string[] Frequencies = ["hourly", "3hours", "6hours", "daily", "weekly", "monthly", "cron"];

    internal sealed class Options
    {
        public Option<string> Frequency { get; } =
            new("--frequency")
            {
                Description = "hourly, 3hours, 6hours, daily, weekly, monthly or cron.",
                DefaultValueFactory = _ => "3hours",
            };
        public Option<string> Time { get; } =
            new("--time") { Description = "Time of day, HH:mm.", DefaultValueFactory = _ => "09:00" };
        public Option<string> Zone { get; } =
            new("--zone") { Description = "IANA time zone.", DefaultValueFactory = _ => "Asia/Seoul" };
        public Option<string?> Cron { get; } = new("--cron") { Description = "The expression, with --frequency cron." };
        public Option<int> Days { get; } =
            new("--days") { Description = "Days of virtual time, 1 to 3660.", DefaultValueFactory = _ => 30 };
        public Option<DateTimeOffset?> Start { get; } =
            new("--start") { Description = "When the schedule is made. Default: today at --time in --zone." };

        public Options()
        {
            Frequency.AcceptOnlyFromAmong(Frequencies);
            Days.Validators.Add(result =>
            {
                if (result.GetValueOrDefault<int>() is < 1 or > 3660)
                    result.AddError("--days must be from 1 to 3660.");
            });
        }

        public void AddTo(Command command)
        {
            foreach (Option option in (Option[])[Frequency, Time, Zone, Cron, Days, Start])
                command.Options.Add(option);
        }

        /// <exception cref="SettingsException">A value cannot be used.</exception>
        public RehearsalPlan Read(ParseResult parsed, DateTimeOffset now)
        {
            var (time, zoneId) = (parsed.GetValue(Time)!, parsed.GetValue(Zone)!);
            if (
                !TimeOnly.TryParseExact(
                    time,
                    "HH:mm",
                    CultureInfo.InvariantCulture,
                    DateTimeStyles.None,
                    out var timeOfDay
                )
            )
                throw new SettingsException($"--time must be HH:mm; received '{time}'.");
            if (!TimeZoneInfo.TryFindSystemTimeZoneById(zoneId, out var zone))
                throw new SettingsException(
                    $"--zone must be an IANA time zone such as Asia/Seoul; received '{zoneId}'."
                );
            var frequency = (Frequency)Array.IndexOf(Frequencies, parsed.GetValue(Frequency)!);
            var from = (parsed.GetValue(Start) ?? TodayAt(timeOfDay, zone, now)).ToUniversalTime();
            var fields = new ScheduleFields
            {
                Name = "rehearsal",
                ContentType = ContentType.XPost,
                Topic = "rehearsal",
                Language = "en",
                Frequency = frequency,
                TimeOfDay = frequency == Studio.Frequency.Cron ? null : time,
                Timezone = zoneId,
                Cron = parsed.GetValue(Cron),
            };
            return new RehearsalPlan(fields, from, from.AddDays(parsed.GetValue(Days)));
        }

        private static DateTimeOffset TodayAt(TimeOnly time, TimeZoneInfo zone, DateTimeOffset now)
        {
            var today = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime).ToDateTime(time);
            return new DateTimeOffset(today, zone.GetUtcOffset(today));
        }
    }
}
