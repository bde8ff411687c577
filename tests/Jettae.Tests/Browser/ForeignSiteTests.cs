using System.Net;
using Microsoft.Playwright;

namespace Jettae.Tests;

/// <summary>What another site can make a browser send, and what it gets.</summary>
[Collection(Busy.Name)]
public sealed class ForeignSiteTests(StudioPages studio) : IClassFixture<StudioPages>
{
    [Theory]
    [InlineData("GET", "/_blazor?id=x")]
    [InlineData("POST", "/_blazor/negotiate?negotiateVersion=1")]
    [InlineData("POST", "/settings")]
    [InlineData("POST", "/sign-in")]
    public async Task A_foreign_origin_opens_no_socket_and_posts_no_form(string method, string path)
    {
        using var http = studio.Program.Client(null);
        foreach (var origin in new[] { "https://evil.example", "null" })
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            request.Headers.Add("Origin", origin);
            using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_foreign_link_changes_no_language_and_leads_nowhere_else()
    {
        using var http = studio.Program.Client(null);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/language/ko?to=//evil.example");
        request.Headers.Add("Sec-Fetch-Site", "cross-site");
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.False(answer.Headers.Contains("Set-Cookie"));
        Assert.Equal("/", answer.Headers.Location!.ToString());
        using var own = await http.GetAsync("/language/ko?to=/library", TestContext.Current.CancellationToken);
        Assert.Contains("c%3Dko", own.Headers.GetValues("Set-Cookie").Single(), StringComparison.Ordinal);
        Assert.Equal("/library", own.Headers.Location!.ToString());
    }

    [Fact]
    public async Task Every_page_says_what_may_run_in_it_and_that_nothing_frames_it()
    {
        using var http = studio.Program.Client(null);
        using var page = await http.GetAsync("/sign-in", TestContext.Current.CancellationToken);
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("style-src 'self';", policy, StringComparison.Ordinal);
        foreach (
            var (name, value) in new[]
            {
                ("X-Content-Type-Options", "nosniff"),
                ("Referrer-Policy", "same-origin"),
                ("Cross-Origin-Opener-Policy", "same-origin"),
                ("Cross-Origin-Resource-Policy", "same-origin"),
            }
        )
            Assert.Equal(value, page.Headers.GetValues(name).Single());
        Assert.Contains("camera=()", page.Headers.GetValues("Permissions-Policy").Single(), StringComparison.Ordinal);
        using var api = await studio.Program.Http.GetAsync("/api/schedules", TestContext.Current.CancellationToken);
        Assert.Equal("nosniff", api.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.True(api.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task Where_the_public_address_is_https_browsers_are_told_to_use_no_other_way()
    {
        await using var secure = await Testing.JettaeProcess.StartAsync(
            ("JETTAE_PUBLIC_URL", "https://studio.example")
        );
        using var http = secure.Client(null);
        using var page = await http.GetAsync("/sign-in", TestContext.Current.CancellationToken);
        Assert.Contains(
            "max-age=",
            page.Headers.GetValues("Strict-Transport-Security").Single(),
            StringComparison.Ordinal
        );
        using var plain = studio.Program.Client(null);
        using var open = await plain.GetAsync("/sign-in", TestContext.Current.CancellationToken);
        Assert.False(open.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task The_reference_of_the_API_needs_nobody_else()
    {
        var page = await studio.OpenAsync("en");
        var elsewhere = new List<string>();
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith(studio.Front, StringComparison.Ordinal))
                elsewhere.Add(request.Url);
        };
        await page.GotoAsync("/docs");
        await page.Locator("main:not([inert]) #find").FillAsync("tokens/revoke");
        await Assertions.Expect(page.Locator(".docs details")).ToHaveCountAsync(1);
        await page.Locator(".docs summary").ClickAsync();
        await Assertions.Expect(page.Locator(".docs pre").First).ToContainTextAsync("curl -X POST");
        Assert.Empty(elsewhere);
    }
}
