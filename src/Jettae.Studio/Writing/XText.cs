using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Jettae.Studio;

/// <summary>
/// Length as X counts it (twitter-text v3): after NFC, Latin and some punctuation weigh 1, all else 2, an emoji of whatever
/// length 2, a link 23.
/// </summary>
public static partial class XText
{
    public const int Limit = 280;
    private const int LinkWeight = 23;

    public static int Length(string text)
    {
        var normal = text.Normalize(NormalizationForm.FormC);
        var (length, from) = (0, 0);
        foreach (var link in Links(normal))
        {
            length += WithoutLinks(normal[from..link.Index]) + LinkWeight;
            from = link.Index + link.Length;
        }
        return length + WithoutLinks(normal[from..]);
    }

    internal static IEnumerable<Match> Links(string text) =>
        Link().Matches(text).Where(match => match.Groups["scheme"].Success || IsBareLink(match));

    /// <summary>Without a scheme, <c>name.kr</c> is a word; <c>name.kr/path</c>, <c>www.name.kr</c> and <c>name.com</c> are links.</summary>
    private static bool IsBareLink(Match match) =>
        match.Groups["tld"].Value is { Length: > 2 } or "co" or "tv"
        || match.Groups["path"].Success
        || match.Groups["host"].Captures.Count > 1;

    private static int WithoutLinks(string text)
    {
        var length = 0;
        var clusters = StringInfo.GetTextElementEnumerator(text);
        while (clusters.MoveNext())
        {
            var cluster = clusters.GetTextElement();
            length += IsEmoji(cluster) ? 2 : cluster.EnumerateRunes().Sum(rune => Weight(rune.Value));
        }
        return length;
    }

    private static int Weight(int rune) =>
        rune is <= 0x10FF or (>= 0x2000 and <= 0x200D) or (>= 0x2010 and <= 0x201F) or (>= 0x2032 and <= 0x2037)
            ? 1
            : 2;

    private static bool IsEmoji(string cluster)
    {
        var first = cluster.EnumerateRunes().First().Value;
        return first switch
        {
            >= 0x1F000 and <= 0x1FAFF => true,
            '#' or '*' or (>= '0' and <= '9') => cluster.Contains('\u20E3', StringComparison.Ordinal),
            >= 0xA9 and <= 0x3299 => cluster.Contains('\uFE0F', StringComparison.Ordinal),
            _ => false,
        };
    }

    /// <summary>A label is matched once and for all (atomic), so that no text makes this slow and no deadline is needed.</summary>
    [GeneratedRegex(
        @"(?<![A-Za-z0-9@＠$#＃])(?<scheme>https?://)(?:(?>[\p{L}\p{N}](?:[\p{L}\p{N}_-]*[\p{L}\p{N}])?)\.)+(?:"
            + Tlds
            + @")(?![0-9A-Za-z@+-])(?::\d+)?(?:/"
            + Path
            + @")?(?:\?"
            + Query
            + @")?|(?<![A-Za-z0-9@＠$#＃_./-])(?<host>(?>[A-Za-z0-9](?:[A-Za-z0-9_-]*[A-Za-z0-9])?)\.)+(?<tld>"
            + Tlds
            + @")(?![0-9A-Za-z@+_-]|\.[A-Za-z])(?::\d+)?(?<path>/"
            + Path
            + @")?(?:\?"
            + Query
            + @")?",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant
    )]
    private static partial Regex Link();

    private const string Path = @"(?:[A-Za-z0-9\-._~!*';:@&=+$,/%#\[\]|()]*[A-Za-z0-9=_#/+\-)])?";
    private const string Query = @"[A-Za-z0-9\-._~!*';:@&=+$,/%#\[\]|()?]*[A-Za-z0-9=_#/+\-&]";

    private const string Tlds =
        "academy|agency|app|art|asia|audio|beauty|biz|blog|business|cafe|camp|care|cash|cat|center|chat|city|click|clinic|"
        + "cloud|club|codes|coffee|com|community|company|computer|cool|coop|dance|data|dating|deals|design|dev|digital|"
        + "directory|domains|earth|edu|education|email|energy|engineering|events|exchange|expert|family|fashion|film|"
        + "finance|fit|fitness|food|football|forum|fun|fund|fyi|gallery|game|games|garden|gift|gifts|global|gmbh|gold|"
        + "gov|group|guide|guru|health|help|host|hosting|house|info|ink|institute|int|international|jobs|kim|land|law|"
        + "legal|life|link|live|loan|lol|love|ltd|market|marketing|media|mil|mobi|moda|money|movie|museum|music|name|net|"
        + "network|news|ngo|ninja|one|online|org|page|partners|party|photo|photography|photos|pics|pictures|pizza|plus|"
        + "press|pro|productions|properties|pub|recipes|red|rent|report|rest|restaurant|review|reviews|rocks|run|sale|"
        + "school|science|services|shoes|shop|shopping|show|site|social|software|solutions|space|store|stream|studio|"
        + "studies|style|support|systems|tax|team|tech|technology|tel|tips|today|tools|top|tours|town|toys|trade|training|"
        + "travel|university|vip|wiki|win|wine|work|works|world|wtf|xyz|yoga|zone|[a-z]{2}|한국|닷컴|닷넷|삼성";
}
