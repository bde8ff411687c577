using Jettae.Engine;
using Jettae.Studio;

namespace Jettae;

/// <summary>Puts a backup where a data folder is to be. The folder is whole afterwards, or as empty as before.</summary>
internal static class Restore
{
    /// <summary>Inside the data folder, and so on its disk: what is being put together, until the last file is in its place.</summary>
    private const string Draft = "restoring";

    /// <returns>What was restored, and how many bookings are published anew.</returns>
    /// <exception cref="SettingsException">The folder is in use or not empty, or the backup is damaged.</exception>
    public static async Task<(BackupList List, int Rebooked)> RunAsync(
        IConfiguration sources,
        string source,
        CancellationToken cancel
    )
    {
        var settings = new Settings(sources);
        var folder = settings.DataFolder;
        RefuseUnlessEmpty(folder);
        Composition.MakeFolder(folder);
        var draft = Path.Combine(folder, Draft);
        Composition.MakeFolder(draft);
        BackupList list;
        int rebooked;
        try
        {
            Backup.Unpack(Path.GetFullPath(source), draft);
            list = await BackupList.CheckedAsync(draft, cancel);
            rebooked = await RebookAsync(sources, draft, cancel);
            foreach (var store in BackupList.Stores.Where(store => File.Exists(Path.Combine(draft, store))))
                Backup.CloseStore(Path.Combine(draft, store));
        }
        catch
        {
            Directory.Delete(draft, recursive: true);
            throw;
        }
        Place(list, draft, folder);
        return (list, rebooked);
    }

    /// <summary>The stores last. Cut off here, the draft stays, and with it nothing starts on half of the files.</summary>
    private static void Place(BackupList list, string draft, string folder)
    {
        foreach (var path in list.Files.Select(file => file.Path).Reverse())
        {
            Composition.MakeFolder(Path.GetDirectoryName(Path.Combine(folder, path))!);
            File.Move(Path.Combine(draft, path), Path.Combine(folder, path));
        }
        Directory.Delete(draft, recursive: true);
    }

    /// <exception cref="SettingsException">A restore was cut off here.</exception>
    public static void RefuseHalf(string folder)
    {
        if (Directory.Exists(Path.Combine(folder, Draft)))
            throw new SettingsException(
                $"{folder} holds a restore that was cut off, or is still under way. Empty the folder and restore again."
            );
    }

    private static void RefuseUnlessEmpty(string folder)
    {
        if (!Directory.Exists(folder) || !Directory.EnumerateFileSystemEntries(folder).Any())
            return;
        throw new SettingsException(
            IsInUse(folder)
                ? $"A Jettae runs on {folder}. Restore into a folder that is empty: JETTAE_DATA names it."
                : $"{folder} is not empty. Restore into a folder that is: JETTAE_DATA names it."
        );
    }

    private static bool IsInUse(string folder)
    {
        var file = Path.Combine(folder, BackupList.EngineFile + ".lock");
        try
        {
            if (File.Exists(file))
                new FileStream(file, FileMode.Open, FileAccess.ReadWrite, FileShare.None).Dispose();
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>
    /// The engine's copy is the older one: a slot that was booked between the two is known to the studio only, and nobody would
    /// come for it. A QStash elsewhere still has its messages.
    /// </summary>
    private static async Task<int> RebookAsync(IConfiguration sources, string draft, CancellationToken cancel)
    {
        var engineFile = Path.Combine(draft, BackupList.EngineFile);
        if (!File.Exists(engineFile))
            return 0;
        var settings = new Settings(
            new ConfigurationBuilder()
                .AddConfiguration(sources)
                .AddInMemoryCollection(new Dictionary<string, string?> { ["JETTAE_DATA"] = draft })
                .Build()
        );
        if (!settings.UsesBuiltInEngine)
            return 0;
        var engine = new EngineOptions { DataFile = engineFile };
        await using var doors = Composition.Doors(settings);
        return await doors
            .GetRequiredService<Rebooking>()
            .RunAsync(messages => Store.Beside(engine, db => Messages.PendingAmong(db, messages)), cancel);
    }
}
