namespace Jettae.Studio;

public static partial class Words
{
    public static readonly Word Home = new("홈", "Home");
    public static readonly Word ComingUp = new("곧 쓸 글", "Coming up");
    public static readonly Word NothingComing = new("예약된 글이 없어요.", "Nothing is booked.");
    public static readonly Word JustWritten = new("방금 쓴 글", "Just written");
    public static readonly Word NeedsYou = new("확인이 필요해요", "Needs you");
    public static readonly Word AllWell = new("모두 순조로워요. 하실 일이 없어요.", "All is well. Nothing needs you.");
    public static readonly Word DraftsToRead = new("읽어 볼 초안 {0}개", "{0} draft(s) to look at");
    public static readonly Word MoreFailed = new("최근 실패 {0}건 더 보기", "{0} more failed of late");
    public static readonly Word LastThirtyDays = new("최근 30일", "The last 30 days");
    public static readonly Word PiecesWritten = new("쓴 글", "Written");
    public static readonly Word SuccessRate = new("성공률", "Success");
    public static readonly Word LatenessP95 = new("지연 (95%)", "Late (95%)");
    public static readonly Word SeeAll = new("모두 보기", "See all");

    public static readonly Word Welcome = new("반가워요. 첫 글을 써 볼까요?", "Welcome. Let's write the first piece.");
    public static readonly Word WelcomeHow = new(
        "하나를 고르고 주제만 적으면, 정한 시각마다 자동으로 써 드려요.",
        "Pick one, say what it is about, and it is written right on time."
    );
    public static readonly Word PickRecipe = new("무엇을 쓸까요?", "What shall it be?");
    public static readonly Word AboutWhat = new("무엇에 대해 쓸까요?", "What is it about?");
    public static readonly Word WriteFirst = new("첫 글 쓰기", "Write the first piece");
    public static readonly Word FirstHere = new("첫 글이 나왔어요", "Here is your first piece");
    public static readonly Word FirstNext = new(
        "다음 글은 {0}에 자동으로 써 드려요.",
        "The next one is written on {0}."
    );
    public static readonly Word FirstFailed = new("이번에는 쓰지 못했어요", "It could not be written this time");
    public static readonly Word TryAgain = new("다시 해 보기", "Try again");
    public static readonly Word ToSchedules = new("스케줄 보기", "See the schedule");
    public static readonly Word StartInZone = new("{0} 시간으로, {1}로 써요.", "In {0} time, written in {1}.");
    public static readonly Word KeyLater = new(
        "Claude 키는 나중에 연결해도 돼요. 그때까지는 샘플 작가가 써요.",
        "Claude's key can be connected later. Until then the sample writer writes."
    );
    public static readonly Word ConnectClaude = new("Claude 연결하기", "Connect Claude");
    public static readonly Word OwnSchedule = new("처음부터 직접 만들기", "Start from an empty form");
}
