using System.Globalization;

namespace Jettae.Studio;

/// <summary>What a schedule's fields must be. A broken rule names the field, the rule and what was received.</summary>
internal static class ScheduleRules
{
    public const int LongestName = 100;
    public const int LongestTopic = 1000;
    public const int LongestPrompt = 8000;
    public const int MostTimes = 24;

    /// <summary>The most drafts of one slot.</summary>
    public const int MostVariants = 4;
    private const int MostBannedWords = 50;
    private const int LongestBannedWord = 60;
    private const int MostExamples = 5;
    private const int LongestExample = 2000;

    public static Schedule New(Guid owner, ScheduleFields fields, DateTimeOffset now)
    {
        var schedule = new Schedule
        {
            Id = Guid.CreateVersion7(now),
            OwnerId = owner,
            CreatedAt = now,
            StartsAt = fields.StartsAt ?? now,
        };
        Require("content_type", fields.ContentType);
        Require("frequency", fields.Frequency);
        Require("topic", fields.Topic);
        if (fields.Frequency is not Frequency.Cron)
            Require("time_of_day", (object?)fields.TimesOfDay ?? fields.TimeOfDay);
        Apply(schedule, fields, now);
        if (schedule.Name.Length == 0)
            schedule.Name = Excerpt.Of(schedule.Topic, LongestName);
        // A start in the past anchors the grids; what passed before the schedule was made was never wanted.
        schedule.AccountedUntil = now;
        RequireSlot(schedule, now);
        return schedule;
    }

    /// <summary>A schedule in name only: the wish for one piece now.</summary>
    public static Schedule ForOnePiece(ScheduleFields fields, Guid owner, DateTimeOffset now) =>
        New(
            owner,
            fields with
            {
                Frequency = Frequency.Daily,
                TimesOfDay = null,
                TimeOfDay = "09:00",
                StartsAt = null,
                EndsAt = null,
                MaxRuns = null,
            },
            now
        );

    /// <summary>Applies what was said; the caller throws the schedule away if this rejects.</summary>
    /// <returns>Whether its slots may be others now.</returns>
    public static bool Apply(Schedule schedule, ScheduleFields fields, DateTimeOffset now)
    {
        var before = TimingOf(schedule);
        if (fields.Name is { } name)
            schedule.Name = Text("name", name, LongestName);
        if (fields.Topic is { } topic)
            schedule.Topic = Text("topic", topic, LongestTopic);
        schedule.TargetAudience = fields.TargetAudience is { } audience
            ? audience.Trim().Length == 0
                ? null
                : Text("target_audience", audience, 500)
            : schedule.TargetAudience;
        if (fields.Language is { } language)
            schedule.Language = Language(language);
        schedule.ContentType = Known("content_type", fields.ContentType) ?? schedule.ContentType;
        schedule.ContentTone = Known("content_tone", fields.ContentTone) ?? schedule.ContentTone;
        schedule.Frequency = Known("frequency", fields.Frequency) ?? schedule.Frequency;
        schedule.CatchUp = Known("catch_up", fields.CatchUp) ?? schedule.CatchUp;
        if (fields.DaysOfWeek is { } days)
            schedule.DaysOfWeek =
            [
                .. days.Select(each => Known("days_of_week", (DayOfWeek?)each)!.Value).Distinct().Order(),
            ];
        else if (Known("day_of_week", fields.DayOfWeek) is { } onlyDay)
            schedule.DaysOfWeek = [onlyDay];
        if (schedule.Frequency == Frequency.Weekly && fields.DaysOfWeek is { Count: 0 })
            throw RejectedException.Broken("days_of_week", new("요일을 골라 주세요.", "Choose a weekday."));
        if (fields.TimesOfDay is { } times)
            schedule.TimesOfDay = Clocks(times);
        else if (fields.TimeOfDay is { } onlyTime)
            schedule.TimesOfDay = [Clock("time_of_day", onlyTime)];
        if (fields.DayOfMonth is { } day)
            schedule.DayOfMonth = day is >= 1 and <= 31
                ? day
                : throw Broken("day_of_month", new("1~31 사이여야 해요.", "It must be 1 to 31."), day);
        if (fields.Timezone is { } zone)
            schedule.Timezone = Zone(zone);
        if (fields.StartsAt is { } startsAt)
            schedule.StartsAt = startsAt.ToUniversalTime();
        if (fields.Endless == true)
            (schedule.EndsAt, schedule.MaxRuns) = (null, null);
        if (fields.EndsAt is { } endsAt)
            schedule.EndsAt = endsAt.ToUniversalTime();
        if (fields.MaxRuns is { } maxRuns)
            schedule.MaxRuns = maxRuns switch
            {
                0 => null,
                > 0 and <= 1_000_000 => maxRuns,
                _ => throw Broken(
                    "max_runs",
                    new("0(제한 없음)에서 1,000,000 사이여야 해요.", "It must be 0 (no limit) to 1000000."),
                    maxRuns
                ),
            };
        if (fields.Cron is { } cron)
            schedule.Cron = Cron(cron);
        if (fields.SettingsSaid is not null)
            schedule.Settings = Settings(fields.SettingsOver(schedule.Settings));
        if (schedule.Frequency == Frequency.Cron && schedule.Cron is null)
            throw RejectedException.Missing("cron");
        if (schedule.Frequency != Frequency.Cron && schedule.TimesOfDay.Count == 0)
            throw RejectedException.Missing("time_of_day");
        if (schedule.EndsAt <= schedule.StartsAt)
            throw Broken(
                "ends_at",
                new("시작하는 때보다 나중이어야 해요.", "It must be after the start."),
                fields.EndsAt ?? schedule.EndsAt
            );
        return before != TimingOf(schedule);
    }

