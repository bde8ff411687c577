using Microsoft.AspNetCore.Http;

namespace Jettae.Studio;

/// <summary>
/// A browser sends its cookie along with whatever another site makes it send. It also says where a request comes from: what
/// changes something must come from our own pages.
/// </summary>
internal static class OwnSite
{
    /// <summary>A request that one of our own pages made, as far as its headers say so.</summary>
    public static bool IsOurs(HttpRequest request, StudioOptions options)
    {
        if (request.Headers.TryGetValue("Sec-Fetch-Site", out var site))
            return site == "same-origin";
        return Uri.TryCreate(request.Headers.Origin, UriKind.Absolute, out var origin)
            && IsOurs(origin, request, options);
    }

    /// <summary>A request that another site made. What is typed or opened from a mail is not.</summary>
    public static bool IsForeign(HttpRequest request, StudioOptions options)
    {
        if (request.Headers.TryGetValue("Sec-Fetch-Site", out var site) && site != "same-origin" && site != "none")
            return true;
        return request.Headers.Origin.ToString() is { Length: > 0 } said
            && !(Uri.TryCreate(said, UriKind.Absolute, out var origin) && IsOurs(origin, request, options));
    }

    private static bool IsOurs(Uri origin, HttpRequest request, StudioOptions options) =>
        string.Equals(origin.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)
        || origin
            .GetLeftPart(UriPartial.Authority)
            .Equals(
                new Uri(options.PublicAddress).GetLeftPart(UriPartial.Authority),
                StringComparison.OrdinalIgnoreCase
            );
}
