namespace Jettae.Engine;

/// <summary>A tenant that exists from the start.</summary>
/// <param name="Name">Its name; every row carries it.</param>
/// <param name="Token">Its bearer token; stored as a hash only.</param>
/// <param name="CurrentSigningKey">The key that deliveries are signed with.</param>
/// <param name="NextSigningKey">The key that takes over at the next rotation.</param>
/// <param name="ReadOnlyToken">A token that reads everything and changes nothing; null for none.</param>
public sealed record Tenant(
    string Name,
    string Token,
    string CurrentSigningKey,
    string NextSigningKey,
    string? ReadOnlyToken = null
)
{
    /// <summary>As <see cref="EngineOptions.EgressAllow"/>, for this tenant's messages only.</summary>
    public IReadOnlyList<string> EgressAllow { get; init; } = [];
}

/// <summary>How the engine runs. Defaults suit an embedded engine.</summary>
public sealed class EngineOptions
{
    /// <summary>The SQLite file; a lock file lies beside it.</summary>
    public required string DataFile { get; set; }

    /// <summary>
    /// A PostgreSQL database in the place of the file: <c>postgres://user:password@host:5432/database</c>, or an Npgsql
    /// connection string. Poolers in transaction mode are fine. Default: none.
    /// </summary>
    public string? Database { get; set; }

    /// <summary>Where the tables are in that database; made if it is not there. Default <c>jettae</c>.</summary>
    public string DatabaseSchema { get; set; } = "jettae";

    /// <summary>
    /// A node of several on one database that could not renew its lease for so long is given up, and its shards go to others. Default
    /// 3 seconds.
    /// </summary>
    public TimeSpan NodeTerm { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>Stored at start, replacing what was stored under the same name.</summary>
    public IReadOnlyList<Tenant> Tenants { get; set; } = [];

    /// <summary>CIDRs, hosts and host:port that may be called although their address is a special one.</summary>
    public IReadOnlyList<string> EgressAllow { get; set; } = [];

    /// <summary>Calls https only; what <see cref="EgressAllow"/> names is excepted. Default false.</summary>
    public bool EgressHttpsOnly { get; set; }

    /// <summary>The only ports that are called; what <see cref="EgressAllow"/> names is excepted. Default: any.</summary>
    public IReadOnlyList<int> EgressPorts { get; set; } = [];

    /// <summary>What falls due within this span is in memory. Default 5 minutes.</summary>
    public TimeSpan Horizon { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Attempts under way at once. Default 512; one host of a tenant takes a quarter of them at most, one tenant fifteen sixteenths,
    /// and less the more the others take.
    /// </summary>
    public int MaxInFlight { get; set; } = 512;

    /// <summary>Bytes of the bodies under way at once, shared in the same way. Default 256 MB.</summary>
    public long MaxInFlightBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>What a tenant may have at most that has no limits of its own. Default: no limits.</summary>
    public Limits Limits { get; set; } = new();

    /// <summary>Where <c>api/NAME</c> goes: the URL by name, such as <c>llm</c>. Default: none, and such a publish is refused.</summary>
    public IReadOnlyDictionary<string, string> Apis { get; set; } = new Dictionary<string, string>();

    /// <summary>
    /// Origins, such as <c>http://localhost:5080</c>, whose receivers get the trace in a <c>traceparent</c> header, unless the
    /// message forwards one of its own. Default: none, for QStash sends no such header.
    /// </summary>
    public IReadOnlyList<string> TraceTo { get; set; } = [];

    /// <summary>The regions that QStash has: receivers know no others.</summary>
    public static readonly IReadOnlyList<string> Regions = ["US-EAST-1", "EU-CENTRAL-1"];

    /// <summary>
    /// What a delivery says of its region, <c>US-EAST-1</c> or <c>EU-CENTRAL-1</c>, for receivers of several. Default: nothing.
    /// </summary>
    public string? Region { get; set; }

    /// <summary>
    /// How late a schedule's slot that passed while the engine was down still fires; only the last one passed does. Default 1 hour.
    /// </summary>
    public TimeSpan ScheduleGrace { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a deduplication id blocks. Default 10 minutes (contract §6.1).</summary>
    public TimeSpan DeduplicationWindow { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>The time of an attempt whose message asks for none. Default 15 minutes.</summary>
    public TimeSpan DefaultTimeout { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>The longest time of an attempt, whatever its message asks for. Default 2 hours.</summary>
    public TimeSpan MaxTimeout { get; set; } = TimeSpan.FromHours(2);

    /// <summary>How long finished messages and their attempts stay in the log and the dead letters. Default 3 days.</summary>
    public TimeSpan LogRetention { get; set; } = TimeSpan.FromDays(3);

    /// <summary>How long a finished message is still answered by GET (contract §1.5). Default 5 minutes.</summary>
    public TimeSpan FinishedMessageRetention { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How often what is past these is deleted. Default 1 hour.</summary>
    public TimeSpan PruneInterval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a stop waits for what is in flight. Default 10 seconds.</summary>
    public TimeSpan DrainFor { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest message body in bytes. Default 10 MB.</summary>
    public int MaxBody { get; set; } = 10 * 1024 * 1024;
}
