namespace Jettae.Studio;

/// <summary>A person who owns schedules and what they wrote.</summary>
public sealed class User
{
    public Guid Id { get; init; }
    public string Name { get; set; } = "";

    /// <summary>The installation's own owner, whom the printed link and the API token stand for; there is one.</summary>
    public bool IsOwner { get; init; }

    /// <summary><c>ko</c> or <c>en</c>; null for what the browser asks for.</summary>
    public string? Language { get; set; }

    /// <summary>IANA zone in which instants are shown; null for the browser's own.</summary>
    public string? Timezone { get; set; }

    /// <summary>When they asked that all of theirs be deleted, as long as that goes on; else null.</summary>
    public DateTimeOffset? ErasingSince { get; set; }

    /// <summary>Who they are to a Supabase project (<c>auth.users.id</c>): what is theirs they may read there. Null: nobody.</summary>
    public Guid? SupabaseUserId { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
}

/// <summary>A link that signs its bearer in once. Only the code's hash is kept.</summary>
public sealed class SignInLink
{
    public Guid Id { get; init; }
    public Guid UserId { get; init; }

    /// <summary>SHA-256 of the code, in hex.</summary>
    public string CodeHash { get; init; } = "";
    public DateTimeOffset ExpiresAt { get; init; }
    public DateTimeOffset? UsedAt { get; set; }
}
