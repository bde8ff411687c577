using System.Text.Json.Serialization;

namespace Jettae.Studio;

/// <summary>What happens to slots that passed while the system was down.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CatchUp>))]
public enum CatchUp
{
    /// <summary>None of them runs; each is kept in the ledger as skipped.</summary>
    [JsonStringEnumMemberName("skip")]
    Skip,

    /// <summary>The latest of them runs; the earlier ones are kept as skipped.</summary>
    [JsonStringEnumMemberName("latest")]
    Latest,

    /// <summary>All of them run, one after the other.</summary>
    [JsonStringEnumMemberName("all")]
    All,
}

/// <summary>Whether the prompt is built from the schedule's fields or is the person's own words.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PromptType>))]
public enum PromptType
{
    [JsonStringEnumMemberName("auto")]
    Auto,

    [JsonStringEnumMemberName("custom")]
    Custom,
}

/// <summary>How far a draft may go from the expected: expressed as wording and effort, never as temperature.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Creativity>))]
public enum Creativity
{
    [JsonStringEnumMemberName("conservative")]
    Conservative,

    [JsonStringEnumMemberName("balanced")]
    Balanced,

    [JsonStringEnumMemberName("creative")]
    Creative,
}

/// <summary>The voice of a piece.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Tone>))]
public enum Tone
{
    [JsonStringEnumMemberName("casual")]
    Casual,

    [JsonStringEnumMemberName("professional")]
    Professional,

    [JsonStringEnumMemberName("friendly")]
    Friendly,

    [JsonStringEnumMemberName("formal")]
    Formal,
}

/// <summary>The Korean speech level of a piece; not used for other languages.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SpeechLevel>))]
public enum SpeechLevel
{
    /// <summary>합쇼체.</summary>
    [JsonStringEnumMemberName("hapsyo")]
    Hapsyo,

    /// <summary>해요체.</summary>
    [JsonStringEnumMemberName("haeyo")]
    Haeyo,

    /// <summary>반말.</summary>
    [JsonStringEnumMemberName("banmal")]
    Banmal,
}

/// <summary>How a schedule's pieces are written. Stored as JSON beside the schedule; camelCase on the wire.</summary>
public sealed record ScheduleSettings
{
    /// <summary>Default <see cref="PromptType.Auto"/>.</summary>
    [JsonPropertyName("promptType")]
    public PromptType PromptType { get; init; }

    /// <summary>The person's prompt, with variables such as <c>{{topic}}</c>; required by <see cref="PromptType.Custom"/>.</summary>
    [JsonPropertyName("customPrompt")]
    public string? CustomPrompt { get; init; }

    [JsonPropertyName("creativity")]
    public Creativity Creativity { get; init; } = Creativity.Balanced;

    /// <summary>Korean speech level; default 해요체.</summary>
    [JsonPropertyName("speechLevel")]
    public SpeechLevel SpeechLevel { get; init; } = SpeechLevel.Haeyo;

    /// <summary>A model id that replaces the installation's default.</summary>
    [JsonPropertyName("model")]
    public string? Model { get; init; }

    /// <summary>Sentences that describe the brand's voice.</summary>
    [JsonPropertyName("brandVoice")]
    public string? BrandVoice { get; init; }

    /// <summary>Words that no piece may use; at most 50 of at most 60 characters.</summary>
    [JsonPropertyName("bannedWords")]
    public IReadOnlyList<string> BannedWords { get; init; } = [];

    /// <summary>Pieces whose style is followed, not their content; at most 5 of at most 2,000 characters.</summary>
    [JsonPropertyName("examples")]
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>How many drafts are written for one slot, 1 to 4; each is a call of its own.</summary>
    [JsonPropertyName("variants")]
    public int Variants { get; init; } = 1;

    /// <summary>The posts of a thread are numbered, such as <c>2/5</c>.</summary>
    [JsonPropertyName("numbering")]
    public bool Numbering { get; init; }
}

/// <summary>A person's standing order: what to write, when, and what became of it so far.</summary>
public sealed class Schedule
{
    public Guid Id { get; init; }
    public Guid OwnerId { get; init; }
    public string Name { get; set; } = "";
    public ContentType ContentType { get; set; }
    public Tone ContentTone { get; set; } = Tone.Friendly;
    public string Topic { get; set; } = "";
    public string? TargetAudience { get; set; }

    /// <summary>The language of the pieces: <c>ko</c> or <c>en</c> (BCP 47 accepted).</summary>
    public string Language { get; set; } = "ko";

    public Frequency Frequency { get; set; }

    /// <summary>1–24 distinct wall-clock times, sorted; empty for cron. The first one anchors the elapsed-time grids.</summary>
    public IReadOnlyList<TimeOnly> TimesOfDay { get; set; } = [];

    /// <summary>Distinct weekdays, sorted from Sunday; empty: the weekday on which a weekly schedule starts.</summary>
    public IReadOnlyList<DayOfWeek> DaysOfWeek { get; set; } = [];
    public int? DayOfMonth { get; set; }
    public string? Cron { get; set; }

    /// <summary>IANA zone id.</summary>
    public string Timezone { get; set; } = "Asia/Seoul";

    public CatchUp CatchUp { get; set; } = CatchUp.Latest;
    public DateTimeOffset StartsAt { get; set; }
    public DateTimeOffset? EndsAt { get; set; }

    /// <summary>The schedule ends by itself after so many slots that ran, pieces or failures; null for ever.</summary>
    public int? MaxRuns { get; set; }

    public ScheduleSettings Settings { get; set; } = new();
    public bool IsActive { get; set; } = true;
    public int TotalGenerated { get; set; }
    public int TotalFailed { get; set; }

    /// <summary>Slots that ran and whose runs were past their retention: <see cref="MaxRuns"/> counts them too.</summary>
    public int SlotsForgotten { get; set; }
    public DateTimeOffset? LastRunAt { get; set; }

    /// <summary>When a person paused it; null while it runs, and when it ended by itself.</summary>
    public DateTimeOffset? PausedAt { get; set; }

    /// <summary>It rests up to here and goes on by itself: its booking lies behind it. Null, or passed, when it does not rest so.</summary>
    public DateTimeOffset? PausedUntil { get; set; }

    /// <summary>Every slot up to here has its row in the ledger, or had it (retention), or was not wanted (paused, before an update).</summary>
    public DateTimeOffset AccountedUntil { get; set; }

    /// <summary>The slot of the live booking; null while paused or ended.</summary>
    public DateTimeOffset? NextRunAt { get; set; }

    /// <summary>The id of the message that the live booking has in QStash; null until it is published.</summary>
    public string? QstashMessageId { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }

    public Timing Timing
    {
        get
        {
            // Both were right when they were stored; the machine may have other zones since, the rules of cron may be others.
            var hasZone = TimeZoneInfo.TryFindSystemTimeZoneById(Timezone, out var zone);
            return new(Frequency, TimesOfDay, DaysOfWeek, DayOfMonth, Cron, zone ?? TimeZoneInfo.Utc, StartsAt)
            {
                IsBroken = !hasZone || (Frequency == Frequency.Cron && !CronRule.IsRule(Cron)),
            };
        }
    }

    /// <summary>As it is to be shown at this time: a rest that is over is none.</summary>
    internal Schedule AsOf(DateTimeOffset now)
    {
        if (PausedUntil <= now)
            PausedUntil = null;
        return this;
    }

    /// <summary>Whether a person wants nothing written at this time.</summary>
    public bool RestsAt(DateTimeOffset now) => PausedAt is not null || PausedUntil > now;
}
