using System.Text;

namespace Jettae.Bench;

/// <summary>Texts as people post them, Korean and English, made of parts; the same ones each time.</summary>
internal static class BenchWords
{
    private static readonly string[] KoreanNouns =
    [
        "루틴",
        "커피",
        "글쓰기",
        "뉴스레터",
        "달리기",
        "독서",
        "회의",
        "할 일 목록",
        "아침",
        "저녁",
        "산책",
        "마케팅",
        "고객",
        "브랜드",
        "콘텐츠",
        "일정",
        "휴식",
        "집중",
        "습관",
        "기록",
        "질문",
        "목표",
        "제품",
        "디자인",
        "개발",
        "투자",
        "요리",
        "여행",
        "사진",
        "음악",
        "영어",
        "공부",
        "창업",
        "협업",
        "채용",
        "면접",
        "발표",
        "예산",
        "데이터",
        "인공지능",
        "블로그",
        "영상",
        "구독자",
        "댓글",
        "메일",
        "알림",
        "주말",
        "월요일",
        "계획",
        "정리",
    ];
    private static readonly string[] KoreanSentences =
    [
        "오늘은 {0}에 대해 이야기해 볼게요.",
        "{0}을 바꾸니 하루가 달라졌어요.",
        "많은 분이 {0}과 {1} 사이에서 고민해요.",
        "{0}은 생각보다 단순해요.",
        "먼저 {0}부터 시작해 보세요.",
        "작은 {0}이 모이면 큰 차이를 만들어요.",
        "오늘 {0}을 10분만 해 볼까요?",
        "{0}이 어렵다면 {1}부터 살펴보세요.",
        "제가 아끼는 {0} 비결은 바로 {1}이에요.",
        "다음 주에는 {0} 이야기를 이어 갈게요.",
        "여러분의 {0}은 어떤가요? 댓글로 알려 주세요.",
        "#{0} #{1}",
    ];
    private static readonly string[] EnglishNouns =
    [
        "routine",
        "coffee",
        "writing",
        "newsletter",
        "running",
        "reading",
        "meeting",
        "checklist",
        "morning",
        "evening",
        "walk",
        "marketing",
        "customer",
        "brand",
        "content",
        "calendar",
        "rest",
        "focus",
        "habit",
        "journal",
        "question",
        "goal",
        "product",
        "design",
        "engineering",
        "budget",
        "cooking",
        "travel",
        "photo",
        "music",
        "language",
        "study",
        "startup",
        "teamwork",
        "hiring",
        "interview",
        "talk",
        "data",
        "launch",
        "pricing",
        "blog",
        "video",
        "subscriber",
        "comment",
        "inbox",
        "weekend",
        "Monday",
        "plan",
        "review",
        "draft",
    ];
    private static readonly string[] EnglishSentences =
    [
        "Today we look at the {0}.",
        "One small {0} changed my whole {1}.",
        "Most people get the {0} wrong.",
        "Start with the {0}, then come back to the {1}.",
        "A better {0} begins with a calm {1}.",
        "What does your {0} look like today?",
        "Here are three lessons on {0} and {1}.",
        "Keep the {0} simple.",
        "Next week I will share more about {0}.",
        "Try it for ten minutes and tell me how it went.",
        "#{0} #{1}",
    ];

    public static string Noun(Random random, string language) =>
        Pick(random, language == "ko" ? KoreanNouns : EnglishNouns);

    public static string Title(Random random, string language) =>
        language == "ko"
            ? $"{Noun(random, language)}과 {Noun(random, language)} 이야기"
            : $"On {Noun(random, language)} and {Noun(random, language)}";

    /// <summary>Whole sentences, at least so many characters of them.</summary>
    public static string Text(Random random, string language, int length)
    {
        var sentences = language == "ko" ? KoreanSentences : EnglishSentences;
        var text = new StringBuilder();
        while (text.Length < length)
        {
            var noun = Noun(random, language);
            text.Append(
                    Pick(random, sentences)
                        .Replace("{0}", noun, StringComparison.Ordinal)
                        .Replace("{1}", Noun(random, language), StringComparison.Ordinal)
                )
                .Append(random.Next(5) == 0 ? "\n\n" : " ");
        }
        // One in a thousand says what nothing else says.
        if (random.Next(1_000) == 0)
            text.Append(language == "ko" ? "희귀한낱말을 찾았어요." : "A serendipitous find.");
        return text.ToString();
    }

    private static string Pick(Random random, string[] choices) => choices[random.Next(choices.Length)];
}
