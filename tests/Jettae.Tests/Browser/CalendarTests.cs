using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>A person looks at the calendar and moves single slots about: by keys, by mouse, by the dialog.</summary>
[Collection(Busy.Journeys)]
public sealed class CalendarTests(StudioPages studio) : IClassFixture<StudioPages>
{
    [Theory]
    [InlineData("ko", "되돌리기", "로 옮겼어요")]
    [InlineData("en", "Undo", "Moved to")]
    public async Task A_planned_slot_is_moved_by_keys_and_put_back_by_undo(string language, string undo, string moved)
    {
        var (id, slot) = await WeeklyAsync($"Keys {language}");
        var page = await OpenAsync(language, slot, id);
        var from = page.Locator($"[data-cell='{slot:yyyy-MM-dd}']");
        var to = page.Locator($"[data-cell='{slot.AddDays(1):yyyy-MM-dd}']");
        await Expect(from.Locator(".entry.planned")).ToContainTextAsync("09:00");

        await from.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(from.Locator(".entry")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("m");
        await Expect(page.Locator("[data-said]")).ToContainTextAsync($"Keys {language}");
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(to).ToHaveClassAsync(new Regex("drop"));
        await page.Keyboard.PressAsync("Enter");

        await Expect(to.Locator(".entry.moved")).ToContainTextAsync("09:00");
        await Expect(to.Locator(".entry.moved")).ToBeFocusedAsync();
        await Expect(page.Locator(".toast")).ToContainTextAsync(moved);
        await page.Locator(".toast").HoverAsync();
        Assert.Equal(slot.AddDays(1), await NextAsync(id));

        await page.Locator(".toast").GetByRole(AriaRole.Button, new() { Name = undo }).ClickAsync();
        await Expect(from.Locator(".entry.planned")).ToBeVisibleAsync();
        await Expect(to.Locator(".entry")).ToHaveCountAsync(0);
        Assert.Equal(slot, await NextAsync(id));
        await studio.Program.PostAsync("/api/schedule/delete", new { id });
    }

    [Fact]
    public async Task Escape_puts_a_carried_slot_back()
    {
        var (id, slot) = await WeeklyAsync("Carried");
        var page = await OpenAsync("en", slot, id);
        var cell = page.Locator($"[data-cell='{slot:yyyy-MM-dd}']");
        await cell.Locator(".entry").FocusAsync();
        await page.Keyboard.PressAsync("m");
        await page.Keyboard.PressAsync("ArrowLeft");
        await page.Keyboard.PressAsync("Escape");
        await Expect(cell.Locator(".entry")).ToBeFocusedAsync();
        await Expect(page.Locator("[data-said]")).ToHaveTextAsync("Put back.");
        Assert.Equal(slot, await NextAsync(id));
        await studio.Program.PostAsync("/api/schedule/delete", new { id });
    }

    [Theory]
    [InlineData("ko", "이번만 건너뛰기", "되살리기")]
    [InlineData("en", "Skip this one", "Restore")]
    public async Task A_slot_is_skipped_and_restored_from_its_dialog(string language, string skip, string restore)
    {
        var (id, slot) = await WeeklyAsync($"Skipped {language}");
        var page = await OpenAsync(language, slot, id);
        var cell = page.Locator($"[data-cell='{slot:yyyy-MM-dd}']");
        await cell.Locator(".entry").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = skip }).ClickAsync();
        await Expect(cell.Locator(".entry.skipped")).ToBeVisibleAsync();
        Assert.Equal(slot.AddDays(7), await NextAsync(id));

