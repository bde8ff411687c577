using System.Globalization;
using System.Text.RegularExpressions;

namespace Jettae.Studio;

/// <summary>A piece as the writer gave it, brought into its form and measured.</summary>
internal sealed partial record Draft(string Title, string Body, int Length, int? Limit)
{
    private const int LongestTitle = 200;

    /// <summary>YouTube takes no longer one.</summary>
    private const int LongestVideoTitle = 100;

    /// <summary>Quotes or a code fence around the whole answer and a label before the title are taken off without a word.</summary>
    /// <param name="type">What it is to be.</param>
    /// <param name="answer">As the writer gave it.</param>
    /// <param name="numbered">The posts of a thread end with their numbers, which count for their length.</param>
    public static Draft From(ContentType type, string answer, bool numbered = false)
    {
        var text = Bare(answer.ReplaceLineEndings("\n").Trim());
        var (title, body) = ContentRules.For(type).HasTitle ? Titled(text) : ("", text);
        if (type == ContentType.Thread)
            body = ThreadText.Split(body, numbered: numbered);
        return new Draft(title.Length > 0 ? title : FirstWords(body), body, Measure(type, body), LimitOf(type));
    }

    /// <summary>The length as the piece's platform counts it: weighted for X; of a thread, its longest post.</summary>
    public static int Measure(ContentType type, string body) =>
        type switch
        {
            ContentType.XPost => XText.Length(body),
            ContentType.Thread => ThreadText.Posts(body).Select(XText.Length).DefaultIfEmpty().Max(),
            _ => ThreadText.Characters(body),
        };

    public static int? LimitOf(ContentType type) =>
        type == ContentType.Thread ? XText.Limit : ContentRules.For(type).Limit;

    /// <summary>What is wrong with it, all in one; null when it is fit. See <see cref="Faults"/>.</summary>
    public Word? Fault(ContentType type, string language, params IEnumerable<string> bannedWords) =>
        Faults(type, language, bannedWords) is { Count: > 0 } faults ? Word.Lines(faults) : null;

    /// <summary>What is wrong with it, in words that the writer can act on; empty when it is fit.</summary>
    public IReadOnlyList<Word> Faults(ContentType type, string language, params IEnumerable<string> bannedWords) =>
        Body.Length == 0
            ? [new("글이 비어 있어요.", "The text is empty.")]
            : [.. LengthFaults(type), .. LanguageFaults(language), .. DraftFaults.In(type, Title, Body, bannedWords)];

    private IEnumerable<Word> LengthFaults(ContentType type)
    {
        if (Length > Limit)
            yield return new(
                $"글이 플랫폼의 제한보다 길어요. 지금 길이는 {Length}, 제한은 {Limit}까지예요.",
                $"The text is too long for its platform: it counts {Length}, and at most {Limit} are allowed."
            );
        if (type == ContentType.Thread && ThreadText.Posts(Body).Count > ThreadText.MostPosts)
            yield return new(
                $"스레드의 게시물이 {ThreadText.MostPosts}개를 넘어요.",
                $"The thread has more than {ThreadText.MostPosts} posts."
            );
        if (type == ContentType.YoutubeScript && ThreadText.Characters(Title) > LongestVideoTitle)
            yield return new(
                $"영상 제목은 {LongestVideoTitle}자까지예요. 지금은 {ThreadText.Characters(Title)}자예요.",
                $"The video's title may have at most {LongestVideoTitle} characters; it has {ThreadText.Characters(Title)}."
            );
    }

    private IEnumerable<Word> LanguageFaults(string language)
    {
        if (language.StartsWith("ko", StringComparison.OrdinalIgnoreCase) && HangulShare(Body) < 0.2)
            yield return new("글은 한국어로 써야 해요.", "The text must be in Korean.");
        if (language.StartsWith("en", StringComparison.OrdinalIgnoreCase) && HangulShare(Body) > 0.5)
            yield return new("글은 영어로 써야 해요.", "The text must be in English.");
    }

    private static string Bare(string text)
    {
        if (Fence().Match(text) is { Success: true } fence)
            return Bare(fence.Groups["inside"].Value.Trim());
        foreach (var (open, close) in Quotes)
            if (
                text.Length > 2
                && text[0] == open
                && text[^1] == close
                && text.IndexOfAny([open, close], 1) == text.Length - 1
            )
                return text[1..^1].Trim();
        return text;
    }

    private static (string Title, string Body) Titled(string text)
    {
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        if (end < 0)
            return ("", text);
        var title = Bare(Label().Replace(Marks(text[..end]), ""));
        var body = text[end..].Trim();
        return title.Length is 0 or > LongestTitle || body.Length == 0 ? ("", text) : (Marks(title), body);
    }

    private static string Marks(string line) => line.Trim().TrimStart('#').Trim().Trim('*').Trim();

    /// <summary>What a text without a title is called by.</summary>
    public static string FirstWords(string body)
    {
        var line = body.ReplaceLineEndings("\n").TrimStart().Split('\n', 2)[0].TrimEnd();
        var info = new StringInfo(line);
        return info.LengthInTextElements <= 40 ? line : info.SubstringByTextElements(0, 40).TrimEnd() + "…";
    }

    private static double HangulShare(string text)
    {
        var letters = text.Where(char.IsLetter).ToList();
        return letters.Count == 0 ? 1 : (double)letters.Count(letter => letter is >= '가' and <= '힣') / letters.Count;
    }

    private static readonly (char Open, char Close)[] Quotes =
    [
        ('"', '"'),
        ('“', '”'),
        ('\'', '\''),
        ('‘', '’'),
        ('「', '」'),
    ];

    [GeneratedRegex(@"\A```[^\n`]*\n(?<inside>(?>[^`]+|`(?!``))*)```\z")]
    private static partial Regex Fence();

    [GeneratedRegex(
        @"\A(?:제목|타이틀|title|subject)\**\s*[:：]\s*\**\s*",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Label();
}
