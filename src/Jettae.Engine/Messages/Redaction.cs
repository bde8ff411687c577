using System.Security.Cryptography;
using System.Text;

namespace Jettae.Engine;

/// <summary>
/// What of a message only its destination may see. Delivery, signature and retry use the real values; every read shows
/// <c>REDACTED:</c> and their SHA-256 (contract §6.8). A callback carries the real values to its destination, and hides them too.
/// </summary>
/// <param name="Body">The body.</param>
/// <param name="AllHeaders">Every header's value.</param>
/// <param name="Headers">These headers' values, by name in any case.</param>
public sealed record Redaction(bool Body, bool AllHeaders, IReadOnlyList<string> Headers)
{
    private static readonly string[] Containers = ["header", "headers"];

    /// <summary>Reads <c>body, header[Authorization]</c>.</summary>
    /// <exception cref="RejectedException">A field has no such form.</exception>
    public static Redaction? Parse(string text)
    {
        var (body, all, headers) = (false, false, new List<string>());
        foreach (var field in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (field.Equals("body", StringComparison.OrdinalIgnoreCase))
                body = true;
            else if (Containers.Contains(field, StringComparer.OrdinalIgnoreCase))
                all = true;
            else if (Named(field) is { } name)
                headers.Add(name);
            else
                throw new RejectedException(
                    400,
                    "Upstash-Redact-Fields must list body, header or header[Name], by comma; "
                        + $"received '{MessageHeaders.Shortened(field)}'"
                );
        }
        return body || all || headers.Count > 0 ? new Redaction(body, all, headers) : null;
    }

    /// <summary>What a callback hides: its body holds all that its message hid, and its headers may bear the same names.</summary>
    public static Redaction? OfCallback(Redaction? own, Redaction? source) =>
        source is null ? own : OfEither(own, source)! with { Body = true };

    /// <summary>What one of them hides, or the other.</summary>
    public static Redaction? OfEither(Redaction? one, Redaction? other) =>
        one is null || other is null
            ? one ?? other
            : new(
                one.Body || other.Body,
                one.AllHeaders || other.AllHeaders,
                [.. one.Headers.Union(other.Headers, StringComparer.OrdinalIgnoreCase)]
            );

    public bool Hides(string header) => AllHeaders || Headers.Contains(header, StringComparer.OrdinalIgnoreCase);

    public static string Hash(ReadOnlySpan<byte> value) =>
        "REDACTED:" + Convert.ToHexStringLower(SHA256.HashData(value));

    public static string Hash(string value) => Hash(Encoding.UTF8.GetBytes(value));

    private static string? Named(string field) =>
        field.EndsWith(']')
        && field.IndexOf('[', StringComparison.Ordinal) is > 0 and var open
        && Containers.Contains(field[..open], StringComparer.OrdinalIgnoreCase)
        && field[(open + 1)..^1].Trim() is { Length: > 0 } name
            ? name
            : null;
}
