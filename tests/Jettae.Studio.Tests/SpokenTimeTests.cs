namespace Jettae.Studio.Tests;

/// <summary>Scripts are measured by the time they take to speak.</summary>
[Trait("Store", "none")]
public sealed class SpokenTimeTests
{
    [Fact]
    public void Korean_is_spoken_at_320_syllables_a_minute() =>
        Assert.Equal(
            TimeSpan.FromMinutes(2),
            SpokenTime.Of(string.Concat(Enumerable.Repeat("가나 다라. ", 160)), "ko")
        );

    [Fact]
    public void English_is_spoken_at_150_words_a_minute() =>
        Assert.Equal(
            TimeSpan.FromMinutes(2),
            SpokenTime.Of(string.Concat(Enumerable.Repeat("it's a well-known 3.5 — ", 75)), "en")
        );

    [Theory]
    [InlineData("[오프닝]\n안녕하세요", "안녕하세요", "ko")]
    [InlineData("【오프닝】 안녕하세요", "안녕하세요", "ko")]
    [InlineData("안녕하세요 #인사 https://example.com/가", "안녕하세요", "ko-KR")]
    [InlineData("[Opening]\nHello there #hi", "Hello there", "en")]
    public void Directions_hashtags_and_links_are_not_spoken(string script, string spoken, string language) =>
        Assert.Equal(SpokenTime.Of(spoken, language), SpokenTime.Of(script, language));

    [Fact]
    public void A_Latin_word_in_Korean_takes_two_syllables() =>
        Assert.Equal(TimeSpan.FromMinutes(1), SpokenTime.Of(string.Concat(Enumerable.Repeat("AI ", 160)), "ko"));

    [Fact]
    public void A_part_of_a_second_is_one() => Assert.Equal(TimeSpan.FromSeconds(1), SpokenTime.Of("안녕", "ko"));

    [Fact]
    public void Nothing_takes_no_time() => Assert.Equal(TimeSpan.Zero, SpokenTime.Of("", "ko"));
}
