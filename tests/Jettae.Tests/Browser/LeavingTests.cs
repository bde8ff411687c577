using System.Text.RegularExpressions;
using Jettae.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>What is about to go: a toast that somebody is at, and a text that nobody saved.</summary>
[Collection(Busy.Name)]
public sealed class LeavingTests(WritingPages writing) : IClassFixture<WritingPages>
{
    [Fact]
    public async Task A_toast_stays_while_the_pointer_or_the_focus_is_on_it()
    {
        var pages = new Dictionary<string, IPage>();
        foreach (var name in new[] { "pointer", "focus", "both", "nobody" })
        {
            await writing.ScheduleAsync($"Toast {name}");
            var page = pages[name] = await writing.Studio.OpenAsync("en");
            await OpenAsync(page, $"/schedules?q=Toast+{name}");
            await page.GetByRole(AriaRole.Switch, new() { Name = $"Toast {name}" }).ClickAsync();
            var toast = Toast(page);
            await Expect(toast).ToBeVisibleAsync();
            if (name is "pointer" or "both")
                await toast.HoverAsync();
            if (name is "focus" or "both")
                await toast.Locator("[data-undo]").FocusAsync();
            if (name is "both")
                await page.Mouse.MoveAsync(0, 0);
        }
        // By the time that the youngest is gone, the others would be.
        await Expect(Toast(pages["nobody"])).ToHaveCountAsync(0);
        foreach (var name in new[] { "pointer", "focus", "both" })
            Assert.True(await Toast(pages[name]).IsVisibleAsync(), name);

        await pages["pointer"].Mouse.MoveAsync(0, 0);
        await pages["focus"].Locator("h1").First.EvaluateAsync("() => document.activeElement.blur()");
        await Expect(Toast(pages["pointer"])).ToHaveCountAsync(0);
        await Expect(Toast(pages["focus"])).ToHaveCountAsync(0);
        Assert.True(await Toast(pages["both"]).IsVisibleAsync());
    }

    [Fact]
    public async Task A_heading_takes_the_focus_when_its_page_comes_unless_somebody_has_begun_there()
    {
        var schedule = await writing.ScheduleAsync("Begun");
        var page = await writing.Studio.OpenAsync("en");
        foreach (var path in new[] { $"/schedules/{schedule}", "/schedules?q=Begu" })
        {
            await page.GotoAsync(path);
            await Expect(page.Locator("main:not([inert]) h1")).ToBeFocusedAsync();
        }
        // As quick as anybody can be: at the first moment at which the page can be used.
        await page.AddInitScriptAsync(
            """
            const quick = new MutationObserver(() => {
              const field = document.querySelector("main:not([inert], [hidden]) input[type=search]");
              if (field) { quick.disconnect(); field.focus(); }
            });
            quick.observe(document, { subtree: true, childList: true, attributes: true });
            """
        );
        await page.ReloadAsync();
        var field = page.Locator("input[type=search]");
        await Expect(field).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("End");
        await page.Keyboard.TypeAsync("n");
        await Expect(page).ToHaveURLAsync(new Regex("q=Begun$"));
        await Expect(field).ToBeFocusedAsync();
    }

    [Theory]
    [InlineData("schedule", "ko", "#topic")]
    [InlineData("schedule", "en", "#name")]
    [InlineData("piece", "ko", "#body")]
    [InlineData("brand", "en", "#voice")]
    [InlineData("alerts", "ko", "#slack_url")]
    [InlineData("price", "en", "#price-model")]
    public async Task Leaving_a_text_that_is_not_saved_asks_first(string what, string language, string field)
    {
        var schedule = await writing.ScheduleAsync($"Left {language} {field}");
        var page = await writing.Studio.OpenAsync(language);
        if (what == "piece")
        {
            var run = await writing.RunAsync(schedule);
            await OpenAsync(page, $"/library/{run["content_id"]}");
            await page.GetByRole(AriaRole.Button, new() { Name = "고치기", Exact = true }).ClickAsync();
        }
        else
            await OpenAsync(
                page,
                what switch
                {
                    "brand" or "price" => "/settings",
                    "alerts" => "/alerts",
                    _ => $"/schedules/{schedule}",
                }
            );
        if (what == "price")
            await page.GetByRole(AriaRole.Button, new() { Name = "Add a price" }).ClickAsync();
        var address = page.Url;

        // Nothing was typed: nothing would be asked.
        Assert.False(await page.EvaluateAsync<bool>(WouldAsk));
        await page.Locator(field).FillAsync("아직 저장하지 않은 글");
        // In the midst of typing, and once the field was left.
        await CloseAsync(page);
        await page.Locator(field).BlurAsync();
        await CloseAsync(page);

        var dialog = page.Locator("dialog[open]");
        await page.Locator("nav a[href='runs']").ClickAsync();
        await Expect(dialog).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToHaveCountAsync(0);
        Assert.Equal(address, page.Url);
        await Expect(page.Locator(field)).ToHaveValueAsync("아직 저장하지 않은 글");

        await page.Locator("nav a[href='runs']").ClickAsync();
        await dialog.Locator(".danger").ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/runs$"));
    }

    /// <summary>The browser asks, and is told to stay.</summary>
    private static async Task CloseAsync(IPage page)
    {
        var asked = new TaskCompletionSource<IDialog>(TaskCreationOptions.RunContinuationsAsynchronously);
        EventHandler<IDialog> hear = (_, dialog) => asked.TrySetResult(dialog);
        page.Dialog += hear;
        await page.CloseAsync(new() { RunBeforeUnload = true });
        var question = await asked.Task.WaitAsync(Wait.Patience, TimeProvider.System);
        page.Dialog -= hear;
        Assert.Equal(DialogType.BeforeUnload, question.Type);
        await question.DismissAsync();
    }

    private const string WouldAsk = """
        () => {
          const leaving = new Event("beforeunload", { cancelable: true });
          window.dispatchEvent(leaving);
          return leaving.defaultPrevented;
        }
        """;

    private static ILocator Toast(IPage page) => page.Locator(".toast");

    private static async Task OpenAsync(IPage page, string path)
    {
        await page.GotoAsync(path);
        await Expect(page.Locator("main:not([inert]) h1").First).ToBeVisibleAsync();
    }
}
