using System.Globalization;
using System.Net;

namespace Jettae;

/// <summary>
/// What an operator says: by environment variable or appsettings.json, under the same names. Blanks and
/// line ends around a value are never meant (a pasted <c>https://host\n</c> once silenced every schedule): they are trimmed.
/// </summary>
public sealed class Settings
{
    public const string DefaultAddress = "http://localhost:5080";

    private readonly IConfiguration configuration;

    public Settings(IConfiguration configuration)
    {
        this.configuration = configuration;
        DataFolder = Path.GetFullPath(Value("JETTAE_DATA") ?? DefaultDataFolder());
        Addresses =
        [
            .. List("ASPNETCORE_URLS", ';') is { Count: > 0 } urls ? urls
            : List("URLS", ';') is { Count: > 0 } short_ ? short_
            : [DefaultAddress],
        ];
        OwnUrl = ReachableForm(Addresses[0]);
        PublicUrl = HttpUrl("NEXT_PUBLIC_URL") ?? HttpUrl("JETTAE_PUBLIC_URL") ?? OwnUrl;
        QStashUrl = HttpUrl("QSTASH_URL");
        QStashToken = Value("QSTASH_TOKEN");
        CurrentSigningKey = SigningKey("QSTASH_CURRENT_SIGNING_KEY");
        NextSigningKey = SigningKey("QSTASH_NEXT_SIGNING_KEY");
        AnthropicKey = Value("ANTHROPIC_API_KEY");
        AnthropicUrl = HttpUrl("ANTHROPIC_BASE_URL");
        Model = Value("JETTAE_MODEL");
        ApiToken = Value("JETTAE_API_TOKEN");
        TrustedProxies = List("JETTAE_TRUSTED_PROXIES", ',');
        foreach (var proxy in TrustedProxies)
            if (!IPAddress.TryParse(proxy, out _) && !IPNetwork.TryParse(proxy, out _))
                throw new SettingsException(
                    $"JETTAE_TRUSTED_PROXIES must hold addresses or ranges such as 10.1.0.0/16, by comma; received '{proxy}'."
                );
        EgressAllow = List("JETTAE_EGRESS_ALLOW", ',');
        foreach (var range in EgressAllow.Where(each => each.Contains('/', StringComparison.Ordinal)))
            if (!IPNetwork.TryParse(range, out _))
                throw new SettingsException(
                    $"JETTAE_EGRESS_ALLOW must hold ranges such as 10.1.0.0/16, hosts or host:port, by comma; received '{range}'."
                );
        EgressHttpsOnly = Flag("JETTAE_EGRESS_HTTPS_ONLY");
        EgressPorts =
        [
            .. List("JETTAE_EGRESS_PORTS", ',').Select(port => Whole("JETTAE_EGRESS_PORTS", port, 1, 65_535)),
        ];
        ParallelRuns = Value("JETTAE_PARALLEL_RUNS") is { } runs ? Whole("JETTAE_PARALLEL_RUNS", runs, 1, 1_000) : null;
        Apis = Pairs("JETTAE_APIS")
            .ToDictionary(
                pair => pair.Name,
                pair => CheckedUrl("JETTAE_APIS", pair.Value),
                StringComparer.OrdinalIgnoreCase
            );
        Limits = Value("JETTAE_LIMITS") ?? "";
        try
        {
            Engine.Limits.Parse(Limits);
        }
        catch (Engine.RejectedException wrong)
        {
            throw new SettingsException($"JETTAE_LIMITS: {wrong.Message}");
        }
        Region = Value("JETTAE_REGION")?.ToUpperInvariant();
        if (Region is not null && !Engine.EngineOptions.Regions.Contains(Region))
            throw new SettingsException(
                $"JETTAE_REGION must be {string.Join(" or ", Engine.EngineOptions.Regions)}; received '{Value("JETTAE_REGION")}'."
            );
        DeduplicationWindow = Span("JETTAE_DEDUPLICATION_WINDOW", TimeSpan.FromSeconds(1), TimeSpan.FromDays(90));
        ScheduleGrace = Span("JETTAE_SCHEDULE_GRACE", TimeSpan.Zero, TimeSpan.FromDays(7));
        DefaultTimeout = Span("JETTAE_DEFAULT_TIMEOUT", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        MaxTimeout = Span("JETTAE_MAX_TIMEOUT", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));
        LogRetention = Span("JETTAE_LOG_RETENTION", TimeSpan.FromHours(1), TimeSpan.FromDays(3_660));
        // The pages' figures are of the last 30 days.
        RunRetention = Span("JETTAE_RUN_RETENTION", TimeSpan.FromDays(30), TimeSpan.FromDays(3_660));
        MaxBody = Value("JETTAE_MAX_BODY") is { } body ? Whole("JETTAE_MAX_BODY", body, 1_024, 104_857_600) : null;
        Observation = new Observation(configuration);
        Database = Value("DATABASE_URL");
        DatabaseSchema = Value("JETTAE_DATABASE_SCHEMA");
        UsesBuiltInEngine = QStashUrl is null || SameServer(QStashUrl, OwnUrl);

        if (!UsesBuiltInEngine)
        {
            Require("QSTASH_TOKEN", QStashToken);
            Require("QSTASH_CURRENT_SIGNING_KEY", CurrentSigningKey);
            Require("QSTASH_NEXT_SIGNING_KEY", NextSigningKey);
        }
    }

