using System.Globalization;
using System.Text.Json;

namespace Jettae.Studio;

/// <summary>When a schedule comes to its end.</summary>
public enum Ending
{
    Never,
    AfterRuns,
    OnDate,
}

/// <summary>A time of day in its input.</summary>
public sealed class TimeField(TimeOnly at)
{
    /// <summary>What stood there whole the last time.</summary>
    public TimeOnly At { get; set; } = at;

    /// <summary>It was cleared since, or is half typed: nothing is meant by now.</summary>
    public bool IsEmpty { get; set; }

    /// <exception cref="RejectedException">It is empty.</exception>
    internal string Whole() =>
        IsEmpty
            ? throw RejectedException.Broken("time_of_day", new("시각을 골라 주세요.", "Choose a time."))
            : ToString();

    /// <summary>As an input of the page and the API have it.</summary>
    public override string ToString() => At.ToString("HH\\:mm", CultureInfo.InvariantCulture);
}

/// <summary>What stands in the editor's inputs while a person types.</summary>
public sealed class ScheduleForm
{
    public string Name { get; set; } = "";
    public ContentType ContentType { get; set; } = ContentType.XPost;
    public Tone Tone { get; set; } = Tone.Friendly;
    public string Topic { get; set; } = "";
    public string Audience { get; set; } = "";
    public string Language { get; set; } = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "ko" ? "ko" : "en";
    public Frequency Frequency { get; set; } = Frequency.Daily;
    public List<TimeField> TimesOfDay { get; private set; } = [new(new(9, 0))];
    public HashSet<DayOfWeek> DaysOfWeek { get; private set; } = [DayOfWeek.Monday];
    public int DayOfMonth { get; set; } = 1;
    public string Cron { get; set; } = "0 9 * * 1-5";
    public string Timezone { get; set; } = "Asia/Seoul";
    public CatchUp CatchUp { get; set; } = CatchUp.Latest;
    public Ending Ending { get; set; }
    public string MaxRuns { get; set; } = "10";

    /// <summary>The last day, in the schedule's zone.</summary>
    public DateOnly? LastDay { get; set; }

    /// <summary>No slot before this one; null: from now.</summary>
    public DateTimeOffset? StartsAt { get; set; }
    public PromptType PromptType { get; set; }
    public string CustomPrompt { get; set; } = "";
    public Creativity Creativity { get; set; } = Creativity.Balanced;
    public SpeechLevel SpeechLevel { get; set; } = SpeechLevel.Haeyo;
    public string BrandVoice { get; set; } = "";
    public string Model { get; set; } = "";

    /// <summary>One per line.</summary>
    public string BannedWords { get; set; } = "";

    /// <summary>With a line of <c>---</c> between two.</summary>
    public string Examples { get; set; } = "";
    public int Variants { get; set; } = 1;
    public bool Numbering { get; set; }

    /// <summary>The elapsed-time grids count from one time of day; the others may have several.</summary>
    public bool IsGrid => Frequency is Frequency.Hourly or Frequency.ThreeHours or Frequency.SixHours;

    /// <summary>A start to change from; what is not known is an empty form.</summary>
    public static ScheduleForm Start(string? recipe, Brand brand)
    {
        var form = Recipe.Find(recipe) is { } known
            ? new ScheduleForm
            {
                ContentType = known.ContentType,
                Tone = known.Tone,
                Frequency = known.Frequency,
                TimesOfDay = [new(known.TimeOfDay)],
                DaysOfWeek = known.Days.Count > 0 ? [.. known.Days] : [DayOfWeek.Monday],
            }
            : new ScheduleForm();
        (form.BrandVoice, form.Audience, form.SpeechLevel) = (brand.Voice, brand.Audience, brand.SpeechLevel);
        form.Language = brand.Language ?? form.Language;
        return form;
    }

