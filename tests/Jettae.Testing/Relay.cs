using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Jettae.Testing;

/// <summary>A request that went through a relay, as it came.</summary>
public sealed record Relayed(string Method, string Target, Dictionary<string, string[]> Headers, byte[] Body)
{
    /// <summary>What the server behind answered; null until it did.</summary>
    public int? Status { get; internal set; }
}

/// <summary>
/// Stands before a server, byte for byte: keeps what comes through, and can hold a request before the server sees it or an
/// answer before the caller does.
/// </summary>
public sealed class Relay : IAsyncDisposable
{
    private static readonly UriCreationOptions Raw = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private static readonly HashSet<string> OfTheConnection = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host",
        "Connection",
        "Transfer-Encoding",
        "Content-Length",
    };

    private readonly WebApplication app;
    private readonly HttpClient http = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.Zero,
        }
    );

    private Relay(WebApplication app) => this.app = app;

    public string Url => app.Urls.First();
    public ConcurrentQueue<Relayed> Passed { get; } = new();

    /// <summary>The server behind.</summary>
    public string To { get; set; } = "";

    /// <summary>Awaited before a request goes on.</summary>
    public Func<Relayed, Task>? Before { get; set; }

    /// <summary>Awaited before an answer goes back.</summary>
    public Func<Relayed, Task>? After { get; set; }

    public static async Task<Relay> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var relay = new Relay(app);
        app.Run(relay.PassAsync);
        await app.StartAsync();
        return relay;
    }

    /// <summary>Sends it once more, as it was, without keeping it.</summary>
    public Task<HttpResponseMessage> RepeatAsync(Relayed request) => SendAsync(request, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
    }

    private async Task PassAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var request = new Relayed(
            context.Request.Method,
            context.Features.Get<IHttpRequestFeature>()!.RawTarget,
            context.Request.Headers.ToDictionary(
                header => header.Key,
                header => header.Value.Select(value => value ?? "").ToArray(),
                StringComparer.OrdinalIgnoreCase
            ),
            body.ToArray()
        );
        Passed.Enqueue(request);
        try
        {
            if (Before is { } before)
                await before(request).WaitAsync(context.RequestAborted);
            using var answer = await SendAsync(request, context.RequestAborted);
            request.Status = (int)answer.StatusCode;
            var bytes = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
            if (After is { } after)
                await after(request).WaitAsync(context.RequestAborted);
            context.Response.StatusCode = (int)answer.StatusCode;
            foreach (var (name, values) in answer.Headers.Concat(answer.Content.Headers))
                if (!OfTheConnection.Contains(name))
                    context.Response.Headers[name] = values.ToArray();
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        }
        catch (HttpRequestException)
        {
            context.Response.StatusCode = 502;
        }
        catch (OperationCanceledException)
        {
            // The caller is gone.
        }
    }

    private async Task<HttpResponseMessage> SendAsync(Relayed request, CancellationToken cancel)
    {
        using var copy = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(To + request.Target, Raw))
        {
            Content = new ByteArrayContent(request.Body),
        };
        foreach (var (name, values) in request.Headers)
            if (!OfTheConnection.Contains(name) && !copy.Headers.TryAddWithoutValidation(name, values))
                copy.Content.Headers.TryAddWithoutValidation(name, values);
        return await http.SendAsync(copy, cancel);
    }
}
