namespace Jettae.Studio;

/// <summary>One browser in which a person is signed in. Its cookie carries the id; without a live session a cookie is worth nothing.</summary>
public sealed class Session
{
    public Guid Id { get; init; }
    public Guid UserId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>To the minute.</summary>
    public DateTimeOffset LastSeenAt { get; set; }

    /// <summary>Thirty days after it was last seen.</summary>
    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>What the browser said it is; at most 200 characters.</summary>
    public string UserAgent { get; init; } = "";

    /// <summary>The address that it signed in from.</summary>
    public string Address { get; init; } = "";
    public DateTimeOffset? RevokedAt { get; set; }
}
