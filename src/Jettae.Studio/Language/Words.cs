using System.Globalization;

namespace Jettae.Studio;

/// <summary>What the pages say. A text that lacks a language does not compile.</summary>
public static partial class Words
{
    public static readonly Word Schedules = new("스케줄", "Schedules");
    public static readonly Word Calendar = new("캘린더", "Calendar");
    public static readonly Word Monitor = new("모니터", "Monitor");
    public static readonly Word Settings = new("설정", "Settings");
    public static readonly Word MorePages = new("더 보기", "More");
    public static readonly Word Library = new("보관함", "Library");
    public static readonly Word Runs = new("실행 기록", "Runs");
    public static readonly Word SkipToContent = new("본문으로 건너뛰기", "Skip to content");
    public static readonly Word Theme = new("밝기", "Light or dark");
    public static readonly Word OtherLanguage = new("English", "한국어");
    public static readonly Word SignOut = new("로그아웃", "Sign out");
    public static readonly Word NotSignedOut = new(
        "로그아웃하지 못했어요. 다시 눌러 주세요.",
        "Not signed out. Press again."
    );
    public static readonly Word SignIn = new("로그인", "Sign in");
    public static readonly Word SignInHow = new(
        "Jettae를 시작한 터미널에 한 번만 쓸 수 있는 로그인 링크가 나와 있어요. 로그인한 다른 기기의 설정에서도 만들 수 있어요. 그 링크를 열거나 여기에 붙여 넣어 주세요.",
        "The terminal in which Jettae was started shows a sign-in link that works once; the settings of a device that is signed in make one too. Open it, or paste it here."
    );
    public static readonly Word SignInHere = new(
        "이 브라우저에서 로그인할까요? 링크는 한 번만 쓸 수 있어요.",
        "Sign in with this browser? The link works once."
    );
    public static readonly Word LinkToSignIn = new("로그인 링크", "Sign-in link");
    public static readonly Word LinkExpired = new(
        "틀렸거나, 이미 썼거나, 30분이 지난 링크예요. 새 링크를 만들어 주세요.",
        "That link is wrong, was used already, or is older than 30 minutes. Make a new one."
    );
    public static readonly Word SampleNotice = new(
        "지금은 샘플 작가가 쓰고 있어요. Claude를 연결하면 진짜 글을 써 드려요.",
        "The sample writer is writing. Connect Claude, and real pieces are written."
    );
    public static readonly Word Sample = new("샘플", "Sample");

    public static readonly Word Edit = new("고치기", "Edit");
    public static readonly Word Delete = new("삭제", "Delete");
    public static readonly Word DeletedNow = new("‘{0}’을(를) 삭제했어요", "“{0}” is deleted");
    public static readonly Word Cancel = new("취소", "Cancel");
    public static readonly Word Undo = new("되돌리기", "Undo");
    public static readonly Word Undone = new("되돌렸어요", "Undone");
    public static readonly Word Close = new("닫기", "Close");
    public static readonly Word LeaveUnsaved = new("저장하지 않고 나가기", "Leave without saving");
    public static readonly Word LeaveUnsavedSure = new(
        "저장하지 않은 변경이 있어요. 나가면 사라져요.",
        "There are changes that are not saved. They are lost when you leave."
    );
    public static readonly Word Paused = new("멈춤", "Paused");
    public static readonly Word Ended = new("끝남", "Ended");
    public static readonly Word Active = new("켜짐", "Active");
    public static readonly Word ReadPiece = new("글 보기", "Read the piece");
    public static readonly Word SeeRun = new("실행 보기", "See the run");
    public static readonly Word Save = new("저장", "Save");
    public static readonly Word Create = new("만들기", "Create");

    public static readonly Word BackToList = new("목록으로", "Back to the list");

    public static readonly Word Search = new("글 찾기", "Search");
    public static readonly Word AllKinds = new("모든 종류", "All kinds");
    public static readonly Word AllStates = new("모든 상태", "All states");
    public static readonly Word AllSchedules = new("모든 스케줄", "All schedules");
    public static readonly Word WhichSchedule = new("어느 스케줄인가요?", "Which of these?");
    public static readonly Word More = new("더 보기", "More");
    public static readonly Word Copy = new("복사", "Copy");
    public static readonly Word Copied = new("복사했어요", "Copied");

