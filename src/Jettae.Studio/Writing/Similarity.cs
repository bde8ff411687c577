using System.Globalization;
using System.Numerics;
using System.Text;

namespace Jettae.Studio;

/// <summary>How much two texts say the same in the same words, by the shingles they share: for noticing a piece written twice.</summary>
public static class Similarity
{
    /// <summary>From here on two pieces are the same piece to a reader: a near-copy or a paraphrase that keeps
    /// its words, not merely the same topic.</summary>
    public const double Threshold = 0.5;

    private const int HashBits = 16;

    /// <summary>
    /// 0 (nothing shared) to 1 (the same but for case, spaces and marks). Korean counts by its syllables and by the stems of
    /// its words, so that particles and endings weigh little.
    /// </summary>
    public static double Of(string a, string b)
    {
        var (first, second) = (Normal(a), Normal(b));
        if (first.Length == 0 || second.Length == 0)
            return first.Length == second.Length ? 1 : 0;
        return first == second
            ? 1
            : (Shared(Shingles(first), Shingles(second)) + Shared(Stems(first), Stems(second))) / 2;
    }

    /// <summary>Lower case; every run of anything but letters and digits is one space.</summary>
    private static string Normal(string text)
    {
        var normal = new StringBuilder(text.Length);
        var (isWord, isComposed) = (false, true);
        foreach (var letter in text)
            if (char.IsLetterOrDigit(letter) || (isWord && IsMark(letter)))
            {
                isComposed &= letter is not (>= '\u0300' and <= '\u036F' or >= '\u1100' and <= '\u11FF');
                normal.Append(char.ToLowerInvariant(letter));
                isWord = true;
            }
            else if (isWord)
            {
                normal.Append(' ');
                isWord = false;
            }
        var words = normal.ToString().TrimEnd();
        return isComposed ? words : words.Normalize(NormalizationForm.FormC);
    }

    /// <summary>A syllable of Hangul says as much as two or three Latin letters: pairs of the one, fours of the other.</summary>
    private static ulong[] Shingles(string text)
    {
        var set = NewSet();
        for (var at = 0; at < text.Length; at++)
        {
            var size = IsHangul(text[at]) ? 2 : 4;
            if (at + size <= text.Length)
                Add(set, text.AsSpan(at, size));
        }
        return set;
    }

    /// <summary>Two syllables of a Korean word, five letters of another; words of up to three letters say nothing.</summary>
    private static ulong[] Stems(string text)
    {
        var set = NewSet();
        foreach (var range in text.AsSpan().Split(' '))
        {
            var word = text.AsSpan(range);
            var size = word.Length > 0 && IsHangul(word[0]) ? 2 : 5;
            if (word.Length > (size == 2 ? 1 : 3))
                Add(set, word[..Math.Min(size, word.Length)]);
        }
        return set;
    }

    /// <summary>A bit for every possible hash: two texts of 2,000 characters share a few in a hundred by mere chance.</summary>
    private static ulong[] NewSet() => new ulong[1 << (HashBits - 6)];

    private static void Add(ulong[] set, ReadOnlySpan<char> part)
    {
        var hash = 0UL;
        foreach (var letter in part)
            hash = (hash ^ letter) * 0x9E3779B97F4A7C15;
        hash >>= 64 - HashBits;
        set[hash >> 6] |= 1UL << (int)(hash & 63);
    }

    /// <summary>Dice: twice what both hold, of what they hold together.</summary>
    private static double Shared(ulong[] first, ulong[] second)
    {
        var (both, all) = (0, 0);
        for (var at = 0; at < first.Length; at++)
        {
            both += BitOperations.PopCount(first[at] & second[at]);
            all += BitOperations.PopCount(first[at]) + BitOperations.PopCount(second[at]);
        }
        return all == 0 ? 0 : 2.0 * both / all;
    }

    private static bool IsMark(char letter) => char.GetUnicodeCategory(letter) == UnicodeCategory.NonSpacingMark;

    private static bool IsHangul(char letter) => letter is >= '가' and <= '힣';
}
