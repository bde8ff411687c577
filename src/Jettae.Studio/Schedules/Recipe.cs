using System.Globalization;

namespace Jettae.Studio;

/// <summary>A ready-made start: what, when and how, all but the topic. Everything of it can be changed later.</summary>
/// <param name="Key">In addresses.</param>
/// <param name="Title">What it gives.</param>
/// <param name="Why">For whom it is.</param>
/// <param name="ContentType">What is written.</param>
/// <param name="Tone">Its voice.</param>
/// <param name="Frequency">How often.</param>
/// <param name="TimeOfDay">When on the day.</param>
/// <param name="Days">On which weekdays; for weekly ones.</param>
/// <param name="Topics">What one might write about, to start from.</param>
public sealed record Recipe(
    string Key,
    Word Title,
    Word Why,
    ContentType ContentType,
    Tone Tone,
    Frequency Frequency,
    TimeOnly TimeOfDay,
    IReadOnlyList<DayOfWeek> Days,
    IReadOnlyList<Word> Topics
)
{
    private static readonly DayOfWeek[] Weekdays =
    [
        DayOfWeek.Monday,
        DayOfWeek.Tuesday,
        DayOfWeek.Wednesday,
        DayOfWeek.Thursday,
        DayOfWeek.Friday,
    ];

    /// <summary>Those that are offered, in their order.</summary>
    public static IReadOnlyList<Recipe> All { get; } =
    [
        new(
            "x",
            new("3시간마다 X 포스트", "An X post every 3 hours"),
            new("짧은 글을 꾸준히, 하루 여덟 번", "Short and steady, eight a day"),
            ContentType.XPost,
            Tone.Friendly,
            Frequency.ThreeHours,
            new(9, 0),
            [],
            [
                new("혼자 일하는 사람의 집중 습관", "Focus habits for people who work alone"),
                new("작은 카페의 하루", "A day at a small café"),
                new("하루 10분 운동", "Ten minutes of exercise a day"),
            ]
        ),
        new(
            "blog",
            new("매일 아침 블로그", "A blog post every morning"),
            new("긴 글 초안을 매일 09:00에", "A long draft each day at 09:00"),
            ContentType.BlogPost,
            Tone.Professional,
            Frequency.Daily,
            new(9, 0),
            [],
            [
                new("작은 가게의 온라인 마케팅", "Online marketing for a small shop"),
                new("처음 배우는 생성형 AI", "Generative AI for beginners"),
                new("집에서 내리는 커피", "Brewing coffee at home"),
            ]
        ),
        new(
            "newsletter",
            new("주간 뉴스레터 초안", "A weekly newsletter draft"),
            new("목요일 아침, 한 주를 돌아보는 편지", "Thursday morning, a letter that looks back on the week"),
            ContentType.BlogPost,
            Tone.Friendly,
            Frequency.Weekly,
            new(8, 0),
            [DayOfWeek.Thursday],
            [
                new("이번 주에 배운 것을 나누는 뉴스레터", "A newsletter on what was learned this week"),
                new("1인 창작자를 위한 뉴스레터", "A newsletter for solo creators"),
                new("동네 소식을 전하는 뉴스레터", "A neighbourhood newsletter"),
            ]
        ),
        new(
            "linkedin",
            new("평일 아침 링크드인", "LinkedIn on weekday mornings"),
            new("월요일부터 금요일까지 08:30에", "Monday to Friday at 08:30"),
            ContentType.LinkedinPost,
            Tone.Professional,
            Frequency.Weekly,
            new(8, 30),
            Weekdays,
            [
                new("작은 팀을 이끌며 배운 것", "What leading a small team teaches"),
                new("회의를 줄이는 방법", "How to have fewer meetings"),
                new("좋은 문서를 쓰는 습관", "The habit of writing good documents"),
            ]
        ),
        new(
            "reel",
            new("주 3회 릴스 대본", "Three reel scripts a week"),
            new("월·수·금 저녁, 바로 찍을 수 있게", "Monday, Wednesday, Friday evening, ready to shoot"),
            ContentType.InstagramReelScript,
            Tone.Casual,
            Frequency.Weekly,
            new(18, 0),
            [DayOfWeek.Monday, DayOfWeek.Wednesday, DayOfWeek.Friday],
            [
                new("자취 요리 한 가지", "One dish for a small kitchen"),
                new("출근길 스타일링", "Dressing for the way to work"),
                new("식물 키우기 팁", "Tips for house plants"),
            ]
        ),
        new(
            "thread",
            new("매일 저녁 스레드", "A thread every evening"),
            new("하루 한 가지를 차근차근", "One thing a day, step by step"),
            ContentType.Thread,
            Tone.Friendly,
            Frequency.Daily,
            new(20, 0),
            [],
            [
                new("알아 두면 좋은 생활 속 심리", "Everyday psychology worth knowing"),
                new("초보를 위한 글쓰기", "Writing for beginners"),
                new("여행을 가볍게 준비하는 법", "Packing light for a trip"),
            ]
        ),
    ];

    /// <summary>The schedule that it gives.</summary>
    /// <param name="topic">What it is about.</param>
    /// <param name="language">The language of the pieces.</param>
    /// <param name="zone">The IANA zone of its times.</param>
    public ScheduleFields Fields(string topic, string language, string zone) =>
        new()
        {
            Topic = topic,
            ContentType = ContentType,
            ContentTone = Tone,
            Language = language,
            Frequency = Frequency,
            TimeOfDay = TimeOfDay.ToString("HH\\:mm", CultureInfo.InvariantCulture),
            DaysOfWeek = Days.Count > 0 ? Days : null,
            Timezone = zone,
        };

    /// <summary>The recipe of this key; null when there is none.</summary>
    public static Recipe? Find(string? key) => All.FirstOrDefault(recipe => recipe.Key == key);
}
