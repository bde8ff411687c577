using System.Net;
using System.Net.Sockets;

namespace Jettae.Engine;

/// <summary>
/// Which addresses the engine may connect to. It calls URLs that strangers may choose, so whatever is not plainly the
/// public internet is refused unless the operator allowed it. Judged on the address really connected to.
/// </summary>
public sealed class Egress : IDisposable
{
    /// <summary>
    /// Special-purpose ranges (RFC 6890 and the IANA registries behind it), multicast, and the one metadata address that a
    /// cloud took from the public range. Of IPv6, whatever is not global unicast is special anyhow.
    /// </summary>
    private static readonly IPNetwork[] Special =
    [
        .. new[]
        {
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "168.63.129.16/32",
            "64:ff9b:1::/48",
            "2001::/23",
            "2001:db8::/32",
            "3fff::/20",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    /// <summary>A name server that does not answer holds a thread for the system's patience: so many threads, no more.</summary>
    private const int MostLookups = 128;

    private readonly List<IPNetwork> ranges = [];
    private readonly HashSet<string> hosts = new(StringComparer.OrdinalIgnoreCase);
    private readonly SemaphoreSlim lookups = new(MostLookups);
    private readonly bool httpsOnly;
    private readonly HashSet<int> ports;

    public Egress(EngineOptions options)
    {
        httpsOnly = options.EgressHttpsOnly;
        ports = [.. options.EgressPorts];
        foreach (var port in ports.Where(port => port is < 1 or > 65_535))
            throw new ArgumentException($"{port} is not a port from 1 to 65535", nameof(options));
        foreach (var given in options.EgressAllow)
        {
            var entry = given.Trim();
            if (IPNetwork.TryParse(entry, out var range))
                ranges.Add(range);
            else if (entry.Contains('/', StringComparison.Ordinal))
                throw new ArgumentException(
                    $"'{entry}' is not a range of addresses such as 10.1.0.0/16",
                    nameof(options)
                );
            else if (IsWholeAddress(entry, out var address))
                ranges.Add(new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
            else if (entry.Length > 0)
                hosts.Add(entry.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal));
        }
    }

    /// <summary>Asks the system for a name's addresses.</summary>
    internal Func<string, IPAddress[]> Lookup { get; set; } = Dns.GetHostAddresses;

    /// <summary>Connects to the first permitted address of the end point.</summary>
    /// <exception cref="EgressRefusedException">It has addresses, but none is permitted.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var (host, port) = (context.DnsEndPoint.Host.Trim('[', ']'), context.DnsEndPoint.Port);
        var isHttps = context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps;
        var addresses = await ResolveAsync(host, cancel);
        var permitted = addresses.Where(address => Refusal(host, port, isHttps, address) is null).ToArray();
        if (permitted.Length == 0)
            throw new EgressRefusedException(
                addresses is [var first, ..] ? Refusal(host, port, isHttps, first)! : $"{host} has no address"
            );
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(permitted, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Why this address is not called; null when it may be. What the operator named is asked nothing further.</summary>
    public string? Refusal(string host, int port, bool isHttps, IPAddress address) =>
        hosts.Contains(host)
        || hosts.Contains($"{host}:{port}")
        || ranges.Exists(range => range.Contains(Plain(address)))
            ? null
        : IsSpecial(address)
            ? $"the address of {host} ({address}) is not a public one, and is not allowed by the operator"
        : httpsOnly && !isHttps ? $"{host} would be called by plain http, and the operator allows https only"
        : ports.Count > 0 && !ports.Contains(port)
            ? $"port {port} of {host} is not one that the operator allows ({string.Join(", ", ports.Order())})"
        : null;

    /// <summary>On threads of their own: slow names must not take those that everything else runs on.</summary>
    private async Task<IPAddress[]> ResolveAsync(string host, CancellationToken cancel)
    {
        if (IPAddress.TryParse(host, out var literal))
            return [literal];
        await lookups.WaitAsync(cancel);
        var lookup = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return Lookup(host);
                }
                finally
                {
                    lookups.Release();
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        return await lookup.WaitAsync(cancel);
    }

    /// <summary>Looks through the forms that carry an IPv4 address inside an IPv6 one.</summary>
    public static bool IsSpecial(IPAddress address)
    {
        address = Plain(address);
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            var bytes = address.GetAddressBytes();
            if (Nat64.Contains(address))
                return IsSpecial(new IPAddress(bytes.AsSpan(12, 4)));
            if (SixToFour.Contains(address))
                return IsSpecial(new IPAddress(bytes.AsSpan(2, 4)));
            if (!GlobalUnicast.Contains(address))
                return true;
        }
        return Array.Exists(Special, range => range.Contains(address));
    }

    public void Dispose() => lookups.Dispose();

    /// <summary>With a port it is not one, and <c>1</c> is a host's name here, not 0.0.0.1.</summary>
    private static bool IsWholeAddress(string text, out IPAddress address) =>
        IPAddress.TryParse(text, out address!)
        && (
            address.AddressFamily == AddressFamily.InterNetworkV6
                ? !text.Contains("]:", StringComparison.Ordinal)
                : text.Count(c => c == '.') == 3
        );

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}

/// <summary>The destination is one that the engine does not call.</summary>
public sealed class EgressRefusedException(string reason) : Exception(reason);
