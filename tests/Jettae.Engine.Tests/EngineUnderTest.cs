using System.Collections.Concurrent;
using System.Data.Common;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Jettae.Engine.Tests;

/// <summary>What a destination received.</summary>
public sealed record Received(string Method, string Target, Dictionary<string, string[]> Headers, string Body)
{
    public string Header(string name) => Headers[name][0];
}

/// <summary>A real engine on a real store behind real HTTP, and a destination beside it; time is moved by the test.</summary>
public sealed class EngineUnderTest : IAsyncDisposable
{
    public const string Token = "test-token";
    public const string CurrentKey = "sig_current_key_of_the_tests_0001";
    public const string NextKey = "sig_next_key_of_the_tests_00000002";

    private readonly string folder = Directory.CreateTempSubdirectory("jettae-engine").FullName;
    private readonly TestSchema schema = TestSchema.Take();
    private WebApplication engine = null!;

    /// <summary>The way past the pooler: what is set in a session there would be another's.</summary>
    private string? direct;
    private WebApplication destination = null!;

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));
    public ConcurrentQueue<Received> Deliveries { get; } = [];

    /// <summary>What the destination answers.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = _ => Task.CompletedTask;
    public HttpClient Http { get; private set; } = null!;
    public string Sink { get; private set; } = null!;

    /// <summary>What the engine told its operator.</summary>
    public ConcurrentQueue<string> Logged { get; } = [];

    /// <summary>Messages that the engine holds in memory.</summary>
    public int InMemory => engine.Services.GetRequiredService<Shards>().InMemory;

    /// <summary>The routes that requests were for.</summary>
    public ConcurrentQueue<(string Method, string Pattern)> Matched { get; } = [];

    /// <summary>Every route there is; a method of * stands for all.</summary>
    public IEnumerable<(string Method, string Pattern)> Routes =>
        engine
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .SelectMany(route =>
                (route.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["*"]).Select(method =>
                    (method, route.RoutePattern.RawText!)
                )
            );

    public string Address => engine.Urls.Single();
    public string DataFile => Path.Combine(folder, "engine.db");

    /// <summary>
    /// Whether this run is about PostgreSQL (<c>JETTAE_TEST_STORE=postgres</c>). Tests with the trait <c>Store</c> are of the run
    /// that it names only.
    /// </summary>
    public static bool IsOnPostgres { get; } = Environment.GetEnvironmentVariable("JETTAE_TEST_STORE") == "postgres";

    /// <summary>The options by which another program finds the store.</summary>
    public EngineOptions StoreOptions { get; private set; } = null!;
    public Store Store => engine.Services.GetRequiredService<Store>();
    internal Gauges Gauges => engine.Services.GetRequiredService<Gauges>();
    public Egress Egress => engine.Services.GetRequiredService<Egress>();
    private OpenWork Work => engine.Services.GetRequiredService<OpenWork>();

    public static async Task<EngineUnderTest> StartAsync(Action<EngineOptions>? change = null)
    {
        var under = new EngineUnderTest();
        under.destination = Host();
        under.destination.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            under.Deliveries.Enqueue(
                new Received(
                    http.Request.Method,
                    http.Features.Get<IHttpRequestFeature>()!.RawTarget,
                    http.Request.Headers.ToDictionary(
                        header => header.Key,
                        header => header.Value.Select(value => value!).ToArray(),
                        StringComparer.OrdinalIgnoreCase
                    ),
                    await reader.ReadToEndAsync()
                )
            );
            await under.Answer(http);
        });
        await under.destination.StartAsync();
        under.Sink = under.destination.Urls.Single();
        await under.StartEngineAsync(change);
        return under;
    }

    /// <summary>Stops the engine as SIGTERM does and starts a new one on the same file.</summary>
    public async Task RestartAsync(Action<EngineOptions>? change = null, bool waits = true)
    {
        await StopAsync();
        await StartEngineAsync(change, waits);
    }

    public async Task StopAsync()
    {
        await engine.StopAsync();
        await engine.DisposeAsync();
    }

    public Task StartAgainAsync(Action<EngineOptions>? change = null) => StartEngineAsync(change);

    public async Task<(int Status, JsonNode? Json)> SendAsync(
        HttpMethod method,
        string path,
        string? body = null,
        params (string Name, string Value)[] headers
    )
    {
        using var request = new HttpRequestMessage(
            method,
            new Uri(
                engine.Urls.Single() + path,
                new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }
            )
        );
        if (body is not null)
            request.Content = new StringContent(body) { Headers = { ContentType = null } };
        foreach (var (name, value) in headers)
            if (!request.Headers.TryAddWithoutValidation(name, value))
                request.Content!.Headers.TryAddWithoutValidation(name, value);
        using var answer = await Http.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, text.Length > 0 ? JsonNode.Parse(text) : null);
    }

    /// <summary>Until it is disposed, every read and write of messages fails as it does on a broken disk.</summary>
    public IDisposable WithoutMessagesTable()
    {
        Run("alter table messages rename to hidden");
        return new Undo(() => Run("alter table hidden rename to messages"));
    }

    /// <summary>What a command does beside the running engine.</summary>
    public T Beside<T>(Func<Db, T> work) => Store.Beside(StoreOptions, work);

    /// <summary>Runs SQL on the engine's store from outside.</summary>
    public void Run(string sql)
    {
        schema.IsAsMade = false;
        using var db = Connection();
        db.Open();
        using var command = db.CreateCommand();
#pragma warning disable CA2100 // The tests' own text.
        command.CommandText = StoreOptions.Database is null ? sql : $"set search_path = {schema.Name}; {sql}";
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>All that lies on disk of the engine's.</summary>
    public string Stored()
    {
        if (StoreOptions.Database is null)
            return string.Concat(
                Directory
                    .GetFiles(folder, "engine.db*")
                    .Where(file => !file.EndsWith(".lock", StringComparison.Ordinal))
                    .Select(file =>
                    {
                        using var stream = new FileStream(
                            file,
                            FileMode.Open,
                            FileAccess.Read,
                            FileShare.ReadWrite | FileShare.Delete
                        );
                        using var text = new StreamReader(stream, Encoding.Latin1);
                        return text.ReadToEnd();
                    })
            );
        return string.Concat(
            Beside(db =>
                db.Command(
                        "select query_to_xml('select * from ' || tablename, true, false, '')::text from pg_tables where schemaname = $0",
                        schema.Name
                    )
                    .Rows(row => row.GetString(0))
            )
        );
    }

    /// <summary>As <see cref="Run"/>, without a look at what rows refer to.</summary>
    public void RunUnchecked(string sql) =>
        Run(
            (StoreOptions.Database is null ? "pragma foreign_keys = off; " : "set session_replication_role = replica; ")
                + sql
        );

    private DbConnection Connection() =>
        StoreOptions.Database is { } database
            ? new NpgsqlConnection(new PostgresAddress(direct ?? database).ConnectionString + ";Pooling=False")
            : new SqliteConnection($"Data Source={DataFile};Pooling=False;Default Timeout=10");

    /// <summary>Publishes to the destination beside the engine and answers the message id.</summary>
    public async Task<string> PublishAsync(string path, string body, params (string Name, string Value)[] headers)
    {
        var (status, json) = await SendAsync(HttpMethod.Post, $"/v2/publish/{Sink}{path}", body, headers);
        Assert.Equal(200, status);
        return (string)json!["messageId"]!;
    }

    public async Task AssertNothingStoredAsync()
    {
        await IdleAsync();
        Assert.Empty((await SendAsync(HttpMethod.Get, "/v2/events")).Json!["events"]!.AsArray());
        Assert.Empty(Deliveries);
    }

    /// <summary>Far above what anything takes, also on a machine with much else to do.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Waits for a real event, bounded.</summary>
    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var bound = new CancellationTokenSource(Patience);
        while (!await condition())
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, bound.Token);
    }

    /// <summary>The states of a message's story, oldest first.</summary>
    public async Task<List<string>> StoryAsync(string id)
    {
        var (_, json) = await SendAsync(HttpMethod.Get, $"/v2/events?messageId={id}");
        return [.. json!["events"]!.AsArray().Select(entry => (string)entry!["state"]!).Reverse()];
    }

    /// <summary>Waits, in real time and bounded, until the engine has nothing to do before the next timer.</summary>
    public async Task IdleAsync()
    {
        using var bound = new CancellationTokenSource(Patience);
        while (true)
        {
            var begun = Work.Begun;
            if (Work.IsIdle && begun == Work.Begun)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, bound.Token);
        }
    }

    /// <summary>Waits until what is due has begun, as far as it may, whatever hangs.</summary>
    public Task SteppedAsync() => engine.Services.GetRequiredService<Shards>().SteppedAsync();

    public async Task AdvanceAsync(TimeSpan span)
    {
        Time.Advance(span);
        await IdleAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        // A test that fails may leave attempts that hang: the patience of the stop passes in the tests' time.
        var stopping = engine.StopAsync();
        while (!stopping.IsCompleted)
        {
            Time.Advance(TimeSpan.FromSeconds(10));
            await Task.WhenAny(stopping, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System));
        }
        await stopping;
        await engine.DisposeAsync();
        await destination.StopAsync();
        await destination.DisposeAsync();
        if (IsOnPostgres)
            await schema.GiveBackAsync(StoreOptions);
        Directory.Delete(folder, recursive: true);
    }

    private async Task StartEngineAsync(Action<EngineOptions>? change, bool waits = true)
    {
        var options = new EngineOptions
        {
            DataFile = DataFile,
            Tenants = [new Tenant("test", Token, CurrentKey, NextKey)],
            EgressAllow = ["127.0.0.0/8"],
        };
        // The lease is by the real clock: no stall of this machine is to end it in tests that are about something else.
        if (IsOnPostgres)
            (options.Database, options.NodeTerm) = (await PostgresServer.SharedPoolerAsync(), TimeSpan.FromMinutes(1));
        change?.Invoke(options);
        options.DatabaseSchema = schema.Name;
        if (IsOnPostgres && options.Database == await PostgresServer.SharedPoolerAsync())
            direct = (await PostgresServer.SharedAsync()).Url;
        StoreOptions = options;
        var builder = Builder();
        builder.WebHost.ConfigureKestrel(EngineSetup.Configure);
#pragma warning disable CA2000 // Whoever logs by it disposes it.
        builder.Logging.AddProvider(new Logbook(Logged));
#pragma warning restore CA2000
        builder.Logging.AddFilter<Logbook>("Jettae", LogLevel.Information);
        builder.Services.AddSingleton<TimeProvider>(Time).AddJettaeEngine(options);
        engine = builder.Build();
        engine.Use(
            (http, next) =>
            {
                if (http.GetEndpoint() is RouteEndpoint route)
                    Matched.Enqueue((http.Request.Method, route.RoutePattern.RawText!));
                return next(http);
            }
        );
        engine.MapEngine();
        await engine.StartAsync();
        Http = new HttpClient
        {
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Token) },
        };
        if (waits)
            await IdleAsync();
    }

    internal sealed class Logbook(ConcurrentQueue<string> lines) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => lines.Enqueue(formatter(state, exception));

        public void Dispose() { }
    }

    private sealed class Undo(Action action) : IDisposable
    {
        public void Dispose() => action();
    }

    private static WebApplication Host() => Builder().Build();

    private static WebApplicationBuilder Builder()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders().AddConsole().SetMinimumLevel(LogLevel.Error);
        return builder;
    }
}
