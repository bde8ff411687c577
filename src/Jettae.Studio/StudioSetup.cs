using Jettae.Client;
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
    /// <summary>Whether the tables are of this version; null where there are none yet. To ask changes nothing.</summary>
    public static async Task<bool?> IsCurrentAsync(StudioOptions options, CancellationToken cancel)
    {
        if (options.Database is null && !File.Exists(options.DataFile))
            return null;
        using var store = StudioStore.Of(options);
        return await store.IsCurrentAsync(cancel);
    }

    /// <summary>What keeps the user of the database from the studio's rows, in a sentence; null for nothing. To ask changes nothing.</summary>
    public static async Task<string?> ObstacleAsync(StudioOptions options, CancellationToken cancel)
    {
        using var store = new PostgresStudioStore(options.Database!);
        return await store.ObstacleAsync(cancel);
    }

    /// <summary>
    /// Adds the studio: its tables, booker, keeper, writer and accounts. Its clock is the registered <see cref="TimeProvider"/>,
    /// else the system's; its writer the registered <see cref="IChatClient"/>, else Claude with a key, else the sample writer.
    /// </summary>
    public static IServiceCollection AddStudio(this IServiceCollection services, StudioOptions options)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.TryAddSingleton(options.QStash);
        services.AddSingleton(_ => StudioStore.Of(options));
        services.AddSingleton<StudioActivity>();
        services.AddSingleton(_ => new Changes(options));
        services.AddSingleton<Node>();
        services.AddSingleton<WrittenElsewhere>();
        services.AddSingleton(at => new Retention(options, Clock(at)));
        services.AddSingleton(at => new Writers(
            Store(at),
            options,
            at.GetRequiredService<Changes>(),
            at.GetRequiredService<IDataProtectionProvider>(),
            Clock(at),
            at.GetService<IChatClient>()
        ));
        services.AddTransient(at => at.GetRequiredService<Writers>().Current);
        services.AddSingleton<Composer>();
        services.AddSingleton<RunLedger>();
        services.AddSingleton(_ => new QStashClient(NewHttpClient(), options.QStash));
        services.AddSingleton<Booker>();
        services.AddSingleton<Keeper>();
        services.AddSingleton<Watcher>();
        services.AddSingleton<Erasure>();
        services.AddSingleton<Pruner>();
        services.AddSingleton<RefusedDeliveries>();
        services.AddHostedService<StudioStart>();
        if (options.Database is not null)
            AddBeat(services);
        services.AddHostedService(at => at.GetRequiredService<Booker>());
        services.AddHostedService(at => at.GetRequiredService<Keeper>());
        services.AddHostedService<KeyRing>();
        services.AddHostedService(at => at.GetRequiredService<Watcher>());
        services.AddHealthChecks().AddCheck<StudioStoreAnswers>("studio_store").AddCheck<KeeperLooked>("studio_keeper");
        services.AddHostedService(at => at.GetRequiredService<Erasure>());
        services.AddHostedService(at => at.GetRequiredService<Pruner>());
        AddDoors(services);
        services.AddSignIn(options);
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
        SlotApi.Map(api);
        ContentApi.Map(api);
        RunApi.Map(api);
        AlertApi.Map(api);
        SettingsApi.Map(api);
        PriceApi.Map(api);
        SignInApi.Map(routes, api);
        OpenApi.Map(routes);
        return routes;
    }

    /// <summary>Nodes that share a database hear of one another.</summary>
    private static void AddBeat(IServiceCollection services)
    {
        services.AddSingleton<Heard>();
        services.AddSingleton(at => (PostgresStudioStore)Store(at));
        services.AddHostedService<Beat>();
    }

    private static void AddDoors(IServiceCollection services)
    {
        services.AddSingleton(at => new ApiTokens(Store(at), Clock(at)));
        services.AddSingleton(at => new Sessions(Store(at), at.GetRequiredService<Changes>(), Clock(at)));
        services.AddSingleton(at => new Preferences(Store(at)));
        services.AddSingleton(at => new Brands(Store(at), at.GetRequiredService<Changes>()));
        services.AddSingleton(at => new WriterSettings(
            at.GetRequiredService<Writers>(),
            at.GetRequiredService<Accounts>(),
            at.GetRequiredService<StudioOptions>(),
            Clock(at)
        ));
        services.AddSingleton(at => new QStashCheck(
            at.GetRequiredService<QStashClient>(),
            at.GetRequiredService<StudioOptions>()
        ));
        services.AddSingleton(at => new OwnData(Store(at), at.GetRequiredService<Erasure>()));
        services.AddSingleton(at => new Accounts(
            Store(at),
            at.GetRequiredService<ApiTokens>(),
            at.GetRequiredService<StudioOptions>(),
            Clock(at)
        ));
        services.AddSingleton(at => new Prices(
            Store(at),
            at.GetRequiredService<Accounts>(),
            at.GetRequiredService<Changes>(),
            Clock(at)
        ));
        services.AddSingleton(at => new SignInLinks(
            Store(at),
            at.GetRequiredService<Accounts>(),
            at.GetRequiredService<StudioOptions>(),
            Clock(at)
        ));
        services.AddSingleton(at => new Rebooking(Store(at), Clock(at)));
        services.AddSingleton(at => new Slots(
            Store(at),
            at.GetRequiredService<Booker>(),
            at.GetRequiredService<Changes>(),
            Clock(at)
        ));
        services.AddSingleton(at => new CalendarItems(Store(at), Clock(at)));
        services.AddSingleton(at => new Schedules(
            Store(at),
            at.GetRequiredService<Booker>(),
            at.GetRequiredService<Changes>(),
            Clock(at)
        ));
        services.AddSingleton(at => new Contents(Store(at), at.GetRequiredService<Changes>(), Clock(at)));
        services.AddSingleton(at => new Runs(Store(at), at.GetRequiredService<Retention>()));
        services.AddSingleton(at => new NextTry(at.GetRequiredService<QStashClient>()));
        services.AddSingleton(at => new Stats(Store(at), Clock(at)));
        services.AddSingleton(at => new Series(Store(at), Clock(at)));
        services.AddSingleton(at => new Estimates(Store(at), Clock(at)));
        services.AddSingleton(at => new Monitoring(Store(at), at.GetRequiredService<Stats>(), Clock(at)));
        services.AddSingleton(at => new Notices(
            Store(at),
            at.GetRequiredService<Schedules>(),
            at.GetRequiredService<QStashClient>(),
            at.GetRequiredService<StudioOptions>(),
            at.GetRequiredService<IDataProtectionProvider>(),
            Clock(at),
            at.GetRequiredService<ILogger<Notices>>()
        ));
        services.AddSingleton(at => new Alerts(
            Store(at),
            at.GetRequiredService<Accounts>(),
            at.GetRequiredService<Notices>(),
            at.GetRequiredService<Changes>(),
            Clock(at)
        ));
        services.AddSingleton(at => new Home(Store(at), at.GetRequiredService<Stats>(), Clock(at)));
        services.AddSingleton(at => new Runner(
            at.GetRequiredService<RunLedger>(),
            at.GetRequiredService<Composer>(),
            at.GetRequiredService<Booker>(),
            at.GetRequiredService<Watcher>(),
            at.GetRequiredService<Node>(),
            at.GetRequiredService<WrittenElsewhere>(),
            at.GetRequiredService<Changes>(),
            at.GetRequiredService<StudioActivity>(),
            Clock(at),
            at.GetRequiredService<ILogger<Runner>>(),
            at.GetRequiredService<IHostApplicationLifetime>()
        ));
    }

    private static HttpClient NewHttpClient() =>
        new(new Telemetry.Carrier(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) }));

    private static StudioStore Store(IServiceProvider at) => at.GetRequiredService<StudioStore>();

    private static TimeProvider Clock(IServiceProvider at) => at.GetRequiredService<TimeProvider>();

    /// <summary>The tables and the keys are there, and the writer is known, before anything else of the studio starts.</summary>
    private sealed class StudioStart(StudioStore store, IDataProtectionProvider protection, Writers writers)
        : IHostedService
    {
        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await store.PrepareAsync();
            // Of nodes that start together one makes the first key while the others wait. With a key each they would not know
            // the others' for a day.
            await store.WriteAsync(
                _ => Task.FromResult(protection.CreateProtector("jettae.start").Protect("")),
                cancellationToken
            );
            await writers.ReadAsync(cancellationToken);
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
