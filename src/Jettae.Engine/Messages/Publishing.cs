namespace Jettae.Engine;

/// <summary>What a destination stands for: one URL, or each endpoint of a URL group, or an API by its name.</summary>
public sealed class Publishing(Store store, Quotas quotas, EngineOptions options, TimeProvider time)
{
    /// <summary>They are written in one transaction, which everybody else's wait for.</summary>
    internal const int MostMessages = 10_000;

    /// <summary>Each queue's line is locked and looked at, while everybody else's writes wait.</summary>
    internal const int MostQueues = 200;

    private const long MostBytes = 1024L * 1024 * 1024;
    private const string Api = "api/";

    /// <summary>The messages that one request asks for; more than one, or a single one of a group, where a group is named.</summary>
    /// <exception cref="RejectedException">There is no such destination, or a header breaks its rule.</exception>
    public List<Publication> Read(
        string tenant,
        string destination,
        IReadOnlyDictionary<string, string[]> headers,
        byte[] body,
        Origin origin
    )
    {
        var now = time.Milliseconds();
        if (destination.StartsWith(Api, StringComparison.OrdinalIgnoreCase))
            destination = UrlOfApi(destination[Api.Length..], headers);
        else if (IsName(destination) && store.Read(db => UrlGroups.Find(db, tenant, destination)) is { } group)
        {
            var first = First(group, headers, body, origin, now, quotas.Of(tenant));
            Check(group.Endpoints.Count, group.Endpoints.Count * first.Message.Size);
            return [.. group.Endpoints.Select(endpoint => first.To(endpoint, now))];
        }
        return [new MessageHeaders(headers).Read(destination, body, origin, now, quotas.Of(tenant))];
    }

    /// <summary>What one request may stand for: each message of a group is stored with a body, and headers, of its own.</summary>
    /// <exception cref="RejectedException">It would be more messages, bytes or queues than go into one transaction.</exception>
    internal static void Check(int messages, long bytes, int queues = 1)
    {
        if (queues > MostQueues)
            throw new RejectedException(
                400,
                $"one request may go to {MostQueues} queues at the most; received {queues}"
            );
        if (messages > MostMessages)
            throw new RejectedException(
                400,
                $"one request may make {MostMessages} messages at the most; received {messages}"
            );
        if (bytes > MostBytes)
            throw new RejectedException(
                413,
                $"one request may make messages of {MostBytes} bytes in all at the most; received {bytes}"
            );
    }

    private static Publication First(
        UrlGroup group,
        IReadOnlyDictionary<string, string[]> headers,
        byte[] body,
        Origin origin,
        long now,
        Limits limits
    )
    {
        var all = new Dictionary<string, string[]>(group.Headers, StringComparer.OrdinalIgnoreCase);
        foreach (var (name, values) in headers)
            all[name] = values;
        return new MessageHeaders(all).Read(
            group.Endpoints[0].Url,
            body,
            origin with
            {
                Topic = group.Name,
            },
            now,
            limits
        );
    }

    private string UrlOfApi(string name, IReadOnlyDictionary<string, string[]> headers)
    {
        if (!options.Apis.TryGetValue(name, out var url))
            throw new RejectedException(
                400,
                $"api/{MessageHeaders.Shortened(name)} is not set up here: name its URL in the setting JETTAE_APIS, "
                    + "or publish to the provider's URL"
            );
        // Of the others nobody waits for the answer.
        if (
            name.Equals("llm", StringComparison.OrdinalIgnoreCase)
            && !headers.Keys.Contains("Upstash-Callback", StringComparer.OrdinalIgnoreCase)
        )
            throw new RejectedException(400, "api/llm needs an Upstash-Callback: the answer goes there; received none");
        return url;
    }

    private static bool IsName(string text) =>
        text.Length is > 0 and <= 256 && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
