using System.Text.RegularExpressions;

namespace Jettae.Studio;

/// <summary>A block of an article: a heading, or a paragraph as it is.</summary>
internal sealed record ArticleBlock(bool IsHeading, string Text);

/// <summary>Recognises an article's headings: marked ones, and short lines that stand alone and end no sentence. Pure.</summary>
internal static partial class ArticleText
{
    private const int LongestHeading = 60;
    private const string EndsSentence = ".!?…。,，:;\"”’)";

    public static IReadOnlyList<ArticleBlock> Blocks(string body)
    {
        var texts = ThreadText.Posts(body);
        return [.. texts.Select((text, n) => BlockOf(text, isLast: n == texts.Count - 1))];
    }

    private static ArticleBlock BlockOf(string text, bool isLast)
    {
        if (text.Contains('\n', StringComparison.Ordinal))
            return new(false, text);
        if (Marked().Match(text) is { Success: true } marked)
            return new(true, marked.Groups[1].Value.Trim().Trim('*'));
        var isHeading =
            !isLast
            && text.Length <= LongestHeading
            && !EndsSentence.Contains(text[^1], StringComparison.Ordinal)
            && !text.StartsWith('-')
            && !text.StartsWith('#');
        return new(isHeading, text);
    }

    [GeneratedRegex(@"^#{1,6}\s+(.+)$")]
    private static partial Regex Marked();
}
