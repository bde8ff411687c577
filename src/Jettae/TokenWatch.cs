using Jettae.Client;

namespace Jettae;

/// <summary>A token that <c>token reset</c> makes takes hold in a program that runs: at once from the data folder, soon from a database.</summary>
internal sealed class TokenWatch(Settings settings, QStashOptions qstash, TimeProvider time)
    : IHostedService,
        IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private IDisposable? watch;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        watch = settings.Database is null ? Folder() : time.CreateTimer(_ => Read(), null, Interval, Interval);
        Read();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => watch?.Dispose();

    private FileSystemWatcher Folder()
    {
        var file = Credentials.FileOf(settings);
        var watcher = new FileSystemWatcher(Path.GetDirectoryName(file)!, Path.GetFileName(file));
        watcher.Created += (_, _) => Read();
        watcher.Changed += (_, _) => Read();
        watcher.Renamed += (_, _) => Read();
        watcher.Error += (_, _) => Read();
        watcher.EnableRaisingEvents = true;
        return watcher;
    }

    /// <summary>The file is put in its place whole: what cannot be read is no file of ours, and the next event tells of the next one.</summary>
    private void Read()
    {
        if (Credentials.Stored(settings) is { } stored)
            qstash.Token = stored.Token;
    }
}
