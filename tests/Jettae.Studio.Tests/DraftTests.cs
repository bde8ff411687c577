namespace Jettae.Studio.Tests;

/// <summary>A draft is cleaned of what is harmless, and what is not is named.</summary>
[Trait("Store", "none")]
public sealed class DraftTests
{
    private const string Ko = "아침에 커피를 내리는 시간이 하루를 바꿔요.";

    [Theory]
    [InlineData("\"좋은 아침이에요\"", "좋은 아침이에요")]
    [InlineData("“좋은 아침이에요”", "좋은 아침이에요")]
    [InlineData("```\n좋은 아침이에요\n```", "좋은 아침이에요")]
    [InlineData("```text\n\"좋은 아침이에요\"\n```", "좋은 아침이에요")]
    [InlineData("\"하나\" 그리고 \"둘\"", "\"하나\" 그리고 \"둘\"")]
    [InlineData("그는 \"좋아요\"", "그는 \"좋아요\"")]
    public void What_is_around_the_whole_answer_is_taken_off(string answer, string body) =>
        Assert.Equal(body, Draft.From(ContentType.XPost, answer).Body);

    [Theory]
    [InlineData("제목: 커피 이야기\n\n본문이에요.", "커피 이야기")]
    [InlineData("**제목:** 커피 이야기\n\n본문이에요.", "커피 이야기")]
    [InlineData("# Title: Coffee\n\nText.", "Coffee")]
    [InlineData("## \"커피 이야기\"\n\n본문이에요.", "커피 이야기")]
    [InlineData("```markdown\n제목：커피 이야기\n\n본문이에요.\n```", "커피 이야기")]
    [InlineData("제목 없는 하루\n\n본문이에요.", "제목 없는 하루")]
    public void A_title_loses_its_label_and_marks(string answer, string title) =>
        Assert.Equal(title, Draft.From(ContentType.BlogPost, answer).Title);

    [Theory]
    [InlineData(ContentType.XPost, "Here is your post:\n커피가 좋아요.", "begin with the piece")]
    [InlineData(
        ContentType.XPost,
        "Sure! Here's a tweet about coffee.\n아침에 마시는 커피 한 잔이 정말 좋아요.",
        "begin with the piece"
    )]
    [InlineData(ContentType.XPost, "물론이죠! 커피가 좋아요.", "begin with the piece")]
    [InlineData(ContentType.LinkedinPost, "다음은 링크드인 글입니다:\n\n커피가 좋아요.", "begin with the piece")]
    [InlineData(ContentType.XPost, "요청하신 게시물입니다.\n커피가 좋아요.", "begin with the piece")]
    [InlineData(ContentType.XPost, "[브랜드명] 커피가 좋아요.", "[브랜드명]")]
    [InlineData(ContentType.XPost, "커피가 좋아요 [brand name] 커피", "[brand name]")]
    [InlineData(ContentType.XPost, "커피가 좋아요 [Your Company] 커피", "[Your Company]")]
    [InlineData(ContentType.XPost, "커피가 좋아요. [링크 삽입]", "[링크 삽입]")]
    [InlineData(ContentType.XPost, "**커피**가 좋아요.", "Markdown")]
    [InlineData(ContentType.LinkedinPost, "제목이에요\n\n## 커피가 좋아요\n\n정말이에요.", "Markdown")]
    [InlineData(ContentType.FacebookPost, "제목이에요\n\n[여기](https://a.co)를 눌러요.", "Markdown")]
    [InlineData(ContentType.XPost, "커피가 좋아요.\n```\n정말\n```\n그래요.", "code fence")]
    [InlineData(ContentType.InstagramReelScript, "제목이에요\n\n커피 #가 #나 #다 #라 #마 #바", "6 hashtags")]
    [InlineData(ContentType.XPost, "커피는 #커피 #아침 #카페 에서 좋아요.", "3 hashtags")]
    [InlineData(ContentType.XPost, "Coffee in the morning changes the day.", "Korean")]
    [InlineData(ContentType.XPost, "", "empty")]
    public void What_must_be_written_anew_is_named(ContentType type, string answer, string says) =>
        Assert.Contains(says, Assert.Single(Draft.From(type, answer).Faults(type, "ko")).En, StringComparison.Ordinal);

