using System.Text.RegularExpressions;
using Jettae.Studio;
using Jettae.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>What a schedule's row tells of it, and what can be done there.</summary>
[Collection(Busy.Name)]
public sealed class ScheduleRowTests(WritingPages writing) : IClassFixture<WritingPages>
{
    [Theory]
    [InlineData("ko", "남은 차례가 없어서")]
    [InlineData("en", "No slot is left")]
    public async Task A_switch_that_is_refused_goes_back_and_says_why(string language, string why)
    {
        var id = await writing.ScheduleAsync($"Ended {language}");
        await writing.DeliverAsync(id);
        await UntilAsync(await writing.NewestRunAsync(id), "done");
        await writing.Program.PostAsync("/api/schedule/pause", new { id });
        await writing.Program.PostAsync("/api/schedule/update", new { id, max_runs = 1 });
        var (page, row) = await OpenAsync(language, $"Ended {language}");
        var turn = row.GetByRole(AriaRole.Switch);
        await turn.ClickAsync();
        await Expect(page.Locator(".toast")).ToContainTextAsync(why);
        await Expect(turn).Not.ToBeCheckedAsync();
        await Expect(turn).ToBeEnabledAsync();
        await Expect(row).ToContainTextAsync(Word(language, Words.Paused));
    }

    [Theory]
    [InlineData("ko")]
    [InlineData("en")]
    public async Task A_paused_schedule_is_given_a_day_to_go_on_and_one_that_rests_goes_on_at_once(string language)
    {
        var id = await writing.ScheduleAsync($"Rests {language}");
        var next = await writing.SlotAsync(id);
        await writing.Program.PostAsync("/api/schedule/pause", new { id });
        var (page, row) = await OpenAsync(language, $"Rests {language}");
        await ChooseAsync(Words.RestUntil);
        await page.GetByRole(AriaRole.Dialog)
            .GetByRole(AriaRole.Button, new() { Name = Word(language, Words.Pause), Exact = true })
            .ClickAsync();
        await Expect(row.Locator(".badge.warn")).ToBeVisibleAsync();
        await Expect(row.GetByRole(AriaRole.Switch)).ToBeCheckedAsync();
        Assert.True(string.CompareOrdinal(await writing.SlotAsync(id), next) > 0);

        await ChooseAsync(Words.ResumeNow);
        await Expect(row.Locator(".badge.warn")).ToHaveCountAsync(0);
        Assert.Equal(next, await writing.SlotAsync(id));
        await Expect(page.Locator(".toast"))
            .ToContainTextAsync(
                Words.ResumedNow.In(System.Globalization.CultureInfo.GetCultureInfo(language), $"Rests {language}")
            );
        // Back at rest, by undo, and then there is a way to end that again.
        await page.Locator(".toast [data-undo]").ClickAsync();
        await Expect(row.Locator(".badge.warn")).ToBeVisibleAsync();

        async Task ChooseAsync(Word choice)
        {
            await row.Locator("[popovertarget]").ClickAsync();
            await row.GetByRole(AriaRole.Button, new() { Name = Word(language, choice), Exact = true }).ClickAsync();
        }
    }

