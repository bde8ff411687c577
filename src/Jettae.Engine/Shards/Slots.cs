namespace Jettae.Engine;

/// <summary>
/// How much may be under way at once, by number and by bytes. A tenant may hold fifteen times as much as is still free, and each
/// of its hosts a third of what the tenant could still get: alone that is fifteen sixteenths of all and a quarter of it. The more
/// of them hang, the less each one keeps, so that a newcomer finds room at once. Who is refused is told when what refused it has
/// room again.
/// </summary>
/// <param name="most">In all.</param>
/// <param name="mostBytes">In all; one is let through however large it is.</param>
/// <param name="mostOfTenant">Of one tenant, by its name; null for no limit of its own.</param>
public sealed class Slots(int most, long mostBytes, Func<string, int?> mostOfTenant)
{
    /// <summary>Everything: what refuses when all slots are taken.</summary>
    public static readonly Scope All = new('*', "", "");

    /// <summary>All bytes: what refuses one that is too large for what is left, though a smaller one may pass.</summary>
    public static readonly Scope Bytes = new('b', "", "");

    private const long TenantShare = 15;

    private readonly Lock gate = new();
    private readonly Dictionary<Scope, (int Count, long Bytes)> taken = new() { [All] = (0, 0) };
    private readonly Dictionary<Scope, (HashSet<Action<Scope>> Waiting, long Least)> refused = [];

    /// <summary>Null when it was given; otherwise what has no room: everything, the bytes, a host or a tenant.</summary>
    /// <param name="freed">Told once when what refused has room for so many bytes.</param>
    /// <param name="lane">For whose host.</param>
    /// <param name="bytes">How large it is.</param>
    public Scope? TryTake(Action<Scope> freed, in LaneId lane, long bytes)
    {
        var (host, tenant) = Scopes(lane);
        lock (gate)
        {
            foreach (var scope in (ReadOnlySpan<Scope>)[All, Bytes, host, tenant])
            {
                if (HasRoom(scope, bytes))
                    continue;
                var (waiting, least) = refused.TryGetValue(scope, out var known) ? known : ([], bytes);
                waiting.Add(freed);
                refused[scope] = (waiting, Math.Min(least, bytes));
                return scope;
            }
            foreach (var scope in (ReadOnlySpan<Scope>)[All, host, tenant])
            {
                var (count, size) = taken.GetValueOrDefault(scope);
                taken[scope] = (count + 1, size + bytes);
            }
            return null;
        }
    }

    /// <summary>Gives back what was taken. Not to be called under a shard's lock: it tells those that wait.</summary>
    public void Release(in LaneId lane, long bytes)
    {
        var (host, tenant) = Scopes(lane);
        List<(Scope Scope, HashSet<Action<Scope>> Waiting)>? told = null;
        lock (gate)
        {
            foreach (var scope in (ReadOnlySpan<Scope>)[All, host, tenant])
            {
                var (count, size) = taken[scope];
                if (count > 1 || scope == All)
                    taken[scope] = (count - 1, size - bytes);
                else
                    taken.Remove(scope);
            }
            // What one gives back is free for everybody: any share may have grown.
            foreach (var (scope, (waiting, least)) in refused)
                if (HasRoom(scope, least))
                {
                    refused.Remove(scope);
                    (told ??= []).Add((scope, waiting));
                }
        }
        foreach (var (scope, waiting) in told ?? [])
        foreach (var freed in waiting)
            freed(scope);
    }

    private bool HasRoom(Scope scope, long bytes)
    {
        var (all, own) = (taken[All], taken.GetValueOrDefault(scope));
        switch (scope.Kind)
        {
            case '*':
                return all.Count < most;
            case 'b':
                return all.Bytes == 0 || all.Bytes + bytes <= mostBytes;
            case 't':
                return (mostOfTenant(scope.Tenant) is not { } limit || own.Count < limit)
                    && (
                        own.Count == 0
                        || (
                            own.Count < TenantShare * (most - all.Count)
                            && own.Bytes + bytes <= TenantShare * (mostBytes - all.Bytes - bytes)
                        )
                    );
            default:
                var tenant = taken.GetValueOrDefault(new Scope('t', scope.Tenant, ""));
                return own.Count == 0
                    || (
                        own.Count < Left(most - all.Count, tenant.Count) / 3
                        && own.Bytes + bytes <= Left(mostBytes - all.Bytes - bytes, tenant.Bytes + bytes) / 3
                    );
        }
    }

    /// <summary>What a tenant that holds <paramref name="own"/> could still get, were it the only one to take.</summary>
    private static long Left(long free, long own) => ((TenantShare * free) - own) / (TenantShare + 1);

    private static (Scope Host, Scope Tenant) Scopes(in LaneId lane) =>
        (new('h', lane.Tenant, lane.Host), new('t', lane.Tenant, ""));
}

/// <summary>What is counted: all there is, all bytes, what a tenant has, what it has for one host.</summary>
public readonly record struct Scope(char Kind, string Tenant, string Host)
{
    /// <summary>One word for measurements.</summary>
    public string Name =>
        Kind switch
        {
            '*' => "node",
            'b' => "bytes",
            't' => "tenant",
            _ => "host",
        };
}

/// <summary>Slots for those who await them.</summary>
internal sealed class Gate(Slots slots)
{
    private readonly Lock gate = new();
    private readonly Dictionary<Scope, TaskCompletionSource> waiting = [];

    public async Task EnterAsync(LaneId lane, long bytes, CancellationToken cancel)
    {
        while (Refused(lane, bytes) is { } room)
            await room.WaitAsync(cancel);
    }

    public void Leave(in LaneId lane, long bytes) => slots.Release(lane, bytes);

    private Task? Refused(in LaneId lane, long bytes)
    {
        lock (gate)
        {
            if (slots.TryTake(Freed, lane, bytes) is not { } scope)
                return null;
            if (!waiting.TryGetValue(scope, out var room))
                waiting[scope] = room = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return room.Task;
        }
    }

    private void Freed(Scope scope)
    {
        TaskCompletionSource? room;
        lock (gate)
            waiting.Remove(scope, out room);
        room?.SetResult();
    }
}
