using System.Globalization;

namespace Jettae.Studio;

/// <summary>A piece as the writer gave it, brought into its form and measured.</summary>
internal sealed record Draft(string Title, string Body, int Length, int? Limit)
{
    private const int LongestTitle = 200;

    public static Draft From(ContentType type, string answer)
    {
        var text = answer.ReplaceLineEndings("\n").Trim();
        var (title, body) = ContentRules.For(type).HasTitle ? Titled(text) : ("", text);
        if (type == ContentType.Thread)
            body = ThreadText.Split(body);
        return new Draft(title.Length > 0 ? title : FirstWords(body), body, Measure(type, body), LimitOf(type));
    }

    /// <summary>The length as the piece's platform counts it: weighted for X; of a thread, its longest post.</summary>
    public static int Measure(ContentType type, string body) =>
        type switch
        {
            ContentType.XPost => XText.Length(body),
            ContentType.Thread => ThreadText.Posts(body).Select(XText.Length).DefaultIfEmpty().Max(),
            _ => ThreadText.Characters(body),
        };

    public static int? LimitOf(ContentType type) =>
        type == ContentType.Thread ? XText.Limit : ContentRules.For(type).Limit;

    /// <summary>What is wrong with it, in words that the writer can act on; null when it is fit.</summary>
    public string? Fault(ContentType type, string language)
    {
        if (Body.Length == 0)
            return "The text is empty.";
        if (Length > Limit)
            return $"The text is too long for its platform: it counts {Length}, and at most {Limit} are allowed.";
        if (type == ContentType.Thread && ThreadText.Posts(Body).Count > ThreadText.MostPosts)
            return $"The thread has more than {ThreadText.MostPosts} posts.";
        if (language.StartsWith("ko", StringComparison.OrdinalIgnoreCase) && HangulShare(Body) < 0.2)
            return "The text must be in Korean.";
        if (language.StartsWith("en", StringComparison.OrdinalIgnoreCase) && HangulShare(Body) > 0.5)
            return "The text must be in English.";
        return null;
    }

    private static (string Title, string Body) Titled(string text)
    {
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        if (end < 0)
            return ("", text);
        var title = text[..end].Trim().TrimStart('#').Trim().Trim('*').Trim();
        var body = text[end..].Trim();
        return title.Length is 0 or > LongestTitle || body.Length == 0 ? ("", text) : (title, body);
    }

    private static string FirstWords(string body)
    {
        var line = body.Split('\n', 2)[0];
        var info = new StringInfo(line);
        return info.LengthInTextElements <= 40 ? line : info.SubstringByTextElements(0, 40).TrimEnd() + "…";
    }

    private static double HangulShare(string text)
    {
        var letters = text.Where(char.IsLetter).ToList();
        return letters.Count == 0 ? 1 : (double)letters.Count(letter => letter is >= '가' and <= '힣') / letters.Count;
    }
}
