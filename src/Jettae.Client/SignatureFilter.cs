using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Client;

/// <summary>Lets only deliveries that QStash signed reach an endpoint.</summary>
public static class SignatureFilter
{
    /// <summary>
    /// Answers 401 problem details, and never calls the handler, unless the request carries a valid signature. The body can be
    /// read by the handler as usual. <see cref="QStashOptions"/> and <see cref="TimeProvider"/> come from the services.
    /// </summary>
    /// <param name="endpoint">An endpoint, a group of routes, or mapped controllers.</param>
    /// <param name="url">
    /// The public URL that QStash was told: proxies rewrite what the request itself shows. Default: the request's path and query
    /// under <see cref="QStashOptions.PublicUrl"/>.
    /// </param>
    /// <example><code>
    /// app.MapPost("/hook", Handle).RequireQStashSignature(_ => "https://me.example/hook");
    /// app.MapGroup("/hooks").RequireQStashSignature().MapPost("/mail", Mail);
    /// </code></example>
    public static TBuilder RequireQStashSignature<TBuilder>(
        this TBuilder endpoint,
        Func<HttpContext, string>? url = null
    )
        where TBuilder : IEndpointConventionBuilder
    {
        // As middleware of the endpoint, before the handler's parameters are bound: a filter would come after the body was read.
        endpoint.Add(builder =>
        {
            var handler =
                builder.RequestDelegate
                ?? throw new InvalidOperationException($"{builder.DisplayName} has no handler to stand before");
            builder.RequestDelegate = async http =>
            {
                if (await AdmitAsync(http, url?.Invoke(http)))
                    await handler(http);
            };
        });
        return endpoint;
    }

    /// <summary>False when it has answered 401.</summary>
    internal static async Task<bool> AdmitAsync(HttpContext http, string? url)
    {
        if (await RefusalAsync(http, url) is not { } refusal)
            return true;
        // Not as a result of the framework: a trimmed program has no metadata to write that with.
        http.Response.StatusCode = StatusCodes.Status401Unauthorized;
        await http.Response.WriteAsJsonAsync(
            new Refusal("https://tools.ietf.org/html/rfc9110#section-15.5.2", "Unauthorized", 401, refusal),
            WireJson.Default.Refusal,
            "application/problem+json",
            http.RequestAborted
        );
        return false;
    }

    /// <summary>Problem details (RFC 9457).</summary>
    internal sealed record Refusal(string Type, string Title, int Status, string Detail);

    private static async Task<string?> RefusalAsync(HttpContext http, string? url)
    {
        var services = http.RequestServices;
        var options = services.GetRequiredService<QStashOptions>();
        var receiver = new Receiver(options, services.GetRequiredService<TimeProvider>(), options.ClockTolerance);
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = options.MaxBody;
        var body = new MemoryStream();
        http.Response.RegisterForDispose(body);
        try
        {
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        }
        catch (BadHttpRequestException tooLarge) when (tooLarge.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return $"the body is larger than {options.MaxBody} bytes, the most that is taken here";
        }
        var verdict = await receiver.VerifyAsync(
            http.Request.Headers["Upstash-Signature"],
            body.GetBuffer().AsMemory(0, (int)body.Length),
            url ?? Shown(http, options)
        );
        body.Position = 0;
        http.Request.Body = body;
        return (verdict as SignatureVerdict.Invalid)?.Reason;
    }

    /// <summary>The raw target: the signature is for the URL as it was published, and the path is decoded already.</summary>
    private static string Shown(HttpContext http, QStashOptions options)
    {
        var request = http.Request;
        var target = http.Features.Get<IHttpRequestFeature>()?.RawTarget;
        if (target is not ['/', ..])
            target = $"{request.PathBase}{request.Path}{request.QueryString}";
        return (options.PublicUrl?.ToString().TrimEnd('/') ?? $"{request.Scheme}://{request.Host}") + target;
    }
}

/// <summary>
/// The same for controllers and their actions: 401 problem details unless QStash signed the request, before the model is bound.
/// </summary>
/// <example><code>
/// [ApiController, RequireQStashSignature]
/// public sealed class HookController : ControllerBase
/// {
///     [HttpPost("/hook")]
///     public IActionResult Post(Order order) => Ok();
/// }
/// </code></example>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class RequireQStashSignatureAttribute : Attribute, IAsyncResourceFilter
{
    /// <summary>
    /// The public URL that QStash was told. Default: the request's path and query under <see cref="QStashOptions.PublicUrl"/>.
    /// </summary>
    public string? Url { get; set; }

    /// <inheritdoc/>
    public async Task OnResourceExecutionAsync(ResourceExecutingContext context, ResourceExecutionDelegate next)
    {
        if (await SignatureFilter.AdmitAsync(context.HttpContext, Url))
            await next();
        else
            context.Result = new EmptyResult();
    }
}
