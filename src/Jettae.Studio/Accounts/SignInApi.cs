using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Studio;

/// <summary>Signing in by a one-time link, and out.</summary>
internal static class SignInApi
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(
            "/sign-in/{code}",
            async (string code, SignInLinks links, HttpContext http) =>
            {
                http.Response.Headers.CacheControl = "no-store";
                http.Response.Headers["Referrer-Policy"] = "no-referrer";
                if (await links.RedeemAsync(code, http.RequestAborted) is not { } user)
                    return Results.Redirect("/sign-in?expired=1");
                await http.SignInAsync(
                    CookieAuthenticationDefaults.AuthenticationScheme,
                    Accounts.Principal(user),
                    new AuthenticationProperties { IsPersistent = true }
                );
                return Results.Redirect("/");
            }
        );
        routes
            .MapPost(
                "/api/sign-out",
                async (HttpContext http) =>
                {
                    await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
                    return Results.NoContent();
                }
            )
            .AddEndpointFilter<SignedIn>();
    }
}