    /// <summary><c>JETTAE_LOG</c>, <c>JETTAE_METRICS_TOKEN</c>, <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>: who watches.</summary>
    public Observation Observation { get; }

    /// <summary><c>JETTAE_DATA</c>: where the stores, keys and credentials are.</summary>
    public string DataFolder { get; }

    /// <summary><c>ASPNETCORE_URLS</c>: the addresses to listen on.</summary>
    public IReadOnlyList<string> Addresses { get; }

    /// <summary>The first address in the form in which this machine reaches it.</summary>
    public string OwnUrl { get; }

    /// <summary><c>NEXT_PUBLIC_URL</c> or <c>JETTAE_PUBLIC_URL</c>: where QStash reaches the studio; no trailing slash.</summary>
    public string PublicUrl { get; }

    /// <summary><c>QSTASH_URL</c>: null for the built-in engine.</summary>
    public string? QStashUrl { get; }

    public string? QStashToken { get; }
    public string? CurrentSigningKey { get; }
    public string? NextSigningKey { get; }
    public string? AnthropicKey { get; }
    public string? AnthropicUrl { get; }
    public string? Model { get; }

    /// <summary><c>JETTAE_API_TOKEN</c>: the owner's bearer token for automation.</summary>
    public string? ApiToken { get; }

    /// <summary><c>JETTAE_TRUSTED_PROXIES</c>: addresses and ranges of proxies in front whose word on callers is taken.</summary>
    public IReadOnlyList<string> TrustedProxies { get; }

    /// <summary><c>JETTAE_EGRESS_ALLOW</c>: CIDRs, hosts and host:port that the engine may call although they are inside.</summary>
    public IReadOnlyList<string> EgressAllow { get; }

    /// <summary><c>JETTAE_EGRESS_HTTPS_ONLY</c>: plain http is called only where <see cref="EgressAllow"/> names it.</summary>
    public bool EgressHttpsOnly { get; }

    /// <summary><c>JETTAE_EGRESS_PORTS</c>: the only ports that the engine calls; empty for any.</summary>
    public IReadOnlyList<int> EgressPorts { get; }

    /// <summary><c>JETTAE_PARALLEL_RUNS</c>: slots written at the same time.</summary>
    public int? ParallelRuns { get; }

    /// <summary><c>JETTAE_APIS</c>: where <c>api/NAME</c> goes, such as <c>llm=https://…,email=https://…</c>.</summary>
    public IReadOnlyDictionary<string, string> Apis { get; }

    /// <summary><c>JETTAE_LIMITS</c>: what a tenant of the built-in engine may have at most that has no limits of its own.</summary>
    public string Limits { get; }

    /// <summary><c>JETTAE_REGION</c>: what a delivery of the built-in engine says of its region.</summary>
    public string? Region { get; }

    /// <summary><c>JETTAE_DEDUPLICATION_WINDOW</c>: how long a deduplication id blocks.</summary>
    public TimeSpan? DeduplicationWindow { get; }

    /// <summary><c>JETTAE_SCHEDULE_GRACE</c>: how late a message schedule's slot still fires that passed while nothing ran.</summary>
    public TimeSpan? ScheduleGrace { get; }

    /// <summary><c>JETTAE_DEFAULT_TIMEOUT</c>: the time of an attempt whose message asks for none.</summary>
    public TimeSpan? DefaultTimeout { get; }

    /// <summary><c>JETTAE_MAX_TIMEOUT</c>: the longest time of an attempt.</summary>
    public TimeSpan? MaxTimeout { get; }

    /// <summary><c>JETTAE_LOG_RETENTION</c>: how long finished messages and dead letters stay.</summary>
    public TimeSpan? LogRetention { get; }

    /// <summary><c>JETTAE_RUN_RETENTION</c>: how long the studio's runs and alerts stay after their end; null for ever.</summary>
    public TimeSpan? RunRetention { get; }

    /// <summary><c>JETTAE_MAX_BODY</c>: the largest body of a message, in bytes.</summary>
    public int? MaxBody { get; }

    /// <summary><c>DATABASE_URL</c>: the PostgreSQL that has what the data folder has otherwise; null for files.</summary>
    public string? Database { get; }

