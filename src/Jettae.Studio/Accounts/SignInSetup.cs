using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Jettae.Studio;

/// <summary>Cookies, the keys that protect them, and the proxies whose word is taken.</summary>
internal static class SignInSetup
{
    public static void AddSignIn(this IServiceCollection services, StudioOptions options)
    {
        var protection = services.AddDataProtection().SetApplicationName("jettae");
        if (options.Database is null)
            protection.PersistKeysToFileSystem(
                OwnersOnly(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(options.DataFile))!, "keys"))
            );
        else
            services
                .AddOptions<KeyManagementOptions>()
                .Configure<StudioStore>(
                    (keys, store) => keys.XmlRepository = new ProtectionKeys((PostgresStudioStore)store)
                );
        services
            .AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
            .AddCookie(cookie =>
            {
                cookie.Cookie.Name = CookieName("jettae", options);
                cookie.Cookie.HttpOnly = true;
                cookie.Cookie.SameSite = SameSiteMode.Lax;
                cookie.Cookie.SecurePolicy = Secure(options);
                cookie.ExpireTimeSpan = TimeSpan.FromDays(30);
                cookie.SlidingExpiration = true;
                cookie.LoginPath = "/sign-in";
                cookie.Events.OnValidatePrincipal = ValidateAsync;
                cookie.Events.OnRedirectToAccessDenied = denied =>
                {
                    denied.Response.StatusCode = StatusCodes.Status404NotFound;
                    return Task.CompletedTask;
                };
            });
        services.AddAuthorization(rules =>
            rules.AddPolicy(OwnerOnly.Policy, rule => rule.AddRequirements(new OwnerOnly.Rule()))
        );
        services.AddSingleton<IAuthorizationHandler, OwnerOnly>();
        services.AddAntiforgery(forgery =>
        {
            forgery.Cookie.Name = CookieName("jettae-form", options);
            forgery.Cookie.SecurePolicy = Secure(options);
        });
        services.TryAddSingleton<SignedIn>();
        services.TryAddSingleton<Problems>();
        services.AddSingleton<IStartupFilter>(new BelieveProxies(options));
    }

    /// <summary>A cookie is worth what its session is.</summary>
    private static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        if (context.HttpContext.GetEndpoint()?.Metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            // Nobody asks who it is: files and health are there without the store.
            context.RejectPrincipal();
            return;
        }
        var sessions = context.HttpContext.RequestServices.GetRequiredService<Sessions>();
        if (
            Accounts.UserOf(context.Principal) is { } user
            && Accounts.SessionOf(context.Principal) is { } session
            && await sessions.IsLiveAsync(user, session, context.HttpContext.RequestAborted)
        )
            return;
        context.RejectPrincipal();
        await context.HttpContext.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
    }

    /// <summary>With the prefix a browser takes the cookie over TLS only, from this very host.</summary>
    private static string CookieName(string name, StudioOptions options) => (options.IsSecure ? "__Host-" : "") + name;

    private static CookieSecurePolicy Secure(StudioOptions options) =>
        options.IsSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;

    /// <summary>Who can read these keys can sign in as anyone.</summary>
    private static DirectoryInfo OwnersOnly(string folder) =>
        OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(folder)
            : Directory.CreateDirectory(
                folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );

    /// <summary>Before all else: whoever looks at the caller's address or scheme sees the real one.</summary>
    private sealed class BelieveProxies(StudioOptions options) : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) =>
            app =>
            {
                if (options.TrustedProxies.Count > 0)
                    app.UseForwardedHeaders(Believed());
                next(app);
            };

        private ForwardedHeadersOptions Believed()
        {
            var believed = new ForwardedHeadersOptions
            {
                ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
                // As many as are trusted; the first that is not ends the way back.
                ForwardLimit = null,
            };
            believed.KnownProxies.Clear();
            believed.KnownIPNetworks.Clear();
            foreach (var proxy in options.TrustedProxies)
                if (proxy.Contains('/', StringComparison.Ordinal))
                    believed.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(proxy));
                else
                    believed.KnownProxies.Add(IPAddress.Parse(proxy));
            return believed;
        }
    }
}
