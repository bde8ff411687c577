using System.Globalization;

namespace Jettae.Studio;

/// <summary>What the calendar says.</summary>
public static partial class Words
{
    public static readonly Word MonthView = new("월", "Month");
    public static readonly Word WeekView = new("주", "Week");
    public static readonly Word ListView = new("목록", "List");
    public static readonly Word ViewOf = new("보는 방법", "View");
    public static readonly Word TodayButton = new("오늘", "Today");
    public static readonly Word Previous = new("이전", "Previous");
    public static readonly Word Following = new("다음", "Next");
    public static readonly Word InZone = new("{0} 시각이에요", "Times are in {0}");
    public static readonly Word MoreItems = new("+{0}개 더", "+{0} more");
    public static readonly Word TimesOver = new("{0} · {1}번", "{0} · {1} times");
    public static readonly Word ItemsOn = new("{0}개", "{0} item(s)");
    public static readonly Word NothingOn = new("이날은 아무것도 없어요.", "Nothing on this day.");
    public static readonly Word NothingHere = new("이 기간에는 아무것도 없어요.", "Nothing in these days.");
    public static readonly Word NewHere = new("이날 새 스케줄", "New schedule on this day");
    public static readonly Word CalendarCut = new(
        "너무 많아서 일부만 보여요. 스케줄을 하나 골라 주세요.",
        "There is too much to show all of it. Pick one schedule."
    );
    public static readonly Word CalendarKeys = new(
        "화살표로 날짜를 옮겨 다니고 Enter를 누르면 그날의 글로 들어가요. 예정된 글에서 M을 누르면 집어 들고, 화살표로 옮겨 Enter로 내려놓아요. N은 그날 새 스케줄, Esc는 취소, T는 오늘이에요.",
        "Arrow keys go from day to day, Enter goes into a day. M on a planned item picks it up, arrows carry it, Enter drops it, Escape cancels. N plans a new schedule there, T is today."
    );
    public static readonly Word PickedUp = new(
        "{0}을(를) 집어 들었어요. 화살표로 옮기고 Enter로 내려놓으세요.",
        "Picked up {0}. Arrow keys carry it, Enter drops it."
    );
    public static readonly Word Over = new("{0} 위", "Over {0}");
    public static readonly Word PutBack = new("제자리에 두었어요.", "Put back.");
    public static readonly Word MovedTo = new("{0}(으)로 옮겼어요", "Moved to {0}");
    public static readonly Word SlotSkipped = new("이번 차례를 건너뛰어요", "This slot is skipped");
    public static readonly Word SlotRestored = new("원래 시각으로 되돌렸어요", "Back at its own time");
    public static readonly Word SkipSlot = new("이번만 건너뛰기", "Skip this one");
    public static readonly Word RestoreSlot = new("되살리기", "Restore");
    public static readonly Word BackToOwnTime = new("원래 시각으로", "Back to its own time");
    public static readonly Word MoveSlot = new("옮기기", "Move");
    public static readonly Word MoveSlotTo = new("옮길 시각", "Move to");
    public static readonly Word OpenSchedule = new("스케줄 보기", "See the schedule");
    public static readonly Word OwnTime = new("원래 시각: {0}", "Its own time: {0}");

    public static Word Of(CalendarState state) =>
        state switch
        {
            CalendarState.Planned => Planned,
            CalendarState.Writing => new("쓰는 중", "Being written"),
            CalendarState.Draft => Of(ContentStatus.Draft),
            CalendarState.Approved => Of(ContentStatus.Approved),
            CalendarState.Archived => Of(ContentStatus.Archived),
            CalendarState.Rejected => Of(ContentStatus.Rejected),
            CalendarState.Deleted => new("지운 글", "Deleted"),
            CalendarState.Failed => Of(RunState.Failed),
            CalendarState.Cancelled => Of(RunState.Cancelled),
            _ => Of(RunState.Skipped),
        };

    /// <summary>A kind in a word, for narrow places.</summary>
    public static Word Brief(ContentType type) =>
        type switch
        {
            ContentType.XPost => new("X", "X"),
            ContentType.Thread => new("스레드", "Thread"),
            ContentType.BlogPost => new("블로그", "Blog"),
            ContentType.YoutubeScript => new("유튜브", "YouTube"),
            ContentType.InstagramReelScript => new("릴스", "Reel"),
            ContentType.LinkedinPost => new("링크드인", "LinkedIn"),
            _ => new("페이스북", "Facebook"),
        };

    /// <summary>A month's name with its year.</summary>
    public static string MonthOf(DateOnly day) =>
        day.ToString(IsKorean ? "yyyy년 M월" : "MMMM yyyy", CultureInfo.CurrentCulture);

    /// <summary>A day with its weekday.</summary>
    public static string DayOf(DateOnly day) =>
        day.ToString(IsKorean ? "M월 d일 (ddd)" : "ddd, MMM d", CultureInfo.CurrentCulture);

    /// <summary>From one day to another.</summary>
    public static string DaysFrom(DateOnly first, DateOnly last) =>
        IsKorean
            ? $"{first:yyyy년 M월 d일} – {(first.Month == last.Month ? "" : $"{last.Month}월 ")}{last.Day}일"
            : $"{first.ToString("MMM d", CultureInfo.CurrentCulture)} – {last.ToString(first.Month == last.Month ? "%d" : "MMM d", CultureInfo.CurrentCulture)}, {last.Year}";

    private static bool IsKorean => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "ko";
}
