using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Jettae.Client.Tests;

public sealed class QStashClientTests : IAsyncLifetime
{
    private readonly List<(string Line, Dictionary<string, string> Headers, string Body)> asked = [];
    private readonly HttpClient http = new();
    private WebApplication server = null!;
    private (int Status, string Body) answer = (200, "{\"messageId\":\"msg_1\"}");

    private QStashClient Client =>
        new(http, new QStashOptions { Url = new Uri(server.Urls.Single()), Token = "t0ken" });

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        server = builder.Build();
        server.Run(async context =>
        {
            using var reader = new StreamReader(context.Request.Body);
            var target = context.Features.Get<IHttpRequestFeature>()!.RawTarget;
            asked.Add(
                (
                    $"{context.Request.Method} {target}",
                    context.Request.Headers.ToDictionary(
                        pair => pair.Key,
                        pair => pair.Value.ToString(),
                        StringComparer.OrdinalIgnoreCase
                    ),
                    await reader.ReadToEndAsync()
                )
            );
            context.Response.StatusCode = answer.Status;
            context.Response.Headers.RetryAfter = "7";
            await context.Response.WriteAsync(answer.Body);
        });
        await server.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task A_publish_says_everything_in_headers_and_keeps_the_destination_byte_for_byte()
    {
        var result = await Client.PublishAsync(
            new PublishRequest
            {
                Destination = "https://me.example/a/../b/%41?q=%41",
                Body = "hello"u8.ToArray(),
                ContentType = "text/plain",
                NotBefore = DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_001),
                Retries = 0,
                RetryDelay = "1000 * retried",
                Timeout = TimeSpan.FromMilliseconds(1_500),
                Method = HttpMethod.Put,
                Callback = "https://me.example/cb",
                FailureCallback = "https://me.example/fcb",
                DeduplicationId = "d",
                ContentBasedDeduplication = true,
                Labels = ["a", "b"],
                Headers = new Dictionary<string, string> { ["My-Header"] = "v" },
            },
            Cancel
        );
        Assert.Equal("msg_1", result.MessageId);
        Assert.False(result.Deduplicated);
        var (line, headers, body) = Assert.Single(asked);
        Assert.Equal("POST /v2/publish/https://me.example/a/../b/%41?q=%41", line);
        Assert.Equal("hello", body);
        var expected = new Dictionary<string, string>
        {
            ["Authorization"] = "Bearer t0ken",
            ["Content-Type"] = "text/plain",
            ["Upstash-Method"] = "PUT",
            ["Upstash-Not-Before"] = "1700000001",
            ["Upstash-Retries"] = "0",
            ["Upstash-Retry-Delay"] = "1000 * retried",
            ["Upstash-Timeout"] = "2s",
            ["Upstash-Callback"] = "https://me.example/cb",
            ["Upstash-Failure-Callback"] = "https://me.example/fcb",
            ["Upstash-Deduplication-Id"] = "d",
            ["Upstash-Content-Based-Deduplication"] = "true",
            ["Upstash-Label"] = "a,b",
            ["Upstash-Forward-My-Header"] = "v",
        };
        Assert.All(expected, pair => Assert.Equal(pair.Value, headers[pair.Key]));
    }

    public static TheoryData<QStashApi, string, string, string> Apis =>
        new()
        {
            { QStashApi.Named("llm"), "api/llm", "Upstash-Callback", "https://me.example/said" },
            {
                QStashApi.OpenAi("key", "org"),
                "https://api.openai.com/v1/chat/completions",
                "Upstash-Forward-OpenAI-Organization",
                "org"
            },
            { QStashApi.Anthropic("key"), "https://api.anthropic.com/v1/messages", "Upstash-Forward-x-api-key", "key" },
            {
                QStashApi.Llm("https://llm.example/", "key"),
                "https://llm.example/v1/chat/completions",
                "Upstash-Forward-Authorization",
                "Bearer key"
            },
            { QStashApi.Resend("key"), "https://api.resend.com/emails", "Upstash-Forward-Authorization", "Bearer key" },
            {
                QStashApi.Resend("key", batch: true),
                "https://api.resend.com/emails/batch",
                "Upstash-Forward-Authorization",
                "Bearer key"
            },
        };

    [Theory]
    [MemberData(nameof(Apis), DisableDiscoveryEnumeration = true)]
    public async Task A_message_to_an_api_goes_where_that_is_with_what_it_asks_for(
        QStashApi api,
        string destination,
        string header,
        string value
    )
    {
        var request = api.Json(new { model = "m" }) with { Callback = "https://me.example/said" };
        await Client.PublishAsync(request, Cancel);
        var (line, headers, body) = Assert.Single(asked);
        Assert.Equal("POST /v2/publish/" + destination, line);
        Assert.Equal(value, headers[header]);
        Assert.Equal("Bearer t0ken", headers["Authorization"]);
        Assert.Equal("""{"model":"m"}""", body);
        // What QStash shows of the message does not show the provider's key.
        var secret = headers.Keys.SingleOrDefault(name => headers[name].EndsWith("key", StringComparison.Ordinal));
        Assert.Equal(
            secret is null ? null : $"header[{secret["Upstash-Forward-".Length..]}]",
            headers.GetValueOrDefault("Upstash-Redact-Fields")
        );
    }

    [Fact]
    public async Task The_token_of_an_api_goes_along_and_stays_hidden_whatever_else_is_said()
    {
        var request = QStashApi.OpenAi("key").Json(new { model = "m" });
        await Client.PublishAsync(
            request with
            {
                Headers = new Dictionary<string, string> { ["X-Own"] = "1" },
                Redact = new Redaction { Body = true, HeaderNames = ["x-own"] },
            },
            Cancel
        );
        var headers = Assert.Single(asked).Headers;
        Assert.Equal("Bearer key", headers["Upstash-Forward-Authorization"]);
        Assert.Equal("1", headers["Upstash-Forward-X-Own"]);
        Assert.Equal("body,header[x-own],header[Authorization]", headers["Upstash-Redact-Fields"]);

        var all = request with { Redact = new Redaction { Headers = true } };
        await Client.PublishAsync(all, Cancel);
        Assert.Equal("header", asked[^1].Headers["Upstash-Redact-Fields"]);
        // Whoever has a token of their own for this one message says it.
        var other = request with
        {
            Headers = new Dictionary<string, string> { ["authorization"] = "Bearer other" },
        };
        await Client.PublishAsync(other, Cancel);
        Assert.Equal(
            ["Bearer other"],
            asked[^1]
                .Headers.Where(each => each.Key.StartsWith("Upstash-Forward-", StringComparison.Ordinal))
                .Select(each => each.Value)
        );
        Assert.Equal("header[Authorization]", asked[^1].Headers["Upstash-Redact-Fields"]);
    }

    [Fact]
    public async Task A_batch_is_one_call_with_the_settings_of_each()
    {
        answer = (200, "[{\"messageId\":\"msg_1\"},{\"messageId\":\"msg_2\",\"deduplicated\":true}]");
        var results = await Client.BatchAsync(
            [
                new PublishRequest
                {
                    Destination = "https://a.example",
                    Body = Encoding.UTF8.GetBytes("안녕"),
                    Delay = TimeSpan.FromSeconds(3),
                },
                new PublishRequest { Destination = "https://b.example" },
            ],
            Cancel
        );
        Assert.Equal(
            [("msg_1", false), ("msg_2", true)],
            results.Select(result => (result.MessageId, result.Deduplicated))
        );
        var items = JsonNode.Parse(Assert.Single(asked).Body)!.AsArray();
        Assert.Equal("안녕", (string)items[0]!["body"]!);
        Assert.Equal("3s", (string)items[0]!["headers"]!["Upstash-Delay"]!);
        Assert.Equal("https://b.example", (string)items[1]!["destination"]!);
    }

    [Fact]
    public async Task What_is_gone_is_null_or_false_not_an_exception()
    {
        answer = (404, "{\"error\":\"message msg_1 not found\"}");
        Assert.Null(await Client.Messages.GetAsync("msg_1", Cancel));
        Assert.False(await Client.Messages.CancelAsync("msg_1", Cancel));
        Assert.False(await Client.DeadLetters.DeleteAsync("1-1", Cancel));
    }

    [Fact]
    public async Task A_refusal_carries_status_words_and_wait_and_never_the_token()
    {
        answer = (429, "{\"error\":\"slow down\"}");
        var refusal = await Assert.ThrowsAsync<QStashException>(() =>
            Client.PublishAsync(new PublishRequest { Destination = "https://a.example" }, Cancel)
        );
        Assert.Equal(HttpStatusCode.TooManyRequests, refusal.Status);
        Assert.Equal(TimeSpan.FromSeconds(7), refusal.RetryAfter);
        Assert.Contains("slow down", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("t0ken", refusal.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, "<html>")]
    [InlineData(502, "<html>")]
    public async Task An_answer_that_is_not_qstashs_is_said_to_be_so(int status, string body)
    {
        answer = (status, body);
        await Assert.ThrowsAsync<QStashException>(() => Client.GetKeysAsync(Cancel));
    }

    [Fact]
    public async Task A_qstash_that_is_not_there_is_a_failure_without_a_status()
    {
        var nowhere = new QStashClient(
            http,
            new QStashOptions { Url = new Uri("http://127.0.0.1:1"), Token = "t0ken" }
        );
        var failure = await Assert.ThrowsAsync<QStashException>(() => nowhere.GetKeysAsync(Cancel));
        Assert.Null(failure.Status);
    }
}
