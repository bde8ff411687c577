using System.Text.Json.Serialization;

namespace Jettae.Studio;

/// <summary>What a token may do.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<TokenScope>))]
public enum TokenScope
{
    /// <summary>All that its owner may do over the API.</summary>
    [JsonStringEnumMemberName("full")]
    Full,

    /// <summary>Read, and change nothing.</summary>
    [JsonStringEnumMemberName("read")]
    Read,
}

/// <summary>A person's key to the API. Only its hash is kept.</summary>
public sealed class ApiToken
{
    public Guid Id { get; init; }
    public Guid OwnerId { get; init; }
    public string Name { get; init; } = "";

    /// <summary>SHA-256 of the token, in hex.</summary>
    public string Hash { get; init; } = "";

    /// <summary>Its last four characters, to tell tokens apart.</summary>
    public string Last4 { get; init; } = "";
    public TokenScope Scope { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>To the minute; null before the first use.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <summary>Null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
    public DateTimeOffset? RevokedAt { get; set; }
}
