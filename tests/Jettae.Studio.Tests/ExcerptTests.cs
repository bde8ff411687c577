namespace Jettae.Studio.Tests;

/// <summary>What is too long is cut between characters as a reader sees them.</summary>
[Trait("Store", "none")]
public sealed class ExcerptTests
{
    private const string Family = "👨‍👩‍👧‍👦";

    [Theory]
    [InlineData("짧은 글", 10, 0, "짧은 글")]
    [InlineData("가나다라", 3, 0, "가나다")]
    [InlineData("가나다라", 3, 2, "다라")]
    [InlineData("a" + Family + "b", 5, 0, "a")]
    [InlineData("a" + Family + "b", 12, 0, "a" + Family)]
    [InlineData("🇰🇷🇰🇷", 6, 0, "🇰🇷")]
    public void It_ends_where_a_character_ends(string text, int most, int from, string excerpt) =>
        Assert.Equal(excerpt, Excerpt.Of(text, most, from));

    [Fact]
    public void A_character_of_marks_without_end_is_cut_all_the_same() =>
        Assert.Equal(10, Excerpt.Of("a" + new string('\u0301', 100), 10).Length);

    [Fact]
    public void A_name_and_a_copys_name_keep_whole_characters()
    {
        var now = DateTimeOffset.UnixEpoch;
        var fields = new ScheduleFields
        {
            Topic = new string('가', 90) + Family + "끝",
            ContentType = ContentType.XPost,
            Frequency = Frequency.Daily,
            TimeOfDay = "09:00",
        };
        var schedule = ScheduleRules.New(Guid.Empty, fields, now);
        Assert.Equal(new string('가', 90), schedule.Name);
        schedule.Name = new string('가', 85) + Family;
        Assert.Equal(new string('가', 85) + Words.CopySuffix, ScheduleRules.Copy(schedule, now).Name);
    }
}
