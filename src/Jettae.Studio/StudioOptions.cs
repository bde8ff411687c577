using Jettae.Client;

namespace Jettae.Studio;

/// <summary>What the studio must know of its surroundings. Read once, when the studio is added.</summary>
public sealed class StudioOptions
{
    /// <summary>The SQLite file of the studio's tables; its folder must exist.</summary>
    public string DataFile { get; set; } = "studio.db";

    /// <summary>The Npgsql connection string of the PostgreSQL that has the tables in the place of the file; null for the file.</summary>
    public string? Database { get; set; }

    /// <summary>Where QStash reaches the studio: <c>http(s)://host[:port]</c>. Blanks and a trailing slash are dropped.</summary>
    public string PublicUrl { get; set; } = "http://localhost:5080";

    /// <summary>The QStash that delivers the slots: its address, token and both signing keys.</summary>
    public QStashOptions QStash { get; set; } = new();

    /// <summary>That QStash is this very program's own engine: said on the settings page.</summary>
    public bool QStashIsBuiltIn { get; set; }

    /// <summary>The key of Claude's API; null or blank: the sample writer writes.</summary>
    public string? AnthropicKey { get; set; }

    /// <summary>The address of Claude's API when it is not the usual one.</summary>
    public string? AnthropicUrl { get; set; }

    /// <summary>The model that writes when a schedule names none. Default <c>claude-sonnet-5-5</c>.</summary>
    public string Model { get; set; } = "claude-sonnet-5-5";

    /// <summary>A bearer token that stands for the owner, for automation; null: none.</summary>
    public string? ApiToken { get; set; }

    /// <summary>How far ahead a slot is handed to QStash. Default 6 days: hosted plans hold a message for at most 7.</summary>
    public TimeSpan BookingHorizon { get; set; } = TimeSpan.FromDays(6);

    /// <summary>How long one attempt may write. Default 5 minutes; QStash waits a minute longer.</summary>
    public TimeSpan WritingTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long the provider may be silent in the middle of an answer. Default 60 seconds.</summary>
    public TimeSpan StallTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How often the keeper looks after all schedules. Default 5 minutes.</summary>
    public TimeSpan KeeperInterval { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often alerts are looked for. Default 1 minute.</summary>
    public TimeSpan AlertInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How often QStash is asked for its signing keys. Default 10 minutes.</summary>
    public TimeSpan KeyInterval { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How often QStash tries a slot again before it gives up. Default 5 (plans allow fewer or more).</summary>
    public int Retries { get; set; } = 5;

    /// <summary>Slots written at the same time: what falls due at the full hour goes in turn. Default 8.</summary>
    public int ParallelRuns { get; set; } = 8;

    /// <summary>
    /// How long runs with their steps, and alerts, stay after their end; null, the default, for ever. At least 30 days: so far back do
    /// figures and estimates look.
    /// </summary>
    public TimeSpan? RunRetention { get; set; }

    /// <summary>
    /// The proxies in front, as addresses or ranges: what they say of the caller's address and scheme is believed. Default none.
    /// </summary>
    public IReadOnlyList<string> TrustedProxies { get; set; } = [];

    /// <summary>How long a write waits for another program that holds the file.</summary>
    internal TimeSpan StoreTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>People reach the pages over TLS: cookies go no other way.</summary>
    internal bool IsSecure => PublicAddress.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    internal string PublicAddress => PublicUrl.Trim().TrimEnd('/');
    internal string WebhookUrl => PublicAddress + "/api/content/generate-scheduled";
    internal string FailureUrl => PublicAddress + "/api/content/generation-failed";

    /// <summary>The way of a booking: through which QStash, to which webhook. A message that went another way comes to nobody.</summary>
    internal string Route => $"{(QStashIsBuiltIn && Database is not null ? "built-in" : QStash.Url)} {WebhookUrl}";
    internal string? ProviderUrl => Trimmed(AnthropicUrl);
    internal string? Key => Trimmed(AnthropicKey);
    internal string? Token => Trimmed(ApiToken);
    internal string ModelName => Trimmed(Model) ?? "claude-sonnet-5-5";

    private static string? Trimmed(string? text) => text?.Trim() is { Length: > 0 } value ? value : null;
}
