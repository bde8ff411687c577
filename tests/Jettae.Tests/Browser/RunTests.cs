using System.Text.RegularExpressions;
using Jettae.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>What a run's page tells, and what can be done there.</summary>
[Collection(Busy.Journeys)]
public sealed class RunTests(WritingPages writing) : IClassFixture<WritingPages>
{
    [Theory]
    [InlineData("ko", "AI 제공자가 API 키를 받아들이지 않았어요.", "설정 열기")]
    [InlineData("en", "The AI provider did not accept the API key.", "Open the settings")]
    public async Task Two_clicks_from_the_bell_lie_the_reason_and_the_way_to_mend_it(
        string language,
        string reason,
        string mend
    )
    {
        var schedule = await writing.ScheduleAsync($"Refused {language}");
        // The failures of the other tests are nothing to be told of here, nor that there are many.
        await writing.Program.PostAsync("/api/alerts/settings", new { failure_rate = 100 });
        await writing.Program.PostAsync("/api/alerts/read", new { });
        writing.Claude.Script.Enqueue(FakeClaude.Fails(401, "authentication_error"));
        var run = (string)(await writing.RunAsync(schedule))["id"]!;
        var page = await writing.Studio.OpenAsync(language);
        await page.GotoAsync("/schedules");
        await StudioPages.ReadyAsync(page);

        await page.Locator(".bell").ClickAsync();
        await page.Locator($".bell-list a[href='runs/{run}']").ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/runs/[^/]+$"));
        await Expect(page.Locator(".notice.bad")).ToContainTextAsync(reason);
        await page.GetByRole(AriaRole.Link, new() { Name = mend }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/settings$"));
        // What was looked at is read; and writing again ends the alert for the next test.
        await Expect(page.Locator(".bell b")).ToHaveCountAsync(0);
        await writing.RunAsync(schedule);
    }

    [Fact]
    public async Task The_text_of_a_slot_is_seen_as_it_is_written_and_its_steps_tell_what_went_in_and_out()
    {
        var gate = new TaskCompletionSource();
        writing.Claude.Script.Enqueue(FakeClaude.Pauses(gate.Task));
        var schedule = await writing.ScheduleAsync("Watched");
        await writing.DeliverAsync(schedule);
        var run = await writing.NewestRunAsync(schedule);
        var page = await writing.Studio.OpenAsync("en");
        await page.GotoAsync("/runs");
        var row = page.Locator(".runline").Filter(new() { HasText = "Watched" });
        await Expect(row).ToContainTextAsync("Writing");
        await Expect(row.Locator("[data-since]")).ToHaveTextAsync(new Regex(@"^00:\d\d:\d\d$"));
        await page.GotoAsync($"/runs/{run}");
        await Expect(page.Locator(".writing")).ToHaveTextAsync(FakeClaude.Usual[..20]);

        gate.SetResult();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = "Read the piece" })).ToBeVisibleAsync();
        await Expect(page.Locator("main .badge").First).ToHaveTextAsync("Done");
        await page.GetByRole(AriaRole.Button, new() { Name = "Prompt", Exact = true }).ClickAsync();
        await Expect(page.Locator(".step-panel pre")).ToContainTextAsync("아침 산책");
        await page.GetByRole(AriaRole.Button, new() { Name = "Writing", Exact = true }).ClickAsync();
        await Expect(page.Locator(".step-panel pre").Last).ToContainTextAsync(FakeClaude.Usual);
    }

    [Fact]
    public async Task A_slot_is_told_by_the_schedules_clock_with_its_zone_and_by_the_readers()
    {
        var made = await writing.Program.PostAsync(
            "/api/schedule/create",
            new
            {
                name = "Far away",
                content_type = "x_post",
                topic = "아침 산책",
                frequency = "hourly",
                time_of_day = "09:00",
                timezone = "America/New_York",
            }
        );
        var schedule = (string)made["id"]!;
        await writing.DeliverAsync(schedule);
        var run = await writing.NewestRunAsync(schedule);
        var page = await writing.Studio.OpenAsync("en");
        await page.GotoAsync($"/runs/{run}");
        await Expect(page.Locator("main .badge").First).ToHaveTextAsync("Done");
        var next = page.Locator(".steps li").Filter(new() { HasText = "Next booked" });
        await Expect(next.Locator(".detail time")).ToHaveTextAsync(new Regex(@"\d\d:00$"));
        await next.GetByRole(AriaRole.Button).ClickAsync();
        await Expect(page.Locator(".step-panel")).ToContainTextAsync(new Regex(@"Planned .*\d\d:00:00"));
        await Expect(page.Locator(".step-panel pre")).ToHaveCountAsync(0);

        await page.GotoAsync("/schedules");
        await StudioPages.ReadyAsync(page);
        var row = page.Locator("li.schedule").Filter(new() { HasText = "Far away" });
        await row.GetByRole(AriaRole.Button, new() { Name = "Far away: More" }).ClickAsync();
        await row.GetByRole(AriaRole.Button, new() { Name = "Skip the next" }).ClickAsync();
        await Expect(page.Locator(".toast")).ToContainTextAsync("by your clock");
        // Its next hour would take what Claude is to answer another test.
        await writing.Program.PostAsync("/api/schedule/delete", new { id = schedule });
    }

    [Fact]
    public async Task A_run_under_way_is_stopped_after_a_question()
    {
        var begun = new TaskCompletionSource();
        writing.Claude.Script.Enqueue(FakeClaude.Stalls(begun));
        var schedule = await writing.ScheduleAsync("Stopped");
        await writing.DeliverAsync(schedule);
        await begun.Task;
        var page = await writing.Studio.OpenAsync("en");
        await page.GotoAsync($"/runs/{await writing.NewestRunAsync(schedule)}");
        await StudioPages.ReadyAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Stop this run" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Stop this run" }).ClickAsync();
        await Expect(page.Locator("main .badge").First).ToHaveTextAsync("Cancelled");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Run it again" }).First).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_run_that_waits_says_when_it_is_tried_again()
    {
        writing.Claude.Script.Enqueue(FakeClaude.Fails(529, "overloaded_error", retryAfter: "600"));
        var schedule = await writing.ScheduleAsync("Waiting");
        await writing.DeliverAsync(schedule);
        var run = await writing.NewestRunAsync(schedule);
        await Wait.UntilAsync(
            async () => (string?)(await writing.Program.GetAsync($"/api/runs/{run}"))["state"] == "waiting",
            Wait.Patience
        );
        var page = await writing.Studio.OpenAsync("en");
        // QStash knows it when it has heard our answer: until then the page has nothing to say of it.
        await Wait.UntilAsync(
            async () =>
            {
                await page.GotoAsync($"/runs/{run}");
                return (await page.Locator(".way").TextContentAsync())!.Contains(
                    "Next attempt",
                    StringComparison.Ordinal
                );
            },
            Wait.Patience
        );
        await Expect(page.Locator(".notice")).ToContainTextAsync("The AI provider is overloaded");
        await Expect(page.Locator(".way")).ToContainTextAsync(new Regex(@"Next attempt \w+, \w+ \d+, \d\d:\d\d:\d\d"));
    }

    [Theory]
    [InlineData("of its schedule", "Edit the schedule", "/schedules/")]
    [InlineData("of the installation", "Open the settings", "/settings$")]
    [InlineData("of no schedule", "Open the settings", "/settings$")]
    public async Task A_model_that_is_not_there_is_mended_where_it_is_named(string model, string mend, string where)
    {
        writing.Claude.Script.Enqueue(FakeClaude.Fails(404, "not_found_error"));
        string run;
        if (model == "of no schedule")
        {
            var fields = new { content_type = "x_post", topic = "Something" };
            run = (string)(await writing.Program.PostAsync("/api/content/generate", fields))["run"]!["id"]!;
        }
        else
        {
            var id = await writing.ScheduleAsync($"Model {model}");
            if (model == "of its schedule")
            {
                var settings = new { model = "claude-nobody-1" };
                await writing.Program.PostAsync("/api/schedule/update", new { id, settings });
            }
            run = (string)(await writing.RunAsync(id))["id"]!;
        }
        var page = await writing.Studio.OpenAsync("en");
        await page.GotoAsync($"/runs/{run}");
        await StudioPages.ReadyAsync(page);
        var notice = page.Locator(".notice.bad");
        await Expect(notice).ToContainTextAsync("There is no model of that name.");
        await notice.GetByRole(AriaRole.Link, new() { Name = mend }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex(where));
    }

    [Fact]
    public async Task A_run_is_made_again_with_words_of_ones_own()
    {
        var schedule = await writing.ScheduleAsync("Again");
        var first = (string)(await writing.RunAsync(schedule))["id"]!;
        var page = await writing.Studio.OpenAsync("en");
        await page.GotoAsync($"/runs/{first}");
        await StudioPages.ReadyAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Run it again" }).First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "With another prompt" }).ClickAsync();
        await page.Locator("#rerun-prompt").FillAsync("한 문장으로만 써 주세요");
        await page.Locator("dialog[open]").GetByRole(AriaRole.Button, new() { Name = "Run it again" }).ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "See the run" }).ClickAsync();
        await Expect(page.GetByText("Rerun of")).ToBeVisibleAsync();
        await Expect(page.Locator("dialog[open]")).ToHaveCountAsync(0);
        Assert.NotEqual(first, page.Url[^36..]);
        Assert.Contains(
            "한 문장으로만 써 주세요",
            (string?)(await writing.Program.GetAsync($"/api/runs/{page.Url[^36..]}"))["prompt"],
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task A_page_has_only_buttons_that_do_something()
    {
        var half = FakeClaude.Says(FakeClaude.Usual, "max_tokens");
        writing.Claude.Script.Enqueue(half);
        writing.Claude.Script.Enqueue(half);
        var schedule = await writing.ScheduleAsync("Gone");
        var cut = (string)(await writing.RunAsync(schedule))["id"]!;
        var page = await writing.Studio.OpenAsync("en");
        await page.GotoAsync($"/runs/{cut}");
        await StudioPages.ReadyAsync(page);
        var rerun = page.GetByRole(AriaRole.Button, new() { Name = "Run it again", Exact = true });
        await rerun.First.ClickAsync();
        await Expect(page.Locator("#rerun-menu")).ToContainTextAsync("With the stored prompt");
        await Expect(page.Locator("#rerun-menu")).Not.ToContainTextAsync("Check the answer again");

        writing.Claude.Script.Enqueue(FakeClaude.Fails(529, "overloaded_error"));
        var failed = (string)(await writing.RunAsync(schedule))["id"]!;
        await page.GotoAsync($"/runs/{failed}");
        await StudioPages.ReadyAsync(page);
        await Expect(rerun).ToHaveCountAsync(2);
        await writing.Program.PostAsync("/api/schedule/delete", new { id = schedule });
        await page.ReloadAsync();
        await StudioPages.ReadyAsync(page);
        await Expect(rerun).ToHaveCountAsync(0);
        await Expect(page.Locator(".notice")).ToContainTextAsync("cannot be run again");
        await Expect(page.Locator($"a[href='schedules/{schedule}']")).ToHaveCountAsync(0);

        var piece = (string)(await writing.RunAsync(await writing.ScheduleAsync("Rewritten")))["content_id"]!;
        writing.Claude.Script.Enqueue(FakeClaude.Fails(529, "overloaded_error"));
        var again = await writing.Program.PostAsync(
            $"/api/contents/{piece}/regenerate",
            new { instruction = "더 짧게" }
        );
        await page.GotoAsync($"/runs/{again["run"]!["id"]}");
        await Expect(page.Locator(".notice")).ToContainTextAsync("Press Rewrite at the piece");
        await Expect(page.Locator($".notice a[href='library/{piece}']")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task The_log_is_narrowed_by_the_address_and_says_so_when_nothing_fits()
    {
        var schedule = await writing.ScheduleAsync("Narrowed");
        await writing.RunAsync(schedule);
        var page = await writing.Studio.OpenAsync("en");
        await page.GotoAsync($"/runs?schedule={schedule}&trigger=Manual&span=7");
        await Expect(page.Locator(".runline")).ToHaveCountAsync(1);
        await StudioPages.ReadyAsync(page);
        await page.GetByLabel("Reason").SelectOptionAsync("billing");
        await Expect(page.GetByText("No run matches")).ToBeVisibleAsync();
        Assert.Contains("reason=billing", page.Url, StringComparison.Ordinal);
        await page.GetByLabel("Reason").SelectOptionAsync("");
        await page.GetByLabel("Period").SelectOptionAsync("own");
        await page.GetByLabel("Last day").FillAsync("2020-01-01");
        await page.GetByLabel("Last day").DispatchEventAsync("change");
        await Expect(page.GetByText("No run matches")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("ko", 1440)]
    [InlineData("en", 1440)]
    [InlineData("en", 1201)]
    public async Task The_figures_of_a_run_stand_in_one_line_each(string language, int width)
    {
        writing.Claude.Script.Enqueue(FakeClaude.Says(FakeClaude.Usual, usage: (1_001_204, 15_360, 2_048)));
        var schedule = await writing.ScheduleAsync($"Many tokens {language} {width}");
        await writing.RunAsync(schedule);
        var page = await writing.Studio.OpenAsync(language, width);
        await page.GotoAsync($"/runs?schedule={schedule}");
        await StudioPages.ReadyAsync(page);
        var tokens = page.Locator(".runline .figure").Filter(new() { HasText = "1,018,662" });
        await Expect(tokens).ToBeVisibleAsync();
        Assert.InRange(await tokens.EvaluateAsync<int>("each => each.offsetHeight"), 1, 24);
        Assert.InRange(await tokens.EvaluateAsync<int>("each => each.scrollWidth - each.clientWidth"), 0, 0);
    }
}
