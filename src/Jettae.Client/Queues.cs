namespace Jettae.Client;

/// <summary>Queues: messages in their order, so many at a time.</summary>
public sealed class QStashQueues
{
    private readonly QStashClient client;

    internal QStashQueues(QStashClient client) => this.client = client;

    /// <summary>Makes the queue, or changes it.</summary>
    /// <param name="name">Letters, digits, <c>-</c>, <c>_</c> and <c>.</c></param>
    /// <param name="parallelism">How many of its messages may be in work at a time.</param>
    /// <param name="paused">Whether it rests; null leaves that as it is.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>await qstash.Queues.UpsertAsync("mails", parallelism: 2);</code></example>
    public Task UpsertAsync(
        string name,
        int parallelism = 1,
        bool? paused = null,
        CancellationToken cancel = default
    ) =>
        client.TellAsync(
            Call.Json(
                HttpMethod.Post,
                "/v2/queues",
                new QueueSettings(name, parallelism, paused),
                WireJson.Default.QueueSettings
            ),
            cancel
        );

    /// <summary>The queue; null when there is none of that name.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>var waiting = (await qstash.Queues.GetAsync("mails"))?.Lag;</code></example>
    public Task<QueueState?> GetAsync(string name, CancellationToken cancel = default) =>
        client.FindAsync(new Call(HttpMethod.Get, Path(name)), WireJson.Default.QueueState, cancel);

    /// <summary>All queues.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>var waiting = (await qstash.Queues.ListAsync()).Sum(queue => queue.Lag);</code></example>
    public async Task<IReadOnlyList<QueueState>> ListAsync(CancellationToken cancel = default) =>
        await client.AskAsync(new Call(HttpMethod.Get, "/v2/queues"), WireJson.Default.QueueStateArray, cancel);

    /// <summary>Deletes the queue; it is no mistake when there is none.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>await qstash.Queues.DeleteAsync("mails");</code></example>
    public Task DeleteAsync(string name, CancellationToken cancel = default) =>
        client.TellAsync(new Call(HttpMethod.Delete, Path(name)), cancel);

    /// <summary>Begins no further message; what is in work goes on.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>await qstash.Queues.PauseAsync("mails");</code></example>
    public Task PauseAsync(string name, CancellationToken cancel = default) =>
        client.TellAsync(new Call(HttpMethod.Post, Path(name) + "/pause"), cancel);

    /// <summary>Goes on.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>await qstash.Queues.ResumeAsync("mails");</code></example>
    public Task ResumeAsync(string name, CancellationToken cancel = default) =>
        client.TellAsync(new Call(HttpMethod.Post, Path(name) + "/resume"), cancel);

    private static string Path(string name) => "/v2/queues/" + Call.Segment(name);
}

/// <summary>A queue.</summary>
public sealed record QueueState
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>How many of its messages may be in work at a time.</summary>
    public int Parallelism { get; init; }

    /// <summary>How many messages wait in it.</summary>
    public long Lag { get; init; }

    /// <summary>Whether it rests.</summary>
    public bool Paused { get; init; }
}
