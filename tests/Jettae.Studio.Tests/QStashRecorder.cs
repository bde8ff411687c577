using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Jettae.Studio.Tests;

/// <summary>A message as the recorder took it.</summary>
internal sealed record Booked(string Id, string Destination, Dictionary<string, string> Headers, string Body)
{
    /// <summary>When it is to be delivered; the beginning of time when that is at once.</summary>
    public DateTimeOffset NotBefore =>
        Headers.TryGetValue("Upstash-Not-Before", out var at)
            ? DateTimeOffset.FromUnixTimeSeconds(long.Parse(at, CultureInfo.InvariantCulture))
            : DateTimeOffset.MinValue;
}

/// <summary>A small QStash: takes messages, deduplicates, forgets on demand. The test delivers them itself.</summary>
internal sealed class QStashRecorder : IAsyncDisposable
{
    public const string CurrentKey = "sig_current_key_of_the_tests_000";
    public const string NextKey = "sig_next_key_of_the_tests_000000";

    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, string> byDeduplication = new();
    private int count;

    private QStashRecorder(WebApplication app) => this.app = app;

    public ConcurrentDictionary<string, Booked> Messages { get; } = new();
    public ConcurrentQueue<string> Cancelled { get; } = new();

    /// <summary>The paths of all calls.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();
    public Uri Url => new(app.Urls.First());

    /// <summary>What it answers when it is asked for its signing keys.</summary>
    public (string Current, string Next) Keys { get; set; } = (CurrentKey, NextKey);

    /// <summary>While set, every call is answered with this status.</summary>
    public int? Failing { get; set; }

    public static async Task<QStashRecorder> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var recorder = new QStashRecorder(app);
        app.Run(recorder.HandleAsync);
        await app.StartAsync();
        return recorder;
    }

    public static string Sign(
        string key,
        string url,
        string body,
        DateTimeOffset now,
        int validFor = 300,
        string issuer = "Upstash"
    )
    {
        var header = Base64Url("""{"alg":"HS256","typ":"JWT"}"""u8);
        var claims = JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                iss = issuer,
                sub = url,
                exp = now.ToUnixTimeSeconds() + validFor,
                nbf = 0,
                iat = now.ToUnixTimeSeconds() - 1,
                jti = "jwt_test",
                body = Base64Url(SHA256.HashData(Encoding.UTF8.GetBytes(body))),
            }
        );
        var signed = $"{header}.{Base64Url(claims)}";
        return $"{signed}.{Base64Url(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes(signed)))}";
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private static string Base64Url(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private async Task HandleAsync(HttpContext http)
    {
        Calls.Enqueue(http.Request.Path);
        if (Failing is { } status)
        {
            http.Response.StatusCode = status;
            await http.Response.WriteAsync("""{"error":"down"}""");
            return;
        }
        var path = http.Request.Path.Value!;
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        if (path.StartsWith("/v2/publish/", StringComparison.Ordinal))
        {
            var headers = http.Request.Headers.ToDictionary(
                each => each.Key,
                each => each.Value.ToString(),
                StringComparer.OrdinalIgnoreCase
            );
            var id = Take(path["/v2/publish/".Length..], headers, body);
            await http.Response.WriteAsJsonAsync(new { messageId = id });
        }
        else if (path == "/v2/batch")
        {
            using var batch = JsonDocument.Parse(body);
            var ids = batch.RootElement.EnumerateArray().Select(Take).Select(id => new { messageId = id }).ToList();
            await http.Response.WriteAsJsonAsync(ids);
        }
        else if (path == "/v2/keys")
            await http.Response.WriteAsJsonAsync(new { current = Keys.Current, next = Keys.Next });
        else
        {
            var id = path["/v2/messages/".Length..];
            var known = http.Request.Method == "DELETE" ? Messages.TryRemove(id, out _) : Messages.ContainsKey(id);
            if (http.Request.Method == "DELETE")
                Cancelled.Enqueue(id);
            http.Response.StatusCode = known ? 200 : 404;
            await http.Response.WriteAsJsonAsync(
                known ? (object)new { messageId = id } : new { error = "message not found" }
            );
        }
    }

    private string Take(JsonElement item)
    {
        var headers = item.GetProperty("headers")
            .EnumerateObject()
            .ToDictionary(each => each.Name, each => each.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        return Take(item.GetProperty("destination").GetString()!, headers, item.GetProperty("body").GetString()!);
    }

    private string Take(string destination, Dictionary<string, string> headers, string body)
    {
        var id = byDeduplication.GetOrAdd(
            headers["Upstash-Deduplication-Id"],
            _ => $"msg_{Interlocked.Increment(ref count)}"
        );
        Messages.TryAdd(id, new Booked(id, destination, headers, body));
        return id;
    }
}
