using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio;

/// <summary>Puts the studio's pages into a web application.</summary>
public static class PagesSetup
{
    /// <summary>
    /// Scripts, style sheets and sockets are ours only; styles may stand in attributes (the bars of a run); nothing frames the
    /// pages, and no page runs what is written in it.
    /// </summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
        + "font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
    private const string PermissionsPolicy =
        "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()";

    public static IServiceCollection AddStudioPages(this IServiceCollection services)
    {
        services.AddRazorComponents().AddInteractiveServerComponents();
        services.AddCascadingAuthenticationState();
        services.AddScoped<Toasts>();
        services.AddSingleton<Handover>();
        services.AddScoped<AuthenticationStateProvider, OpenSession>();
        services.Configure<RequestLocalizationOptions>(languages =>
            languages.SetDefaultCulture("en").AddSupportedCultures("ko", "en").AddSupportedUICultures("ko", "en")
        );
        return services;
    }

    public static WebApplication MapStudioPages(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<StudioOptions>();
        app.Use(
            (http, next) =>
            {
                // Programs that call the engine or the API have no use for them.
                if (IsPage(http.Request.Path))
                    Protect(http.Response.Headers, options);
                if (http.Request.Path.Value?.EndsWith("/service-worker.js", StringComparison.Ordinal) == true)
                    http.Response.Headers["Service-Worker-Allowed"] = "/";
                // What another site opens or posts with our cookie: the socket of a page, a form.
                var changes = http.Request.Path.StartsWithSegments("/_blazor") || !Reads(http.Request.Method);
                if (changes && IsPage(http.Request.Path) && OwnSite.IsForeign(http.Request, options))
                {
                    http.Response.StatusCode = StatusCodes.Status403Forbidden;
                    return Task.CompletedTask;
                }
                return next(http);
            }
        );
        // A page that comes to a program that stops would keep it from it, for those it knew have been sent away by then: it finds
        // another node, or comes back.
        app.UseWhen(
            http => http.Request.Path.StartsWithSegments("/_blazor"),
            pages =>
                pages.Use(
                    async (http, next) =>
                    {
                        using var end = app.Lifetime.ApplicationStopping.Register(http.Abort);
                        await next(http);
                    }
                )
        );
        // With a cookie the store is asked who it is before anything else is.
        app.Use(
            async (http, next) =>
            {
                try
                {
                    await next(http);
                }
                catch (Exception away) when (PostgresStudioStore.IsAway(away) && !http.Response.HasStarted)
                {
                    await (
                        IsPage(http.Request.Path) && WantsPage(http.Request) ? BarePage.Away(http) : Problems.Away(http)
                    ).ExecuteAsync(http);
                }
            }
        );
        app.UseRequestLocalization();
        // A person who strays gets a page; programs get the bare status.
        app.UseWhen(
            http => WantsPage(http.Request),
            pages => pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true)
        );
        app.UseRouting();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        LanguageLink.Map(app);
        app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(server =>
                // Said in the policy above, for every page.
                server.ContentSecurityFrameAncestorsPolicy = null
            );
        return app;
    }

    private static bool WantsPage(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);

    private static bool Reads(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);

    /// <summary>The API and the engine look at their callers themselves.</summary>
    private static bool IsPage(PathString path) => !path.StartsWithSegments("/v2") && !path.StartsWithSegments("/api");

    private static void Protect(IHeaderDictionary headers, StudioOptions options)
    {
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Permissions-Policy"] = PermissionsPolicy;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        if (options.IsSecure)
            headers.StrictTransportSecurity = "max-age=31536000";
    }
}
