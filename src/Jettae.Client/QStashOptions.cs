using Microsoft.Extensions.Configuration;

namespace Jettae.Client;

/// <summary>Which QStash is talked to, and as whom.</summary>
public sealed class QStashOptions
{
    /// <summary>The QStash's address; a path in it is kept, but for <c>/v2/publish</c> at its end. Default: the hosted QStash.</summary>
    public Uri Url
    {
        get;
        set => field = WithoutPublish(value);
    } = new("https://qstash.upstash.io");

    /// <summary>The bearer token.</summary>
    public string Token { get; set; } = "";

    /// <summary>The key that deliveries are signed with now; needed by receivers only.</summary>
    public string? CurrentSigningKey { get; set; }

    /// <summary>The key that takes over at the next rotation; needed by receivers only.</summary>
    public string? NextSigningKey { get; set; }

    /// <summary>
    /// The address under which QStash reaches this program, without a path: what was published to. Needed by receivers behind
    /// a proxy that changes scheme or host. Default: what the request itself shows.
    /// </summary>
    public Uri? PublicUrl { get; set; }

    /// <summary>How far a receiver's clock may be from QStash's. Default 1 minute.</summary>
    public TimeSpan ClockTolerance { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The largest body, in bytes, that a receiver reads to check its signature; a larger one is refused. Default 16 MB: a callback
    /// carries the message of 10 MB that it tells of, and the answer to it, in base64.
    /// </summary>
    /// <example><code>
    /// services.AddQStashReceiver(options => { options.ReadFrom(configuration); options.MaxBody = 64 * 1024 * 1024; });
    /// </code></example>
    public int MaxBody { get; set; } = 16 * 1024 * 1024;

    /// <summary>
    /// How often a call is repeated whose connection failed, after 50·eⁿ milliseconds; an answer is never repeated, whatever
    /// its status. Default 0. The official SDKs repeat 5 times; but a connection may fail after QStash took the message, and a
    /// repeated publish is then a second message, unless it has a deduplication id.
    /// </summary>
    public int TransportRetries { get; set; }

    /// <summary>The options that the environment variables of the official SDKs say: see <see cref="ReadFrom"/>.</summary>
    /// <exception cref="FormatException">QSTASH_URL is not an address.</exception>
    /// <example><code>var qstash = new QStashClient(new HttpClient(), QStashOptions.FromEnvironment());</code></example>
    public static QStashOptions FromEnvironment()
    {
        var options = new QStashOptions();
        options.ReadFrom(new ConfigurationBuilder().AddEnvironmentVariables().Build());
        return options;
    }

    /// <summary>
    /// Takes over <c>QSTASH_URL</c>, <c>QSTASH_TOKEN</c>, <c>QSTASH_CURRENT_SIGNING_KEY</c> and <c>QSTASH_NEXT_SIGNING_KEY</c>
    /// where they are set.
    /// </summary>
    /// <exception cref="FormatException">QSTASH_URL is not an address.</exception>
    /// <example><code>services.AddQStash(options => options.ReadFrom(builder.Configuration));</code></example>
    public void ReadFrom(IConfiguration configuration)
    {
        if (Value("QSTASH_URL") is { } url)
            Url = Uri.TryCreate(url, UriKind.Absolute, out var address)
                ? address
                : throw new FormatException($"QSTASH_URL is not an address: {url}");
        Token = Value("QSTASH_TOKEN") ?? Token;
        CurrentSigningKey = Value("QSTASH_CURRENT_SIGNING_KEY") ?? CurrentSigningKey;
        NextSigningKey = Value("QSTASH_NEXT_SIGNING_KEY") ?? NextSigningKey;

        string? Value(string name) => configuration[name]?.Trim() is { Length: > 0 } value ? value : null;
    }

    /// <summary>QStash is shown in many places with the path of a publish behind its address, and that is what gets copied.</summary>
    private static Uri WithoutPublish(Uri url)
    {
        foreach (var path in (ReadOnlySpan<string>)["/v2/publish", "/v2"])
            if (url.IsAbsoluteUri && url.AbsolutePath.TrimEnd('/').EndsWith(path, StringComparison.OrdinalIgnoreCase))
                return new Uri(url.GetLeftPart(UriPartial.Path).TrimEnd('/')[..^path.Length]);
        return url;
    }
}
