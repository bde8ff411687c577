using System.Security.Cryptography;
using System.Text.Json;

namespace Jettae;

/// <summary>What a backup holds, as written beside it.</summary>
/// <param name="Format">1; a later one is refused.</param>
/// <param name="Version">Of the program that made it.</param>
/// <param name="MadeAt">When.</param>
/// <param name="Files">Each with its size and hash.</param>
internal sealed record BackupList(int Format, string Version, DateTimeOffset MadeAt, IReadOnlyList<BackedUp> Files)
{
    public const string Name = "backup.json";
    public const string EngineFile = "engine.db";
    public const string StudioFile = "studio.db";
    private const int Known = 1;
    private const string CredentialsFile = "credentials.json";
    private const string KeysFolder = "keys";

    /// <summary>In the order in which they are copied.</summary>
    public static readonly IReadOnlyList<string> Stores = [EngineFile, StudioFile];

    /// <summary>Beside the stores: what opens and signs.</summary>
    public static IEnumerable<string> Others(string folder)
    {
        if (File.Exists(Path.Combine(folder, CredentialsFile)))
            yield return CredentialsFile;
        var keys = Path.Combine(folder, KeysFolder);
        foreach (var key in Directory.Exists(keys) ? Directory.EnumerateFiles(keys, "*.xml") : [])
            yield return Path.Combine(KeysFolder, Path.GetFileName(key));
    }

    public static async Task<BackupList> OfAsync(string folder, DateTimeOffset now, CancellationToken cancel)
    {
        var files = new List<BackedUp>();
        foreach (var path in Stores.Where(store => File.Exists(Path.Combine(folder, store))).Concat(Others(folder)))
            files.Add(await BackedUp.OfAsync(folder, path, cancel));
        return new BackupList(Known, typeof(BackupList).Assembly.GetName().Version!.ToString(3), now, files);
    }

    /// <summary>The list of an unpacked backup, whose every file is there as it was written, and whose stores are sound.</summary>
    /// <exception cref="SettingsException">It is no backup, a newer one, or a damaged one.</exception>
    public static async Task<BackupList> CheckedAsync(string folder, CancellationToken cancel)
    {
        BackupList? list;
        try
        {
            list = JsonSerializer.Deserialize<BackupList>(
                await File.ReadAllBytesAsync(Path.Combine(folder, Name), cancel)
            );
        }
        catch (Exception odd) when (odd is FileNotFoundException or JsonException)
        {
            list = null;
        }
        if (list?.Files is null)
            throw new SettingsException($"This is no backup of Jettae: it has no readable {Name}.");
        if (list.Format > Known)
            throw new SettingsException(
                $"Jettae {list.Version} made this backup: restore it with that one or a newer one."
            );
        var present = Stores
            .Where(store => File.Exists(Path.Combine(folder, store)))
            .Concat(Others(folder))
            .ToHashSet();
        foreach (var file in list.Files)
            // Only what a backup has: a list must not lead anywhere else.
            if (!present.Contains(file.Path) || await BackedUp.OfAsync(folder, file.Path, cancel) != file)
                throw new SettingsException($"The backup is damaged: {file.Path} is not as it was written.");
        if (!list.Files.Any(file => file.Path == StudioFile))
            throw new SettingsException($"The backup is damaged: it has no {StudioFile}.");
        foreach (var store in Stores.Where(present.Contains))
            Backup.CheckStore(Path.Combine(folder, store));
        return list;
    }
}

/// <summary>A file of a backup.</summary>
internal sealed record BackedUp(string Path, long Bytes, string Sha256)
{
    public static async Task<BackedUp> OfAsync(string folder, string path, CancellationToken cancel)
    {
        await using var stream = File.OpenRead(System.IO.Path.Combine(folder, path));
        return new BackedUp(path, stream.Length, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancel)));
    }
}
