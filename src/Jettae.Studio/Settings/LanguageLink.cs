using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Localization;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Studio;

/// <summary>The link that changes the language of the pages: <c>ko</c>, <c>en</c>, or <c>auto</c> for what the browser asks for.</summary>
internal static class LanguageLink
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet(
            "/language/{culture}",
            async (string culture, string? to, Preferences preferences, StudioOptions options, HttpContext http) =>
            {
                // Another site's link or picture changes nothing.
                if (culture is "ko" or "en" or "auto" && !OwnSite.IsForeign(http.Request, options))
                {
                    var language = culture == "auto" ? null : culture;
                    Keep(http, language);
                    if (Accounts.UserOf(http.User) is { } user)
                        await preferences.ChangeAsync(
                            user,
                            kept => kept with { Language = language },
                            http.RequestAborted
                        );
                }
                // Only within this site: a path, and not one that a browser reads as another host.
                return Results.LocalRedirect(
                    to is { Length: > 1 } && to[0] == '/' && to[1] is not ('/' or '\\') ? to : "/"
                );
            }
        );

    public static void Keep(HttpContext http, string? language)
    {
        var cookie = new CookieOptions
        {
            MaxAge = TimeSpan.FromDays(365),
            SameSite = SameSiteMode.Lax,
            HttpOnly = true,
            Secure = http.Request.IsHttps,
            IsEssential = true,
        };
        if (language is null)
            http.Response.Cookies.Delete(CookieRequestCultureProvider.DefaultCookieName);
        else
            http.Response.Cookies.Append(
                CookieRequestCultureProvider.DefaultCookieName,
                CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(language)),
                cookie
            );
    }
}
