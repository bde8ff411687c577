using Jettae.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio.Tests;

/// <summary>People with browsers, as the studio sees them over HTTP.</summary>
internal static class SignedInBrowser
{
    /// <summary>A browser of this person, who has just opened a link.</summary>
    public static async Task<HttpClient> BrowserOfAsync(this TestStudio studio, Guid user, string agent = "Firefox")
    {
        var link = await studio.Services.GetRequiredService<SignInLinks>().CreateAsync(user);
        var browser = studio.Client(null);
        browser.DefaultRequestHeaders.UserAgent.ParseAdd(agent);
        using var answer = await browser.SignInAsync(link.ToString());
        var cookie = answer
            .Headers.GetValues("Set-Cookie")
            .Single(each => each.Contains("jettae=", StringComparison.Ordinal));
        browser.DefaultRequestHeaders.Add("Cookie", cookie.Split(';')[0]);
        browser.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        return browser;
    }

    /// <summary>The installation's owner.</summary>
    public static Task<Guid> OwnerAsync(this TestStudio studio) =>
        studio.Services.GetRequiredService<Accounts>().OwnerAsync();

    /// <summary>Somebody else, who owns nothing yet.</summary>
    public static Task<Guid> StrangerAsync(this TestStudio studio) =>
        studio.Services.GetRequiredService<Accounts>().AddAsync("stranger");
}
