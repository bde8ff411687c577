using System.Text.RegularExpressions;
using Jettae.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>The monitor tells how things stand, and goes on telling while it is open.</summary>
[Collection(Busy.Name)]
public sealed class MonitorTests(WritingPages writing) : IClassFixture<WritingPages>
{
    [Fact]
    public async Task It_shows_a_run_begin_and_end_without_being_asked_again()
    {
        var page = await writing.Studio.OpenAsync("en");
        var schedule = await writing.ScheduleAsync("Monitored");
        await page.GotoAsync("/monitor");
        await Expect(page.Locator("main:not([inert])")).ToBeVisibleAsync();
        await Expect(Tile(page, "Schedules without a booking")).ToHaveTextAsync("0");
        await Expect(Tile(page, "QStash")).ToContainTextAsync("Well");
        await Expect(page.GetByText("Nothing is being written right now.")).ToBeVisibleAsync();

        var gate = new TaskCompletionSource();
        writing.Claude.Script.Enqueue(FakeClaude.Pauses(gate.Task));
        await writing.DeliverAsync(schedule);
        await Expect(Tile(page, "Under way")).ToHaveTextAsync("1");
        await Expect(page.Locator("[data-since]")).ToHaveTextAsync(new Regex(@"^00:\d\d:\d\d$"));
        gate.SetResult();
        await Expect(Tile(page, "Under way")).ToHaveTextAsync("0");
        await Expect(Tile(page, "The writer")).ToContainTextAsync("1 of 1 calls");
        await Expect(page.Locator(".nowline i.done")).ToHaveCountAsync(1);
        await Expect(Tile(page, "Tokens (24 h)"))
            .ToHaveTextAsync(new Regex(@"^170\s*New input 100 · Input from cache 20 · Output 50$"));

        var runs = page.GetByRole(AriaRole.Figure).First;
        await runs.GetByText("As a table").ClickAsync();
        await Expect(runs.Locator("tbody tr").First.Locator("td").First).ToHaveTextAsync("1");
        await Expect(runs.Locator("tbody tr").First.Locator("td").Last).ToHaveTextAsync("100.0%");
    }

    private static ILocator Tile(IPage page, string name) =>
        page.Locator(".tiles > div").Filter(new() { Has = page.GetByText(name, new() { Exact = true }) }).Locator("dd");
}