    /// <summary><c>JETTAE_DATABASE_SCHEMA</c>: where the engine's tables are there.</summary>
    public string? DatabaseSchema { get; }

    public bool UsesBuiltInEngine { get; }

    /// <summary>The same on another data folder, and on this database or none.</summary>
    internal Settings With(string folder, string? database) =>
        new(
            new ConfigurationBuilder()
                .AddConfiguration(configuration)
                .AddInMemoryCollection(
                    new Dictionary<string, string?> { ["JETTAE_DATA"] = folder, ["DATABASE_URL"] = database }
                )
                .Build()
        );

    /// <summary>The value as it was given, blanks and all: for the doctor.</summary>
    public string? Raw(string name) => configuration[name];

    private string? Value(string name) => configuration[name]?.Trim() is { Length: > 0 } value ? value : null;

    private List<string> List(string name, char separator) =>
        [
            .. (Value(name) ?? "").Split(
                separator,
                StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries
            ),
        ];

    private static int Whole(string name, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number >= least
        && number <= most
            ? number
            : throw new SettingsException($"{name} must hold whole numbers from {least} to {most}; received '{text}'.");

    private TimeSpan? Span(string name, TimeSpan least, TimeSpan most) =>
        Value(name) is not { } text ? null
        : Engine.Duration.TryParse(text, out var span) && span >= least && span <= most ? span
        : throw new SettingsException(
            $"{name} must be a span such as 90s, 10m, 1h30m or 3d, from {Shown(least)} to {Shown(most)}; received '{text}'."
        );

    private static string Shown(TimeSpan span) => span.TotalDays >= 1 ? $"{span.TotalDays}d" : $"{span.TotalSeconds}s";

    private bool Flag(string name) =>
        Value(name) is { } text
        && (
            bool.TryParse(text, out var flag)
                ? flag
                : throw new SettingsException($"{name} must be true or false; received '{text}'.")
        );

    private IEnumerable<(string Name, string Value)> Pairs(string name) =>
        List(name, ',')
            .Select(pair =>
                pair.Split('=', 2, StringSplitOptions.TrimEntries) is [{ Length: > 0 } left, { Length: > 0 } right]
                    ? (left, right)
                    : throw new SettingsException($"{name} must hold NAME=VALUE, by comma; received '{pair}'.")
            );

    private string? HttpUrl(string name) => Value(name) is { } text ? CheckedUrl(name, text) : null;

    private static string CheckedUrl(string name, string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new SettingsException($"{name} must be an absolute http:// or https:// URL; received '{text}'.");
        return text.TrimEnd('/');
    }

    /// <summary>HS256 wants 256 bits (RFC 7518 §3.2); QStash's keys have exactly that, <c>sig_</c> included. Never shown.</summary>
    private string? SigningKey(string name)
    {
        var key = Value(name);
        if (key is not null && System.Text.Encoding.UTF8.GetByteCount(key) < 32)
            throw new SettingsException(
                $"{name} must be a QStash signing key, 32 characters with its sig_; received {key.Length} characters."
            );
        return key;
    }

    private static void Require(string name, string? value)
    {
        if (value is null)
            throw new SettingsException(
                $"QSTASH_URL names a QStash elsewhere, so {name} is needed too: copy it from that QStash's console."
            );
    }

    /// <summary><c>http://+:80</c>, <c>http://0.0.0.0:80</c> and the like are addresses to listen on, not to call.</summary>
    private static string ReachableForm(string address)
    {
        BindingAddress parsed;
        try
        {
            parsed = BindingAddress.Parse(address);
        }
        catch (FormatException)
        {
            throw new SettingsException(
                $"ASPNETCORE_URLS must hold addresses such as http://localhost:5080, by semicolon; received '{address}'."
            );
        }
        var anywhere =
            parsed.Host is "+" or "*"
            || (
                IPAddress.TryParse(parsed.Host.Trim('[', ']'), out var ip)
                && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))
            );
        return $"{parsed.Scheme}://{(anywhere ? "localhost" : parsed.Host)}:{parsed.Port}";
    }

    private static bool SameServer(string one, string other)
    {
        var (a, b) = (new Uri(one), new Uri(other));
        return a.Port == b.Port && (a.Host == b.Host || (a.IsLoopback && b.IsLoopback));
    }

    private static string DefaultDataFolder()
    {
        var home = Environment.GetFolderPath(
            Environment.SpecialFolder.LocalApplicationData,
            Environment.SpecialFolderOption.DoNotVerify
        );
        return Path.Combine(home.Length > 0 ? home : AppContext.BaseDirectory, "jettae");
    }
}

/// <summary>A setting that cannot be used; the message names it, its rule and what was received.</summary>
public sealed class SettingsException(string message) : Exception(message);
