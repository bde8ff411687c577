using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Jettae.Client;

/// <summary>One request, kept apart from its message: a message cannot be sent twice.</summary>
internal sealed record Call(HttpMethod Method, string Path)
{
    // The destination inside the path must arrive byte for byte.
    private static readonly UriCreationOptions Raw = new() { DangerousDisablePathAndQueryCanonicalization = true };

    public IEnumerable<KeyValuePair<string, string>> Headers { get; init; } = [];
    public ReadOnlyMemory<byte> Body { get; init; }
    public string? ContentType { get; init; }

    public static Call Json<T>(HttpMethod method, string path, T body, JsonTypeInfo<T> type) =>
        new(method, path) { Body = JsonSerializer.SerializeToUtf8Bytes(body, type), ContentType = "application/json" };

    /// <summary>A name or id as part of the path. An empty one would turn the call for one thing into the call for all.</summary>
    public static string Segment(string id) =>
        string.IsNullOrWhiteSpace(id) || id is "." or ".."
            ? throw new ArgumentException("an id or name is needed", nameof(id))
            : Uri.EscapeDataString(id);

    /// <summary>A destination as the rest of the path: as given, but for what no request line can carry.</summary>
    public static string Destination(string destination)
    {
        var text = new StringBuilder();
        foreach (var each in Encoding.UTF8.GetBytes(destination.Split('#')[0]))
            if (each is > 0x20 and < 0x7F)
                text.Append((char)each);
            else
                text.Append(CultureInfo.InvariantCulture, $"%{each:X2}");
        return text.ToString();
    }

    public HttpRequestMessage Message(QStashOptions options)
    {
        var target = options.Url.ToString().TrimEnd('/') + Path;
        if (!Uri.TryCreate(target, Raw, out var uri))
            throw new QStashException($"the destination cannot be part of a URL: {Path}");
        var message = new HttpRequestMessage(Method, uri);
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", options.Token);
        if (!Body.IsEmpty || ContentType is not null)
            message.Content = new ReadOnlyMemoryContent(Body);
        if (ContentType is not null)
            Add(message.Content!.Headers, "Content-Type", ContentType);
        foreach (var (name, value) in Headers)
            Add(message.Headers, name, value);
        return message;
    }

    private static void Add(HttpHeaders headers, string name, string value)
    {
        if (value.AsSpan().ContainsAny('\r', '\n', '\0') || !headers.TryAddWithoutValidation(name, value))
            throw new ArgumentException($"this cannot be a header: {name}");
    }
}
