using System.Collections.Concurrent;
using System.Data.Common;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jettae.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Jettae.Studio.Tests;

/// <summary>
/// The studio on a real port with a real SQLite file, beside a small QStash. Time stands still until a test moves it; a
/// restart keeps file, QStash and clock.
/// </summary>
internal sealed class TestStudio : IAsyncDisposable
{
    public const string Public = "https://studio.example";
    public const string Token = "test-token";
    public const string Webhook = Public + "/api/content/generate-scheduled";
    public const string Failure = Public + "/api/content/generation-failed";

    private readonly string folder = Directory.CreateTempSubdirectory("jettae-studio-").FullName;
    private readonly Action<StudioOptions>? change;
    private WebApplication? app;
    private readonly string? database;

    private readonly bool isFirst;

    private TestStudio(
        QStashRecorder qstash,
        FakeTimeProvider time,
        Action<StudioOptions>? change,
        string? database,
        bool isFirst = true
    ) => (QStash, Time, this.change, this.database, this.isFirst) = (qstash, time, change, database, isFirst);

    public QStashRecorder QStash { get; }
    public FakeTimeProvider Time { get; }

    /// <summary>Warnings, errors, and what the server says of each request's end.</summary>
    public ConcurrentQueue<(LogLevel Level, string Text)> Logged { get; } = new();
    public HttpClient Http { get; private set; } = new();
    public IServiceProvider Services => app!.Services;
    public string DataFile => Path.Combine(folder, "studio.db");

    /// <summary>
    /// Whether this run is about PostgreSQL (<c>JETTAE_TEST_STORE=postgres</c>). Tests with the trait <c>Store</c> are of the run
    /// that it names only.
    /// </summary>
    public static bool IsOnPostgres { get; } = Environment.GetEnvironmentVariable("JETTAE_TEST_STORE") == "postgres";

