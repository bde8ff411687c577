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
    /// Every paragraph is a post. What is too long is split at a line, else a sentence, else a clause, else a word; never
    /// inside a word, a link, a hashtag, a number with its unit or a character. Only a word that alone is longer than a post is
    /// torn, between two characters. Links and hashtags at the very end stay together, in the last post.
    /// </summary>
    /// <param name="text">The thread, or one long text.</param>
    /// <param name="limit">The most that one post may count, its number included.</param>
    /// <param name="numbered">Ends each post with its number and their count, like <c>1/7</c>; a single post gets none.</param>
    public static string Split(string text, int limit = XText.Limit, bool numbered = false)
    {
        var posts = Packed(numbered ? WithoutNumbers(Posts(text)) : Posts(text), limit);
        if (numbered && posts.Count > 1)
        {
            var digits = 0;
            while (Digits(posts.Count) > digits)
                posts = Packed(WithoutNumbers(Posts(text)), limit - 2 * (digits = Digits(posts.Count)) - 2);
            posts = [.. posts.Select((post, at) => $"{post} {at + 1}/{posts.Count}")];
        }
        return string.Join("\n\n", posts);
    }

    private static List<string> Packed(IReadOnlyList<string> paragraphs, int room)
    {
        var posts = paragraphs
            .SelectMany((paragraph, at) => ThreadWords.Pack(paragraph, room, isLast: at == paragraphs.Count - 1))
            .ToList();
        while (
            posts.Count > 1
            && ThreadWords.IsTail(posts[^1])
            && XText.Length(posts[^2]) + 1 + XText.Length(posts[^1]) <= room
        )
        {
            posts[^2] += "\n" + posts[^1];
            posts.RemoveAt(posts.Count - 1);
        }
        return posts;
    }

    /// <summary>A thread that already is numbered all through is not numbered twice.</summary>
    private static IReadOnlyList<string> WithoutNumbers(IReadOnlyList<string> posts)
    {
        var numbers = posts.Select(post => Number().Match(post)).ToList();
        return
            posts.Count > 1
            && numbers.Select((number, at) => number.Value.Trim() == $"{at + 1}/{posts.Count}").All(isOwn => isOwn)
            ? [.. posts.Select((post, at) => post[..numbers[at].Index])]
            : posts;
    }

    private static int Digits(int count) => count.ToString(CultureInfo.InvariantCulture).Length;

    /// <summary>How many user-perceived characters; for platforms that count so.</summary>
    internal static int Characters(string text) => new StringInfo(text).LengthInTextElements;

    [GeneratedRegex(@"(?:\r?\n[^\S\n]*){2,}")]
    private static partial Regex Break();

    [GeneratedRegex(@"\s[0-9]{1,3}/[0-9]{1,3}\z")]
    private static partial Regex Number();
}
