using System.Text.Json.Serialization;

namespace Jettae.Client;

/// <summary>Limits that messages share by a key.</summary>
public sealed class QStashFlowControl
{
    private readonly QStashClient client;

    internal QStashFlowControl(QStashClient client) => this.client = client;

    /// <summary>The key's limits and how far they are used; null when no message has named it.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>var waiting = (await qstash.FlowControl.GetAsync("openai"))?.WaitListSize;</code></example>
    public Task<FlowControlState?> GetAsync(string key, CancellationToken cancel = default) =>
        client.FindAsync(new Call(HttpMethod.Get, Path(key)), WireJson.Default.FlowControlState, cancel);

    /// <summary>All keys, or those that contain the text.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>var keys = await qstash.FlowControl.ListAsync(search: "openai");</code></example>
    public async Task<IReadOnlyList<FlowControlState>> ListAsync(
        string? search = null,
        CancellationToken cancel = default
    ) =>
        await client.AskAsync(
            new Call(HttpMethod.Get, $"/v2/flowControl{new Query().Add("search", search)}"),
            WireJson.Default.FlowControlStateArray,
            cancel
        );

    /// <summary>Starts no further delivery of the key; messages collect.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>await qstash.FlowControl.PauseAsync("openai");</code></example>
    public Task PauseAsync(string key, CancellationToken cancel = default) => TellAsync(key, "pause", cancel);

    /// <summary>Goes on.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>await qstash.FlowControl.ResumeAsync("openai");</code></example>
    public Task ResumeAsync(string key, CancellationToken cancel = default) => TellAsync(key, "resume", cancel);

    /// <summary>Sets limits that messages cannot change until they are unpinned.</summary>
    /// <param name="key">The key.</param>
    /// <param name="parallelism">How many deliveries may run at a time; null does not pin it.</param>
    /// <param name="rate">How many deliveries may start in one period; null does not pin it.</param>
    /// <param name="period">How long a period is; whole seconds, rounded up.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>await qstash.FlowControl.PinAsync("openai", parallelism: 2, rate: 10, period: TimeSpan.FromMinutes(1));</code></example>
    public Task PinAsync(
        string key,
        int? parallelism = null,
        int? rate = null,
        TimeSpan? period = null,
        CancellationToken cancel = default
    )
    {
        var seconds = period is { } span ? (long?)Math.Ceiling(span.TotalSeconds) : null;
        var query = new Query().Add("parallelism", parallelism).Add("rate", rate).Add("period", seconds);
        return TellAsync(key, $"pin{query}", cancel);
    }

    /// <summary>Lets messages change the limits again; until one does they stay as they are.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>await qstash.FlowControl.UnpinAsync("openai", parallelism: false);</code></example>
    public Task UnpinAsync(string key, bool parallelism = true, bool rate = true, CancellationToken cancel = default)
    {
        var query = new Query().Add("parallelism", parallelism ? "true" : "false").Add("rate", rate ? "true" : "false");
        return TellAsync(key, $"unpin{query}", cancel);
    }

    /// <summary>Ends the present period: its starts count no more.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>await qstash.FlowControl.ResetRateAsync("openai");</code></example>
    public Task ResetRateAsync(string key, CancellationToken cancel = default) => TellAsync(key, "resetRate", cancel);

    /// <summary>How many deliveries the account may run at a time, and runs now.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>var running = (await qstash.FlowControl.GlobalParallelismAsync()).ParallelismCount;</code></example>
    public Task<GlobalParallelism> GlobalParallelismAsync(CancellationToken cancel = default) =>
        client.AskAsync(new Call(HttpMethod.Get, "/v2/globalParallelism"), WireJson.Default.GlobalParallelism, cancel);

    private Task TellAsync(string key, string what, CancellationToken cancel) =>
        client.TellAsync(new Call(HttpMethod.Post, $"{Path(key)}/{what}"), cancel);

    private static string Path(string key) => "/v2/flowControl/" + Call.Segment(key);
}

/// <summary>A key's limits, and how far they are used. A limit of 0 is none.</summary>
public sealed record FlowControlState
{
    /// <summary>The key.</summary>
    public string FlowControlKey { get; init; } = "";

    /// <summary>How many messages wait for it.</summary>
    public long WaitListSize { get; init; }

    /// <summary>How many deliveries may run at a time.</summary>
    public int ParallelismMax { get; init; }

    /// <summary>How many run now.</summary>
    public int ParallelismCount { get; init; }

    /// <summary>How many deliveries may start in one period.</summary>
    public int RateMax { get; init; }

    /// <summary>How many have started in this one.</summary>
    public int RateCount { get; init; }

    /// <summary>How long a period is.</summary>
    public TimeSpan RatePeriod { get; init; }

    /// <summary>When this one began.</summary>
    [JsonConverter(typeof(UnixSeconds))]
    public DateTimeOffset RatePeriodStart { get; init; }

    /// <summary>Whether it rests.</summary>
    public bool IsPaused { get; init; }

    /// <summary>Whether messages cannot change the parallelism.</summary>
    public bool IsPinnedParallelism { get; init; }

    /// <summary>Whether messages cannot change the rate.</summary>
    public bool IsPinnedRate { get; init; }
}

/// <summary>How many deliveries the account may run at a time (0: any number), and runs now.</summary>
/// <param name="ParallelismMax">May run.</param>
/// <param name="ParallelismCount">Run now.</param>
public sealed record GlobalParallelism(int ParallelismMax, int ParallelismCount);
