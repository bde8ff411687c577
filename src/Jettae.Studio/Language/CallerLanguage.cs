using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Localization;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio;

/// <summary>
/// In which language a caller of the API is answered: the one chosen on the pages, else the first that the request accepts, else
/// the person's own; English when none of them is Korean.
/// </summary>
internal static class CallerLanguage
{
    private static readonly CultureInfo Korean = CultureInfo.GetCultureInfo("ko");
    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en");

    /// <summary>Of somebody who is signed in.</summary>
    public static async Task<CultureInfo> OfAsync(HttpContext http)
    {
        if (Asked(http) is { } asked)
            return asked;
        var preferences = http.RequestServices.GetRequiredService<Preferences>();
        var own = await preferences.ReadAsync(SignedIn.OwnerOf(http), http.RequestAborted);
        return Named(own.Language) ?? English;
    }

    /// <summary>Of anybody.</summary>
    public static CultureInfo Of(HttpContext http) => Asked(http) ?? English;

    private static CultureInfo? Asked(HttpContext http)
    {
        var cookie = http.Request.Cookies[CookieRequestCultureProvider.DefaultCookieName] ?? "";
        var chosen = CookieRequestCultureProvider.ParseCookieValue(cookie)?.UICultures.FirstOrDefault().Value;
        // Programs that do not care send a star.
        var accepted = http
            .Request.GetTypedHeaders()
            .AcceptLanguage.OrderByDescending(each => each.Quality ?? 1)
            .Select(each => each.Value.Value)
            .FirstOrDefault(name => name != "*");
        return Named(chosen) ?? Named(accepted);
    }

    private static CultureInfo? Named(string? language) =>
        string.IsNullOrEmpty(language) ? null
        : language.StartsWith("ko", StringComparison.OrdinalIgnoreCase) ? Korean
        : English;
}
