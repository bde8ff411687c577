namespace Jettae.Studio;

public static partial class Words
{
    public static readonly Word MeantVariable = new("{0}(으)로 바꾸기", "Change to {0}");
    public static readonly Word BannedWordsLabel = new("쓰지 않을 말", "Words never to use");
    public static readonly Word BannedWordsHint = new(
        "한 줄에 하나씩, 50개까지 적을 수 있어요",
        "One per line, up to 50"
    );
    public static readonly Word ExamplesLabel = new("예시 글", "Example pieces");
    public static readonly Word ExamplesHint = new(
        "이 문체를 따라 써요. 글 사이에 --- 한 줄을 넣어 주세요. 5편까지예요",
        "Their style is followed. Put a line of --- between pieces, up to 5"
    );
    public static readonly Word VariantsLabel = new("한 번에 쓸 초안 수", "Drafts per run");
    public static readonly Word VariantsHint = new(
        "초안마다 한 번씩 써서 비용도 그만큼 늘어요",
        "Each draft is written on its own, so the cost grows with it"
    );
    public static readonly Word NumberingLabel = new("스레드 글에 번호 붙이기", "Number the posts of a thread");

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
}
