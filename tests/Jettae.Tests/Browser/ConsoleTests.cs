using System.Text.RegularExpressions;
using Jettae.Client;
using Jettae.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>What an operator does with the messages, in a real browser.</summary>
[Collection(Busy.Journeys)]
public sealed class ConsoleTests(StudioPages studio) : IClassFixture<StudioPages>
{
    [Theory]
    [InlineData("ko", "실패", "401", "다시 보내기", "전달하지 못한 메시지가 없어요")]
    [InlineData("en", "Failed", "Answered 401", "Retry", "No dead letters")]
    public async Task A_message_that_failed_is_found_read_as_text_and_tried_again(
        string language,
        string failed,
        string reason,
        string retry,
        string none
    )
    {
        // The engine itself refuses what comes without a token: the letter comes back, until it is deleted.
        var label = $"lost-{language}";
        var id = await studio.PublishAsync("/v2/lost", 0, ("Upstash-Label", label));
        var page = await studio.OpenAsync(language);
        await OpenAsync(page, $"/messages?find={label}");
        var row = page.Locator("li.run");
        await Expect(row).ToHaveCountAsync(1);
        await Expect(row).ToContainTextAsync(failed);
        await row.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex($"/messages/{id}$"));
        await Expect(page.Locator(".timeline li")).ToHaveCountAsync(4);
        await Expect(page.GetByText("<b>text, not markup</b>")).ToBeVisibleAsync();

