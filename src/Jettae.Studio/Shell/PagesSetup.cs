using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Localization;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio;

/// <summary>Puts the studio's pages into a web application.</summary>
public static class PagesSetup
{
    /// <summary>Scripts come from here only; styles may stand in attributes (the bars of a run); nothing frames the pages.</summary>
    private const string ContentSecurityPolicy =
        "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self' ws: wss:; "
        + "object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    public static IServiceCollection AddStudioPages(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddCascadingAuthenticationState();
        services.Configure<RequestLocalizationOptions>(languages =>
            languages.SetDefaultCulture("en").AddSupportedCultures("ko", "en").AddSupportedUICultures("ko", "en")
        );
        return services;
    }

    public static WebApplication MapStudioPages(this WebApplication app)
    {
        app.Use(
            (http, next) =>
            {
                // Programs that call the engine or the API have no use for them.
                if (!http.Request.Path.StartsWithSegments("/v2") && !http.Request.Path.StartsWithSegments("/api"))
                {
                    var headers = http.Response.Headers;
                    headers.ContentSecurityPolicy = ContentSecurityPolicy;
                    headers.XContentTypeOptions = "nosniff";
                    headers["Referrer-Policy"] = "same-origin";
                }
                return next(http);
            }
        );
        app.UseRequestLocalization();
        // A person who strays gets a page; programs get the bare status.
        app.UseWhen(
            http => http.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase),
            pages => pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true)
        );
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapStaticAssets();
        app.MapGet("/", () => Results.Redirect("/schedules"));
        app.MapGet(
            "/language/{culture}",
            (string culture, string? to, HttpContext http) =>
            {
                if (culture is "ko" or "en")
                    http.Response.Cookies.Append(
                        CookieRequestCultureProvider.DefaultCookieName,
                        CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(culture)),
                        new CookieOptions
                        {
                            MaxAge = TimeSpan.FromDays(365),
                            SameSite = SameSiteMode.Lax,
                            HttpOnly = true,
                            IsEssential = true,
                        }
                    );
                // Only within this site: a path, and not one that a browser reads as another host.
                return Results.LocalRedirect(
                    to is { Length: > 1 } && to[0] == '/' && to[1] is not ('/' or '\\') ? to : "/"
                );
            }
        );
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode();
        return app;
    }
}
