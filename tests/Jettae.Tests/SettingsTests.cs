using Jettae.Engine;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Tests;

[Trait("Store", "own")]
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
    [InlineData("JETTAE_REGION", "moon")]
    [InlineData("JETTAE_DEDUPLICATION_WINDOW", "0s")]
    [InlineData("JETTAE_DEDUPLICATION_WINDOW", "ten minutes")]
    [InlineData("JETTAE_SCHEDULE_GRACE", "8d")]
    [InlineData("JETTAE_DEFAULT_TIMEOUT", "-5s")]
    [InlineData("JETTAE_MAX_TIMEOUT", "25h")]
    [InlineData("JETTAE_LOG_RETENTION", "59m")]
    [InlineData("JETTAE_RUN_RETENTION", "29d")]
    [InlineData("JETTAE_RUN_RETENTION", "0")]
    [InlineData("JETTAE_MAX_BODY", "10MB")]
    [InlineData("JETTAE_MAX_BODY", "2000000000")]
    public void What_no_start_could_use_is_refused_by_name(string name, string value)
    {
        var refused = Assert.Throws<SettingsException>(() => Of((name, value)));
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
        Assert.Contains(value[(value.LastIndexOfAny([',', '=']) + 1)..], refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    public void A_database_and_proxies_that_are_blank_are_none(string blank)
    {
        var settings = Of(("DATABASE_URL", blank), ("JETTAE_TRUSTED_PROXIES", blank));
        Assert.Null(settings.Database);
        Assert.Empty(settings.TrustedProxies);
    }

    [Fact]
    public async Task What_is_said_of_the_engine_reaches_it_and_what_is_not_said_stays_as_usual()
    {
        var folder = Directory.CreateTempSubdirectory("jettae-settings");
        try
        {
            var said = await EngineOfAsync(
                ("JETTAE_DATA", folder.FullName),
                ("JETTAE_REGION", "eu-central-1"),
                ("JETTAE_DEDUPLICATION_WINDOW", "1h30m"),
                ("JETTAE_SCHEDULE_GRACE", "0s"),
                ("JETTAE_DEFAULT_TIMEOUT", "30"),
                ("JETTAE_MAX_TIMEOUT", "10m"),
                ("JETTAE_LOG_RETENTION", "30d"),
                ("JETTAE_MAX_BODY", "2048")
            );
            Assert.Equal("EU-CENTRAL-1", said.Region);
            Assert.Equal(TimeSpan.FromMinutes(90), said.DeduplicationWindow);
            Assert.Equal(TimeSpan.Zero, said.ScheduleGrace);
            Assert.Equal(TimeSpan.FromSeconds(30), said.DefaultTimeout);
            Assert.Equal(TimeSpan.FromMinutes(10), said.MaxTimeout);
            Assert.Equal(TimeSpan.FromDays(30), said.LogRetention);
            Assert.Equal(2_048, said.MaxBody);

            var usual = new EngineOptions { DataFile = "" };
            var unsaid = await EngineOfAsync(("JETTAE_DATA", folder.FullName));
            Assert.Null(unsaid.Region);
            Assert.Equal(usual.DeduplicationWindow, unsaid.DeduplicationWindow);
            Assert.Equal(usual.ScheduleGrace, unsaid.ScheduleGrace);
            Assert.Equal(usual.DefaultTimeout, unsaid.DefaultTimeout);
            Assert.Equal(usual.MaxTimeout, unsaid.MaxTimeout);
            Assert.Equal(usual.LogRetention, unsaid.LogRetention);
            Assert.Equal(usual.MaxBody, unsaid.MaxBody);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task How_long_runs_stay_reaches_the_studio_and_what_is_too_short_is_refused_with_the_rule()
    {
        var folder = Directory.CreateTempSubdirectory("jettae-settings");
        try
        {
            Assert.Equal(TimeSpan.FromDays(30), await KeptAsync(("JETTAE_RUN_RETENTION", " 30d\n")));
            Assert.Null(await KeptAsync(("JETTAE_RUN_RETENTION", "")));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
        var refused = Assert.Throws<SettingsException>(() => Of(("JETTAE_RUN_RETENTION", "719h")));
        Assert.StartsWith("JETTAE_RUN_RETENTION", refused.Message, StringComparison.Ordinal);
        Assert.EndsWith("from 30d to 3660d; received '719h'.", refused.Message, StringComparison.Ordinal);

        async Task<TimeSpan?> KeptAsync((string, string) said)
        {
            await using var program = Composition.Build(
                Of(("JETTAE_DATA", folder.FullName), said),
                TimeProvider.System
            );
            return program.Services.GetRequiredService<Studio.StudioOptions>().RunRetention;
        }
    }

    /// <summary>The engine's options in the program that these settings make.</summary>
    private static async Task<EngineOptions> EngineOfAsync(params (string Name, string Value)[] values)
    {
        await using var program = Composition.Build(Of(values), TimeProvider.System);
        return program.Services.GetRequiredService<EngineOptions>();
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
