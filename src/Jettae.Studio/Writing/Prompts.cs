using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Jettae.Studio;

/// <summary>Turns an assignment into the words that the writer gets. Pure.</summary>
internal static partial class Prompts
{
    public static readonly string[] Variables = ["topic", "date", "weekday", "n", "last_titles", "audience", "tone"];

    private static readonly Word Truth = new(
        "없는 경험, 후기, 수치, 출처, 인용을 지어내지 마세요. 확실하지 않은 사실은 쓰지 마세요. 설명이나 인사 없이 글만 답하세요.",
        "Never invent experiences, reviews, figures, sources or quotes, and leave out what is not certain. Answer with the piece only, without remarks."
    );

    public static string For(Assignment assignment)
    {
        var culture = CultureOf(assignment);
        var text = new StringBuilder();
        if (assignment.Settings is { PromptType: PromptType.Custom, CustomPrompt: { } own })
            text.AppendLine(Filled(own, assignment));
        else
            AppendAuto(text, assignment, culture);
        text.AppendLine().AppendLine(ContentRules.For(assignment.Type).Ask.In(culture));
        text.AppendLine(Language(assignment).In(culture));
        text.Append(Truth.In(culture));
        return text.ToString();
    }

    public static string Repair(string fault, Assignment assignment) =>
        $"{fault} {new Word("고쳐서 글 전체를 다시 답해 주세요.", "Correct this and answer with the whole piece again.").In(CultureOf(assignment))}";

    public static string Continue(Assignment assignment) =>
        new Word(
            "답이 길이 제한에서 끊겼어요. 더 짧게, 끝까지 완성된 글 전체를 다시 답해 주세요.",
            "Your answer was cut off by the length limit. Answer with the whole piece again, shorter and complete."
        ).In(CultureOf(assignment));

    /// <summary>The first variable that there is not; null when all are known.</summary>
    public static string? UnknownVariable(string prompt) =>
        Variable()
            .Matches(prompt)
            .Select(match => match.Groups[1].Value)
            .FirstOrDefault(name => !Variables.Contains(name));

    private static void AppendAuto(StringBuilder text, Assignment assignment, CultureInfo culture)
    {
        Line(new("주제: {0}", "Topic: {0}"), assignment.Topic);
        Line(new("말투: {0}", "Tone: {0}"), ToneIn(assignment.Tone).In(culture));
        if (assignment.Audience is { Length: > 0 } audience)
            Line(new("읽는 사람: {0}", "Audience: {0}"), audience);
        if (assignment.Settings.BrandVoice is { Length: > 0 } voice)
            Line(new("브랜드의 목소리: {0}", "Brand voice: {0}"), voice);
        text.AppendLine(Freedom(assignment.Settings.Creativity).In(culture));
        if (assignment.LastTitles.Count > 0)
            Line(
                new(
                    "최근에 쓴 글이에요. 겹치지 않게 다른 이야기를 골라 주세요: {0}",
                    "Recent pieces; choose another angle than these: {0}"
                ),
                string.Join(" / ", assignment.LastTitles)
            );

        void Line(Word word, string value) => text.AppendLine(word.In(culture, value));
    }

    private static string Filled(string prompt, Assignment assignment) =>
        Variable().Replace(prompt, match => Value(match.Groups[1].Value, assignment) ?? match.Value);

    private static string? Value(string variable, Assignment assignment)
    {
        var culture = CultureOf(assignment);
        var local = TimeZoneInfo.ConvertTime(assignment.At, assignment.Zone);
        return variable switch
        {
            "topic" => assignment.Topic,
            "date" => local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
            "weekday" => local.ToString("dddd", culture),
            "n" => assignment.Number.ToString(CultureInfo.InvariantCulture),
            "last_titles" => string.Join(" / ", assignment.LastTitles),
            "audience" => assignment.Audience ?? "",
            "tone" => ToneIn(assignment.Tone).In(culture),
            _ => null,
        };
    }

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

    [GeneratedRegex(@"\{\{\s*([^{}]*?)\s*\}\}")]
    private static partial Regex Variable();
}
