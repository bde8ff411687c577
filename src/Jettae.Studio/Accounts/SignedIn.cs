using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Jettae.Studio;

/// <summary>
/// Lets nobody through but a known person. A browser sends its cookie along with whatever another site makes it send, so a
/// change by cookie must come from our own pages.
/// </summary>
internal sealed class SignedIn(Accounts accounts, StudioOptions options) : IEndpointFilter
{
    private static readonly object Key = new();

    public static Guid OwnerOf(HttpContext http) => CallerOf(http).User;

    public static Caller CallerOf(HttpContext http) => (Caller)http.Items[Key]!;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers.XContentTypeOptions = "nosniff";
        Caller? caller;
        try
        {
            caller = await accounts.WhoAsync(http, http.RequestAborted);
        }
        catch (TooManyTriesException tooMany)
        {
            http.Response.Headers.RetryAfter = Seconds(tooMany.Wait);
            return Problems.Of(
                http,
                429,
                "too_many_wrong_tokens",
                null,
                new(
                    "틀린 토큰이 너무 많이 와서 잠시 받지 않아요.",
                    "Too many wrong tokens came from this address; it has to wait."
                )
            );
        }
        if (caller is null)
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
        if (!HttpMethods.IsGet(http.Request.Method))
        {
            if (caller.ReadOnly)
                return Problems.Of(
                    http,
                    403,
                    "token_read_only",
                    null,
                    new(
                        "읽기 전용 토큰이라 아무것도 바꿀 수 없어요.",
                        "This token may read only. Use one of scope full to change something."
                    )
                );
            if (caller.Session is not null && !OwnSite.IsOurs(http.Request, options))
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
        }
        http.Items[Key] = caller;
        return await next(context);
    }

    internal static string Seconds(TimeSpan wait) =>
        Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
}
