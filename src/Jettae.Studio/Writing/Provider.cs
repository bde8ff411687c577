using System.Text.Json.Serialization;

namespace Jettae.Studio;

/// <summary>Whose language a provider speaks.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ProviderKind>))]
public enum ProviderKind
{
    /// <summary>Claude.</summary>
    [JsonStringEnumMemberName("anthropic")]
    Anthropic,

    /// <summary>Any endpoint like OpenAI's: Ollama, vLLM, LM Studio, a gateway.</summary>
    [JsonStringEnumMemberName("openai_compatible")]
    OpenAiCompatible,
}

/// <summary>Who writes, and how to reach them.</summary>
/// <param name="Kind">Whose language it speaks.</param>
/// <param name="Key">Its key; null where none is asked for, and where the stored one cannot be read any more.</param>
/// <param name="Url">Its address; null for Anthropic's own.</param>
/// <param name="Model">The model that writes when a schedule names none.</param>
internal sealed record Provider(ProviderKind Kind, string? Key, string? Url, string Model)
{
    /// <summary>Never with its key.</summary>
    public override string ToString() => $"{Kind} {Url} {Model}";
}

/// <summary>The provider that the installation's owner connected on the settings page; one row.</summary>
public sealed class StoredProvider
{
    /// <summary>Always 1.</summary>
    public int Id { get; init; } = 1;
    public ProviderKind Kind { get; set; }

    /// <summary>The key as Data Protection wrote it; null without one.</summary>
    public string? ProtectedKey { get; set; }

    /// <summary>The key's last four characters, for people; null without one.</summary>
    public string? KeyLast4 { get; set; }
    public string? Url { get; set; }
    public string Model { get; set; } = "";
    public DateTimeOffset UpdatedAt { get; set; }
}
