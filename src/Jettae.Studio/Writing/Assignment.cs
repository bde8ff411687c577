namespace Jettae.Studio;

/// <summary>All that a writer needs to know for one piece.</summary>
internal sealed record Assignment(
    ContentType Type,
    Tone Tone,
    string Topic,
    string? Audience,
    string Language,
    ScheduleSettings Settings,
    DateTimeOffset At,
    TimeZoneInfo Zone,
    int Number,
    IReadOnlyList<string> LastTitles
)
{
    /// <summary>The schedule's last pieces, newest first: what a new one must not repeat.</summary>
    public IReadOnlyList<EarlierPiece> Earlier { get; init; } = [];

    /// <summary>A person's words in place of the prompt that would be built; null for none.</summary>
    public string? GivenPrompt { get; init; }

    /// <summary>The rules of an earlier prompt, in place of those that would be made of the settings; null for none.</summary>
    public string? GivenRules { get; init; }

    /// <summary>The brand's name; empty for none.</summary>
    public string BrandName { get; init; } = "";

    /// <summary>With what holds for every piece of the brand; null: no brand.</summary>
    public Assignment Under(Brand? brand) =>
        brand is null
            ? this
            : this with
            {
                BrandName = brand.Name,
                Settings = Settings with { BannedWords = [.. Settings.BannedWords.Union(brand.BannedWords)] },
            };

    public static Assignment For(Schedule schedule, DateTimeOffset at, int number, IReadOnlyList<string> lastTitles) =>
        new(
            schedule.ContentType,
            schedule.ContentTone,
            schedule.Topic,
            schedule.TargetAudience,
            schedule.Language,
            schedule.Settings,
            at,
            schedule.Timing.Zone,
            number,
            lastTitles
        );

    public bool IsKorean => Language.StartsWith("ko", StringComparison.OrdinalIgnoreCase);
}

/// <summary>A piece that was written before.</summary>
internal sealed record EarlierPiece(string Title, string Body);
