using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Studio;

/// <summary>Signing in by a one-time link, and out; sessions and tokens over HTTP.</summary>
internal static class SignInApi
{
    private const int MostWrongCodes = 10;
    private const int MostWrongCodesTogether = 500;

    public static void Map(IEndpointRouteBuilder routes, RouteGroupBuilder api)
    {
        var time = (TimeProvider)routes.ServiceProvider.GetService(typeof(TimeProvider))!;
        var wrong = new WrongTries(time, MostWrongCodes, MostWrongCodesTogether);
        // Before the page of the same address, which Blazor would have take it. That it comes from our own pages is seen before all pages.
        routes
            .MapPost(
                "/sign-in",
                (
                    [FromForm] string? code,
                    SignInLinks links,
                    Sessions sessions,
                    Preferences preferences,
                    HttpContext http
                ) => SignInAsync(code ?? "", wrong, links, sessions, preferences, http)
            )
            .DisableAntiforgery()
            .WithOrder(-1);
        api.MapPost("/sign-out", SignOutAsync);
        api.MapGet("/sessions", SessionsAsync);
        api.MapPost("/sessions/revoke", RevokeSessionAsync);
        api.MapGet("/tokens", TokensAsync);
        api.MapPost("/tokens", CreateTokenAsync);
        api.MapPost("/tokens/revoke", RevokeTokenAsync);
    }

    private static async Task<IResult> SignInAsync(
        string code,
        WrongTries wrong,
        SignInLinks links,
        Sessions sessions,
        Preferences preferences,
        HttpContext http
    )
    {
        http.Response.Headers.CacheControl = "no-store";
        var address = http.Connection.RemoteIpAddress;
        if (wrong.WaitOf(address) is { } wait)
            return Refused(http, wait);
        if (await links.RedeemAsync(code, http.RequestAborted) is not { } user)
        {
            wrong.Add(address);
            return wrong.WaitOf(address) is { } now ? Refused(http, now) : Results.Redirect("/sign-in?expired=1");
        }
        var session = await sessions.OpenAsync(
            user,
            http.Request.Headers.UserAgent.ToString(),
            address?.ToString() ?? "",
            http.RequestAborted
        );
        await http.SignInAsync(
            CookieAuthenticationDefaults.AuthenticationScheme,
            Accounts.Principal(user, session),
            new AuthenticationProperties { IsPersistent = true }
        );
        if ((await preferences.ReadAsync(user, http.RequestAborted)).Language is { } language)
            LanguageLink.Keep(http, language);
        return Results.Redirect("/");
    }

    private static IResult Refused(HttpContext http, TimeSpan wait)
    {
        http.Response.Headers.RetryAfter = SignedIn.Seconds(wait);
        var culture = CallerLanguage.Of(http);
        var minutes = Math.Ceiling(wait.TotalMinutes);
        return BarePage.Of(
            culture,
            Words.TooManyCodes.In(culture),
            Words.TooManyCodesHow.In(culture, minutes),
            StatusCodes.Status429TooManyRequests
        );
    }

    private static async Task<IResult> SignOutAsync(HttpContext http, Sessions sessions)
    {
        var caller = SignedIn.CallerOf(http);
        if (caller.Session is { } session)
            await sessions.RevokeAsync(caller.User, session, http.RequestAborted);
        await http.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return Results.NoContent();
    }

    private static async Task<IResult> SessionsAsync(HttpContext http, Sessions sessions)
    {
        var caller = SignedIn.CallerOf(http);
        var items = await sessions.ListAsync(caller.User, http.RequestAborted);
        return ScheduleApi.Json(
            new
            {
                Items = items.Select(each => new
                {
                    each.Id,
                    each.UserAgent,
                    each.Address,
                    each.CreatedAt,
                    each.LastSeenAt,
                    each.ExpiresAt,
                    Current = each.Id == caller.Session,
                }),
                NextCursor = (string?)null,
            }
        );
    }

    private static async Task<IResult> RevokeSessionAsync(HttpContext http, Sessions sessions)
    {
        var id = await ScheduleApi.OnlyIdAsync(http);
        await sessions.RevokeAsync(SignedIn.OwnerOf(http), id, http.RequestAborted);
        return ScheduleApi.Json(new { Id = id, Revoked = true });
    }

    private static async Task<IResult> TokensAsync(HttpContext http, ApiTokens tokens)
    {
        var items = await tokens.ListAsync(SignedIn.OwnerOf(http), http.RequestAborted);
        return ScheduleApi.Json(new { Items = items.Select(each => View(each)), NextCursor = (string?)null });
    }

    private static async Task<IResult> CreateTokenAsync(HttpContext http, ApiTokens tokens)
    {
        var wish = StudioJson.Read<Wish>(await StudioJson.ReadObjectAsync(http.Request, http.RequestAborted));
        var (token, text) = await tokens.CreateAsync(
            SignedIn.OwnerOf(http),
            wish.Name,
            wish.Scope ?? TokenScope.Full,
            wish.ExpiresAt,
            http.RequestAborted
        );
        var view = View(token);
        view["token"] = text;
        return ScheduleApi.Json(view, 201);
    }

    private static async Task<IResult> RevokeTokenAsync(HttpContext http, ApiTokens tokens)
    {
        var id = await ScheduleApi.OnlyIdAsync(http);
        await tokens.RevokeAsync(SignedIn.OwnerOf(http), id, http.RequestAborted);
        return ScheduleApi.Json(new { Id = id, Revoked = true });
    }

    private static Dictionary<string, object?> View(ApiToken token) =>
        new()
        {
            ["id"] = token.Id,
            ["name"] = token.Name,
            ["scope"] = token.Scope,
            ["last4"] = token.Last4,
            ["created_at"] = token.CreatedAt,
            ["last_used_at"] = token.LastUsedAt,
            ["expires_at"] = token.ExpiresAt,
        };

    private sealed record Wish
    {
        public string? Name { get; init; }
        public TokenScope? Scope { get; init; }
        public DateTimeOffset? ExpiresAt { get; init; }
    }
}
