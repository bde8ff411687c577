using System.Globalization;
using System.Text;

namespace Jettae.Studio;

/// <summary>A piece of a text that is shown, and whether it is what was searched for.</summary>
public readonly record struct SearchSegment(string Text, bool IsHit);

/// <summary>
/// Text as the search index knows it. Words of spaced scripts are kept whole, in lower case; a run of Hangul, Han or Kana
/// becomes its overlapping pairs of characters and then its last one, so that any part of a Korean word is found whatever
/// its length. Pure.
/// </summary>
internal static class SearchText
{
    private const int LongestWord = 400;

    /// <summary>PostgreSQL keeps no more of one word.</summary>
    private const int MostPlaces = 255;

    /// <summary>What the index stores for a text: words with blanks between them, nothing else.</summary>
    public static string Indexed(string text) =>
        string.Join(' ', Runs(text).SelectMany(run => Words(run, isLast: false)));

    /// <summary>
    /// An FTS5 expression for what a person typed: parts between blanks must all be there, each as an unbroken phrase whose
    /// end may go on. Null when nothing in it can be looked for.
    /// </summary>
    public static string? Match(string typed)
    {
        // Letters and digits only: nothing within the quotes can be syntax.
        var phrases = Phrases(typed)
            .Select(each => $"\"{string.Join(' ', each.Words)}\"{(each.MayGoOn ? "*" : "")}")
            .ToList();
        return phrases.Count == 0 ? null : string.Join(" AND ", phrases);
    }

    /// <summary>The same as PostgreSQL's <c>tsquery</c>.</summary>
    public static string? Query(string typed)
    {
        var phrases = Phrases(typed)
            .Select(each =>
                $"({string.Join(" <-> ", each.Words.Select(word => $"'{Bounded(word)}'"))}{(each.MayGoOn ? ":*" : "")})"
            )
            .ToList();
        return phrases.Count == 0 ? null : string.Join(" & ", phrases);
    }

    /// <summary>What the index stores for a text as PostgreSQL's <c>tsvector</c>: its words and where they stand.</summary>
    public static string Vector(string text) =>
        string.Join(
            ' ',
            Runs(text)
                .SelectMany(run => Words(run, isLast: false))
                .Index()
                .GroupBy(each => Bounded(each.Item), each => each.Index + 1)
                .Select(places => $"'{places.Key}':{string.Join(',', places.Take(MostPlaces))}")
        );

    /// <summary>Cuts a shown text at what was found in it.</summary>
    public static IReadOnlyList<SearchSegment> Segments(string text, string? typed)
    {
        var wanted = Parts(typed ?? "").Where(part => Read(part) is not null).ToList();
        var segments = new List<SearchSegment>();
        var (from, at) = (0, 0);
        while (at < text.Length)
        {
            var length = wanted.Max(part => (int?)HitAt(text, at, part)) ?? 0;
            if (length == 0)
            {
                at++;
                continue;
            }
            if (at > from)
                segments.Add(new(text[from..at], false));
            segments.Add(new(text.Substring(at, length), true));
            from = at += length;
        }
        if (from < text.Length)
            segments.Add(new(text[from..], false));
        return segments;
    }

    private static int HitAt(string text, int at, string part)
    {
        if (string.Compare(text, at, part, 0, part.Length, StringComparison.OrdinalIgnoreCase) != 0)
            return 0;
        // A word of a spaced script is found from its beginning only.
        var isInside =
            at > 0 && char.IsLetterOrDigit(text[at - 1]) && !IsUnspaced(text[at - 1]) && !IsUnspaced(text[at]);
        return isInside ? 0 : part.Length;
    }

    private static IEnumerable<string> Parts(string typed) =>
        Sound(typed)
            .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Select(WithoutHalfSyllable);

    /// <summary>While a syllable is being typed its first consonant stands alone; it is no search yet.</summary>
    private static string WithoutHalfSyllable(string part) =>
        part.Length > 1 && part[^1] is >= 'ㄱ' and <= 'ㅎ' && part[^2] is >= '가' and <= '힣' ? part[..^1] : part;

    private static IEnumerable<Phrase> Phrases(string typed) => Parts(typed).Select(Read).OfType<Phrase>();

    private static Phrase? Read(string part)
    {
        var runs = Runs(part).ToList();
        if (runs.Count == 0)
            return null;
        var words = runs.SelectMany((run, n) => Words(run, isLast: n == runs.Count - 1));
        return new Phrase([.. words], MayGoOn: !runs[^1].IsUnspaced || runs[^1].Characters.Count == 1);
    }

    /// <summary>PostgreSQL takes words of 2,046 bytes at most.</summary>
    private static string Bounded(string word) => word.Length <= LongestWord ? word : word[..LongestWord];

    /// <summary>At the end of a search the last character is left out: the text may go on after it.</summary>
    private static IEnumerable<string> Words(Run run, bool isLast)
    {
        if (!run.IsUnspaced)
        {
            yield return string.Concat(run.Characters);
            yield break;
        }
        for (var i = 0; i + 1 < run.Characters.Count; i++)
            yield return run.Characters[i] + run.Characters[i + 1];
        if (!isLast || run.Characters.Count == 1)
            yield return run.Characters[^1];
    }

    private static IEnumerable<Run> Runs(string text)
    {
        Run? run = null;
        foreach (var rune in Sound(text).ToLowerInvariant().EnumerateRunes())
        {
            var belongs = Rune.IsLetterOrDigit(rune) || (IsMark(rune) && run is not null);
            if (!belongs)
            {
                if (run is not null)
                    yield return run;
                run = null;
                continue;
            }
            var isUnspaced = IsMark(rune) ? run!.IsUnspaced : IsUnspaced(rune.Value);
            if (run is not null && run.IsUnspaced != isUnspaced)
            {
                yield return run;
                run = null;
            }
            run ??= new Run(isUnspaced, []);
            run.Characters.Add(rune.ToString());
        }
        if (run is not null)
            yield return run;
    }

    /// <summary>In NFC; half a surrogate pair, which has no normal form, is left out.</summary>
    private static string Sound(string text) =>
        string.Concat(text.EnumerateRunes().Where(rune => rune != Rune.ReplacementChar))
            .Normalize(NormalizationForm.FormC);

    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark;

    private static bool IsUnspaced(int rune) =>
        rune
            is (>= 0xAC00 and <= 0xD7FF)
                or (>= 0x1100 and <= 0x11FF)
                or (>= 0x3130 and <= 0x318F)
                or (>= 0x3040 and <= 0x30FF)
                or (>= 0x3100 and <= 0x312F)
                or (>= 0x3400 and <= 0x9FFF)
                or (>= 0xA960 and <= 0xA97F)
                or (>= 0xF900 and <= 0xFAFF)
                or (>= 0x20000 and <= 0x3FFFF);

    /// <summary>Words that stand beside one another.</summary>
    private sealed record Phrase(List<string> Words, bool MayGoOn);

    private sealed record Run(bool IsUnspaced, List<string> Characters);
}
