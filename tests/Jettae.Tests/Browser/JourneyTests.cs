using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>What a person does on the first day, in a real browser.</summary>
[Collection(Busy.Journeys)]
public sealed class JourneyTests(StudioPages studio) : Journeys(studio), IClassFixture<StudioPages>;

/// <summary>The same with two nodes behind a proxy that sends each connection to the next one.</summary>
[Collection(Busy.Journeys)]
public sealed class TwoNodeJourneyTests(TwoNodes studio) : Journeys(studio), IClassFixture<TwoNodes>;

public sealed class TwoNodes : StudioPages
{
    protected override int Nodes => 2;
}

public abstract class Journeys(StudioPages studio)
{
    [Fact]
    public async Task What_the_first_picture_shows_stays_until_the_live_page_has_read_it()
    {
        var message = await studio.PublishAsync("/later", 0, ("Upstash-Delay", "1d"), ("Upstash-Label", "stays"));
        var page = await studio.OpenAsync("en", withPicture: true);
        await page.AddInitScriptAsync(
            """
            window.gone = 0;
            let seen = false;
            const look = () => {
              const shown = [...document.querySelectorAll("main")].filter((main) => main.checkVisibility());
              const isThere = shown.length === 1 && !!shown[0].querySelector("h1") && !shown[0].querySelector(".skeleton");
              if (seen && !isThere && performance.now() < 4000) window.gone++;
              seen ||= isThere;
            };
            // What is drawn is what there is when everyone has looked at a change.
            new MutationObserver(() => queueMicrotask(look)).observe(document, { childList: true, subtree: true, attributes: true });
            """
        );
        foreach (
            var path in new[]
            {
                "/messages?find=stays",
                $"/messages/{message}",
                "/messages/keys",
                "/messages/queues",
                "/messages/flow",
                "/schedules",
                "/calendar",
                "/library",
                "/runs",
                "/monitor",
                "/alerts",
                "/settings",
                "/",
            }
        )
        {
            await page.GotoAsync(path);
            await Expect(page.Locator("main:not([inert]) h1")).ToBeVisibleAsync();
            await Expect(page.Locator("main")).ToHaveCountAsync(1);
            Assert.Equal((path, 0), (path, await page.EvaluateAsync<int>("window.gone")));
        }
    }

