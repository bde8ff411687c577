namespace Jettae.Studio.Tests;

/// <summary>What the writer gets to read: the rules that stay, and what changes from run to run.</summary>
[Trait("Store", "none")]
public sealed class PromptTests
{
    private static readonly string[] Languages = ["ko", "en"];
    private static readonly string[] Optional = ["읽는 사람", "브랜드", "쓰지 않을 말", "본보기"];

    public static IEnumerable<TheoryDataRow<ContentType, Tone, Creativity, string>> All =>
        from type in Enum.GetValues<ContentType>()
        from tone in Enum.GetValues<Tone>()
        from creativity in Enum.GetValues<Creativity>()
        from language in Languages
        select new TheoryDataRow<ContentType, Tone, Creativity, string>(type, tone, creativity, language);

    [Theory]
    [MemberData(nameof(All))]
    public void Every_prompt_is_whole(ContentType type, Tone tone, Creativity creativity, string language)
    {
        var korean = language == "ko";
        var assignment = Assignment(type, language, Rich with { Creativity = creativity }) with { Tone = tone };
        var prompt = Prompts.For(assignment);

        var parts = prompt.System.Split("\n\n# ");
        string[] heads = korean
            ? ["형식", "언어", "말투", "읽는 사람", "표현", "브랜드의 목소리", "쓰지 않을 말", "본보기", "사실"]
            : ["Form", "Language", "Tone", "Audience", "Freedom", "Brand voice", "Words never", "Examples", "Truth"];
        Assert.Equal(heads.Length, parts.Length - 1);
        Assert.All(
            heads.Zip(parts.Skip(1)),
            pair =>
            {
                Assert.StartsWith(pair.First, pair.Second, StringComparison.Ordinal);
                Assert.True(pair.Second.Split('\n', 2)[1].Trim().Length > 1, pair.Second);
            }
        );
        Assert.Contains(ContentRules.For(type).Ask.In(Culture(language)), parts[1], StringComparison.Ordinal);
        Assert.Contains("“대박”", prompt.System, StringComparison.Ordinal);
        Assert.Contains("<example>\n첫 번째 본보기\n</example>", prompt.System, StringComparison.Ordinal);
        Assert.Contains(korean ? "지어내지 마세요" : "Never invent", parts[^1], StringComparison.Ordinal);

        string[] changing = korean
            ? ["주제: 커피", "날짜: 2024-01-16 (화요일)", "하나 / 둘", "관점: "]
            : ["Topic: 커피", "Date: 2024-01-16 (Tuesday)", "하나 / 둘", "Angle: "];
        var lines = prompt.User.Split('\n');
        Assert.Equal(changing.Length, lines.Length);
        Assert.All(changing.Zip(lines), pair => Assert.Contains(pair.First, pair.Second, StringComparison.Ordinal));
        Assert.DoesNotContain("커피", prompt.System, StringComparison.Ordinal);
        Assert.DoesNotContain('{', prompt.ToString());
    }

    [Fact]
    public void Each_tone_creativity_and_type_says_something_of_its_own() =>
        Assert.All(
            Languages,
            language =>
                Assert.Equal(
                    7 * 4 * 3,
                    All.Where(row => row.Data.Item4 == language)
                        .Select(row =>
                            Prompts
                                .For(
                                    Assignment(row.Data.Item1, language, Rich with { Creativity = row.Data.Item3 }) with
                                    {
                                        Tone = row.Data.Item2,
                                    }
                                )
                                .System
                        )
                        .Distinct()
                        .Count()
                )
        );

    [Fact]
    public void The_rules_stay_while_the_wish_changes_from_run_to_run()
    {
        var first = Assignment(ContentType.XPost, "ko", Rich);
        var second = first with { Number = 8, At = first.At.AddDays(1), LastTitles = ["셋"] };
        Assert.Equal(Prompts.For(first).System, Prompts.For(second).System);
        Assert.NotEqual(Prompts.For(first).User, Prompts.For(second).User);
        Assert.Equal(4, Enumerable.Range(0, 4).Select(each => Prompts.For(first, each).User).Distinct().Count());
        Assert.Single(Enumerable.Range(0, 4).Select(each => Prompts.For(first, each).System).Distinct());
    }

    [Fact]
    public void What_was_not_said_leaves_no_empty_part()
    {
        var bare = Assignment(ContentType.XPost, "ko", new()) with { Audience = null, LastTitles = [] };
        var prompt = Prompts.For(bare);
        Assert.All(Optional, head => Assert.DoesNotContain($"# {head}", prompt.System, StringComparison.Ordinal));
        Assert.DoesNotContain("최근에", prompt.User, StringComparison.Ordinal);
    }

