using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
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
    public sealed record Step(RunStep RunStep) : RunProgress
    {
        /// <summary>Each call of the writer begins its text anew.</summary>
        internal bool BeginsText { get; } = RunStep is { EndedAt: null, Kind: StepKind.Write or StepKind.Repair };
    }

    /// <summary>A bit of the text as it is written.</summary>
    public sealed record Text(string Delta) : RunProgress;

    /// <summary>The text as far as it is written, in place of what there was of it.</summary>
    internal sealed record Written(string Body) : RunProgress;

    /// <summary>The end: with the content, or with the run's reason.</summary>
    public sealed record Finished(Run Run, Content? Content) : RunProgress;
}

/// <summary>Makes runs: by hand here, at slots through the webhook.</summary>
public sealed partial class Runner
{
    /// <summary>How often a run that another node makes is looked at, and a store that is away is asked.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private readonly RunLedger ledger;
    private readonly Composer composer;
    private readonly Booker booker;
    private readonly Watcher watcher;
    private readonly Node node;
    private readonly WrittenElsewhere elsewhere;
    private readonly Changes changes;
    private readonly StudioActivity activity;
    private readonly TimeProvider time;
    private readonly ILogger<Runner> logger;
    private readonly CancellationToken stopping;

    /// <summary>The attempts that this process makes for slots; a repeat of a delivery joins the one under way.</summary>
    private readonly ConcurrentDictionary<(Guid Schedule, DateTimeOffset Slot), Lazy<Task<SlotAnswer>>> slots = new();

    /// <summary>The runs that this process makes.</summary>
    private readonly ConcurrentDictionary<Guid, Work> atWork = new();

