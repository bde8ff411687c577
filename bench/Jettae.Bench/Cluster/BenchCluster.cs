using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Jettae.Engine;
using Jettae.Testing;

namespace Jettae.Bench;

/// <summary>The program as nodes on a PostgreSQL that was started for them, and a receiver of numbers.</summary>
public sealed class BenchCluster : IAsyncDisposable
{
    /// <summary>So many keys that every shard has some.</summary>
    public const int Keys = 64;

    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(10) };
    private readonly PostgresServer server;
    private readonly ClusterOptions options;
    private int refused;
    private int unanswered;

    private BenchCluster(PostgresServer server, Arrivals arrivals, ClusterOptions options)
    {
        (this.server, Arrivals, this.options) = (server, arrivals, options);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", JettaeProcess.ClusterToken);
    }

    public Arrivals Arrivals { get; }

    public List<JettaeProcess> Nodes { get; } = [];

    public string Database => server.Url;

    /// <summary>The same, for a session beside the nodes.</summary>
    public string ConnectionString => $"Host=127.0.0.1;Port={server.Port};Username=postgres;Database=postgres";

    /// <summary>Requests that a node answered with 503, and when to come again.</summary>
    public int Refused => Volatile.Read(ref refused);

    /// <summary>Requests that a node did not take, or did not answer: they went to the next one.</summary>
    public int Unanswered => Volatile.Read(ref unanswered);

    public static async Task<BenchCluster> StartAsync(ClusterOptions options, string? program)
    {
        var server = await PostgresServer.StartDurableAsync();
        var cluster = new BenchCluster(server, await Arrivals.StartAsync(), options);
        for (var node = 0; node < options.Nodes; node++)
            cluster.Nodes.Add(JettaeProcess.Node(server.Url, program));
        // One makes the tables, the others find them.
        foreach (var node in cluster.Nodes)
            await node.StartAsync();
        await Wait.UntilAsync(
            () => cluster.Ask(db => !db.Any("select 1 from shards where node is null")),
            TimeSpan.FromSeconds(60)
        );
        return cluster;
    }

    /// <summary>Which shard each number lies in that was published after one place in the store.</summary>
    public Dictionary<int, int> Shards(long after = 0) =>
        Ask(db =>
                db.Command("select shard, body from messages where seq > $0", after)
                    .Rows(row =>
                        (
                            Shard: row.GetInt32(0),
                            Number: int.Parse(row.GetFieldValue<byte[]>(1), CultureInfo.InvariantCulture)
                        )
                    )
            )
            .ToDictionary(each => each.Number, each => each.Shard);

    public T Ask<T>(Func<Db, T> question) =>
        Store.Beside(new EngineOptions { DataFile = "", Database = server.Url }, question);

    /// <summary>
    /// Publishes numbers, at the next node where one does not take them, until they are acknowledged. Every tenth has a flow-control
    /// key, so that some lie in every shard, or each of them; each has an id, by which a repeat of the publish is known. Others go to queues
    /// or have keys with a rate, where that is asked for.
    /// </summary>
    public async Task PublishAsync(
        int first,
        int count,
        int atNode,
        bool allKeyed,
        params (string Name, string Value)[] headers
    )
    {
        var batch = Batch(first, count, allKeyed, headers);
        for (var node = atNode; ; node++)
        {
            try
            {
                using var content = new ByteArrayContent(batch);
                using var answer = await http.PostAsync(new Uri(Nodes[node % Nodes.Count].Url + "/v2/batch"), content);
                if (answer.IsSuccessStatusCode)
                    return;
                if ((int)answer.StatusCode is not 503 || answer.Headers.RetryAfter?.Delta is not { } asked)
                    throw new InvalidOperationException(
                        $"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}"
                    );
                Interlocked.Increment(ref refused);
                await Task.Delay(asked, TimeProvider.System, CancellationToken.None);
                continue;
            }
            catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
            {
                // It was killed, or does not answer: the next one, then.
                Interlocked.Increment(ref unanswered);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>PostgreSQL is stopped, and started again after a while.</summary>
    public async Task GoneAsync(TimeSpan span)
    {
        await server.StopAsync();
        await Task.Delay(span, TimeProvider.System, CancellationToken.None);
        await server.StartAgainAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            await node.DisposeAsync();
        await Arrivals.DisposeAsync();
        await server.DisposeAsync();
        http.Dispose();
    }

    private byte[] Batch(int first, int count, bool allKeyed, (string Name, string Value)[] headers)
    {
        using var batch = new MemoryStream();
        using (var json = new Utf8JsonWriter(batch))
        {
            json.WriteStartArray();
            for (var number = first; number < first + count; number++)
            {
                json.WriteStartObject();
                json.WriteString("destination", Arrivals.Address);
                json.WriteString("body", number.ToString(CultureInfo.InvariantCulture));
                json.WriteStartObject("headers");
                json.WriteString("Upstash-Deduplication-Id", number.ToString(CultureInfo.InvariantCulture));
                foreach (var (name, value) in headers)
                    json.WriteString(name, value);
                if (allKeyed || number % 10 == 0)
                {
                    json.WriteString("Upstash-Flow-Control-Key", $"key{(allKeyed ? number : number / 10) % Keys}");
                    json.WriteString("Upstash-Flow-Control-Value", "parallelism=100");
                }
                if (number % 10 == 1 && options.Rated > 0)
                {
                    json.WriteString("Upstash-Flow-Control-Key", $"rated{number / 10 % options.Rated}");
                    json.WriteString("Upstash-Flow-Control-Value", "rate=1000, period=1s");
                }
                json.WriteEndObject();
                if (number % 10 == 2 && options.Queues > 0)
                    json.WriteString("queue", $"queue{number / 10 % options.Queues}");
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }
        return batch.ToArray();
    }
}
