using System.Security.Cryptography;
using System.Text;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Jettae;

/// <summary>
/// Who watches the program: its log as JSON, measurements for Prometheus, measurements and traces by OTLP. Nothing is counted,
/// served or sent unless a setting asks for it, and none of it holds a word of anybody's content.
/// </summary>
public sealed class Observation
{
    private const int ShortestToken = 16;

    /// <summary>Sources and meters of both halves; the framework's own spans hold URLs, and are left out.</summary>
    private static readonly string[] Own = ["Jettae.Engine", "Jettae.Studio"];

    /// <summary>The runtime's memory and threads, and requests by route: templates, never what was asked for.</summary>
    private static readonly string[] Framework = ["System.Runtime", "Microsoft.AspNetCore.Hosting"];

    private readonly bool isJson;
    private readonly string? metricsToken;
    private readonly bool exports;

    public Observation(IConfiguration configuration)
    {
        isJson = Value("JETTAE_LOG") switch
        {
            null or "text" => false,
            "json" => true,
            var other => throw new SettingsException($"JETTAE_LOG must be json or text; received '{other}'."),
        };
        metricsToken = Value("JETTAE_METRICS_TOKEN");
        if (metricsToken is { Length: < ShortestToken })
            throw new SettingsException(
                $"JETTAE_METRICS_TOKEN must have {ShortestToken} characters at the least; received {metricsToken.Length}."
            );
        exports = Value("OTEL_EXPORTER_OTLP_ENDPOINT") is not null;

        string? Value(string name) => configuration[name]?.Trim() is { Length: > 0 } value ? value : null;
    }

    /// <summary>The log is read by a program: each line of the output is a JSON object.</summary>
    public bool IsJson => isJson;

    public void AddTo(WebApplicationBuilder builder)
    {
        AddLog(builder.Logging);
        if (metricsToken is null && !exports)
            return;
        var watched = builder
            .Services.AddOpenTelemetry()
            // What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say goes before.
            .ConfigureResource(resource =>
                resource
                    .AddService("jettae", serviceVersion: typeof(Observation).Assembly.GetName().Version?.ToString(3))
                    .AddEnvironmentVariableDetector()
            )
            .WithMetrics(metrics =>
            {
                metrics.AddMeter([.. Own, .. Framework]);
                if (exports)
                    metrics.AddOtlpExporter();
                if (metricsToken is not null)
                    metrics.AddPrometheusExporter();
            });
        if (exports)
            watched.WithTracing(traces => traces.AddSource(Own).AddOtlpExporter());
    }

    public void MapTo(WebApplication app)
    {
        if (metricsToken is not null)
            app.MapPrometheusScrapingEndpoint("/metrics").Add(Guard);
    }

    /// <summary>
    /// Whatever level the settings say, the framework tells its troubles only: at any other it names the path of every request,
    /// and paths hold sign-in codes and destinations, queries tokens.
    /// </summary>
    private void AddLog(ILoggingBuilder log)
    {
        log.AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning)
            .AddFilter("System.Net.Http", LogLevel.Warning)
            // A start that fails is told in one sentence by whoever started it.
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical)
            .AddFilter("Microsoft.AspNetCore.DataProtection.KeyManagement.XmlKeyManager", LogLevel.Error)
            // Of each page with a form, that it must not be kept: it was not going to be.
            .AddFilter("Microsoft.AspNetCore.Antiforgery", LogLevel.Error)
            // What is not ready is told to whoever asks, as often as they do.
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        if (isJson)
            log.ClearProviders()
                .AddJsonConsole(console =>
                {
                    console.UseUtcTimestamp = true;
                    console.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
                    // They would name each request's path.
                    console.IncludeScopes = false;
                });
    }

    /// <summary>Only who has the token; it opens nothing else.</summary>
    private void Guard(EndpointBuilder endpoint)
    {
        var scrape = endpoint.RequestDelegate!;
        var wanted = Encoding.UTF8.GetBytes($"Bearer {metricsToken}");
        endpoint.RequestDelegate = http =>
        {
            var given = Encoding.UTF8.GetBytes(http.Request.Headers.Authorization.ToString());
            if (CryptographicOperations.FixedTimeEquals(given, wanted))
                return scrape(http);
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            http.Response.Headers.WWWAuthenticate = "Bearer";
            return Task.CompletedTask;
        };
    }
}
