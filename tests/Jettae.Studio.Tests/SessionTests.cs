using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio.Tests;

/// <summary>Where a person is signed in: seen, ended one by one, and never by somebody else.</summary>
public sealed class SessionTests
{
    [Fact]
    public async Task Each_browser_is_a_session_and_knows_which_one_it_is()
    {
        await using var studio = await TestStudio.StartAsync();
        var owner = await studio.OwnerAsync();
        using var one = await studio.BrowserOfAsync(owner, "Firefox");
        using var other = await studio.BrowserOfAsync(owner, "Safari");
        var seen = await SessionsAsync(one);
        Assert.Equal(2, seen.Count);
        var current = Assert.Single(seen, each => (bool)each!["current"]!)!;
        Assert.Equal("Firefox", (string?)current["user_agent"]);
        Assert.Equal("127.0.0.1", (string?)current["address"]);
        Assert.DoesNotContain(await SessionsAsync(studio.Http), each => (bool)each!["current"]!);
    }

    [Fact]
    public async Task A_revoked_session_is_refused_at_once_and_the_others_go_on()
    {
        await using var studio = await TestStudio.StartAsync();
        var owner = await studio.OwnerAsync();
        using var one = await studio.BrowserOfAsync(owner, "Firefox");
        using var lost = await studio.BrowserOfAsync(owner, "Lost-phone");
        Assert.Equal(HttpStatusCode.OK, (await lost.GetAsync("/api/schedules")).StatusCode);
        var id = (string)
            (await SessionsAsync(one)).Single(each => (string?)each!["user_agent"] == "Lost-phone")!["id"]!;

        var (status, _) = await studio.PostAsync("/api/sessions/revoke", new { id }, one);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await lost.GetAsync("/api/schedules")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await one.GetAsync("/api/schedules")).StatusCode);
        Assert.Single(await SessionsAsync(one));
        Assert.Equal(HttpStatusCode.NotFound, (await studio.PostAsync("/api/sessions/revoke", new { id }, one)).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task All_sessions_but_one_or_all_of_them_end_at_once_and_nobody_elses(bool isOneKept)
    {
        await using var studio = await TestStudio.StartAsync();
        var owner = await studio.OwnerAsync();
        using var here = await studio.BrowserOfAsync(owner, "Here");
        using var phone = await studio.BrowserOfAsync(owner, "Phone");
        using var tablet = await studio.BrowserOfAsync(owner, "Tablet");
        using var theirs = await studio.BrowserOfAsync(await studio.StrangerAsync());
        foreach (var browser in new[] { here, phone, tablet, theirs })
            Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser));
        Guid? kept = isOneKept
            ? (Guid)(await SessionsAsync(here)).Single(each => (bool)each!["current"]!)!["id"]!
            : null;
        await studio.Services.GetRequiredService<Sessions>().RevokeOthersAsync(owner, kept, default);
        Assert.Equal(isOneKept ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, await StatusAsync(here));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(phone));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(tablet));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(theirs));

        static async Task<HttpStatusCode> StatusAsync(HttpClient browser) =>
            (await browser.GetAsync("/api/schedules")).StatusCode;
    }

    [Fact]
    public async Task Signing_out_makes_the_cookie_worthless()
    {
        await using var studio = await TestStudio.StartAsync();
        using var browser = await studio.BrowserOfAsync(await studio.OwnerAsync());
        Assert.Equal(HttpStatusCode.NoContent, (await browser.PostAsJsonAsync("/api/sign-out", new { })).StatusCode);
        // The very same cookie, kept by whoever copied it.
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/schedules")).StatusCode);
    }

    [Fact]
    public async Task A_session_ends_thirty_days_after_it_was_last_seen()
    {
        await using var studio = await TestStudio.StartAsync();
        using var browser = await studio.BrowserOfAsync(await studio.OwnerAsync());
        await studio.GoToAsync("2024-02-10T00:00:00Z");
        using var seen = await browser.GetAsync("/api/sessions");
        Assert.Equal(HttpStatusCode.OK, seen.StatusCode);
        var session = (JsonNode.Parse(await seen.Content.ReadAsStringAsync()))!["items"]![0]!;
        Assert.Equal("2024-02-10T00:00:00Z", (string?)session["last_seen_at"]);
        await studio.GoToAsync("2024-03-12T00:00:00Z");
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/schedules")).StatusCode);
    }

    [Fact]
    public async Task Somebody_elses_sessions_are_neither_seen_nor_ended()
    {
        await using var studio = await TestStudio.StartAsync();
        using var mine = await studio.BrowserOfAsync(await studio.OwnerAsync());
        using var theirs = await studio.BrowserOfAsync(await studio.StrangerAsync());
        var id = (string)(await SessionsAsync(mine)).Single()!["id"]!;
        Assert.Single(await SessionsAsync(theirs));
        var (status, problem) = await studio.PostAsync("/api/sessions/revoke", new { id }, theirs);
        Assert.Equal((HttpStatusCode.NotFound, "session_not_found"), (status, (string?)problem["code"]));
        Assert.Equal(HttpStatusCode.OK, (await mine.GetAsync("/api/schedules")).StatusCode);
    }

    [Fact]
    public async Task Where_people_come_over_TLS_the_cookie_takes_no_other_way()
    {
        await using var studio = await TestStudio.StartAsync();
        var secure = await CookieAsync(studio);
        Assert.StartsWith("__Host-jettae=", secure, StringComparison.Ordinal);
        Assert.Contains("; secure", secure, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("; httponly", secure, StringComparison.OrdinalIgnoreCase);
        await using var plain = await TestStudio.StartAsync(change: options =>
            options.PublicUrl = "http://localhost:5080"
        );
        var open = await CookieAsync(plain);
        Assert.StartsWith("jettae=", open, StringComparison.Ordinal);
        Assert.DoesNotContain("; secure", open, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "null")]
    public async Task What_another_site_posts_with_our_cookie_changes_nothing(string header, string value)
    {
        await using var studio = await TestStudio.StartAsync();
        using var browser = await studio.BrowserOfAsync(await studio.OwnerAsync());
        browser.DefaultRequestHeaders.Remove("Sec-Fetch-Site");
        browser.DefaultRequestHeaders.Add(header, value);
        foreach (
            var path in new[]
            {
                "/api/sign-out",
                "/api/tokens",
                "/api/writer/connect",
                "/api/data/delete",
                "/api/brand",
            }
        )
        {
            var (status, problem) = await studio.PostAsync(path, new { name = "theirs", confirm = "delete" }, browser);
            Assert.Equal((HttpStatusCode.Forbidden, "cross_site"), (status, (string?)problem["code"]));
        }
        Assert.Empty((await studio.GetAsync("/api/tokens"))["items"]!.AsArray());
        Assert.Single(await SessionsAsync(studio.Http));
        // As a link or a picture it is no route at all.
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await browser.GetAsync("/api/sign-out")).StatusCode);
    }

    private static async Task<string> CookieAsync(TestStudio studio)
    {
        var links = (SignInLinks)studio.Services.GetService(typeof(SignInLinks))!;
        var link = await links.CreateAsync();
        using var browser = studio.Client(null);
        using var answer = await browser.SignInAsync(link.ToString());
        return answer.Headers.GetValues("Set-Cookie").Single();
    }

    private static async Task<JsonArray> SessionsAsync(HttpClient http) =>
        JsonNode.Parse(await http.GetStringAsync("/api/sessions"))!["items"]!.AsArray();
}
