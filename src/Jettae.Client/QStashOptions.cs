namespace Jettae.Client;

/// <summary>Which QStash is talked to, and as whom.</summary>
public sealed class QStashOptions
{
    /// <summary>The QStash's address; a path in it is kept. Default: the hosted QStash.</summary>
    public Uri Url { get; set; } = new("https://qstash.upstash.io");

    /// <summary>The bearer token.</summary>
    public string Token { get; set; } = "";

    /// <summary>The key that deliveries are signed with now; needed by receivers only.</summary>
    public string? CurrentSigningKey { get; set; }

    /// <summary>The key that takes over at the next rotation; needed by receivers only.</summary>
    public string? NextSigningKey { get; set; }

    /// <summary>How far a receiver's clock may be from QStash's. Default 1 minute.</summary>
    public TimeSpan ClockTolerance { get; set; } = TimeSpan.FromMinutes(1);
}
