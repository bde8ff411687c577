using CsCheck;

namespace Jettae.Studio.Tests;

/// <summary>How a piece's text is taken apart to be shown.</summary>
[Trait("Store", "none")]
public sealed class PieceTextTests
{
    [Fact]
    public void A_script_is_shown_in_its_parts()
    {
        var parts = ScriptText.Parts("안녕하세요\n[훅] 0~3초\n첫 장면이에요\n\n[마무리]\n#카페 #아침");
        Assert.Equal([new(null, "안녕하세요"), new("훅", "0~3초\n첫 장면이에요"), new("마무리", "#카페 #아침")], parts);
    }

    [Fact]
    public void An_article_s_headings_are_recognised()
    {
        var blocks = ArticleText.Blocks(
            "여는 문단이에요.\n\n## 왜 아침인가\n\n본문이에요.\n\n작은 습관 하나\n\n- 목록\n- 둘\n\n끝인사"
        );
        Assert.Equal(["왜 아침인가", "작은 습관 하나"], blocks.Where(each => each.IsHeading).Select(each => each.Text));
        Assert.Equal(6, blocks.Count);
    }

    [Fact]
    public void A_comparison_shows_what_went_and_what_came()
    {
        var diff = TextDiff.Of("아침 커피 한 잔", "아침 녹차 한 잔");
        Assert.Equal("커피", Assert.Single(diff, each => each.Kind == DiffKind.Removed).Text);
        Assert.Equal("녹차", Assert.Single(diff, each => each.Kind == DiffKind.Added).Text);
    }

    [Fact]
    public void A_comparison_holds_both_texts_whole()
    {
        var text = Gen.String[Gen.Char["가나 \n.ab!"], 0, 60];
        Gen.Select(text, text)
            .Sample(
                (before, after) =>
                {
                    var diff = TextDiff.Of(before, after);
                    Assert.Equal(after, Text(DiffKind.Removed));
                    Assert.Equal(before.Length, Text(DiffKind.Added).Length);

                    string Text(DiffKind without) =>
                        string.Concat(diff.Where(each => each.Kind != without).Select(each => each.Text));
                },
                iter: 500
            );
    }
}
