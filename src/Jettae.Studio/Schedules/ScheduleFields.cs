using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Jettae.Studio;

/// <summary>What a person may say of a schedule. Null means "not said": the default on create, unchanged on update.</summary>
public sealed record ScheduleFields
{
    public string? Name { get; init; }
    public ContentType? ContentType { get; init; }
    public Tone? ContentTone { get; init; }
    public string? Topic { get; init; }
    public string? TargetAudience { get; init; }
    public string? Language { get; init; }
    public Frequency? Frequency { get; init; }

    /// <summary>Each <c>HH:mm</c>, 1–24 of them; wins over <see cref="TimeOfDay"/>.</summary>
    public IReadOnlyList<string>? TimesOfDay { get; init; }

    /// <summary><c>HH:mm</c>: the only time.</summary>
    public string? TimeOfDay { get; init; }

    /// <summary>The weekdays; wins over <see cref="DayOfWeek"/>.</summary>
    public IReadOnlyList<DayOfWeek>? DaysOfWeek { get; init; }

    /// <summary>The only weekday.</summary>
    public DayOfWeek? DayOfWeek { get; init; }
    public int? DayOfMonth { get; init; }
    public string? Cron { get; init; }
    public string? Timezone { get; init; }
    public CatchUp? CatchUp { get; init; }
    public DateTimeOffset? StartsAt { get; init; }
    public DateTimeOffset? EndsAt { get; init; }

    /// <summary>True takes both ends away, the date and the number of runs.</summary>
    public bool? Endless { get; init; }

    /// <summary>0 takes the limit away.</summary>
    public int? MaxRuns { get; init; }

    /// <summary>Members of <see cref="ScheduleSettings"/>: one that is not said is unchanged, one that is null is taken away.</summary>
    [JsonPropertyName("settings")]
    public JsonObject? SettingsSaid { get; init; }

    /// <summary>These settings, with what is said in place of what they say.</summary>
    /// <exception cref="RejectedException">A member is unknown or has the wrong form.</exception>
    internal ScheduleSettings SettingsOver(ScheduleSettings before)
    {
        var whole = JsonSerializer.SerializeToNode(before, StudioJson.Options)!.AsObject();
        foreach (var (name, value) in SettingsSaid ?? [])
            whole[name] = value?.DeepClone();
        // Where they were said: a refusal names the member from there.
        return StudioJson.Read<Holder>(new JsonObject { ["settings"] = whole }).Settings;
    }

    /// <summary>What was not said, as the brand has it; null: no brand. An empty text says that there is to be none.</summary>
    internal ScheduleFields Under(Brand? brand)
    {
        if (brand is null)
            return this;
        var settings = SettingsSaid?.DeepClone().AsObject() ?? [];
        settings["brandVoice"] ??= brand.Voice;
        settings["speechLevel"] ??= JsonName.Of(brand.SpeechLevel);
        return this with
        {
            TargetAudience = TargetAudience ?? brand.Audience,
            Language = Language ?? brand.Language,
            SettingsSaid = settings,
        };
    }

    private sealed record Holder
    {
        public ScheduleSettings Settings { get; init; } = new();
    }
}
