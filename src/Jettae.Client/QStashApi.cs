using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Serialization.Metadata;

namespace Jettae.Client;

/// <summary>
/// An API to publish to: a provider of language models or e-mail with its address and your token, or one that QStash knows by name.
/// The answer of a language model goes to <see cref="DeliverySettings.Callback"/>: say one. Your token goes along and is hidden
/// in what QStash shows of the message, beside whatever headers and <see cref="DeliverySettings.Redact"/> say of their own.
/// </summary>
public sealed class QStashApi
{
    private readonly string destination;

    private QStashApi(string destination, Dictionary<string, string> headers, string? secret = null)
    {
        (this.destination, Headers) = (destination, headers);
        Hidden = secret is null ? null : new Redaction { HeaderNames = [secret] };
    }

    /// <summary>What the API is told with every message.</summary>
    internal Dictionary<string, string> Headers { get; }

    /// <summary>Where among them the token is.</summary>
    internal Redaction? Hidden { get; }

    /// <summary>The API that QStash itself knows by this name: <c>llm</c> is <c>api/llm</c>. It needs a callback.</summary>
    /// <example><code>
    /// await qstash.PublishAsync(QStashApi.Named("llm").Json(chat, MyJson.Default.Chat) with { Callback = "https://me.example/said" });
    /// </code></example>
    public static QStashApi Named(string name) => new($"api/{name}", []);

    /// <summary>OpenAI's chat completions.</summary>
    /// <example><code>
    /// await qstash.PublishAsync(QStashApi.OpenAi(key).Json(chat, MyJson.Default.Chat) with
    /// {
    ///     Callback = "https://me.example/said",
    /// });
    /// </code></example>
    public static QStashApi OpenAi(string token, string? organization = null)
    {
        var api = Llm("https://api.openai.com", token);
        if (organization is not null)
            api.Headers["OpenAI-Organization"] = organization;
        return api;
    }

    /// <summary>Anthropic's messages.</summary>
    /// <example><code>
    /// await qstash.PublishAsync(QStashApi.Anthropic(key).Json(chat, MyJson.Default.Chat) with
    /// {
    ///     Callback = "https://me.example/said",
    /// });
    /// </code></example>
    public static QStashApi Anthropic(string token) =>
        new(
            "https://api.anthropic.com/v1/messages",
            new() { ["x-api-key"] = token, ["anthropic-version"] = "2023-06-01" },
            "x-api-key"
        );

    /// <summary>Any provider that answers chat completions as OpenAI does.</summary>
    /// <param name="baseUrl">Its address, before <c>/v1/chat/completions</c>.</param>
    /// <param name="token">Its bearer token.</param>
    /// <example><code>
    /// await qstash.PublishAsync(QStashApi.Llm("https://llm.me.example", key).Json(chat, MyJson.Default.Chat) with
    /// {
    ///     Callback = "https://me.example/said",
    /// });
    /// </code></example>
    public static QStashApi Llm(string baseUrl, string token) =>
        new($"{baseUrl.TrimEnd('/')}/v1/chat/completions", Bearer(token), "Authorization");

    /// <summary>E-mail through Resend.</summary>
    /// <param name="token">Its bearer token.</param>
    /// <param name="batch">The body is a list of mails.</param>
    /// <example><code>
    /// await qstash.PublishAsync(QStashApi.Resend(key).Json(new { from = "me@me.example", to = "you@you.example", subject = "hi", text = "hello" }));
    /// </code></example>
    public static QStashApi Resend(string token, bool batch = false) =>
        new(
            batch ? "https://api.resend.com/emails/batch" : "https://api.resend.com/emails",
            Bearer(token),
            "Authorization"
        );

    /// <summary>A message to it, with a JSON body as the API wants it.</summary>
    /// <example><code>var asked = QStashApi.OpenAi(key).Json(chat, MyJson.Default.Chat) with { Callback = "https://me.example/said" };</code></example>
    public PublishRequest Json<T>(T body, JsonTypeInfo<T> type) =>
        PublishRequest.Json(destination, body, type) with
        {
            Api = this,
        };

    /// <summary>A message to it, its JSON written with reflection; trimmed and native programs take the other one.</summary>
    /// <example><code>
    /// var asked = QStashApi.OpenAi(key).Json(new { model = "gpt-5", messages = new[] { new { role = "user", content = "hi" } } });
    /// </code></example>
    [RequiresUnreferencedCode("Pass a JsonTypeInfo where the program is trimmed.")]
    [RequiresDynamicCode("Pass a JsonTypeInfo where the program is compiled ahead of time.")]
    public PublishRequest Json<T>(T body) => PublishRequest.Json(destination, body) with { Api = this };

    private static Dictionary<string, string> Bearer(string token) => new() { ["Authorization"] = $"Bearer {token}" };
}
