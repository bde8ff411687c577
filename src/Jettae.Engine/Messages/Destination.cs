using System.Text;

namespace Jettae.Engine;

/// <summary>A destination is text: it is stored and signed as given, and sent byte for byte (contract App. C).</summary>
public static class Destination
{
    private const int MaxLength = 8_000;

    private static readonly UriCreationOptions Raw = new() { DangerousDisablePathAndQueryCanonicalization = true };

    /// <summary>The destination as it is kept.</summary>
    /// <exception cref="RejectedException">It cannot be called.</exception>
    public static string Parse(string text)
    {
        if (text.Length == 0)
            throw new RejectedException(400, "a non-empty destination must be provided");
        var repaired = Unfolded(text);
        if (!IsHttp(repaired))
        {
            if (repaired.TrimStart('/').StartsWith("v2/", StringComparison.OrdinalIgnoreCase))
                throw new RejectedException(404, EngineApi.WrongAddress);
            throw repaired.AsSpan().ContainsAny('/', ':')
                ? new RejectedException(
                    400,
                    "invalid destination url: endpoint has invalid scheme, add http:// or https://; "
                        + $"received '{MessageHeaders.Shortened(text)}'"
                )
                : new RejectedException(404, $"topic {MessageHeaders.Shortened(text)} not found");
        }
        if (repaired.Length > MaxLength)
            throw new RejectedException(400, $"invalid destination url: longer than {MaxLength} characters");
        if (repaired.Any(c => c <= ' ' || c == 0x7f) || ToUri(repaired) is not { Host.Length: > 0 })
            throw new RejectedException(
                400,
                $"invalid destination url: not a URL; received '{MessageHeaders.Shortened(text)}'"
            );
        return repaired;
    }

    /// <summary>What is sent: no fragment, a path, ASCII only, and otherwise untouched. Null when it is no URL.</summary>
    public static Uri? ToUri(string destination)
    {
        var text = destination.AsSpan();
        if (text.IndexOf('#') is >= 0 and var fragment)
            text = text[..fragment];
        var authority = text.IndexOf("://") + 3;
        var path = text[authority..].IndexOfAny('/', '?');
        var ascii = new StringBuilder(text.Length + 16).Append(path < 0 ? text : text[..(authority + path)]);
        if (path < 0 || text[authority + path] == '?')
            ascii.Append('/');
        if (path >= 0)
            foreach (var rune in text[(authority + path)..].EnumerateRunes())
                if (rune.IsAscii)
                    ascii.Append((char)rune.Value);
                else
                    ascii.Append(Uri.EscapeDataString(rune.ToString()));
        // Behind an IPv6 address the parser takes anything for a path.
        return
            Uri.TryCreate(ascii.ToString(), Raw, out var uri)
            && uri.Scheme is "http" or "https"
            && uri.PathAndQuery.StartsWith('/')
            ? uri
            : null;
    }

    /// <summary>Host and port as they are written: what shares a lane.</summary>
    public static string HostOf(string destination)
    {
        var authority = destination.AsSpan(destination.IndexOf("://", StringComparison.Ordinal) + 3);
        if (authority.IndexOfAny('/', '?', '#') is >= 0 and var end)
            authority = authority[..end];
        return Lower(authority[(authority.LastIndexOf('@') + 1)..]);
    }

    /// <summary>As hosts are compared: ASCII letters have no case, which is also what the databases know of it.</summary>
    internal static string Lower(ReadOnlySpan<char> host) =>
        string.Create(
            host.Length,
            host,
            (lower, given) =>
            {
                for (var i = 0; i < given.Length; i++)
                    lower[i] = char.IsAsciiLetterUpper(given[i]) ? (char)(given[i] | 0x20) : given[i];
            }
        );

    internal static bool IsHttp(string text) =>
        text.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    /// <summary>The host without its port.</summary>
    public static string NameOf(string destination)
    {
        var host = HostOf(destination);
        return host.LastIndexOf(':') is > 0 and var colon && !host.EndsWith(']') ? host[..colon] : host;
    }

    /// <summary>The path as it is written, without query and fragment; <c>/</c> where there is none.</summary>
    public static string PathOf(string destination)
    {
        var rest = destination.AsSpan(destination.IndexOf("://", StringComparison.Ordinal) + 3);
        if (rest.IndexOfAny('?', '#') is >= 0 and var end)
            rest = rest[..end];
        return rest.IndexOf('/') is >= 0 and var path ? rest[path..].ToString() : "/";
    }

    /// <summary>Some proxies fold <c>//</c> in a path to <c>/</c>.</summary>
    private static string Unfolded(string text)
    {
        foreach (var scheme in (ReadOnlySpan<string>)["http:/", "https:/"])
            if (
                text.StartsWith(scheme, StringComparison.OrdinalIgnoreCase)
                && text.Length > scheme.Length
                && text[scheme.Length] != '/'
            )
                return text.Insert(scheme.Length, "/");
        return text;
    }
}
