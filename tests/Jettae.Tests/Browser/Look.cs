using System.Globalization;
using Jettae.Studio;

namespace Jettae.Tests;

/// <summary>How a page is looked at: in which language, how wide, by day or by night.</summary>
/// <param name="Language"><c>ko</c> or <c>en</c>.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Theme"><c>light</c> or <c>dark</c>.</param>
public sealed record Look(string Language, int Width, string Theme)
{
    private const int Phone = 390;

    /// <summary>Two that have nothing in common; with <c>JETTAE_TEST_LOOKS=all</c> all eight.</summary>
    public static TheoryData<string> Usual =>
        Environment.GetEnvironmentVariable("JETTAE_TEST_LOOKS") != "all"
            ? ["ko-1440-light", "en-390-dark"]
            :
            [
                "ko-1440-light",
                "ko-1440-dark",
                "ko-390-light",
                "ko-390-dark",
                "en-1440-light",
                "en-1440-dark",
                "en-390-light",
                "en-390-dark",
            ];

    public bool IsPhone => Width == Phone;

    public CultureInfo Culture => CultureInfo.GetCultureInfo(Language);

    public static Look Of(string name)
    {
        var parts = name.Split('-');
        return new(parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2]);
    }

    /// <summary>What the page says for it.</summary>
    public string Say(Word word) => word.In(Culture);

    /// <inheritdoc cref="Say(Word)"/>
    public string Say(Word word, params object?[] values) => word.In(Culture, values);

    public override string ToString() => $"{Language}-{Width}-{Theme}";
}
