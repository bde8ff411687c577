namespace Jettae.Engine;

/// <summary>
/// How many attempts this node makes at once: in all, for one host, for one tenant. The shards share them; one that is refused
/// is told when what refused it has room again.
/// </summary>
/// <param name="most">In all.</param>
/// <param name="mostOfTenant">Of one tenant, by its name; null for no limit.</param>
public sealed class Slots(int most, Func<string, int?> mostOfTenant)
{
    /// <summary>Everything: what refuses when all slots are taken.</summary>
    public static readonly Scope All = new('*', "");

    private readonly Lock gate = new();
    private readonly Dictionary<Scope, int> taken = new() { [All] = 0 };
    private readonly Dictionary<Scope, HashSet<Shard>> refused = [];

    /// <summary>Null when it was given; otherwise what has no room: everything, a host or a tenant.</summary>
    public Scope? TryTake(Shard shard, in LaneId lane)
    {
        var (host, tenant) = Scopes(lane);
        lock (gate)
        {
            Scope? full =
                taken[All] >= most ? All
                : taken.GetValueOrDefault(host) >= Math.Max(1, most / 4) ? host
                : mostOfTenant(lane.Tenant) is { } limit && taken.GetValueOrDefault(tenant) >= limit ? tenant
                : null;
            if (full is { } scope)
            {
                if (!refused.TryGetValue(scope, out var shards))
                    refused[scope] = shards = [];
                shards.Add(shard);
                return scope;
            }
            taken[All]++;
            taken[host] = taken.GetValueOrDefault(host) + 1;
            taken[tenant] = taken.GetValueOrDefault(tenant) + 1;
            return null;
        }
    }

    /// <summary>Gives one back. Not to be called under a shard's lock: it tells those that wait.</summary>
    public void Release(in LaneId lane)
    {
        var (host, tenant) = Scopes(lane);
        List<(Scope Scope, HashSet<Shard> Shards)>? waiting = null;
        lock (gate)
        {
            foreach (var scope in (ReadOnlySpan<Scope>)[All, host, tenant])
            {
                if (--taken[scope] == 0 && scope != All)
                    taken.Remove(scope);
                if (refused.Remove(scope, out var shards))
                    (waiting ??= []).Add((scope, shards));
            }
        }
        foreach (var (scope, shards) in waiting ?? [])
        foreach (var shard in shards)
            shard.Freed(scope);
    }

    private static (Scope Host, Scope Tenant) Scopes(in LaneId lane) => (new('h', lane.Host), new('t', lane.Tenant));
}

/// <summary>What attempts are counted for: all of them, those of a host, those of a tenant.</summary>
public readonly record struct Scope(char Kind, string Name);
