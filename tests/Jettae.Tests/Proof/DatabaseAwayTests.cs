using System.Net;
using System.Text.Json.Nodes;
using Jettae.Studio;
using Jettae.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>The whole program while its PostgreSQL is away, and when it is back.</summary>
[Collection(Busy.Name)]
[Trait("Store", "own")]
public sealed class DatabaseAwayTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task People_and_programs_are_told_to_come_again_and_all_goes_on_by_itself(bool pooled)
    {
        await using var postgres = await PostgresServer.StartAsync();
        var database = pooled ? await postgres.PoolerAsync("transaction", sessions: 10) : postgres.Url;
        await using var program = await JettaeProcess.StartAsync(("DATABASE_URL", database));
        using var browser = program.Client(token: null);
        using (var signedIn = await browser.SignInAsync(await program.NewSignInLinkAsync()))
            browser.DefaultRequestHeaders.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie").First().Split(';')[0]);
        var link = await program.NewSignInLinkAsync();

        await postgres.StopAsync();
        foreach (
            var (path, code, language, word) in new (string, string?, string, string)[]
            {
                ("/", null, "ko-KR", Words.StoreAway.Ko),
                ("/sign-in", link, "en", Words.StoreAway.En),
            }
        )
        {
            using var page = await AskAsync(browser, path, "text/html", language, code);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, page.StatusCode);
            Assert.Equal(Soon, page.Headers.RetryAfter!.Delta);
            Assert.Equal("5", page.Headers.GetValues("Refresh").Single());
            Assert.Contains(
                "style-src",
                page.Headers.GetValues("Content-Security-Policy").Single(),
                StringComparison.Ordinal
            );
            Assert.Contains(word, await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }
        using (var refused = await AskAsync(browser, "/api/schedules", "application/json", "en"))
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.Equal(Soon, refused.Headers.RetryAfter!.Delta);
            var problem = JsonNode.Parse(await refused.Content.ReadAsStringAsync(Cancel))!;
            Assert.Equal("store_unavailable", (string?)problem["code"]);
        }
        // The page's style, and what a supervisor asks, with the cookie of a browser.
        foreach (var path in new[] { "/health/live", "/_content/Jettae.Studio/tokens.css" })
        {
            using var there = await AskAsync(browser, path, "*/*", "en");
            Assert.Equal(HttpStatusCode.OK, there.StatusCode);
        }

        await postgres.StartAgainAsync();
        await Wait.UntilAsync(
            async () =>
            {
                using var page = await AskAsync(browser, "/", "text/html", "ko");
                return page.StatusCode == HttpStatusCode.OK;
            },
            Wait.Patience
        );
        using var works = await AskAsync(browser, "/api/schedules", "application/json", "en");
        Assert.Equal(HttpStatusCode.OK, works.StatusCode);
        // The link was not used up while nobody could look.
        using var late = await browser.SignInAsync(link);
        Assert.Equal("/", late.Headers.Location?.OriginalString);
    }

    [Fact]
    public async Task A_page_stays_open_with_what_was_typed()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var studio = new StudioPages(("DATABASE_URL", postgres.Url));
        await studio.InitializeAsync();
        var page = await studio.OpenAsync("en");
        await page.GotoAsync("/schedules/new?recipe=x");
        await Expect(page.Locator("[inert]")).ToHaveCountAsync(0);
        await page.Locator("#topic").FillAsync("아직 저장하지 않은 글");
        // Those of other forms as well.
        var (settings, alerts) = (await studio.OpenAsync("en"), await studio.OpenAsync("en"));
        await settings.GotoAsync("/settings");
        await Expect(settings.Locator("main:not([inert]) #voice")).ToBeVisibleAsync();
        await settings.GetByRole(AriaRole.Button, new() { Name = Words.AddPrice.En }).ClickAsync();
        await settings.Locator("#price-model").FillAsync("claude-typed-1");
        await settings.Locator("#input").FillAsync("1");
        await settings.Locator("#output").FillAsync("2");
        await settings.Locator("#voice").FillAsync("아직 저장하지 않은 목소리");
        await alerts.GotoAsync("/alerts");
        await alerts.Locator("main:not([inert]) #slack_url").FillAsync("https://example.com/typed");
        // What it reads at its begin is there.
        await Task.Delay(TimeSpan.FromSeconds(8), TimeProvider.System, Cancel);
        await postgres.StopAsync();
        // Whether its session lives is asked each ten seconds.
        await Task.Delay(TimeSpan.FromSeconds(22), TimeProvider.System, Cancel);
        // Who saves now is told so, and loses nothing.
        await page.Locator("form .primary").ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The database cannot be reached");
        var forms = new[]
        {
            settings.Locator("#prices form"),
            settings.Locator("#brand form"),
            alerts.Locator("main form"),
        };
        foreach (var form in forms)
        {
            await form.Locator("[type=submit]").ClickAsync();
            await Expect(form.GetByRole(AriaRole.Alert)).ToContainTextAsync("The database cannot be reached");
        }
        await postgres.StartAgainAsync();
        foreach (var form in forms)
        {
            await form.Locator("[type=submit]").ClickAsync();
            await Expect(form.GetByRole(AriaRole.Alert)).ToHaveCountAsync(0);
        }
        Assert.Equal("아직 저장하지 않은 목소리", (string?)(await studio.Program.GetAsync("/api/brand"))["voice"]);
        await Expect(page).ToHaveURLAsync($"{studio.Front}/schedules/new?recipe=x");
        await Expect(page.Locator("#topic")).ToHaveValueAsync("아직 저장하지 않은 글");
        Assert.True(await page.Locator("#blazor-error-ui").IsHiddenAsync(), studio.Program.Output);
        await page.Locator("form .primary").ClickAsync();
        await Expect(page).ToHaveURLAsync($"{studio.Front}/schedules");
    }

    private static async Task<HttpResponseMessage> AskAsync(
        HttpClient http,
        string path,
        string accept,
        string language,
        string? code = null
    )
    {
        using var request = new HttpRequestMessage(code is null ? HttpMethod.Get : HttpMethod.Post, path);
        if (code is not null)
            request.Content = new FormUrlEncodedContent([KeyValuePair.Create("code", code)]);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        request.Headers.TryAddWithoutValidation("Accept-Language", language);
        return await http.SendAsync(request, Cancel);
    }
}
