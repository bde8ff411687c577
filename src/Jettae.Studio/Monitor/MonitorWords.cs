using System.Globalization;

namespace Jettae.Studio;

public static partial class Words
{
    public static readonly Word NextHour = new("앞으로 한 시간", "The next hour");
    public static readonly Word InFlight = new("쓰는 중", "Under way");
    public static readonly Word WaitingToRetry = new("다시 시도 대기", "Waiting to retry");
    public static readonly Word FailureRate = new("실패율 (24시간)", "Failures (24 h)");
    public static readonly Word LatenessDay = new("지연 95% (24시간)", "Late 95% (24 h)");
    public static readonly Word CostDay = new("비용 (24시간)", "Cost (24 h)");
    public static readonly Word CostMonth = new("비용 (30일)", "Cost (30 days)");
    public static readonly Word TokensDay = new("토큰 (24시간)", "Tokens (24 h)");
    public static readonly Word WriterHealth = new("작가 상태", "The writer");
    public static readonly Word WriterWell = new("정상", "Well");
    public static readonly Word CallsAnswered = new("15분 동안 {1}번 중 {0}번 성공", "{0} of {1} calls in 15 min");
    public static readonly Word Unbooked = new("예약이 없는 스케줄", "Schedules without a booking");
    public static readonly Word OverdueSlots = new("늦어지는 차례", "Slots overdue");
    public static readonly Word NothingOpen = new("지금 쓰고 있는 글이 없어요.", "Nothing is being written right now.");
    public static readonly Word NoneInHour = new(
        "앞으로 한 시간 안에 예약된 글이 없어요.",
        "Nothing is booked within the hour."
    );
    public static readonly Word NowLabel = new("지금", "Now");
    public static readonly Word AsTable = new("표로 보기", "As a table");
    public static readonly Word SlotsInHour = new("{0}개 차례", "{0} slot(s)");
    public static readonly Word RunsOver = new("실행", "Runs");
    public static readonly Word LatenessOver = new("지연", "Lateness");
    public static readonly Word TokensOver = new("토큰", "Tokens");
    public static readonly Word CostOver = new("비용", "Cost");
    public static readonly Word Half = new("중앙값", "Median");
    public static readonly Word NinetyFive = new("95%", "95%");
    public static readonly Word AtMost = new("95%가 {0} 안에 시작", "95% within {0}");
    public static readonly Word TokensFresh = new("새 입력", "New input");
    public static readonly Word TokensFromCache = new("캐시에서 입력", "Input from cache");
    public static readonly Word TokensIntoCache = new("캐시에 저장한 입력", "Input into cache");
    public static readonly Word TokensText = new("출력", "Output");
    public static readonly Word TokensThought = new("추론", "Thinking");

    /// <summary>The kinds that there are some of; together they are all.</summary>
    public static string ByKind(Tokens tokens) =>
        string.Join(
            " · ",
            from kind in new (Word Name, long Count)[]
            {
                (TokensFresh, tokens.New),
                (TokensFromCache, tokens.CachedInput),
                (TokensIntoCache, tokens.CacheWrite),
                (TokensText, tokens.Text),
                (TokensThought, tokens.Thinking),
            }
            where kind.Count > 0
            select $"{kind.Name} {kind.Count.ToString("N0", CultureInfo.CurrentCulture)}"
        );

    /// <summary>A point of a series.</summary>
    public static Word Of(SeriesUnit unit) =>
        unit switch
        {
            SeriesUnit.Hour => new("시각", "Hour"),
            SeriesUnit.Day => new("날짜", "Day"),
            _ => new("월", "Month"),
        };

    /// <summary>A whole series.</summary>
    public static Word SpanOf(SeriesUnit unit) =>
        unit switch
        {
            SeriesUnit.Hour => new("24시간", "24 hours"),
            SeriesUnit.Day => new("30일", "30 days"),
            _ => new("12개월", "12 months"),
        };
}