    /// <summary>Once, at this wall-clock time: what a free place in the calendar asks for. When it has passed, at the next full hour.</summary>
    public ScheduleForm At(DateTime wall, DateTimeOffset now)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(Timezone);
        var clock = WallClock.Of(zone, now);
        if (wall <= clock)
            wall = clock.Date.AddHours(clock.Hour + 1);
        (Frequency, Ending, MaxRuns) = (Frequency.Weekly, Ending.AfterRuns, "1");
        TimesOfDay = [new(TimeOnly.FromDateTime(wall))];
        DaysOfWeek = [wall.DayOfWeek];
        // Just before the day, not the minute: made earlier, it is still of that day.
        StartsAt = WallClock.InstantOf(zone, wall.Date).AddMinutes(-1);
        return this;
    }

    public static ScheduleForm Of(Schedule schedule)
    {
        var form = new ScheduleForm
        {
            Name = schedule.Name,
            ContentType = schedule.ContentType,
            Tone = schedule.ContentTone,
            Topic = schedule.Topic,
            Audience = schedule.TargetAudience ?? "",
            Language = schedule.Language,
            Frequency = schedule.Frequency,
            Timezone = schedule.Timezone,
            CatchUp = schedule.CatchUp,
            Ending =
                schedule.MaxRuns is not null ? Ending.AfterRuns
                : schedule.EndsAt is not null ? Ending.OnDate
                : Ending.Never,
            PromptType = schedule.Settings.PromptType,
            CustomPrompt = schedule.Settings.CustomPrompt ?? "",
            Creativity = schedule.Settings.Creativity,
            SpeechLevel = schedule.Settings.SpeechLevel,
            BrandVoice = schedule.Settings.BrandVoice ?? "",
            Model = schedule.Settings.Model ?? "",
            BannedWords = string.Join('\n', schedule.Settings.BannedWords),
            Examples = string.Join("\n---\n", schedule.Settings.Examples),
            Variants = schedule.Settings.Variants,
            Numbering = schedule.Settings.Numbering,
            StartsAt = schedule.StartsAt,
        };
        if (schedule.MaxRuns is { } most)
            form.MaxRuns = most.ToString(CultureInfo.InvariantCulture);
        var timing = schedule.Timing;
        if (schedule.EndsAt is { } end)
        {
            // The calendar's last day cannot be chosen.
            var last = WallClock.DateOf(timing.Zone, end);
            form.LastDay = last == DateOnly.MaxValue ? last.AddDays(-1) : last;
        }
        if (schedule.Frequency == Frequency.Cron)
            form.Cron = schedule.Cron ?? "";
        if (schedule.TimesOfDay.Count > 0)
            form.TimesOfDay = [.. schedule.TimesOfDay.Select(time => new TimeField(time))];
        form.DaysOfWeek = [.. Cadence.WantedDays(timing)];
        form.DayOfMonth = Cadence.WantedDay(timing);
        return form;
    }

    /// <exception cref="RejectedException">The limit of runs is not a number, or a time was cleared.</exception>
    public ScheduleFields Fields() =>
        new()
        {
            Name = Name.Trim().Length == 0 ? null : Name,
            ContentType = ContentType,
            ContentTone = Tone,
            Topic = Topic,
            TargetAudience = Audience,
            Language = Language,
            Frequency = Frequency,
            TimesOfDay = Frequency == Frequency.Cron ? null : [.. TimesOfDay.Select(time => time.Whole())],
            DaysOfWeek = Frequency == Frequency.Weekly ? [.. DaysOfWeek.Order()] : null,
            DayOfMonth = Frequency == Frequency.Monthly ? DayOfMonth : null,
            Cron = Frequency == Frequency.Cron ? Cron : null,
            Timezone = Timezone,
            CatchUp = CatchUp,
            StartsAt = StartsAt,
            // Another end than the one that is shown there is not; what is said beside it counts.
            Endless = true,
            MaxRuns = Ending == Ending.AfterRuns ? Number("max_runs", MaxRuns) : null,
            EndsAt = Ending == Ending.OnDate ? EndOfLastDay() : null,
            SettingsSaid = JsonSerializer.SerializeToNode(Settings(), StudioJson.Options)!.AsObject(),
        };

    private ScheduleSettings Settings() =>
        new()
        {
            PromptType = PromptType,
            // One that is hidden now is kept for later, as it is.
            CustomPrompt = CustomPrompt.Trim().Length > 0 ? CustomPrompt : null,
            Creativity = Creativity,
            SpeechLevel = SpeechLevel,
            BrandVoice = BrandVoice.Trim(),
            Model = Model.Trim().Length == 0 ? null : Model.Trim(),
            BannedWords = BannedWords.ReplaceLineEndings("\n").Split('\n'),
            Examples = $"\n{Examples.ReplaceLineEndings("\n")}\n".Split("\n---\n"),
            Variants = Variants,
            Numbering = Numbering && ContentType == ContentType.Thread,
        };

    /// <exception cref="RejectedException">No day was chosen, or the calendar's last.</exception>
    private DateTimeOffset EndOfLastDay()
    {
        if (LastDay is not { } day)
            throw RejectedException.Broken("ends_at", new("날짜를 골라 주세요.", "Choose a date."));
        if (day == DateOnly.MaxValue)
            throw RejectedException.Broken("ends_at", new("더 이른 날짜를 골라 주세요.", "Choose an earlier date."));
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(Timezone, out var known) ? known : TimeZoneInfo.Utc;
        return WallClock.InstantOf(zone, day.AddDays(1).ToDateTime(TimeOnly.MinValue)).AddSeconds(-1);
    }

    private static int Number(string field, string text) =>
        int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw RejectedException.Broken(field, new("1 이상의 수여야 해요.", "It must be a number from 1."));
}
