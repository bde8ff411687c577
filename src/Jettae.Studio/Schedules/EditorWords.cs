namespace Jettae.Studio;

public static partial class Words
{
    private static string AllVariables => string.Join(' ', Prompts.Variables.Select(name => $"{{{{{name}}}}}"));

    public static readonly Word TryDraft = new("초안 미리 써 보기", "Try a draft");
    public static readonly Word DraftTitle = new("미리 써 본 초안", "A draft");
    public static readonly Word DraftHint = new(
        "저장되지 않는 초안이에요. 쓰는 데 든 비용만 실행 기록에 남아요.",
        "This draft is not stored. Only what it cost is kept among the runs."
    );
    public static readonly Word TopicHint = new(
        "무엇에 대해 쓸지 한두 문장으로 적어 주세요",
        "What to write about, in a sentence or two"
    );
    public static readonly Word Optional = new("비워 두어도 돼요", "May be left empty");
    public static readonly Word BrandVoiceHint = new(
        "예: 담백하고 다정하게, 과장하지 않기",
        "Such as: plain and warm, never overdone"
    );
    public static readonly Word Anchor = new("기준 시각", "Counted from");
    public static readonly Word AnchorHint = new(
        "이 시각에서부터 같은 간격으로 실행해요",
        "Runs at even steps from this time"
    );
    public static readonly Word NoSlots = new(
        "시간을 정하면 여기에 나타나요.",
        "They appear once the timing is whole."
    );
    public static readonly Word What = new("무엇을", "What");
    public static readonly Word When = new("언제", "When");
    public static readonly Word How = new("어떻게 쓸지", "How it is written");
    public static readonly Word AtTheEnd = new("종료 조건", "At the end");
    public static readonly Word Name = new("이름", "Name");
    public static readonly Word NameHint = new("비워 두면 주제를 이름으로 써요", "Left empty, the topic is the name");
    public static readonly Word Kind = new("종류", "Kind");
    public static readonly Word Topic = new("주제", "Topic");
    public static readonly Word Audience = new("독자", "Audience");
    public static readonly Word PieceLanguage = new("글의 언어", "Language of the pieces");
    public static readonly Word Korean = new("한국어", "Korean");
    public static readonly Word English = new("영어", "English");
    public static readonly Word HowOften = new("얼마나 자주", "How often");
    public static readonly Word TimeOfDay = new("시각", "Time");
    public static readonly Word Weekday = new("요일", "Weekday");
    public static readonly Word DayOfMonth = new("날짜", "Day of the month");
    public static readonly Word DayOfMonthHint = new(
        "29–31일은 짧은 달에 그 달의 마지막 날로 맞춰요",
        "29–31 fall on the last day of shorter months"
    );
    public static readonly Word CronExpression = new("cron 식", "Cron expression");
    public static readonly Word CronHint = new(
        "분 시 일 월 요일. 예: 0 9 * * 1-5",
        "Minute hour day month weekday, such as 0 9 * * 1-5"
    );
    public static readonly Word TimeZone = new("시간대", "Time zone");
    public static readonly Word ToneLabel = new("말투", "Tone");
    public static readonly Word Speech = new("높임 정도", "Speech level");
    public static readonly Word CreativityLabel = new("창의성", "Creativity");
    public static readonly Word PromptLabel = new("프롬프트", "Prompt");
    public static readonly Word PromptAuto = new("자동으로 만들기", "Made for you");
    public static readonly Word PromptCustom = new("직접 쓰기", "Your own words");
    public static readonly Word CustomPrompt = new("내 프롬프트", "Your prompt");
    public static readonly Word CustomPromptHint = new(
        $"쓸 수 있는 변수: {AllVariables}",
        $"Variables: {AllVariables}"
    );
    public static readonly Word BrandVoice = new("브랜드 목소리", "Brand voice");
    public static readonly Word CatchUpLabel = new("서버가 꺼져 있던 동안 놓친 차례", "Runs missed while it was down");
    public static readonly Word MaxRuns = new("몇 번까지", "How many runs");
    public static readonly Word ComingSlots = new("다음 10번", "The next 10");
    public static readonly Word ComingHint = new("{0} 기준", "In {0}");
    public static readonly Word ChangedMeanwhile = new(
        "그 사이에 다른 곳에서 {0}을(를) 바꿨어요. 그래도 저장하면 이 화면의 내용으로 바뀌어요.",
        "Meanwhile this was changed elsewhere: {0}. Save anyway, and what stands here takes its place."
    );
    public static readonly Word UnusedByPrompt = new(
        "이 프롬프트는 {0}을(를) 쓰지 않아요. 쓰려면 변수를 넣어 주세요.",
        "This prompt does not use: {0}. Insert their variables to use them."
    );
    public static readonly Word BookingMoves = new(
        "저장하면 다음 실행이 {0}에서 {1}(으)로 바뀌어요.",
        "Saving moves the next run from {0} to {1}."
    );

    /// <summary>What the editor calls a field of the API.</summary>
    public static Word OfField(string name) =>
        name switch
        {
            "name" => Name,
            "content_type" => Kind,
            "content_tone" => ToneLabel,
            "topic" => Topic,
            "target_audience" => Audience,
            "language" => PieceLanguage,
            "frequency" => HowOften,
            "times_of_day" => TimeOfDay,
            "days_of_week" => Weekday,
            "day_of_month" => DayOfMonth,
            "cron" => CronExpression,
            "timezone" => TimeZone,
            "catch_up" => CatchUpLabel,
            "endless" or "max_runs" or "ends_at" => AtTheEnd,
            "settings.promptType" => PromptLabel,
            "settings.customPrompt" => CustomPrompt,
            "settings.creativity" => CreativityLabel,
            "settings.speechLevel" => Speech,
            "settings.model" => Model,
            "settings.brandVoice" => BrandVoice,
            "settings.bannedWords" => BannedWordsLabel,
            "settings.examples" => ExamplesLabel,
            "settings.variants" => VariantsLabel,
            "settings.numbering" => NumberingLabel,
            _ => new(name, name),
        };
}
