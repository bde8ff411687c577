using Jettae.Client;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jettae.Studio;

/// <summary>Puts the studio into a web application.</summary>
public static class StudioSetup
{
    /// <summary>
    /// Adds the studio: its tables, booker, keeper, writer and accounts. Its clock is the registered <see cref="TimeProvider"/>,
    /// else the system's; its writer the registered <see cref="IChatClient"/>, else Claude with a key, else the sample writer.
    /// </summary>
    public static IServiceCollection AddStudio(this IServiceCollection services, StudioOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.TryAddSingleton(options.QStash);
        services.AddSingleton<StudioStore>();
        services.AddSingleton<StudioActivity>();
        services.AddSingleton<Changes>();
        services.AddSingleton(Writers.Info(options));
        services.AddSingleton(at => new Writer(
            at.GetService<IChatClient>() ?? Writers.Chat(options, Clock(at)),
            at.GetRequiredService<WriterInfo>(),
            options,
            Clock(at)
        ));
        services.AddSingleton<Composer>();
        services.AddSingleton<RunLedger>();
        services.AddSingleton(_ => new QStashClient(NewHttpClient(), options.QStash));
        services.AddSingleton<Booker>();
        services.AddSingleton<Keeper>();
        services.AddHostedService<StudioStart>();
        services.AddHostedService(at => at.GetRequiredService<Booker>());
        services.AddHostedService(at => at.GetRequiredService<Keeper>());
        services.AddHostedService<KeyRing>();
        AddDoors(services);
        AddSignIn(services, options);
        return services;
    }

    /// <summary>Maps the studio's API, its webhooks and the sign-in link. Needs no other middleware.</summary>
    public static IEndpointRouteBuilder MapStudioApi(this IEndpointRouteBuilder routes)
    {
        var options = routes.ServiceProvider.GetRequiredService<StudioOptions>();
        var open = routes.MapGroup("/api").AddEndpointFilter<Problems>();
        Webhook.Map(open, options);
        var api = routes.MapGroup("/api").AddEndpointFilter<Problems>().AddEndpointFilter<SignedIn>();
        ScheduleApi.Map(api);
        ContentApi.Map(api);
        RunApi.Map(api);
        SignInApi.Map(routes);
        return routes;
    }

    private static void AddDoors(IServiceCollection services)
    {
        services.AddSingleton(at => new Accounts(Store(at), at.GetRequiredService<StudioOptions>(), Clock(at)));
        services.AddSingleton(at => new SignInLinks(
            Store(at),
            at.GetRequiredService<Accounts>(),
            at.GetRequiredService<StudioOptions>(),
            Clock(at)
        ));
        services.AddSingleton(at => new Schedules(
            Store(at),
            at.GetRequiredService<Booker>(),
            at.GetRequiredService<Changes>(),
            Clock(at)
        ));
        services.AddSingleton(at => new Contents(Store(at), at.GetRequiredService<Changes>(), Clock(at)));
        services.AddSingleton(at => new Runs(Store(at)));
        services.AddSingleton(at => new Stats(Store(at), Clock(at)));
        services.AddSingleton(at => new Runner(
            at.GetRequiredService<RunLedger>(),
            at.GetRequiredService<Composer>(),
            at.GetRequiredService<Booker>(),
            at.GetRequiredService<Changes>(),
            at.GetRequiredService<StudioActivity>(),
            Clock(at),
            at.GetRequiredService<ILogger<Runner>>(),
            at.GetRequiredService<IHostApplicationLifetime>()
        ));
    }

    private static void AddSignIn(IServiceCollection services, StudioOptions options)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(options.DataFile))!;
        services
            .AddDataProtection()
            .SetApplicationName("jettae")
            .PersistKeysToFileSystem(OwnersOnly(Path.Combine(folder, "keys")));
        services
            .AddAuthentication(CookieAuthenticationDefaults.AuthenticationScheme)
            .AddCookie(cookie =>
            {
                cookie.Cookie.Name = "jettae";
                cookie.Cookie.HttpOnly = true;
                cookie.Cookie.SameSite = SameSiteMode.Lax;
                cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                cookie.ExpireTimeSpan = TimeSpan.FromDays(30);
                cookie.SlidingExpiration = true;
                cookie.LoginPath = "/sign-in";
            });
        services.AddAuthorization();
        services.TryAddSingleton<SignedIn>();
        services.TryAddSingleton<Problems>();
    }

    /// <summary>Who can read these keys can sign in as anyone.</summary>
    private static DirectoryInfo OwnersOnly(string folder) =>
        OperatingSystem.IsWindows()
            ? Directory.CreateDirectory(folder)
            : Directory.CreateDirectory(
                folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );

    private static HttpClient NewHttpClient() =>
        new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) });

    private static StudioStore Store(IServiceProvider at) => at.GetRequiredService<StudioStore>();

    private static TimeProvider Clock(IServiceProvider at) => at.GetRequiredService<TimeProvider>();

    /// <summary>The tables are up to date before anything else of the studio starts.</summary>
    private sealed class StudioStart(StudioStore store) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => store.PrepareAsync();

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
