using System.Text.RegularExpressions;
using Jettae.Studio;
using Jettae.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>A way through each page, in both languages and themes: on a phone by touch, at a desk by keys alone.</summary>
[Collection(Busy.Journeys)]
public sealed class EveryPageTests(FullPages full) : IClassFixture<FullPages>
{
    public static TheoryData<string> Looks => Look.Usual;

    private JettaeProcess Program => full.Writing.Program;

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Home_leads_to_what_needs_somebody(string look)
    {
        var person = await OpenAsync(look, "/");
        await Expect(person.Main.Locator(".home .line li").First).ToBeVisibleAsync();
        await person.PressAsync(person.Main.Locator("a[href^='library?status']"));
        await Expect(person.Main.Locator(".pieces li").First).ToBeVisibleAsync();
        await person.GoAsync("/");
        await person.PressAsync(person.Page.Locator(".bell"));
        await person.PressAsync(person.Link(Words.SeeAllAlerts, person.Page.Locator(".bell-list")));
        await Expect(person.Page).ToHaveURLAsync(new Regex("/alerts$"));
        await person.GoAsync("/");
        await person.PressAsync(person.Main.Locator(".home a[href^='runs/']").First);
        await Expect(person.Main.Locator(".notice.bad")).ToBeVisibleAsync();
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task A_schedule_is_skipped_rested_paused_copied_run_and_deleted_from_its_row(string look)
    {
        var name = $"Row {look}";
        var id = await full.ScheduleAsync(name);
        var next = await NextAsync(id);
        var person = await OpenAsync(look, $"/schedules?q={name}");
        var rows = person.Main.Locator("li.schedule");
        await Expect(rows).ToHaveCountAsync(1);

        await ChooseAsync(Words.SkipNext);
        await person.UndoAsync();
        Assert.Equal(next, await NextAsync(id));

        await ChooseAsync(Words.RestUntil);
        await person.PressAsync(person.Button(Words.InAMonth));
        await person.PressAsync(person.Button(Words.Pause));
        await Expect(rows.Locator(".badge.warn")).ToBeVisibleAsync();
        var rested = await NextAsync(id);
        await person.PressAsync(rows.GetByRole(AriaRole.Switch), "Space");
        await Expect(rows).ToContainTextAsync(person.Say(Words.Paused));
        // Not only on again: at rest again until its day.
        await person.UndoAsync(Look.Of(look).Say(Words.PausedNow, name));
        await Expect(rows.Locator(".badge.warn")).ToBeVisibleAsync();
        Assert.Equal(rested, await NextAsync(id));
        await person.PressAsync(rows.GetByRole(AriaRole.Switch), "Space");
        await Expect(rows).ToContainTextAsync(person.Say(Words.Paused));
        await person.PressAsync(rows.GetByRole(AriaRole.Switch), "Space");
        await Expect(rows.Locator("time")).ToBeVisibleAsync();
        await person.UndoAsync(Look.Of(look).Say(Words.ResumedNow, name));
        await Expect(rows).ToContainTextAsync(person.Say(Words.Paused));

        await ChooseAsync(Words.Duplicate);
        await Expect(rows).ToHaveCountAsync(2);
        await person.UndoAsync();
        await Expect(rows).ToHaveCountAsync(1);

        await person.PressAsync(Words.RunNow);
        await Expect(person.Link(Words.SeeRun, person.Dialog)).ToBeVisibleAsync();
        await person.PressAsync(person.Button(Words.Close, person.Dialog));
        await Expect(person.Dialog).ToHaveCountAsync(0);

        await ChooseAsync(Words.Delete);
        await person.PressAsync(person.Button(Words.Delete, person.Dialog));
        await Expect(person.Main).ToContainTextAsync(person.Say(Words.NoSuchSchedules));

        async Task ChooseAsync(Word choice)
        {
            var menu = rows.First.Locator("[popovertarget]");
            await person.PressAsync(menu);
            await person.PressAsync(person.Button(choice, rows.First.Locator(".menu:popover-open")));
        }
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task A_schedule_is_planned_in_every_detail_and_not_lost_by_leaving(string look)
    {
        var person = await OpenAsync(look, "/schedules/new?recipe=x");
        var (main, name) = (person.Main, $"Planned {look}");
        await person.TypeAsync(main.Locator("#topic"), "작은 카페의 하루");
        await person.PickAsync(main.Locator("#language"), "ko");
        await person.TypeAsync(main.Locator("#name"), name);
        await person.ChooseAsync(main.Locator("[name=frequency][value=Weekly]"));
        await person.PressAsync(main.Locator("[value=Friday]"), "Space");
        await person.PressAsync(main.Locator(".times .chip"));
        await Expect(main.Locator(".times input")).ToHaveCountAsync(2);
        await person.TypeAsync(main.Locator(".times input").Last, "18:30");
        await person.ChooseAsync(main.Locator("[name='settings.promptType'][value=Custom]"));
        await person.TypeAsync(main.Locator("[id='settings.customPrompt']"), "{{topik}} 이야기를 써 주세요.");
        await person.PressAsync(main.Locator(".notice .chip"));
        await Expect(main.Locator("[id='settings.customPrompt']")).ToHaveValueAsync("{{topic}} 이야기를 써 주세요.");
        await person.PressAsync(main.Locator("form summary"));
        await person.TypeAsync(main.Locator("[id='settings.variants']"), "2");
        await person.ChooseAsync(main.Locator("[name=ending][value=OnDate]"));
        await person.TypeAsync(main.Locator("#ends_at"), "9999-12-31");
        await Expect(main.Locator("#ends_at-note")).ToBeVisibleAsync();
        await person.ChooseAsync(main.Locator("[name=ending][value=AfterRuns]"));
        await person.TypeAsync(main.Locator("#max_runs"), "3");
        await Expect(main.Locator(".slots li")).ToHaveCountAsync(3);

        await person.PressAsync(person.Link(Words.BackToList));
        await person.PressAsync(person.Button(Words.Cancel, person.Dialog));
        await Expect(person.Dialog).ToHaveCountAsync(0);
        await Expect(main.Locator("#name")).ToHaveValueAsync(name);

        await person.PressAsync(Words.TryDraft);
        await Expect(main.Locator(".watch .mock")).ToBeVisibleAsync();
        await person.PressAsync(Words.Create);
        await Expect(person.Page).ToHaveURLAsync(new Regex("/schedules$"));
        var made = (await Program.GetAsync($"/api/schedules?search={name}"))["items"]!.AsArray().Single()!;
        Assert.Equal(2, made["days_of_week"]!.AsArray().Count);
        Assert.Contains("18:30", made["times_of_day"]!.AsArray().Select(each => (string)each!));
        Assert.Equal(3, (int)made["max_runs"]!);
        Assert.Equal(2, (int)made["settings"]!["variants"]!);

        // An edit that is left behind on purpose.
        await person.GoAsync($"/schedules/{made["id"]}");
        await person.TypeAsync(main.Locator("#topic"), "다른 주제");
        await person.PressAsync(person.Link(Words.BackToList));
        await person.PressAsync(person.Button(Words.LeaveUnsaved, person.Dialog));
        await Expect(person.Page).ToHaveURLAsync(new Regex("/schedules$"));
        Assert.Equal("작은 카페의 하루", (string?)(await Program.GetAsync($"/api/schedules/{made["id"]}"))["topic"]);
        await Program.PostAsync("/api/schedule/delete", new { id = (string?)made["id"] });
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task A_slot_is_skipped_and_restored_in_the_calendar_and_a_full_day_is_planned_into(string look)
    {
        var id = await full.ScheduleAsync($"Seen {look}");
        var day = (await NextAsync(id))[..10];
        var person = await OpenAsync(look, $"/calendar?view=month&date={day}&schedule={id}");
        var cell = person.Main.Locator($"[data-cell='{day}']");
        var isPhone = Look.Of(look).IsPhone;
        // On a phone a day has no room for its items: they stand below.
        var place = isPhone ? person.Main.Locator(".days") : cell;

        await EnterAsync();
        await person.PressAsync(person.Button(Words.SkipSlot, person.Dialog));
        await Expect(place.Locator(".entry.skipped")).ToBeVisibleAsync();
        await EnterAsync();
        await person.PressAsync(person.Button(Words.RestoreSlot, person.Dialog));
        await Expect(place.Locator(".entry.planned")).ToBeVisibleAsync();

        await person.PressAsync(Words.WeekView);
        await Expect(person.Main.Locator(".grid.week")).ToBeVisibleAsync();
        await person.PressAsync(Words.MonthView);
        await Expect(person.Main.Locator(".grid.month")).ToBeVisibleAsync();
        if (isPhone)
        {
            await cell.ClickAsync();
            await person.PressAsync(place.Locator("a.plain"));
        }
        else
        {
            await WalkAsync();
            await person.Page.Keyboard.PressAsync("n");
        }
        await Expect(person.Page).ToHaveURLAsync(new Regex($@"/schedules/new\?at={day}T09:00$"));
        await Program.PostAsync("/api/schedule/delete", new { id });

        async Task EnterAsync()
        {
            if (isPhone)
            {
                if (!await place.IsVisibleAsync())
                    await cell.ClickAsync();
                await place.Locator(".entry").ClickAsync();
                return;
            }
            await WalkAsync();
            await person.Page.Keyboard.PressAsync("Enter");
            await Expect(cell.Locator(".entry")).ToBeFocusedAsync();
            await person.Page.Keyboard.PressAsync("Enter");
        }

        async Task WalkAsync()
        {
            await person.ReachAsync(person.Main.Locator("[data-cell][tabindex='0']"));
            for (var n = 0; n < 45; n++)
            {
                var at = await person.Page.EvaluateAsync<string>("document.activeElement.dataset.cell");
                if (at == day)
                    return;
                await person.Page.Keyboard.PressAsync(string.CompareOrdinal(at, day) < 0 ? "ArrowRight" : "ArrowLeft");
            }
            Assert.Fail($"No way leads by arrows to {day}.");
        }
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Pieces_are_found_tagged_approved_and_taken_along(string look)
    {
        var word = "두물" + look.Replace("-", "", StringComparison.Ordinal);
        await PieceAsync($"{word} 산책은 새벽이 좋아요.");
        var person = await OpenAsync(look, "/library");
        var cards = person.Main.Locator(".pieces li");
        await person.TypeAsync(person.Main.GetByRole(AriaRole.Searchbox), word);
        await Expect(cards).ToHaveCountAsync(1);
        await person.PressAsync(cards.GetByRole(AriaRole.Checkbox), "Space");
        var bar = person.Main.Locator(".chosen-bar");
        await person.TypeAsync(bar.Locator("input"), word);
        await person.PressAsync(person.Button(Words.AddTag, bar));
        await Expect(cards).ToContainTextAsync($"#{word}");
        await person.PressAsync(person.Button(Words.Approve, bar));
        await Expect(cards.Locator(".badge.ok")).ToBeVisibleAsync();
        await person.UndoAsync(Look.Of(look).Say(Words.ApprovedMany, 1));
        await Expect(cards.Locator(".badge.ok")).ToHaveCountAsync(0);

        await person.PressAsync(Words.Export);
        var file = await person.Page.RunAndWaitForDownloadAsync(() =>
            person.PressAsync(person.Main.Locator("#export a").First)
        );
        Assert.Contains(
            word,
            await File.ReadAllTextAsync(await file.PathAsync(), TestContext.Current.CancellationToken),
            StringComparison.Ordinal
        );

        await person.GoAsync("/library");
        if (Look.Of(look).IsPhone)
            await person.PressAsync(person.Main.Locator(".facets-open"));
        await person.PressAsync(person.Main.Locator(".facets").GetByRole(AriaRole.Link, new() { Name = word }));
        await Expect(cards).ToHaveCountAsync(1);
        await person.PressAsync(cards.Locator("a.open"));
        await Expect(person.Main.Locator("article .text")).ToContainTextAsync(word);
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task A_piece_is_changed_decided_copied_and_written_again(string look)
    {
        var id = await PieceAsync("아침 커피 한 잔");
        var person = await OpenAsync(look, $"/library/{id}");
        await person.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        var main = person.Main;
        await person.PressAsync(Words.Edit);
        await person.TypeAsync(main.Locator("#body"), "아침 홍차 한 잔");
        await person.PressAsync(person.Page.Locator("a[href=calendar]"));
        await person.PressAsync(person.Button(Words.Cancel, person.Dialog));
        await person.PressAsync(person.Button(Words.Save));
        await Expect(main.Locator("article .text")).ToHaveTextAsync("아침 홍차 한 잔");
        await person.PressAsync(main.Locator(".versions button[aria-expanded]").Last);
        await Expect(main.Locator(".versions ins").First).ToBeVisibleAsync();

        await person.PressAsync(main.Locator(".actions [data-copy]"));
        await Expect(main.Locator(".actions [data-copy]")).ToHaveTextAsync(person.Say(Words.Copied));
        Assert.Equal("아침 홍차 한 잔", await person.Page.EvaluateAsync<string>("navigator.clipboard.readText()"));

        await person.PressAsync(Words.Reject);
        await person.TypeAsync(person.Dialog.Locator("#note"), "더 짧게요");
        await person.PressAsync(person.Button(Words.Reject, person.Dialog));
        await Expect(main.Locator("aside .note")).ToContainTextAsync("더 짧게요");
        await person.UndoAsync();
        await Expect(main.Locator("aside .note")).ToHaveCountAsync(0);

        var wish = Words.RewriteWishes[0];
        await person.PressAsync(Words.Rewrite);
        await person.PressAsync(person.Button(wish, person.Dialog));
        await person.PressAsync(person.Button(Words.Rewrite, person.Dialog));
        await Expect(person.Link(Words.SeeRun, person.Dialog)).ToBeVisibleAsync();
        await person.PressAsync(person.Button(Words.Close, person.Dialog));
        await Expect(main.Locator(".versions")).ToContainTextAsync($"“{person.Say(wish)}”");

        await person.GoAsync($"/library/{full.Varied}");
        await person.PressAsync(main.GetByRole(AriaRole.Tab).Last);
        await person.PressAsync(Words.UseVariant);
        await person.UndoAsync();
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task A_run_is_found_read_step_by_step_and_made_again(string look)
    {
        var person = await OpenAsync(look, $"/runs?schedule={full.Schedule}");
        var main = person.Main;
        await person.PickAsync(main.GetByLabel(person.Say(Words.State)), "Done");
        await Expect(person.Page).ToHaveURLAsync(new Regex("state=Done"));
        await Expect(main.Locator(".runline .badge.ok").First).ToBeVisibleAsync();
        await person.GoAsync($"/runs/{full.Done}");
        await person.PressAsync(main.Locator("button.step").Last);
        await Expect(main.Locator(".step-panel h2")).ToBeVisibleAsync();
        await person.PressAsync(person.Button(Words.Close, main.Locator(".step-panel")));
        await Expect(main.Locator(".step-panel h2")).ToHaveCountAsync(0);
        await person.PressAsync(Words.Rerun);
        await person.PressAsync(Words.RerunStored);
        await person.PressAsync(person.Link(Words.SeeRun, person.Dialog));
        await Expect(main).ToContainTextAsync(person.Say(Words.RerunOf));
        await Expect(person.Dialog).ToHaveCountAsync(0);
        Assert.NotEqual(full.Done, person.Page.Url[^36..]);

        await person.GoAsync($"/runs/{full.Waiting}");
        await person.PressAsync(Words.CancelRun);
        await person.PressAsync(person.Button(Words.Cancel, person.Dialog));
        await Expect(main.Locator(".badge").First).ToHaveTextAsync(person.Say(Words.Of(RunState.Waiting)));
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task The_monitor_tells_its_figures_as_tables_too(string look)
    {
        var person = await OpenAsync(look, "/monitor");
        await person.PressAsync(person.Main.Locator(".spans button").Last);
        await Expect(person.Main.Locator(".spans button").Last).ToHaveAttributeAsync("aria-pressed", "true");
        await person.PressAsync(person.Main.Locator("summary").First);
        await Expect(person.Main.Locator("details[open] tbody tr").First).ToBeVisibleAsync();
        await person.PressAsync(person.Main.Locator("a[href^='runs/']").First);
        await Expect(person.Page).ToHaveURLAsync(new Regex("/runs/"));
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Alerts_are_read_and_told_where_to_go(string look)
    {
        var person = await OpenAsync(look, "/alerts");
        var main = person.Main;
        await Expect(main.Locator(".list li").First).ToBeVisibleAsync();
        if (await person.Button(Words.AllRead).IsVisibleAsync())
            await person.PressAsync(Words.AllRead);
        await Expect(person.Page.Locator(".bell b")).ToHaveCountAsync(0);
        await person.TypeAsync(main.Locator("#late_minutes"), "7");
        await person.TypeAsync(main.Locator("#slack_url"), "not an address");
        await person.PressAsync(Words.Save);
        await Expect(main.Locator("#slack_url-note")).ToBeVisibleAsync();
        await person.TypeAsync(main.Locator("#slack_url"), "");
        await person.PressAsync(Words.Save);
        await Expect(person.Page.Locator(".toast")).ToContainTextAsync(person.Say(Words.SavedNow));
        Assert.Equal(7, (int)(await Program.GetAsync("/api/alerts/settings"))["late_minutes"]!);
        await person.PressAsync(main.Locator("form .row .button").Last);
        await Expect(main.Locator(".notice")).ToContainTextAsync(person.Say(Words.TestSent));
        await person.PressAsync(main.Locator("summary"));
        await Expect(main.Locator("details[open] pre")).ToBeVisibleAsync();
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task A_message_is_cancelled_and_a_dead_letter_deleted(string look)
    {
        await full.Studio.PublishAsync("/later", 0, ("Upstash-Delay", "1d"), ("Upstash-Label", $"later-{look}"));
        await full.Studio.PublishAsync("/v2/lost", 0, ("Upstash-Label", $"lost-{look}"));
        var person = await OpenAsync(look, $"/messages?find=later-{look}");
        await person.PressAsync(person.Main.Locator("li.run a"));
        await person.PressAsync(Words.CancelMessage);
        await person.PressAsync(person.Button(Words.CancelMessage, person.Dialog));
        await Expect(person.Button(Words.CancelMessage)).ToHaveCountAsync(0);

        await person.GoAsync($"/messages/dead?label=lost-{look}");
        await Expect(person.Main.Locator(".letter")).ToHaveCountAsync(1);
        await person.PressAsync(person.Main.Locator(".letter .danger"));
        await person.PressAsync(person.Dialog.Locator(".danger"));
        await Expect(person.Main.Locator(".letter")).ToHaveCountAsync(0);
        foreach (var tab in new[] { "schedules", "queues", "flow", "groups", "keys" })
        {
            await person.PressAsync(person.Main.Locator($".tabs a[href='messages/{tab}']"));
            await Expect(person.Main.Locator(".tabs a[aria-current='page']"))
                .ToHaveAttributeAsync("href", $"messages/{tab}");
            await Expect(person.Page).ToHaveURLAsync(new Regex($"/messages/{tab}$"));
        }
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Settings_keep_the_brand_and_the_prices_and_make_and_revoke_a_token(string look)
    {
        var person = await OpenAsync(look, "/settings");
        var main = person.Main;
        await person.TypeAsync(main.Locator("#brand #name"), $"빵집 {look}");
        await person.PressAsync(person.Button(Words.Save, main.Locator("#brand")));
        await Expect(person.Page.Locator(".toast")).ToBeVisibleAsync();
        Assert.Equal($"빵집 {look}", (string?)(await Program.GetAsync("/api/brand"))["name"]);
        await person.PressAsync(person.Button(Words.CheckNow, main.Locator("#qstash")));
        await Expect(main.Locator("#qstash .answer.ok")).ToBeVisibleAsync();
        await KeepAPriceAsync(person, $"model {look}");
        await person.TypeAsync(main.Locator("#token-name"), look);
        await person.PickAsync(main.Locator("#scope"), "Read");
        await person.PressAsync(Words.MakeToken);
        await Expect(main.Locator("code.secret")).ToBeVisibleAsync();
        var row = main.Locator("#tokens li").Filter(new() { HasText = look });
        await person.PressAsync(row.GetByRole(AriaRole.Button));
        await person.PressAsync(person.Dialog.Locator(".danger"));
        await Expect(row).ToHaveCountAsync(0);
    }

    /// <summary>A price is entered, changed and deleted.</summary>
    private static async Task KeepAPriceAsync(Person person, string model)
    {
        var prices = person.Main.Locator("#prices");
        await Expect(prices.Locator(".notice")).ToContainTextAsync(FullPages.Unpriced);
        await person.PressAsync(person.Button(Words.AddPrice, prices));
        await person.TypeAsync(prices.Locator("#price-model"), model);
        await person.TypeAsync(prices.Locator("#input"), "-1");
        await person.TypeAsync(prices.Locator("#output"), "1.5");
        await person.PressAsync(person.Button(Words.Save, prices));
        await Expect(prices.Locator("#input-note")).ToContainTextAsync("10000");
        await person.TypeAsync(prices.Locator("#input"), "0.25");
        await person.PressAsync(person.Button(Words.Save, prices));
        var row = prices.Locator("li").Filter(new() { HasText = model });
        await Expect(row).ToContainTextAsync("$1.50");
        await Expect(row.Locator(".badge")).ToHaveTextAsync(person.Say(Words.PriceInUse));

        await person.PressAsync(row.GetByRole(AriaRole.Button).First);
        await person.TypeAsync(prices.Locator("#cached_input"), "0.03");
        await person.PressAsync(person.Button(Words.Save, prices));
        await Expect(row).ToContainTextAsync("$0.03");
        await person.PressAsync(row.Locator(".danger"));
        await person.PressAsync(person.Dialog.Locator(".danger"));
        await Expect(row).ToHaveCountAsync(0);
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task The_reference_is_searched_and_read(string look)
    {
        var person = await OpenAsync(look, "/docs");
        await person.TypeAsync(person.Main.Locator("#find"), "preview");
        await Expect(person.Main.Locator(".docs details")).ToHaveCountAsync(1);
        await person.PressAsync(person.Main.Locator(".docs summary"));
        await Expect(person.Main.Locator(".docs pre").First).ToContainTextAsync("curl");
    }

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task A_stranger_is_told_how_to_sign_in_and_gets_in_by_a_link(string look)
    {
        var page = await full.Studio.OpenAsStrangerAsync(Look.Of(look));
        var person = new Person(page, Look.Of(look));
        await person.GoAsync("/schedules");
        await Expect(page).ToHaveURLAsync(new Regex("/sign-in"));
        await Expect(person.Main).ToContainTextAsync(person.Say(Words.SignInHow));
        var link = await Program.NewSignInLinkAsync();
        await person.GoAsync(link);
        await Expect(person.Main).ToContainTextAsync(person.Say(Words.SignInHere));
        // Opening it has not used it up; the app on a home screen has no address bar and takes it pasted.
        await person.GoAsync("/sign-in");
        await person.TypeAsync(person.Main.Locator("#code"), link);
        await person.PressAsync(Words.SignIn);
        await Expect(person.Main.Locator(".home")).ToBeVisibleAsync();
        await person.ReadyAsync();
        await person.PressAsync(page.Locator("[data-sign-out]"));
        await Expect(page).ToHaveURLAsync(new Regex("/sign-in"));
    }

    private async Task<Person> OpenAsync(string look, string path)
    {
        var person = new Person(await full.Studio.OpenAsync(Look.Of(look)), Look.Of(look));
        await person.GoAsync(path);
        return person;
    }

    private async Task<string> NextAsync(string id) =>
        (string)(await Program.GetAsync($"/api/schedules/{id}"))["next_run_at"]!;

    private async Task<string> PieceAsync(string text)
    {
        var made = await Program.PostAsync(
            "/api/content/generate",
            new
            {
                content_type = "x_post",
                topic = "산책",
                language = "ko",
            }
        );
        var id = (string)made["content"]!["id"]!;
        await full.EditAsync(id, "", text);
        return id;
    }
}
