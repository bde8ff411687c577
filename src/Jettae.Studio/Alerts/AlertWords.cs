using System.Globalization;

namespace Jettae.Studio;

public static partial class Words
{
    public static readonly Word AlertsTitle = new("알림", "Alerts");
    public static readonly Word Unread = new("읽지 않음", "unread");
    public static readonly Word NoAlerts = new("알릴 일이 없어요. 모두 순조로워요.", "Nothing to tell. All is well.");
    public static readonly Word AllRead = new("모두 읽음", "Mark all as read");
    public static readonly Word SeeAllAlerts = new("알림 모두 보기", "See all alerts");
    public static readonly Word Lasts = new("진행 중", "Lasting");
    public static readonly Word IsOver = new("끝남", "Over");
    public static readonly Word AlertWhen = new("언제 알릴까요", "When to tell");
    public static readonly Word AlertWhere = new("어디로 알릴까요", "Where to tell");
    public static readonly Word AlertWhereHow = new(
        "비워 두면 이 화면의 알림(종)에만 나타나요. 웹훅과 Slack은 QStash로 보내서 실패하면 자동으로 다시 보내요.",
        "Left empty, alerts appear at the bell of these pages only. Webhook and Slack go through QStash, with its retries."
    );
    public static readonly Word WebhookBody = new("웹훅으로 보내는 내용", "What a webhook gets");
    public static readonly Word WebhookBodyHow = new(
        "POST 요청의 본문이에요. state는 시작할 때 open, 끝나면 closed예요. Slack은 text만 받아요.",
        "The body of a POST request. The state is open at the begin and closed at the end. Slack gets a text only."
    );
    public static readonly Word FailureRateOver = new("실패율이 이만큼을 넘으면 (%)", "Failures over (%)");
    public static readonly Word LateOver = new("이만큼 늦으면 (분)", "Later than (minutes)");
    public static readonly Word WebhookAddress = new("웹훅 주소", "Webhook URL");
    public static readonly Word SlackAddress = new("Slack 웹훅 주소", "Slack webhook URL");
    public static readonly Word SmtpHost = new("메일 서버 (SMTP)", "Mail server (SMTP)");
    public static readonly Word SmtpPort = new("포트", "Port");
    public static readonly Word SmtpUser = new("사용자", "User");
    public static readonly Word SmtpPassword = new("비밀번호", "Password");
    public static readonly Word SmtpPasswordKept = new(
        "저장되어 있어요. 바꿀 때만 적어 주세요. 사용자를 비우고 저장하면 함께 지워져요.",
        "It is stored. Fill in only to change it. It goes when the user is emptied and saved."
    );
    public static readonly Word MailFrom = new("보내는 주소", "From");
    public static readonly Word MailTo = new("받는 주소", "To");
    public static readonly Word ByWebhook = new("웹훅", "webhook");
    public static readonly Word BySlack = new("Slack", "Slack");
    public static readonly Word ByMail = new("메일", "mail");
    public static readonly Word AlertLanguage = new("알림 언어", "Language of what is sent");
    public static readonly Word SendTest = new("시험 알림 보내기", "Send a test");
    public static readonly Word TestAfterSaving = new(
        "저장한 뒤에 시험 알림을 보낼 수 있어요.",
        "A test can be sent once this is saved."
    );
    public static readonly Word ChannelGone = new(
        "다른 곳에서 지워서 지금은 설정되어 있지 않아요.",
        "It is not set up any more: it was taken away elsewhere."
    );
    public static readonly Word TestSent = new(
        "보냈어요. 도착했는지 확인해 주세요.",
        "Sent. See whether it has arrived."
    );
    public static readonly Word TestFailed = new("보내지 못했어요: {0}", "It could not be sent: {0}");

    private static readonly Word FailureRateAlert = new(
        "실패가 많아요: 24시간 동안 {0}",
        "Many failures: {0} in 24 hours"
    );
    private static readonly Word LateAlert = new("‘{0}’이(가) {1}분 늦었어요", "“{0}” is {1} minute(s) late");
    private static readonly Word StalledAlert = new("‘{0}’에 예약된 차례가 없어요", "“{0}” has no slot booked");
    private static readonly Word GaveUpAlert = new("‘{0}’을(를) 쓰지 못했어요", "“{0}” could not be written");
    private static readonly Word ProviderAlert = new("글쓰기가 막혀 있어요", "Writing is blocked");
    private static readonly Word QStashAlert = new("예약이나 전달이 막혀 있어요", "Booking or delivery is blocked");
    private static readonly Word FailuresToDo = new(
        "마지막으로 실패한 실행에서 이유를 확인해 주세요.",
        "See in the last failed run why."
    );
    private static readonly Word AwaitedToDo = new(
        "설정의 QStash에서 '확인하기'를 눌러 보세요. 급하면 스케줄에서 '지금 실행하기'를 눌러 주세요.",
        "Press Check at QStash in the settings. In a hurry, press Run now at the schedule."
    );
    private static readonly Word BegunToDo = new(
        "지금은 시작했어요. 실행에서 어디서 기다렸는지 확인하고, 자주 늦으면 스케줄 시각을 서로 겹치지 않게 나눠 주세요.",
        "It has begun by now; its run shows where it waited. If it happens often, spread the times of your schedules."
    );
    private static readonly Word StalledToDo = new(
        "스케줄을 열어 저장하면 다시 예약돼요. 계속되면 서버 로그를 확인해 주세요.",
        "Open the schedule and save it: that books it again. If it goes on, look into the server's log."
    );
    private static readonly Word OverAlert = new("해결됐어요: {0}", "Over: {0}");

    /// <summary>An alert in words: what is the matter, why, and what to do.</summary>
    public static string Of(Alert alert, CultureInfo culture)
    {
        var what = alert.Kind switch
        {
            AlertKind.FailureRate => FailureRateAlert.In(culture, (alert.Figure ?? 0).ToString("P0", culture)),
            AlertKind.Late => LateAlert.In(culture, alert.ScheduleName, alert.Figure),
            AlertKind.ChainStalled => StalledAlert.In(culture, alert.ScheduleName),
            AlertKind.QStash => QStashAlert.In(culture),
            AlertKind.GaveUp => GaveUpAlert.In(culture, alert.ScheduleName),
            _ => ProviderAlert.In(culture),
        };
        if (alert.ClosedAt is not null)
            return OverAlert.In(culture, what);
        return Reasons.Find(alert.Reason) is { } reason
            ? $"{what}. {reason.What.In(culture)} {ToDo(alert, culture)}"
            : $"{what}. {ToDo(alert, culture)}";
    }

    /// <summary>What to do about it now.</summary>
    public static string ToDo(Alert alert, CultureInfo culture) =>
        (
            Reasons.Find(alert.Reason)?.AtLast.ToDo
            ?? alert.Kind switch
            {
                AlertKind.Late => alert.RunId is null ? AwaitedToDo : BegunToDo,
                AlertKind.ChainStalled => StalledToDo,
                _ => FailuresToDo,
            }
        ).In(culture);
}
