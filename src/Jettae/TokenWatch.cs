using Jettae.Client;

namespace Jettae;

/// <summary>A token that <c>token reset</c> puts into the data folder takes hold in a program that runs, at once.</summary>
internal sealed class TokenWatch : IHostedService, IDisposable
{
    private readonly Settings settings;
    private readonly QStashOptions qstash;
    private readonly FileSystemWatcher watcher;

    public TokenWatch(Settings settings, QStashOptions qstash)
    {
        (this.settings, this.qstash) = (settings, qstash);
        var file = Credentials.FileOf(settings);
        watcher = new FileSystemWatcher(Path.GetDirectoryName(file)!, Path.GetFileName(file));
        watcher.Created += (_, _) => Read();
        watcher.Changed += (_, _) => Read();
        watcher.Renamed += (_, _) => Read();
        watcher.Error += (_, _) => Read();
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        watcher.EnableRaisingEvents = true;
        Read();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => watcher.Dispose();

    /// <summary>The file is put in its place whole: what cannot be read is no file of ours, and the next event tells of the next one.</summary>
    private void Read()
    {
        if (Credentials.Stored(settings) is { } stored)
            qstash.Token = stored.Token;
    }
}
