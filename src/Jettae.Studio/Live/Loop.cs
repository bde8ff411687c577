using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jettae.Studio;

/// <summary>A step, and a wait until there may be more to do: for a time, or until it is woken.</summary>
internal abstract partial class Loop(StudioActivity activity, TimeProvider time, ILogger logger)
    : BackgroundService,
        IHostedLifecycleService
{
    private static readonly TimeSpan AfterSurprise = TimeSpan.FromSeconds(5);
    private readonly Lock gate = new();
    private TaskCompletionSource awake = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IDisposable? wakeUp;

    protected TimeProvider Time => time;

    /// <summary>Does one batch of work and answers how long nothing will be due; null: until woken.</summary>
    protected abstract Task<TimeSpan?> StepAsync(CancellationToken cancel);

    /// <summary>There may be something to do.</summary>
    public void Wake()
    {
        lock (gate)
        {
            wakeUp ??= activity.Enter();
            awake.TrySetResult();
        }
    }

    /// <summary>Only once the program listens: what a loop sends may come back to this very program at once.</summary>
    public Task StartedAsync(CancellationToken cancellationToken)
    {
        Wake();
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                await awake.Task.WaitAsync(stoppingToken);
                IDisposable? work;
                lock (gate)
                {
                    awake = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    (work, wakeUp) = (wakeUp, null);
                }
                using var step = work;
                var wait = await StepSafelyAsync(stoppingToken);
                if (wait <= TimeSpan.Zero)
                    Wake();
                else if (wait is { } delay)
                    WakeIn(delay);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            timer?.Dispose();
        }
    }

    private ITimer? timer;

    private void WakeIn(TimeSpan delay)
    {
        // A timer's callback marks the work as begun before the clock's mover can look again.
        timer ??= time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        timer.Change(delay < Longest ? delay : Longest, Timeout.InfiniteTimeSpan);
    }

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    private async Task<TimeSpan?> StepSafelyAsync(CancellationToken cancel)
    {
        try
        {
            return await StepAsync(cancel);
        }
        catch (Exception surprise) when (surprise is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            LogSurprise(logger, surprise, GetType().Name);
            return AfterSurprise;
        }
    }

    [LoggerMessage(LogLevel.Error, "A step of {Loop} failed; it will be tried again.")]
    private static partial void LogSurprise(ILogger logger, Exception surprise, string loop);
}
