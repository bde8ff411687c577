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
    public static readonly Word SignIn = new("로그인", "Sign in");
    public static readonly Word SignInHow = new(
        "Jettae를 시작한 터미널에 한 번만 쓸 수 있는 로그인 링크가 나와 있어요. 그 링크를 이 브라우저에서 열어 주세요.",
        "The terminal in which Jettae was started shows a sign-in link that works once. Open it in this browser."
    );
    public static readonly Word LinkExpired = new(
        "이미 썼거나 30분이 지난 링크예요. 아래 명령으로 새 링크를 만들어 주세요.",
        "That link was used already, or is older than 30 minutes. Make a new one with the command below."
    );
    public static readonly Word SampleNotice = new(
        "지금은 샘플 작가가 쓰고 있어요. Claude를 연결하면 진짜 글을 써 드려요.",
        "The sample writer is writing. Connect Claude, and real pieces are written."
    );
    public static readonly Word Sample = new("샘플", "Sample");

    public static readonly Word NewSchedule = new("새 스케줄", "New schedule");
    public static readonly Word EditSchedule = new("스케줄 고치기", "Edit schedule");
    public static readonly Word NoSchedules = new("아직 스케줄이 없어요", "No schedules yet");
    public static readonly Word NoSchedulesHow = new(
        "아래에서 하나를 골라 시작해 보세요. 나중에 모두 바꿀 수 있어요.",
        "Pick one of these to start with. All of it can be changed later."
    );
    public static readonly Word NextRun = new("다음 실행", "Next run");
    public static readonly Word LastRuns = new("최근 실행", "Recent runs");
    public static readonly Word Written = new("작성 {0}", "{0} written");
    public static readonly Word FailedCount = new("실패 {0}", "{0} failed");
    public static readonly Word RunNow = new("지금 실행하기", "Run now");
    public static readonly Word Running = new("쓰는 중이에요…", "Writing…");
    public static readonly Word Edit = new("고치기", "Edit");
    public static readonly Word Delete = new("삭제", "Delete");
    public static readonly Word DeleteSure = new(
        "‘{0}’ 스케줄을 삭제할까요? 앞으로의 실행이 모두 취소돼요. 이미 쓴 글은 남아요.",
        "Delete “{0}”? All its coming runs are cancelled. What was written stays."
    );
    public static readonly Word DeletePieceSure = new(
        "이 글을 삭제할까요? 되돌릴 수 없어요.",
        "Delete this piece? It cannot be undone."
    );
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
    public static readonly Word TryDraft = new("초안 미리 써 보기", "Try a draft");
    public static readonly Word DraftTitle = new("미리 써 본 초안", "A draft");
    public static readonly Word DraftHint = new("저장되지 않는 초안이에요.", "This draft is not stored.");
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
    public static readonly Word AtTheEnd = new("끝나면", "At the end");
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
    public static readonly Word Speech = new("높임", "Speech level");
    public static readonly Word CreativityLabel = new("창의성", "Creativity");
    public static readonly Word PromptLabel = new("프롬프트", "Prompt");
    public static readonly Word PromptAuto = new("알아서 만들기", "Made for you");
    public static readonly Word PromptCustom = new("직접 쓰기", "Your own words");
    public static readonly Word CustomPrompt = new("내 프롬프트", "Your prompt");
    public static readonly Word CustomPromptHint = new(
        "쓸 수 있는 변수: {{topic}} {{date}} {{weekday}} {{n}} {{last_titles}} {{audience}} {{tone}}",
        "Variables: {{topic}} {{date}} {{weekday}} {{n}} {{last_titles}} {{audience}} {{tone}}"
    );
    public static readonly Word BrandVoice = new("브랜드 목소리", "Brand voice");
    public static readonly Word CatchUpLabel = new("꺼져 있던 동안의 실행", "Runs missed while it was down");
    public static readonly Word MaxRuns = new("몇 번까지", "How many runs");
    public static readonly Word ComingSlots = new("다음 10번", "The next 10");
    public static readonly Word ComingHint = new("{0} 기준", "In {0}");
    public static readonly Word BookingMoves = new(
        "저장하면 다음 실행이 {0}에서 {1}(으)로 바뀌어요.",
        "Saving moves the next run from {0} to {1}."
    );

    public static readonly Word Search = new("글 찾기", "Search");
    public static readonly Word AllKinds = new("모든 종류", "All kinds");
    public static readonly Word AllStates = new("모든 상태", "All states");
    public static readonly Word AllSchedules = new("모든 스케줄", "All schedules");
    public static readonly Word WhichSchedule = new("어느 스케줄인가요?", "Which of these?");
    public static readonly Word NothingFound = new("찾는 글이 없어요", "Nothing found");
    public static readonly Word NoPieces = new("아직 쓴 글이 없어요", "Nothing written yet");
    public static readonly Word NoPiecesHow = new(
        "스케줄에서 ‘지금 실행하기’를 누르면 첫 글이 여기에 나타나요.",
        "Press “Run now” on a schedule, and the first piece appears here."
    );
    public static readonly Word More = new("더 보기", "More");
    public static readonly Word Length = new("길이", "Length");
    public static readonly Word Title = new("제목", "Title");
    public static readonly Word Body = new("본문", "Body");
    public static readonly Word Approve = new("승인", "Approve");
    public static readonly Word Archive = new("보관", "Archive");
    public static readonly Word BackToDraft = new("초안으로", "Back to draft");
    public static readonly Word Copy = new("복사", "Copy");
    public static readonly Word Copied = new("복사했어요", "Copied");

    public static readonly Word State = new("상태", "State");
    public static readonly Word WrittenAt = new("작성", "Written");
    public static readonly Word RunLabel = new("실행", "Run");
    public static readonly Word Schedule = new("스케줄", "Schedule");
    public static readonly Word Message = new("메시지", "Message");
    public static readonly Word NoRunsHow = new(
        "스케줄의 시각이 되거나 ‘지금 실행하기’를 누르면 여기에 남아요.",
        "When a schedule's time comes, or you press “Run now”, it is kept here."
    );
    public static readonly Word NoSuchRuns = new("맞는 실행이 없어요", "No run matches");
    public static readonly Word NoRuns = new("아직 실행한 적이 없어요", "No runs yet");
    public static readonly Word Planned = new("예정", "Planned");
    public static readonly Word Started = new("시작", "Started");
    public static readonly Word Late = new("{0} 늦음", "{0} late");
    public static readonly Word Took = new("걸린 시간", "Took");
    public static readonly Word Model = new("모델", "Model");
    public static readonly Word Tokens = new("토큰", "Tokens");
    public static readonly Word Cost = new("비용", "Cost");
    public static readonly Word Attempts = new("시도", "Attempts");
    public static readonly Word Attempt = new("{0}번째 시도", "Attempt {0}");
    public static readonly Word Trigger = new("계기", "Trigger");
    public static readonly Word Steps = new("단계", "Steps");
    public static readonly Word PromptSent = new("보낸 프롬프트", "The prompt");
    public static readonly Word RequestId = new("요청 ID", "Request id");
    public static readonly Word WhatToDo = new("이렇게 해 보세요", "What to do");
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

    public static readonly Word Messages = new("메시지", "Messages");
    public static readonly Word DeadLetters = new("배달 못 한 메시지", "Dead letters");
    public static readonly Word Queues = new("대기열", "Queues");
    public static readonly Word Queue = new("대기열", "Queue");
    public static readonly Word AllQueues = new("모든 대기열", "All queues");
    public static readonly Word FlowControl = new("흐름 제어", "Flow control");
    public static readonly Word FlowKey = new("흐름 키", "Flow key");
    public static readonly Word UrlGroups = new("URL 그룹", "URL groups");
    public static readonly Word UrlGroup = new("URL 그룹", "URL group");
    public static readonly Word Keys = new("서명 키", "Signing keys");
    public static readonly Word EngineSchedules = new("메시지 스케줄", "Message schedules");
    public static readonly Word MessageSearch = new("메시지 ID, URL, 호스트, 라벨", "Message id, URL, host or label");
    public static readonly Word NoMessages = new("아직 메시지가 없어요", "No messages yet");
    public static readonly Word NoMessagesHow = new(
        "스케줄을 만들거나 QStash SDK로 메시지를 보내면 여기에 나타나요.",
        "Make a schedule, or publish with any QStash SDK, and it appears here."
    );
    public static readonly Word NoneSoFar = new("여기까지는 없어요", "None so far: the log goes on");
    public static readonly Word NoSuchMessages = new("맞는 메시지가 없어요", "No message matches");
    public static readonly Word Timeline = new("지나온 길", "Timeline");
    public static readonly Word Answer = new("받은 답", "The answer");
    public static readonly Word NextTry = new("다음 시도", "Next try");
    public static readonly Word DestinationLabel = new("받는 곳", "Destination");
    public static readonly Word MessageId = new("메시지 ID", "Message id");
    public static readonly Word Headers = new("헤더", "Headers");
    public static readonly Word Labels = new("라벨", "Labels");
    public static readonly Word Retries = new("재시도 횟수", "Retries");
    public static readonly Word CallbackLabel = new("콜백", "Callback");
    public static readonly Word FailureCallbackLabel = new("실패 콜백", "Failure callback");
    public static readonly Word CancelMessage = new("메시지 취소하기", "Cancel the message");
    public static readonly Word CancelMessageSure = new(
        "이 메시지를 취소할까요? 더는 배달하지 않아요.",
        "Cancel this message? It is not delivered any more."
    );
    public static readonly Word Retry = new("다시 보내기", "Retry");
    public static readonly Word Chosen = new("{0}개 골랐어요", "{0} selected");
    public static readonly Word LabelFilter = new("라벨", "Label");
    public static readonly Word StatusFilter = new("응답 상태", "Response status");
    public static readonly Word Answered = new("{0}(으)로 답했어요", "Answered {0}");
    public static readonly Word NoAnswer = new("답을 받지 못했어요", "No answer came");
    public static readonly Word NoDeadLetters = new("배달 못 한 메시지가 없어요", "No dead letters");
    public static readonly Word NoDeadLettersHow = new(
        "재시도를 모두 쓰고도 배달하지 못하면 여기에 남아요.",
        "What could not be delivered after all its retries is kept here."
    );
    public static readonly Word DeleteLettersSure = new(
        "배달 못 한 메시지 {0}개를 삭제할까요? 되돌릴 수 없어요.",
        "Delete {0} dead letters? It cannot be undone."
    );
    public static readonly Word NoQueues = new("아직 대기열이 없어요", "No queues yet");
    public static readonly Word NoQueuesHow = new(
        "대기열에 메시지를 처음 넣으면 저절로 생겨요. 넣은 차례대로 배달해요.",
        "The first message put into a queue makes it. Messages are delivered in their order."
    );
    public static readonly Word DeleteQueueSure = new(
        "‘{0}’ 대기열을 삭제할까요? 남은 메시지는 하나씩 배달해요.",
        "Delete “{0}”? The messages in it are still delivered, one by one."
    );
    public static readonly Word Waiting = new("대기 {0}", "{0} waiting");
    public static readonly Word Parallelism = new("동시에", "At once");
    public static readonly Word Pause = new("멈추기", "Pause");
    public static readonly Word Resume = new("다시 시작", "Resume");
    public static readonly Word NoKeys = new("아직 흐름 키가 없어요", "No flow-control keys yet");
    public static readonly Word NoKeysHow = new(
        "흐름 키를 단 메시지를 보내면 그 키의 한도가 여기에 나타나요.",
        "Publish a message with a key, and the key's limits appear here."
    );
    public static readonly Word UnderWay = new("지금 {0} / {1} 배달 중", "{0} of {1} under way");
    public static readonly Word AtOnce = new("동시에 {0} / {1}", "{0} of {1} at once");
    public static readonly Word InPeriod = new("{2} 동안 {0} / {1}", "{0} of {1} in {2}");
    public static readonly Word Pin = new("고정하기", "Pin");
    public static readonly Word Unpin = new("고정 풀기", "Unpin");
    public static readonly Word Pinned = new("고정됨", "Pinned");
    public static readonly Word ResetRate = new("횟수 지우기", "Reset rate");
    public static readonly Word NoGroups = new("아직 URL 그룹이 없어요", "No URL groups yet");
    public static readonly Word NoGroupsHow = new(
        "그룹 이름으로 한 번 보내면 그룹의 모든 URL로 배달해요.",
        "Publish to a group's name once, and it goes to each of its URLs."
    );
    public static readonly Word AddEndpoint = new("URL 추가", "Add URL");
    public static readonly Word Remove = new("빼기", "Remove");
    public static readonly Word DeleteGroupSure = new(
        "‘{0}’ 그룹을 삭제할까요? 이미 보낸 메시지는 그대로 배달해요.",
        "Delete “{0}”? What was published already is delivered all the same."
    );
    public static readonly Word NoEngineSchedules = new("메시지 스케줄이 없어요", "No message schedules");
    public static readonly Word NoEngineSchedulesHow = new(
        "QStash SDK로 만든 cron 스케줄이 여기에 나타나요. 글 스케줄은 ‘스케줄’에 있어요.",
        "Cron schedules made with a QStash SDK appear here. Those that write are under Schedules."
    );
    public static readonly Word DeleteEngineScheduleSure = new(
        "‘{0}’(으)로 보내는 스케줄을 삭제할까요? 이미 만든 메시지는 그대로 배달해요.",
        "Delete the schedule to “{0}”? Messages it has made are delivered all the same."
    );
    public static readonly Word KeysHow = new(
        "배달마다 지금 키로 서명해요. 받는 쪽은 두 키를 모두 알고 있어야 해요.",
        "Every delivery is signed with the current key. Receivers should know both."
    );
    public static readonly Word CurrentKey = new("지금 키", "Current key");
    public static readonly Word NextKey = new("다음 키", "Next key");
    public static readonly Word Show = new("보기", "Show");
    public static readonly Word Hide = new("숨기기", "Hide");
    public static readonly Word RollKeys = new("키 바꾸기", "Roll the keys");
    public static readonly Word RollKeysSure = new(
        "다음 키가 지금 키가 되고, 새 다음 키가 생겨요. 두 번 이어서 바꾸면 옛 키만 아는 곳은 배달을 거절해요.",
        "The next key becomes the current one, and a new next key is made. Rolled twice in a row, receivers that know only the old keys refuse deliveries."
    );
    public static readonly Word QStashAway = new(
        "QStash에 닿지 못했어요. 곧 다시 물어볼게요.",
        "QStash cannot be reached. It is asked again shortly."
    );
    public static readonly Word QStashToken = new(
        "QStash가 토큰을 거절했어요. QSTASH_TOKEN을 확인해 주세요.",
        "QStash refuses the token. Check QSTASH_TOKEN."
    );
    public static readonly Word QStashReadOnly = new("이 토큰으로는 볼 수만 있어요.", "This token may only read.");
    public static readonly Word QStashBusy = new(
        "QStash의 요청 한도에 닿았어요. 잠시 뒤에 다시 해 주세요.",
        "QStash's request limit is reached. Try again in a moment."
    );

    /// <summary>A state of the log in a person's words; one that is not known here is shown as it is.</summary>
    public static Word OfLog(string state) =>
        state switch
        {
            "CREATED" => new("기다리는 중", "Waiting"),
            "ACTIVE" => new("배달 중", "Delivering"),
            "DELIVERED" => new("배달됨", "Delivered"),
            "ERROR" => new("시도 실패", "Attempt failed"),
            "RETRY" => new("다시 시도 대기", "Waiting to retry"),
            "FAILED" => new("실패", "Failed"),
            "CANCEL_REQUESTED" => new("취소하는 중", "Cancelling"),
            "CANCELED" => new("취소됨", "Cancelled"),
            "IN_PROGRESS" => new("진행 중", "In progress"),
            _ => new(state, state),
        };

    public static readonly Word Accepted = new("받았어요", "Accepted");

    /// <summary>Why an attempt failed, in a person's words; what is not known here is shown as QStash says it.</summary>
    public static string OfFailure(int? status, string? error)
    {
        if (status is > 0)
            return Answered.In(CultureInfo.CurrentUICulture, status);
        if (string.IsNullOrEmpty(error))
            return NoAnswer.ToString();
        (string Mark, Word Meaning)[] known =
        [
            ("no answer within", new("정해진 시간 안에 답이 오지 않았어요", error)),
            ("refused the connection", new("받는 곳이 연결을 거절했어요", error)),
            ("unable to resolve", new("받는 곳의 주소를 찾지 못했어요", error)),
            ("TLS failed", new("안전한 연결(TLS)을 맺지 못했어요", error)),
            ("leads to no public address", new("공개된 주소가 아니라서 부르지 않았어요", error)),
        ];
        return
            Array.Find(known, each => error.Contains(each.Mark, StringComparison.Ordinal)) is { Mark: not null } found
            ? found.Meaning.ToString()
            : error;
    }

    /// <summary>What came of a message schedule's last slot.</summary>
    public static Word OfLast(string state) =>
        state switch
        {
            "SUCCESS" => new("성공", "Success"),
            "FAIL" => new("실패", "Failed"),
            _ => new("진행 중", "In progress"),
        };

    public static Word Of(Frequency frequency) =>
        frequency switch
        {
            Frequency.Hourly => new("매시간", "Hourly"),
            Frequency.ThreeHours => new("3시간마다", "Every 3 hours"),
            Frequency.SixHours => new("6시간마다", "Every 6 hours"),
            Frequency.Daily => new("매일", "Daily"),
            Frequency.Weekly => new("주간", "Weekly"),
            Frequency.Monthly => new("월간", "Monthly"),
            _ => new("사용자 지정", "Custom"),
        };

    public static Word Of(ContentType type) =>
        type switch
        {
            ContentType.XPost => new("X 포스트", "X post"),
            ContentType.Thread => new("스레드", "Thread"),
            ContentType.BlogPost => new("블로그 글", "Blog post"),
            ContentType.YoutubeScript => new("유튜브 대본", "YouTube script"),
            ContentType.InstagramReelScript => new("릴스 대본", "Reel script"),
            ContentType.LinkedinPost => new("링크드인 글", "LinkedIn post"),
            _ => new("페이스북 글", "Facebook post"),
        };

    public static Word Of(Tone tone) =>
        tone switch
        {
            Tone.Casual => new("편안하게", "Casual"),
            Tone.Professional => new("전문적으로", "Professional"),
            Tone.Friendly => new("친근하게", "Friendly"),
            _ => new("격식 있게", "Formal"),
        };

    public static Word Of(SpeechLevel level) =>
        level switch
        {
            SpeechLevel.Hapsyo => new("합쇼체", "Hapsyo (formal)"),
            SpeechLevel.Haeyo => new("해요체", "Haeyo (polite)"),
            _ => new("반말", "Banmal (plain)"),
        };

    public static Word Of(Creativity creativity) =>
        creativity switch
        {
            Creativity.Conservative => new("차분하게", "Conservative"),
            Creativity.Balanced => new("알맞게", "Balanced"),
            _ => new("과감하게", "Creative"),
        };

    public static Word Of(CatchUp rule) =>
        rule switch
        {
            CatchUp.Skip => new("건너뛰기", "Skip them"),
            CatchUp.Latest => new("가장 최근 것만", "Run the latest"),
            _ => new("모두 실행하기", "Run all"),
        };

    public static Word Of(RunState state) =>
        state switch
        {
            RunState.Running => new("실행 중", "Running"),
            RunState.Waiting => new("다시 시도 대기", "Waiting to retry"),
            RunState.Done => new("완료", "Done"),
            RunState.Failed => new("실패", "Failed"),
            RunState.Cancelled => new("취소됨", "Cancelled"),
            _ => new("건너뜀", "Skipped"),
        };

    public static Word Of(RunTrigger trigger) =>
        trigger switch
        {
            RunTrigger.Schedule => new("예약", "Schedule"),
            RunTrigger.CatchUp => new("놓친 실행", "Catch-up"),
            RunTrigger.Manual => new("직접 실행", "By hand"),
            RunTrigger.Rerun => new("다시 실행", "Rerun"),
            RunTrigger.Regenerate => new("다시 쓰기", "Rewrite"),
            _ => new("한 번 쓰기", "One-off"),
        };

    public static Word Of(ContentStatus status) =>
        status switch
        {
            ContentStatus.Draft => new("초안", "Draft"),
            ContentStatus.Approved => new("승인됨", "Approved"),
            ContentStatus.Rejected => new("반려됨", "Rejected"),
            _ => new("보관됨", "Archived"),
        };

    public static Word Of(StepKind kind) =>
        kind switch
        {
            StepKind.Due => new("예정 시각", "Due"),
            StepKind.Delivered => new("전달", "Delivered"),
            StepKind.Verified => new("서명 확인", "Signature checked"),
            StepKind.Prompt => new("프롬프트", "Prompt"),
            StepKind.Write => new("글쓰기", "Writing"),
            StepKind.Checked => new("검사", "Checked"),
            StepKind.Repair => new("다듬기", "Repair"),
            StepKind.Similarity => new("이전 글과 비교", "Compared with earlier pieces"),
            StepKind.Stored => new("저장", "Stored"),
            _ => new("다음 예약", "Next booked"),
        };

    public static string Of(DayOfWeek day) => CultureInfo.CurrentUICulture.DateTimeFormat.GetDayName(day);

    /// <summary>An instant as the wall of <paramref name="zone"/> shows it.</summary>
    public static string At(DateTimeOffset instant, string zone)
    {
        var local = TimeZoneInfo.ConvertTime(
            instant,
            TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var known) ? known : TimeZoneInfo.Utc
        );
        var korean = CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "ko";
        return local.ToString(korean ? "M월 d일 (ddd) HH:mm" : "ddd, MMM d, HH:mm", CultureInfo.CurrentCulture);
    }

    public static readonly Word Loading = new("불러오는 중이에요…", "Loading…");

    /// <summary>An amount in US dollars, with as many places as it needs.</summary>
    public static string Dollars(decimal amount) => "$" + amount.ToString(Places(amount), CultureInfo.CurrentCulture);

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
