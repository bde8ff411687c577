using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Jettae.Studio;

/// <summary>All reasons there are.</summary>
public static class Reasons
{
    private static readonly Word WaitForIt = new(
        "따로 하실 일은 없어요. 잠시 뒤 자동으로 다시 시도해요.",
        "Nothing to do. It is tried again by itself."
    );
    private static readonly Word MakeAgain = new(
        "필요하면 '다시 실행하기'를 눌러 주세요. 스케줄의 다음 차례는 예정대로 써요.",
        "Press Run it again if you want it. A schedule's next slot runs as planned."
    );
    private static readonly Word CheckNetwork = new(
        "인터넷 연결과 설정의 주소를 확인해 주세요.",
        "Check the network, and the address in the settings."
    );
    private static readonly Word CheckAddress = new(
        "설정의 주소가 맞는지 확인해 주세요.",
        "Check that the address in the settings is right."
    );
    private static readonly Word RewriteAtPiece = new(
        "필요하면 글에서 '다시 쓰기'를 눌러 주세요.",
        "Press Rewrite at the piece if you want it."
    );
    private static readonly Word AskAnew = new("필요하면 다시 요청해 주세요.", "Ask for it once more if you want it.");
    private static readonly Word ScheduleIsGone = new(
        "스케줄이 지워져서 다시 실행할 수 없어요.",
        "Its schedule is deleted, so it cannot be run again."
    );

