using System.Data.Common;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Engine;

/// <summary>The engine's HTTP API: QStash v2 (contract §1). Each concept brings its own routes.</summary>
public static class EngineApi
{
    /// <summary>Said to who has the path of a publish in the SDK's address: <c>/v2/publish/v2/…</c> (contract Q42).</summary>
    internal const string WrongAddress =
        "there is no such path: QSTASH_URL must be the address alone, such as http://127.0.0.1:8080, without /v2/publish or /v2 at its end";

    /// <summary>Maps all routes under <c>/v2</c>.</summary>
    public static void MapEngine(this IEndpointRouteBuilder app)
    {
        var v2 = app.MapGroup("/v2").AddEndpointFilter(GuardAsync).DisableAntiforgery();
        MessageApi.Map(v2);
        Of<Queues>().Map(v2);
        Of<Schedules>().Map(v2);
        Of<UrlGroups>().Map(v2);
        Of<FlowControls>().Map(v2);
        Of<DeadLetters>().Map(v2);
        Of<Log>().Map(v2);
        Of<Keys>().Map(v2);
        // Not MapFallback: compiled ahead it leaves out every path that looks like a file's name.
        v2.Map(
                "/{**rest}",
                IResult (HttpContext http) =>
                    Wire.Error(
                        404,
                        HasOurPathTwice(http.Request.Path)
                            ? WrongAddress
                            : $"there is no {http.Request.Method} {MessageHeaders.Shortened(http.Request.Path)}"
                    )
            )
            .WithOrder(int.MaxValue);

        T Of<T>()
            where T : notnull => app.ServiceProvider.GetRequiredService<T>();
    }

    private static bool HasOurPathTwice(PathString path) =>
        path.StartsWithSegments("/v2/v2", StringComparison.OrdinalIgnoreCase)
        || path.StartsWithSegments("/v2/publish", StringComparison.OrdinalIgnoreCase);

    /// <summary>Who asks, what they may, and the one place where refusals become answers.</summary>
    private static async ValueTask<object?> GuardAsync(
        EndpointFilterInvocationContext context,
        EndpointFilterDelegate next
    )
    {
        var http = context.HttpContext;
        try
        {
            if (Token(http) is not { } token || Service<Tokens>(http).Find(token) is not { } bearer)
                return Wire.Error(401, "unauthorized: send a valid token as 'Authorization: Bearer TOKEN'");
            if (bearer.ReadOnly && Changes(http.Request))
                return Wire.Error(403, "forbidden: this token may read everything and change nothing");
            http.SetTenant(bearer.Tenant);
            if (!IsPublishing(http.Request))
                Service<Allowances>(http).TakeRequest(http);
            var answer = await next(context);
            if (IsPublishing(http.Request))
                try
                {
                    Service<Allowances>(http).TellMessages(http);
                }
                catch (DbException)
                {
                    // The messages are committed: to say "try again" for what is only told besides would make them twice.
                }
            return answer;
        }
        catch (RejectedException rejected)
        {
            if (rejected.Status == 429 && !http.Response.Headers.ContainsKey(Allowances.Burst + "-Limit"))
                Service<Allowances>(http).TellMessages(http);
            return Wire.Error(rejected.Status, rejected.Message);
        }
        catch (BadHttpRequestException broken)
        {
            return Wire.Error(broken.StatusCode, broken.Message);
        }
        catch (Exception trouble) when (trouble is DbException or ObjectDisposedException)
        {
            http.Response.Headers.RetryAfter = "1";
            return Wire.Error(
                503,
                "the store cannot take this now; try again, with an Upstash-Deduplication-Id if it must not come twice"
            );
        }
    }

    /// <summary>A rotation may be asked for by GET, as older examples do; it changes the keys all the same.</summary>
    private static bool Changes(HttpRequest request) =>
        !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        || request.Path.Value!.TrimEnd('/').Equals("/v2/keys/rotate", StringComparison.OrdinalIgnoreCase);

    /// <summary>Publishing has no limit by the second, however it is spelled (contract §7).</summary>
    private static bool IsPublishing(HttpRequest request) =>
        HttpMethods.IsPost(request.Method)
        && (
            request.Path.StartsWithSegments("/v2/publish", StringComparison.OrdinalIgnoreCase)
            || request.Path.StartsWithSegments("/v2/enqueue", StringComparison.OrdinalIgnoreCase)
            || request.Path.StartsWithSegments("/v2/batch", StringComparison.OrdinalIgnoreCase)
        );

    private static T Service<T>(HttpContext http) => (T)http.RequestServices.GetService(typeof(T))!;

    private static string? Token(HttpContext http)
    {
        const string bearer = "Bearer ";
        // Given twice, nobody can say which one was meant.
        var given = http.Request.Headers.Authorization;
        if (given.Count > 1)
            return null;
        var header = given.ToString();
        return header.StartsWith(bearer, StringComparison.OrdinalIgnoreCase)
            ? header[bearer.Length..].Trim()
            : http.Request.Query["qstash_token"].FirstOrDefault();
    }
}
