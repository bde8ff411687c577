using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Jettae.Studio.Tests;

/// <summary>Chat completions as Ollama, vLLM and LM Studio answer them: whole or as a stream.</summary>
internal sealed class OpenAiLike : IAsyncDisposable
{
    private readonly WebApplication app;

    private OpenAiLike(WebApplication app) => this.app = app;

    /// <summary>What it answers with from now on; 200 for the text.</summary>
    public int Status { get; set; } = 200;
    public string Url => app.Urls.First();

    public static async Task<OpenAiLike> StartAsync(string text)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new OpenAiLike(app);
        app.Run(http => server.AnswerAsync(http, text));
        await app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task AnswerAsync(HttpContext http, string text)
    {
        var asked = await JsonNode.ParseAsync(http.Request.Body);
        if (Status != 200 || http.Request.Path != "/v1/chat/completions")
        {
            http.Response.StatusCode = Status == 200 ? 404 : Status;
            await http.Response.WriteAsJsonAsync(
                new { error = new { message = "no", type = "invalid_request_error" } }
            );
            return;
        }
        if ((bool?)asked!["stream"] != true)
        {
            await http.Response.WriteAsJsonAsync(
                Chunk("chat.completion", new { role = "assistant", content = text }, null, "stop")
            );
            return;
        }
        http.Response.ContentType = "text/event-stream";
        foreach (var part in text.Chunk(5))
            await EventAsync(http, Chunk("chat.completion.chunk", null, new { content = new string(part) }, null));
        await EventAsync(http, Chunk("chat.completion.chunk", null, new { }, "stop"));
        await http.Response.WriteAsync("data: [DONE]\n\n");
    }

    private static object Chunk(string kind, object? message, object? delta, string? finish)
    {
        var choice = new JsonObject { ["index"] = 0, ["finish_reason"] = finish };
        choice[message is null ? "delta" : "message"] = JsonSerializer.SerializeToNode(message ?? delta);
        return new
        {
            id = "chatcmpl-1",
            @object = kind,
            created = 1,
            model = "llama3",
            choices = new[] { choice },
            usage = new
            {
                prompt_tokens = 10,
                completion_tokens = 5,
                total_tokens = 15,
            },
        };
    }

    private static async Task EventAsync(HttpContext http, object data) =>
        await http.Response.WriteAsync($"data: {JsonSerializer.Serialize(data)}\n\n");
}
