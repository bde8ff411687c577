using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Jettae.Engine;

/// <summary>
/// How much of the API a tenant may still use: messages in a UTC day, other requests in a second. A refusal says in headers
/// which of the two it was: SDKs tell them apart by that (contract §7).
/// </summary>
public sealed class Allowances(Store store, Quotas quotas, TimeProvider time)
{
    /// <summary>How the headers of a second's requests begin.</summary>
    internal const string Burst = "Burst-RateLimit";

    private const long Day = 86_400_000;

    private readonly Lock gate = new();
    private readonly Dictionary<string, Used> requests = [];

    /// <summary>
    /// So many messages more of the day, in the transaction that stores them: published, fired or retried alike. Callbacks come with no
    /// limits and are not counted.
    /// </summary>
    /// <exception cref="RejectedException">429: the day's messages would be more than allowed; none of the transaction is taken.</exception>
    internal static void TakeMessages(Db s, string tenant, int count, int most, long now)
    {
        var taken = s.Scalar<long>(
            """
            update tenants set messages_of_day = case when day = $1 then messages_of_day + $2 else $2 end, day = $1 where name = $0
            returning messages_of_day
            """,
            tenant,
            now / Day,
            count
        );
        if (taken > most)
            throw new RejectedException(429, $"quota maxRequestsPerDay exceeded, current limit: {most}");
    }

    /// <summary>What is left of the day's messages, in the answer's headers.</summary>
    public void TellMessages(HttpContext http)
    {
        if (quotas.Of(http.Tenant()).MessagesPerDay is not { } most)
            return;
        var today = time.Milliseconds() / Day;
        var taken = store.Read(db =>
            db.Command("select messages_of_day from tenants where name = $0 and day = $1", http.Tenant(), today)
                .Rows(row => row.GetInt32(0))
                .FirstOrDefault()
        );
        Tell(http, "RateLimit", most, taken, (today + 1) * Day / 1_000);
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
            Tell(http, Burst, most, used.Count, second + 1);
        }
        throw new RejectedException(429, $"rate limit exceeded: {most} requests in a second");
    }

    private static void Tell(HttpContext http, string prefix, int most, int used, long reset)
    {
        http.Response.Headers[prefix + "-Limit"] = most.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers[prefix + "-Remaining"] = Math.Max(0, most - used).ToString(CultureInfo.InvariantCulture);
        http.Response.Headers[prefix + "-Reset"] = reset.ToString(CultureInfo.InvariantCulture);
    }

    private sealed class Used(long window)
    {
        public long Window => window;
        public int Count { get; set; }
    }
}
