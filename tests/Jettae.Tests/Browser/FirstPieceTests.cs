using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>The first minute and a half of a new installation, without a key, in a real browser.</summary>
[Collection(Busy.Name)]
public sealed class FirstPieceTests
{
    private const int MostClicks = 5;
    private const int MostSeconds = 90;

    [Theory]
    [InlineData("ko", 390, "첫 글이 나왔어요", "한국어로 써요")]
    [InlineData("en", 1440, "Here is your first piece", "written in English")]
    public async Task From_the_link_to_the_first_piece_in_a_few_clicks(
        string language,
        int width,
        string done,
        string detected
    )
    {
        var studio = new StudioPages();
        await studio.InitializeAsync();
        await using (studio)
        {
            var page = await studio.OpenAsync(language, width);
            await page.AddInitScriptAsync(
                "addEventListener('click', () => sessionStorage.clicks = Number(sessionStorage.clicks ?? 0) + 1, true)"
            );
            await page.GotoAsync("/");
            await Expect(page.Locator("main:not([inert]) form")).ToBeVisibleAsync();
            await Expect(page.GetByText("Asia/Seoul")).ToContainTextAsync(detected);
            await page.Locator("label.choice").Nth(1).ClickAsync();
            await page.Locator(".chip").Nth(2).ClickAsync();
            await page.Locator("button[type=submit]").ClickAsync();
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = done }))
                .ToBeVisibleAsync(new() { Timeout = MostSeconds * 1000 });
            await Expect(page.Locator(".watch .text").First).Not.ToBeEmptyAsync();
            Assert.InRange(await page.EvaluateAsync<int>("Number(sessionStorage.clicks)"), 1, MostClicks);

            // From now on the home page is that of somebody at work.
            await page.GotoAsync("/");
            await Expect(page.Locator(".home .line li")).ToHaveCountAsync(1);
            await Expect(page.Locator(".home .pieces li")).ToHaveCountAsync(1);
        }
    }

    [Fact]
    public async Task What_cannot_be_is_said_beside_the_field_and_makes_nothing()
    {
        var studio = new StudioPages();
        await studio.InitializeAsync();
        await using (studio)
        {
            var page = await studio.OpenAsync("en");
            await page.GotoAsync("/");
            await Expect(page.Locator("main:not([inert]) form")).ToBeVisibleAsync();
            await page.Locator("#topic").FillAsync("  ");
            await page.Locator("button[type=submit]").ClickAsync();
            await Expect(page.Locator("#topic-note")).ToContainTextAsync("must not be empty");
            Assert.Empty((await studio.Program.GetAsync("/api/schedules"))["items"]!.AsArray());
        }
    }
}
