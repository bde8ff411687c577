using System.Globalization;
using System.Text.RegularExpressions;
using CsCheck;

namespace Jettae.Studio.Tests;

/// <summary>Threads are split where a reader would pause, and nothing is lost, torn or too long.</summary>
[Trait("Store", "none")]
public sealed partial class ThreadTextTests
{
    private static readonly string[] Pieces =
    [
        "아침",
        "루틴을",
        "시작해요.",
        "했지만",
        "정말!",
        "hello",
        "world,",
        "#마케팅",
        "@jettae",
        "https://example.com/a/b?c=d",
        "(naver.com)",
        "그래요.example.com",
        "3 시간을",
        "1,000 원",
        "5 kg",
        "10%",
        "👨‍👩‍👧‍👦",
        "❤️",
        "🇰🇷",
        "각",
        "“따옴표”",
        "…",
        "좋은\n",
        "끝.\n\n",
        "길게도이어지는한낱말이라서띄어쓰기가없어요그래도읽혀요",
    ];

    private static readonly Gen<string> Texts = Gen.Select(
            Gen.Int[0, Pieces.Length - 1].Select(at => Pieces[at]),
            Gen.Int[0, 19].Select(glued => glued == 0 ? "" : " "),
            (piece, blank) => piece + blank
        )
        .Array[1, 70]
        .Select(string.Concat);

    private static readonly Gen<string> OneLongWord = Gen.Int[0, Pieces.Length - 1]
        .Select(at => string.Concat(Pieces[at].Where(letter => !char.IsWhiteSpace(letter))))
        .Array[1, 120]
        .Select(string.Concat);

    /// <summary>Letters, marks, joiners, flags and tags from all over Unicode, glued as nobody would.</summary>
    private static readonly Gen<string> Runes = Gen.OneOf(
            Gen.Int[0x21, 0x7E],
            Gen.Int[0xA1, 0x24F],
            Gen.Int[0x300, 0x36F],
            Gen.Int[0x590, 0x6FF],
            Gen.Int[0xE00, 0xE7F],
            Gen.Int[0x1100, 0x11FF],
            Gen.Int[0x200B, 0x200F],
            Gen.Int[0x2010, 0x2027],
            Gen.Int[0xAC00, 0xD7A3],
            Gen.Int[0xFE00, 0xFE0F],
            Gen.Int[0x10000, 0x10FFFF],
            Gen.Int[0x1F1E6, 0x1F1FF],
            Gen.Int[0x1F300, 0x1FAFF],
            Gen.Int[0xE0020, 0xE007F]
        )
        .Select(char.ConvertFromUtf32);

    private static readonly Gen<string> Joined = Gen.Select(
        Gen.Int[0x1F300, 0x1F64F],
        Gen.Int[0x1F3FB, 0x1F3FF],
        Gen.Int[0x1F300, 0x1FAFF],
        (one, tone, other) =>
            char.ConvertFromUtf32(one)
            + char.ConvertFromUtf32(tone)
            + "\u200D"
            + char.ConvertFromUtf32(other)
            + "\uFE0F"
    );

    private static readonly Gen<string> Wild = Gen.Select(
            Gen.Int[0, Pieces.Length - 1].Select(at => Pieces[at]),
            Gen.OneOf(Runes, Runes, Joined).Array[0, 12].Select(string.Concat),
            Gen.Int[0, 9]
                .Select(blank =>
                    blank switch
                    {
                        0 => "\n\n",
                        1 => "\n",
                        2 => "",
                        _ => " ",
                    }
                ),
            (piece, runes, blank) => piece + runes + blank
        )
        .Array[1, 50]
        .Select(string.Concat);

    [Fact]
    public void Whatever_stands_in_a_text_every_post_fits_and_no_character_is_lost_or_torn() =>
        Wild.Sample(
            text =>
            {
                var posts = ThreadText.Posts(ThreadText.Split(text));
                Assert.All(posts, post => Assert.InRange(XText.Length(post), 1, XText.Limit));
                Assert.Equal(Seen(text), posts.SelectMany(Seen));
            },
            iter: 20_000
        );

