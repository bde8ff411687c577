namespace Jettae.Studio;

/// <summary>What the sample writer builds from; <c>{0}</c> is the topic.</summary>
internal sealed record SampleWords(
    string[] Titles,
    string[] Openings,
    string[] Sentences,
    string[] Closings,
    string[] Headings,
    string[] Parts
)
{
    public static readonly SampleWords Korean = new(
        [
            "{0}, 오늘부터 가볍게 시작하기",
            "{0}: 먼저 알아 두면 좋은 것들",
            "{0}에 대해 자주 묻는 이야기",
            "{0}, 작은 차이를 만드는 습관",
            "{0}: 미루지 않고 시작하는 법",
        ],
        [
            "{0}, 생각만 하고 미뤄 두셨나요?",
            "오늘은 '{0}' 이야기를 해 볼게요.",
            "'{0}' 앞에서 망설여진다면 이 글부터 읽어 보세요.",
            "{0}, 어렵게 느껴져도 첫걸음은 작아요.",
            "요즘 관심 두는 주제가 있나요? 저는 '{0}'예요.",
        ],
        [
            "처음부터 완벽하게 하려고 하면 시작이 늦어져요.",
            "하루 10분이면 충분한 일부터 골라 보세요.",
            "기준을 한 문장으로 적어 두면 고민이 줄어요.",
            "잘된 점과 아쉬운 점을 한 줄씩 남겨 보세요.",
            "도구보다 먼저 정할 것은 '왜 하는가'예요.",
            "한 번에 하나만 바꿔야 무엇이 통했는지 알 수 있어요.",
            "남의 방식을 그대로 옮기기보다 내 상황에 맞게 덜어 내 보세요.",
            "꾸준함은 의지보다 정해 둔 시간에서 나와요.",
            "작게 해 보고, 기록하고, 다시 고치는 순서가 좋아요.",
            "막힐 때는 범위를 반으로 줄여 보세요.",
            "누구에게 도움이 되는 일인지 떠올리면 길이 보여요.",
            "시작하는 날짜를 달력에 적는 것만으로도 달라져요.",
        ],
        [
            "여러분은 '{0}', 어디서부터 시작하고 싶으세요?",
            "오늘 딱 하나만 해 보고, 내일 이야기 나눠요.",
            "도움이 되었다면 저장해 두고 필요할 때 꺼내 보세요.",
            "작은 한 걸음이면 충분해요. 같이 해 봐요!",
            "여러분의 생각도 들려주세요.",
        ],
        ["왜 지금일까요", "바로 해 볼 수 있는 것", "오래 이어 가려면"],
        ["오프닝", "본문", "마무리"]
    );

    public static readonly SampleWords English = new(
        [
            "{0}: an easy way to begin",
            "What to know first about {0}",
            "{0}, one small habit at a time",
            "Questions people ask about {0}",
            "{0} without putting it off",
        ],
        [
            "Still thinking about {0}? Start small.",
            "Let's talk about {0} today.",
            "If {0} feels like too much, read this first.",
            "{0} looks harder than its first step is.",
            "Here is a calm way into {0}.",
        ],
        [
            "Waiting for the perfect plan is the slowest way to begin.",
            "Pick something that takes ten minutes and finish it.",
            "Write your standard down in one sentence; decisions get easier.",
            "Note one thing that worked and one that did not.",
            "Decide why before you decide which tool.",
            "Change one thing at a time, or you will not know what helped.",
            "Borrow less, and fit what you borrow to your own situation.",
            "Consistency comes from a fixed time more than from willpower.",
            "Try it small, write it down, then adjust.",
            "When you are stuck, cut the scope in half.",
            "Think of one person it helps, and the next step shows itself.",
            "Put the starting day in your calendar; it already counts.",
        ],
        [
            "Where would you start with {0}?",
            "Do one thing today, and tell us about it tomorrow.",
            "Keep this for the day you need it.",
            "One small step is enough. Shall we?",
            "What do you think?",
        ],
        ["Why now", "What you can do today", "How to keep going"],
        ["Opening", "Main", "Closing"]
    );
}
