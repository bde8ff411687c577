using System.CommandLine;

namespace Jettae;

/// <summary>Copies the data folder while the program runs, and puts a copy back where nothing is yet.</summary>
internal static class BackupCommands
{
    public static Command Backup()
    {
        var target = new Argument<string>("target")
        {
            Description =
                "A folder that is not there yet, or a file that ends in .zip. It holds secrets: keep it as safe as the data folder.",
        };
        var command = new Command("backup", "Copies the whole data folder, also while the program runs.") { target };
        command.SetAction(
            (parsed, cancel) =>
                Running.SafelyAsync(async () =>
                {
                    var settings = new Settings(Running.SettingsSources());
                    if (settings.Database is not null)
                        throw new SettingsException(
                            "With DATABASE_URL nothing lies in the data folder: back the database up, with pg_dump or as its host does."
                        );
                    var list = await Jettae.Backup.MakeAsync(
                        settings,
                        parsed.GetValue(target)!,
                        TimeProvider.System,
                        cancel
                    );
                    await Console.Out.WriteLineAsync(
                        $"backed up {settings.DataFolder}: {list.Files.Count} files, {list.Files.Sum(file => file.Bytes)} bytes"
                    );
                })
        );
        return command;
    }

    public static Command Restore()
    {
        var source = new Argument<string>("backup") { Description = "What 'backup' made, folder or file." };
        var command = new Command("restore", "Puts a backup into the data folder (JETTAE_DATA), which must be empty.")
        {
            source,
        };
        command.SetAction(
            (parsed, cancel) =>
                Running.SafelyAsync(async () =>
                {
                    var settings = new Settings(Running.SettingsSources());
                    var (list, rebooked) = await Jettae.Restore.RunAsync(settings, parsed.GetValue(source)!, cancel);
                    await Console.Out.WriteLineAsync(
                        $"""
                        restored {settings.DataFolder} as it was at {list.MadeAt:yyyy-MM-dd HH:mm:ss}Z; {rebooked} bookings are made anew
                        Once it is started, what is due is delivered: the program that the backup comes from must not run any more.
                        """
                    );
                })
        );
        return command;
    }
}
