using System.CommandLine;
using Jettae.Engine;
using Microsoft.AspNetCore.Connections;

namespace Jettae;

/// <summary>
/// The engine alone, for people who only want QStash on their own machine: the address, token and keys that the official SDKs
/// know by heart for development (contract §4), destinations anywhere, and nothing kept unless asked for.
/// </summary>
internal static class DevelopmentServer
{
    private const string Token = "eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0=";
    private const string CurrentKey = "sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r";
    private const string NextKey = "sig_5ZB6DVzB1wjE8S6rZ7eenA8Pdnhs";

    /// <summary>QStash's own console, which asks a local server from the browser (contract §1.1). No other page may: everybody knows the token.</summary>
    private const string HostedConsole = "https://console.upstash.com";

    public static Command Command()
    {
        var port = new Option<int>("--port", "-p")
        {
            Description = "The port to listen on; QSTASH_DEV_PORT says it too.",
            DefaultValueFactory = _ =>
                int.TryParse(Environment.GetEnvironmentVariable("QSTASH_DEV_PORT"), out var given) ? given : 8080,
        };
        var host = new Option<string>("--host")
        {
            Description =
                "The address to listen on. Everybody knows the token: keep it to this machine, or to a container.",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        var data = new Option<string?>("--data")
        {
            Description = "A folder that keeps the messages. Without it nothing outlives the program.",
        };
        var region = new Option<string?>("--region")
        {
            Description = "The region that deliveries name, for receivers of several. Without it they name none.",
        };
        region.AcceptOnlyFromAmong([.. EngineOptions.Regions]);
        var command = new Command(
            "dev",
            "Runs the engine alone, as a local QStash with the well-known development token."
        )
        {
            port,
            host,
            data,
            region,
        };
        command.SetAction(
            (parsed, cancel) =>
                Running.SafelyAsync(() =>
                    RunAsync(
                        parsed.GetValue(host)!,
                        parsed.GetValue(port),
                        parsed.GetValue(data),
                        parsed.GetValue(region),
                        cancel
                    )
                )
        );
        return command;
    }

    private static async Task RunAsync(string host, int port, string? folder, string? region, CancellationToken cancel)
    {
        if (port is < 0 or > 65_535)
            throw new SettingsException($"--port must be from 0 to 65535; received '{port}'.");
        var temporary = folder is null ? Directory.CreateTempSubdirectory("jettae-dev") : null;
        try
        {
            await using var app = Build(host, port, temporary?.FullName ?? Path.GetFullPath(folder!), region);
            try
            {
                await app.StartAsync(cancel);
            }
            catch (IOException taken) when (taken.InnerException is AddressInUseException)
            {
                throw new SettingsException(
                    $"Another program listens on port {port} of {host} already: end it, or choose another port with --port."
                );
            }
            var url = app.Urls.First();
            await Console.Out.WriteLineAsync(
                $"""

                  A local QStash runs on {url}, {(
                    temporary is null ? $"kept in {folder}" : "nothing is kept"
                )}

                QSTASH_URL={url}
                QSTASH_TOKEN={Token}
                QSTASH_CURRENT_SIGNING_KEY={CurrentKey}
                QSTASH_NEXT_SIGNING_KEY={NextKey}

                """
            );
            await app.WaitForShutdownAsync(cancel);
        }
        finally
        {
            temporary?.Delete(recursive: true);
        }
    }

    private static WebApplication Build(string host, int port, string folder, string? region)
    {
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory }
        );
        var sources = Running.SettingsSources();
        var observation = new Observation(sources);
        // Of the program's settings only these are meant for it: QSTASH_URL, say, is for what is developed.
        var meant = new Dictionary<string, string?> { ["JETTAE_APIS"] = sources["JETTAE_APIS"] };
        observation.AddTo(builder);
        builder.WebHost.UseUrls($"http://{(host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host)}:{port}");
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            EngineSetup.Configure(kestrel);
        });
        builder
            .Services.AddCors()
            .AddSingleton(TimeProvider.System)
            .AddJettaeEngine(
                new EngineOptions
                {
                    DataFile = Path.Combine(folder, "engine.db"),
                    Tenants = [new Tenant("defaultUser", Token, CurrentKey, NextKey)],
                    // What is developed runs on this machine and around it.
                    EgressAllow = ["0.0.0.0/0", "::/0"],
                    Apis = new Settings(new ConfigurationBuilder().AddInMemoryCollection(meant).Build()).Apis,
                    Region = region,
                }
            );
        var app = builder.Build();
        app.UseCors(page => page.WithOrigins(HostedConsole).AllowAnyHeader().AllowAnyMethod().WithExposedHeaders("*"));
        app.MapHealth();
        observation.MapTo(app);
        app.MapEngine();
        return app;
    }
}
