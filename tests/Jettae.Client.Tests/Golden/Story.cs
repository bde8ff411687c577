using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Jettae.Client.Tests.Golden;

/// <summary>A QStash that expects exactly the requests of one golden conversation, and gives its answers.</summary>
internal sealed partial class Story : HttpMessageHandler
{
    public const string Ms = "1767571200000";
    public static readonly DateTimeOffset Instant = DateTimeOffset.FromUnixTimeMilliseconds(1_767_571_200_000);

    private readonly Queue<JsonNode> exchanges;

    private Story(string json) =>
        exchanges = new(JsonNode.Parse(json)!.AsArray().OfType<JsonNode>().Where(each => each["raw"] is null));

    public static string[] Names { get; } =
    [.. Directory.GetFiles(Folder, "*.json").Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "golden");

    public static Story Read(string name)
    {
        var json = File.ReadAllText(Path.Combine(Folder, name + ".json"));
        json = json.Replace("\"{ms}\"", Ms, StringComparison.Ordinal).Replace("{any}", "any", StringComparison.Ordinal);
        return new Story(Token().Replace(json, "$1_$2"));
    }

    public QStashClient Client(string token = "t0ken") =>
        new(new HttpClient(this), new QStashOptions { Url = new Uri("https://qstash.example/"), Token = token });

    public void IsTold() => Assert.Empty(exchanges.Select(each => (string)each["operation"]!));

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancel)
    {
        Assert.True(exchanges.TryDequeue(out var exchange), $"not told: {message.Method} {message.RequestUri}");
        var (what, request) = ((string)exchange["operation"]!, exchange["request"]!);
        Assert.Equal(
            $"{what}: {(string)request["method"]!} {(string)request["path"]!}",
            $"{what}: {message.Method} {message.RequestUri!.PathAndQuery}"
        );
        CheckHeaders(what, request["headers"] as JsonObject ?? [], message);
        await CheckBodyAsync(what, request, message, cancel);
        var answer = exchange["response"]!;
        return new HttpResponseMessage((HttpStatusCode)(int)answer["status"]!)
        {
            Content = new StringContent(answer["body"]?.ToJsonString() ?? ""),
        };
    }

    private static void CheckHeaders(string what, JsonObject expected, HttpRequestMessage message)
    {
        var sent = message
            .Headers.Where(pair =>
                pair.Key.StartsWith("Upstash-", StringComparison.Ordinal) || expected.ContainsKey(pair.Key)
            )
            .Concat(message.Content?.Headers.Where(pair => expected.ContainsKey(pair.Key)) ?? [])
            .Select(pair => $"{pair.Key}: {Assert.Single(pair.Value)}")
            .Order(StringComparer.Ordinal);
        var listed = expected.Select(pair => $"{pair.Key}: {(string)pair.Value!}").Order(StringComparer.Ordinal);
        Assert.Equal($"{what}\n{string.Join('\n', listed)}", $"{what}\n{string.Join('\n', sent)}");
        if (!expected.ContainsKey("Authorization"))
            Assert.Equal("Bearer t0ken", message.Headers.Authorization!.ToString());
    }

    private static async Task CheckBodyAsync(
        string what,
        JsonNode request,
        HttpRequestMessage message,
        CancellationToken cancel
    )
    {
        var sent = message.Content is null ? [] : await message.Content.ReadAsByteArrayAsync(cancel);
        var type = message.Content?.Headers.ContentType?.ToString();
        switch (request["body"])
        {
            case null:
                Assert.Empty(sent);
                break;
            case JsonValue text:
                Assert.Equal((string)text!, Encoding.UTF8.GetString(sent));
                Assert.Equal((string?)request["headers"]?["Content-Type"], type);
                break;
            case { } json:
                Assert.Equal("application/json", type);
                Assert.True(
                    JsonNode.DeepEquals(json, JsonNode.Parse(sent)),
                    $"{what}: {Encoding.UTF8.GetString(sent)}"
                );
                break;
        }
    }

    [GeneratedRegex(@"\{(msg|scd|dlq):(\d+)\}")]
    private static partial Regex Token();
}