        await cell.Locator(".entry").ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = restore }).ClickAsync();
        await Expect(cell.Locator(".entry.planned")).ToBeVisibleAsync();
        Assert.Equal(slot, await NextAsync(id));
        await studio.Program.PostAsync("/api/schedule/delete", new { id });
    }

    [Fact]
    public async Task A_moved_slot_that_is_skipped_in_the_list_goes_back_to_where_it_had_been_moved_to()
    {
        var (id, slot) = await WeeklyAsync("Skipped while moved");
        await studio.Program.PostAsync(
            "/api/schedule/move",
            new
            {
                id,
                slot_at = $"{slot:s}Z",
                to = $"{slot.AddHours(2):s}Z",
            }
        );
        var page = await studio.OpenAsync("en");
        await page.GotoAsync("/schedules?q=Skipped+while+moved");
        await Expect(page.Locator("main:not([inert]) h1")).ToBeVisibleAsync();
        var row = page.Locator("li.schedule");
        await row.Locator("[popovertarget]").ClickAsync();
        await row.GetByRole(AriaRole.Button, new() { Name = "Skip the next" }).ClickAsync();
        await Expect(page.Locator(".toast")).ToContainTextAsync("11:00");
        await page.Locator(".toast").HoverAsync();
        Assert.Equal(slot.AddDays(7), await NextAsync(id));
        await page.Locator("[data-undo]").ClickAsync();
        await Expect(page.Locator(".toast")).ToContainTextAsync("Undone");
        Assert.Equal(slot.AddHours(2), await NextAsync(id));

        // Once its own time has passed there is no way back.
        await PassAsync("Skipped while moved");
        await row.Locator("[popovertarget]").ClickAsync();
        await row.GetByRole(AriaRole.Button, new() { Name = "Skip the next" }).ClickAsync();
        await Expect(page.Locator(".toast")).ToContainTextAsync("11:00");
        await Expect(page.Locator("[data-undo]")).ToHaveCountAsync(0);
        await studio.Program.PostAsync("/api/schedule/delete", new { id });
    }

    [Theory]
    [InlineData("month")]
    [InlineData("week")]
    public async Task Dragging_moves_a_slot(string view)
    {
        var (id, slot) = await WeeklyAsync($"Dragged {view}");
        var page = await OpenAsync("en", slot, id, view);
        // To another day of the same row: a week's rows are hours, two of them later here.
        var target = slot.DayOfWeek == DayOfWeek.Saturday ? slot.AddDays(-1) : slot.AddDays(1);
        if (view == "week")
            target = target.AddHours(2);
        var cell = view == "week" ? $"{target.AddHours(9):yyyy-MM-ddTHH}" : $"{target:yyyy-MM-dd}";
        await page.Locator(".entry.planned").First.DragToAsync(page.Locator($"[data-cell='{cell}']"));
        await Expect(page.Locator($"[data-cell='{cell}'] .entry.moved")).ToBeVisibleAsync();
        Assert.Equal(target, await NextAsync(id));
        await studio.Program.PostAsync("/api/schedule/delete", new { id });
    }

    [Fact]
    public async Task A_place_that_is_taken_asks_for_another_time_and_says_why()
    {
        var (id, slot) = await WeeklyAsync("Taken", everyDay: true);
        // On a month's last day there may be no day beside it.
        if (slot.DayOfWeek == DayOfWeek.Saturday)
            slot = slot.AddDays(1);
        var page = await OpenAsync("en", slot, id);
        var cell = page.Locator($"[data-cell='{slot:yyyy-MM-dd}']");
        await cell.Locator(".entry").FocusAsync();
        await page.Keyboard.PressAsync("m");
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("Enter");
        var dialog = page.GetByRole(AriaRole.Dialog);
        await Expect(dialog.GetByRole(AriaRole.Alert)).ToContainTextAsync("another slot");
        await dialog.Locator("#to").FillAsync($"{slot.AddDays(1):yyyy-MM-dd}T14:30");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Move" }).ClickAsync();
        await Expect(page.Locator($"[data-cell='{slot.AddDays(1):yyyy-MM-dd}'] .entry.moved"))
            .ToContainTextAsync("14:30");
        await studio.Program.PostAsync("/api/schedule/delete", new { id });
    }

    [Theory]
    [InlineData("month", "")]
    [InlineData("week", "T09")]
    public async Task Who_turns_the_calendar_by_keys_stays_in_it(string view, string hour)
    {
        var page = await studio.OpenAsync("en");
        await page.GotoAsync($"/calendar?view={view}&date=2030-05-15");
        await Expect(page.Locator("main:not([inert]) [data-calendar]:not([inert])")).ToBeVisibleAsync();
        await CellOf("2030-05-15").FocusAsync();
        string[] turned =
            view == "month"
                ? ["2030-06-01", "2030-06-02", "2030-05-01", "2030-04-01"]
                : ["2030-05-22", "2030-05-23", "2030-05-15", "2030-05-08"];
        await PressAsync("PageDown", turned[0]);
        await PressAsync("ArrowRight", turned[1]);
        await PressAsync("PageUp", turned[2]);
        await PressAsync("PageUp", turned[3]);
        var day = (await page.Locator("[data-today]").GetAttributeAsync("data-to"))!;
        await PressAsync("t", day);
        // And there when it is there already. A week begins on Sunday.
        var today = CellOf(day);
        var isFirst = DateOnly.Parse(day, null).DayOfWeek == DayOfWeek.Sunday;
        await page.Keyboard.PressAsync(isFirst ? "ArrowRight" : "ArrowLeft");
        await Expect(today).Not.ToBeFocusedAsync();
        await page.Keyboard.PressAsync("t");
        await Expect(today).ToBeFocusedAsync();

        ILocator CellOf(string day) => page.Locator($"[data-cell='{day}{hour}']");

        async Task PressAsync(string key, string day)
        {
            await page.Keyboard.PressAsync(key);
            await Expect(CellOf(day)).ToBeFocusedAsync();
        }
    }

    [Fact]
    public async Task An_empty_day_leads_to_a_new_schedule_on_it()
    {
        var (id, slot) = await WeeklyAsync("Empty");
        var page = await OpenAsync("en", slot, id);
        await page.Locator($"[data-cell='{slot.AddDays(1):yyyy-MM-dd}']").ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex($@"/schedules/new\?at={slot.AddDays(1):yyyy-MM-dd}T09:00$"));
        await studio.Program.PostAsync("/api/schedule/delete", new { id });
    }

    [Fact]
    public async Task An_empty_place_is_planned_at_the_hour_of_the_persons_own_zone()
    {
        // Not the browser's, which is Asia/Seoul.
        await studio.Program.PostAsync("/api/preferences", new { timezone = "America/New_York" });
        try
        {
            var (id, slot) = await WeeklyAsync("Elsewhere");
            var page = await OpenAsync("en", slot, id, "week");
            await Expect(page.GetByText("Times are in America/New_York")).ToBeVisibleAsync();
            // Midnight in UTC is the evening before in New York.
            await Expect(page.Locator(".entry.planned").First).ToContainTextAsync(new Regex("^(19|20):00"));
            await page.Locator($"[data-cell='{slot.AddDays(1):yyyy-MM-dd}T09']").ClickAsync();
            await Expect(page).ToHaveURLAsync(new Regex($@"/schedules/new\?at={slot.AddDays(1):yyyy-MM-dd}T09:00$"));
            await Expect(page.Locator("#timezone")).ToHaveValueAsync("America/New_York");
            await Expect(page.Locator(".slots li").First).ToContainTextAsync("09:00");
            await studio.Program.PostAsync("/api/schedule/delete", new { id });
        }
        finally
        {
            await studio.Program.PostAsync("/api/preferences", new { });
        }
    }

    /// <summary>The own times of the slots that were changed are over.</summary>
    private Task PassAsync(string name) =>
        studio.Program.InStudioAsync(
            $"UPDATE slot_changes SET slot_at = {studio.Program.Moment(DateTimeOffset.UnixEpoch)} WHERE schedule_id = (SELECT id FROM schedules WHERE name = '{name}')"
        );

    private async Task<IPage> OpenAsync(string language, DateTime slot, string id, string view = "month")
    {
        var page = await studio.OpenAsync(language);
        await page.GotoAsync($"/calendar?view={view}&date={slot:yyyy-MM-dd}&schedule={id}");
        await Expect(page.Locator("main:not([inert]) [data-calendar]:not([inert])")).ToBeVisibleAsync();
        return page;
    }

    /// <summary>At 09:00 in Seoul, which is midnight in UTC: its days are those of the calendar.</summary>
    private async Task<(string Id, DateTime Slot)> WeeklyAsync(string name, bool everyDay = false)
    {
        var schedule = await studio.Program.PostAsync(
            "/api/schedule/create",
            new
            {
                name,
                content_type = "x_post",
                topic = name,
                frequency = everyDay ? "daily" : "weekly",
                // In the middle of a week, so that its neighbours stand in the same row.
                day_of_week = "wednesday",
                time_of_day = "09:00",
                timezone = "Asia/Seoul",
            }
        );
        var id = (string)schedule["id"]!;
        return (id, await NextAsync(id));
    }

    private async Task<DateTime> NextAsync(string id) =>
        DateTimeOffset
            .Parse(
                (string)(await studio.Program.GetAsync($"/api/schedules/{id}"))["next_run_at"]!,
                System.Globalization.CultureInfo.InvariantCulture
            )
            .UtcDateTime;
}