    [Theory]
    [InlineData(ContentType.XPost, "물론 커피가 늘 좋은 건 아니에요.")]
    [InlineData(ContentType.XPost, "여기 한 가지 방법이 있어요. 물을 먼저 끓이세요.")]
    [InlineData(ContentType.XPost, "다음은 우리 차례예요.")]
    [InlineData(ContentType.XPost, "Here are 5 things:\n아침에 커피를 내리면 하루가 바뀌어요.")]
    [InlineData(ContentType.XPost, "템플릿의 {{date}}는 날짜로 바뀌어요.")]
    [InlineData(ContentType.FacebookPost, "제목이에요\n\n커피 #1 위는 #커피 #아침 #카페 #원두 #라떼 #물 이에요.")]
    [InlineData(ContentType.XPost, "커피 #1 위는 #커피 #아침 이에요.")]
    [InlineData(ContentType.XPost, "2 * 3 * 4는 24예요. [속보] 커피값이 올라요.")]
    [InlineData(ContentType.BlogPost, "제목이에요\n\n## 소제목이에요\n\n**굵게** 쓴 글이에요.")]
    [InlineData(
        ContentType.YoutubeScript,
        "제목이에요\n\n[오프닝]\n안녕하세요.\n[화면에 제품 사진]\n**천천히** 말해요."
    )]
    [InlineData(ContentType.InstagramReelScript, "제목이에요\n\n[훅]\n커피 #가 #나 #다 #라 #마")]
    public void What_is_fit_has_no_fault(ContentType type, string answer)
    {
        var draft = Draft.From(type, answer);
        Assert.Empty(draft.Faults(type, "ko"));
        Assert.Null(draft.Fault(type, "ko"));
    }

    [Theory]
    [InlineData("커피는 최고예요", "최고", true)]
    [InlineData("커피는 최고의 음료예요", "최고", true)]
    [InlineData("업계최고 커피예요", "최고", true)]
    [InlineData("약을 먹어요", "약", true)]
    [InlineData("계약을 했어요", "약", false)]
    [InlineData("무료로 드려요", "무료", true)]
    [InlineData("FREE 커피예요", "free", true)]
    [InlineData("free를 드리는 커피예요", "Free", true)]
    [InlineData("carefree한 커피예요", "free", false)]
    [InlineData("100% 좋은 커피예요", "100%", true)]
    [InlineData("커피는 정말 좋아요", " ", false)]
    [InlineData("부작용 없는 커피예요", "부작용 없는", true)]
    public void Banned_words_are_found_with_their_particles(string body, string banned, bool isFound) =>
        Assert.Equal(isFound, Draft.From(ContentType.XPost, body).Faults(ContentType.XPost, "ko", [banned]).Count == 1);

    [Fact]
    public void All_faults_are_told_at_once()
    {
        var draft = Draft.From(ContentType.XPost, $"물론이죠! **{Ko}** {new string('가', 140)} [브랜드명] 최고");
        Assert.Equal(5, draft.Faults(ContentType.XPost, "ko", ["최고"]).Count);
        var told = draft.Fault(ContentType.XPost, "ko", ["최고"])!.Value;
        Assert.Equal(4, told.En.Count(letter => letter == '\n'));
        Assert.DoesNotMatch("[a-z]{3}", told.Ko.Replace("Markdown", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(101, false)]
    public void A_video_title_is_as_long_as_YouTube_takes(int length, bool isFit)
    {
        var draft = Draft.From(ContentType.YoutubeScript, $"{new string('가', length)}\n\n[오프닝]\n{Ko}");
        Assert.Equal(isFit, draft.Fault(ContentType.YoutubeScript, "ko") is null);
    }

    [Fact]
    public void Numbered_posts_keep_to_the_limit_with_their_numbers_and_are_not_numbered_twice()
    {
        var full = $"{new string('가', 20)} ";
        var text = string.Concat(Enumerable.Repeat(full, 6)) + "나나나나나나나나나나나나나나나나\n\n다음 이야기예요.";
        Assert.True(XText.Length(text.Split('\n')[0]) is > 276 and <= 280);
        var draft = Draft.From(ContentType.Thread, text, numbered: true);
        Assert.True(draft.Length <= XText.Limit);
        Assert.Null(draft.Fault(ContentType.Thread, "ko"));
        Assert.EndsWith(" 3/3", draft.Body, StringComparison.Ordinal);
        Assert.Equal(draft.Body, Draft.From(ContentType.Thread, draft.Body, numbered: true).Body);
    }
}
