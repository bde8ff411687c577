using Microsoft.Extensions.Configuration;

namespace Jettae.Tests;

public sealed class SettingsTests
{
    private static Settings Of(params (string Name, string Value)[] values) =>
        new(
            new ConfigurationBuilder()
                .AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair.Name, (string?)pair.Value)))
                .Build()
        );

    [Fact]
    public void Nothing_said_means_the_built_in_engine_on_port_5080()
    {
        var settings = Of();
        Assert.True(settings.UsesBuiltInEngine);
        Assert.Equal("http://localhost:5080", settings.OwnUrl);
        Assert.Equal("http://localhost:5080", settings.PublicUrl);
    }

    [Theory]
    [InlineData("https://me.example\n", "https://me.example")]
    [InlineData("  https://me.example/  ", "https://me.example")]
    [InlineData("https://me.example/jettae/\r\n", "https://me.example/jettae")]
    public void Blanks_and_line_ends_around_the_public_url_are_trimmed(string given, string meant) =>
        Assert.Equal(meant, Of(("NEXT_PUBLIC_URL", given)).PublicUrl);

    [Theory]
    [InlineData("me.example")]
    [InlineData("ftp://me.example")]
    public void A_url_that_cannot_be_called_is_refused_by_name(string given)
    {
        var refusal = Assert.Throws<SettingsException>(() => Of(("NEXT_PUBLIC_URL", given)));
        Assert.Contains("NEXT_PUBLIC_URL", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(given, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://+:8080", "http://localhost:8080")]
    [InlineData("http://0.0.0.0:8080;http://[::]:9090", "http://localhost:8080")]
    [InlineData("http://[::]:8080", "http://localhost:8080")]
    [InlineData("http://127.0.0.1:8080", "http://127.0.0.1:8080")]
    public void The_own_url_is_one_that_can_be_called(string listening, string own) =>
        Assert.Equal(own, Of(("ASPNETCORE_URLS", listening)).OwnUrl);

    [Theory]
    [InlineData("ASPNETCORE_URLS", "nonsense")]
    [InlineData("JETTAE_TRUSTED_PROXIES", "10.0.0.1,proxy")]
    [InlineData("JETTAE_EGRESS_ALLOW", "10.0.0.0/99")]
    [InlineData("JETTAE_EGRESS_HTTPS_ONLY", "sure")]
    [InlineData("JETTAE_EGRESS_PORTS", "443,99999")]
    [InlineData("JETTAE_PARALLEL_RUNS", "0")]
    [InlineData("JETTAE_APIS", "llm")]
    [InlineData("JETTAE_LIMITS", "retries=many")]
    [InlineData("JETTAE_APIS", "llm=ftp://x")]
    public void What_no_start_could_use_is_refused_by_name(string name, string value)
    {
        var refused = Assert.Throws<SettingsException>(() => Of((name, value)));
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
        Assert.Contains(value[(value.LastIndexOfAny([',', '=']) + 1)..], refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_qstash_elsewhere_needs_its_token_and_keys()
    {
        var refusal = Assert.Throws<SettingsException>(() => Of(("QSTASH_URL", "https://qstash.upstash.io")));
        Assert.Contains("QSTASH_TOKEN", refusal.Message, StringComparison.Ordinal);

        var settings = Of(
            ("QSTASH_URL", "https://qstash.upstash.io"),
            ("QSTASH_TOKEN", "t"),
            ("QSTASH_CURRENT_SIGNING_KEY", new string('a', 32)),
            ("QSTASH_NEXT_SIGNING_KEY", new string('b', 32))
        );
        Assert.False(settings.UsesBuiltInEngine);
    }

    [Fact]
    public void Naming_the_program_itself_as_qstash_is_the_built_in_engine() =>
        Assert.True(Of(("QSTASH_URL", "http://127.0.0.1:5080/")).UsesBuiltInEngine);

    [Fact]
    public void A_signing_key_too_short_to_sign_with_is_refused_and_not_shown()
    {
        var refusal = Assert.Throws<SettingsException>(() => Of(("QSTASH_CURRENT_SIGNING_KEY", "sig_short")));
        Assert.Contains("QSTASH_CURRENT_SIGNING_KEY", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sig_short", refusal.Message, StringComparison.Ordinal);
    }
}
