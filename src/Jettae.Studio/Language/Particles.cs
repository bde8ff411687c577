using System.Globalization;
using System.Text.RegularExpressions;

namespace Jettae.Studio;

/// <summary>
/// Korean particles. A text names both forms after a gap, as in <c>{0}을(를)</c>; the word that fills the gap says which of them
/// stands there, by whether it is spoken with a consonant at its end.
/// </summary>
internal static partial class Particles
{
    private enum End
    {
        Vowel,
        Rieul,
        Consonant,
    }

    /// <summary>The format with the particles after its gaps chosen for these values.</summary>
    public static string Chosen(string format, CultureInfo culture, object?[] values) =>
        Gap()
            .Replace(
                format,
                gap =>
                    $"{gap.Groups["gap"].Value}{gap.Groups["close"].Value}"
                    + After(string.Format(culture, gap.Groups["gap"].Value, values), gap.Groups["pair"].Value)
            );

    /// <summary>The particle of <paramref name="pair"/>, such as <c>은(는)</c>, that this word takes.</summary>
    public static string After(string word, string pair)
    {
        var end = EndOf(word);
        return pair switch
        {
            "(으)로" => end == End.Consonant ? "으로" : "로",
            _ when end == End.Vowel => pair[(pair.IndexOf('(', StringComparison.Ordinal) + 1)..^1],
            _ => pair[..pair.IndexOf('(', StringComparison.Ordinal)],
        };
    }

    private static End EndOf(string word)
    {
        // 9시, 9시 30분.
        if (Time().Match(word) is { Success: true } time)
            return time.Groups["minute"].Value == "00" ? End.Vowel : End.Consonant;
        var spoken = word.AsSpan();
        while (spoken.Length > 0 && !char.IsLetterOrDigit(spoken[^1]) && spoken[^1] != '%')
            spoken = spoken[..^1];
        return spoken.Length == 0 ? End.Vowel
            : spoken[^1] is >= '가' and <= '힣' and var syllable ? OfSyllable(syllable)
            : char.IsAsciiDigit(spoken[^1]) ? OfDigit(spoken[^1])
            : OfLetters(spoken[(spoken.LastIndexOfAnyExcept(Latin) + 1)..].ToString());
    }

    private static End OfSyllable(char syllable) =>
        ((syllable - '가') % 28) switch
        {
            0 => End.Vowel,
            8 => End.Rieul,
            _ => End.Consonant,
        };

    /// <summary>일, 칠, 팔; 영 (십, 백, 천, 만), 삼, 육.</summary>
    private static End OfDigit(char digit) =>
        digit switch
        {
            '1' or '7' or '8' => End.Rieul,
            '0' or '3' or '6' => End.Consonant,
            _ => End.Vowel,
        };

    /// <summary>Capitals are spelled (엘, 알, 엠, 엔); a word sounds as most that are written like it do in Korean.</summary>
    private static End OfLetters(string letters) =>
        letters.Length <= 1 || !letters.Any(char.IsAsciiLetterLower)
            ? letters.ToUpperInvariant() switch
            {
                [.., 'L' or 'R'] => End.Rieul,
                [.., 'M' or 'N'] => End.Consonant,
                _ => End.Vowel,
            }
        : EndsInRieul().IsMatch(letters) ? End.Rieul
        : EndsInConsonant().IsMatch(letters) ? End.Consonant
        : End.Vowel;

    private static readonly System.Buffers.SearchValues<char> Latin = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    );

    [GeneratedRegex(@"(?<gap>\{\d+[^{}]*\})(?<close>[’”'""]?)(?<pair>은\(는\)|이\(가\)|을\(를\)|과\(와\)|\(으\)로)")]
    private static partial Regex Gap();

    [GeneratedRegex(@"\b\d{1,2}:(?<minute>\d{2})\W*\z")]
    private static partial Regex Time();

    /// <summary>URL, Google, file.</summary>
    [GeneratedRegex(@"(?:l|le)\z", RegexOptions.IgnoreCase)]
    private static partial Regex EndsInRieul();

    /// <summary>cron, team, staging, time, phone; Slack, app, book; topic, web, chat, but not week and work.</summary>
    [GeneratedRegex(@"(?:[mn]|ng|[aeiou][mn]e|ck|pp|ook|(?:\A|[^aeiou])[aeiou][bckpt])\z", RegexOptions.IgnoreCase)]
    private static partial Regex EndsInConsonant();
}
