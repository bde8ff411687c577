using System.Globalization;
using System.Reflection;

namespace Jettae.Studio.Tests;

/// <summary>Korean particles follow the sound at the end of the word before them.</summary>
[Trait("Store", "none")]
public sealed class ParticleTests
{
    private static readonly CultureInfo Korean = CultureInfo.GetCultureInfo("ko");

    [Theory]
    [InlineData("커피", "커피는 커피가 커피를 커피와 커피로")]
    [InlineData("아침 글", "아침 글은 아침 글이 아침 글을 아침 글과 아침 글로")]
    [InlineData("책상", "책상은 책상이 책상을 책상과 책상으로")]
    [InlineData("책상 ☕", "책상 ☕은 책상 ☕이 책상 ☕을 책상 ☕과 책상 ☕으로")]
    [InlineData("버전 (책)", "버전 (책)은 버전 (책)이 버전 (책)을 버전 (책)과 버전 (책)으로")]
    [InlineData("2", "2는 2가 2를 2와 2로")]
    [InlineData("3", "3은 3이 3을 3과 3으로")]
    [InlineData("7", "7은 7이 7을 7과 7로")]
    [InlineData("500", "500은 500이 500을 500과 500으로")]
    [InlineData("50%", "50%는 50%가 50%를 50%와 50%로")]
    [InlineData("09:00", "09:00는 09:00가 09:00를 09:00와 09:00로")]
    [InlineData("09:30", "09:30은 09:30이 09:30을 09:30과 09:30으로")]
    [InlineData("Claude", "Claude는 Claude가 Claude를 Claude와 Claude로")]
    [InlineData("Slack", "Slack은 Slack이 Slack을 Slack과 Slack으로")]
    [InlineData("cron", "cron은 cron이 cron을 cron과 cron으로")]
    [InlineData("{{topic}}", "{{topic}}은 {{topic}}이 {{topic}}을 {{topic}}과 {{topic}}으로")]
    [InlineData("Asia/Seoul", "Asia/Seoul은 Asia/Seoul이 Asia/Seoul을 Asia/Seoul과 Asia/Seoul로")]
    [InlineData("API", "API는 API가 API를 API와 API로")]
    [InlineData("URL", "URL은 URL이 URL을 URL과 URL로")]
    [InlineData("", "는 가 를 와 로")]
    public void A_word_takes_the_particle_that_its_end_asks_for(string word, string all) =>
        Assert.Equal(
            all,
            new Word("{0}은(는) {0}이(가) {0}을(를) {0}과(와) {0}(으)로", "{0}").In(Korean, word),
            ignoreLineEndingDifferences: false
        );

    [Fact]
    public void Every_syllable_takes_them_by_whether_it_has_a_consonant_at_its_end()
    {
        for (var syllable = '가'; syllable <= '힣'; syllable++)
        {
            // Taken apart, a syllable with a consonant at its end is three letters.
            var letters = $"{syllable}".Normalize(System.Text.NormalizationForm.FormD);
            var (isClosed, isRieul) = (letters.Length == 3, letters[^1] == '\u11af');
            Assert.Equal(isClosed ? "은" : "는", Particles.After($"{syllable}", "은(는)"));
            Assert.Equal(isClosed && !isRieul ? "으로" : "로", Particles.After($"‘{syllable}’", "(으)로"));
        }
    }

    [Fact]
    public void No_text_shows_both_forms_and_what_a_person_wrote_stays_as_it_is()
    {
        var texts = typeof(Words)
            .GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static)
            .Select(field => field.GetValue(null))
            .OfType<Word>()
            .ToList();
        Assert.NotEmpty(texts);
        Assert.All(texts, text => Assert.DoesNotMatch(@"\((으|가|를|는|와)\)", text.In(Korean, "하나", "둘", "셋")));
        Assert.Contains("‘은(는)’을 ", Words.DuplicatedNow.In(Korean, "은(는)"), StringComparison.Ordinal);
        Assert.Equal("Version 3 is back", Words.Restored.In(CultureInfo.GetCultureInfo("en"), 3));
    }

    [Theory]
    [InlineData("no answer within 30 s")]
    [InlineData("the destination refused the connection")]
    [InlineData("unable to resolve the destination's host")]
    [InlineData("TLS failed: the certificate has expired")]
    [InlineData("host intern.example leads to no public address")]
    [InlineData("intern.example would be called by plain http, and the operator allows https only")]
    [InlineData("port 22 of intern.example is not one that the operator allows")]
    [InlineData("the attempt broke: Connection reset by peer")]
    [InlineData("the callback could not be made: quota maxQueues exceeded, current limit: 1")]
    [InlineData("Invalid cron expression CRON_TZ must name an IANA time zone; received 'Moon/Base' as Upstash-Cron")]
    [InlineData("topic gone not found")]
    [InlineData("quota maxQueues exceeded, current limit: 1")]
    public void What_the_engine_says_of_a_failure_is_said_in_Korean(string error)
    {
        CultureInfo.CurrentUICulture = Korean;
        Assert.Matches("[가-힣]", Words.OfFailure(null, error));
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en");
        Assert.Equal(error, Words.OfFailure(null, error));
    }
}