    public static readonly Reason Missed = new(
        "missed",
        new("서버가 꺼져 있는 동안 놓친 차례예요.", "This slot passed while the system was down."),
        new(
            "놓친 차례에 대한 설정에 따라 건너뛰었어요. 필요하면 '다시 실행하기'를 눌러 주세요.",
            "It was passed over by the catch-up rule. Press Run it again if you want it."
        )
    )
    {
        Fix = Fix.RunAgain,
    };
    public static readonly Reason SkippedByYou = new(
        "skipped_by_you",
        new("직접 건너뛴 차례예요.", "You skipped this slot."),
        new("하실 일은 없어요. 다음 차례는 예정대로 써요.", "Nothing to do. The next slot runs as planned.")
    )
    {
        Fix = Fix.RunAgain,
    };
    public static readonly Reason Paused = new(
        "paused",
        new("스케줄이 멈춰 있어서 건너뛰었어요.", "The schedule was paused, so this slot was skipped."),
        new("다시 시작하면 다음 차례부터 이어져요.", "Resume the schedule and it goes on with the next slot.")
    )
    {
        Fix = Fix.Resume,
    };
    public static readonly Reason GaveUp = new(
        "gave_up",
        new("QStash가 이 차례를 끝내 전달하지 못했어요.", "QStash could not deliver this slot and gave it up."),
        new(
            "설정의 공개 주소와 QStash 연결을 확인하고 '다시 실행하기'를 눌러 주세요. 다음 차례는 예정대로 예약되어 있어요.",
            "Check the public address and QStash in the settings, then press Run it again. The next slot is booked as usual."
        )
    )
    {
        Fix = Fix.RunAgain,
    };
    public static readonly Reason Interrupted = new(
        "interrupted",
        new("쓰는 도중에 프로그램이 멈췄어요.", "The program stopped while this was being written."),
        new(
            "다시 켜지면 QStash가 한 번 더 불러 이어서 써요.",
            "QStash calls again after the restart, and it is written then."
        )
    )
    {
        Fix = Fix.RunAgain,
        ToDoAtLast = MakeAgain,
    };
    public static readonly Reason Overloaded = new(
        "provider_overloaded",
        new("AI 제공자에 요청이 몰려 있어요.", "The AI provider is overloaded at the moment."),
        WaitForIt
    )
    {
        Fix = Fix.RunAgain,
        ToDoAtLast = MakeAgain,
    };
    public static readonly Reason RateLimited = new(
        "provider_rate_limited",
        new("AI 제공자의 사용 한도에 잠시 닿았어요.", "The AI provider's rate limit was reached for the moment."),
        WaitForIt
    )
    {
        Fix = Fix.RunAgain,
        ToDoAtLast = MakeAgain,
    };
    public static readonly Reason ProviderError = new(
        "provider_error",
        new("AI 제공자 쪽에 일시적인 문제가 있어요.", "The AI provider has a passing problem of its own."),
        WaitForIt
    )
    {
        Fix = Fix.RunAgain,
        ToDoAtLast = MakeAgain,
    };
    public static readonly Reason Unreachable = new(
        "provider_unreachable",
        new("AI 제공자에 연결하지 못했어요.", "The AI provider could not be reached."),
        new(
            "자동으로 다시 시도해요. 계속되면 인터넷 연결과 설정의 주소를 확인해 주세요.",
            "It is tried again by itself. If it goes on, check the network, and the address in the settings."
        )
    )
    {
        Fix = Fix.Settings,
        ToDoAtLast = AndGoesOn(CheckNetwork),
    };
    public static readonly Reason TimedOut = new(
        "provider_timeout",
        new("정해진 시간 안에 글이 끝나지 않았어요.", "The piece was not finished in time."),
        WaitForIt
    )
    {
        Fix = Fix.RunAgain,
        ToDoAtLast = MakeAgain,
    };
    public static readonly Reason Stalled = new(
        "provider_stalled",
        new("글이 오다가 멈췄어요.", "The answer stopped coming half-way."),
        WaitForIt
    )
    {
        Fix = Fix.RunAgain,
        ToDoAtLast = MakeAgain,
    };
    public static readonly Reason OddAnswer = new(
        "provider_odd_answer",
        new("AI 제공자의 답을 알아볼 수 없었어요.", "The AI provider's answer could not be understood."),
        new(
            "자동으로 다시 시도해요. 계속되면 설정의 주소가 맞는지 확인해 주세요.",
            "It is tried again by itself. If it goes on, check that the address in the settings is right."
        )
    )
    {
        Fix = Fix.Settings,
        ToDoAtLast = AndGoesOn(CheckAddress),
    };
    public static readonly Reason BadKey = new(
        "bad_key",
        new("AI 제공자가 API 키를 받아들이지 않았어요.", "The AI provider did not accept the API key."),
        new(
            "설정에서 새 키를 연결해 주세요. 환경 변수의 키라면 거기서 바꾸고 다시 시작해 주세요.",
            "Connect a valid key in the settings. If it is set in the environment, change it there and restart."
        )
    )
    {
        Fix = Fix.Settings,
    };
    public static readonly Reason Forbidden = new(
        "forbidden",
        new("이 API 키로는 허용되지 않은 요청이에요.", "This API key may not do that."),
        new(
            "제공자의 콘솔에서 키의 권한과 모델 사용 권한을 확인해 주세요.",
            "Check the key's permissions in the provider's console."
        )
    )
    {
        Fix = Fix.Settings,
    };
    public static readonly Reason Billing = new(
        "billing",
        new("AI 제공자의 결제에 문제가 있어요.", "There is a problem with the AI provider's billing."),
        new(
            "제공자의 콘솔에서 결제 수단과 잔액을 확인해 주세요.",
            "Check payment and credit in the provider's console."
        )
    )
    {
        Fix = Fix.Settings,
    };
    public static readonly Reason SpendLimit = new(
        "spend_limit",
        new("AI 제공자에 정해 둔 지출 한도에 닿았어요.", "The spend limit set at the AI provider is reached."),
        new(
            "제공자의 콘솔에서 한도를 올리거나 다음 달까지 기다려 주세요.",
            "Raise the limit in the provider's console, or wait for the next month."
        )
    )
    {
        Fix = Fix.Settings,
    };
    public static readonly Reason UnknownModel = new(
        "model_unknown",
        new("그런 이름의 모델이 없어요.", "There is no model of that name."),
        new(
            "스케줄이나 설정의 모델 이름을 확인해 주세요.",
            "Check the model's name, in the schedule and in the settings."
        )
    )
    {
        Fix = Fix.EditSchedule,
    };
    public static readonly Reason BadRequest = new(
        "provider_bad_request",
        new("AI 제공자가 요청을 받아들이지 않았어요.", "The AI provider did not accept the request."),
        new("프롬프트와 모델 설정을 바꿔 보세요.", "Change the prompt or the model and try again.")
    )
    {
        Fix = Fix.EditSchedule,
    };
    public static readonly Reason TooLarge = new(
        "prompt_too_large",
        new("프롬프트가 너무 길어요.", "The prompt is too long."),
        new("주제나 직접 쓴 프롬프트를 줄여 주세요.", "Shorten the topic or the custom prompt.")
    )
    {
        Fix = Fix.EditSchedule,
    };
    public static readonly Reason Refused = new(
        "refused",
        new("AI가 이 주제로 쓰기를 거절했어요.", "The AI declined to write this."),
        new("주제나 프롬프트의 표현을 바꿔 보세요.", "Word the topic or the prompt in another way.")
    )
    {
        Fix = Fix.EditSchedule,
    };
    public static readonly Reason CutOff = new(
        "cut_off",
        new("글이 길이 제한에 걸려 끝까지 쓰이지 않았어요.", "The piece hit the length limit before its end."),
        new("더 짧은 글을 부탁하도록 프롬프트를 바꿔 보세요.", "Ask for a shorter piece in the prompt.")
    )
    {
        Fix = Fix.EditSchedule,
    };
    public static readonly Reason DraftUnfit = new(
        "draft_unfit",
        new(
            "고쳐 쓴 글도 플랫폼의 규칙에 맞지 않았어요.",
            "Even after a correction the text did not fit its platform."
        ),
        new(
            "자동으로 다시 시도해요. 계속되면 프롬프트에서 더 짧게 부탁해 보세요.",
            "It is tried again by itself. If it goes on, ask for a shorter text in the prompt."
        )
    )
    {
        Fix = Fix.EditSchedule,
        ToDoAtLast = new(
            "아래에 적힌 점을 프롬프트에서 부탁해 보세요. 예를 들면 더 짧게 써 달라고요.",
            "Ask in the prompt for what is named below, such as a shorter text."
        ),
    };
    public static readonly Reason Cancelled = new(
        "cancelled",
        new("직접 멈춘 실행이에요.", "It was stopped by hand."),
        new("다음 차례는 예정대로 실행돼요.", "The next slot runs as planned.")
    )
    {
        Fix = Fix.RunAgain,
    };
    public static readonly Reason Deleted = new(
        "schedule_deleted",
        new("쓰는 동안 스케줄이 지워졌어요.", "The schedule was deleted meanwhile."),
        new("하실 일은 없어요.", "Nothing to do.")
    );
    public static readonly Reason PieceDeleted = new(
        "content_deleted",
        new("쓰는 동안 글이 지워졌어요.", "The piece was deleted meanwhile."),
        new("하실 일은 없어요.", "Nothing to do.")
    );
    public static readonly Reason Surprise = new(
        "internal_error",
        new("예상하지 못한 문제가 생겼어요.", "Something unexpected went wrong."),
        new("계속되면 서버 로그를 확인해 주세요.", "If it goes on, look into the server's log.")
    )
    {
        Fix = Fix.RunAgain,
    };

