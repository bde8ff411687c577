using System.Globalization;
using System.Text.RegularExpressions;

namespace Jettae.Studio;

/// <summary>The links that X sees in a text (twitter-text v3): with a scheme, or a bare name under a known top-level domain.</summary>
internal static partial class XLinks
{
    private const int LongestLabel = 63;
    private const int LongestShortSlug = 40;

    /// <summary>Where the links are, in order. Takes time in proportion to the text, whatever it holds.</summary>
    public static IEnumerable<Range> In(string text)
    {
        for (var match = Name().Match(text); match.Success; )
        {
            var next = match.Index + match.Length;
            if (EndOfHost(text, match.Groups["dot"].Captures, match.Index) is { } end)
            {
                var rest = Rest().Match(text, end);
                next = rest.Index + rest.Length;
                var scheme = match.Groups["scheme"];
                if (
                    scheme.Success
                    && Short().Match(text, match.Index, next - match.Index) is { Success: true } shortened
                )
                {
                    if (shortened.Groups["slug"].Length <= LongestShortSlug)
                        yield return match.Index..(next = match.Index + shortened.Length);
                }
                else if (IsHost(text[(match.Index + scheme.Length)..end]))
                    yield return match.Index..next;
            }
            match = Name().Match(text, next);
        }
    }

    /// <summary>The last place in the chain of labels that a top-level domain follows.</summary>
    private static int? EndOfHost(string text, CaptureCollection dots, int start)
    {
        for (var each = dots.Count - 1; each >= 0; each--)
        {
            var dot = dots[each].Index;
            if (EndOfTopLevel(text, dot + 1) is not { } end)
                continue;
            // The name right before the top-level domain has no underscore.
            var before = each > 0 ? dots[each - 1].Index + 1 : start;
            if (!text.AsSpan(before, dot - before).Contains('_'))
                return end;
        }
        return null;
    }

    private static int? EndOfTopLevel(string text, int from)
    {
        var end = from;
        while (end < text.Length && char.IsAsciiLetter(text[end]))
            end++;
        if (end > from)
            return EndsThere(end) && TopLevelDomains.Latin.Contains(text[from..end])
                ? end
                : (Punycode().Match(text, from) is { Success: true } code ? from + code.Length : null);
        for (var length = Math.Min(LongestOther, text.Length - from); length > 0; length--)
            if (EndsThere(from + length) && TopLevelDomains.Others.Contains(text.Substring(from, length)))
                return from + length;
        return null;

        bool EndsThere(int at) =>
            at == text.Length || !(char.IsAsciiLetterOrDigit(text[at]) || text[at] is '@' or '+' or '-');
    }

    private static readonly int LongestOther = TopLevelDomains.Others.Max(each => each.Length);

    private static bool IsHost(string host)
    {
        if (host.All(char.IsAscii))
            return host.Split('.').All(label => label.Length <= LongestLabel);
        try
        {
            return new IdnMapping { AllowUnassigned = true }
                .GetAscii(host)
                .Split('.')
                .All(label => label.Length <= LongestLabel);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private const string Space = @"\t-\r \u0085\u00A0\u1680\u180E\u2000-\u200A\u2028\u2029\u202F\u205F\u3000";
    private const string Marks = @"\u202A-\u202E\u061C\u200E\u200F\u2066-\u2069\uFFFE\uFEFF\uFFFF";
    private const string Label = @"[^!'#%&()*+,\\\-./:;<=>?@\[\]^_{|}~$" + Space + Marks + "]";
    private const string Accents =
        @"\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u024F\u0253\u0254\u0256\u0257\u0259\u025B\u0263\u0268\u026F\u0272\u0289\u028B\u02BB\u0300-\u036F\u1E00-\u1EFF";
    private const string Plain = "[A-Za-z0-9" + Accents + "]";
    private const string InPath = @"[A-Za-z0-9\u0400-\u04FF!*';:=+,.$/%#\[\]\-\u2013_~@|&" + Accents + "]";
    private const string Balanced = @"(?>\((?>(?:" + InPath + @"+|\(" + InPath + @"+\))+)\))";

    /// <summary>
    /// A chain of labels, each with its dot. A label is matched once and for all (atomic), so that no text makes this slow.
    /// </summary>
    [GeneratedRegex(
        @"(?<![A-Za-z0-9@＠$#＃\uFFFE\uFEFF\uFFFF])(?<scheme>[Hh][Tt][Tt][Pp][Ss]?://)(?:(?>"
            + Label
            + @"(?:(?:[_-]|"
            + Label
            + ")*"
            + Label
            + @")?)(?<dot>\.))+|(?<![@＠$#＃_/\-A-Za-z0-9"
            + Accents
            + @"\uFFFE\uFEFF\uFFFF])(?<!(?:^|[\x00-\x7F"
            + Space
            + @"])\.)(?:(?>"
            + Plain
            + "(?:(?:[_-]|"
            + Plain
            + ")*"
            + Plain
            + @")?)(?<dot>\.))+",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Name();

    [GeneratedRegex(
        @"\G(?::[0-9]+)?(?:/(?:(?:"
            + InPath
            + "|"
            + Balanced
            + @")*(?:[A-Za-z0-9\u0400-\u04FF=_#/+\-"
            + Accents
            + "]|"
            + Balanced
            + @"))?)?(?:\?[A-Za-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[A-Za-z0-9\-_&=#/])?",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Rest();

    [GeneratedRegex(
        @"\G[Hh][Tt][Tt][Pp][Ss]?://[Tt]\.[Cc][Oo]/(?<slug>[A-Za-z0-9]+)(?:\?[A-Za-z0-9!?*'@();:&=+$/%#\[\]\-_.,~|]*[A-Za-z0-9\-_&=#/])?"
    )]
    private static partial Regex Short();

    [GeneratedRegex(@"\Gxn--[0-9a-z-]+")]
    private static partial Regex Punycode();
}
