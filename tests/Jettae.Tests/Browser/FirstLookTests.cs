using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>What a person sees who has nothing yet, or is not let in: as readable as all the rest.</summary>
[Collection(Busy.Name)]
public sealed class FirstLookTests(StudioPages studio) : IClassFixture<StudioPages>
{
    private const int TriesTooMany = 11;

    private static readonly Sight[] Empty =
    [
        new("first-steps", "/"),
        new("schedules-empty", "/schedules"),
        new("calendar-empty", "/calendar"),
        new("calendar-empty-list", "/calendar?view=list"),
        new("library-empty", "/library"),
        new("runs-empty", "/runs"),
        new("monitor-empty", "/monitor"),
        new("alerts-empty", "/alerts"),
        new("messages-empty", "/messages?find=nothing"),
        new("settings-sample", "/settings"),
        new("settings-open", "/settings", LookTests.OpenDetailsAsync),
        new("not-found", "/not-found"),
    ];

    public static TheoryData<string> Looks => Look.Usual;

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Empty_pages_and_closed_doors_can_be_read_and_used_by_everyone(string name)
    {
        var look = Look.Of(name);
        var page = await studio.OpenAsync(look);
        var errors = LookTests.Errors(page);
        foreach (var sight in Empty)
            await sight.LookAsync(page, look);

        var stranger = await studio.OpenAsStrangerAsync(look);
        foreach (
            var sight in new Sight[]
            {
                new("sign-in", "/sign-in"),
                new("sign-in-used", "/sign-in?expired=1"),
                new("sign-in-link", "/sign-in/guess"),
            }
        )
            await sight.LookAsync(stranger, look);
        foreach (var node in studio.Programs)
            for (var n = 0; n < TriesTooMany; n++)
            {
                var guess = stranger.APIRequest.CreateFormData().Set("code", $"guess-{n}");
                await stranger.APIRequest.PostAsync($"{node.Url}/sign-in", new() { Form = guess });
            }
        await new Sight("too-many", "/sign-in/guess", RefusedAsync).LookAsync(stranger, look);
        await Expect(stranger.Locator("html")).ToHaveAttributeAsync("lang", look.Language);
        Assert.DoesNotContain(errors, error => !error.Contains("404", StringComparison.Ordinal));

        async Task RefusedAsync(Microsoft.Playwright.IPage page)
        {
            await page.Locator("button[type=submit]").ClickAsync();
            await Expect(page.Locator("h1")).ToHaveTextAsync(look.Say(Studio.Words.TooManyCodes));
        }
    }
}
