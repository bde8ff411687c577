using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Jettae.Studio;

/// <summary>What happens while a run goes on, for someone who watches.</summary>
public abstract record RunProgress
{
    private RunProgress() { }

    /// <summary>The run exists.</summary>
    public sealed record Started(Run Run) : RunProgress;

    /// <summary>A step began (no <see cref="RunStep.EndedAt"/>) or ended.</summary>
    public sealed record Step(RunStep RunStep) : RunProgress;

    /// <summary>A bit of the text as it is written.</summary>
    public sealed record Text(string Delta) : RunProgress;

    /// <summary>The end: with the content, or with the run's reason.</summary>
    public sealed record Finished(Run Run, Content? Content) : RunProgress;
}

/// <summary>Makes runs: by hand here, at slots through the webhook.</summary>
public sealed partial class Runner
{
    private readonly RunLedger ledger;
    private readonly Composer composer;
    private readonly Booker booker;
    private readonly Changes changes;
    private readonly StudioActivity activity;
    private readonly TimeProvider time;
    private readonly ILogger<Runner> logger;
    private readonly CancellationToken stopping;

    /// <summary>The attempts that this process makes for slots; a repeat of a delivery joins the one under way.</summary>
    private readonly ConcurrentDictionary<(Guid Schedule, DateTimeOffset Slot), Lazy<Task<SlotAnswer>>> slots = new();

    /// <summary>The runs that this process makes, by run and by schedule.</summary>
    private readonly ConcurrentDictionary<Guid, Guid?> atWork = new();

    internal Runner(
        RunLedger ledger,
        Composer composer,
        Booker booker,
        Changes changes,
        StudioActivity activity,
        TimeProvider time,
        ILogger<Runner> logger,
        IHostApplicationLifetime lifetime
    )
    {
        this.ledger = ledger;
        this.composer = composer;
        this.booker = booker;
        this.changes = changes;
        this.activity = activity;
        this.time = time;
        this.logger = logger;
        stopping = lifetime.ApplicationStopping;
    }

    /// <summary>
    /// Runs the schedule at once, without QStash; its booked slot stays as it is. The run goes on to its end when the
    /// caller stops listening.
    /// </summary>
    /// <exception cref="RejectedException">404: the owner has no such schedule.</exception>
    public IAsyncEnumerable<RunProgress> RunNowAsync(Guid owner, Guid scheduleId, CancellationToken cancel) =>
        WatchAsync(tell => ledger.BeginByHandAsync(owner, scheduleId, tell, stopping), cancel);

    /// <summary>Writes one piece without a schedule, from these fields; timing is not looked at.</summary>
    /// <exception cref="RejectedException">A field breaks its rule; nothing is stored.</exception>
    public IAsyncEnumerable<RunProgress> WriteOnceAsync(Guid owner, ScheduleFields fields, CancellationToken cancel) =>
        WatchAsync(tell => ledger.BeginOneOffAsync(owner, fields, tell, stopping), cancel);

    /// <summary>A draft as the schedule of these fields would get it; nothing is stored.</summary>
    /// <exception cref="RejectedException">A field breaks its rule.</exception>
    public async Task<(Content? Content, Reason? Reason)> DraftAsync(
        Guid owner,
        ScheduleFields fields,
        CancellationToken cancel
    )
    {
        var started = ledger.Sketch(owner, fields);
        using var work = activity.Enter();
        var result = await composer.ComposeAsync(started.Assignment, started.Attempt, () => Task.CompletedTask, cancel);
        return result switch
        {
            AttemptResult.Piece piece => (ledger.ContentOf(started, piece.Draft), null),
            AttemptResult.Failed failed => (null, failed.Reason),
            _ => throw new InvalidOperationException(),
        };
    }

    /// <summary>Makes the attempt that a delivery asks for, or joins the one that is being made.</summary>
    internal async Task<SlotAnswer> RunSlotAsync(SlotMessage slot, string? messageId, DateTimeOffset deliveredAt)
    {
        var key = (slot.ScheduleId, slot.Timestamp);
        var attempt = slots.GetOrAdd(
            key,
            _ => new(() => Task.Run(() => AttemptSlotAsync(slot, messageId, deliveredAt)))
        );
        try
        {
            return await attempt.Value;
        }
        finally
        {
            slots.TryRemove(new(key, attempt));
        }
    }

