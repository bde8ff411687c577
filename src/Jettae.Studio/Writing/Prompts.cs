using System.Globalization;

namespace Jettae.Studio;

/// <summary>Turns an assignment into the words that the writer gets. Pure.</summary>
internal static partial class Prompts
{
    private static readonly Word Role = new(
        "당신은 한 브랜드의 글을 오래 써 온 콘텐츠 작가예요. 사람이 고치지 않고 바로 올릴 수 있는 글을 써 주세요.",
        "You are a content writer who has long written for one brand. Write a piece that can be posted without any edits."
    );

    private static readonly Word Truth = new(
        "없는 경험, 후기, 수치, 출처, 인용을 지어내지 마세요. 확실하지 않은 사실은 쓰지 마세요. 설명이나 인사 없이 글만 답하세요.",
        "Never invent experiences, reviews, figures, sources or quotes, and leave out what is not certain. Answer with the piece only, without remarks."
    );

    /// <summary>Ways to look at a topic, taken in turn so that two pieces in a row differ. None asks for facts of its own.</summary>
    private static readonly Word[] Angles =
    [
        new("오늘 바로 해 볼 수 있는 방법 하나에 집중해 주세요.", "Focus on one thing to try today."),
        new("흔히 하는 실수와 그것을 피하는 법을 다뤄 주세요.", "Take up a common mistake and how to avoid it."),
        new("읽는 사람이 스스로 답해 볼 질문에서 시작해 주세요.", "Start from a question the reader can answer alone."),
        new("널리 퍼진 오해 하나를 바로잡아 주세요.", "Set one widespread misunderstanding right."),
        new("두 가지 방법을 견주고 언제 무엇이 나은지 알려 주세요.", "Compare two ways and say when each is better."),
        new("처음 시작하는 사람의 첫걸음을 도와주세요.", "Help a beginner with the first step."),
        new("왜 중요한지, 그 까닭을 쉽게 풀어 주세요.", "Explain plainly why it matters."),
    ];

    /// <param name="assignment">What is written.</param>
    /// <param name="variant">Which of its drafts, from 0: each takes an angle of its own.</param>
    public static Prompt For(Assignment assignment, int variant = 0) =>
        assignment.GivenPrompt is { } given
            ? Prompt.Of(given) ?? new Prompt(SystemFor(assignment), given)
            : new Prompt(SystemFor(assignment), UserFor(assignment, variant));

    public static string Repair(Word fault, Assignment assignment) =>
        $"{fault.In(CultureOf(assignment))}\n{new Word("고쳐서 글 전체를 다시 답해 주세요.", "Correct this and answer with the whole piece again.").In(CultureOf(assignment))}";

    /// <summary>Asks for another piece, since the one just written is too much like an earlier one.</summary>
    public static string NewAngle(string title, Assignment assignment) =>
        new Word(
            "이 글은 전에 쓴 “{0}”과(와) 너무 비슷해요. 시작, 소재, 결론이 모두 다른 새로운 관점으로 글 전체를 다시 써 주세요.",
            "This is too much like the earlier piece “{0}”. Write the whole piece again from a new angle, with another opening, other material and another conclusion."
        ).In(CultureOf(assignment), title);

    /// <summary>Asks for a text to be changed as a person wishes; the rules stay.</summary>
    public static Prompt Revise(Assignment assignment, string currentText, string instruction)
    {
        var culture = CultureOf(assignment);
        var wish = new Word(
            "아래 글을 다음 부탁대로 고쳐서 글 전체를 다시 답해 주세요. 부탁하지 않은 곳은 그대로 두세요.",
            "Change the text below as asked and answer with the whole piece again. Leave the rest as it is."
        ).In(culture);
        var asked = new Word("부탁", "What to change").In(culture);
        return new Prompt(
            SystemFor(assignment),
            $"{wish}\n\n{asked}: {instruction.Trim()}\n\n<text>\n{currentText.Trim()}\n</text>"
        );
    }

    public static string Continue(Assignment assignment) =>
        new Word(
            "답이 길이 제한에서 끊겼어요. 더 짧게, 끝까지 완성된 글 전체를 다시 답해 주세요.",
            "Your answer was cut off by the length limit. Answer with the whole piece again, shorter and complete."
        ).In(CultureOf(assignment));

