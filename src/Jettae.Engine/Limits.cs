using System.Collections.Concurrent;
using System.Globalization;

namespace Jettae.Engine;

/// <summary>
/// What a tenant may have at most; null is no limit, the default of all of them (contract §7). A request beyond one is
/// refused with 412 and the quota's name, and changes nothing.
/// </summary>
public sealed record Limits
{
    /// <summary>None at all.</summary>
    public static readonly Limits None = new();

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

    /// <summary>Messages stored in a UTC day, published, fired or retried, callbacks excepted: 429 with <c>RateLimit-*</c> beyond.</summary>
    public int? MessagesPerDay { get; init; }

    /// <summary>Requests other than publishing in a second: 429 with <c>Burst-RateLimit-*</c> beyond.</summary>
    public int? RequestsPerSecond { get; init; }

    /// <summary>Reads <c>retries=5,delay=7d,messagesPerDay=1000</c>; what is not named has no limit.</summary>
    /// <exception cref="RejectedException">It has no such form.</exception>
    public static Limits Parse(string text)
    {
        var limits = new Limits();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            limits = part.Split('=', 2, StringSplitOptions.TrimEntries) switch
            {
                ["delay", var span] => limits with
                {
                    Delay = Duration.TryParse(span, out var delay) ? delay : throw Wrong(part),
                },
                [var name, var number]
                    when int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var most) =>
                    name switch
                    {
                        "retries" => limits with { Retries = most },
                        "queues" => limits with { Queues = most },
                        "queueParallelism" => limits with { QueueParallelism = most },
                        "schedules" => limits with { Schedules = most },
                        "urlGroups" => limits with { UrlGroups = most },
                        "endpoints" => limits with { Endpoints = most },
                        "parallelism" => limits with { Parallelism = Math.Max(1, most) },
                        "messagesPerDay" => limits with { MessagesPerDay = most },
                        "requestsPerSecond" => limits with { RequestsPerSecond = most },
                        _ => throw Wrong(part),
                    },
                _ => throw Wrong(part),
            };
        return limits;
    }

    /// <summary>In the transaction that makes one more: nobody else of the tenant counts meanwhile.</summary>
    internal static void Check(Db s, string tenant, string quota, int? most, Func<long> wanted)
    {
        if (most is not { } limit)
            return;
        s.Lock($"{quota} {tenant}");
        if (wanted() > limit)
            throw RejectedException.Quota(quota, limit);
    }

    private static RejectedException Wrong(string received) =>
        new(
            400,
            "limits must be such as retries=5,delay=7d, of retries, delay, queues, queueParallelism, schedules, urlGroups, "
                + $"endpoints, parallelism, messagesPerDay, requestsPerSecond; received '{MessageHeaders.Shortened(received)}'"
        );
}

/// <summary>Each tenant's limits: its own where it has any, else those of the settings.</summary>
public sealed class Quotas(Store store, EngineOptions options)
{
    private readonly ConcurrentDictionary<string, (string Text, Limits Limits)> known = new();

    /// <summary>Reads those that are not known yet, before their messages are a shard's: it asks for them under its lock.</summary>
    internal void Know(IEnumerable<Due> messages)
    {
        foreach (var message in messages)
            Of(message.Lane.Tenant);
    }

    public Limits Of(string tenant) =>
        known.TryGetValue(tenant, out var found)
            ? found.Limits
            : Learn(
                tenant,
                store.Read(db =>
                    db.Command("select limits from tenants where name = $0", tenant)
                        .Rows(row => row.GetString(0))
                        .FirstOrDefault("")
                )
            );

    /// <summary>As they were just read: they may have been changed beside the running engine.</summary>
    internal Limits Learn(string tenant, string text)
    {
        if (!known.TryGetValue(tenant, out var found) || found.Text != text)
            known[tenant] = found = (text, text.Length == 0 ? options.Limits : Limits.Parse(text));
        return found.Limits;
    }
}