    [Fact]
    public async Task The_last_twenty_runs_stand_in_a_row_the_newest_at_its_end_and_the_figures_are_of_all()
    {
        var id = await writing.ScheduleAsync("Strip");
        for (var n = 0; n < 20; n++)
            await writing.RunAsync(id);
        writing.Claude.Script.Enqueue(FakeClaude.Fails(401, "authentication_error"));
        await writing.RunAsync(id);
        var slot = await writing.SlotAsync(id);
        await writing.Program.PostAsync("/api/schedule/pause", new { id });
        await writing.DeliverAsync(id, slot);
        await UntilAsync(await NewestAsync(id, 22), "skipped");

        var (_, row) = await OpenAsync("en", "Strip");
        var bars = row.Locator(".strip i");
        await Expect(bars).ToHaveCountAsync(20);
        string[] states = [.. Enumerable.Repeat("done", 18), "failed", "skipped"];
        Assert.Equal(states, await bars.EvaluateAllAsync<string[]>("bars => bars.map(bar => bar.className)"));
        var colours = await bars.EvaluateAllAsync<string[]>(
            """
            bars => [...["--ok", "--bad", "--line-strong"].map(name => {
                const probe = Object.assign(document.createElement("i"), { style: `background: var(${name})` });
                document.body.append(probe);
                return getComputedStyle(probe).backgroundColor;
            }), ...bars.slice(-3).map(bar => getComputedStyle(bar).backgroundColor)]
            """
        );
        Assert.Equal(3, colours.Take(3).Distinct().Count());
        Assert.Equal(colours.Take(3), colours.Skip(3));
        await Expect(row.Locator(".strip"))
            .ToHaveAttributeAsync("aria-label", "Recent runs: Skipped 1, Failed 1, Done 18");
        var figures = row.Locator("[title='The last 30 days']");
        await Expect(figures).ToContainTextAsync("95%");
        var stats = (await writing.Program.GetAsync("/api/stats"))["schedules"]!
            .AsArray()
            .Single(each => (string?)each!["schedule_id"] == id)!;
        await Expect(figures).ToContainTextAsync(Words.Dollars((decimal)stats["cost"]!));
        await Expect(figures).ToContainTextAsync($"{(long)stats["input_tokens"]! + (long)stats["output_tokens"]!:N0}");
    }

    [Theory]
    [InlineData(
        "ko",
        "2028년 1월 3일 (월) 09:00",
        @"^\d+월 \d+일 \(.\) \d\d:\d\d$",
        @"^202\d년 \d+월 \d+일 \(.\) \d\d:\d\d$"
    )]
    [InlineData("en", "Mon, Jan 3, 2028, 09:00", @"^\w+, \w+ \d+, \d\d:\d\d$", @"^\w+, \w+ \d+, 202\d, \d\d:\d\d$")]
    public async Task What_is_of_another_year_says_so(string language, string far, string near, string past)
    {
        var name = $"Far {language}";
        var made = await writing.Program.PostAsync(
            "/api/schedule/create",
            new
            {
                name,
                content_type = "x_post",
                topic = name,
                frequency = "daily",
                time_of_day = "09:00",
                timezone = "Asia/Seoul",
                starts_at = "2028-01-02T15:00:00Z",
            }
        );
        await writing.RunAsync((string)made["id"]!);
        var (page, row) = await OpenAsync(language, name);
        await Expect(row.Locator("time")).ToHaveTextAsync(far);
        // By the script too: of what has run, now and as it will be seen in years.
        await page.GotoAsync($"/runs?schedule={made["id"]}");
        await Expect(page.Locator(".runline time")).ToHaveTextAsync(new Regex(near));
        await page.Clock.SetFixedTimeAsync(TimeProvider.System.GetUtcNow().AddYears(5).UtcDateTime);
        await page.ReloadAsync();
        await Expect(page.Locator(".runline time")).ToHaveTextAsync(new Regex(past));
        await writing.Program.PostAsync("/api/schedule/delete", new { id = made["id"] });
    }

    private async Task<(IPage Page, ILocator Row)> OpenAsync(string language, string name)
    {
        var page = await writing.Studio.OpenAsync(language);
        await page.GotoAsync($"/schedules?q={name}");
        await Expect(page.Locator("main:not([inert]) li.schedule")).ToHaveCountAsync(1);
        return (page, page.Locator("li.schedule"));
    }

    private Task UntilAsync(string run, string state) =>
        Wait.UntilAsync(
            async () => (string?)(await writing.Program.GetAsync($"/api/runs/{run}"))["state"] == state,
            Wait.Patience
        );

    /// <summary>The newest run of a schedule, as soon as there are so many.</summary>
    private async Task<string> NewestAsync(string schedule, int count)
    {
        await Wait.UntilAsync(
            async () =>
                (await writing.Program.GetAsync($"/api/runs?schedule_id={schedule}"))["items"]!.AsArray().Count
                >= count,
            Wait.Patience
        );
        return await writing.NewestRunAsync(schedule);
    }

    private static string Word(string language, Word word) =>
        word.In(System.Globalization.CultureInfo.GetCultureInfo(language));
}
