using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jettae.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

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

    private TestStudio(QStashRecorder qstash, FakeTimeProvider time, Action<StudioOptions>? change) =>
        (QStash, Time, this.change) = (qstash, time, change);

    public QStashRecorder QStash { get; }
    public FakeTimeProvider Time { get; }

    /// <summary>Warnings, errors, and what the server says of each request's end.</summary>
    public ConcurrentQueue<(LogLevel Level, string Text)> Logged { get; } = new();
    public HttpClient Http { get; private set; } = new();
    public IServiceProvider Services => app!.Services;
    public string DataFile => Path.Combine(folder, "studio.db");

    public static async Task<TestStudio> StartAsync(
        string now = "2024-01-15T00:00:00Z",
        Action<StudioOptions>? change = null
    )
    {
        var time = new FakeTimeProvider(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture));
        var studio = new TestStudio(await QStashRecorder.StartAsync(), time, change);
        await studio.UpAsync();
        return studio;
    }

    public async Task UpAsync()
    {
        var options = new StudioOptions
        {
            DataFile = DataFile,
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
    }

    /// <summary>The file as a crash leaves it after QStash took the bookings and before that was written.</summary>
    public async Task ForgetPublishedAsync()
    {
        await using var file = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={DataFile};Pooling=False");
        await file.OpenAsync();
        var forget = file.CreateCommand();
        forget.CommandText =
            "UPDATE bookings SET state = 'pending', message_id = NULL, route = NULL; UPDATE schedules SET qstash_message_id = NULL";
        await forget.ExecuteNonQueryAsync();
    }

    /// <summary>Does something to the file that the program would not do.</summary>
    public async Task InFileAsync(string sql)
    {
        await using var file = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={DataFile};Pooling=False");
        await file.OpenAsync();
        await using var command = file.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
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
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
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
        await QStash.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
