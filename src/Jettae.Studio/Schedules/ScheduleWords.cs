namespace Jettae.Studio;

public static partial class Words
{
    public static readonly Word TimingUnread = new("시간대나 cron 식 오류", "Time zone or cron unknown");
    public static readonly Word SearchSchedules = new("이름이나 주제로 찾기", "Search by name or topic");
    public static readonly Word NoSuchSchedules = new("맞는 스케줄이 없어요", "No schedule matches");
    public static readonly Word PausedNow = new("‘{0}’ 스케줄을 멈췄어요", "“{0}” is paused");
    public static readonly Word ResumedNow = new("‘{0}’ 스케줄을 다시 시작했어요", "“{0}” goes on");
    public static readonly Word FailedInARow = new("연속 {0}번 실패", "{0} failed in a row");
    public static readonly Word SkippedInARow = new("연속 {0}번 건너뜀", "{0} skipped in a row");

    public static readonly Word AddTime = new("시각 추가", "Add a time");
    public static readonly Word RemoveTime = new("{0} 빼기", "Remove {0}");
    public static readonly Word EndsLabel = new("언제까지", "Until when");
    public static readonly Word LastDay = new("마지막 날", "Last day");
    public static readonly Word Variables = new("변수 넣기", "Insert a variable");
    public static readonly Word UnknownVariable = new(
        "{0} 변수는 없어요. 그대로 두면 저장되지 않아요.",
        "There is no variable {0}. It cannot be saved like this."
    );
    public static readonly Word MoreSettings = new("고급 설정", "More settings");
    public static readonly Word ModelHint = new("비워 두면 기본 모델로 써요", "Left empty, the default model writes");
    public static readonly Word EstimateFree = new(
        "한 달에 약 {0:N0}편 · 샘플 작가는 무료예요",
        "About {0:N0} a month · the sample writer is free"
    );
    public static readonly Word EstimateUnknown = new(
        "한 달에 약 {0:N0}편 · 이 모델의 가격은 알 수 없어요",
        "About {0:N0} a month · the price of this model is not known"
    );
    public static readonly Word EstimateCost = new(
        "한 달에 약 {0:N0}편, {1} 정도 들어요",
        "About {0:N0} a month, some {1}"
    );
    public static readonly Word EstimateMeasured = new(
        "지금까지 쓴 글의 평균으로 계산했어요",
        "From what its pieces did cost"
    );
    public static readonly Word EstimateUsual = new(
        "비슷한 글의 평균 길이로 계산했어요",
        "From the usual size of such pieces"
    );
    public static readonly Word CreatedNow = new(
        "스케줄을 만들었어요. 첫 차례를 예약해 둘게요.",
        "The schedule is made, and its first slot is booked."
    );
    public static readonly Word SavedNow = new("저장했어요", "Saved");

    public static readonly Word SkipNext = new("다음 차례 건너뛰기", "Skip the next slot");
    public static readonly Word SkippedNow = new("{0} 차례를 건너뛰어요", "The slot of {0} is skipped");
    public static readonly Word RestUntil = new("잠시 쉬기…", "Rest until…");
    public static readonly Word ResumeNow = new("지금 다시 시작하기", "Resume now");
    public static readonly Word RestHow = new(
        "‘{0}’ 스케줄이 그때까지 쉬고, 자동으로 다시 시작해요.",
        "“{0}” rests until then and goes on by itself."
    );
    public static readonly Word UntilWhen = new("언제까지 쉴까요? ({0})", "Until when? ({0})");
    public static readonly Word RestsNow = new("{0}까지 쉬어요", "It rests until {0}");
    public static readonly Word Rests = new("{0}까지 쉬는 중", "Rests until {0}");
    public static readonly Word Tomorrow = new("내일까지", "Until tomorrow");
    public static readonly Word InAWeek = new("일주일", "A week");
    public static readonly Word InAMonth = new("한 달", "A month");
    public static readonly Word Duplicate = new("복제하기", "Duplicate");
    public static readonly Word DuplicatedNow = new(
        "‘{0}’을(를) 만들었어요. 멈춘 채로 있어요",
        "“{0}” is made, and paused"
    );

    public static Word Of(Ending ending) =>
        ending switch
        {
            Ending.AfterRuns => new("정한 횟수만큼", "After a number of runs"),
            Ending.OnDate => new("정한 날까지", "On a date"),
            _ => new("계속", "Never"),
        };

    public static Word Of(ScheduleState state) =>
        state switch
        {
            ScheduleState.Active => Active,
            ScheduleState.Paused => Paused,
            _ => Ended,
        };

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
    public static readonly Word DeleteSure = new(
        "‘{0}’ 스케줄을 삭제할까요? 앞으로의 실행이 모두 취소돼요. 이미 쓴 글은 남아요.",
        "Delete “{0}”? All its coming runs are cancelled. What was written stays."
    );

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

    public static Word Of(CatchUp rule) =>
        rule switch
        {
            CatchUp.Skip => new("건너뛰기", "Skip them"),
            CatchUp.Latest => new("가장 최근 것만", "Run the latest"),
            _ => new("모두 실행하기", "Run all"),
        };
}
