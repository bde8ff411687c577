using Jettae.Engine;

namespace Jettae;

/// <summary>A data folder is one program's as long as that runs, whichever QStash it asks: a lock file lies in it.</summary>
internal sealed class FolderLock(string folder) : IHostedService, IDisposable
{
    private const string Name = "jettae.lock";
    private FileStream? held;

    /// <summary>Takes it, for as long as what is answered is not disposed of.</summary>
    /// <exception cref="StoreInUseException">Somebody has it.</exception>
    public static FileStream Take(string folder)
    {
        try
        {
            return new FileStream(
                Path.Combine(folder, Name),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None
            );
        }
        catch (IOException)
        {
            throw new StoreInUseException(
                $"Another Jettae already runs on {folder}. Stop it, or give this one a data folder of its own."
            );
        }
    }

    /// <summary>Whether a program, or one of a version that locked the engine's file only, runs on the folder.</summary>
    public static bool IsHeld(string folder) =>
        new[] { Name, BackupList.EngineFile + ".lock" }.Select(name => Path.Combine(folder, name)).Any(IsOpen);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        held = Take(folder);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>After the stores are closed.</summary>
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
