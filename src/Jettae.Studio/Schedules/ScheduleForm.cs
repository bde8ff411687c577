using System.Globalization;

namespace Jettae.Studio;

/// <summary>What stands in the editor's inputs while a person types.</summary>
internal sealed class ScheduleForm
{
    public string Name { get; set; } = "";
    public ContentType ContentType { get; set; } = ContentType.XPost;
    public Tone Tone { get; set; } = Tone.Friendly;
    public string Topic { get; set; } = "";
    public string Audience { get; set; } = "";
    public string Language { get; set; } = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "ko" ? "ko" : "en";
    public Frequency Frequency { get; set; } = Frequency.Daily;
    public TimeOnly TimeOfDay { get; set; } = new(9, 0);
    public DayOfWeek DayOfWeek { get; set; } = DayOfWeek.Monday;
    public int DayOfMonth { get; set; } = 1;
    public string Cron { get; set; } = "0 9 * * 1-5";
    public string Timezone { get; set; } = "Asia/Seoul";
    public CatchUp CatchUp { get; set; } = CatchUp.Latest;
    public string MaxRuns { get; set; } = "";
    public PromptType PromptType { get; set; }
    public string CustomPrompt { get; set; } = "";
    public Creativity Creativity { get; set; } = Creativity.Balanced;
    public SpeechLevel SpeechLevel { get; set; } = SpeechLevel.Haeyo;
    public string BrandVoice { get; set; } = "";

    /// <summary>The model that the schedule was given over the API; the form has no input for it and keeps it.</summary>
    private string? model;

    /// <summary>A start to change from; what is not known is an empty form.</summary>
    public static ScheduleForm Recipe(string? name) =>
        name switch
        {
            "x" => new() { ContentType = ContentType.XPost, Frequency = Frequency.ThreeHours },
            "blog" => new() { ContentType = ContentType.BlogPost, Tone = Tone.Professional },
            "linkedin" => new()
            {
                ContentType = ContentType.LinkedinPost,
                Tone = Tone.Professional,
                Frequency = Frequency.Weekly,
            },
            _ => new(),
        };

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
            MaxRuns = schedule.MaxRuns?.ToString(CultureInfo.InvariantCulture) ?? "",
            PromptType = schedule.Settings.PromptType,
            CustomPrompt = schedule.Settings.CustomPrompt ?? "",
            Creativity = schedule.Settings.Creativity,
            SpeechLevel = schedule.Settings.SpeechLevel,
            BrandVoice = schedule.Settings.BrandVoice ?? "",
            model = schedule.Settings.Model,
        };
        if (schedule.Frequency == Frequency.Cron)
            form.Cron = schedule.Cron ?? "";
        else
            form.TimeOfDay = schedule.TimeOfDay;
        form.DayOfWeek = schedule.DayOfWeek ?? form.DayOfWeek;
        form.DayOfMonth = schedule.DayOfMonth ?? form.DayOfMonth;
        return form;
    }

    /// <exception cref="RejectedException">The limit of runs is not a number.</exception>
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
            TimeOfDay =
                Frequency == Frequency.Cron ? null : TimeOfDay.ToString("HH\\:mm", CultureInfo.InvariantCulture),
            DayOfWeek = Frequency == Frequency.Weekly ? DayOfWeek : null,
            DayOfMonth = Frequency == Frequency.Monthly ? DayOfMonth : null,
            Cron = Frequency == Frequency.Cron ? Cron : null,
            Timezone = Timezone,
            CatchUp = CatchUp,
            MaxRuns = Number("max_runs", MaxRuns),
            Settings = new()
            {
                PromptType = PromptType,
                CustomPrompt = CustomPrompt.Trim().Length == 0 ? null : CustomPrompt,
                Creativity = Creativity,
                SpeechLevel = SpeechLevel,
                BrandVoice = BrandVoice.Trim().Length == 0 ? null : BrandVoice.Trim(),
                Model = model,
            },
        };

    private static int Number(string field, string text) =>
        text.Trim().Length == 0 ? 0
        : int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw new RejectedException(
            400,
            "field_invalid",
            field,
            new($"{field}: 1 이상의 수여야 해요.", $"{field}: It must be a number from 1.")
        );
}
