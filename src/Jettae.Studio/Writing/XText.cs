using System.Globalization;
using System.Text;

namespace Jettae.Studio;

/// <summary>
/// Length as X counts it (twitter-text v3): after NFC, Latin and some punctuation weigh 1, all else 2, an emoji of whatever
/// length 2, a link 23.
/// </summary>
public static class XText
{
    public const int Limit = 280;
    private const int LinkWeight = 23;

    public static int Length(string text)
    {
        var mayHaveLink = text.Contains('.', StringComparison.Ordinal);
        if (!mayHaveLink && Ascii.IsValid(text))
            return text.Length;
        var normal = Valid(text).Normalize(NormalizationForm.FormC);
        if (!mayHaveLink)
            return WithoutLinks(normal);
        var (length, from) = (0, 0);
        foreach (var link in XLinks.In(normal))
        {
            length += WithoutLinks(normal[from..link.Start.Value]) + LinkWeight;
            from = link.End.Value;
        }
        return length + WithoutLinks(normal[from..]);
    }

    /// <summary>Half a character, which no normal form knows, becomes the replacement character.</summary>
    private static string Valid(string text) =>
        text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF')
            ? string.Concat(text.EnumerateRunes().Select(rune => rune.ToString()))
            : text;

    private static int WithoutLinks(string text)
    {
        var length = 0;
        for (var at = 0; at < text.Length; )
        {
            var size = StringInfo.GetNextTextElementLength(text, at);
            length += Weight(text.AsSpan(at, size));
            at += size;
        }
        return length;
    }

    private static int Weight(ReadOnlySpan<char> cluster)
    {
        if (IsEmoji(cluster))
            return 2;
        var weight = 0;
        foreach (var rune in cluster.EnumerateRunes())
            weight += Weight(rune.Value);
        return weight;
    }

    private static int Weight(int rune) =>
        rune is <= 0x10FF or (>= 0x2000 and <= 0x200D) or (>= 0x2010 and <= 0x201F) or (>= 0x2032 and <= 0x2037)
            ? 1
            : 2;

    private static bool IsEmoji(ReadOnlySpan<char> cluster)
    {
        Rune.DecodeFromUtf16(cluster, out var first, out _);
        return first.Value switch
        {
            >= 0x1F000 and <= 0x1FAFF => true,
            '#' or '*' or (>= '0' and <= '9') => cluster.Contains('\u20E3'),
            0x200D => false,
            >= 0xA9 and <= 0x3299 => cluster.Contains('\uFE0F') || cluster.Contains('\u200D'),
            _ => false,
        };
    }
}
