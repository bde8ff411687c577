using System.Globalization;

namespace Jettae.Studio;

/// <summary>
/// A text that a person reads, in each language of the product. Complete by construction: a word without a translation
/// does not compile.
/// </summary>
/// <param name="Ko">Korean, in the polite 해요체.</param>
/// <param name="En">English.</param>
public readonly record struct Word(string Ko, string En)
{
    /// <summary>The text in the language of <paramref name="culture"/>: Korean for <c>ko</c>, English for all others.</summary>
    public string In(CultureInfo culture) => culture.TwoLetterISOLanguageName == "ko" ? Ko : En;

    /// <summary>The text with its <c>{0}</c>, <c>{1}</c> … filled in, formatted as <paramref name="culture"/> does.</summary>
    public string In(CultureInfo culture, params object?[] values) => string.Format(culture, In(culture), values);

    /// <summary>The text in the language of the current request or circuit.</summary>
    public override string ToString() => In(CultureInfo.CurrentUICulture);
}
