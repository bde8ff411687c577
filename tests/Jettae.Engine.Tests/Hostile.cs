using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using CsCheck;

namespace Jettae.Engine.Tests;

/// <summary>What a hostile publisher makes of what an honest one sends.</summary>
internal static class Hostile
{
    /// <summary>What parsers stumble over.</summary>
    private static readonly string[] Pieces =
    [
        "",
        " ",
        "\t",
        ",",
        ";",
        ":",
        "=",
        "/",
        "//",
        "..",
        "%",
        "%00",
        "%0d%0a",
        "%2f",
        "%ff",
        "%ed%a0%80",
        "?",
        "&",
        "#",
        "@",
        "[",
        "]",
        "{",
        "}",
        "(",
        ")",
        "\"",
        "\\",
        "'",
        "-",
        "--",
        "+",
        "*",
        "0",
        "-1",
        "1e999",
        "1e-999",
        "NaN",
        "Infinity",
        "99999999999999999999",
        "9223372036854775807",
        "-9223372036854775808",
        "2147483648",
        "0x10",
        "٣",
        "１",
        "İ",
        "ß",
        "제때",
        "\u202e",
        "\ufeff",
        "\u0000",
        "\u0085",
        "\r\n",
        "\ud83d\ude00",
        "null",
        "true",
        "[]",
        "{}",
        "\\ud800",
        "' or 1=1 --",
    ];

    /// <summary>One of the seeds after a few cuts, insertions and repeats.</summary>
    public static Gen<string> Of(params string[] seeds) =>
        Gen.Select(Gen.OneOf(seeds), Step.Array[0, 4]).Select((seed, steps) => steps.Aggregate(seed, Apply));

    /// <summary>The same on bytes: UTF-8 does not survive it.</summary>
    public static Gen<byte[]> BytesOf(params string[] seeds) =>
        Gen.Select(Of(seeds), Gen.Select(Gen.Int[0, 10_000], Gen.Byte).Array[0, 2])
            .Select(
                (text, changes) =>
                {
                    var bytes = Encoding.UTF8.GetBytes(text);
                    foreach (var (at, value) in changes)
                        if (bytes.Length > 0)
                            bytes[at % bytes.Length] = value;
                    return bytes;
                }
            );

    private static readonly Gen<(int Kind, int At, int Length, string Piece)> Step = Gen.Select(
        Gen.Int[0, 3],
        Gen.Int[0, 10_000],
        Gen.Int[1, 12],
        Gen.OneOf(Pieces)
    );

    private static string Apply(string text, (int Kind, int At, int Length, string Piece) step)
    {
        var at = step.At % (text.Length + 1);
        var length = Math.Min(step.Length, text.Length - at);
        return step.Kind switch
        {
            0 => text.Remove(at, length),
            1 => text.Insert(at, step.Piece),
            2 => text.Remove(at, length).Insert(at, step.Piece),
            _ => text.Insert(at, string.Concat(Enumerable.Repeat(text.Substring(at, length), step.Length))),
        };
    }

    /// <summary>Sends bytes as they are and reads the answer to its end.</summary>
    public static async Task<(int Status, string Head, string Body)> SendAsync(
        EngineUnderTest engine,
        ReadOnlyMemory<byte> request
    )
    {
        using var bound = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", new Uri(engine.Address).Port, bound.Token);
        var stream = client.GetStream();
        using var answer = new MemoryStream();
        try
        {
            await stream.WriteAsync(request, bound.Token);
            await stream.CopyToAsync(answer, bound.Token);
        }
        catch (IOException)
        {
            // Refused before all of it was read: what was answered counts.
        }
        var text = Encoding.UTF8.GetString(answer.ToArray());
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        return text.Length < 12 || end < 0
            ? (0, "", "")
            : (int.Parse(text.AsSpan(9, 3), null), text[..end], text[(end + 4)..]);
    }

    public static byte[] Request(string method, ReadOnlySpan<byte> target, string headers, ReadOnlySpan<byte> body) =>
        [
            .. Encoding.UTF8.GetBytes(method + " "),
            .. target,
            .. Encoding.UTF8.GetBytes(
                $" HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {body.Length}\r\n{headers}\r\n"
            ),
            .. body,
        ];

    public static string Bearer => $"Authorization: Bearer {EngineUnderTest.Token}\r\n";

    /// <summary>Answered, by no accident of ours, and in JSON, except what the server refuses before we see it.</summary>
    public static void AssertCivil((int Status, string Head, string Body) answer, bool isOurs = true)
    {
        Assert.InRange(answer.Status, 200, 499);
        if (answer.Status < 400 || IsServers(answer) || (!isOurs && answer.Body.Length == 0))
            return;
        Assert.Contains("application/json", answer.Head, StringComparison.OrdinalIgnoreCase);
        Assert.NotEmpty((string)JsonNode.Parse(answer.Body)!["error"]!);
    }

    private static bool IsServers((int Status, string Head, string Body) answer) =>
        answer.Status is 400 or 413 or 414 or 431
        && answer.Body.Length == 0
        && !answer.Head.Contains("Content-Type", StringComparison.OrdinalIgnoreCase);
}
