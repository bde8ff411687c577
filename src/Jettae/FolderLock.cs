using Jettae.Engine;

namespace Jettae;

/// <summary>A data folder is one program's as long as that runs, whichever QStash it asks: a lock file lies in it.</summary>
internal sealed class FolderLock(string folder) : IHostedService, IDisposable
{
    private const string Name = "jettae.lock";
    private FileStream? held;

    /// <summary>Takes it, for as long as what is answered is not disposed of.</summary>
    /// <exception cref="StoreInUseException">Somebody has it.</exception>
    public static FileStream Take(string folder) => LockFile.Take(Path.Combine(folder, Name), folder);

    /// <summary>Whether a program, or one of a version that locked the engine's file only, runs on the folder.</summary>
    public static bool IsHeld(string folder) =>
        new[] { Name, BackupList.EngineFile + ".lock" }.Select(name => Path.Combine(folder, name)).Any(IsOpen);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        held = Take(folder);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => held?.Dispose();

    private static bool IsOpen(string file)
    {
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
}
