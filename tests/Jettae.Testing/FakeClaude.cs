using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Jettae.Testing;

/// <summary>
/// A Messages API on this machine: checks key, version and body as the real one does, answers whole or as a stream, and fails
/// as the test says. What the script does not say gets the usual text, or what is said otherwise.
/// </summary>
public sealed class FakeClaude : IAsyncDisposable
{
    public const string Key = "sk-ant-secret-of-the-tests";
    public const string Usual = "아침 10분, 가볍게 걷기만 해도 하루가 달라져요. 오늘은 딱 한 정거장만 걸어 볼까요?";
    private const string Asked = "asked";
    private const string Used = "used";
    private const string Named = "named";
    private readonly WebApplication app;

    private FakeClaude(WebApplication app) => this.app = app;

    /// <summary>What the next calls get, in order; afterwards the usual text.</summary>
    public ConcurrentQueue<Func<HttpContext, Task>> Script { get; } = new();

    /// <summary>What calls get that the script says nothing of.</summary>
    public Func<HttpContext, Task> Otherwise { get; set; } = Says(Usual);
    public ConcurrentQueue<JsonNode> Requests { get; } = new();
    public string Url => app.Urls.First();

    /// <summary>What makes a program write with it.</summary>
    public (string Name, string Value)[] Settings => [("ANTHROPIC_API_KEY", Key), ("ANTHROPIC_BASE_URL", Url)];

    public static async Task<FakeClaude> StartAsync(params Func<HttpContext, Task>[] script)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new FakeClaude(app);
        foreach (var each in script)
            server.Script.Enqueue(each);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>A whole answer.</summary>
    /// <param name="text">What it says.</param>
    /// <param name="stop">Why it ends.</param>
    /// <param name="usage">Input beside the cache, read from it and written into it, in tokens; else 100, 20 and 0.</param>
    /// <param name="thinking">Of the 50 tokens of output, thought and not shown; null: it is not told.</param>
    public static Func<HttpContext, Task> Says(
        string text,
        string stop = "end_turn",
        (int Input, int CacheRead, int CacheWrite)? usage = null,
        int? thinking = null
    ) =>
        async http =>
        {
            if (usage is not null)
                http.Items[Used] = usage;
            if (http.Items[Asked] is JsonObject { } asked && !((bool?)asked["stream"] ?? false))
            {
                await http.Response.WriteAsJsonAsync(
                    Message(http, (string)asked["model"]!, [new { type = "text", text }], stop, outputTokens: 50)
                );
                return;
            }
            await BeginAsync(http);
            await TextAsync(http, text);
            await EndAsync(http, stop, thinking);
        };

    /// <summary>The usual text, of a model and with a request id that are called as the test says.</summary>
    public static Func<HttpContext, Task> Calls(string model, string requestId) =>
        http =>
        {
            http.Items[Named] = model;
            http.Response.Headers["request-id"] = requestId;
            return Says(Usual)(http);
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

    public static Func<HttpContext, Task> Reset => Resets(Task.CompletedTask);

    /// <summary>Half a text, and the connection breaks when the gate opens: what has not been read by then is lost.</summary>
    public static Func<HttpContext, Task> Resets(Task gate) =>
        async http =>
        {
            await BeginAsync(http);
            await TextAsync(http, Usual[..20]);
            await gate.WaitAsync(http.RequestAborted);
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

    /// <summary>Half a text, and the other half when the gate opens.</summary>
    public static Func<HttpContext, Task> Pauses(Task gate) =>
        async http =>
        {
            await BeginAsync(http);
            await TextAsync(http, Usual[..20]);
            await gate.WaitAsync(http.RequestAborted);
            await DeltasAsync(http, Usual[20..]);
            await EndAsync(http, "end_turn");
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

    private async Task AnswerAsync(HttpContext http)
    {
        http.Response.Headers["request-id"] = "req_" + (Requests.Count + 1);
        if (http.Request.Method != "POST" || http.Request.Path != "/v1/messages")
        {
            await Fails(404, "not_found_error", message: $"{http.Request.Method} {http.Request.Path}")(http);
            return;
        }
        if (http.Request.Headers.Authorization != $"Bearer {Key}")
        {
            await Fails(401, "authentication_error", message: "invalid bearer token")(http);
            return;
        }
        JsonNode? body;
        try
        {
            body = await JsonNode.ParseAsync(http.Request.Body);
        }
        catch (JsonException broken)
        {
            await Fails(400, "invalid_request_error", message: broken.Message)(http);
            return;
        }
        if (http.Request.Headers["anthropic-version"].Count == 0 || Wrong(body) is not null)
        {
            var why = Wrong(body) ?? "anthropic-version: header is required";
            await Fails(400, "invalid_request_error", message: why)(http);
            return;
        }
        http.Items[Asked] = body;
        Requests.Enqueue(body!);
        await (Script.TryDequeue(out var next) ? next : Otherwise)(http);
    }

    /// <summary>The first rule of a request that this body breaks.</summary>
    private static string? Wrong(JsonNode? body) =>
        body is not JsonObject request ? "the body must be an object"
        : request["model"] is not JsonValue ? "model: Field required"
        : request["max_tokens"] is not JsonValue most || (long)most < 1 ? "max_tokens: Field required, 1 or more"
        : request["messages"] is not JsonArray { Count: > 0 } messages ? "messages: at least one message is required"
        : messages.Any(each => (string?)each?["role"] is not ("user" or "assistant")) ? "messages.role: unknown"
        : messages.Any(each => each?["content"] is null or JsonArray { Count: 0 }) ? "messages.content: Field required"
        : null;

    private static object Message(HttpContext http, string model, object[] content, string? stop, int outputTokens)
    {
        var (input, cacheRead, cacheWrite) = http.Items[Used] as (int, int, int)? ?? (100, 20, 0);
        return new
        {
            id = "msg_1",
            type = "message",
            role = "assistant",
            model,
            content,
            stop_reason = stop,
            stop_sequence = (string?)null,
            usage = new
            {
                input_tokens = input,
                cache_read_input_tokens = cacheRead,
                cache_creation_input_tokens = cacheWrite,
                output_tokens = outputTokens,
            },
        };
    }

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
                message = Message(http, http.Items[Named] as string ?? "claude-sonnet-5-5", [], null, outputTokens: 1),
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
        await DeltasAsync(http, text);
    }

    private static async Task DeltasAsync(HttpContext http, string text)
    {
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

    private static async Task EndAsync(HttpContext http, string stop, int? thinking = null)
    {
        await EventAsync(http, "content_block_stop", new { type = "content_block_stop", index = 0 });
        await EventAsync(
            http,
            "message_delta",
            new
            {
                type = "message_delta",
                delta = new { stop_reason = stop, stop_sequence = (string?)null },
                usage = new
                {
                    output_tokens = 50,
                    output_tokens_details = thinking is null ? null : new { thinking_tokens = thinking },
                },
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
