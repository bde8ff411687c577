using System.Text.RegularExpressions;
using Jettae.Studio;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>How one schedule is chosen among others, of the same name too.</summary>
[Collection(Busy.Name)]
public sealed class SchedulePickTests(StudioPages studio) : IClassFixture<StudioPages>
{
    [Fact]
    public async Task Namesakes_are_told_apart_by_what_they_write_and_when_among_few_and_among_many()
    {
        var morning = await MakeAsync("Coffee", "x_post", "09:00");
        var evening = await MakeAsync("Coffee", "blog_post", "18:30");
        // Before the first run there is nothing to choose from.
        await studio.Program.PostAsync("/api/schedule/run", new { id = morning });
        var page = await studio.OpenAsync("en");
        await page.GotoAsync("/runs");
        var pick = page.GetByRole(AriaRole.Combobox, new() { Name = "Schedule" });
        await Expect(pick.Locator("option").Nth(1))
            .ToHaveTextAsync("Coffee · X post · Daily 09:00 · Asia/Seoul · beans");
        await Expect(pick.Locator("option").Nth(2)).ToContainTextAsync("Blog post · Daily 18:30");
        // In the list too, though one of them has not run yet.
        await Expect(page.Locator(".runline .apart")).ToHaveTextAsync("X post · Daily 09:00 · Asia/Seoul · beans");

        await page.GotoAsync("/library");
        await Expect(page.Locator(".facets .apart")).ToHaveTextAsync("X post · Daily 09:00 · Asia/Seoul · beans");

        await page.GotoAsync("/");
        await Expect(page.Locator(".line .apart")).ToHaveCountAsync(2);
        await MakeAsync("Tea", "thread", "09:00", "hourly");
        await MakeAsync("Tea", "linkedin_post", "09:30", "hourly");
        await page.GotoAsync("/monitor");
        // Whatever else comes within the hour in which this is looked at.
        foreach (var kind in new[] { "LinkedIn", "Thread" })
            await Expect(page.Locator("[aria-labelledby=next-hour] .apart").Filter(new() { HasText = kind }))
                .ToHaveCountAsync(1);
        // On a phone there is no room for all of it, and nothing sticks out.
        await page.SetViewportSizeAsync(390, 800);
        Assert.Equal(
            0,
            await page.EvaluateAsync<int>(
                "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
        );
        await page.SetViewportSizeAsync(1280, 800);

        for (var i = 0; i < ScheduleChoices.Most; i++)
            await MakeAsync($"Other {i}", "x_post", "10:00");
        await page.GotoAsync("/runs");
        await Expect(page.Locator("main:not([inert]) h1")).ToBeVisibleAsync();
        var search = page.Locator("input[list]");
        await search.FillAsync("Coffee");
        await search.BlurAsync();
        var which = page.Locator("select").Filter(new() { HasText = "Which of these?" });
        await Expect(which.Locator("option")).ToHaveCountAsync(3);
        await which.SelectOptionAsync(new SelectOptionValue { Value = evening });
        await Expect(page).ToHaveURLAsync(new Regex($"/runs\\?schedule={evening}$"));
        await Expect(page.Locator(".filters")).ToContainTextAsync("Blog post · Daily 18:30 · Asia/Seoul");
        Assert.NotEqual(morning, evening);
    }

    private async Task<string> MakeAsync(string name, string type, string time, string frequency = "daily") =>
        (string)
            (
                await studio.Program.PostAsync(
                    "/api/schedule/create",
                    new
                    {
                        name,
                        content_type = type,
                        topic = "beans",
                        frequency,
                        time_of_day = time,
                        timezone = "Asia/Seoul",
                    }
                )
            )["id"]!;
}