    internal Runner(
        RunLedger ledger,
        Composer composer,
        Booker booker,
        Watcher watcher,
        Node node,
        WrittenElsewhere elsewhere,
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
        this.watcher = watcher;
        this.node = node;
        this.elsewhere = elsewhere;
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
        WatchAsync(tell => ledger.BeginByHandAsync(owner, scheduleId, tell, stopping), MakeAsync, cancel);

    /// <summary>Writes one piece without a schedule, from these fields; timing is not looked at.</summary>
    /// <exception cref="RejectedException">A field breaks its rule; nothing is stored.</exception>
    public IAsyncEnumerable<RunProgress> WriteOnceAsync(Guid owner, ScheduleFields fields, CancellationToken cancel) =>
        WatchAsync(tell => ledger.BeginOneOffAsync(owner, fields, tell, stopping), MakeAsync, cancel);

    /// <summary>Makes a run anew: a run of its own by the schedule's present settings, or with these words in place of the prompt.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="runId">The run to make again; its slot, if it had one, is not used up twice.</param>
    /// <param name="from">The first step that is made anew.</param>
    /// <param name="prompt">What to send in place of the prompt; null: what <paramref name="from"/> says.</param>
    /// <param name="cancel">Ends the watching; the run goes on.</param>
    /// <exception cref="RejectedException">404, or 409 when its schedule is no more or it never got as far as that step.</exception>
    public IAsyncEnumerable<RunProgress> RerunAsync(
        Guid owner,
        Guid runId,
        RerunFrom from,
        string? prompt,
        CancellationToken cancel
    ) => WatchAsync(tell => ledger.BeginAgainAsync(owner, runId, from, prompt, tell, stopping), MakeAsync, cancel);

    /// <summary>Stops a run under way, or gives up one that waits for its next attempt. The schedule goes on with its next slot.</summary>
    /// <exception cref="RejectedException">404, or 409 when it has ended in another way.</exception>
    public async Task<Run> CancelAsync(Guid owner, Guid runId, CancellationToken cancel)
    {
        var run = await ledger.FindAsync(owner, runId, cancel);
        if (run.State == RunState.Running && atWork.TryGetValue(runId, out var work))
        {
            await work.StopAsync();
            // It settles its own cancellation; whoever asked hears of it then.
            await work.Live.EndAsync(cancel);
            return await ledger.FindAsync(owner, runId, cancel);
        }
        run = await ledger.CancelAsync(owner, runId, cancel);
        Tell(run);
        booker.Wake();
        return run;
    }

    /// <summary>
    /// A run as it is being made: from its begin when this process makes it, its text as of each second when another node does; null
    /// when nobody makes it.
    /// </summary>
    public IAsyncEnumerable<RunProgress>? Follow(Run run, CancellationToken cancel) =>
        atWork.TryGetValue(run.Id, out var work) ? work.Live.FollowAsync(cancel)
        : run.State == RunState.Running && node.IsElsewhere(run.NodeId) ? elsewhere.FollowAsync(run, cancel)
        : null;

    /// <summary>The runs that this process makes, with the text of each as far as it is written.</summary>
    internal Dictionary<Guid, string> Texts() => atWork.ToDictionary(each => each.Key, each => each.Value.Live.Text);

    /// <summary>Writes a piece again as instructed: its next version, by the same checks as its first.</summary>
    /// <exception cref="RejectedException">The instruction is empty or too long; 404: the owner has no such piece.</exception>
    public IAsyncEnumerable<RunProgress> RegenerateAsync(
        Guid owner,
        Guid contentId,
        string instruction,
        CancellationToken cancel
    )
    {
        var wish = Revision.CheckedInstruction(instruction);
        return WatchAsync(tell => ledger.BeginRevisionAsync(owner, contentId, wish, tell, stopping), MakeAsync, cancel);
    }

    /// <summary>A draft as the schedule of these fields would get it; only what it took is stored.</summary>
    /// <exception cref="RejectedException">A field breaks its rule.</exception>
    public IAsyncEnumerable<RunProgress> DraftAsync(Guid owner, ScheduleFields fields, CancellationToken cancel) =>
        WatchAsync(
            tell => ledger.SketchAsync(owner, fields, tell, cancel),
            async (sketch, live) =>
            {
                Exception? trouble = null;
                try
                {
                    var result = await composer.ComposeAsync(
                        sketch.Assignment,
                        sketch.Attempt,
                        () => Task.CompletedTask,
                        cancel
                    );
                    live.Add(ledger.SketchEnded(sketch, result));
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    trouble = failure;
                    throw;
                }
                finally
                {
                    // Whoever leaves has paid all the same.
                    await KeepAsync(sketch, trouble);
                }
            },
            cancel
        );

    /// <summary>A draft that is there is shown, whether or not the store takes what it cost.</summary>
    private async Task KeepAsync(StartedRun sketch, Exception? trouble)
    {
        try
        {
            await ledger.KeepSketchAsync(sketch, trouble);
        }
        catch (Exception failure) when (Reasons.Of(failure) == Reasons.StoreFailed)
        {
            LogUnpaid(logger, failure, sketch.Attempt.Run.Id);
        }
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
        while (answer is SlotAnswer.UnderWay)
        {
            await Task.Delay(Look, time, stopping);
            answer = await ledger.GiveUpAsync(slot, messageId, detail, stopping);
        }
        booker.Wake();
        watcher.Wake();
        return answer;
    }

    internal bool IsAtWork(Guid scheduleId) => atWork.Values.Any(work => work.ScheduleId == scheduleId);

    /// <summary>It is being made, here or by another node. One that was begun here a moment ago may not be known as such yet.</summary>
    internal bool IsAtWorkOn(Run run) =>
        node.IsElsewhere(run.NodeId)
        || (
            run.NodeId == node.Id
            && (atWork.ContainsKey(run.Id) || run.StartedAt > time.GetUtcNow() - TimeSpan.FromMinutes(1))
        );

    /// <summary>Somebody may have stopped it at another node.</summary>
    internal async Task HeedAsync(Guid owner, Guid runId, CancellationToken cancel)
    {
        if (!atWork.TryGetValue(runId, out var work))
            return;
        if (await ledger.StateAsync(owner, runId, cancel) == RunState.Cancelled)
            await work.StopAsync();
    }

    /// <summary>Any may have been.</summary>
    internal async Task HeedAllAsync(CancellationToken cancel)
    {
        foreach (var (run, work) in atWork)
            await HeedAsync(work.Owner, run, cancel);
    }

    private async Task<SlotAnswer> AttemptSlotAsync(SlotMessage slot, string? messageId, DateTimeOffset deliveredAt)
    {
        using var work = activity.Enter();
        var live = new RunLive();
        var (started, answer) = await ledger.BeginSlotAsync(slot, messageId, deliveredAt, live.Add, stopping);
        while (answer is SlotAnswer.UnderWay)
        {
            // Delivered once more while another node writes: what comes of that is the answer.
            await Task.Delay(Look, time, stopping);
            (started, answer) = await ledger.BeginSlotAsync(slot, messageId, deliveredAt, live.Add, stopping);
        }
        booker.Wake();
        if (started is null)
            return answer!;
        if (started.Attempt.Number == 1)
            Telemetry.Late(started.Attempt.Run.StartedAt - slot.Timestamp);
        return await MakeAsync(started, live);
    }

    private async Task<SlotAnswer> MakeAsync(StartedRun started, RunLive live)
    {
        var run = started.Attempt.Run;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        atWork[run.Id] = new Work(run.OwnerId, run.ScheduleId, live, stop);
        using var span = Telemetry.Part("write");
        span?.SetTag("jettae.run", run.Id);
        var from = time.GetTimestamp();
        try
        {
            Tell(run);
            var result = await ComposeAsync(started, stop.Token);
            // A piece that is written and paid for is stored even while the program stops.
            var settled = await SettleAsync(started, result);
            span.End(JsonName.Of(settled.Run.State), result is AttemptResult.Piece);
            Telemetry.Attempted(settled.Run, time.GetElapsedTime(from));
            live.Add(new RunProgress.Finished(settled.Run, settled.Content));
            live.End();
            if (settled.Run.State == RunState.Failed)
                watcher.Wake();
            return settled.Answer;
        }
        catch (Exception failure)
        {
            live.End(failure);
            throw;
        }
        finally
        {
            atWork.TryRemove(run.Id, out _);
            booker.Wake();
            Tell(run);
        }
    }

    /// <summary>
    /// A piece is paid for: it waits for a database that is away, and this node, which counts as the one that writes it, with it.
    /// What the store does not take is put to it once more, for most of its troubles pass. If it does not take it then, just that
    /// is told, if it takes that much.
    /// </summary>
    private async Task<(SlotAnswer Answer, Run Run, Content? Content)> SettleAsync(
        StartedRun started,
        AttemptResult result
    )
    {
        try
        {
            return await StoredAsync();
        }
        catch (Exception failure) when (Reasons.Of(failure) == Reasons.StoreFailed)
        {
            LogSurprise(logger, failure, started.Attempt.Run.Id);
            started.Attempt.ForgetStored();
        }
        try
        {
            return await StoredAsync();
        }
        catch (Exception failure) when (Reasons.Of(failure) == Reasons.StoreFailed)
        {
            LogSurprise(logger, failure, started.Attempt.Run.Id);
            var detail = failure.GetBaseException().Message;
            started.Attempt.NotStored(detail);
            return await ledger.SettleAsync(
                started,
                new AttemptResult.Failed(Reasons.StoreFailed, detail, Retryable: true, null),
                CancellationToken.None
            );
        }

        async Task<(SlotAnswer, Run, Content?)> StoredAsync()
        {
            for (var isTold = false; ; isTold = true)
                try
                {
                    return await ledger.SettleAsync(started, result, CancellationToken.None);
                }
                catch (Exception away) when (PostgresStudioStore.IsOutOfReach(away))
                {
                    if (!isTold)
                        LogAway(logger, away, started.Attempt.Run.Id);
                    started.Attempt.ForgetStored();
                    await Task.Delay(Look, time, stopping);
                }
        }
    }

    private async Task<AttemptResult> ComposeAsync(StartedRun started, CancellationToken cancel)
    {
        try
        {
            // Whoever sees the run in a list sees how far it is.
            async Task StoreStepsAsync()
            {
                await ledger.StoreStepsAsync(started.Attempt, stopping);
                Tell(started.Attempt.Run);
            }

            var (attempt, assignment, revision) = started;
            return started.Kept is { } kept ? composer.Check(assignment, attempt, kept)
                : revision is null ? await composer.ComposeAsync(assignment, attempt, StoreStepsAsync, cancel)
                : await composer.ReviseAsync(
                    assignment,
                    revision.Text,
                    revision.Instruction,
                    attempt,
                    StoreStepsAsync,
                    cancel
                );
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested && !stopping.IsCancellationRequested)
        {
            started.Attempt.Interrupt();
            return new AttemptResult.Failed(Reasons.Cancelled, "", Retryable: false, null);
        }
        catch (Exception surprise) when (!stopping.IsCancellationRequested)
        {
            LogSurprise(logger, surprise, started.Attempt.Run.Id);
            started.Attempt.Interrupt();
            return new AttemptResult.Failed(Reasons.Of(surprise), surprise.GetType().Name, Retryable: true, null);
        }
    }

    private async IAsyncEnumerable<RunProgress> WatchAsync(
        Func<Action<RunProgress>, Task<StartedRun>> begin,
        Func<StartedRun, RunLive, Task> make,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var live = new RunLive();
        var run = Task.Run(
            async () =>
            {
                using var work = activity.Enter();
                using var span = Telemetry.Begin("by hand", ActivityKind.Internal);
                try
                {
                    var started = await begin(live.Add);
                    live.Add(new RunProgress.Started(started.Attempt.Run));
                    await make(started, live);
                    live.End();
                }
                catch (Exception failure)
                {
                    if (failure is not (RejectedException or OperationCanceledException))
                        LogSurprise(logger, failure, Guid.Empty);
                    live.End(failure);
                }
            },
            CancellationToken.None
        );
        await foreach (var each in live.FollowAsync(cancel))
            yield return each;
        await run;
    }

    /// <summary>A run under way: whose, of which schedule, for whom to watch, and how to stop it.</summary>
    private sealed record Work(Guid Owner, Guid? ScheduleId, RunLive Live, CancellationTokenSource Stop)
    {
        public async Task StopAsync()
        {
            try
            {
                await Stop.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // It has just ended by itself.
            }
        }
    }

    private void Tell(Run run) => changes.Tell(new Change(run.OwnerId, run.ScheduleId, run.Id));

    [LoggerMessage(LogLevel.Warning, "The database is away: what run {RunId} came to is stored when it is back.")]
    private static partial void LogAway(ILogger logger, Exception away, Guid runId);

    [LoggerMessage(
        LogLevel.Error,
        "What the tried draft of run {RunId} cost is in no figure: the store did not take it."
    )]
    private static partial void LogUnpaid(ILogger logger, Exception failure, Guid runId);

    [LoggerMessage(LogLevel.Error, "The attempt for run {RunId} failed unexpectedly.")]
    private static partial void LogSurprise(ILogger logger, Exception surprise, Guid runId);
}
