using Jettae.Engine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Jettae.Bench;

/// <summary>An engine and nothing else, as its own process: what is measured, and what is killed.</summary>
public static class Serve
{
    public const string Token = "bench-token";

    public static async Task RunAsync(string file)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(EngineSetup.Configure);
        builder.Logging.ClearProviders().AddConsole().SetMinimumLevel(LogLevel.Error);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddJettaeEngine(
            new EngineOptions
            {
                DataFile = file,
                // Each measurement on a file of its own is on a schema of its own there.
                Database = Environment.GetEnvironmentVariable("DATABASE_URL"),
                DatabaseSchema =
                    "bench_"
                    + Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(file)))!
                        .ToLowerInvariant()
                        .Replace('-', '_')
                        .Replace('.', '_'),
                Tenants =
                [
                    new Tenant(
                        "bench",
                        Token,
                        "sig_bench_current_key_0000000000001",
                        "sig_bench_next_key_00000000000000002"
                    ),
                ],
                EgressAllow = ["127.0.0.0/8"],
            }
        );
        await using var app = builder.Build();
        app.MapEngine();
        await app.StartAsync();
        await Console.Out.WriteLineAsync(app.Urls.Single());
        await Console.In.ReadToEndAsync();
        await app.StopAsync();
    }
}
