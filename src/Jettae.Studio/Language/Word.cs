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

    /// <summary>
    /// The text with its <c>{0}</c>, <c>{1}</c> … filled in, formatted as <paramref name="culture"/> does. A particle after a gap, such
    /// as <c>{0}을(를)</c>, takes the form that the value asks for; so does a plural, as <c>{0} piece(s)</c>.
    /// </summary>
    public string In(CultureInfo culture, params object?[] values) =>
        string.Format(culture, Plurals.Chosen(Particles.Chosen(In(culture), culture, values), culture, values), values);

    /// <summary>Several texts, each on a line of its own.</summary>
    public static Word Lines(IEnumerable<Word> texts)
    {
        var all = texts.ToList();
        return new(string.Join('\n', all.Select(each => each.Ko)), string.Join('\n', all.Select(each => each.En)));
    }

    /// <summary>Both languages in one text: for what is stored now and read later, by whoever comes.</summary>
    public string Kept => $"{Ko}{Between}{En}";

    /// <summary>What was <see cref="Kept"/>; any other text is the same in both languages.</summary>
    public static Word Of(string text) =>
        text.IndexOf(Between, StringComparison.Ordinal) is var at and >= 0
            ? new(text[..at], text[(at + 1)..])
            : new(text, text);

    /// <summary>What was <see cref="Kept"/>, in the language of <paramref name="culture"/>; any other text as it is.</summary>
    public static string? Read(string? text, CultureInfo culture) => text is null ? null : Of(text).In(culture);

    /// <inheritdoc cref="Read(string?, CultureInfo)"/>
    public static string? Read(string? text) => Read(text, CultureInfo.CurrentUICulture);

    /// <summary>The unit separator: in no text that people write.</summary>
    private const char Between = '\u001F';

    /// <summary>The text in the language of the current request or circuit.</summary>
    public override string ToString() => In(CultureInfo.CurrentUICulture);
}
