using Jettae.Studio;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>The first minute and a half of a new installation, without a key, in a real browser.</summary>
[Collection(Busy.Name)]
public sealed class FirstPieceTests
{
    private const int MostClicks = 5;
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(90);

    [Theory]
    [InlineData("ko-390-dark", "한국어로 써요")]
    [InlineData("en-1440-light", "written in English")]
    public async Task From_the_link_to_the_first_piece_in_a_few_clicks_and_before_ones_eyes(
        string name,
        string detected
    )
    {
        var studio = new StudioPages();
        await studio.InitializeAsync();
        await using (studio)
        {
            var look = Look.Of(name);
            var page = await studio.OpenAsStrangerAsync(look);
            var person = new Person(page, look);
            await page.AddInitScriptAsync(
                """
                addEventListener('click', () => sessionStorage.clicks = Number(sessionStorage.clicks ?? 0) + 1, true);
                // How the text grew, as far as it stood on the page while it was being written.
                addEventListener('DOMContentLoaded', () => new MutationObserver(() => {
                  const length = document.querySelector('.writing')?.textContent.length ?? 0;
                  const seen = JSON.parse(sessionStorage.seen ?? '[]');
                  if (length > (seen.at(-1) ?? 0)) sessionStorage.seen = JSON.stringify([...seen, length]);
                }).observe(document.documentElement, { childList: true, characterData: true, subtree: true }));
                """
            );
            // An acceptance line, for whoever has just started it for the first time; far above what it takes.
            var begun = TimeProvider.System.GetTimestamp();
            await page.GotoAsync(studio.Program.SignInLink);
            await person.PressAsync(page.Locator("button[type=submit]"));
            await Expect(page.Locator("main:not([inert]) form")).ToBeVisibleAsync();
            await Expect(page.GetByText("Asia/Seoul")).ToContainTextAsync(detected);
            if (look.IsPhone)
            {
                // What to press is seen whole, without scrolling.
                var (begin, below) = (await BoxAsync("button[type=submit]"), await BoxAsync(".side nav"));
                Assert.InRange(begin.Y + begin.Height, 0, below.Y);
            }
            await person.ChooseAsync(page.Locator("[name=recipe]").Nth(1));
            await person.PressAsync(page.Locator(".chip").Nth(2));
            await person.PressAsync(page.Locator("button[type=submit]"));
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = look.Say(Words.FirstHere) }))
                .ToBeVisibleAsync(new() { Timeout = (float)Most.TotalMilliseconds });
            Assert.InRange(TimeProvider.System.GetElapsedTime(begun), TimeSpan.Zero, Most);
            await Expect(page.Locator(".watch .text").First).Not.ToBeEmptyAsync();
            Assert.InRange(await page.EvaluateAsync<int>("Number(sessionStorage.clicks)"), 1, MostClicks);
            Assert.InRange(await page.EvaluateAsync<int>("JSON.parse(sessionStorage.seen ?? '[]').length"), 1, 100_000);

            // Who started it reads nothing that would make them wonder.
            Assert.DoesNotContain("warn:", studio.Output, StringComparison.Ordinal);

            // From now on the home page is that of somebody at work.
            await person.PressAsync(person.Link(Words.Home, page.Locator("nav")));
            await Expect(page.Locator(".home .line li")).ToHaveCountAsync(1);
            await Expect(page.Locator(".home .pieces li")).ToHaveCountAsync(1);
            // And who wrote it is called as everywhere else.
            await page.GotoAsync("/monitor");
            await Expect(page.Locator(".tiles"))
                .ToContainTextAsync(look.Language == "ko" ? "샘플 작가 · 정상" : "Sample writer · Well");

            async Task<LocatorBoundingBoxResult> BoxAsync(string what) =>
                (await page.Locator(what).BoundingBoxAsync())!;
        }
    }

    [Fact]
    public async Task What_cannot_be_is_said_beside_the_field_and_two_presses_make_one_schedule()
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

            await page.Locator("#topic").FillAsync("Twice");
            // Both before the server has answered the first.
            await page.Locator("button[type=submit]").EvaluateAsync("each => { each.click(); each.click(); }");
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Here is your first piece" }))
                .ToBeVisibleAsync();
            Assert.Single((await studio.Program.GetAsync("/api/schedules"))["items"]!.AsArray());
            Assert.Single((await studio.Program.GetAsync("/api/contents"))["items"]!.AsArray());
        }
    }
}
