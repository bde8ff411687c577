using System.Net;
using System.Net.Sockets;

namespace Jettae.Studio;

/// <summary>
/// Counts wrong codes and tokens by address, in memory. An address with too many waits; when all together are too many, every
/// address that was wrong of late waits. Who was never wrong is let through.
/// </summary>
internal sealed class WrongTries(TimeProvider time, int most, int mostTogether)
{
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);
    private const int MostAddresses = 10_000;
    private readonly Lock gate = new();
    private readonly Dictionary<string, Count> counts = [];
    private Count together;

    /// <summary>How long this address has to wait; null when it may try.</summary>
    public TimeSpan? WaitOf(IPAddress? address)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            if (!counts.TryGetValue(Key(address), out var count) || count.Until <= now)
                return null;
            return count.Wrong >= most || (together.Wrong >= mostTogether && together.Until > now)
                ? count.Until - now
                : null;
        }
    }

    public void Add(IPAddress? address)
    {
        var now = time.GetUtcNow();
        lock (gate)
        {
            together = together.And(now);
            if (counts.Count >= MostAddresses)
                foreach (var over in counts.Where(each => each.Value.Until <= now).Select(each => each.Key).ToList())
                    counts.Remove(over);
            var key = Key(address);
            if (counts.ContainsKey(key) || counts.Count < MostAddresses)
                counts[key] = counts.GetValueOrDefault(key).And(now);
        }
    }

    /// <summary>Who has one IPv6 address has its whole /64.</summary>
    private static string Key(IPAddress? address)
    {
        if (address is null)
            return "";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }

    /// <summary>The wait begins anew with each wrong try that is made in time, and ends a window after the last.</summary>
    private readonly record struct Count(int Wrong, DateTimeOffset Until)
    {
        public Count And(DateTimeOffset now) => new(Until > now ? Wrong + 1 : 1, now + Window);
    }
}
