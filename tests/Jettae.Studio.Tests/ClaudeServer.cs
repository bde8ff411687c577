using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Jettae.Studio.Tests;

/// <summary>A small Messages API: streams what the test says, or fails as the test says.</summary>
internal sealed class ClaudeServer : IAsyncDisposable
{
    public const string Key = "sk-ant-secret-of-the-tests";
    public const string Usual = "아침 10분, 가볍게 걷기만 해도 하루가 달라져요. 오늘은 딱 한 정거장만 걸어 볼까요?";
    private readonly WebApplication app;

    private ClaudeServer(WebApplication app) => this.app = app;

    /// <summary>What the next calls get, in order; afterwards the usual text.</summary>
    public ConcurrentQueue<Func<HttpContext, Task>> Script { get; } = new();
    public ConcurrentQueue<JsonNode> Requests { get; } = new();
    public string Url => app.Urls.First();

    public static async Task<ClaudeServer> StartAsync(params Func<HttpContext, Task>[] script)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new ClaudeServer(app);
        foreach (var each in script)
            server.Script.Enqueue(each);
        app.Run(async http =>
        {
            server.Requests.Enqueue((await JsonNode.ParseAsync(http.Request.Body))!);
            http.Response.Headers["request-id"] = "req_" + server.Requests.Count;
            await (server.Script.TryDequeue(out var next) ? next : Says(Usual))(http);
        });
        await app.StartAsync();
        return server;
    }

    public static Func<HttpContext, Task> Says(string text, string stop = "end_turn") =>
        async http =>
        {
            await BeginAsync(http);
            await TextAsync(http, text);
            await EndAsync(http, stop);
        };

    public static Func<HttpContext, Task> Fails(
        int status,
        string type,
        string? retryAfter = null,
        string message = "no"
    ) =>
        http =>
        {
            http.Response.StatusCode = status;
            if (retryAfter is not null)
                http.Response.Headers.RetryAfter = retryAfter;
            return http.Response.WriteAsJsonAsync(
                new
                {
                    type = "error",
                    error = new { type, message },
                    request_id = "req_x",
                }
            );
        };

    public static Func<HttpContext, Task> Html(int status) =>
        http =>
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = "text/html";
            return http.Response.WriteAsync("<html>Service Unavailable</html>");
        };

    public static Func<HttpContext, Task> SpendLimit =>
        http =>
        {
            http.Response.StatusCode = 429;
            return http.Response.WriteAsJsonAsync(
                new
                {
                    type = "error",
                    error = new
                    {
                        type = "rate_limit_error",
                        message = "limit",
                        details = new { error_code = "enforced_spend_limit_reached" },
                    },
                }
            );
        };

    /// <summary>Half a text, then the connection ends in an orderly way without its closing event.</summary>
    public static Func<HttpContext, Task> Truncated =>
        async http =>
        {
            await BeginAsync(http);
            await TextAsync(http, Usual[..20]);
        };

    public static Func<HttpContext, Task> Reset =>
        async http =>
        {
            await BeginAsync(http);
            await TextAsync(http, Usual[..20]);
            http.Abort();
        };

    public static Func<HttpContext, Task> ErrorInStream =>
        async http =>
        {
            await BeginAsync(http);
            await TextAsync(http, Usual[..20]);
            await EventAsync(
                http,
                "error",
                new { type = "error", error = new { type = "overloaded_error", message = "Overloaded" } }
            );
        };

    /// <summary>Half a text, then nothing, until the caller leaves.</summary>
    public static Func<HttpContext, Task> Stalls(TaskCompletionSource began) =>
        async http =>
        {
            await BeginAsync(http);
            await TextAsync(http, Usual[..20]);
            began.TrySetResult();
            var left = new TaskCompletionSource();
            await using var registration = http.RequestAborted.Register(() => left.TrySetResult());
            await left.Task;
        };

    /// <summary>Answers only when the gate opens.</summary>
    public static Func<HttpContext, Task> Waits(TaskCompletionSource began, Task gate) =>
        async http =>
        {
            began.TrySetResult();
            await gate.WaitAsync(http.RequestAborted);
            await Says(Usual)(http);
        };

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static Task BeginAsync(HttpContext http)
    {
        http.Features.Get<IHttpResponseBodyFeature>()!.DisableBuffering();
        http.Response.ContentType = "text/event-stream";
        return EventAsync(
            http,
            "message_start",
            new
            {
                type = "message_start",
                message = new
                {
                    id = "msg_1",
                    type = "message",
                    role = "assistant",
                    model = "claude-sonnet-5-5",
                    content = Array.Empty<object>(),
                    stop_reason = (string?)null,
                    stop_sequence = (string?)null,
                    usage = new
                    {
                        input_tokens = 100,
                        cache_read_input_tokens = 20,
                        cache_creation_input_tokens = 0,
                        output_tokens = 1,
                    },
                },
            }
        );
    }

    private static async Task TextAsync(HttpContext http, string text)
    {
        await EventAsync(
            http,
            "content_block_start",
            new
            {
                type = "content_block_start",
                index = 0,
                content_block = new { type = "text", text = "" },
            }
        );
        await EventAsync(http, "ping", new { type = "ping" });
        foreach (var chunk in text.Chunk(15))
            await EventAsync(
                http,
                "content_block_delta",
                new
                {
                    type = "content_block_delta",
                    index = 0,
                    delta = new { type = "text_delta", text = new string(chunk) },
                }
            );
    }

    private static async Task EndAsync(HttpContext http, string stop)
    {
        await EventAsync(http, "content_block_stop", new { type = "content_block_stop", index = 0 });
        await EventAsync(
            http,
            "message_delta",
            new
            {
                type = "message_delta",
                delta = new { stop_reason = stop, stop_sequence = (string?)null },
                usage = new { output_tokens = 50 },
            }
        );
        await EventAsync(http, "message_stop", new { type = "message_stop" });
    }

    private static async Task EventAsync(HttpContext http, string type, object data)
    {
        await http.Response.WriteAsync($"event: {type}\ndata: {JsonSerializer.Serialize(data)}\n\n");
        await http.Response.Body.FlushAsync();
    }
}
