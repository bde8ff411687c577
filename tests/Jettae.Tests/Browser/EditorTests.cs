using System.Globalization;
using Jettae.Studio;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>What the editor of a schedule says of what stands in its fields.</summary>
[Collection(Busy.Name)]
public sealed class EditorTests(StudioPages studio) : IClassFixture<StudioPages>
{
    [Theory]
    [InlineData("ko", "시각을 골라 주세요.")]
    [InlineData("en", "Choose a time.")]
    public async Task A_time_that_was_cleared_is_asked_for_and_the_one_before_it_not_saved(string language, string ask)
    {
        var (page, main) = await OpenAsync(language);
        await main.Locator("#topic").FillAsync("A cleared time");
        var time = main.Locator("#time_of_day");
        await time.FillAsync("");
        await Expect(main.Locator("#time_of_day-note")).ToHaveTextAsync(ask);
        await Button(Words.Create).ClickAsync();
        await Expect(time).ToBeFocusedAsync();
        await Expect(time).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(time).ToHaveValueAsync("");
        Assert.Empty((await studio.Program.GetAsync("/api/schedules?search=cleared"))["items"]!.AsArray());

        // The same of one among several; without it there is nothing to ask.
        await time.FillAsync("10:00");
        await Expect(main.Locator("#time_of_day-note")).ToHaveCountAsync(0);
        await main.Locator(".times .chip").ClickAsync();
        await main.Locator(".times .chip").ClickAsync();
        await main.Locator(".times input").Nth(1).FillAsync("");
        await Expect(main.Locator("#time_of_day-note")).ToHaveTextAsync(ask);
        await main.Locator(".times .time").Nth(1).GetByRole(AriaRole.Button).ClickAsync();
        await Expect(main.Locator("#time_of_day-note")).ToHaveCountAsync(0);
        await Expect(main.Locator(".times input")).ToHaveCountAsync(2);
        await Expect(main.Locator(".slots li")).ToHaveCountAsync(10);

        // One that goes with its cadence shows its time when it comes again, and means it.
        await time.FillAsync("");
        await Frequency(Studio.Frequency.Cron).CheckAsync();
        await Frequency(Studio.Frequency.Daily).CheckAsync();
        await Expect(time).ToHaveValueAsync("10:00");
        await Expect(main.Locator(".slots li")).ToHaveCountAsync(10);

        ILocator Button(Word name) =>
            main.GetByRole(AriaRole.Button, new() { Name = Say(language, name), Exact = true });

        ILocator Frequency(Frequency frequency) => main.Locator($"[name=frequency][value={frequency}]");
    }

    [Theory]
    [InlineData("ko")]
    [InlineData("en")]
    public async Task The_hint_names_every_variable_that_can_be_put_into_a_prompt(string language)
    {
        var (_, main) = await OpenAsync(language);
        await main.Locator("[name='settings.promptType'][value=Custom]").CheckAsync();
        var chips = main.GetByRole(AriaRole.Group, new() { Name = Say(language, Words.Variables) }).Locator(".chip");
        await Expect(chips.First).ToBeVisibleAsync();
        var accepted = await chips.AllInnerTextsAsync();
        Assert.Equal(10, accepted.Count);
        var hint = await main.Locator("[id='settings.customPrompt-note']").InnerTextAsync();
        Assert.EndsWith(string.Join(' ', accepted), hint, StringComparison.Ordinal);
        // Each of them is, in truth.
        foreach (var variable in accepted)
            await main.GetByRole(AriaRole.Button, new() { Name = variable, Exact = true }).ClickAsync();
        await Expect(main.Locator("[id='settings.customPrompt']")).ToHaveValueAsync(string.Join(' ', accepted));
        await Expect(main.Locator("fieldset .notice")).ToHaveCountAsync(0);
    }

    private async Task<(IPage Page, ILocator Main)> OpenAsync(string language)
    {
        var page = await studio.OpenAsync(language);
        await page.GotoAsync("/schedules/new");
        await Expect(page.Locator("main:not([inert]) #topic")).ToBeVisibleAsync();
        return (page, page.Locator("main"));
    }

    private static string Say(string language, Word word) => word.In(CultureInfo.GetCultureInfo(language));
}
