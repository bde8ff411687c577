using Microsoft.AspNetCore.Http;

namespace Jettae.Studio;

/// <summary>
/// Lets nobody through but a known person. A browser sends its cookie along with whatever another site makes it send, so a
/// change by cookie must come from our own pages.
/// </summary>
internal sealed class SignedIn(Accounts accounts) : IEndpointFilter
{
    private static readonly object Key = new();

    public static Guid OwnerOf(HttpContext http) => (Guid)http.Items[Key]!;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var (user, byCookie) = await accounts.WhoAsync(http, http.RequestAborted);
        if (user is not { } known)
        {
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return Problems.Of(
                http,
                401,
                "sign_in_required",
                null,
                new("로그인하거나 API 토큰을 보내 주세요.", "Sign in, or send an API token as Authorization: Bearer.")
            );
        }
        if (byCookie && !HttpMethods.IsGet(http.Request.Method) && !ComesFromOurPages(http.Request))
            return Problems.Of(
                http,
                403,
                "cross_site",
                null,
                new(
                    "다른 사이트에서 온 요청은 받지 않아요.",
                    "A change by cookie must come from this site's own pages."
                )
            );
        http.Items[Key] = known;
        return await next(context);
    }

    private static bool ComesFromOurPages(HttpRequest request)
    {
        if (request.Headers.TryGetValue("Sec-Fetch-Site", out var site))
            return site == "same-origin";
        return Uri.TryCreate(request.Headers.Origin, UriKind.Absolute, out var origin)
            && string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase);
    }
}
