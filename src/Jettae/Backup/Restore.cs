using Jettae.Engine;
using Jettae.Studio;

namespace Jettae;

/// <summary>Puts a backup where a data folder is to be. The folder is whole afterwards, or as empty as before.</summary>
internal static class Restore
{
    /// <summary>Inside the data folder, and so on its disk: what is being put together, until the last file is in its place.</summary>
    private const string Draft = "restoring";

    /// <returns>What was restored, and how many bookings are published anew.</returns>
    /// <exception cref="SettingsException">There is a database, the folder is in use or not empty, or the backup is damaged.</exception>
    public static async Task<(BackupList List, int Rebooked)> RunAsync(
        Settings settings,
        string source,
        CancellationToken cancel
    )
    {
        if (settings.Database is not null)
            throw new SettingsException(
                "With DATABASE_URL nothing lies in the data folder: restore without it, and 'jettae migrate' takes the folder to a database."
            );
        var folder = settings.DataFolder;
        RefuseUnlessEmpty(folder);
        FileOwner.RefuseRoot(folder);
        Composition.MakeFolder(folder);
        var draft = Path.Combine(folder, Draft);
        Composition.MakeFolder(draft);
        BackupList list;
        int rebooked;
        try
        {
            Backup.Unpack(Path.GetFullPath(source), draft);
            list = await BackupList.CheckedAsync(draft, cancel);
            rebooked = await RebookAsync(settings.With(draft, database: null), cancel);
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
            FolderLock.IsHeld(folder)
                ? $"A Jettae runs on {folder}. Restore into a folder that is empty: JETTAE_DATA names it."
                : $"{folder} is not empty. Restore into a folder that is: JETTAE_DATA names it."
        );
    }

    /// <summary>
    /// The engine's copy is the older one: a slot that was booked between the two is known to the studio only, and nobody would
    /// come for it. A QStash elsewhere still has its messages.
    /// </summary>
    private static async Task<int> RebookAsync(Settings settings, CancellationToken cancel)
    {
        var engine = Composition.StoreOf(settings);
        if (!settings.UsesBuiltInEngine || !File.Exists(engine.DataFile))
            return 0;
        await using var doors = Composition.Doors(settings);
        return await doors
            .GetRequiredService<Rebooking>()
            .RunAsync(messages => Store.Beside(engine, db => Messages.PendingAmong(db, messages)), cancel);
    }
}
