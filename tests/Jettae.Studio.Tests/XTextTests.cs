using System.Text.Json;

namespace Jettae.Studio.Tests;

/// <summary>Texts count as twitter-text counts them: its published cases and some of our own.</summary>
[Trait("Store", "none")]
public sealed class XTextTests
{
    private static readonly XCase[] All = Read();

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, All.Length)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void X_counts_and_links_as_published(int number)
    {
        var (text, weight, links) = All[number];
        Assert.Equal(links, XLinks.In(text).Select(link => text[link]));
        Assert.Equal(weight, XText.Length(text));
    }

    [Theory]
    [InlineData("", "가.a.", 5)]
    [InlineData("http://a.com/", "((", 2)]
    [InlineData("", "a.com@", 6)]
    public void No_text_that_looks_like_links_is_slow(string before, string again, int least) =>
        Assert.True(XText.Length(before + string.Concat(Enumerable.Repeat(again, 100_000))) >= 100_000 * least);

    [Fact]
    public void Half_a_character_counts_as_something() => Assert.Equal(4, XText.Length("a\uD83Db"));

    private static XCase[] Read()
    {
        using var file = typeof(XTextTests).Assembly.GetManifestResourceStream("x-counting.json")!;
        using var document = JsonDocument.Parse(file);
        return
        [
            .. document
                .RootElement.GetProperty("cases")
                .EnumerateArray()
                .Select(each => each.Deserialize<XCase>(JsonSerializerOptions.Web)!),
        ];
    }

    private sealed record XCase(string Text, int Weight, string[] Links);
}
