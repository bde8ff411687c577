using System.Globalization;
using System.Text.RegularExpressions;
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
        await Expect(main.Locator("#cron")).ToBeVisibleAsync();
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

    [Theory]
    [InlineData("ko", "요일을 골라 주세요.")]
    [InlineData("en", "Choose a weekday.")]
    public async Task The_days_that_are_ticked_are_the_days_that_are_saved(string language, string ask)
    {
        var (page, main) = await OpenAsync(language);
        var name = $"Days {language}";
        await main.Locator("#topic").FillAsync("요일");
        await main.Locator("#name").FillAsync(name);
        await main.Locator("[name=frequency][value=Weekly]").CheckAsync();
        await Expect(main.Locator(".slots li")).ToHaveCountAsync(10);
        var (monday, friday) = (main.Locator("[value=Monday]"), main.Locator("[value=Friday]"));
        await monday.UncheckAsync();
        await Expect(main.Locator("#days_of_week-note")).ToHaveTextAsync(ask);
        await Expect(main.Locator(".slots li")).ToHaveCountAsync(0);
        await main.GetByRole(AriaRole.Button, new() { Name = Say(language, Words.Create), Exact = true }).ClickAsync();
        await Expect(monday).ToBeFocusedAsync();
        await friday.CheckAsync();
        await Expect(main.Locator("#days_of_week-note")).ToHaveCountAsync(0);
        await Expect(main.Locator(".slots li")).ToHaveCountAsync(10);
        await Expect(monday).Not.ToBeCheckedAsync();
        await main.GetByRole(AriaRole.Button, new() { Name = Say(language, Words.Create), Exact = true }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/schedules$"));
        var made = Assert.Single((await studio.Program.GetAsync($"/api/schedules?search={name}"))["items"]!.AsArray())!;
        Assert.Equal("[5]", made["days_of_week"]!.ToJsonString());
    }

    [Theory]
    [InlineData("ko")]
    [InlineData("en")]
    public async Task What_a_prompt_does_not_use_of_what_is_filled_in_is_named(string language)
    {
        var (_, main) = await OpenAsync(language);
        await main.Locator("#topic").FillAsync("커피");
        await main.Locator("[name='settings.promptType'][value=Custom]").CheckAsync();
        var line = main.GetByText(Say(language, Words.UnusedByPrompt)[..6]);
        await Expect(line).ToContainTextAsync($"{Say(language, Words.Topic)}, {Say(language, Words.ToneLabel)}");
        await Expect(line).Not.ToContainTextAsync(Say(language, Words.Audience));
        await main.Locator("#target_audience").FillAsync("단골");
        await main.Locator("#target_audience").BlurAsync();
        await Expect(line).ToContainTextAsync(Say(language, Words.Audience));
        var prompt = main.Locator("[id='settings.customPrompt']");
        await prompt.FillAsync("{{topic}} {{ tone }}");
        await Expect(line).Not.ToContainTextAsync(Say(language, Words.Topic));
        await Expect(line).ToContainTextAsync(Say(language, Words.Audience));
        await prompt.FillAsync("{{topic}} {{tone}} {{audience}}");
        await Expect(line).ToHaveCountAsync(0);
        await prompt.FillAsync("");
        await main.Locator("[name='settings.promptType'][value=Auto]").CheckAsync();
        await Expect(line).ToHaveCountAsync(0);
    }

    [Theory]
    [InlineData("ko")]
    [InlineData("en")]
    public async Task Who_changes_what_another_has_changed_meanwhile_is_told_and_may_insist(string language)
    {
        var made = await studio.Program.PostAsync(
            "/api/schedule/create",
            new
            {
                topic = "처음",
                content_type = "x_post",
                frequency = "daily",
                time_of_day = "09:00",
            }
        );
        var id = (string?)made["id"];
        var page = await studio.OpenAsync(language);
        await page.GotoAsync($"/schedules/{id}");
        var time = page.Locator("main:not([inert]) #time_of_day");
        await Expect(time).ToHaveValueAsync("09:00");
        await studio.Program.PostAsync(
            "/api/schedule/update",
            new
            {
                id,
                frequency = "cron",
                cron = "30 7 * * *",
                topic = "다른 사람의 주제",
            }
        );
        await time.FillAsync("10:00");
        await page.Locator("form [type=submit]").ClickAsync();
        var notice = page.GetByRole(AriaRole.Alert);
        await Expect(notice).ToContainTextAsync(Say(language, Words.HowOften));
        await Expect(time).ToHaveValueAsync("10:00");
        await notice.GetByRole(AriaRole.Button, new() { Name = Say(language, Words.SaveAnyway) }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/schedules$"));
        var stored = await studio.Program.GetAsync($"/api/schedules/{id}");
        Assert.Equal(
            ("daily", """["10:00"]""", "다른 사람의 주제"),
            ((string?)stored["frequency"], stored["times_of_day"]!.ToJsonString(), (string?)stored["topic"])
        );
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
