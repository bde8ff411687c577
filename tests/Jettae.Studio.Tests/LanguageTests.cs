using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Jettae.Studio.Tests;

/// <summary>Every text in both languages, and no text on a page that is in neither.</summary>
[Trait("Store", "none")]
public sealed partial class LanguageTests
{
    public static TheoryData<string> Texts => [.. All.Keys];

    private static Dictionary<string, Word> All { get; } =
        new[] { typeof(Words), typeof(Reasons) }
            .SelectMany(home => home.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static))
            .SelectMany(field =>
                field.GetValue(null) switch
                {
                    Word word => [new(field.Name, word)],
                    Reason reason =>
                    [
                        new($"{field.Name}.What", reason.What),
                        new KeyValuePair<string, Word>($"{field.Name}.ToDo", reason.ToDo),
                        new KeyValuePair<string, Word>($"{field.Name}.AtLast", reason.AtLast.ToDo),
                    ],
                    _ => Array.Empty<KeyValuePair<string, Word>>(),
                }
            )
            .ToDictionary();

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_text_is_whole_in_both_languages_and_has_the_same_gaps(string name)
    {
        var word = All[name];
        Assert.False(string.IsNullOrWhiteSpace(word.Ko));
        Assert.False(string.IsNullOrWhiteSpace(word.En));
        Assert.Equal(Gaps(word.Ko), Gaps(word.En));
        // The switch to the other language is written in the other language.
        if (name != nameof(Words.OtherLanguage))
        {
            Assert.DoesNotMatch(Hangul(), word.En);
            Assert.True(Hangul().IsMatch(word.Ko) || word.Ko == word.En, $"'{word.Ko}' is not Korean.");
        }
    }

    [Theory]
    [InlineData("2026-12-31T14:59:00Z", "2026-12-31T10:00:00Z", "ko", "12월 31일 (목) 23:59")]
    [InlineData("2026-12-31T15:00:00Z", "2026-12-31T10:00:00Z", "ko", "2027년 1월 1일 (금) 00:00")]
    [InlineData("2026-12-31T15:00:00Z", "2026-12-31T16:00:00Z", "ko", "1월 1일 (금) 00:00")]
    [InlineData("2027-01-03T00:00:00Z", "2026-12-31T10:00:00Z", "en", "Sun, Jan 3, 2027, 09:00")]
    [InlineData("2026-01-03T00:00:00Z", "2026-12-31T10:00:00Z", "en", "Sat, Jan 3, 09:00")]
    [InlineData("2025-01-03T00:00:00Z", "2026-12-31T10:00:00Z", "en", "Fri, Jan 3, 2025, 09:00")]
    public void What_is_of_another_year_where_it_is_shown_says_which(
        string instant,
        string now,
        string language,
        string shown
    )
    {
        var before = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        var culture = CultureInfo.GetCultureInfo(language);
        (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, culture);
        try
        {
            Assert.Equal(
                shown,
                Words.At(DateTimeOffset.Parse(instant, null), "Asia/Seoul", DateTimeOffset.Parse(now, null))
            );
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = before;
        }
    }

    [Theory]
    [InlineData("Asia/Seoul", "Fri, Jan 2, 09:00")]
    [InlineData("Asia/Tokyo", "Fri, Jan 2, 09:00")]
    [InlineData("Europe/London", "Fri, Jan 2, 09:00 (Asia/Seoul; Fri, Jan 2, 00:00 by your clock)")]
    [InlineData(null, "Fri, Jan 2, 09:00 (Asia/Seoul)")]
    public void A_time_of_another_zone_than_the_readers_says_so(string? reader, string shown)
    {
        var before = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (English, English);
        try
        {
            var at = DateTimeOffset.Parse("2026-01-02T00:00:00Z", null);
            var zone = reader is null ? null : TimeZoneInfo.FindSystemTimeZoneById(reader);
            Assert.Equal(shown, Words.At(at, "Asia/Seoul", at, zone));
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = before;
        }
    }

    [Theory]
    [InlineData(0, "0 drafts to look at")]
    [InlineData(1, "1 draft to look at")]
    [InlineData("1", "1 draft to look at")]
    [InlineData("1,001", "1,001 drafts to look at")]
    public void One_is_no_plural(object count, string shown) =>
        Assert.Equal(shown, Words.DraftsToRead.In(English, count));

    [Theory]
    [MemberData(nameof(Texts))]
    public void A_plural_is_of_a_number_that_stands_before_it(string name) =>
        Assert.DoesNotContain("(s)", All[name].In(English, 1, 1, 1, 1), StringComparison.Ordinal);

    private static CultureInfo English { get; } = CultureInfo.GetCultureInfo("en");

    [Theory]
    [InlineData(StepKind.NextBooked, "2026-12-01 00:00:00Z", "2026-12-01T00:00:00Z")]
    [InlineData(StepKind.NextBooked, null, null)]
    [InlineData(StepKind.Checked, "2026-12-01 00:00:00Z", null)]
    public void The_slot_that_a_step_has_booked_is_known_as_an_instant(StepKind kind, string? detail, string? slot) =>
        Assert.Equal(
            slot is null ? null : DateTimeOffset.Parse(slot, null),
            new RunStep { Kind = kind, Detail = detail }.NextSlot
        );

    [Fact]
    public void Every_reason_is_listed_and_none_that_has_failed_for_good_promises_another_try()
    {
        var declared = typeof(Reasons)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => field.GetValue(null))
            .OfType<Reason>()
            .ToList();
        Assert.Equal(declared.Select(each => each.Key).Order(), Reasons.All.Select(each => each.Key).Order());
        Assert.All(
            declared,
            each => Assert.DoesNotContain("tried again by itself", each.AtLast.ToDo.En, StringComparison.Ordinal)
        );
    }

    [Fact]
    public void A_text_that_is_kept_is_read_in_the_readers_language_and_any_other_as_it_is()
    {
        var (ko, en) = (CultureInfo.GetCultureInfo("ko-KR"), CultureInfo.GetCultureInfo("en-US"));
        var kept = Word.Lines([new("하나", "one"), new("둘", "two")]).Kept;
        Assert.Equal(("하나\n둘", "one\ntwo"), (Word.Read(kept, ko), Word.Read(kept, en)));
        Assert.Equal("529 overloaded", Word.Read("529 overloaded", ko));
        Assert.Null(Word.Read(null, ko));
    }

    [Theory]
    [InlineData("0.00000123", "$0.00000123")]
    [InlineData("0.00004", "$0.00004")]
    [InlineData("0.0258", "$0.0258")]
    [InlineData("0", "$0.00")]
    [InlineData("1234.5", "$1,234.50")]
    public void What_was_paid_is_never_shown_as_nothing(string amount, string shown)
    {
        CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("en-US");
        Assert.Equal(shown, Words.Dollars(decimal.Parse(amount, CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void No_page_says_anything_but_its_words()
    {
        var pages = Directory.GetFiles(Sources(), "*.razor", SearchOption.AllDirectories);
        Assert.NotEmpty(pages);
        var raw =
            from page in pages
            from text in TextsOf(File.ReadAllText(page))
            where text is not ("Jettae" or "URL" or "QStash" or "English")
            select $"{Path.GetFileName(page)}: {text}";
        Assert.Empty(raw);
    }

    /// <summary>Plain text between two tags of a line, and Hangul wherever it stands: a <see cref="Word"/> is neither.</summary>
    private static IEnumerable<string> TextsOf(string page) =>
        Code()
            .Replace(page, "")
            .Split('\n')
            .Where(line => !line.TrimStart().StartsWith("@*", StringComparison.Ordinal))
            // A language is offered under the name that its readers know.
            .Select(line => line.Replace(">한국어<", "><", StringComparison.Ordinal))
            .SelectMany(line =>
                Between()
                    .Matches(line)
                    .Select(match => match.Groups[1].Value.Trim())
                    .Concat(Hangul().IsMatch(line) ? [line.Trim()] : [])
            );

    private static string Sources([CallerFilePath] string here = "") =>
        Path.Combine(Path.GetDirectoryName(here)!, "../../src/Jettae.Studio");

    private static IEnumerable<string> Gaps(string text) =>
        Gap().Matches(text).Select(match => match.Value).Distinct().Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\{\d[^}]*\}")]
    private static partial Regex Gap();

    [GeneratedRegex("[가-힣]")]
    private static partial Regex Hangul();

    [GeneratedRegex(@"^@code\b.*", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Code();

    /// <summary>From a tag's end to the next tag's begin, when no expression stands between.</summary>
    [GeneratedRegex("""(?<=["'\w/]|\s)>([^<>@{}();=]*\p{L}{2}[^<>@{}();=]*)</""")]
    private static partial Regex Between();
}
