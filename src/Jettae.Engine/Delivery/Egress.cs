using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;

namespace Jettae.Engine;

/// <summary>
/// Which addresses the engine may connect to. It calls URLs that strangers may choose, so whatever is not plainly the
/// public internet is refused unless the operator allowed it. Judged on the address really connected to.
/// </summary>
public sealed partial class Egress
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

    /// <summary>By whom a request is made, for the guard.</summary>
    internal static readonly HttpRequestOptionsKey<string> Tenant = new("tenant");

    private readonly Named everyones;
    private readonly Dictionary<string, Named> tenants;
    private readonly Gate lookups;
    private readonly bool httpsOnly;
    private readonly HashSet<int> ports;
    private readonly ILogger log;

    public Egress(EngineOptions options, ILogger<Egress> log)
    {
        this.log = log;
        httpsOnly = options.EgressHttpsOnly;
        ports = [.. options.EgressPorts];
        foreach (var port in ports.Where(port => port is < 1 or > 65_535))
            throw new ArgumentException($"{port} is not a port from 1 to 65535", nameof(options));
        everyones = new Named(options.EgressAllow);
        tenants = options
            .Tenants.Where(tenant => tenant.EgressAllow.Count > 0)
            .ToDictionary(tenant => tenant.Name, tenant => new Named(tenant.EgressAllow));
        // A name server that does not answer holds a thread for the system's patience, longer than the attempt that asked.
        lookups = new Gate(new Slots(options.MaxInFlight, 0, _ => null));
    }

    /// <summary>Tenants that may call what others may not.</summary>
    internal IReadOnlyCollection<string> Privileged => tenants.Keys;

    /// <summary>Asks the system for a name's addresses.</summary>
    internal Func<string, IPAddress[]> Lookup { get; set; } = Dns.GetHostAddresses;

    /// <summary>Connects to the first permitted address of the end point.</summary>
    /// <exception cref="EgressRefusedException">None of its addresses is permitted.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var (host, port) = (context.DnsEndPoint.Host.Trim('[', ']'), context.DnsEndPoint.Port);
        var request = context.InitialRequestMessage;
        var isHttps = request.RequestUri?.Scheme == Uri.UriSchemeHttps;
        var tenant = request.Options.TryGetValue(Tenant, out var name) ? name : "";
        var addresses = await ResolveAsync(host, tenant, cancel);
        var permitted = addresses.Where(address => Refusal(host, port, isHttps, address, tenant) is null).ToArray();
        if (permitted.Length == 0)
        {
            var reason = addresses is [var first, ..]
                ? Refusal(host, port, isHttps, first, tenant)!
                : $"host {host} leads to no public address";
            Refused(tenant, host, port, addresses, reason);
            throw new EgressRefusedException(reason);
        }
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

    /// <summary>
    /// Why this address is not called; null when it may be. What the operator named is asked nothing further. The tenant reads it:
    /// it says nothing of the network inside, nor of the operator's rules beyond the one that it broke.
    /// </summary>
    public string? Refusal(string host, int port, bool isHttps, IPAddress address, string tenant = "") =>
        everyones.Has(host, port, Plain(address))
        || (tenants.TryGetValue(tenant, out var own) && own.Has(host, port, Plain(address)))
            ? null
        : IsSpecial(address) ? $"host {host} leads to no public address"
        : httpsOnly && !isHttps ? $"{host} would be called by plain http, and the operator allows https only"
        : ports.Count > 0 && !ports.Contains(port) ? $"port {port} of {host} is not one that the operator allows"
        : null;

    /// <summary>On threads of their own: slow names must not take those that everything else runs on.</summary>
    private async Task<IPAddress[]> ResolveAsync(string host, string tenant, CancellationToken cancel)
    {
        if (IPAddress.TryParse(host, out var literal))
            return [literal];
        var lane = new LaneId(tenant, ZoneOf(host), null);
        await lookups.EnterAsync(lane, 0, cancel);
        var lookup = Task.Factory.StartNew(
            () =>
            {
                try
                {
                    return Lookup(host);
                }
                finally
                {
                    lookups.Leave(lane, 0);
                }
            },
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        return await lookup.WaitAsync(cancel);
    }

    /// <summary>The part of a name that somebody registered, as far as can be told by its looks: its servers answer for all below.</summary>
    private static string ZoneOf(string host)
    {
        var labels = host.TrimEnd('.').ToLowerInvariant().Split('.');
        // Under co.kr or com.au it is three labels, not two.
        var length = labels is [.., { Length: <= 3 }, { Length: 2 }] ? 3 : 2;
        return string.Join('.', labels.TakeLast(length));
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

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "A message of {Tenant} to {Host}:{Port} was not sent, the host's addresses being {Addresses}: {Reason}."
    )]
    private partial void Refused(string tenant, string host, int port, IPAddress[] addresses, string reason);

    /// <summary>Ranges of addresses, hosts, and hosts with a port, as an operator names them.</summary>
    private sealed class Named
    {
        private readonly List<IPNetwork> ranges = [];
        private readonly HashSet<string> hosts = new(StringComparer.OrdinalIgnoreCase);

        public Named(IEnumerable<string> entries)
        {
            foreach (var entry in entries.Select(given => given.Trim()))
            {
                if (IPNetwork.TryParse(entry, out var range))
                    ranges.Add(range);
                else if (entry.Contains('/', StringComparison.Ordinal))
                    throw new ArgumentException(
                        $"'{entry}' is not a range of addresses such as 10.1.0.0/16",
                        nameof(entries)
                    );
                else if (IsWholeAddress(entry, out var address))
                    ranges.Add(new IPNetwork(address, address.AddressFamily == AddressFamily.InterNetwork ? 32 : 128));
                else if (entry.Length > 0)
                    hosts.Add(
                        entry.Replace("[", "", StringComparison.Ordinal).Replace("]", "", StringComparison.Ordinal)
                    );
            }
        }

        public bool Has(string host, int port, IPAddress address) =>
            hosts.Contains(host) || hosts.Contains($"{host}:{port}") || ranges.Exists(range => range.Contains(address));

        /// <summary>With a port it is not one, and <c>1</c> is a host's name here, not 0.0.0.1.</summary>
        private static bool IsWholeAddress(string text, out IPAddress address) =>
            IPAddress.TryParse(text, out address!)
            && (
                address.AddressFamily == AddressFamily.InterNetworkV6
                    ? !text.Contains("]:", StringComparison.Ordinal)
                    : text.Count(c => c == '.') == 3
            );
    }
}

/// <summary>The destination is one that the engine does not call.</summary>
public sealed class EgressRefusedException(string reason) : Exception(reason);
