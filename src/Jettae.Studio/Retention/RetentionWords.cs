namespace Jettae.Studio;

public static partial class Words
{
    public static readonly Word RunsKeptFor = new(
        "실행 기록과 알림은 끝난 지 {0}일이 지나면 지워요. 글은 그대로 남아요.",
        "Runs and alerts are deleted {0} days after their end. Pieces stay."
    );
    public static readonly Word RunsPastRetention = new(
        "끝난 지 {0}일이 지난 실행 기록은 지워져서 여기에 나오지 않아요. 쓴 글은 보관함에 그대로 있어요.",
        "Runs are deleted {0} days after their end and are not shown here. What they wrote is still in the library."
    );
    public static readonly Word AlertsPastRetention = new(
        "끝난 지 {0}일이 지난 알림은 지워져서 여기에 나오지 않아요.",
        "Alerts are deleted {0} days after their end and are not shown here."
    );
    public static readonly Word NoRunsKept = new("실행 기록이 없어요", "No runs here");
    public static readonly Word RunPastRetention = new(
        "보관 기간이 지나서 지워졌어요",
        "Deleted: it was past its retention"
    );
    public static readonly Word UsageOfKeptRuns = new(
        "토큰과 비용은 남아 있는 실행만 더한 값이에요.",
        "Tokens and cost are those of the runs that are kept."
    );
    public static readonly Word RewrittenByBrand = new(
        "이 글을 처음 쓸 때의 규칙은 보관 기간이 지나서 지워졌어요. 지금의 브랜드 설정대로 다시 써요.",
        "The rules that this piece was first written by were past their retention and are deleted. It is rewritten by what your brand says now."
    );
}
