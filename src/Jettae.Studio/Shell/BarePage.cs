using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace Jettae.Studio;

/// <summary>A title and a sentence, for who gets them in place of a page. Needs neither the database nor a connection.</summary>
internal static class BarePage
{
    private const string AskAgainAfter = "5";

    /// <summary>While the database is away. It asks again by itself.</summary>
    public static IResult Away(HttpContext http)
    {
        http.Response.Headers.RetryAfter = AskAgainAfter;
        http.Response.Headers["Refresh"] = AskAgainAfter;
        http.Response.Headers.CacheControl = "no-store";
        var culture = CallerLanguage.Of(http);
        return Of(culture, Words.StoreAway.In(culture), Words.StoreAwayHow.In(culture), 503);
    }

    public static IResult Of(CultureInfo culture, string title, string text, int status)
    {
        title = WebUtility.HtmlEncode(title);
        return Results.Content(
            $"""
            <!DOCTYPE html>
            <html lang="{culture.Name}">
            <head>
              <meta charset="utf-8" />
              <meta name="viewport" content="width=device-width, initial-scale=1" />
              <meta name="color-scheme" content="light dark" />
              <title>{title} · Jettae</title>
              <link rel="icon" href="/_content/Jettae.Studio/icon.svg" />
              <link rel="stylesheet" href="/_content/Jettae.Studio/tokens.css" />
              <script src="/_content/Jettae.Studio/theme.js"></script>
            </head>
            <body><main class="center"><div class="card stack">
              <h1>{title}</h1>
              <p>{WebUtility.HtmlEncode(text)}</p>
            </div></main></body>
            </html>
            """,
            "text/html; charset=utf-8",
            statusCode: status
        );
    }
}
