using System.Text.RegularExpressions;

namespace Jettae.Studio;

/// <summary>What a platform or a person refuses in a piece, apart from its length and language.</summary>
internal static partial class DraftFaults
{
    public static IEnumerable<Word> In(ContentType type, string title, string body, IEnumerable<string> bannedWords)
    {
        var hashtags = Hashtag().Count(body);
        if (MostHashtags(type) is { } most && hashtags > most)
            yield return new(
                $"해시태그가 {hashtags}개예요. {most}개까지만 돼요.",
                $"The text has {hashtags} hashtags, and at most {most} are allowed."
            );
        foreach (var word in bannedWords.Select(word => word.Trim()).Where(word => word.Length > 0))
            if (Holds(title, word) || Holds(body, word))
                yield return new(
                    $"“{word}”{Particles.After(word, "은(는)")} 쓰지 않을 말이에요.",
                    $"The text must not contain “{word}”."
                );
        if (Greeting().Match(ContentRules.For(type).HasTitle ? $"{title}\n{body}" : body) is { Success: true } greeting)
            yield return new(
                $"“{greeting.Value.Trim()}” 없이 글 자체로 시작해야 해요.",
                $"The text must begin with the piece itself, not with “{greeting.Value.Trim()}”."
            );
        if (body.Contains("```", StringComparison.Ordinal) && ShowsMarksRaw(type))
            yield return new("코드 블록 표시(```)를 쓰지 마세요.", "The text must have no code fence (```).");
        if (Placeholder().Match(title + "\n" + body) is { Success: true } placeholder)
            yield return new(
                $"빈칸 {placeholder.Value}{Particles.After(placeholder.Value, "을(를)")} 채우거나 빼야 해요.",
                $"The placeholder {placeholder.Value} must be filled or left out."
            );
        if (ShowsMarksRaw(type) && Markdown().Match(body) is { Success: true } mark)
            yield return new(
                $"이 플랫폼은 Markdown 표시를 글자 그대로 보여 줘요. {mark.Groups["mark"].Value} 같은 표시를 빼 주세요.",
                $"The platform shows Markdown as it is written; leave out marks such as {mark.Groups["mark"].Value}."
            );
    }

    /// <summary>What is asked for on X, and what Instagram takes; null: any number.</summary>
    private static int? MostHashtags(ContentType type) =>
        type switch
        {
            ContentType.XPost => 2,
            ContentType.InstagramReelScript => 5,
            _ => null,
        };

    /// <summary>
    /// A word of Latin letters or digits must stand alone, so that "art" does not forbid "start". Korean glues words and
    /// particles together, so a Korean word is found anywhere; one of a single syllable only where a word begins.
    /// </summary>
    private static bool Holds(string text, string word)
    {
        for (var at = 0; (at = text.IndexOf(word, at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            var after = at + word.Length;
            var begins = at == 0 || IsHangul(word[0]) && word.Length > 1 || !IsSameScript(text[at - 1], word[0]);
            var ends = after == text.Length || IsHangul(word[^1]) || !IsSameScript(text[after], word[^1]);
            if (begins && ends)
                return true;
        }
        return false;
    }

    private static bool ShowsMarksRaw(ContentType type) =>
        type is ContentType.XPost or ContentType.Thread or ContentType.LinkedinPost or ContentType.FacebookPost;

    private static bool IsSameScript(char one, char other) =>
        char.IsLetterOrDigit(one) && char.IsLetterOrDigit(other) && IsHangul(one) == IsHangul(other);

    private static bool IsHangul(char letter) => letter is >= '가' and <= '힣';

    [GeneratedRegex(@"(?<![\p{L}\p{N}&/])[#＃](?=[\p{L}\p{N}_]*\p{L})[\p{L}\p{N}_]+")]
    private static partial Regex Hashtag();

    /// <summary>What a writer says to the one who asked, not to the reader.</summary>
    [GeneratedRegex(
        @"\A(?:(?:sure|certainly|of course|absolutely)[,!.:][^\n]{0,120}(?:here|:\s*$)|here(?:['’]s| is| are)[^\n]{0,60}\b(?:post|tweet|thread|script|draft|caption|article|version|text|copy)s?\b[^\n]{0,60}:[*]*[ \t]*$"
            + @"|(?:물론이죠|물론입니다|물론이에요|네, 알겠습니다|알겠습니다|알겠어요)[!.,:]"
            + @"|(?:다음은|아래는|여기)[^\n]{0,60}(?:입니다|이에요|예요|있습니다|있어요|드려요|드립니다)\s*[:：]"
            + @"|(?:요청하신|말씀하신)[^\n]{0,60}(?:입니다|이에요|예요|드려요|드립니다)\s*[:：.!])",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.Multiline
    )]
    private static partial Regex Greeting();

    /// <summary>A name left open, in brackets: not a script's part like [오프닝] or a link's text.</summary>
    [GeneratedRegex(
        @"\[(?:(?:(?:insert|enter|add) )?your [^\]\n]{1,30}|(?:(?:insert|enter|add) )?(?:the |a )?(?:brand|company|product|business|website|client|user|topic)?[ _]?(?:name|link|url|date)(?: here)?"
            + @"|(?:브랜드|회사|제품|상품|서비스|업체|가게|채널|고객|사용자)\s?(?:명|이름)(?:\s?(?:입력|삽입|기입))?|(?:이름|닉네임|브랜드|링크|주소|날짜)(?:\s?(?:입력|삽입|기입))?)\](?!\()",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Placeholder();

    [GeneratedRegex(
        @"(?<mark>\*\*)[^*\n]+\*\*|^(?<mark>#{1,6})[ \t]+\S|(?<mark>\[[^\]\n]+\]\(https?:[^)\s]+\))",
        RegexOptions.Multiline
    )]
    private static partial Regex Markdown();
}
