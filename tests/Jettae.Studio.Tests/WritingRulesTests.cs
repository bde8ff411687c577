using CsCheck;

namespace Jettae.Studio.Tests;

/// <summary>Counting as X counts, splitting threads, filling prompts.</summary>
public sealed class WritingRulesTests
{
    public static TheoryData<string, int> Golden =>
        new()
        {
            { new string('가', 140), 280 },
            { new string('가', 141), 282 },
            { new string('가', 139) + "ab", 280 },
            { "\u1100\u1161\u11A8", 2 },
            { "ㅋㅋㅋ", 6 },
            { "\u1100", 2 },
            { "https://example.com", 23 },
            { "example.com", 23 },
            { "보기https://example.com", 27 },
            { "https://example.com에서", 27 },
            { "#마케팅 #AI자동화", 17 },
            { "👨‍👩‍👧‍👦", 2 },
            { "🙋🏽", 2 },
            { "🇰🇷", 2 },
            { "1️⃣", 2 },
            { "❤️", 2 },
            { "…", 2 },
            { "→", 2 },
            { "•", 2 },
            { "₩", 2 },
            { "ㆍ", 2 },
            { "！", 2 },
            { "❤", 2 },
            { "“", 1 },
            { "”", 1 },
            { "·", 1 },
            { "—", 1 },
            { "\u200D", 1 },
            { "\n", 1 },
            { "a\r\nb", 4 },
            { "", 0 },
            { "₩1,000 할인 중! 👉 https://a.co", 43 },
            { "こんにちは", 10 },
        };

    [Theory]
    [MemberData(nameof(Golden))]
    public void X_counts(string text, int weight) => Assert.Equal(weight, XText.Length(text));

    [Theory]
    [InlineData("", "a")]
    [InlineData("", "a.")]
    [InlineData("", "a-")]
    [InlineData("https://", "a")]
    [InlineData("https://", "a-a.")]
    [InlineData("", "https://a")]
    public void No_text_makes_X_counting_slow(string before, string again)
    {
        var text = before + string.Concat(Enumerable.Repeat(again, 100_000));
        Assert.Equal(text.Length, XText.Length(text));
    }

    private static readonly string[] Pieces =
    [
        "아침",
        "루틴을",
        "시작해요.",
        "hello",
        "world,",
        "#마케팅",
        "https://example.com/a/b?c=d",
        "👨‍👩‍👧‍👦",
        "정말!",
        "좋은\n",
        "끝.\n\n",
    ];
    private static readonly string[] Languages = ["ko", "en"];

    private static readonly Gen<string> Words = Gen.Int[0, Pieces.Length - 1]
        .Select(at => Pieces[at])
        .List[1, 200]
        .Select(words => string.Join(' ', words));

    [Fact]
    public void A_split_thread_fits_and_loses_no_word() =>
        Words.Sample(text =>
        {
            var split = ThreadText.Split(text);
            Assert.All(ThreadText.Posts(split), post => Assert.InRange(XText.Length(post), 1, XText.Limit));
            Assert.Equal(Tokens(text), Tokens(split));
            Assert.Equal(split, ThreadText.Split(split));
        });

    [Fact]
    public void A_word_longer_than_a_post_is_not_torn()
    {
        var word = new string('가', 200);
        Assert.Contains(word, ThreadText.Posts(ThreadText.Split($"앞말 {word} 뒷말")));
    }

    [Theory]
    [InlineData("{{topic}} {{date}} {{weekday}} {{n}} {{last_titles}} {{audience}} {{tone}}", null)]
    [InlineData("{{ topic }}", null)]
    [InlineData("{{tpoic}}", "tpoic")]
    [InlineData("plain", null)]
    public void Unknown_variables_are_named(string prompt, string? unknown) =>
        Assert.Equal(unknown, Prompts.UnknownVariable(prompt));

    [Fact]
    public void A_custom_prompt_gets_its_variables_and_the_types_rules()
    {
        var prompt = Prompts.For(
            Assignment(
                ContentType.XPost,
                "ko",
                new ScheduleSettings
                {
                    PromptType = PromptType.Custom,
                    CustomPrompt = "{{topic}}|{{date}}|{{weekday}}|{{n}}|{{last_titles}}|{{audience}}|{{tone}}",
                }
            )
        );
        Assert.StartsWith(
            "커피 {{date}}|2024-01-16|화요일|7|하나 / 둘|직장인|친근하게",
            prompt,
            StringComparison.Ordinal
        );
        Assert.Contains("280", prompt, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_person_wrote_is_never_read_as_a_variable_again() =>
        Assert.Contains(
            "커피 {{date}}",
            Prompts.For(
                Assignment(
                    ContentType.XPost,
                    "ko",
                    new ScheduleSettings { PromptType = PromptType.Custom, CustomPrompt = "{{topic}}" }
                )
            ),
            StringComparison.Ordinal
        );

    public static IEnumerable<TheoryDataRow<ContentType, string>> Types =>
        from type in Enum.GetValues<ContentType>()
        from language in Languages
        select new TheoryDataRow<ContentType, string>(type, language);

    [Theory]
    [MemberData(nameof(Types))]
    public void Every_sample_is_fit_deterministic_and_varied(ContentType type, string language)
    {
        var texts = new HashSet<string>();
        foreach (var tone in Enum.GetValues<Tone>())
            for (var number = 1; number <= 10; number++)
            {
                var assignment = Assignment(type, language, new()) with { Tone = tone, Number = number };
                var text = SampleWriter.Write(assignment);
                Assert.Equal(text, SampleWriter.Write(assignment));
                Assert.Null(Draft.From(type, text).Fault(type, language));
                texts.Add(text);
            }
        Assert.InRange(texts.Count, 30, 40);
    }

    [Fact]
    public void Every_reason_says_what_and_what_to_do_in_both_languages() =>
        Assert.All(
            Reasons.All,
            reason =>
                Assert.All(
                    new[] { reason.What, reason.ToDo },
                    word =>
                    {
                        Assert.Matches("[가-힣]", word.Ko);
                        Assert.EndsWith("요.", word.Ko, StringComparison.Ordinal);
                        Assert.DoesNotMatch("[가-힣]", word.En);
                    }
                )
        );

    private static Assignment Assignment(ContentType type, string language, ScheduleSettings settings) =>
        new(
            type,
            Tone.Friendly,
            "커피 {{date}}",
            "직장인",
            language,
            settings,
            new DateTimeOffset(2024, 1, 15, 15, 30, 0, TimeSpan.Zero),
            TimeZoneInfo.FindSystemTimeZoneById("Asia/Seoul"),
            7,
            ["하나", "둘"]
        );

    private static string[] Tokens(string text) => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
}
