using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Jettae;

/// <summary>
/// What a supervisor and a load balancer ask, without a token: is it alive, and may it be sent work. Names of parts only; what
/// is wrong with one is in the log.
/// </summary>
internal static class Health
{
    public const string Live = "/health/live";
    public const string Ready = "/health/ready";

    public static void MapHealth(this WebApplication app)
    {
        app.MapGet(Live, () => TypedResults.Text("ok")).AllowAnonymous();
        app.MapHealthChecks(
                Ready,
                new HealthCheckOptions { ResponseWriter = (http, report) => TellAsync(http, report, app.Lifetime) }
            )
            .AllowAnonymous();
    }

    private static Task TellAsync(HttpContext http, HealthReport report, IHostApplicationLifetime lifetime)
    {
        // What is in flight is seen to its end, and nothing new is to be sent here.
        var draining = lifetime.ApplicationStopping.IsCancellationRequested;
        var ready = report.Status == HealthStatus.Healthy && !draining;
        http.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        return http.Response.WriteAsJsonAsync(
            new
            {
                ready,
                draining,
                parts = report.Entries.ToDictionary(
                    part => part.Key,
                    part => part.Value.Status == HealthStatus.Healthy
                ),
            },
            http.RequestAborted
        );
    }
}