    public static readonly Reason StoreFailed = new(
        "store_failed",
        new("데이터를 저장하지 못했어요.", "The data could not be stored."),
        new(
            "디스크의 남은 공간과 데이터 폴더의 권한을 확인해 주세요. 고쳐지면 자동으로 다시 시도해요.",
            "Check the disk's free space and who may write to the data folder. It is tried again by itself."
        )
    )
    {
        Fix = Fix.RunAgain,
        ToDoAtLast = new(
            "디스크의 남은 공간과 데이터 폴더의 권한을 확인해 주세요.",
            "Check the disk's free space and who may write to the data folder."
        ),
    };
    public static readonly Reason TimingBroken = new(
        "timing_broken",
        new(
            "스케줄의 시간대나 cron 식을 알아볼 수 없어서 다음 차례를 정하지 못했어요.",
            "The schedule's time zone or cron expression cannot be read, so it has no next slot."
        ),
        new(
            "스케줄을 열어 시간대와 cron 식을 고쳐 주세요. 저장하면 다시 예약돼요.",
            "Open the schedule and correct its time zone or cron expression. Saving books it again."
        )
    )
    {
        Fix = Fix.EditSchedule,
    };
    public static readonly Reason QStashRefused = new(
        "qstash_refused",
        new("QStash가 예약을 받아 주지 않아요.", "QStash refuses the bookings."),
        new(
            "설정의 QStash에서 '확인하기'를 눌러 토큰과 요금제의 한도를 확인해 주세요. 고쳐지면 자동으로 예약돼요.",
            "Press Check at QStash in the settings: it is the token, or a limit of the plan. Bookings go on by themselves then."
        )
    )
    {
        Fix = Fix.Settings,
    };
    public static readonly Reason QStashUnreachable = new(
        "qstash_unreachable",
        new("QStash가 답하지 않아서 예약하지 못하고 있어요.", "QStash does not answer, so nothing can be booked."),
        new(
            "설정의 QStash에서 '확인하기'를 눌러 주소와 인터넷 연결을 확인해 주세요. 연결되면 자동으로 예약돼요.",
            "Press Check at QStash in the settings: its address, or the network. Bookings go on by themselves once it answers."
        )
    )
    {
        Fix = Fix.Settings,
    };
    public static readonly Reason SignatureRefused = new(
        "signature_refused",
        new(
            "QStash의 요청이 왔지만 서명이 맞지 않아서 받지 않았어요.",
            "A delivery came for a slot that is due, and was refused: its signature does not hold."
        ),
        new(
            "설정의 QStash에서 '확인하기'를 눌러 서명 키를 확인해 주세요. 공개 주소와 서버의 시계도 맞아야 해요.",
            "Press Check at QStash in the settings to see whether the signing keys hold. The public address and the server's clock must be right too."
        )
    )
    {
        Fix = Fix.Settings,
    };

