using System.Globalization;
using System.Text.RegularExpressions;

namespace Jettae.Studio;

/// <summary>The words of a paragraph, packed into posts in one pass.</summary>
internal static partial class ThreadWords
{
    /// <summary>What is never torn, how much it counts, and the blank before it.</summary>
    private readonly record struct Piece(string Blank, string Text, int BlankWeight, int Weight)
    {
        public static Piece Of(string blank, string text) => new(blank, text, XText.Length(blank), XText.Length(text));
    }

    /// <summary>How well a post ends after a piece; the higher the better.</summary>
    private enum End
    {
        Word,
        Clause,
        Sentence,
        Line,
    }

    /// <summary>Nothing but links and hashtags.</summary>
    public static bool IsTail(string post) => Tail().IsMatch(post);

    public static IEnumerable<string> Pack(string paragraph, int room, bool isLast)
    {
        if (XText.Length(paragraph) <= room)
            return [paragraph];
        var pieces = Pieces(paragraph, room, isLast)
            .SelectMany(piece => piece.Weight <= room ? [piece] : Torn(piece, room))
            .ToList();
        var posts = new List<string>();
        for (var from = 0; from < pieces.Count; )
        {
            var to = BestEnd(pieces, from, room);
            posts.Add(
                string.Concat(pieces[from..to].Select((piece, at) => at == 0 ? piece.Text : piece.Blank + piece.Text))
            );
            from = to;
        }
        return posts;
    }

    /// <summary>Where the post that begins at <paramref name="from"/> ends: at the best end that the second half of its room has.</summary>
    private static int BestEnd(List<Piece> pieces, int from, int room)
    {
        var (to, weight) = (from + 1, pieces[from].Weight);
        while (to < pieces.Count && weight + pieces[to].BlankWeight + pieces[to].Weight <= room)
        {
            weight += pieces[to].BlankWeight + pieces[to].Weight;
            to++;
        }
        if (to == pieces.Count)
            return to;
        var (best, bestEnd) = (to, EndOf(pieces[to - 1], pieces[to]));
        for (var at = to - 1; at > from; at--)
        {
            weight -= pieces[at].BlankWeight + pieces[at].Weight;
            if (weight < room / 2)
                break;
            if (EndOf(pieces[at - 1], pieces[at]) is var end && end > bestEnd)
                (best, bestEnd) = (at, end);
        }
        return best;
    }

    private static End EndOf(Piece piece, Piece next) =>
        next.Blank.Contains('\n', StringComparison.Ordinal) ? End.Line
        : Sentence().IsMatch(piece.Text) ? End.Sentence
        : Clause().IsMatch(piece.Text) ? End.Clause
        : End.Word;

    /// <summary>The words; the links and hashtags at the end of the last paragraph are one piece, when they fit into one post.</summary>
    private static List<Piece> Pieces(string text, int room, bool isLast)
    {
        var pieces = Word()
            .Matches(text)
            .Select(word => Piece.Of(word.Groups["blank"].Value, word.Groups["word"].Value))
            .ToList();
        var tail = pieces.Count;
        while (isLast && tail > 0 && IsTail(pieces[tail - 1].Text))
            tail--;
        if (tail < pieces.Count - 1)
        {
            var end = Piece.Of(
                pieces[tail].Blank,
                pieces[tail].Text + string.Concat(pieces.Skip(tail + 1).Select(piece => piece.Blank + piece.Text))
            );
            if (end.Weight <= room)
                pieces = [.. pieces.Take(tail), end];
        }
        return pieces;
    }

    /// <summary>A word longer than a post, in parts that each fit; links stay whole even here.</summary>
    private static IEnumerable<Piece> Torn(Piece word, int room)
    {
        var units = Units(word.Text).ToList();
        var blank = word.Blank;
        for (var from = 0; from < units.Count; )
        {
            var (to, weight) = (from, 0);
            while (to < units.Count && (to == from || weight + XText.Length(units[to]) <= room))
                weight += XText.Length(units[to++]);
            // What follows a cut may read as a link that it was not before.
            var part = Piece.Of(blank, string.Concat(units[from..to]));
            while (part.Weight > room && to > from + 1)
                part = Piece.Of(blank, string.Concat(units[from..--to]));
            yield return part;
            (blank, from) = ("", to);
        }
    }

    private static IEnumerable<string> Units(string text)
    {
        var at = 0;
        foreach (var link in XLinks.In(text).Append(text.Length..text.Length))
        {
            while (at < link.Start.Value)
            {
                var unit = StringInfo.GetNextTextElement(text, at);
                yield return unit;
                at += unit.Length;
            }
            if (link.End.Value > at)
                yield return text[at..link.End.Value];
            at = Math.Max(at, link.End.Value);
        }
    }

    /// <summary>A word with the blank before it; a number keeps its unit, and a blank with a mark on it is no blank.</summary>
    [GeneratedRegex(
        @"(?<blank>\s*)(?<word>(?:(?<![0-9])(?<![0-9][.,])(?>[0-9]+(?:[.,][0-9]+)*)[ \u00A0](?:"
            + UnitNames
            + @")(?:(?<![A-Za-z])|(?![A-Za-z]))|\S|\s(?=[\p{M}\u200D]))+)"
    )]
    private static partial Regex Word();

    private const string UnitNames =
        "[kmcμ]?[gmlL]|mm|[KMGT]B|kWh|[kM]?W|Hz|ms|sec|seconds?|mins?|minutes?|hours?|hrs?|days?|weeks?|months?|years?|times|percent|people|"
        + "dollars?|won|USD|KRW|[ap]\\.?m|AM|PM|%|℃|원|만|억|천|백|명|개|분|초|시|일|주|달|월|년|번|회|배|장|권|잔|병|대|마리|살|세|도|"
        + "킬로|미터|그램|리터|퍼센트|프로|달러|가지|곳|쪽|페이지|단계|편|건|줄|글자|자|평|층|박|인분|위|등|점|차";

    [GeneratedRegex(@"\A(?:#[^\s#]+|https?://\S+)(?:\s+(?:#[^\s#]+|https?://\S+))*\z")]
    private static partial Regex Tail();

    [GeneratedRegex(@"(?<!^[0-9]{1,2})[.!?。！？…~]+[""'”’)\]』」》】]*\z")]
    private static partial Regex Sentence();

    [GeneratedRegex(
        @"(?:[,;:、，—–)”’」』]|[습입합]니다|[어아해예에]요|지만|는데|니까|면서|으며|[하라]고|[다라하되]면)\z"
    )]
    private static partial Regex Clause();
}
