namespace Jettae.Studio;

public static partial class Words
{
    public static readonly Word Rerun = new("다시 실행하기", "Run it again");
    public static readonly Word RerunFresh = new("처음부터 다시", "From the beginning");
    public static readonly Word RerunEdited = new("프롬프트를 고쳐서 다시", "With another prompt…");
    public static readonly Word RerunHow = new(
        "고친 프롬프트로 새로 써요. 스케줄의 설정은 그대로예요.",
        "It is written anew with this prompt. The schedule's settings stay as they are."
    );
    public static readonly Word GivenUpAfter = new("{0}번 시도한 끝에 그만뒀어요.", "Given up after {0} attempt(s).");
    public static readonly Word CancelRun = new("실행 멈추기", "Stop this run");
    public static readonly Word CancelRunSure = new(
        "이 실행을 멈출까요? 다음 차례는 예정대로 실행돼요.",
        "Stop this run? The next slot runs as planned."
    );
    public static readonly Word CancelledNow = new("실행을 멈췄어요", "The run is stopped");
    public static readonly Word RerunOf = new("다시 한 실행", "Rerun of");
    public static readonly Word WrittenNow = new("지금 쓰고 있어요", "Being written now");
    public static readonly Word AnswerReceived = new("받은 답", "The answer");
    public static readonly Word WaitedBetween = new("{0} 뒤에 다시 시도했어요", "Tried again after {0}");
    public static readonly Word EditTheSchedule = new("스케줄 고치기", "Edit the schedule");
    public static readonly Word OpenSettings = new("설정 열기", "Open the settings");
    public static readonly Word ResumeSchedule = new("스케줄 다시 시작하기", "Resume the schedule");
    public static readonly Word AnyTime = new("모든 기간", "Any time");
    public static readonly Word LastDays = new("최근 {0}일", "Last {0} days");
    public static readonly Word Last24Hours = new("최근 24시간", "Last 24 hours");
    public static readonly Word AllReasons = new("모든 이유", "All reasons");
    public static readonly Word AllTriggers = new("모든 실행 방식", "All triggers");
    public static readonly Word OwnSpan = new("기간 고르기", "Choose dates");
    public static readonly Word Period = new("기간", "Period");
    public static readonly Word SpanFirst = new("첫날", "First day");
    public static readonly Word SpanLast = new("마지막 날", "Last day");
    public static readonly Word WhyLabel = new("이유", "Reason");
    public static readonly Word TokensCount = new("{0} 토큰", "{0} token(s)");
    public static readonly Word RerunStored = new("저장된 프롬프트 그대로", "With the stored prompt");
    public static readonly Word RerunCheck = new("받은 답만 다시 검사", "Check the answer again");
    public static readonly Word StepInput = new("입력", "In");
    public static readonly Word StepOutput = new("출력", "Out");
    public static readonly Word StepNothing = new("기록된 내용이 없어요.", "Nothing is recorded.");
    public static readonly Word StepEarlier = new(
        "앞선 시도의 프롬프트와 답은 남기지 않아요. 마지막 시도에서 볼 수 있어요.",
        "Prompt and answer of an earlier attempt are not kept. See the last one."
    );
    public static readonly Word ChooseStep = new(
        "단계를 누르면 입력과 출력을 볼 수 있어요.",
        "Choose a step to see what went in and came out."
    );
    public static readonly Word NextAttempt = new("다음 시도", "Next attempt");
    public static readonly Word TokensInput = new("입력 토큰", "Input tokens");
    public static readonly Word TokensCached = new("그중 캐시에서", "of them from cache");
    public static readonly Word TokensCacheWrite = new("그중 캐시에 저장", "of them into cache");
    public static readonly Word OfRuns = new("실행 {0}번", "{0} run(s)");
    public static readonly Word TokensOutput = new("출력 토큰", "Output tokens");
    public static readonly Word TokensThinking = new("그중 추론", "of them thinking");
    public static readonly Word PromptLabelRun = new("프롬프트", "The prompt");

    public static readonly Word NoRunsHow = new(
        "스케줄의 시각이 되거나 ‘지금 실행하기’를 누르면 여기에 남아요.",
        "When a schedule's time comes, or you press “Run now”, it is kept here."
    );
    public static readonly Word NoSuchRuns = new("맞는 실행이 없어요", "No run matches");
    public static readonly Word NoRuns = new("아직 실행한 적이 없어요", "No runs yet");
    public static readonly Word Planned = new("예정", "Planned");
    public static readonly Word Started = new("시작", "Started");
    public static readonly Word Late = new("{0} 지연", "{0} late");
    public static readonly Word Took = new("걸린 시간", "Took");
    public static readonly Word Model = new("모델", "Model");
    public static readonly Word Tokens = new("토큰", "Tokens");
    public static readonly Word Cost = new("비용", "Cost");
    public static readonly Word Attempts = new("시도", "Attempts");
    public static readonly Word Attempt = new("{0}번째 시도", "Attempt {0}");
    public static readonly Word Trigger = new("실행 방식", "Trigger");
    public static readonly Word Steps = new("단계", "Steps");
    public static readonly Word PromptSent = new("보낸 프롬프트", "The prompt");
    public static readonly Word RequestId = new("요청 ID", "Request id");
    public static readonly Word WhatToDo = new("이렇게 해 보세요", "What to do");

    public static Word Of(RunState state) =>
        state switch
        {
            RunState.Running => new("실행 중", "Running"),
            RunState.Waiting => new("다시 시도 대기", "Waiting to retry"),
            RunState.Done => new("완료", "Done"),
            RunState.Failed => new("실패", "Failed"),
            RunState.Cancelled => new("취소됨", "Cancelled"),
            RunState.Tried => new("미리 써 봄", "Tried"),
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
            RunTrigger.Draft => Words.TryDraft,
            _ => new("한 번 쓰기", "One-off"),
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
}