    /// <summary>Those for which a writer gives no text, whatever it is asked for.</summary>
    public static IReadOnlyList<Reason> OfWriter { get; } =
    [
        Overloaded,
        RateLimited,
        ProviderError,
        Unreachable,
        TimedOut,
        Stalled,
        OddAnswer,
        BadKey,
        Forbidden,
        Billing,
        SpendLimit,
        UnknownModel,
    ];

    private static readonly Dictionary<string, Reason> ByKey = (
        (Reason[])
            [
                Missed,
                SkippedByYou,
                Paused,
                GaveUp,
                Interrupted,
                .. OfWriter,
                BadRequest,
                TooLarge,
                Refused,
                CutOff,
                DraftUnfit,
                Deleted,
                PieceDeleted,
                Surprise,
                Cancelled,
                StoreFailed,
                TimingBroken,
                QStashRefused,
                QStashUnreachable,
                SignatureRefused,
            ]
    ).ToDictionary(reason => reason.Key);

    /// <summary>Every reason, for pages and documentation.</summary>
    public static IReadOnlyCollection<Reason> All => ByKey.Values;

    /// <summary>Those that a run can have; the others stand on schedules and bookings.</summary>
    public static IEnumerable<Reason> OfRuns =>
        All.Except([TimingBroken, QStashRefused, QStashUnreachable, SignatureRefused]);

    /// <summary>The reason stored under <paramref name="key"/>; null when there is none.</summary>
    public static Reason? Find(string? key) => key is null ? null : ByKey.GetValueOrDefault(key);

    /// <summary>The reason of a run, as things stand with it; null when it has none.</summary>
    /// <param name="run">The run.</param>
    /// <param name="isScheduleGone">Its schedule was deleted since, so that it cannot be made again.</param>
    /// <param name="ownModel">The model that its schedule names for itself; empty: none, so that the installation's wrote.</param>
    public static Reason? Of(Run run, bool isScheduleGone = false, string? ownModel = null)
    {
        var reason = run.State is RunState.Failed or RunState.Tried ? Find(run.Reason)?.AtLast : Find(run.Reason);
        if (isScheduleGone && reason is { Fix: Fix.RunAgain or Fix.EditSchedule or Fix.Resume })
            return reason with { ToDo = ScheduleIsGone };
        if (reason == UnknownModel && string.IsNullOrWhiteSpace(ownModel))
            return reason with { Fix = Fix.Settings };
        // A run without a schedule has no next slot, and no button that makes it again.
        Word? alone =
            run.ScheduleId is not null || reason is null ? null
            : reason.ToDo == Unreachable.ToDoAtLast ? CheckNetwork
            : reason.ToDo == OddAnswer.ToDoAtLast ? CheckAddress
            : reason.ToDo != MakeAgain && reason != Cancelled ? null
            : run.Trigger == RunTrigger.Regenerate ? RewriteAtPiece
            : AskAnew;
        return alone is { } toDo ? reason! with { ToDo = toDo } : reason;
    }

    private static Word AndGoesOn(Word what) =>
        new($"{what.Ko} 다음 차례는 예정대로 써요.", $"{what.En} The next slot runs as planned.");

    /// <summary>What an exception that nobody expected means for a person.</summary>
    internal static Reason Of(Exception surprise)
    {
        for (Exception? each = surprise; each is not null; each = each.InnerException)
            if (each is DbException failure)
                return IsOurs(failure) ? Surprise : StoreFailed;
        return Surprise;
    }

    /// <summary>The store is well, and what was put to it was wrong: data, a constraint, a name that it does not know.</summary>
    private static bool IsOurs(DbException failure) =>
        failure switch
        {
            PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } => false,
            PostgresException { SqlState: ['2', '2' or '3', ..] or ['4', '2', ..] } => true,
            SqliteException { SqliteExtendedErrorCode: RefusedByTrigger } => false,
            SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_CONSTRAINT or SQLitePCL.raw.SQLITE_ERROR } => true,
            _ => false,
        };

    /// <summary>SQLITE_CONSTRAINT_TRIGGER: nothing of ours has one.</summary>
    private const int RefusedByTrigger = 1811;
}
