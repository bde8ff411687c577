using System.Text.RegularExpressions;

namespace Jettae.Studio;

/// <summary>How long a script takes to speak, in whole seconds: Korean at 320 syllables a minute, all else at 150 words a minute.</summary>
internal static partial class SpokenTime
{
    private const double SyllablesPerMinute = 320;
    private const double WordsPerMinute = 150;

    /// <summary>What stands in brackets, like <c>[오프닝]</c>, is a direction and is not spoken; links and hashtags neither.</summary>
    public static TimeSpan Of(string text, string language)
    {
        var spoken = Unspoken().Replace(text, " ");
        var minutes = language.StartsWith("ko", StringComparison.OrdinalIgnoreCase)
            ? (spoken.Count(IsSyllable) + 2 * Latin().Count(spoken)) / SyllablesPerMinute
            : Word().Count(spoken) / WordsPerMinute;
        return TimeSpan.FromSeconds(Math.Ceiling(minutes * 60));
    }

    private static bool IsSyllable(char letter) => letter is (>= '가' and <= '힣') or (>= '0' and <= '9');

    [GeneratedRegex(@"\[[^\[\]\n]*\]|【[^【】\n]*】|https?://\S+|#[\p{L}\p{N}_]+")]
    private static partial Regex Unspoken();

    /// <summary>A Latin word in Korean speech takes about two syllables.</summary>
    [GeneratedRegex("[A-Za-z]+")]
    private static partial Regex Latin();

    [GeneratedRegex(@"[\p{L}\p{N}]+(?:['’\-.,][\p{L}\p{N}]+)*")]
    private static partial Regex Word();
}
