using System.Net;
using Microsoft.AspNetCore.Http;

namespace Jettae.Studio;

/// <summary>What a person gets in place of any page while the database is away. It asks again by itself.</summary>
internal static class AwayPage
{
    private const string Seconds = "5";

    public static IResult Of(HttpContext http)
    {
        http.Response.Headers.RetryAfter = Seconds;
        http.Response.Headers["Refresh"] = Seconds;
        http.Response.Headers.CacheControl = "no-store";
        var culture = CallerLanguage.Of(http);
        var title = WebUtility.HtmlEncode(Words.StoreAway.In(culture));
        return Results.Content(
            $"""
            <!DOCTYPE html>
            <html lang="{culture.Name}">
            <head>
              <meta charset="utf-8" />
              <meta name="viewport" content="width=device-width, initial-scale=1" />
              <meta name="color-scheme" content="light dark" />
              <title>{title} · Jettae</title>
              <link rel="stylesheet" href="/_content/Jettae.Studio/offline.css" />
            </head>
            <body>
              <img src="/_content/Jettae.Studio/icon.svg" alt="" />
              <h1>{title}</h1>
              <p>{WebUtility.HtmlEncode(Words.StoreAwayHow.In(culture))}</p>
            </body>
            </html>
            """,
            "text/html; charset=utf-8",
            statusCode: 503
        );
    }
}
