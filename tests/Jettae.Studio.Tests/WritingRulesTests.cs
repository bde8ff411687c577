namespace Jettae.Studio.Tests;

/// <summary>Counting as X counts, filling prompts.</summary>
[Trait("Store", "none")]
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

    private static readonly string[] Languages = ["ko", "en"];

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
                    new[] { reason.What, reason.ToDo, reason.AtLast.ToDo },
                    word =>
                    {
                        // Whoever writes: it may be another than Claude.
                        Assert.DoesNotMatch("Claude|Anthropic|ANTHROPIC", word.Ko + word.En);
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
}
