using Jettae.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>The settings in a real browser: Claude connected while the program runs, a token shown once, a session ended elsewhere.</summary>
[Collection(Busy.Name)]
public sealed class SettingsPageTests(StudioPages studio) : IClassFixture<StudioPages>
{
    [Fact]
    public async Task A_pasted_key_is_checked_and_writes_without_a_restart()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Fails(401, "authentication_error"));
        var page = await studio.OpenAsync("en");
        var list = await studio.OpenAsync("en");
        await list.GotoAsync("/schedules");
        await Expect(list.Locator("main:not([inert]) .notice")).ToBeVisibleAsync();

        await page.GotoAsync("/settings");
        await Expect(page.Locator("main:not([inert]) #writer")).ToBeVisibleAsync();
        await page.GetByLabel("API key").FillAsync(FakeClaude.Key);
        await page.GetByText("More options").ClickAsync();
        await page.GetByLabel("Address").FillAsync(claude.Url);
        var connect = page.GetByRole(AriaRole.Button, new() { Name = "Check and connect" });
        await connect.ClickAsync();
        await Expect(page.Locator("#writer .answer.bad")).ToContainTextAsync("did not accept the API key");
        await Expect(page.Locator("#writer .badge")).ToHaveTextAsync("Sample");

        await connect.ClickAsync();
        await Expect(page.Locator("#writer .answer.ok")).ToContainTextAsync("Connected");
        await Expect(page.Locator("#writer .badge")).ToHaveTextAsync("Connected");
        await Expect(page.GetByLabel("API key")).ToHaveValueAsync("");
        await Expect(page.Locator("#writer")).ToContainTextAsync("…" + FakeClaude.Key[^4..]);
        Assert.DoesNotContain(FakeClaude.Key, await page.ContentAsync(), StringComparison.Ordinal);
        Assert.DoesNotContain(FakeClaude.Key, studio.Output, StringComparison.Ordinal);
        // The page that was open all the time knows it too.
        await Expect(list.Locator(".notice")).ToHaveCountAsync(0);

        await page.GetByRole(AriaRole.Button, new() { Name = "Disconnect" }).ClickAsync();
        await page.Locator("#writer dialog .danger").ClickAsync();
        await Expect(page.Locator("#writer .badge")).ToHaveTextAsync("Sample");
        await Expect(list.Locator(".notice")).ToBeVisibleAsync();
    }

    [Theory]
    [InlineData("ko", "그래도 저장하기", "연결 끊기", "연결됨", "샘플")]
    [InlineData("en", "Save it even so", "Disconnect", "Connected", "Sample")]
    public async Task A_key_that_nothing_is_known_of_is_saved_by_who_insists_and_taken_away_after_a_question(
        string language,
        string evenSo,
        string disconnect,
        string connected,
        string sample
    )
    {
        var busy = FakeClaude.Fails(529, "overloaded_error");
        await using var claude = await FakeClaude.StartAsync(busy, busy);
        var page = await studio.OpenAsync(language);
        await page.GotoAsync("/settings");
        await Expect(page.Locator("main:not([inert]) #writer")).ToBeVisibleAsync();
        var (writer, badge) = (page.Locator("#writer"), page.Locator("#writer .badge"));
        await writer.Locator("#key").FillAsync(FakeClaude.Key);
        await writer.Locator("summary").ClickAsync();
        await writer.Locator("#url").FillAsync(claude.Url);
        var insist = writer.GetByRole(AriaRole.Button, new() { Name = evenSo });
        await Expect(insist).ToHaveCountAsync(0);
        await writer.Locator("form .primary").ClickAsync();
        await Expect(writer.Locator(".answer.bad")).ToBeVisibleAsync();
        await Expect(badge).ToHaveTextAsync(sample);
        await insist.ClickAsync();
        await Expect(badge).ToHaveTextAsync(connected);
        await Expect(writer).ToContainTextAsync("…" + FakeClaude.Key[^4..]);
        // It writes with it from now on; another node does as soon as it has heard of it.
        await Wait.UntilAsync(
            async () =>
            {
                var made = await studio.Program.PostAsync(
                    "/api/content/generate",
                    new { content_type = "x_post", topic = "-" }
                );
                return made["content"] is { } piece && !(bool)piece["is_sample"]!;
            },
            Wait.Patience
        );

        var end = writer.Locator("form").GetByRole(AriaRole.Button, new() { Name = disconnect });
        await end.ClickAsync();
        await page.Locator("#writer dialog .button:not(.danger)").ClickAsync();
        await Expect(page.Locator("dialog[open]")).ToHaveCountAsync(0);
        await Expect(badge).ToHaveTextAsync(connected);
        await end.ClickAsync();
        await page.Locator("#writer dialog .danger").ClickAsync();
        await Expect(badge).ToHaveTextAsync(sample);
        await page.ReloadAsync();
        await Expect(badge).ToHaveTextAsync(sample);
    }

    [Theory]
    [InlineData("light", "dark")]
    [InlineData("dark", "light")]
    public async Task Light_or_dark_is_as_the_system_has_it_until_it_is_switched_and_then_stays(
        string system,
        string other
    )
    {
        var page = await studio.OpenAsync("en", theme: system);
        var html = page.Locator("html");
        await page.GotoAsync("/library");
        await Expect(page.Locator("main:not([inert])")).ToBeVisibleAsync();
        await Expect(html).ToHaveAttributeAsync("data-theme", system);
        var before = await ColourAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Light or dark" }).ClickAsync();
        await Expect(html).ToHaveAttributeAsync("data-theme", other);
        Assert.NotEqual(before, await ColourAsync());
        await page.ReloadAsync();
        await Expect(html).ToHaveAttributeAsync("data-theme", other);
        await page.GotoAsync("/runs");
        await Expect(page.Locator("main:not([inert]) h1")).ToBeVisibleAsync();
        await Expect(html).ToHaveAttributeAsync("data-theme", other);
        await page.GetByRole(AriaRole.Link, new() { Name = "Calendar" }).ClickAsync();
        await Expect(page.Locator("h1")).ToHaveTextAsync("Calendar");
        await Expect(html).ToHaveAttributeAsync("data-theme", other);
        await page.GetByRole(AriaRole.Button, new() { Name = "Light or dark" }).ClickAsync();
        await page.ReloadAsync();
        await Expect(html).ToHaveAttributeAsync("data-theme", system);

        Task<string> ColourAsync() =>
            page.EvaluateAsync<string>("() => getComputedStyle(document.body).backgroundColor");
    }

    [Fact]
    public async Task A_token_is_shown_once_and_ends_when_it_is_revoked()
    {
        var page = await studio.OpenAsync("en");
        await page.GotoAsync("/settings");
        await Expect(page.Locator("main:not([inert]) #tokens")).ToBeVisibleAsync();
        await page.Locator("#token-name").FillAsync("laptop");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make the token" }).ClickAsync();
        var text = await page.Locator("code.secret").TextContentAsync();
        using var program = studio.Program.Client(text);
        Assert.Equal(
            System.Net.HttpStatusCode.OK,
            (await program.GetAsync("/api/schedules", TestContext.Current.CancellationToken)).StatusCode
        );

        await page.ReloadAsync();
        var row = page.Locator("main:not([inert]) #tokens li", new() { HasText = "laptop" });
        await Expect(row).ToContainTextAsync("…" + text![^4..]);
        Assert.DoesNotContain(text, await page.ContentAsync(), StringComparison.Ordinal);
        await row.GetByRole(AriaRole.Button).ClickAsync();
        await page.Locator("#tokens dialog .danger").ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
        Assert.Equal(
            System.Net.HttpStatusCode.Unauthorized,
            (await program.GetAsync("/api/schedules", TestContext.Current.CancellationToken)).StatusCode
        );
    }

    [Fact]
    public async Task The_label_of_a_tokens_name_leads_to_it_and_not_to_the_brands()
    {
        var page = await studio.OpenAsync("en");
        await page.GotoAsync("/settings");
        await page.Locator("main:not([inert]) #tokens label").First.ClickAsync();
        await Expect(page.Locator("#token-name")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task A_page_whose_session_ends_elsewhere_goes_to_sign_in()
    {
        var here = await studio.OpenAsync("en");
        var there = await studio.OpenAsync("en", ownSession: true);
        await there.GotoAsync("/library");
        await Expect(there.Locator("main:not([inert]) h1")).ToBeVisibleAsync();
        await here.GotoAsync("/settings");
        await Expect(here.Locator("main:not([inert]) #sessions li .badge")).ToHaveCountAsync(1);
        await here.GetByRole(AriaRole.Button, new() { Name = "Sign out all others" }).ClickAsync();
        await Expect(there).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/sign-in"));
        await Expect(here.Locator("#sessions li")).ToHaveCountAsync(1);
        await there.GotoAsync("/settings");
        await Expect(there).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/sign-in"));
    }

    [Fact]
    public async Task A_link_made_in_the_settings_signs_in_another_device_by_its_code_and_only_once()
    {
        var page = await studio.OpenAsync("en");
        await page.GotoAsync("/settings");
        await Expect(page.Locator("main:not([inert]) #sessions")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in on another device" }).ClickAsync();
        await Expect(page.Locator("#sessions .answer")).ToContainTextAsync("within 30 minutes");
        var link = (await page.Locator("#sessions code.secret").TextContentAsync())!;
        await Expect(page.Locator("#sessions [data-copy]")).ToHaveAttributeAsync("data-copy", link);

        var there = await studio.OpenAsStrangerAsync();
        // What shows a link's contents before it is opened asks for it, and presses nothing.
        Assert.Equal(200, (await there.APIRequest.GetAsync(link)).Status);
        await PasteAsync(link.Split('/')[^1]);
        await Expect(there).ToHaveURLAsync(studio.Front + "/");

        await there.Context.ClearCookiesAsync();
        await PasteAsync(link);
        await Expect(there.GetByRole(AriaRole.Status).First).ToContainTextAsync("used already");
        await PasteAsync("anything else");
        await Expect(there.GetByRole(AriaRole.Status).First).ToContainTextAsync("wrong");

        await page.ReloadAsync();
        await Expect(page.Locator("main:not([inert]) #sessions li")).Not.ToHaveCountAsync(0);
        await Expect(page.Locator("#sessions code.secret")).ToHaveCountAsync(0);

        async Task PasteAsync(string text)
        {
            await there.GotoAsync("/library");
            await there.GetByLabel("Sign-in link").FillAsync(text);
            await there.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        }
    }

    [Fact]
    public async Task Without_scripts_a_link_signs_in_all_the_same()
    {
        var page = await studio.OpenAsStrangerAsync(scripts: false);
        await page.GotoAsync(await studio.Program.NewSignInLinkAsync());
        await page.Locator("button[type=submit]").ClickAsync();
        await Expect(page).ToHaveURLAsync(studio.Front + "/");
    }

    [Theory]
    [InlineData("ko")]
    [InlineData("en")]
    public async Task Until_it_is_said_alerts_are_sent_in_the_language_of_the_page(string language)
    {
        var page = await studio.OpenAsync(language);
        await page.GotoAsync("/alerts");
        await Expect(page.Locator("main:not([inert]) #language")).ToHaveValueAsync(language);
    }

    [Fact]
    public async Task Of_two_pages_each_saves_only_what_was_changed_in_it()
    {
        var (one, other) = (await studio.OpenAsync("en"), await studio.OpenAsync("en"));
        foreach (var page in new[] { one, other })
        {
            await page.GotoAsync("/settings");
            await Expect(page.Locator("main:not([inert]) #brand form")).ToBeVisibleAsync();
        }
        await SaveAsync(one, "#name", "제때 커피", "#brand");
        await Expect(one.Locator(".toast")).ToBeVisibleAsync();
        await SaveAsync(other, "#voice", "담백하게", "#brand");
        await Expect(other.Locator(".toast")).ToBeVisibleAsync();
        var brand = await studio.Program.GetAsync("/api/brand");
        Assert.Equal(("제때 커피", "담백하게"), ((string?)brand["name"], (string?)brand["voice"]));

        await one.Locator("#pages-language").SelectOptionAsync("ko");
        await one.Locator("#language button[type=submit]").ClickAsync();
        await Expect(one.GetByRole(AriaRole.Heading, new() { Name = "설정" })).ToBeVisibleAsync();
        await SaveAsync(other, "#timezone", "America/New_York", "#language");
        await Expect(other.Locator("html")).ToHaveAttributeAsync("data-zone", "America/New_York");
        var kept = await studio.Program.GetAsync("/api/preferences");
        Assert.Equal(("ko", "America/New_York"), ((string?)kept["language"], (string?)kept["timezone"]));
        await studio.Program.PostAsync("/api/preferences", new { });

        await studio.Program.PostAsync("/api/brand", new { name = "", voice = "" });

        static async Task SaveAsync(IPage page, string field, string text, string section)
        {
            await page.Locator(field).FillAsync(text);
            await page.Locator($"{section} form button[type=submit]").ClickAsync();
        }
    }

    [Fact]
    public async Task What_is_refused_is_said_in_the_rules_words_alone()
    {
        var page = await studio.OpenAsync("en");
        await page.GotoAsync("/settings");
        await page.Locator("main:not([inert]) #timezone").FillAsync("Moon/Base");
        await page.Locator("#language button[type=submit]").ClickAsync();
        await Expect(page.Locator("#timezone-note")).ToHaveTextAsync("It must be an IANA zone such as Asia/Seoul.");
    }

    [Fact]
    public async Task The_language_and_the_zone_of_the_settings_hold_in_every_page()
    {
        var page = await studio.OpenAsync("en");
        await page.GotoAsync("/settings");
        await Expect(page.Locator("main:not([inert]) #language form")).ToBeVisibleAsync();
        await page.Locator("#pages-language").SelectOptionAsync("ko");
        await page.Locator("#timezone").FillAsync("America/New_York");
        await page.Locator("#language button[type=submit]").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "설정" })).ToBeVisibleAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-zone", "America/New_York");
        await studio.Program.PostAsync("/api/preferences", new { });
    }
}
