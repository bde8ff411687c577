using Jettae.Client;
using Jettae.Engine;
using Jettae.Studio;

namespace Jettae;

/// <summary>Puts the two halves together in one web application. They meet only over HTTP.</summary>
public static class Composition
{
    /// <summary>The engine's tenant that is the program's own studio.</summary>
    internal const string OwnTenant = "jettae";

    /// <summary>Where the built-in engine keeps what it has, and nothing else of its options.</summary>
    internal static EngineOptions StoreOf(Settings settings)
    {
        var store = new EngineOptions
        {
            DataFile = Path.Combine(settings.DataFolder, BackupList.EngineFile),
            Database = settings.Database,
        };
        store.DatabaseSchema = settings.DatabaseSchema ?? store.DatabaseSchema;
        return store;
    }

    /// <summary>The whole program, not yet started.</summary>
    /// <param name="settings">What the operator said.</param>
    /// <param name="time">The clock of everything in it.</param>
    /// <param name="change">A last word on the options of both halves, for rehearsals.</param>
    public static WebApplication Build(
        Settings settings,
        TimeProvider time,
        Action<EngineOptions, StudioOptions>? change = null
    )
    {
        Enter(settings);
        var qstash = CredentialsOf(settings);
        var engine = EngineOptionsOf(settings, qstash);
        var studio = StudioOptionsOf(settings, qstash);
        change?.Invoke(engine, studio);

        var builder = WebApplication.CreateBuilder(
            new WebApplicationOptions
            {
                ApplicationName = typeof(Composition).Assembly.GetName().Name,
                ContentRootPath = AppContext.BaseDirectory,
            }
        );
        settings.Observation.AddTo(builder);
        builder.Services.AddSingleton(time);
        if (settings.Database is null)
            builder.Services.AddHostedService(_ => new FolderLock(settings.DataFolder));
        // Scripts and styles of the pages are found in a build as they are in what is published.
        builder.WebHost.UseStaticWebAssets();
        builder.WebHost.UseUrls([.. settings.Addresses]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            EngineSetup.Configure(kestrel);
        });
        if (settings.UsesBuiltInEngine)
            builder.Services.AddJettaeEngine(engine);
        if (settings.UsesBuiltInEngine && settings.QStashToken is null)
            builder.Services.AddHostedService(_ => new TokenWatch(settings, studio.QStash, time));
        builder.Services.AddStudio(studio);
        builder.Services.AddStudioPages();

