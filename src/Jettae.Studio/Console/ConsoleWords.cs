using System.Globalization;

namespace Jettae.Studio;

public static partial class Words
{
    public static readonly Word Messages = new("메시지", "Messages");
    public static readonly Word DeadLetters = new("전달하지 못한 메시지", "Dead letters");
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
    public static readonly Word Timeline = new("진행 기록", "Timeline");
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
        "이 메시지를 취소할까요? 더는 전달하지 않아요.",
        "Cancel this message? It is not delivered any more."
    );
    public static readonly Word Retry = new("다시 보내기", "Retry");
    public static readonly Word Chosen = new("{0}개 선택했어요", "{0} selected");
    public static readonly Word LabelFilter = new("라벨", "Label");
    public static readonly Word StatusFilter = new("응답 상태", "Response status");
    public static readonly Word Answered = new("{0}(으)로 답했어요", "Answered {0}");
    public static readonly Word NoAnswer = new("답을 받지 못했어요", "No answer came");
    public static readonly Word NoDeadLetters = new("전달하지 못한 메시지가 없어요", "No dead letters");
    public static readonly Word NoDeadLettersHow = new(
        "재시도를 모두 쓰고도 전달하지 못하면 여기에 남아요.",
        "What could not be delivered after all its retries is kept here."
    );
    public static readonly Word DeleteLettersSure = new(
        "전달하지 못한 메시지 {0}개를 삭제할까요? 되돌릴 수 없어요.",
        "Delete {0} dead letter(s)? It cannot be undone."
    );
    public static readonly Word NoQueues = new("아직 대기열이 없어요", "No queues yet");
    public static readonly Word NoQueuesHow = new(
        "대기열에 메시지를 처음 넣으면 자동으로 생겨요. 넣은 차례대로 전달해요.",
        "The first message put into a queue makes it. Messages are delivered in their order."
    );
    public static readonly Word DeleteQueueSure = new(
        "‘{0}’ 대기열을 삭제할까요? 남은 메시지는 하나씩 전달해요.",
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
    public static readonly Word UnderWay = new("지금 {0} / {1} 전달 중", "{0} of {1} under way");
    public static readonly Word AtOnce = new("동시에 {0} / {1}", "{0} of {1} at once");
    public static readonly Word InPeriod = new("{2} 동안 {0} / {1}", "{0} of {1} in {2}");
    public static readonly Word Pin = new("고정하기", "Pin");
    public static readonly Word Unpin = new("고정 해제", "Unpin");
    public static readonly Word Pinned = new("고정됨", "Pinned");
    public static readonly Word ResetRate = new("횟수 초기화", "Reset rate");
    public static readonly Word NoGroups = new("아직 URL 그룹이 없어요", "No URL groups yet");
    public static readonly Word NoGroupsHow = new(
        "그룹 이름으로 한 번 보내면 그룹의 모든 URL로 전달해요.",
        "Publish to a group's name once, and it goes to each of its URLs."
    );
    public static readonly Word AddEndpoint = new("URL 추가", "Add URL");
    public static readonly Word Remove = new("빼기", "Remove");
    public static readonly Word DeleteGroupSure = new(
        "‘{0}’ 그룹을 삭제할까요? 이미 보낸 메시지는 그대로 전달해요.",
        "Delete “{0}”? What was published already is delivered all the same."
    );
    public static readonly Word NoEngineSchedules = new("메시지 스케줄이 없어요", "No message schedules");
    public static readonly Word NoEngineSchedulesHow = new(
        "QStash SDK로 만든 cron 스케줄이 여기에 나타나요. 글 스케줄은 ‘스케줄’에 있어요.",
        "Cron schedules made with a QStash SDK appear here. Those that write are under Schedules."
    );
    public static readonly Word DeleteEngineScheduleSure = new(
        "‘{0}’(으)로 보내는 스케줄을 삭제할까요? 이미 만든 메시지는 그대로 전달해요.",
        "Delete the schedule to “{0}”? Messages it has made are delivered all the same."
    );
    public static readonly Word KeysHow = new(
        "전달할 때마다 현재 키로 서명해요. 받는 쪽은 두 키를 모두 알고 있어야 해요.",
        "Every delivery is signed with the current key. Receivers should know both."
    );
    public static readonly Word CurrentKey = new("현재 키", "Current key");
    public static readonly Word NextKey = new("다음 키", "Next key");
    public static readonly Word Show = new("보기", "Show");
    public static readonly Word Hide = new("숨기기", "Hide");
    public static readonly Word RollKeys = new("키 바꾸기", "Roll the keys");
    public static readonly Word RollKeysSure = new(
        "다음 키가 현재 키가 되고, 새 다음 키가 생겨요. 두 번 이어서 바꾸면 옛 키만 아는 곳은 전달을 거절해요.",
        "The next key becomes the current one, and a new next key is made. Rolled twice in a row, receivers that know only the old keys refuse deliveries."
    );
    public static readonly Word QStashAway = new(
        "QStash에 연결하지 못했어요. 곧 다시 시도해요.",
        "QStash cannot be reached. It is asked again shortly."
    );
    public static readonly Word QStashToken = new(
        "QStash가 토큰을 거절했어요. QSTASH_TOKEN을 확인해 주세요.",
        "QStash refuses the token. Check QSTASH_TOKEN."
    );
    public static readonly Word QStashReadOnly = new("이 토큰으로는 볼 수만 있어요.", "This token may only read.");
    public static readonly Word QStashBusy = new(
        "QStash의 요청 한도에 도달했어요. 잠시 뒤에 다시 시도해 주세요.",
        "QStash's request limit is reached. Try again in a moment."
    );

    /// <summary>A state of the log in a person's words; one that is not known here is shown as it is.</summary>
    public static Word OfLog(string state) =>
        state switch
        {
            "CREATED" => new("기다리는 중", "Waiting"),
            "ACTIVE" => new("전달 중", "Delivering"),
            "DELIVERED" => new("전달됨", "Delivered"),
            "ERROR" => new("시도 실패", "Attempt failed"),
            "RETRY" => new("다시 시도 대기", "Waiting to retry"),
            "FAILED" => new("실패", "Failed"),
            "CANCEL_REQUESTED" => new("취소하는 중", "Cancelling"),
            "CANCELED" => new("취소됨", "Cancelled"),
            "IN_PROGRESS" => new("진행 중", "In progress"),
            _ => new(state, state),
        };

    public static readonly Word Accepted = new("받았어요", "Accepted");

    /// <summary>Why an attempt or a schedule's slot failed, in a person's words; what is not known here is shown as QStash says it.</summary>
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
            ("the operator allows https only", new("운영자가 https만 허용해서 부르지 않았어요", error)),
            ("is not one that the operator allows", new("운영자가 허용하지 않은 포트라서 부르지 않았어요", error)),
            ("the attempt broke", new("연결이 도중에 끊어졌어요", error)),
            ("could not be made", new("콜백을 만들지 못했어요", error)),
            ("Invalid cron expression", new("cron 식이나 시간대를 알아볼 수 없어요", error)),
            ("invalid destination url", new("받는 곳의 주소가 올바르지 않아요", error)),
            (" not found", new("받는 곳으로 정한 URL 그룹이 없어요", error)),
            ("quota ", new("정해진 한도를 넘었어요", error)),
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
}