    /// <summary>QStash will not deliver this slot again.</summary>
    internal async Task<SlotAnswer> GiveUpAsync(SlotMessage slot, string? messageId, string detail)
    {
        // An attempt still under way may yet succeed: its result counts, not our impatience.
        if (slots.TryGetValue((slot.ScheduleId, slot.Timestamp), out var attempt))
            await attempt.Value;
        var answer = await ledger.GiveUpAsync(slot, messageId, detail, stopping);
        booker.Wake();
        return answer;
    }

    internal bool IsAtWork(Guid scheduleId) => atWork.Values.Contains(scheduleId);

    internal bool IsAtWorkOn(Guid runId) => atWork.ContainsKey(runId);

    private async Task<SlotAnswer> AttemptSlotAsync(SlotMessage slot, string? messageId, DateTimeOffset deliveredAt)
    {
        using var work = activity.Enter();
        var (started, answer) = await ledger.BeginSlotAsync(slot, messageId, deliveredAt, _ => { }, stopping);
        booker.Wake();
        return started is null ? answer! : (await MakeAsync(started, _ => { })).Answer;
    }

    private async Task<(SlotAnswer Answer, Run Run, Content? Content)> MakeAsync(
        StartedRun started,
        Action<RunProgress> tell
    )
    {
        var run = started.Attempt.Run;
        atWork[run.Id] = run.ScheduleId;
        try
        {
            Tell(run);
            var result = await ComposeAsync(started);
            // A piece that is written and paid for is stored even while the program stops.
            var settled = await ledger.SettleAsync(started, result, CancellationToken.None);
            tell(new RunProgress.Finished(settled.Run, settled.Content));
            return settled;
        }
        finally
        {
            atWork.TryRemove(run.Id, out _);
            booker.Wake();
            Tell(run);
        }
    }

    private async Task<AttemptResult> ComposeAsync(StartedRun started)
    {
        using var span = Telemetry.Source.StartActivity("jettae.studio.attempt");
        var from = time.GetTimestamp();
        try
        {
            var result = await composer.ComposeAsync(
                started.Assignment,
                started.Attempt,
                () => ledger.StoreStepsAsync(started.Attempt, stopping),
                stopping
            );
            Telemetry.Attempts.Add(1, new KeyValuePair<string, object?>("ok", result is AttemptResult.Piece));
            return result;
        }
        catch (Exception surprise) when (!stopping.IsCancellationRequested)
        {
            LogSurprise(logger, surprise, started.Attempt.Run.Id);
            return new AttemptResult.Failed(Reasons.Surprise, surprise.GetType().Name, Retryable: true, null);
        }
        finally
        {
            Telemetry.WritingSeconds.Record(time.GetElapsedTime(from).TotalSeconds);
        }
    }

    private async IAsyncEnumerable<RunProgress> WatchAsync(
        Func<Action<RunProgress>, Task<StartedRun>> begin,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var progress = Channel.CreateUnbounded<RunProgress>();
        var run = Task.Run(
            async () =>
            {
                using var work = activity.Enter();
                try
                {
                    var started = await begin(each => progress.Writer.TryWrite(each));
                    progress.Writer.TryWrite(new RunProgress.Started(started.Attempt.Run));
                    await MakeAsync(started, each => progress.Writer.TryWrite(each));
                    progress.Writer.Complete();
                }
                catch (Exception failure)
                {
                    if (failure is not (RejectedException or OperationCanceledException))
                        LogSurprise(logger, failure, Guid.Empty);
                    progress.Writer.Complete(failure);
                }
            },
            CancellationToken.None
        );
        await foreach (var each in progress.Reader.ReadAllAsync(cancel))
            yield return each;
        await run;
    }

    private void Tell(Run run) => changes.Tell(new Change(run.OwnerId, run.ScheduleId, run.Id));

    [LoggerMessage(LogLevel.Error, "The attempt for run {RunId} failed unexpectedly.")]
    private static partial void LogSurprise(ILogger logger, Exception surprise, Guid runId);
}
