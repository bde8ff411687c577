namespace Jettae.Studio.Tests;

/// <summary>The same piece again is above the threshold; another piece, even on the same topic, is below.</summary>
[Trait("Store", "none")]
public sealed class SimilarityTests
{
    private const string Coffee =
        "아침에 마시는 커피 한 잔이 하루의 집중력을 바꿔요. 눈을 뜨자마자 마시기보다 90분쯤 지나서 마시면 오후에 덜 피곤해요. 오늘은 물 한 컵을 먼저 마시고, 커피는 출근해서 드셔 보세요.";

    private const string Writing =
        "Consistency beats talent. I wrote every morning for thirty days, and by the third week ideas came faster than I could use them. Start with ten minutes tomorrow, before you open your inbox.";

    [Theory]
    [InlineData(
        Coffee,
        "아침에 마시는 커피 한 잔이 하루의 집중력을 바꿉니다! 눈 뜨자마자 마시기보다 90분쯤 지나 마시면 오후에 덜 피곤합니다. 오늘은 물 한 컵을 먼저 마시고 커피는 출근해서 드셔 보세요 ☕"
    )]
    [InlineData(
        Coffee,
        "하루의 집중력을 바꾸고 싶다면 아침 커피 시간을 바꿔 보세요. 눈을 뜨고 90분쯤 지나서 커피를 마시면 오후에 덜 피곤해요. 먼저 물 한 컵을 마시고, 출근한 다음 커피 한 잔을 마셔요."
    )]
    [InlineData(
        Coffee,
        "오늘은 물 한 컵을 먼저 마시고 출근해서 커피를 드셔 보세요. 아침에 눈을 뜨자마자 마시는 커피보다 90분쯤 지나서 마시는 커피가 오후를 덜 피곤하게 해요. 커피 한 잔이 하루의 집중력을 바꾸거든요."
    )]
    [InlineData(
        Writing,
        "Consistency beats talent! I wrote each morning for thirty days — by week three, ideas came faster than I could use them. Start tomorrow with ten minutes, before opening your inbox."
    )]
    [InlineData(
        Writing,
        "Talent loses to consistency. After writing every morning for thirty days, ideas came to me faster than I could use them by the third week. Tomorrow, before you open your inbox, start with ten minutes."
    )]
    public void A_near_copy_or_a_paraphrase_is_the_same_piece(string one, string other) =>
        Assert.InRange(Similarity.Of(one, other), Similarity.Threshold, 1);

    [Theory]
    [InlineData(
        Coffee,
        "커피 원두는 볶은 날짜를 먼저 보세요. 볶은 지 2주가 지나면 향이 절반쯤 사라져요. 조금씩 자주 사서 밀폐 용기에 담아 두면 집에서도 카페 같은 맛이 나요."
    )]
    [InlineData(
        Coffee,
        "커피를 끊은 지 한 달, 가장 달라진 건 잠이에요. 처음 사흘은 머리가 아팠지만 일주일이 지나자 아침에 저절로 눈이 떠졌어요. 오후 커피부터 하나씩 줄여 보세요."
    )]
    [InlineData(
        Coffee,
        "신입 디자이너가 포트폴리오에서 가장 많이 놓치는 건 과정이에요. 결과 화면만 열 장 보여 주지 말고, 왜 그렇게 정했는지 한 줄씩 적어 보세요."
    )]
    [InlineData(
        "오늘의 마케팅 팁이에요. 뉴스레터 제목은 열다섯 자를 넘기지 마세요. 휴대폰에서는 그 뒤가 잘려요. 여러분의 생각은 어떤가요?",
        "오늘의 마케팅 팁이에요. 할인 쿠폰은 마감 하루 전에 한 번 더 알려 주세요. 주문의 절반이 그날 들어와요. 여러분의 생각은 어떤가요?"
    )]
    [InlineData(
        Writing,
        "Writing in the morning is overrated. My best drafts happen at eleven at night, when nobody expects a reply. Find the hour when you are left alone and guard it with your calendar."
    )]
    [InlineData(
        Writing,
        "Most landing pages fail in the first line. Say who it is for and what changes for them, then show one proof. Cut everything a visitor could guess without you."
    )]
    [InlineData(Coffee, Writing)]
    public void Another_topic_or_another_angle_is_another_piece(string one, string other) =>
        Assert.InRange(Similarity.Of(one, other), 0, Similarity.Threshold - 0.05);

    [Theory]
    [InlineData("", "", 1)]
    [InlineData("", "커피", 0)]
    [InlineData("커피, 좋아요!", "커피 좋아요", 1)]
    [InlineData("각 나라", "각 나라", 1)]
    [InlineData("가", "나", 0)]
    [InlineData("COFFEE time", "coffee TIME", 1)]
    public void Marks_and_case_do_not_count(string one, string other, double share) =>
        Assert.Equal(share, Similarity.Of(one, other));

    [Fact]
    public void It_is_the_same_in_both_directions() =>
        Assert.Equal(Similarity.Of(Coffee, Writing + Coffee), Similarity.Of(Writing + Coffee, Coffee));
}
