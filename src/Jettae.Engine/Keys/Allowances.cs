using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Jettae.Engine;

/// <summary>
/// How much of the API a tenant may still use: messages in a UTC day, other requests in a second. A refusal says in headers
/// which of the two it was: SDKs tell them apart by that (contract §7).
/// </summary>
public sealed class Allowances(Store store, Quotas quotas, TimeProvider time)
{
    private const long Day = 86_400_000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Used> messages = [];
    private readonly Dictionary<string, Used> requests = [];

    /// <summary>Publishes so many messages, if the day has room for them; what is refused further on is not counted.</summary>
    /// <exception cref="RejectedException">429: the day's messages would be more than allowed; none of these is taken.</exception>
    public async Task<Accepted[]> PublishAsync(HttpContext http, int count, Func<Task<Accepted[]>> publish)
    {
        var used = Take(http, count);
        try
        {
            return await publish();
        }
        catch when (used is not null)
        {
            lock (gate)
                used.Count -= count;
            throw;
        }
    }

    private Used? Take(HttpContext http, int count)
    {
        if (quotas.Of(http.Tenant()).MessagesPerDay is not { } most)
            return null;
        var today = time.Milliseconds() / Day;
        var tenant = http.Tenant();
        lock (gate)
        {
            if (!messages.TryGetValue(tenant, out var used) || used.Window != today)
                messages[tenant] = used = new Used(today) { Count = Published(tenant, today) };
            var refused = used.Count + count > most;
            if (!refused)
                used.Count += count;
            Tell(http, "RateLimit", most, used, (today + 1) * Day / 1_000);
            return refused
                ? throw new RejectedException(429, $"quota maxRequestsPerDay exceeded, current limit: {most}")
                : used;
        }
    }

    /// <exception cref="RejectedException">429: too many requests in this second.</exception>
    public void TakeRequest(HttpContext http)
    {
        if (quotas.Of(http.Tenant()).RequestsPerSecond is not { } most)
            return;
        var second = time.Milliseconds() / 1_000;
        lock (gate)
        {
            if (!requests.TryGetValue(http.Tenant(), out var used) || used.Window != second)
                requests[http.Tenant()] = used = new Used(second);
            if (++used.Count <= most)
                return;
            Tell(http, "Burst-RateLimit", most, used, second + 1);
        }
        throw new RejectedException(429, $"rate limit exceeded: {most} requests in a second");
    }

    private static void Tell(HttpContext http, string prefix, int most, Used used, long reset)
    {
        http.Response.Headers[prefix + "-Limit"] = most.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers[prefix + "-Remaining"] = Math.Max(0, most - used.Count)
            .ToString(CultureInfo.InvariantCulture);
        http.Response.Headers[prefix + "-Reset"] = reset.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>A restart forgives nothing.</summary>
    private int Published(string tenant, long day) =>
        store.Read(db =>
            db.Command("select count(*) from messages where tenant = $0 and created_at >= $1", tenant, day * Day)
                .Rows(row => row.GetInt32(0))[0]
        );

    private sealed class Used(long window)
    {
        public long Window => window;
        public int Count { get; set; }
    }
}
