namespace Jettae.Engine;

/// <summary>
/// What a tenant may have at most; null is no limit, the default of all of them (contract §7). A request beyond one is
/// refused with 412 and the quota's name, and changes nothing.
/// </summary>
public sealed record Limits
{
    /// <summary>Retries that a message may ask for.</summary>
    public int? Retries { get; init; }

    /// <summary>The longest delay that a message may ask for.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Queues that exist at once.</summary>
    public int? Queues { get; init; }

    /// <summary>A queue's parallelism.</summary>
    public int? QueueParallelism { get; init; }

    /// <summary>Schedules that exist at once.</summary>
    public int? Schedules { get; init; }

    /// <summary>URL groups that exist at once.</summary>
    public int? UrlGroups { get; init; }

    /// <summary>Endpoints of one URL group.</summary>
    public int? Endpoints { get; init; }

    /// <summary>Attempts of the tenant under way at once.</summary>
    public int? Parallelism { get; init; }

    /// <summary>Messages accepted in a UTC day: 429 with <c>RateLimit-*</c> beyond.</summary>
    public int? MessagesPerDay { get; init; }

    /// <summary>Requests other than publishing in a second: 429 with <c>Burst-RateLimit-*</c> beyond.</summary>
    public int? RequestsPerSecond { get; init; }

    internal static void Check(string quota, int? most, Func<long> wanted)
    {
        if (most is { } limit && wanted() > limit)
            throw RejectedException.Quota(quota, limit);
    }
}
