using System.Globalization;
using System.Text.RegularExpressions;

namespace Jettae.Studio;

/// <summary>A thread for X: posts, each within the limit, stored one after the other with a blank line between.</summary>
public static partial class ThreadText
{
    /// <summary>More posts than this nobody reads.</summary>
    public const int MostPosts = 25;

    public static IReadOnlyList<string> Posts(string body) =>
        [.. Break().Split(body).Select(post => post.Trim()).Where(post => post.Length > 0)];

    /// <summary>
    /// Splits what is too long: at a paragraph, else a sentence, else a clause, else a word; never inside a word, a link, a
    /// hashtag or a character. A single word that is longer than a post stays whole, and fails the check that follows.
    /// </summary>
    public static string Split(string text, int limit = XText.Limit) =>
        string.Join("\n\n", Posts(text).SelectMany(paragraph => SplitOne(paragraph, limit)));

    private static IEnumerable<string> SplitOne(string paragraph, int limit)
    {
        var rest = paragraph;
        while (XText.Length(rest) > limit)
        {
            var cut = BestCut(rest, limit);
            if (cut <= 0)
                break;
            yield return rest[..cut].TrimEnd();
            rest = rest[cut..].TrimStart();
        }
        if (rest.Length > 0)
            yield return rest;
    }

    private static int BestCut(string text, int limit)
    {
        var blanks = Blank().Matches(text).Select(match => match.Index).Where(at => at > 0).ToList();
        var fitting = blanks.TakeWhile(at => XText.Length(text[..at]) <= limit).ToList();
        if (fitting.Count == 0)
            return blanks.Count > 0 ? blanks[0] : 0;
        // A break near the end of the room reads better than a perfect one that leaves a stump.
        var half = fitting[^1] / 2;
        return Last(at => text[at] == '\n')
            ?? Last(at => ".!?。！？".Contains(text[at - 1], StringComparison.Ordinal))
            ?? Last(at => ",;:、，".Contains(text[at - 1], StringComparison.Ordinal))
            ?? fitting[^1];

        int? Last(Func<int, bool> isGood) =>
            fitting.Where(at => at >= half && isGood(at)).Select(at => (int?)at).LastOrDefault();
    }

    /// <summary>How many user-perceived characters; for platforms that count so.</summary>
    internal static int Characters(string text) => new StringInfo(text).LengthInTextElements;

    [GeneratedRegex(@"(?:\r?\n[ \t]*){2,}")]
    private static partial Regex Break();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blank();
}
