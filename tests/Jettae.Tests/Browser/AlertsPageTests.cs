using System.Globalization;
using Jettae.Studio;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>When and where to be told, as it is set up in a real browser.</summary>
[Collection(Busy.Name)]
public sealed class AlertsPageTests(StudioPages studio) : IClassFixture<StudioPages>
{
    [Fact]
    public async Task Of_two_pages_each_saves_only_what_was_changed_in_it()
    {
        var (one, other) = (await studio.OpenAsync("en"), await studio.OpenAsync("en"));
        foreach (var page in new[] { one, other })
        {
            await page.GotoAsync("/alerts");
            await Expect(page.Locator("main:not([inert]) #slack_url")).ToBeVisibleAsync();
        }
        await SaveAsync(one, "#webhook_url", "https://example.com/hook");
        await Expect(one.Locator(".toast")).ToBeVisibleAsync();
        await SaveAsync(other, "#late_minutes", "9");
        await Expect(other.Locator(".toast")).ToBeVisibleAsync();
        var alerts = await studio.Program.GetAsync("/api/alerts/settings");
        Assert.Equal(("https://example.com/hook", 9), ((string?)alerts["webhook_url"], (int)alerts["late_minutes"]!));
        await studio.Program.PostAsync("/api/alerts/settings", new { webhook_url = "", late_minutes = 5 });

        static async Task SaveAsync(IPage page, string field, string text)
        {
            await page.Locator(field).FillAsync(text);
            await page.Locator("main form button[type=submit]").ClickAsync();
        }
    }

    [Theory]
    [InlineData("ko")]
    [InlineData("en")]
    public async Task A_test_goes_where_what_is_saved_says_and_what_was_taken_away_elsewhere_is_said(string language)
    {
        await studio.Program.PostAsync("/api/alerts/settings", new { slack_url = "https://example.com/slack" });
        var page = await studio.OpenAsync(language);
        await page.GotoAsync("/alerts");
        var slack = page.Locator("main:not([inert]) #slack_url");
        await Expect(slack).ToHaveValueAsync("https://example.com/slack");
        var culture = CultureInfo.GetCultureInfo(language);
        var test = page.GetByRole(AriaRole.Button, new() { Name = Words.SendTest.In(culture) });
        var hint = page.GetByText(Words.TestAfterSaving.In(culture));
        await Expect(test).ToBeEnabledAsync();
        await slack.FillAsync("https://example.com/other");
        await slack.BlurAsync();
        await Expect(test).ToBeDisabledAsync();
        await Expect(hint).ToBeVisibleAsync();
        await page.Locator("form button[type=submit]").ClickAsync();
        await Expect(hint).ToHaveCountAsync(0);
        await Expect(test).ToBeEnabledAsync();

        await studio.Program.PostAsync("/api/alerts/settings", new { slack_url = "" });
        await test.ClickAsync();
        await Expect(page.GetByText(Words.ChannelGone.In(culture))).ToBeVisibleAsync();
        await Expect(test).ToHaveCountAsync(0);
        await Expect(slack).ToHaveValueAsync("");
        Assert.True(await page.Locator("#blazor-error-ui").IsHiddenAsync(), studio.Output);
    }

    [Fact]
    public async Task A_mail_server_without_a_recipient_is_asked_for_one_and_its_password_goes_with_its_user()
    {
        var page = await studio.OpenAsync("en");
        await page.GotoAsync("/alerts");
        await page.Locator("main:not([inert]) #smtp_host").FillAsync("smtp.example.com");
        await page.Locator("#smtp_user").FillAsync("me");
        await page.Locator("#smtp_password").FillAsync("secret");
        var save = page.Locator("form button[type=submit]");
        await save.ClickAsync();
        await Expect(page.Locator("#mail_to-note")).ToBeVisibleAsync();
        await page.Locator("#mail_to").FillAsync("me@example.com");
        await save.ClickAsync();
        await Expect(page.Locator("#mail_to-note")).ToHaveCountAsync(0);
        Assert.True((bool)(await studio.Program.GetAsync("/api/alerts/settings"))["has_smtp_password"]!);
        await page.Locator("#smtp_user").FillAsync("");
        await save.ClickAsync();
        await Expect(page.Locator("#smtp_password-note")).ToHaveCountAsync(0);
        var settings = await studio.Program.GetAsync("/api/alerts/settings");
        Assert.Equal(
            ("smtp.example.com", false),
            ((string?)settings["smtp_host"], (bool)settings["has_smtp_password"]!)
        );
        await studio.Program.PostAsync("/api/alerts/settings", new { smtp_host = "", mail_to = "" });
    }
}
