using Jettae.Studio;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>Somebody before a page: on a phone with a finger, at a desk with keys alone.</summary>
internal sealed class Person(IPage page, Look look)
{
    private const int MostTabs = 300;

    public IPage Page => page;

    public ILocator Main => page.Locator("main");

    public ILocator Dialog => page.Locator("dialog[open]");

    public string Say(Word word) => look.Say(word);

    /// <summary>Opens a page, until it answers and shows what it read.</summary>
    public async Task GoAsync(string path)
    {
        await page.GotoAsync(path);
        await ReadyAsync();
    }

    public async Task ReadyAsync()
    {
        await Expect(page.Locator("main:not([inert]) h1")).ToBeVisibleAsync();
        await Expect(page.Locator("[inert]")).ToHaveCountAsync(0);
        await Expect(page.Locator(".skeleton")).ToHaveCountAsync(0);
    }

    /// <summary>A button that says this.</summary>
    public ILocator Button(Word word, ILocator? within = null) =>
        (within ?? Main).GetByRole(AriaRole.Button, new() { Name = look.Say(word), Exact = true });

    /// <summary>A link that says this.</summary>
    public ILocator Link(Word word, ILocator? within = null) =>
        (within ?? Main).GetByRole(AriaRole.Link, new() { Name = look.Say(word), Exact = true });

    /// <summary>Presses a button, a link, a summary; by Space what is checked.</summary>
    public async Task PressAsync(ILocator target, string key = "Enter")
    {
        if (look.IsPhone)
            await target.ClickAsync();
        else
        {
            await ReachAsync(target);
            // A page that is just coming may put the same thing anew under the hand.
            await target.PressAsync(key);
        }
    }

    public Task PressAsync(Word button) => PressAsync(Button(button));

    /// <summary>Chooses one of a group.</summary>
    public async Task ChooseAsync(ILocator radio)
    {
        if (look.IsPhone)
            await radio.CheckAsync();
        else
        {
            await TabAsync(
                radio,
                "each => document.activeElement.name === each.name && document.activeElement.type === 'radio'"
            );
            // The focus goes ahead of what the server answers.
            for (var n = 0; n < 20 && !await radio.EvaluateAsync<bool>("each => each === document.activeElement"); n++)
                await page.Keyboard.PressAsync("ArrowRight");
        }
        await Expect(radio).ToBeCheckedAsync();
    }

    /// <summary>Puts a text into a field, instead of what stands there.</summary>
    public async Task TypeAsync(ILocator field, string text)
    {
        if (!look.IsPhone)
            await ReachAsync(field);
        // How the parts of a date are typed is the browser's own affair.
        await field.FillAsync(text);
        if (!look.IsPhone)
            await page.Keyboard.PressAsync("Tab");
    }

    /// <summary>Picks an entry of a list, as it stays picked.</summary>
    public async Task PickAsync(ILocator list, string value)
    {
        if (!look.IsPhone)
            await ReachAsync(list);
        // How one goes through its entries is the browser's own affair.
        await list.SelectOptionAsync(value);
        await Expect(list).ToHaveValueAsync(value);
    }

    /// <summary>Takes back what was just done.</summary>
    /// <param name="said">What is said of it, where something else was said before.</param>
    public async Task UndoAsync(string? said = null)
    {
        if (said is not null)
            await Expect(page.Locator(".toast")).ToContainTextAsync(said);
        await Expect(page.Locator(".toast [data-undo]")).ToBeVisibleAsync();
        if (look.IsPhone)
            await page.Locator(".toast [data-undo]").ClickAsync();
        else
            await page.Keyboard.PressAsync("Control+z");
        await Expect(page.Locator(".toast")).ToContainTextAsync(look.Say(Words.Undone));
    }

    /// <summary>Goes on from where the focus is, until it is there.</summary>
    public async Task ReachAsync(ILocator target)
    {
        await Expect(target).ToBeVisibleAsync();
        await Expect(target).ToBeEnabledAsync();
        await TabAsync(target, "each => each === document.activeElement");
    }

    private async Task TabAsync(ILocator target, string isThere)
    {
        for (var n = 0; n < MostTabs; n++)
        {
            if (await target.EvaluateAsync<bool>(isThere))
                return;
            await page.Keyboard.PressAsync("Tab");
        }
        Assert.Fail($"No way leads by Tab to {target}.");
    }
}