    public static readonly Word State = new("상태", "State");
    public static readonly Word WrittenAt = new("작성", "Written");
    public static readonly Word RunLabel = new("실행", "Run");
    public static readonly Word Schedule = new("스케줄", "Schedule");
    public static readonly Word Message = new("메시지", "Message");
    public static readonly Word NotFound = new("찾을 수 없어요", "Not found");
    public static readonly Word NotFoundHow = new(
        "삭제되었거나 주소가 달라요.",
        "It was deleted, or the address is another."
    );
    public static readonly Word SomethingWrong = new(
        "문제가 생겼어요. 새로고침해 주세요.",
        "Something went wrong. Please reload."
    );
    public static readonly Word Reconnecting = new("다시 연결하는 중이에요…", "Reconnecting…");
    public static readonly Word StoreAway = new("데이터베이스에 연결할 수 없어요", "The database cannot be reached");
    public static readonly Word StoreAwayNow = new(
        "데이터베이스에 연결할 수 없어서 지금은 할 수 없어요. 입력한 내용은 그대로 있으니 잠시 뒤에 다시 눌러 주세요.",
        "The database cannot be reached, so this cannot be done now. What you typed is still here: try again in a moment."
    );
    public static readonly Word StoreFailedNow = new(
        "저장하지 못했어요. 디스크의 남은 공간과 쓰기 권한을 확인해 주세요. 입력한 내용은 그대로 있으니 고친 뒤에 다시 눌러 주세요.",
        "It could not be stored. Check the free space where the data is, and that it may be written to. What you typed is still here: try again then."
    );
    public static readonly Word StoreAwayHow = new(
        "다시 연결되면 이 화면이 자동으로 열려요. 그동안 지나간 차례는 스케줄마다 정한 대로 이어서 써요.",
        "This page opens by itself as soon as it can. What falls due meanwhile is caught up with as each schedule says."
    );

    public static string Of(DayOfWeek day) => CultureInfo.CurrentUICulture.DateTimeFormat.GetDayName(day);

    /// <summary>An instant as the wall of <paramref name="zone"/> shows it; with its year where that is not the one of now.</summary>
    public static string At(DateTimeOffset instant, string zone, DateTimeOffset now)
    {
        var wall = TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known) ? known : TimeZoneInfo.Utc;
        var (local, today) = (TimeZoneInfo.ConvertTime(instant, wall), TimeZoneInfo.ConvertTime(now, wall));
        var form = local.Year == today.Year ? AtThisYear : AtAnyYear;
        return local.ToString(form.ToString(), CultureInfo.CurrentCulture);
    }

    /// <summary>
    /// The same with its zone named and by the reader's own clock too, where that shows another time; null: it is not known.
    /// </summary>
    public static string At(DateTimeOffset instant, string zone, DateTimeOffset now, TimeZoneInfo? reader)
    {
        var at = At(instant, zone, now);
        if (reader is null)
            return $"{at} ({zone})";
        var isSame =
            TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var wall)
            && wall.GetUtcOffset(instant) == reader.GetUtcOffset(instant);
        return isSame ? at : AtTwoClocks.In(CultureInfo.CurrentUICulture, at, zone, At(instant, reader.Id, now));
    }

    private static readonly Word AtTwoClocks = new("{0} ({1}, 내 시각 {2})", "{0} ({1}; {2} by your clock)");
    private static readonly Word AtThisYear = new("M월 d일 (ddd) HH:mm", "ddd, MMM d, HH:mm");
    private static readonly Word AtAnyYear = new("yyyy년 M월 d일 (ddd) HH:mm", "ddd, MMM d, yyyy, HH:mm");

    public static readonly Word Loading = new("불러오는 중이에요…", "Loading…");

    /// <summary>An amount in US dollars, with as many places as it needs.</summary>
    public static string Dollars(decimal amount) => "$" + amount.ToString(Places(amount), CultureInfo.CurrentCulture);

    /// <summary>What was paid, as far as prices are known; where none is, nothing can be said.</summary>
    public static string Paid(decimal? cost) => cost is { } amount ? Dollars(amount) : "–";

    /// <summary>So many runs are not in the amount beside it.</summary>
    public static string Without(int unpriced) => UnpricedRuns.In(CultureInfo.CurrentUICulture, unpriced);

    private static readonly Word UnpricedRuns = new(
        "가격을 모르는 실행 {0}건은 빠졌어요",
        "without {0} run(s) of unknown price"
    );

    /// <summary>What is there is never shown as nothing.</summary>
    private static string Places(decimal amount) =>
        amount switch
        {
            > 0 and < 0.0001m => "0.########",
            > 0 and < 1 => "0.####",
            _ => "#,0.00",
        };

    /// <summary>A span in its largest fitting unit.</summary>
    public static string Span(TimeSpan span) =>
        span.TotalSeconds < 1 ? $"{Math.Max(0, span.TotalMilliseconds):0} ms"
        : span.TotalMinutes < 1 ? $"{span.TotalSeconds:0.0} {new Word("초", "s")}"
        : span.TotalHours < 1 ? $"{(int)span.TotalMinutes}{new Word("분", " min")} {span.Seconds}{new Word("초", " s")}"
        : $"{(int)span.TotalHours}{new Word("시간", " h")} {span.Minutes}{new Word("분", " min")}";
}
