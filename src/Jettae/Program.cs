using System.CommandLine;
using Jettae;
using Jettae.Engine;
using Jettae.Studio;
using RejectedException = Jettae.Engine.RejectedException;

var root = new RootCommand("Jettae writes your content on schedule and never misses a slot.");
root.Subcommands.Add(Rehearsal.Command());
root.Subcommands.Add(Doctor.Command());
root.Subcommands.Add(DevelopmentServer.Command());
root.Subcommands.Add(TokenCommand.Command());
root.Subcommands.Add(SignInCommand.Command());
root.Subcommands.Add(ReadyCommand.Command());
root.Subcommands.Add(BackupCommands.Backup());
root.Subcommands.Add(BackupCommands.Restore());
root.Subcommands.Add(MigrateCommand.Command());
root.Subcommands.Add(SupabaseCommand.Command());
root.SetAction((_, cancel) => Running.RunAsync(cancel));

// A stop drains what is in flight: it has its own bounds, and two seconds (the default) would cut it off.
return await root.Parse(args).InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });

namespace Jettae
{
    internal static partial class Running
    {
        /// <summary>Starts both halves, says where they are, and goes on until told to stop.</summary>
        public static Task<int> RunAsync(CancellationToken cancel) =>
            SafelyAsync(async () =>
            {
                var settings = new Settings(SettingsSources());
                await using var app = Composition.Build(settings, TimeProvider.System);
                await app.StartAsync(cancel);
                await GreetAsync(app, settings);
                await app.WaitForShutdownAsync(cancel);
            });

        /// <summary>What keeps a command from its work is said in one sentence; its exit code is 1 then.</summary>
        public static async Task<int> SafelyAsync(Func<Task> act)
        {
            try
            {
                await act();
                return 0;
            }
            catch (Exception refused)
                when (refused
                        is SettingsException
                            or RejectedException
                            or InvalidOperationException
                            or IOException
                            or UnauthorizedAccessException
                            or System.Net.Sockets.SocketException
                            or System.Data.Common.DbException
                )
            {
                await Console.Error.WriteLineAsync(refused.Message);
                return 1;
            }
        }

        public static IConfiguration SettingsSources() =>
            new ConfigurationBuilder()
                .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
                .AddEnvironmentVariables()
                .Build();

        [LoggerMessage(
            LogLevel.Information,
            "Jettae runs on {Url} with its data in {Place}; 'jettae sign-in' prints a link to sign in with."
        )]
        private static partial void LogRunning(ILogger log, string url, string place);

        private static string Database(Settings settings) =>
            settings.Database is { } database
                ? $"\n  Database          {PostgresStore.Describe(database)} (the data folder is not used)"
                : "";

        private static async Task GreetAsync(WebApplication app, Settings settings)
        {
            if (settings.Observation.IsJson)
            {
                // A log is kept and read by many: the sign-in link is not for it.
                LogRunning(
                    app.Logger,
                    settings.OwnUrl,
                    settings.Database is { } database ? PostgresStore.Describe(database) : settings.DataFolder
                );
                return;
            }
            var link = await app.Services.GetRequiredService<SignInLinks>().CreateAsync();
            var writer = app.Services.GetRequiredService<Writers>().Current;
            await Console.Out.WriteLineAsync(
                $"""

                  Jettae runs on    {settings.OwnUrl}
                  Sign in (once)    {link}
                  Data folder       {settings.DataFolder}
                  Writer            {writer.Name} ({writer.Model})
                  QStash            {(settings.UsesBuiltInEngine ? "built in" : settings.QStashUrl)}{Database(settings)}

                """
            );
        }
    }
}