    public static async Task<TestStudio> StartAsync(
        string now = "2024-01-15T00:00:00Z",
        Action<StudioOptions>? change = null
    )
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture));
        var studio = new TestStudio(
            await QStashRecorder.StartAsync(),
            time,
            change,
            IsOnPostgres ? await PostgresDatabases.TakeAsync() : null
        );
        await studio.UpAsync();
        return studio;
    }

    /// <summary>Another node on the same database, with the same QStash and clock.</summary>
    public async Task<TestStudio> BesideAsync()
    {
        var node = new TestStudio(QStash, Time, change, database, isFirst: false);
        await node.UpAsync();
        return node;
    }

    public async Task UpAsync()
    {
        var options = new StudioOptions
        {
            DataFile = DataFile,
            Database = database,
            PublicUrl = Public + "/ \n",
            ApiToken = Token,
            QStash = new QStashOptions
            {
                Url = QStash.Url,
                Token = "qstash-token",
                CurrentSigningKey = QStashRecorder.CurrentKey,
                NextSigningKey = QStashRecorder.NextKey,
            },
        };
        change?.Invoke(options);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
#pragma warning disable CA2000 // Whoever logs by it disposes it.
        builder.Logging.AddProvider(new Logbook(Logged));
#pragma warning restore CA2000
        builder.Logging.AddFilter(null, LogLevel.Warning);
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting", LogLevel.Information);
        builder.Services.AddRouting();
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddSingleton(options.QStash);
        builder.Services.AddStudio(options);
        app = builder.Build();
        app.MapStudioApi();
        await app.StartAsync();
        Http = Client(Token);
        await StillAsync();
    }

    /// <summary>Stops without letting anything finish, as a killed process would.</summary>
    public async Task DownAsync()
    {
        Http.Dispose();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await app!.StopAsync(now.Token);
        await app.DisposeAsync();
        app = null;
        // Whoever was killed is known to be gone only after its term.
        if (database is not null)
            await InStoreAsync("DELETE FROM jettae_studio.nodes");
    }

    /// <summary>The store as a crash leaves it after QStash took the bookings and before that was written.</summary>
    public Task ForgetPublishedAsync() =>
        InStoreAsync(
            "UPDATE bookings SET state = 'pending', message_id = NULL, route = NULL; UPDATE schedules SET qstash_message_id = NULL"
        );

    /// <summary>Does something to the store that the program would not do.</summary>
    public async Task InStoreAsync(string sql)
    {
        await using var connection = Opened();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>What the first column of the first row says.</summary>
    public async Task<object?> FromStoreAsync(string sql)
    {
        await using var connection = Opened();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Into its PostgreSQL.</summary>
    public async Task<NpgsqlConnection> ConnectionAsync()
    {
        var connection = new NpgsqlConnection(database + ";Pooling=false");
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>The node has said that it lives, and heard who does.</summary>
    public async Task BeatenAsync()
    {
        var beat = Services.GetServices<IHostedService>().OfType<Beat>().Single();
        var before = beat.Count;
        beat.Wake();
        await Until(() => beat.Count > before);
    }

    /// <summary>The rows of a table that fit, once more for each number <c>n</c> from 1 to <paramref name="count"/>.</summary>
    /// <param name="table">The table.</param>
    /// <param name="count">How often.</param>
    /// <param name="where">Which rows.</param>
    /// <param name="own">Columns and what they are in each copy; their <c>id</c> comes of <c>n</c>.</param>
    public async Task MultiplyAsync(string table, int count, string where, params (string Column, string Value)[] own)
    {
        var differ = own.Select(each => each.Column).Append("id").ToList();
        var names = string.Join(", ", differ.Select(each => $"'{each}'"));
        var same = await FromStoreAsync(
            database is null
                ? $"SELECT group_concat(name) FROM pragma_table_info('{table}') WHERE name NOT IN ({names})"
                : $"SELECT string_agg(column_name, ',') FROM information_schema.columns WHERE table_name = '{table}' AND table_schema = 'public' AND column_name NOT IN ({names})"
        );
        var id = database is null
            ? "printf('FFFFFFFF-0000-7000-8000-%012d', n)"
            : "CAST('ffffffff-0000-7000-8000-' || lpad(CAST(n AS text), 12, '0') AS uuid)";
        await InStoreAsync(
            $"""
            WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count})
            INSERT INTO {table} ({string.Join(", ", differ)}, {same})
            SELECT {string.Join(", ", own.Select(each => each.Value).Append(id))}, {same} FROM n, {table} WHERE {where}
            """
        );
    }

    /// <summary>From now on a table refuses something, as a full disk or a broken index would.</summary>
    /// <param name="act">Such as <c>INSERT ON contents</c>.</param>
    /// <param name="when">Of which rows; may speak of <c>NEW</c>.</param>
    /// <param name="why">What the store says.</param>
    public Task BreakAsync(string act, string when = "1 = 1", string why = "database or disk is full") =>
        InStoreAsync(
            database is null
                ? $"CREATE TRIGGER fault BEFORE {act} WHEN {when} BEGIN SELECT RAISE(ABORT, '{why}'); END"
                : $"""
                CREATE OR REPLACE FUNCTION fault() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                        IF {when} THEN RAISE EXCEPTION '{why}' USING ERRCODE = 'disk_full'; END IF;
                        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                        RETURN NEW;
                    END $$;
                CREATE TRIGGER fault BEFORE {act} FOR EACH ROW EXECUTE FUNCTION fault()
                """
        );

    /// <summary>The keys that protect what is stored are gone.</summary>
    public async Task LoseKeysAsync()
    {
        if (database is null)
            Directory.Delete(Path.Combine(folder, "keys"), recursive: true);
        else
            await InStoreAsync("DELETE FROM protection_keys");
    }

    /// <summary>It is well again.</summary>
    public Task MendAsync() => InStoreAsync(database is null ? "DROP TRIGGER fault" : "DROP FUNCTION fault() CASCADE");

    /// <summary>All that the store holds, as text: to look for what must not be there.</summary>
    public async Task<string> KeptAsync()
    {
        var tables = (string)
            (
                await FromStoreAsync(
                    database is null
                        ? "SELECT group_concat(name) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'content_search%'"
                        : "SELECT string_agg(table_schema || '.' || table_name, ',') FROM information_schema.tables WHERE table_schema IN ('public', 'jettae_studio')"
                )
            )!;
        var all = new StringBuilder();
        await using var connection = Opened();
        foreach (var table in tables.Split(','))
        {
            await using var read = connection.CreateCommand();
            read.CommandText = database is null
                ? $"SELECT * FROM \"{table}\""
                : $"SELECT CAST(t AS text) FROM {table} t";
            await using var rows = await read.ExecuteReaderAsync();
            while (await rows.ReadAsync())
                for (var column = 0; column < rows.FieldCount; column++)
                    all.Append(rows.GetValue(column)).Append(' ');
        }
        return all.ToString();
    }

    private DbConnection Opened()
    {
        DbConnection connection = database is not null
            ? new NpgsqlConnection(database + ";Search Path=public,jettae_studio;Pooling=false")
            : new SqliteConnection($"Data Source={DataFile};Pooling=False");
        connection.Open();
        return connection;
    }

    public HttpClient Client(string? token)
    {
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(app!.Urls.First()),
        };
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    /// <summary>Waits until nothing is being done and nothing is due.</summary>
    public async Task StillAsync()
    {
        var activity = Services.GetRequiredService<StudioActivity>();
        await Until(() => activity.IsIdle);
    }

    /// <summary>Moves the clock from timer to timer.</summary>
    public async Task GoToAsync(string instant)
    {
        var goal = DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture);
        Time.Advance(goal - Time.GetUtcNow());
        await StillAsync();
    }

    public static async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System, patience.Token);
    }

    public async Task<JsonNode> CreateAsync(object fields)
    {
        var answer = await Http.PostAsJsonAsync("/api/schedule/create", fields);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        await StillAsync();
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        var answer = await Http.GetAsync(path);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
    }

    public async Task<(HttpStatusCode Status, JsonNode Body)> PostAsync(
        string path,
        object body,
        HttpClient? http = null
    )
    {
        var answer = await (http ?? Http).PostAsJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        return (answer.StatusCode, text.Length > 0 ? JsonNode.Parse(text)! : new JsonObject());
    }

    /// <summary>Delivers a message as QStash would.</summary>
    public async Task<HttpResponseMessage> DeliverAsync(Booked message, string? signature = null)
    {
        using var http = Client(null);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(message.Destination).AbsolutePath)
        {
            Content = new StringContent(message.Body, Encoding.UTF8, "application/json"),
        };
        signature ??= QStashRecorder.Sign(
            QStashRecorder.CurrentKey,
            message.Destination,
            message.Body,
            Time.GetUtcNow()
        );
        request.Headers.TryAddWithoutValidation("Upstash-Signature", signature);
        request.Headers.TryAddWithoutValidation("Upstash-Message-Id", message.Id);
        return await http.SendAsync(request);
    }

    /// <summary>QStash's word that it has given a message up.</summary>
    public Task<HttpResponseMessage> DeliverFailureAsync(Booked message, int status = 503)
    {
        var body = JsonSerializer.Serialize(
            new
            {
                status,
                body = "",
                retried = 5,
                maxRetries = 5,
                sourceMessageId = message.Id,
                url = message.Destination,
                sourceBody = Convert.ToBase64String(Encoding.UTF8.GetBytes(message.Body)),
                dlqId = "dlq_1",
            }
        );
        return DeliverAsync(new Booked("msg_failure", Failure, [], body));
    }

    /// <summary>The message that waits in QStash for this slot.</summary>
    public Booked MessageFor(string slot)
    {
        var instant = DateTimeOffset.Parse(slot, System.Globalization.CultureInfo.InvariantCulture);
        return Assert.Single(
            QStash.Messages.Values,
            message => message.Destination == Webhook && message.NotBefore == instant
        );
    }

    public static object ThreeHourly(string catchUp = "latest") =>
        new
        {
            topic = "아침 루틴",
            content_type = "x_post",
            frequency = "3hours",
            time_of_day = "09:00",
            timezone = "Asia/Seoul",
            catch_up = catchUp,
        };

    private sealed class Logbook(ConcurrentQueue<(LogLevel, string)> lines) : ILoggerProvider, ILogger
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
        ) => lines.Enqueue((logLevel, $"{formatter(state, exception)} {exception}"));

        public void Dispose() { }
    }

    public async ValueTask DisposeAsync()
    {
        if (app is not null)
            await app.DisposeAsync();
        Http.Dispose();
        if (isFirst)
            await QStash.DisposeAsync();
        if (database is not null && isFirst)
            await PostgresDatabases.GiveBackAsync(database);
        Directory.Delete(folder, recursive: true);
    }
}
