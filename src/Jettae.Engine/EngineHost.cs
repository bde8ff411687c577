using System.Data.Common;
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
    Gauges gauges,
    EngineOptions options,
    TimeProvider time,
    ILogger<EngineHost> log
) : IHostedLifecycleService, IDisposable
{
    /// <summary>Rows that one write prunes at the most, or looks at to find out.</summary>
    internal const int PruneBatch = 500;
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(5);

    private ITimer? pruning;
    private ITimer? mending;
    private bool isToMend;

    /// <summary>Only now: a delivery to this very program must not find its door shut.</summary>
    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        mending = time.CreateTimer(_ => _ = MendAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        store.Failed += Failed;
        await shards.StartAsync(queues, keys, Taken);
        await queues.SweepAsync();
        ticker.Start();
        gauges.Show();
        pruning = time.CreateTimer(_ => _ = PruneAsync(), null, options.PruneInterval, options.PruneInterval);
    }

    /// <summary>Before the server stops: what is in flight may be on its way to this very program.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        ticker.Stop();
        pruning?.Dispose();
        mending?.Dispose();
        using var bound = new CancellationTokenSource(options.DrainFor, time);
        await shards.StopAsync(bound.Token);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        pruning?.Dispose();
        mending?.Dispose();
    }

    /// <summary>
    /// What another node had may have left places in lines, as may a time without a store; and the next slot may have been another
    /// node's to fire.
    /// </summary>
    private void Taken()
    {
        ticker.Wake();
        _ = Task.Run(MendAsync);
    }

    /// <summary>Soon, and again until the store has answered; however many writes fail meanwhile.</summary>
    private void Failed()
    {
        if (!Interlocked.Exchange(ref isToMend, true))
            mending!.Change(AfterTrouble, Timeout.InfiniteTimeSpan);
    }

    private async Task MendAsync()
    {
        Volatile.Write(ref isToMend, false);
        try
        {
            await SweepAsync();
        }
        catch (DbException)
        {
            Failed();
        }
        catch (ObjectDisposedException)
        {
            // It stops: the next start does it.
        }
#pragma warning disable CA1031 // It is done again in an hour.
        catch (Exception trouble)
#pragma warning restore CA1031
        {
            PruneTrouble(trouble);
        }
    }

    /// <summary>
    /// Gives up the places that nobody gave up whose work is over, and has the shards look for what they were not told of. In this order:
    /// once a write is through, so is whatever commit was thought lost before it.
    /// </summary>
    private async Task SweepAsync()
    {
        await queues.SweepAsync();
        shards.ReadAgain();
    }

    /// <summary>Everything in small writes, so that others come in between, however much has gathered.</summary>
    private async Task PruneAsync()
    {
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var before = now - (long)options.LogRetention.TotalMilliseconds;
        var pruned = 0;
        try
        {
            await SweepAsync();
            await EachAsync((s, from) => Messages.Prune(s, from, before, PruneBatch));
            await EachAsync((s, from) => Admission.PruneKeys(s, from, now, PruneBatch));
            await EachAsync((s, from) => FlowControls.PruneStarts(s, from, now, PruneBatch));
            await store.WriteAsync(s => Line.PruneHeads(s, before));
            for (
                (string, string)? looked = ("", "");
                looked is { } after;
                looked = await store.WriteAsync(s => FlowControls.Prune(s, after, PruneBatch))
            ) { }
            Pruned(pruned);
        }
        catch (ObjectDisposedException)
        {
            // It stops: the next hour does it.
        }
#pragma warning disable CA1031 // What was not pruned now is pruned in an hour.
        catch (Exception trouble)
#pragma warning restore CA1031
        {
            PruneTrouble(trouble);
        }

        // Each from where the last one ended: what was deleted may long be in the way.
        async Task EachAsync(Func<Db, long, List<long>> prune)
        {
            for (var from = 0L; ; )
            {
                var instants = await store.WriteAsync(s => prune(s, from));
                if (instants.Count == 0)
                    return;
                pruned += instants.Count;
                from = Math.Max(from, instants.Max());
            }
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
    /// <summary>Adds the engine, and what tells that it is ready; a <see cref="TimeProvider"/> must be among the services.</summary>
    public static IServiceCollection AddJettaeEngine(this IServiceCollection services, EngineOptions options)
    {
        services.AddHealthChecks().AddCheck<StoreAnswers>("engine_store").AddCheck<ShardsRun>("engine_shards");
        return services
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
            .AddSingleton<Gauges>()
            .AddHostedService<EngineHost>();
    }

    /// <summary>What the server must let through: long destinations in the request line, many forwarded headers.</summary>
    public static void Configure(KestrelServerOptions kestrel)
    {
        kestrel.Limits.MaxRequestLineSize = 16 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 256 * 1024;
        kestrel.Limits.MaxRequestHeaderCount = 500;
    }
}