    /// <summary>The same order once more, paused, under a name of its own.</summary>
    public static Schedule Copy(Schedule schedule, DateTimeOffset now)
    {
        var suffix = Words.CopySuffix.ToString();
        var name = Excerpt.Of(schedule.Name, LongestName - suffix.Length);
        return new Schedule
        {
            Id = Guid.CreateVersion7(now),
            OwnerId = schedule.OwnerId,
            Name = name + suffix,
            ContentType = schedule.ContentType,
            ContentTone = schedule.ContentTone,
            Topic = schedule.Topic,
            TargetAudience = schedule.TargetAudience,
            Language = schedule.Language,
            Frequency = schedule.Frequency,
            TimesOfDay = schedule.TimesOfDay,
            DaysOfWeek = schedule.DaysOfWeek,
            DayOfMonth = schedule.DayOfMonth,
            Cron = schedule.Cron,
            Timezone = schedule.Timezone,
            CatchUp = schedule.CatchUp,
            StartsAt = schedule.StartsAt,
            EndsAt = schedule.EndsAt,
            MaxRuns = schedule.MaxRuns,
            Settings = schedule.Settings,
            IsActive = false,
            PausedAt = now,
            AccountedUntil = now,
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    /// <summary>A schedule that never comes is a mistake: 30 February, or an end before the first slot.</summary>
    public static void RequireSlot(Schedule schedule, DateTimeOffset now)
    {
        var next = Cadence.Next(schedule.Timing, now);
        if (next is null)
            throw Broken(
                schedule.Frequency == Frequency.Cron ? "cron" : "frequency",
                new("이 설정으로는 실행되는 때가 없어요.", "It gives no slot, ever."),
                schedule.Cron
            );
        if (next > schedule.EndsAt)
            throw Broken(
                "ends_at",
                new("첫 차례보다 나중이어야 해요.", "It must be after the first slot."),
                schedule.EndsAt
            );
    }

    /// <summary>Names the zone or the cron expression that was right once and can no longer be read.</summary>
    public static void RequireReadable(Schedule schedule)
    {
        Zone(schedule.Timezone);
        if (schedule.Frequency == Frequency.Cron)
            Cron(schedule.Cron ?? "");
    }

    private static object TimingOf(Schedule schedule) =>
        (
            (schedule.Frequency, schedule.DayOfMonth, schedule.Cron),
            (string.Join(' ', schedule.TimesOfDay), string.Join(' ', schedule.DaysOfWeek)),
            (schedule.Timezone, schedule.StartsAt, schedule.EndsAt, schedule.MaxRuns)
        );

    private static string Text(string field, string value, int longest)
    {
        var text = value.Trim();
        if (text.Length == 0)
            throw Broken(field, new("비워 둘 수 없어요.", "It must not be empty."), value);
        if (text.Length > longest)
            throw Broken(
                field,
                new($"{longest}자까지 쓸 수 있어요.", $"It may have at most {longest} characters."),
                $"{text.Length}"
            );
        return text;
    }

    private static string Language(string value)
    {
        var tag = value.Trim();
        var isTag =
            tag.Length is >= 2 and <= 35
            && tag.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-')
            && char.IsAsciiLetter(tag[0]);
        return isTag
            ? tag
            : throw Broken(
                "language",
                new("ko, en 같은 언어 코드여야 해요.", "It must be a language tag such as ko or en."),
                value
            );
    }

    private static List<TimeOnly> Clocks(IReadOnlyList<string> values) =>
        values.Count is >= 1 and <= MostTimes
            ? [.. values.Select(each => Clock("times_of_day", each)).Distinct().Order()]
            : throw Broken(
                "times_of_day",
                new($"1~{MostTimes}개여야 해요.", $"It must have 1 to {MostTimes} times."),
                $"{values.Count}"
            );

    private static TimeOnly Clock(string field, string? value) =>
        TimeOnly.TryParseExact(value?.Trim(), "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            ? time
            : throw Broken(
                field,
                new("09:00처럼 HH:mm 형식이어야 해요.", "It must be a time as HH:mm, such as 09:00."),
                value
            );

    private static string Zone(string value) =>
        TimeZoneInfo.TryFindSystemTimeZoneById(value.Trim(), out var zone) && zone.HasIanaId
            ? zone.Id
            : throw Broken(
                "timezone",
                new("Asia/Seoul 같은 IANA 시간대여야 해요.", "It must be an IANA time zone such as Asia/Seoul."),
                value
            );

    private static string Cron(string value)
    {
        try
        {
            CronRule.Parse(value);
            return value.Trim();
        }
        catch (FormatException broken)
        {
            throw Broken(
                "cron",
                new(
                    "'분 시 일 월 요일' 다섯 칸의 cron 식이어야 해요(초, L, W, #는 쓸 수 없어요).",
                    $"It must be a cron expression of five fields without seconds, L, W or #: {broken.Message}."
                ),
                value
            );
        }
    }

    private static ScheduleSettings Settings(ScheduleSettings settings)
    {
        Known("settings.promptType", (PromptType?)settings.PromptType);
        Known("settings.creativity", (Creativity?)settings.Creativity);
        Known("settings.speechLevel", (SpeechLevel?)settings.SpeechLevel);
        if (settings.PromptType == PromptType.Custom && string.IsNullOrWhiteSpace(settings.CustomPrompt))
            throw RejectedException.Missing("settings.customPrompt");
        if (settings.CustomPrompt is { } prompt)
        {
            if (prompt.Length > LongestPrompt)
                throw Broken(
                    "settings.customPrompt",
                    new($"{LongestPrompt}자까지 쓸 수 있어요.", $"It may have at most {LongestPrompt} characters."),
                    $"{prompt.Length}"
                );
            // One that is kept for later is judged when it is used.
            if (settings.PromptType == PromptType.Custom && Prompts.UnknownVariables(prompt) is { Count: > 0 } unknown)
                throw Broken(
                    "settings.customPrompt",
                    new(
                        $"쓸 수 있는 변수는 {string.Join(", ", Prompts.Variables.Select(Braced))}예요.{Meant(unknown, "혹시 {0}인가요?")}",
                        $"Its variables may be {string.Join(", ", Prompts.Variables.Select(Braced))}.{Meant(unknown, "Did you mean {0}?")}"
                    ),
                    string.Join(", ", unknown.Select(each => Braced(each.Name)))
                );
        }
        if (settings.Model is { Length: > 100 } model)
            throw Broken(
                "settings.model",
                new("100자까지 쓸 수 있어요.", "It may have at most 100 characters."),
                model[..100]
            );
        if (settings.BrandVoice is { Length: > 2000 } voice)
            throw Broken(
                "settings.brandVoice",
                new("2,000자까지 쓸 수 있어요.", "It may have at most 2000 characters."),
                $"{voice.Length}"
            );
        if (settings.Variants is < 1 or > MostVariants)
            throw Broken(
                "settings.variants",
                new($"1~{MostVariants} 사이여야 해요.", $"It must be 1 to {MostVariants}."),
                settings.Variants
            );
        return settings with
        {
            BrandVoice = settings.BrandVoice?.Trim() is { Length: > 0 } described ? described : null,
            BannedWords = List("settings.bannedWords", settings.BannedWords, MostBannedWords, LongestBannedWord),
            Examples = List("settings.examples", settings.Examples, MostExamples, LongestExample),
        };
    }

    /// <summary>The texts trimmed, without empty and repeated ones.</summary>
    private static List<string> List(string field, IReadOnlyList<string?>? texts, int most, int longest)
    {
        var kept = (texts ?? []).Select(text => (text ?? "").Trim()).Where(text => text.Length > 0).Distinct().ToList();
        if (kept.Count > most)
            throw Broken(field, new($"{most}개까지 적을 수 있어요.", $"There may be at most {most}."), $"{kept.Count}");
        if (kept.Find(text => text.Length > longest) is { } tooLong)
            throw Broken(
                field,
                new($"하나에 {longest}자까지 쓸 수 있어요.", $"Each may have at most {longest} characters."),
                $"{tooLong.Length}"
            );
        return kept;
    }

    private static string Braced(string name) => $"{{{{{name}}}}}";

    private static string Meant(IReadOnlyList<UnknownVariable> unknown, string question) =>
        unknown.Where(each => each.Nearest is not null).Select(each => Braced(each.Nearest!)).Distinct().ToList()
            is { Count: > 0 } near
            ? " " + question.Replace("{0}", string.Join(", ", near), StringComparison.Ordinal)
            : "";

    private static T? Known<T>(string field, T? value)
        where T : struct, Enum =>
        value is null || Enum.IsDefined(value.Value)
            ? value
            : throw Broken(field, new("알 수 없는 값이에요.", "It is not one of the known values."), value);

    private static void Require(string field, object? value)
    {
        if (value is null)
            throw RejectedException.Missing(field);
    }

    private static RejectedException Broken(string field, Word rule, object? received)
    {
        var what = received is DateTimeOffset instant
            ? instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)
            : Convert.ToString(received, CultureInfo.InvariantCulture) ?? "";
        if (what.Length > 200)
            what = Excerpt.Of(what, 200) + "…";
        return RejectedException.Broken(field, rule, $"'{what}'");
    }
}
