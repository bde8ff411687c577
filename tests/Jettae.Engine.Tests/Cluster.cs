using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Jettae.Engine.Tests;

/// <summary>Engines in one process, each with its own door and its own connections, and a destination.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private const string Token = "token";
    private static int schemas;

    private readonly List<WebApplication> engines = [];
    private readonly HttpClient http = new()
    {
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Token) },
    };
    private readonly string schema = $"cluster{Interlocked.Increment(ref schemas)}";
    private string database = "";
    private TimeSpan? term;
    private WebApplication destination = null!;
    private NpgsqlDataSource? beside;

    public ConcurrentQueue<string> Deliveries { get; } = [];
    public ConcurrentQueue<string> Logged { get; } = [];
    public Func<HttpContext, Task> Answer { get; set; } = _ => Task.CompletedTask;
    public string Sink => destination.Urls.Single();

    public IReadOnlyList<Store> Stores => [.. engines.Select(engine => engine.Services.GetRequiredService<Store>())];

    public IReadOnlyList<Node> Nodes => [.. Stores.Select(store => ((PostgresStore)store).Node)];

    /// <param name="nodes">How many it begins with.</param>
    /// <param name="server">The one that all tests share, unless a test must have its own.</param>
    /// <param name="term">The nodes' leases; as usual unless a test is about what no lapse of one is to come into.</param>
    public static async Task<Cluster> StartAsync(int nodes, PostgresServer? server = null, TimeSpan? term = null)
    {
        var cluster = new Cluster { database = (server ?? await PostgresServer.SharedAsync()).Url, term = term };
        cluster.destination = cluster.Host(_ => { });
        cluster.destination.Run(http =>
        {
            cluster.Deliveries.Enqueue(http.Request.Path);
            return cluster.Answer(http);
        });
        await cluster.destination.StartAsync();
        for (var node = 0; node < nodes; node++)
            await cluster.AddAsync();
        return cluster;
    }

    /// <param name="cable">The node's way to PostgreSQL, where it has one of its own.</param>
    public async Task AddAsync(Cable? cable = null)
    {
        var options = Options(cable is null ? database : $"postgres://postgres@127.0.0.1:{cable.Port}/postgres");
        var engine = Host(services => services.AddSingleton(TimeProvider.System).AddJettaeEngine(options));
        engine.MapEngine();
        await engine.StartAsync();
        engines.Add(engine);
    }

    public async Task StopAsync(Node node)
    {
        var engine = engines[Nodes.ToList().IndexOf(node)];
        engines.Remove(engine);
        await engine.StopAsync();
        await engine.DisposeAsync();
    }

    /// <summary>Waits until the nodes have so many shards each, and each shard one node.</summary>
    public Task SharedAsync(params int[] shares) =>
        UntilAsync(() =>
            Nodes.Select(node => node.Owned.Count).Order().SequenceEqual(shares)
            && Nodes.SelectMany(node => node.Owned).Order().SequenceEqual(Enumerable.Range(0, 8))
        );

    /// <summary>Waits until every node has read what the others told it.</summary>
    public Task HeardAsync() => UntilAsync(() => Beside(db => !db.Any("select 1 from inbox")));

    public async Task<string> PublishAsync(
        int node,
        string path,
        (string Name, string Value)[]? headers = null,
        string to = "/v2/publish/"
    ) => (string)(await SendAsync(node, HttpMethod.Post, $"{to}{Sink}{path}", headers ?? []))!["messageId"]!;

    public async Task<JsonNode?> SendAsync(
        int node,
        HttpMethod method,
        string path,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(method, engines[node].Urls.Single() + path);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return text.Length > 0 ? JsonNode.Parse(text) : null;
    }

    /// <summary>Null when it was taken; else what the node said instead.</summary>
    public async Task<HttpResponseMessage?> RefusedAsync(
        int node,
        string path,
        (string Name, string Value)[]? headers = null,
        string to = "/v2/publish/"
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{engines[node].Urls.Single()}{to}{Sink}{path}");
        foreach (var (name, value) in headers ?? [])
            request.Headers.TryAddWithoutValidation(name, value);
        var answer = await http.SendAsync(request);
        if (!answer.IsSuccessStatusCode)
            return answer;
        answer.Dispose();
        return null;
    }

    /// <summary>As a client publishes that is told to come again.</summary>
    public async Task TakenAsync(int node, string path)
    {
        for (var waited = 0; ; waited++)
        {
            using var refused = await RefusedAsync(node, path, [("Upstash-Deduplication-Id", path)]);
            if (refused is null)
                return;
            Assert.True((int)refused.StatusCode == 503 && waited < 600, $"{refused.StatusCode} after {waited} tries");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    /// <summary>Publishes one after the other, at each of two nodes in turn, and at the next one when one does not take it.</summary>
    public async Task PublishingAsync(ConcurrentBag<string> acknowledged, CancellationToken end)
    {
        for (var (number, node) = (0, 0); !end.IsCancellationRequested; node++)
        {
            var name = $"/{number}";
            using var refused = await RefusedAsync(node % 2, name, [("Upstash-Deduplication-Id", name)]);
            if (refused is null)
            {
                acknowledged.Add(name);
                number++;
            }
            else
            {
                Assert.Equal(503, (int)refused.StatusCode);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }
    }

    public bool IsDelivered(string id) =>
        Beside(db => db.Any("select 1 from messages where id = $0 and state = 1", id));

    public string Keys(int node) =>
        SendAsync(node, HttpMethod.Get, "/v2/keys").GetAwaiter().GetResult()!.ToJsonString();

    /// <summary>One transaction beside the nodes. As a command's, but over connections that stay: it is asked every few milliseconds.</summary>
    public T Beside<T>(Func<Db, T> work)
    {
        beside ??= new NpgsqlDataSourceBuilder(
            PostgresStore.ConnectionStringOf(database) + ";Timeout=60;Command Timeout=60"
        )
            .ConfigureTypeLoading(types => types.EnableTypeLoading(false))
            .Build();
        using var connection = beside.OpenConnection();
        using var transaction = connection.BeginTransaction();
        var db = new PostgresDb(connection, schema, transaction);
        var result = work(db);
        db.Commit();
        return result;
    }

    public async Task UntilAsync(Func<bool> condition)
    {
        try
        {
            await EngineUnderTest.UntilAsync(() => Task.FromResult(condition()));
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"It did not come to that.\n{State()}");
        }
    }

    /// <summary>What there is, for whoever must find out why.</summary>
    private string State() =>
        string.Join(
            "\n",
            [
                $"{Deliveries.Count} deliveries, the last ones {string.Join(' ', Deliveries.TakeLast(5))}",
                .. Nodes.Select(node =>
                    $"{node.Id} lives: {node.IsAlive}, has {string.Join(' ', node.Owned)}, {node.Excess} too many"
                ),
                .. Beside(db =>
                    db.Command("select shard, state, in_line, count(*) from messages group by 1, 2, 3 order by 1, 2, 3")
                        .Rows(row =>
                            $"shard {row.GetInt64(0)} state {row.GetInt64(1)} in line {row.LongOrNull(2)}: {row.GetInt64(3)}"
                        )
                ),
                .. Beside(db =>
                    db.Command("select shard, count(*) from inbox group by 1")
                        .Rows(row => $"inbox {row.GetInt64(0)}: {row.GetInt64(1)}")
                ),
                .. Beside(db =>
                    db.Command("select status, coalesce(error, ''), count(*) from attempts group by 1, 2")
                        .Rows(row => $"attempts {row.GetInt64(0)} {row.GetString(1)}: {row.GetInt64(2)}")
                ),
                .. Logged,
            ]
        );

    public async ValueTask DisposeAsync()
    {
        foreach (var engine in engines)
        {
            await engine.StopAsync();
            await engine.DisposeAsync();
        }
        await destination.StopAsync();
        await destination.DisposeAsync();
        http.Dispose();
        if (beside is not null)
            await beside.DisposeAsync();
    }

    private EngineOptions Options(string at) =>
        new()
        {
            DataFile = "",
            Database = at,
            DatabaseSchema = schema,
            Tenants = [new Tenant("t", Token, EngineUnderTest.CurrentKey, EngineUnderTest.NextKey)],
            EgressAllow = ["127.0.0.0/8"],
            NodeTerm = term ?? new EngineOptions { DataFile = "" }.NodeTerm,
        };

    private WebApplication Host(Action<IServiceCollection> add)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
#pragma warning disable CA2000 // Whoever logs by it disposes it.
        builder.Logging.AddProvider(new EngineUnderTest.Logbook(Logged));
#pragma warning restore CA2000
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.WebHost.ConfigureKestrel(EngineSetup.Configure);
        add(builder.Services);
        return builder.Build();
    }
}