    private static string SystemFor(Assignment assignment)
    {
        if (assignment.GivenRules is { } given)
            return given;
        var culture = CultureOf(assignment);
        var settings = assignment.Settings;
        var parts = new List<string>
        {
            Role.In(culture),
            Part(new("형식", "Form"), ContentRules.For(assignment.Type).Ask.In(culture)),
            Part(new("언어", "Language"), Language(assignment).In(culture)),
        };
        // Who writes the prompt in their own words says tone, readers and freedom there, if at all.
        if (settings.PromptType == PromptType.Auto)
        {
            parts.Add(Part(new("말투", "Tone"), ToneIn(assignment.Tone).In(culture)));
            if (assignment.Audience is { Length: > 0 } audience)
                parts.Add(Part(new("읽는 사람", "Audience"), audience));
            parts.Add(Part(new("표현", "Freedom"), Freedom(settings.Creativity).In(culture)));
        }
        if (assignment.BrandName is { Length: > 0 } brand)
            parts.Add(Part(new("브랜드", "Brand"), brand));
        if (settings.BrandVoice is { Length: > 0 } voice)
            parts.Add(Part(new("브랜드의 목소리", "Brand voice"), voice));
        if (settings.BannedWords.Count > 0)
            parts.Add(
                Part(
                    new("쓰지 않을 말", "Words never to use"),
                    string.Join(", ", settings.BannedWords.Select(word => $"“{word}”"))
                )
            );
        if (settings.Examples.Count > 0)
            parts.Add(
                Part(
                    new(
                        "본보기(문체만 따르고, 내용과 표현은 옮기지 마세요)",
                        "Examples (follow their style; never copy content or phrases)"
                    ),
                    string.Join("\n", settings.Examples.Select(example => $"<example>\n{example.Trim()}\n</example>"))
                )
            );
        parts.Add(Part(new("사실", "Truth"), Truth.In(culture)));
        return string.Join("\n\n", parts);

        string Part(Word head, string text) => $"# {head.In(culture)}\n{text}";
    }

    private static string UserFor(Assignment assignment, int variant)
    {
        var culture = CultureOf(assignment);
        if (assignment.Settings is { PromptType: PromptType.Custom, CustomPrompt: { } own })
        {
            var filled = Filled(own, assignment);
            return variant == 0 ? filled : $"{filled}\n\n{AngleFor(assignment, variant).In(culture)}";
        }
        var lines = new List<string>
        {
            new Word("주제: {0}", "Topic: {0}").In(culture, assignment.Topic),
            new Word("날짜: {0}", "Date: {0}").In(
                culture,
                LocalTime(assignment).ToString("yyyy-MM-dd (dddd)", culture)
            ),
        };
        if (assignment.LastTitles.Count > 0)
            lines.Add(
                new Word(
                    "최근에 쓴 글이에요. 겹치지 않게 다른 이야기를 골라 주세요: {0}",
                    "Recent pieces; tell something else than these: {0}"
                ).In(culture, string.Join(" / ", assignment.LastTitles))
            );
        lines.Add(new Word("관점: {0}", "Angle: {0}").In(culture, AngleFor(assignment, variant).In(culture)));
        return string.Join("\n", lines);
    }

    private static Word AngleFor(Assignment assignment, int variant) =>
        Angles[(Math.Max(assignment.Number, 1) - 1 + variant) % Angles.Length];

    private static CultureInfo CultureOf(Assignment assignment) =>
        CultureInfo.GetCultureInfo(assignment.IsKorean ? "ko-KR" : "en-US");

    private static Word ToneIn(Tone tone) =>
        tone switch
        {
            Tone.Casual => new("편안하고 가볍게", "casual"),
            Tone.Professional => new("전문가답게", "professional"),
            Tone.Friendly => new("친근하게", "friendly"),
            _ => new("격식 있게", "formal"),
        };

    private static Word Freedom(Creativity creativity) =>
        creativity switch
        {
            Creativity.Conservative => new(
                "검증된 내용과 익숙한 구성으로, 과장 없이 써 주세요.",
                "Keep to well-established points and a familiar structure, without exaggeration."
            ),
            Creativity.Creative => new(
                "뻔한 시작을 피하고, 뜻밖의 비유나 관점으로 새롭게 써 주세요.",
                "Avoid the obvious opening; find a fresh angle or an unexpected comparison."
            ),
            _ => new("익숙함과 새로움을 고르게 담아 주세요.", "Balance the familiar with the fresh."),
        };

    private static Word Language(Assignment assignment) =>
        !assignment.IsKorean
            ? new($"이 언어로 써 주세요: {assignment.Language}", $"Write in this language: {assignment.Language}.")
            : assignment.Settings.SpeechLevel switch
            {
                SpeechLevel.Hapsyo => new(
                    "한국어 합쇼체(~습니다)로 써 주세요.",
                    "Write in Korean, formal polite style."
                ),
                SpeechLevel.Banmal => new("한국어 반말(~해, ~야)로 써 주세요.", "Write in Korean, plain style."),
                _ => new("한국어 해요체(~해요)로 써 주세요.", "Write in Korean, polite style."),
            };
}