        var app = builder.Build();
        app.MapHealth();
        settings.Observation.MapTo(app);
        if (settings.UsesBuiltInEngine)
            app.MapEngine();
        app.MapStudioApi();
        app.MapStudioPages();
        return app;
    }

    /// <summary>The studio's doors on the data folder, without its loops and pages: for commands, beside a program that runs.</summary>
    /// <param name="settings">What the operator said.</param>
    /// <param name="known">What QStash asks for, where that is known already; null: as it is kept.</param>
    public static ServiceProvider Doors(Settings settings, Credentials? known = null)
    {
        Enter(settings);
        var qstash = known ?? CredentialsOf(settings);
        return new ServiceCollection().AddLogging().AddStudio(StudioOptionsOf(settings, qstash)).BuildServiceProvider();
    }

    /// <summary>Whoever comes to the data comes by here: nobody works on half of it, or on what has gone elsewhere.</summary>
    /// <exception cref="SettingsException">A restore or a move was cut off, the folder was moved, or it is not root's.</exception>
    internal static void Enter(Settings settings)
    {
        Refuse(settings);
        if (settings.Database is not null)
            return;
        // Of whoever has written there so far: a folder that a container is given may be another's, and its files root's.
        FileOwner.RefuseRoot(StudioStoreOf(settings).DataFile);
        MakeFolder(settings.DataFolder);
    }

    /// <exception cref="SettingsException">A restore or a move was cut off, or the folder was moved.</exception>
    internal static void Refuse(Settings settings)
    {
        Restore.RefuseHalf(settings.DataFolder);
        MigrateCommand.RefuseMoved(settings);
    }

    /// <summary>Keys and people's texts lie there: it is its owner's only.</summary>
    internal static void MakeFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(folder);
        else
            Directory.CreateDirectory(
                folder,
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            );
    }

    /// <summary>What this program's QStash asks for and signs with.</summary>
    internal static Credentials CredentialsOf(Settings settings) =>
        settings.UsesBuiltInEngine
            ? Credentials.ForBuiltInEngine(settings)
            : new(settings.QStashToken!, settings.CurrentSigningKey!, settings.NextSigningKey!);

    private static EngineOptions EngineOptionsOf(Settings settings, Credentials credentials)
    {
        var usual = StoreOf(settings);
        return new()
        {
            DataFile = usual.DataFile,
            Database = usual.Database,
            DatabaseSchema = usual.DatabaseSchema,
            Tenants =
            [
                new Tenant(OwnTenant, credentials.Token, credentials.CurrentSigningKey, credentials.NextSigningKey)
                {
                    EgressAllow = [.. OwnDoors(settings)],
                },
            ],
            EgressAllow = settings.EgressAllow,
            EgressHttpsOnly = settings.EgressHttpsOnly,
            EgressPorts = settings.EgressPorts,
            Apis = settings.Apis,
            // Our own studio goes on with the trace that a booking began.
            TraceTo = [.. OwnUrls(settings).Select(url => url.GetLeftPart(UriPartial.Authority))],
            Limits = Limits.Parse(settings.Limits),
            Region = settings.Region,
            DeduplicationWindow = settings.DeduplicationWindow ?? usual.DeduplicationWindow,
            ScheduleGrace = settings.ScheduleGrace ?? usual.ScheduleGrace,
            DefaultTimeout = settings.DefaultTimeout ?? usual.DefaultTimeout,
            MaxTimeout = settings.MaxTimeout ?? usual.MaxTimeout,
            LogRetention = settings.LogRetention ?? usual.LogRetention,
            MaxBody = settings.MaxBody ?? usual.MaxBody,
        };
    }

    /// <summary>
    /// The program's own studio is on this machine: its very address and port may be called by its own messages, nothing else of
    /// loopback, and by nobody else.
    /// </summary>
    private static IEnumerable<string> OwnDoors(Settings settings) =>
        OwnUrls(settings).Select(url => $"{url.Host}:{url.Port}").Distinct();

    private static IEnumerable<Uri> OwnUrls(Settings settings) =>
        new[] { settings.OwnUrl, settings.PublicUrl }.Select(url => new Uri(url));

    /// <summary>Where the studio keeps what it has, and nothing else of its options.</summary>
    internal static StudioOptions StudioStoreOf(Settings settings) =>
        new()
        {
            DataFile = Path.Combine(settings.DataFolder, BackupList.StudioFile),
            Database = settings.Database is { } database ? PostgresStore.ConnectionStringOf(database) : null,
        };

    private static StudioOptions StudioOptionsOf(Settings settings, Credentials credentials) =>
        new()
        {
            DataFile = StudioStoreOf(settings).DataFile,
            Database = StudioStoreOf(settings).Database,
            PublicUrl = settings.PublicUrl,
            QStash = new QStashOptions
            {
                Url = new Uri(settings.UsesBuiltInEngine ? settings.OwnUrl : settings.QStashUrl!),
                Token = credentials.Token,
                CurrentSigningKey = credentials.CurrentSigningKey,
                NextSigningKey = credentials.NextSigningKey,
            },
            AnthropicKey = settings.AnthropicKey,
            AnthropicUrl = settings.AnthropicUrl,
            Model = settings.Model ?? new StudioOptions().Model,
            ApiToken = settings.ApiToken,
            QStashIsBuiltIn = settings.UsesBuiltInEngine,
            TrustedProxies = settings.TrustedProxies,
            ParallelRuns = settings.ParallelRuns ?? new StudioOptions().ParallelRuns,
            RunRetention = settings.RunRetention,
        };
}