        await OpenAsync(page, $"/messages/dead?label={label}");
        var letter = page.Locator("li.letter");
        await Expect(letter).ToContainTextAsync(reason);
        await letter.GetByRole(AriaRole.Button, new() { Name = retry }).ClickAsync();
        // A new message, which fails as the first did.
        await Expect(letter.GetByRole(AriaRole.Link)).Not.ToHaveAttributeAsync("href", $"messages/{id}");
        await Expect(letter).ToHaveCountAsync(1);
        await letter.GetByRole(AriaRole.Checkbox).CheckAsync();
        await page.Locator("h1 ~ .row .danger").ClickAsync();
        await page.Locator("dialog[open] .danger").ClickAsync();
        await Expect(page.GetByText(none)).ToBeVisibleAsync();
    }

    [Fact]
    public async Task A_large_message_is_shown_from_its_begin_though_a_page_of_the_log_holds_one_event_of_it()
    {
        using var http = new HttpClient();
        var qstash = new QStashClient(
            http,
            new QStashOptions { Url = new Uri(studio.Program.Url), Token = studio.Program.Credentials.Token }
        );
        var published = await qstash.PublishAsync(
            PublishRequest.Text($"{studio.Program.Url}/v2/lost", "begins" + new string('x', 9 * 1024 * 1024)) with
            {
                Retries = 0,
            },
            TestContext.Current.CancellationToken
        );
        var page = await studio.OpenAsync("en");
        await OpenAsync(page, $"/messages/{published.MessageId}");
        await Expect(page.Locator(".timeline .badge")).ToHaveCountAsync(4);
        await Expect(page.Locator(".timeline .badge").First).ToHaveTextAsync("Accepted");
        await Expect(page.Locator(".timeline .badge").Last).ToHaveTextAsync("Failed");
        await Expect(page.Locator("aside pre").Last).ToContainTextAsync("beginsxxx");
    }

    [Theory]
    [InlineData("ko", "메시지 취소하기", "취소됨")]
    [InlineData("en", "Cancel the message", "Cancelled")]
    public async Task A_message_that_waits_is_cancelled_once_it_was_confirmed(
        string language,
        string cancel,
        string cancelled
    )
    {
        var id = await studio.PublishAsync("/later", 0, ("Upstash-Delay", "1d"));
        var page = await studio.OpenAsync(language);
        await OpenAsync(page, $"/messages/{id}");
        await Expect(page.Locator("[data-until]")).ToHaveTextAsync(new Regex(@"\d\d:\d\d:\d\d"));
        var button = page.Locator("main > .row .danger");
        await Expect(button).ToHaveTextAsync(cancel);
        await button.ClickAsync();
        await Expect(page.Locator("dialog[open]")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("dialog[open]")).ToHaveCountAsync(0);
        await button.ClickAsync();
        await page.Locator("dialog[open] .danger").ClickAsync();
        await Expect(page.Locator(".timeline .badge").Last).ToHaveTextAsync(cancelled);
        await Expect(button).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task On_a_phone_the_tab_of_the_page_is_in_sight()
    {
        var page = await studio.OpenAsync("en", width: 390);
        await OpenAsync(page, "/messages/keys");
        var tab = page.Locator(".tabs a.active");
        await Expect(tab).ToHaveTextAsync("Signing keys");
        await Expect(tab).ToBeInViewportAsync(new() { Ratio = 1 });
        await page.Locator(".tabs a").First.ClickAsync();
        await Expect(tab).ToHaveTextAsync("Messages");
        await Expect(tab).ToBeInViewportAsync(new() { Ratio = 1 });
    }

    [Fact]
    public async Task Queues_keys_and_schedules_are_paused_and_resumed_and_what_happens_elsewhere_appears()
    {
        var page = await studio.OpenAsync("en");
        await OpenAsync(page, "/messages/queues");
        await Expect(page.GetByText("No queues yet")).ToBeVisibleAsync();
        await studio.PublishAsync(
            "/x",
            0,
            ("Upstash-Queue-Name", "orders"),
            ("Upstash-Flow-Control-Key", "model"),
            ("Upstash-Flow-Control-Value", "rate=5,period=1m")
        );
        await PausedAndResumedAsync(page.Locator("li.held").Filter(new() { HasText = "orders" }));
        await page.Locator("li.held input").FillAsync("7");
        await page.Locator("li.held input").BlurAsync();
        // A page that goes takes what it is just asking along.
        using var qstash = studio.Program.Client(studio.Program.Credentials.Token);
        await Wait.UntilAsync(
            async () =>
                (await qstash.GetStringAsync(new Uri("/v2/queues/orders", UriKind.Relative))).Contains(
                    "\"parallelism\":7",
                    StringComparison.Ordinal
                ),
            Wait.Patience
        );
        await page.ReloadAsync();
        await Expect(page.Locator("li.held input")).ToHaveValueAsync("7");
        // What is typed while something else is being done is done after it.
        await page.Locator("li.held button").First.ClickAsync();
        await page.Locator("li.held input").FillAsync("9");
        await page.Locator("li.held input").BlurAsync();
        await Wait.UntilAsync(
            async () =>
                await qstash.GetStringAsync(new Uri("/v2/queues/orders", UriKind.Relative)) is var told
                && told.Contains("\"parallelism\":9", StringComparison.Ordinal)
                && told.Contains("\"paused\":true", StringComparison.Ordinal),
            Wait.Patience
        );
        await page.Locator("li.held button").First.ClickAsync();
        await Expect(page.Locator("li.held .badge")).ToHaveCountAsync(0);

        await page.GetByRole(AriaRole.Link, new() { Name = "Flow control" }).ClickAsync();
        var key = page.Locator("li.held").Filter(new() { HasText = "model" });
        await PausedAndResumedAsync(key);
        await key.GetByRole(AriaRole.Button, new() { Name = "Pin", Exact = true }).ClickAsync();
        await Expect(key.Locator(".badge")).ToHaveTextAsync("Pinned");
        await key.GetByRole(AriaRole.Button, new() { Name = "Unpin" }).ClickAsync();
        await Expect(key.Locator(".badge")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Groups_get_and_lose_urls_and_keys_are_rolled()
    {
        var page = await studio.OpenAsync("en");
        await OpenAsync(page, "/messages/groups");
        foreach (var url in new[] { "https://a.example/in", "https://b.example/in" })
        {
            await page.Locator("#group").FillAsync("readers");
            await page.Locator("#url").FillAsync(url);
            await page.GetByRole(AriaRole.Button, new() { Name = "Add URL" }).ClickAsync();
            await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Remove " + url })).ToBeVisibleAsync();
        }
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove https://a.example/in" }).ClickAsync();
        await Expect(page.Locator("section .list li")).ToHaveCountAsync(1);

        await OpenAsync(page, "/messages/keys");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        var codes = page.Locator("dd code");
        await Expect(codes.Nth(1)).Not.ToContainTextAsync("•");
        var next = await codes.Nth(1).TextContentAsync();
        Assert.StartsWith("sig_", next, StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Roll the keys" }).ClickAsync();
        await page.Locator("dialog[open] .danger").ClickAsync();
        await Expect(codes.Nth(0)).ToHaveTextAsync(next!);
    }

    [Fact]
    public async Task A_state_shows_the_messages_that_stand_so_now_not_those_that_once_did()
    {
        const string label = "standing";
        // Delivered at once, waiting for its time, and waiting for its retry: all three were accepted, two were on their way.
        await studio.PublishAsync("/health/live", 0, ("Upstash-Method", "GET"), ("Upstash-Label", label));
        var waiting = await studio.PublishAsync("/later", 0, ("Upstash-Delay", "1d"), ("Upstash-Label", label));
        var retrying = await studio.PublishAsync(
            "/v2/lost",
            1,
            ("Upstash-Retry-Delay", "3600000"),
            ("Upstash-Label", label)
        );
        var page = await studio.OpenAsync("en");
        var rows = page.Locator("li.run");
        await OpenAsync(page, $"/messages?find={label}&state=DELIVERED");
        await Expect(rows).ToHaveCountAsync(1);
        foreach (var (state, id) in new[] { ("CREATED", waiting), ("IN_PROGRESS", retrying), ("RETRY", retrying) })
        {
            await OpenAsync(page, $"/messages?find={label}&state={state}");
            await Expect(rows).ToHaveCountAsync(1);
            await Expect(rows.GetByRole(AriaRole.Link)).ToHaveAttributeAsync("href", $"messages/{id}");
        }
        await OpenAsync(page, $"/messages/{waiting}");
        await page.Locator("main > .row .danger").ClickAsync();
        await page.Locator("dialog[open] .danger").ClickAsync();
        await Expect(page.Locator(".timeline .badge").Last).ToHaveTextAsync("Cancelled");
        await OpenAsync(page, $"/messages?find={label}&state=CREATED");
        await Expect(page.GetByText("No message matches")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task One_that_waits_behind_a_thousand_that_do_no_more_is_found_further_on()
    {
        const string label = "crowd";
        var cancel = TestContext.Current.CancellationToken;
        using var http = new HttpClient();
        var qstash = new QStashClient(
            http,
            new QStashOptions { Url = new Uri(studio.Program.Url), Token = studio.Program.Credentials.Token }
        );
        PublishRequest Later(params string[] labels) =>
            PublishRequest.Text("https://a.example/in", "x") with
            {
                Delay = TimeSpan.FromDays(1),
                Labels = labels,
            };
        var waiting = (await qstash.PublishAsync(Later(label), cancel)).MessageId;
        await qstash.BatchAsync([.. Enumerable.Repeat(Later(label, "gone"), 1_001)], cancel);
        Assert.Equal(1_001, await qstash.Messages.CancelWhereAsync(new MessageFilter { Labels = ["gone"] }, cancel));
        var page = await studio.OpenAsync("en");
        await OpenAsync(page, $"/messages?find={label}&state=CREATED");
        await Expect(page.GetByText("None so far")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "More", Exact = true }).Last.ClickAsync();
        await Expect(page.Locator("li.run").GetByRole(AriaRole.Link))
            .ToHaveAttributeAsync("href", $"messages/{waiting}");
    }

    [Fact]
    public async Task Dead_letters_that_were_chosen_are_tried_again_together()
    {
        const string label = "several";
        string[] ids =
        [
            await studio.PublishAsync("/v2/lost", 0, ("Upstash-Label", label)),
            await studio.PublishAsync("/v2/lost", 0, ("Upstash-Label", label)),
        ];
        var page = await studio.OpenAsync("en");
        await OpenAsync(page, $"/messages/dead?label={label}");
        var letters = page.Locator("li.letter");
        await Expect(letters).ToHaveCountAsync(2);
        await letters.Nth(0).GetByRole(AriaRole.Checkbox).CheckAsync();
        await letters.Nth(1).GetByRole(AriaRole.Checkbox).CheckAsync();
        await page.Locator("h1 ~ .row").GetByRole(AriaRole.Button, new() { Name = "Retry" }).ClickAsync();
        // Two new messages, which fail as the first did.
        foreach (var id in ids)
            await Expect(page.Locator($"a[href='messages/{id}']")).ToHaveCountAsync(0);
        await Expect(letters).ToHaveCountAsync(2);
        await Expect(page.Locator("h1 ~ .row")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_schedule_made_elsewhere_appears_and_is_paused_resumed_and_deleted()
    {
        var page = await studio.OpenAsync("en");
        await OpenAsync(page, "/messages/schedules");
        await Expect(page.GetByText("No message schedules")).ToBeVisibleAsync();
        using var http = new HttpClient();
        var program = new QStashClient(
            http,
            new QStashOptions { Url = new Uri(studio.Program.Url), Token = studio.Program.Credentials.Token }
        );
        var cancel = TestContext.Current.CancellationToken;
        var id = await program.Schedules.CreateAsync(
            new ScheduleRequest { Destination = "https://a.example/report", Cron = "0 0 1 1 *" },
            cancel
        );
        var row = page.Locator("li.held").Filter(new() { HasText = "https://a.example/report" });
        await row.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(row.Locator(".badge")).ToHaveTextAsync("Paused");
        Assert.True((await program.Schedules.GetAsync(id, cancel))!.IsPaused);
        await row.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(row.Locator(".badge")).ToHaveCountAsync(0);
        Assert.False((await program.Schedules.GetAsync(id, cancel))!.IsPaused);

        await row.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(page.Locator("dialog[open]")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(page.Locator("dialog[open]")).ToHaveCountAsync(0);
        Assert.NotNull(await program.Schedules.GetAsync(id, cancel));
        await row.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await page.Locator("dialog[open] .danger").ClickAsync();
        await Expect(row).ToHaveCountAsync(0);
        Assert.Null(await program.Schedules.GetAsync(id, cancel));
    }

    [Fact]
    public async Task For_anyone_but_the_owner_of_the_installation_messages_and_keys_are_not_there()
    {
        var id = await studio.PublishAsync("/later", 0, ("Upstash-Delay", "1d"));
        var guest = await studio.OpenAsGuestAsync();
        await OpenAsync(guest, "/schedules");
        var nav = guest.Locator("header nav");
        await Expect(nav.GetByRole(AriaRole.Link, new() { Name = "Settings" })).ToBeVisibleAsync();
        await Expect(nav.GetByRole(AriaRole.Link, new() { Name = "Messages" })).ToHaveCountAsync(0);
        foreach (var path in new[] { "", $"/{id}", "/dead", "/schedules", "/queues", "/flow", "/groups", "/keys" })
        {
            var answer = await guest.GotoAsync("/messages" + path);
            Assert.Equal(404, answer!.Status);
            await Expect(guest.GetByRole(AriaRole.Heading, new() { Name = "Not found" })).ToBeVisibleAsync();
        }
        // Within an open page the way is another one: no request asks the server first.
        await OpenAsync(guest, "/schedules");
        await guest.EvaluateAsync("Blazor.navigateTo('/messages/keys')");
        await Expect(guest.GetByRole(AriaRole.Heading, new() { Name = "Not found" })).ToBeVisibleAsync();
        await Expect(guest.GetByText("sig_")).ToHaveCountAsync(0);

        var owner = await studio.OpenAsync("en");
        await OpenAsync(owner, "/schedules");
        await Expect(owner.Locator("header nav").GetByRole(AriaRole.Link, new() { Name = "Messages" }))
            .ToBeVisibleAsync();
    }

    private static async Task PausedAndResumedAsync(ILocator row)
    {
        await row.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Expect(row.Locator(".badge")).ToHaveTextAsync("Paused");
        await row.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        await Expect(row.Locator(".badge")).ToHaveCountAsync(0);
    }

    private static async Task OpenAsync(IPage page, string path)
    {
        await page.GotoAsync(path);
        await Expect(page.Locator("main:not([inert]) h1")).ToBeVisibleAsync();
    }
}