    [Fact]
    public void A_custom_prompt_gets_its_variables_and_keeps_the_types_rules_apart()
    {
        var prompt = Prompts.For(
            Assignment(
                ContentType.XPost,
                "ko",
                Rich with
                {
                    PromptType = PromptType.Custom,
                    CustomPrompt = string.Join('|', Prompts.Variables.Select(name => $"{{{{{name}}}}}")),
                }
            )
        );
        Assert.Equal("커피|2024-01-16|화요일|00:30|겨울|7|하나 / 둘|직장인|친근하게|차분하고 다정하게", prompt.User);
        Assert.Contains("280", prompt.System, StringComparison.Ordinal);
        Assert.Contains("해요체", prompt.System, StringComparison.Ordinal);
        Assert.DoesNotContain("280", prompt.User, StringComparison.Ordinal);
    }

    [Fact]
    public void What_a_person_wrote_is_never_read_as_a_variable_again() =>
        Assert.Equal(
            "커피 {{date}}",
            Prompts
                .For(
                    Assignment(
                        ContentType.XPost,
                        "ko",
                        new() { PromptType = PromptType.Custom, CustomPrompt = "{{topic}}" }
                    ) with
                    {
                        Topic = "커피 {{date}}",
                    }
                )
                .User
        );

    [Fact]
    public void A_prompt_that_a_person_changed_is_parted_again_and_mere_words_get_the_rules()
    {
        var assignment = Assignment(ContentType.XPost, "ko", Rich);
        var built = Prompts.For(assignment);
        var edited = built
            .ToString()
            .Replace("커피", "녹차", StringComparison.Ordinal)
            .Replace("\n", "\r\n", StringComparison.Ordinal);
        var given = Prompts.For(assignment with { GivenPrompt = edited });
        Assert.Equal(built.System, given.System);
        Assert.Contains("주제: 녹차", given.User, StringComparison.Ordinal);
        Assert.Equal(built with { User = "짧게" }, Prompts.For(assignment with { GivenPrompt = "짧게" }));
    }

    [Theory]
    [InlineData("2024-03-01T00:00:00Z", "Asia/Seoul", "봄")]
    [InlineData("2024-08-31T14:59:00Z", "Asia/Seoul", "여름")]
    [InlineData("2024-08-31T15:00:00Z", "Asia/Seoul", "가을")]
    [InlineData("2024-12-01T00:00:00Z", "Asia/Seoul", "겨울")]
    [InlineData("2024-12-01T00:00:00Z", "Australia/Sydney", "여름")]
    [InlineData("2024-07-01T00:00:00Z", "America/Sao_Paulo", "겨울")]
    public void The_season_is_that_of_the_place(string at, string zone, string season) =>
        Assert.Equal(
            season,
            Prompts
                .For(
                    Assignment(
                        ContentType.XPost,
                        "ko",
                        new() { PromptType = PromptType.Custom, CustomPrompt = "{{season}}" }
                    ) with
                    {
                        At = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture),
                        Zone = TimeZoneInfo.FindSystemTimeZoneById(zone),
                    }
                )
                .User
        );

    [Theory]
    [InlineData("{{topic}} {{date}} {{weekday}} {{n}} {{last_titles}} {{audience}} {{tone}}", "")]
    [InlineData("{{time}} {{brand_voice}} {{season}}", "")]
    [InlineData("{{ topic }}", "")]
    [InlineData("plain {topic}", "")]
    [InlineData("{{tpoic}}", "tpoic>topic")]
    [InlineData("{{Topic}} {{lasttitles}} {{weather}} {{Topic}}", "Topic>topic lasttitles>last_titles weather>")]
    [InlineData("{{brand-voice}} {{x}} {{}}", "brand-voice>brand_voice x> >")]
    public void Unknown_variables_are_all_named_with_the_nearest_known(string prompt, string expected) =>
        Assert.Equal(
            expected,
            string.Join(' ', Prompts.UnknownVariables(prompt).Select(each => $"{each.Name}>{each.Nearest}"))
        );

    internal static ScheduleSettings Rich { get; } =
        new()
        {
            BrandVoice = "차분하고 다정하게",
            BannedWords = ["대박", "혁신"],
            Examples = ["첫 번째 본보기", "두 번째 본보기"],
        };

    internal static Assignment Assignment(ContentType type, string language, ScheduleSettings settings) =>
        new(
            type,
            Tone.Friendly,
            "커피",
            "직장인",
            language,
            settings,
            new DateTimeOffset(2024, 1, 15, 15, 30, 0, TimeSpan.Zero),
            TimeZoneInfo.FindSystemTimeZoneById("Asia/Seoul"),
            7,
            ["하나", "둘"]
        );

    private static System.Globalization.CultureInfo Culture(string language) =>
        System.Globalization.CultureInfo.GetCultureInfo(language == "ko" ? "ko-KR" : "en-US");
}
