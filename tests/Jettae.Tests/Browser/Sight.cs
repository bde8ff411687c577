using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>Something to look at: a page, and what is opened on it first.</summary>
/// <param name="Name">Of its picture.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Open">Opens the dialog, the menu, the state; null: the page as it comes.</param>
internal sealed record Sight(string Name, string Path, Func<IPage, Task>? Open = null)
{
    /// <summary>Where the pictures are kept, to be looked at.</summary>
    private static readonly string Pictures =
        Environment.GetEnvironmentVariable("JETTAE_PICTURES")
        ?? System.IO.Path.Combine(AppContext.BaseDirectory, "pictures");

    /// <summary>Axe finds nothing, nothing leads astray, and nothing sticks out.</summary>
    public async Task LookAsync(IPage page, Look look)
    {
        await page.GotoAsync(Path);
        await Expect(page.Locator("[inert]")).ToHaveCountAsync(0);
        await Expect(page.Locator("main h1")).ToBeVisibleAsync();
        await Expect(page.Locator(".skeleton")).ToHaveCountAsync(0);
        if (Open is not null)
            await Open(page);
        await FoundNothingAsync(page, look);
        Assert.Empty(await page.EvaluateAsync<string[]>(Astray));
        var sticksOut = await page.EvaluateAsync<int>(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        );
        Assert.True(sticksOut <= 0, $"{Name}, {look}: {sticksOut} px stick out.");
    }

    /// <summary>Ids that are there twice, and labels that lead to something else than what stands with them.</summary>
    private const string Astray = """
        () => [
            ...[...document.querySelectorAll("[id]")].map(each => each.id).filter((id, n, all) => all.indexOf(id) < n),
            ...[...document.querySelectorAll("label[for]")]
                .filter(label => !label.parentElement.contains(label.control)).map(label => `label of ${label.htmlFor}`),
        ]
        """;

    private async Task FoundNothingAsync(IPage page, Look look)
    {
        await page.ScreenshotAsync(
            new()
            {
                Path = System.IO.Path.Combine(Pictures, $"{look}", Name + ".png"),
                FullPage = Open is null,
                Animations = ScreenshotAnimations.Disabled,
            }
        );
        var found = await page.RunAxe(new AxeRunOptions { ResultTypes = [ResultType.Violations] });
        Assert.True(
            found.Violations.Length == 0,
            $"{Name}, {look}: "
                + string.Join(
                    "; ",
                    found.Violations.Select(each =>
                        $"{each.Id} {each.Nodes[0].Target} {each.Nodes[0].Any.FirstOrDefault()?.Message}"
                    )
                )
        );
    }
}
