using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jettae.Engine;

/// <summary>Starts the shards once the program listens, prunes what is old, and drains when the program stops.</summary>
internal sealed partial class EngineHost(
    Shards shards,
    Ticker ticker,
    Queues queues,
    Keys keys,
    Store store,
    EngineOptions options,
    TimeProvider time,
    ILogger<EngineHost> log
) : IHostedLifecycleService, IDisposable
{
    private const int PruneBatch = 500;
    private static readonly TimeSpan PruneEvery = TimeSpan.FromHours(1);

    private ITimer? pruning;

    /// <summary>Only now: a delivery to this very program must not find its door shut.</summary>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        await shards.StartAsync(queues, keys, Taken);
        await queues.SweepAsync();
        ticker.Start();
        pruning = time.CreateTimer(_ => _ = PruneAsync(), null, PruneEvery, PruneEvery);
    }

    /// <summary>Before the server stops: what is in flight may be on its way to this very program.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        ticker.Stop();
        using var bound = new CancellationTokenSource(options.DrainFor, time);
        await shards.StopAsync(bound.Token);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => pruning?.Dispose();

    /// <summary>What another node had may have left places in lines; and the next slot may have been its to fire.</summary>
    private void Taken()
    {
        ticker.Wake();
        _ = SweepAsync();
    }

    private async Task SweepAsync()
    {
        try
        {
            await queues.SweepAsync();
        }
#pragma warning disable CA1031 // It is done again in an hour.
        catch (Exception trouble)
#pragma warning restore CA1031
        {
            PruneTrouble(trouble);
        }
    }

    private async Task PruneAsync()
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var before = now - (long)options.LogRetention.TotalMilliseconds;
        var (pruned, all) = (0, 0);
        try
        {
            await queues.SweepAsync();
            do
            {
                pruned = await store.WriteAsync(s =>
                    // One whose callbacks are still tried holds its queue's place until they end.
                    s.Run(
                        """
                        delete from messages where seq in (
                          select seq from messages where finished_at < $0 and in_line is distinct from 2 limit $1)
                        """,
                        before,
                        PruneBatch
                    )
                    + s.Run(
                        "delete from deduplications where key in (select key from deduplications where expires_at < $0 limit $1)",
                        now,
                        PruneBatch
                    )
                    + FlowControls.Prune(s, PruneBatch)
                    + FlowControls.PruneStarts(s, now, PruneBatch)
                );
                all += pruned;
            } while (pruned > 0);
            Pruned(all);
        }
#pragma warning disable CA1031 // What was not pruned now is pruned in an hour.
        catch (Exception trouble)
#pragma warning restore CA1031
        {
            PruneTrouble(trouble);
        }
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "Pruned {Rows} rows that are past their retention.")]
    private partial void Pruned(int rows);

    [LoggerMessage(Level = LogLevel.Error, Message = "Could not prune what is past its retention.")]
    private partial void PruneTrouble(Exception trouble);
}

/// <summary>How a program takes the engine in.</summary>
public static class EngineSetup
{
    /// <summary>Adds the engine; a <see cref="TimeProvider"/> must be among the services.</summary>
    public static IServiceCollection AddJettaeEngine(this IServiceCollection services, EngineOptions options) =>
        services
            .AddSingleton(options)
            .AddSingleton<OpenWork>()
            .AddSingleton(_ => Store.Open(options))
            .AddSingleton<Quotas>()
            .AddSingleton<Keys>()
            .AddSingleton<Tokens>()
            .AddSingleton<Allowances>()
            .AddSingleton<Intake>()
            .AddSingleton<Egress>()
            .AddSingleton<Deliverer>()
            .AddSingleton<Shards>()
            .AddSingleton<Messages>()
            .AddSingleton<Publishing>()
            .AddSingleton<Queues>()
            .AddSingleton<FlowControls>()
            .AddSingleton<UrlGroups>()
            .AddSingleton<Ticker>()
            .AddSingleton<Schedules>()
            .AddSingleton<DeadLetters>()
            .AddSingleton<Log>()
            .AddHostedService<EngineHost>();

    /// <summary>What the server must let through: long destinations in the request line, many forwarded headers.</summary>
    public static void Configure(KestrelServerOptions kestrel)
    {
        kestrel.Limits.MaxRequestLineSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 256 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 500;
    }
}