    [Fact]
    public void Every_post_fits_and_nothing_is_lost_or_torn() =>
        Texts.Sample(
            text =>
            {
                var split = ThreadText.Split(text);
                foreach (var post in ThreadText.Posts(split))
                    Assert.InRange(XText.Length(post), 1, XText.Limit);
                var words = Words(text);
                if (words.All(word => XText.Length(word) <= XText.Limit))
                {
                    Assert.Equal(words, Words(split));
                    // What is quoted stays between its marks.
                    Assert.Equal(Quoted().Count(text), ThreadText.Posts(split).Sum(post => Quoted().Count(post)));
                }
                Assert.DoesNotMatch(@"[0-9]\n\n(?:시간을|원|kg(?![A-Za-z]))", split);
            },
            iter: 100_000
        );

    [Fact]
    public void A_split_thread_is_not_split_again() =>
        Texts.Sample(
            text =>
            {
                var split = ThreadText.Split(text);
                Assert.Equal(split, ThreadText.Split(split));
                var numbered = ThreadText.Split(text, numbered: true);
                Assert.Equal(numbered, ThreadText.Split(numbered, numbered: true));
            },
            iter: 1000
        );

    [Fact]
    public void A_word_longer_than_a_post_is_torn_between_characters_only() =>
        OneLongWord.Sample(
            word =>
            {
                var posts = ThreadText.Posts(ThreadText.Split(word));
                Assert.All(posts, post => Assert.InRange(XText.Length(post), 1, XText.Limit));
                Assert.Equal(Characters(word), posts.SelectMany(Characters));
            },
            iter: 1000
        );

    [Fact]
    public void Numbers_have_their_room() =>
        Texts.Sample(
            text =>
            {
                var posts = ThreadText.Posts(ThreadText.Split(text + text + text, numbered: true));
                Assert.All(posts, post => Assert.InRange(XText.Length(post), 1, XText.Limit));
                if (posts.Count > 1)
                    Assert.All(
                        posts.Index(),
                        post => Assert.EndsWith($" {post.Index + 1}/{posts.Count}", post.Item, StringComparison.Ordinal)
                    );
            },
            iter: 1000
        );

    [Theory]
    [InlineData("가나다라마. 바사, 아자차카 타파하", "가나다라마.|바사, 아자차카|타파하")]
    [InlineData("가나다라마\n바사. 아자차카 타파하", "가나다라마|바사. 아자차카|타파하")]
    [InlineData("가나다라마바, 사 아자차카타파하", "가나다라마바,|사 아자차카타파하")]
    [InlineData("가나다라마바 12 시간을 들였다", "가나다라마바|12 시간을 들였다")]
    [InlineData("가나다라마바사 끝 #하나 #둘", "가나다라마바사 끝|#하나 #둘")]
    [InlineData("가나다라\n\n#하나 #둘", "가나다라\n#하나 #둘")]
    [InlineData("가나다라마바사아자차카", "가나다라마바사아자차|카")]
    public void Posts_end_where_a_reader_pauses(string text, string posts) =>
        Assert.Equal(posts.Split('|'), ThreadText.Posts(ThreadText.Split(text, 20)));

    [Fact]
    public void One_post_gets_no_number() => Assert.Equal("짧은 글", ThreadText.Split("짧은 글", numbered: true));

    /// <summary>The characters without the blanks; some marks take the blank after them in.</summary>
    private static IEnumerable<string> Seen(string text) =>
        Characters(text).Select(character => character.Trim()).Where(character => character.Length > 0);

    [GeneratedRegex("“따옴표”")]
    private static partial Regex Quoted();

    private static string[] Words(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Characters(string text)
    {
        var characters = StringInfo.GetTextElementEnumerator(text);
        while (characters.MoveNext())
            yield return characters.GetTextElement();
    }
}
