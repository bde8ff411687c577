using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Client;

/// <summary>Lets only deliveries that QStash signed reach an endpoint.</summary>
public static class SignatureFilter
{
    private const int MaxBody = 10 * 1024 * 1024;

    /// <summary>
    /// Answers 401 problem details, and never calls the handler, unless the request carries a valid signature. The body can be
    /// read by the handler as usual. <see cref="QStashOptions"/> and <see cref="TimeProvider"/> come from the services.
    /// </summary>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="url">The public URL that QStash was told: proxies rewrite what the request itself shows.</param>
    /// <example><code>app.MapPost("/hook", Handle).RequireQStashSignature(_ => "https://me.example/hook");</code></example>
    public static RouteHandlerBuilder RequireQStashSignature(
        this RouteHandlerBuilder endpoint,
        Func<HttpContext, string> url
    )
    {
        // As middleware of the endpoint, before the handler's parameters are bound: a filter would come after the body was read.
        endpoint.Add(builder =>
        {
            var handler = builder.RequestDelegate!;
            builder.RequestDelegate = async http =>
            {
                if (await RefusalAsync(http, url(http)) is { } refusal)
                    await TypedResults
                        .Problem(refusal, statusCode: StatusCodes.Status401Unauthorized, title: "Unauthorized")
                        .ExecuteAsync(http);
                else
                    await handler(http);
            };
        });
        return endpoint;
    }

    private static async Task<string?> RefusalAsync(HttpContext http, string url)
    {
        var services = http.RequestServices;
        var options = services.GetRequiredService<QStashOptions>();
        var receiver = new Receiver(options, services.GetRequiredService<TimeProvider>(), options.ClockTolerance);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxBody;
        var body = new MemoryStream();
        http.Response.RegisterForDispose(body);
        try
        {
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        }
        catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return "the body is larger than any that QStash delivers here";
        }
        var verdict = await receiver.VerifyAsync(
            http.Request.Headers["Upstash-Signature"],
            body.GetBuffer().AsMemory(0, (int)body.Length),
            url
        );
        body.Position = 0;
        http.Request.Body = body;
        return (verdict as SignatureVerdict.Invalid)?.Reason;
    }
}
