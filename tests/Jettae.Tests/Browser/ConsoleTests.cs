using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>What an operator does with the messages, in a real browser.</summary>
[Collection(Busy.Name)]
public sealed class ConsoleTests(StudioPages studio) : IClassFixture<StudioPages>
{
    [Theory]
    [InlineData("ko", "실패", "401", "다시 보내기", "배달 못 한 메시지가 없어요")]
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
        await page.ReloadAsync();
        await Expect(page.Locator("li.held input")).ToHaveValueAsync("7");

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
        var next = await codes.Nth(1).TextContentAsync();
        Assert.StartsWith("sig_", next, StringComparison.Ordinal);
        await page.GetByRole(AriaRole.Button, new() { Name = "Roll the keys" }).ClickAsync();
        await page.Locator("dialog[open] .danger").ClickAsync();
        await Expect(codes.Nth(0)).ToHaveTextAsync(next!);
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
