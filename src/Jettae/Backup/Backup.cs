using System.IO.Compression;
using System.Text.Json;
using Microsoft.Data.Sqlite;

namespace Jettae;

/// <summary>
/// A copy of a data folder, taken while the program runs: both stores, the credentials and the keys. The engine's store is
/// copied first. What it delivers after that the studio's later copy knows as done, and refuses to write again; what is booked
/// after that the studio knows, and a restore books it anew. The other way round, a piece written between the two copies would
/// be delivered in the one and unheard of in the other: lost. Credentials and keys come last: they only grow.
/// </summary>
internal static class Backup
{
    private const UnixFileMode OwnersFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string Packed = ".zip";
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <param name="settings">Names the folder.</param>
    /// <param name="target">A folder, or a file that ends in .zip; it is there whole or not at all.</param>
    /// <param name="time">Says when it was made.</param>
    /// <param name="cancel">Ends it; nothing is left then.</param>
    /// <exception cref="SettingsException">There is nothing to copy, or no more, or something where it is to go.</exception>
    public static async Task<BackupList> MakeAsync(
        Settings settings,
        string target,
        TimeProvider time,
        CancellationToken cancel
    )
    {
        Composition.Refuse(settings);
        target = Path.TrimEndingDirectorySeparator(Path.GetFullPath(target));
        if (!File.Exists(Path.Combine(settings.DataFolder, BackupList.StudioFile)))
            throw new SettingsException($"{settings.DataFolder} holds no data of Jettae: there is nothing to back up.");
        if (Path.Exists(target))
            throw new SettingsException($"{target} is there already: name another place.");
        var draft = target + ".part";
        if (Directory.Exists(draft))
            Directory.Delete(draft, recursive: true);
        Composition.MakeFolder(draft);
        try
        {
            foreach (var store in BackupList.Stores)
                if (File.Exists(Path.Combine(settings.DataFolder, store)))
                    CopyStore(Path.Combine(settings.DataFolder, store), Path.Combine(draft, store));
            foreach (var path in BackupList.Others(settings.DataFolder))
                CopyFile(Path.Combine(settings.DataFolder, path), Path.Combine(draft, path));
            var list = await BackupList.OfAsync(draft, time.GetUtcNow(), cancel);
            await WriteAsync(Path.Combine(draft, BackupList.Name), JsonSerializer.SerializeToUtf8Bytes(list, Readable));
            if (target.EndsWith(Packed, StringComparison.OrdinalIgnoreCase))
                await PackAsync(draft, target, cancel);
            else
                Directory.Move(draft, target);
            return list;
        }
        finally
        {
            if (Directory.Exists(draft))
                Directory.Delete(draft, recursive: true);
        }
    }

    /// <summary>Puts a backup, folder or zip file, into a folder.</summary>
    public static void Unpack(string source, string folder)
    {
        if (File.Exists(source))
        {
            ZipFile.ExtractToDirectory(source, folder);
            return;
        }
        if (!Directory.Exists(source))
            throw new SettingsException($"{source} is not there.");
        foreach (var path in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories))
            CopyFile(path, Path.Combine(folder, Path.GetRelativePath(source, path)));
    }

    /// <summary>
    /// Page by page in one read transaction: in WAL mode nobody waits for it, and what is written meanwhile is not in it.
    /// </summary>
    private static void CopyStore(string file, string copy)
    {
        OpenNew(copy).Dispose();
        using var from = Open(file);
        using var to = Open(copy);
        from.BackupDatabase(to);
        // One file, without a log of its own beside it.
        Run(to, "pragma journal_mode = delete");
        Check(to, file);
    }

    /// <summary>All that was written to it is in the one file, to be moved: nothing in a log beside it.</summary>
    public static void CloseStore(string file)
    {
        SqliteConnection.ClearAllPools();
        using var db = Open(file);
        Run(db, "pragma journal_mode = delete");
    }

    /// <exception cref="SettingsException">The file is damaged.</exception>
    public static void CheckStore(string file)
    {
        using var db = Open(file);
        Check(db, file);
    }

    private static void Check(SqliteConnection db, string file)
    {
        if (Run(db, "pragma integrity_check") is not "ok" and var fault)
            throw new SettingsException($"{file} is damaged: {fault}.");
    }

    private static SqliteConnection Open(string file)
    {
        var db = new SqliteConnection(
            new SqliteConnectionStringBuilder
            {
                DataSource = file,
                Mode = SqliteOpenMode.ReadWrite,
                Pooling = false,
            }.ToString()
        );
        db.Open();
        Run(db, "pragma busy_timeout = 30000");
        return db;
    }

#pragma warning disable CA2100 // Our own words.
    private static string? Run(SqliteConnection db, string sql)
    {
        using var command = db.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString();
    }
#pragma warning restore CA2100

    private static async Task PackAsync(string draft, string target, CancellationToken cancel)
    {
        var file = draft + Packed;
        File.Delete(file);
        try
        {
            await using (var stream = OpenNew(file))
            {
                await ZipFile.CreateFromDirectoryAsync(draft, stream, cancel);
                stream.Flush(flushToDisk: true);
            }
            File.Move(file, target);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static void CopyFile(string path, string copy)
    {
        Composition.MakeFolder(Path.GetDirectoryName(copy)!);
        using var from = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var to = OpenNew(copy);
        from.CopyTo(to);
        to.Flush(flushToDisk: true);
    }

    private static async Task WriteAsync(string file, byte[] bytes)
    {
        await using var stream = OpenNew(file);
        await stream.WriteAsync(bytes);
        stream.Flush(flushToDisk: true);
    }

    /// <summary>What is in it is its owner's only.</summary>
    private static FileStream OpenNew(string file)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.ReadWrite };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OwnersFile;
        return new FileStream(file, options);
    }
}