    [Theory]
    [InlineData(
        "ko",
        "새 스케줄",
        "X 포스트",
        "3시간마다",
        "만들기",
        "지금 실행하기",
        "글 보기",
        "실행 보기",
        "글쓰기"
    )]
    [InlineData(
        "en",
        "New schedule",
        "X post",
        "Every 3 hours",
        "Create",
        "Run now",
        "Read the piece",
        "See the run",
        "Writing"
    )]
    public async Task A_person_makes_a_schedule_runs_it_now_reads_the_piece_and_sees_how_the_run_went(
        string language,
        string newSchedule,
        string kind,
        string frequency,
        string create,
        string runNow,
        string read,
        string see,
        string writing
    )
    {
        var page = await studio.OpenAsync(language);
        var name = $"Journey {language}";

        await page.GotoAsync("/schedules/new?recipe=x");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = newSchedule })).ToBeVisibleAsync();
        await StudioPages.ReadyAsync(page);
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = kind, Exact = true })).ToBeCheckedAsync();
        await Expect(page.GetByRole(AriaRole.Radio, new() { Name = frequency })).ToBeCheckedAsync();
        await page.Locator("#topic").FillAsync(language == "ko" ? "작은 카페의 하루" : "A day at a small cafe");
        await page.Locator("#name").FillAsync(name);
        await Expect(page.Locator(".slots li")).ToHaveCountAsync(10);
        await page.GetByRole(AriaRole.Button, new() { Name = create, Exact = true }).ClickAsync();

        var row = page.Locator("li.schedule").Filter(new() { HasText = name });
        await Expect(row).ToContainTextAsync(frequency);
        await Expect(row.Locator("[data-until]")).ToHaveTextAsync(new Regex(@"^0[0-3]:\d\d:\d\d$"));
        await row.GetByRole(AriaRole.Button, new() { Name = runNow }).ClickAsync();

        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = name });
        await Expect(dialog.GetByRole(AriaRole.Link, new() { Name = see })).ToBeVisibleAsync();
        var written = await dialog.Locator(".text").InnerTextAsync();
        Assert.NotEmpty(written);
        var runPage = await dialog.GetByRole(AriaRole.Link, new() { Name = see }).GetAttributeAsync("href");
        await dialog.GetByRole(AriaRole.Link, new() { Name = read }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/library/[^/]+$"));
        await Expect(page.Locator("article .text")).ToHaveTextAsync(written);
        await Expect(page.Locator("article .count")).ToContainTextAsync("/280");

        await page.GotoAsync("/library");
        await Expect(page.Locator(".pieces li").First).ToContainTextAsync(written[..10]);
        await page.GotoAsync(runPage!);
        await Expect(page.Locator(".steps li").Filter(new() { HasText = writing })).ToHaveCountAsync(1);
        await page.GotoAsync("/runs");
        await Expect(page.Locator(".runline").First).ToContainTextAsync(name);
    }

    [Fact]
    public async Task The_editor_says_what_is_wrong_beside_the_field_and_stores_nothing()
    {
        var page = await studio.OpenAsync("en");
        await page.GotoAsync("/schedules/new");
        await StudioPages.ReadyAsync(page);
        await page.GetByRole(AriaRole.Radio, new() { Name = "Custom" }).CheckAsync();
        await page.Locator("#cron").FillAsync("61 * * * *");
        await Expect(page.Locator("#cron-note")).ToContainTextAsync("cron expression of five fields");
        await Expect(page.Locator("#cron")).ToHaveAttributeAsync("aria-invalid", "true");
        await Expect(page.Locator(".slots li")).ToHaveCountAsync(0);
        await page.Locator("#cron").FillAsync("*/15 * * * *");
        await Expect(page.Locator(".preview")).ToContainTextAsync("About 2,880 a month");
        await page.Locator("#cron").FillAsync("0 9 * * 1-5");
        await Expect(page.Locator(".slots li")).ToHaveCountAsync(10);

        await page.GetByRole(AriaRole.Button, new() { Name = "Create", Exact = true }).ClickAsync();
        await Expect(page.Locator("#topic-note")).ToContainTextAsync("must not be empty");
        await Expect(page.Locator("#topic")).ToBeFocusedAsync();
        Assert.DoesNotContain("0 9 * * 1-5", (await studio.Program.GetAsync("/api/schedules")).ToJsonString());
    }

    [Fact]
    public async Task Editing_tells_how_the_booking_moves_and_saving_moves_it()
    {
        var id = await ScheduleAsync("Edited");
        var page = await studio.OpenAsync("en");
        await page.GotoAsync($"/schedules/{id}");
        await StudioPages.ReadyAsync(page);
        await page.Locator("#time_of_day").FillAsync("17:45");
        await Expect(page.Locator(".preview .notice")).ToContainTextAsync("17:45");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/schedules$"));

        var schedule = await studio.Program.GetAsync($"/api/schedules/{id}");
        Assert.Equal("17:45", (string?)schedule["time_of_day"]);
        Assert.EndsWith("08:45:00Z", (string?)schedule["next_run_at"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_editor_shows_what_really_comes_and_saves_what_can_be_seen()
    {
        var id = await ScheduleAsync("Skipped");
        var skipped = await studio.Program.PostAsync("/api/schedule/skip", new { id });
        var page = await studio.OpenAsync("en");
        await page.GotoAsync($"/schedules/{id}");
        await StudioPages.ReadyAsync(page);
        var first = DateTimeOffset.Parse(
            (await page.Locator(".slots time").First.GetAttributeAsync("datetime"))!,
            System.Globalization.CultureInfo.InvariantCulture
        );
        Assert.Equal(DateTimeOffset.Parse((string)skipped["next_run_at"]!, null), first);
        await Expect(page.Locator(".preview .notice")).ToHaveCountAsync(0);

        // A prompt that nobody sees any more stops nothing.
        await page.GetByRole(AriaRole.Radio, new() { Name = "Your own words" }).CheckAsync();
        await page.Locator("[id='settings.customPrompt']").FillAsync("{{topik}}");
        await page.GetByRole(AriaRole.Radio, new() { Name = "Made for you" }).CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/schedules$"));
        var schedule = await studio.Program.GetAsync($"/api/schedules/{id}");
        Assert.Equal((string?)skipped["next_run_at"], (string?)schedule["next_run_at"]);
    }

    [Fact]
    public async Task A_switch_pauses_and_resumes_and_a_deletion_is_asked_for_first()
    {
        var id = await ScheduleAsync("Switched");
        var page = await studio.OpenAsync("en");
        await page.GotoAsync("/schedules");
        await StudioPages.ReadyAsync(page);
        var row = page.Locator("li.schedule").Filter(new() { HasText = "Switched" });
        await row.GetByRole(AriaRole.Switch).ClickAsync();
        await Expect(row).ToContainTextAsync("Paused");
        await page.Locator(".toast").HoverAsync();
        Assert.Null((string?)(await studio.Program.GetAsync($"/api/schedules/{id}"))["next_run_at"]);
        // What was done is said, and can be taken back from there.
        await page.Locator(".toast").GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(row.Locator("time")).ToBeVisibleAsync();
        await row.GetByRole(AriaRole.Switch).ClickAsync();
        await Expect(row).ToContainTextAsync("Paused");
        await row.GetByRole(AriaRole.Switch).ClickAsync();
        await Expect(row.Locator("time")).ToBeVisibleAsync();

        await row.GetByRole(AriaRole.Button, new() { Name = "Switched: More" }).ClickAsync();
        await row.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(row).ToBeVisibleAsync();
        await row.GetByRole(AriaRole.Button, new() { Name = "Switched: More" }).ClickAsync();
        await row.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
        await Expect(page.Locator(".toast")).ToContainTextAsync("“Switched” is deleted");
    }

    [Fact]
    public async Task A_piece_is_found_changed_with_its_count_approved_and_what_looks_like_markup_stays_text()
    {
        var piece = await studio.Program.PostAsync(
            "/api/content/generate",
            new
            {
                content_type = "x_post",
                topic = "Findable thing",
                language = "en",
            }
        );
        var page = await studio.OpenAsync("en");
        await page.GotoAsync($"/library/{piece["content"]!["id"]}");
        await StudioPages.ReadyAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit" }).ClickAsync();
        const string markup = "<img src=x onerror=alert(1)> unmistakable";
        await page.Locator("#body").FillAsync(markup);
        await Expect(page.Locator("form .count")).ToContainTextAsync($"{markup.Length}/280");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.Locator("article .text")).ToHaveTextAsync(markup);
        await page.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).First).ToHaveTextAsync("Approved");

        await page.GotoAsync("/library");
        await StudioPages.ReadyAsync(page);
        await page.GetByRole(AriaRole.Searchbox).FillAsync("unmistakable");
        await Expect(page.Locator(".pieces li")).ToHaveCountAsync(1);
        await Expect(page.Locator(".pieces img")).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Searchbox).FillAsync("nothing is called this");
        await Expect(page.GetByText("Nothing found")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_long_list_stays_as_long_as_it_was_read_when_something_is_added()
    {
        var id = await ScheduleAsync("Long");
        for (var i = 0; i < 120; i++)
            await studio.Program.PostAsync("/api/schedule/run", new { id });
        var page = await studio.OpenAsync("en");
        await page.GotoAsync($"/runs?schedule={id}");
        await StudioPages.ReadyAsync(page);
        var rows = page.Locator(".runline");
        await Expect(rows).ToHaveCountAsync(50);
        var more = page.GetByRole(AriaRole.Button, new() { Name = "More" });
        // What begins while it is read further neither hides one nor shows one twice.
        for (var i = 0; i < 5; i++)
            await studio.Program.PostAsync("/api/schedule/run", new { id });
        await more.ClickAsync();
        for (var i = 0; i < 5; i++)
            await studio.Program.PostAsync("/api/schedule/run", new { id });
        await Expect(rows).ToHaveCountAsync(100);
        await more.ClickAsync();
        await Expect(rows).ToHaveCountAsync(130);
        await studio.Program.PostAsync("/api/schedule/run", new { id });
        await Expect(rows).ToHaveCountAsync(131);
        var shown = await rows.EvaluateAllAsync<string[]>(
            "all => all.map(each => (each.closest('a') ?? each.querySelector('a')).href)"
        );
        Assert.Equal(131, shown.Distinct().Count());
        await studio.Program.PostAsync("/api/schedule/delete", new { id });
    }

    [Fact]
    public async Task The_language_is_the_browsers_and_can_be_switched_on_the_page()
    {
        var page = await studio.OpenAsync("ko");
        await page.GotoAsync("/runs");
        await Expect(page.Locator("main:not([inert]) h1")).ToHaveTextAsync("실행 기록");
        await page.GetByRole(AriaRole.Link, new() { Name = "English" }).ClickAsync();
        await Expect(page.Locator("main:not([inert]) h1")).ToHaveTextAsync("Runs");
        Assert.EndsWith("/runs", page.Url, StringComparison.Ordinal);
        await Expect(page.Locator("html")).ToHaveAttributeAsync("lang", "en");
    }

    [Fact]
    public async Task Without_signing_in_every_page_leads_to_the_sign_in_and_a_used_link_is_refused()
    {
        await studio.OpenAsync("en");
        var page = await studio.OpenAsStrangerAsync();
        foreach (var path in new[] { "/", "/schedules", "/schedules/new", "/library", "/runs" })
        {
            await page.GotoAsync(path);
            Assert.Contains("/sign-in", page.Url, StringComparison.Ordinal);
        }
        await page.GotoAsync(studio.UsedLink);
        await page.Locator("button[type=submit]").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).First).ToContainTextAsync("used already");
    }

    [Fact]
    public async Task Signing_out_ends_it()
    {
        var page = await studio.OpenAsync("en", ownSession: true);
        await page.GotoAsync("/schedules");
        await StudioPages.ReadyAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/sign-in$"));
        await page.GotoAsync("/library");
        Assert.Contains("/sign-in", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_out_that_failed_says_so_and_goes_again()
    {
        var page = await studio.OpenAsync("en", ownSession: true);
        await StudioPages.ReadyAsync(page);
        await page.RouteAsync("**/api/sign-out", route => route.AbortAsync());
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        var again = page.GetByRole(AriaRole.Button, new() { Name = "Not signed out" });
        await Expect(again).ToBeVisibleAsync();
        await page.UnrouteAllAsync();
        await again.ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/sign-in$"));
    }

    [Fact]
    public async Task An_open_page_comes_back_by_itself_after_a_restart()
    {
        var page = await studio.OpenAsync("en");
        await page.GotoAsync("/schedules");
        await StudioPages.ReadyAsync(page);
        try
        {
            Assert.Equal(0, await studio.StopAsync());
            // A page that looked for another node meanwhile, and was read anew when the last one went, is the one of that time.
            await Expect(
                    page.Locator("#components-reconnect-modal")
                        .Or(page.GetByRole(AriaRole.Heading, new() { Name = "Jettae에 연결할 수 없어요" }))
                )
                .ToBeVisibleAsync();
        }
        finally
        {
            await studio.StartAsync();
        }
        await Expect(page.Locator("#components-reconnect-modal")).ToBeHiddenAsync(new() { Timeout = 60_000 });
        await StudioPages.ReadyAsync(page);
        var id = await ScheduleAsync("After the restart");
        await Expect(page.Locator("li.schedule").Filter(new() { HasText = "After the restart" })).ToBeVisibleAsync();
        await studio.Program.PostAsync("/api/schedule/delete", new { id });
    }

    [Fact]
    public async Task A_page_whose_first_connections_fail_is_usable_all_the_same()
    {
        var page = await studio.OpenAsync("en");
        await page.AddInitScriptAsync(
            """
            window.WebSocket = class extends WebSocket {
              constructor(url, protocols) {
                const failed = Number(localStorage.getItem("failed"));
                localStorage.setItem("failed", failed + 1);
                super(failed < 2 ? `${url}/nothing` : url, protocols);
              }
            };
            """
        );
        await page.GotoAsync("/schedules");
        await StudioPages.ReadyAsync(page);
        Assert.Equal("3", await page.EvaluateAsync<string>("() => localStorage.getItem('failed')"));
    }

    [Theory]
    [InlineData("**/app*.js")]
    [InlineData("**/blazor.web*.js")]
    public async Task A_page_without_one_of_its_scripts_is_read_anew(string script)
    {
        var page = await studio.OpenAsync("en");
        await page.RouteAsync(script, route => route.AbortAsync(), new() { Times = 1 });
        await page.GotoAsync("/schedules");
        await StudioPages.ReadyAsync(page);
    }

    [Fact]
    public async Task A_page_whose_first_connection_is_never_answered_is_read_anew()
    {
        var page = await studio.OpenAsync("en");
        await page.Clock.InstallAsync();
        await page.AddInitScriptAsync(
            """
            window.WebSocket = new Proxy(WebSocket, {
              construct(real, given) {
                if (sessionStorage.getItem("unanswered")) return new real(...given);
                sessionStorage.setItem("unanswered", "1");
                return new EventTarget();
              },
            });
            """
        );
        await page.GotoAsync("/schedules");
        await page.WaitForFunctionAsync("() => sessionStorage.getItem('unanswered')");
        await Expect(page.Locator("main[inert]")).ToHaveCountAsync(1);
        await page.Clock.FastForwardAsync(30_000);
        await StudioPages.ReadyAsync(page);
    }

    private async Task<string> ScheduleAsync(string name) =>
        (string)
            (
                await studio.Program.PostAsync(
                    "/api/schedule/create",
                    new
                    {
                        name,
                        content_type = "x_post",
                        topic = name,
                        language = "en",
                        frequency = "daily",
                        time_of_day = "09:00",
                        timezone = "Asia/Seoul",
                    }
                )
            )["id"]!;
}
