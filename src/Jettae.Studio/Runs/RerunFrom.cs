using System.Text.Json.Serialization;

namespace Jettae.Studio;

/// <summary>The step that a rerun begins with; what came before it is kept.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RerunFrom>))]
public enum RerunFrom
{
    /// <summary>Everything anew, by the schedule's present settings.</summary>
    [JsonStringEnumMemberName("prompt")]
    Prompt,

    /// <summary>The stored prompt, or a changed one, is sent again.</summary>
    [JsonStringEnumMemberName("write")]
    Write,

    /// <summary>The stored answer is checked again, by the rules as they are now. Nobody is asked, nothing is paid.</summary>
    [JsonStringEnumMemberName("checked")]
    Checked,
}

/// <summary>What a rerun keeps of the run that it makes again.</summary>
/// <param name="Answer">The writer's answer as it came.</param>
/// <param name="Prompt">What it answered.</param>
/// <param name="Model">Which model gave it.</param>
internal sealed record KeptAnswer(string Answer, string Prompt, string? Model);
