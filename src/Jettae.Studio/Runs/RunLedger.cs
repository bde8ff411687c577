using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>An attempt that may begin: the run is stored as running.</summary>
internal sealed record StartedRun(Attempt Attempt, Assignment Assignment, Revision? Revision = null)
{
    /// <summary>An answer that is there already and only needs its check; null when one is to be written.</summary>
    public KeptAnswer? Kept { get; init; }
}

/// <summary>
/// The transactions of a run: begin, settle, give up. Each decides on what it reads in the same transaction, so of two who
/// want the same slot one makes the run and the other learns of it.
/// </summary>
internal sealed partial class RunLedger(StudioStore store, Node node, Retention retention, TimeProvider time)
{
    private const int TitlesToAvoid = 5;
    private const int PiecesToCompare = 30;

    public Task<(StartedRun? Started, SlotAnswer? Answer)> BeginSlotAsync(
        SlotMessage slot,
        string? messageId,
        DateTimeOffset deliveredAt,
        Action<RunProgress> tell,
        CancellationToken cancel
    ) =>
        store.WriteAsync<(StartedRun?, SlotAnswer?)>(
            async db =>
            {
                if (await db.Schedules.FindAsync([slot.ScheduleId], cancel) is not { } schedule)
                    return (null, new SlotAnswer.Unknown());
                var run = await RunOfAsync(db, slot);
                if (run is null)
                {
                    var live = await Booked.EnsureAsync(db, schedule, time.GetUtcNow());
                    run = await RunOfAsync(db, slot);
                    if (run is null && live?.SlotAt != slot.Timestamp)
                        return (null, await StaleAsync(db, schedule, slot));
                    if (run is null)
                        run = Begin(db, schedule, slot, live!);
                }
                if (AnswerOf(run, schedule) is { } settled)
                    return (null, settled);
                if (IsMadeElsewhere(run))
                    return (null, new SlotAnswer.UnderWay());
                await InterruptOpenStepsAsync(db, run);
                if (schedule.RestsAt(time.GetUtcNow()) && run.State == RunState.Waiting)
                {
                    (run.State, run.FinishedAt) = (RunState.Skipped, time.GetUtcNow());
                    // What the last attempt failed of is not why this slot ended.
                    (run.Reason, run.ReasonDetail) = (Reasons.Paused.Key, null);
                    return (null, new SlotAnswer.Skipped(Reasons.Paused.Key, run.Id));
                }
                run.State = RunState.Running;
                run.NodeId = node.Id;
                run.Attempts++;
                run.QstashMessageId = messageId ?? run.QstashMessageId;
                var attempt = new Attempt(run, run.Attempts, time, tell);
                attempt.Did(StepKind.Due, null, slot.Timestamp);
                attempt.Did(StepKind.Delivered, messageId, deliveredAt);
                attempt.Did(StepKind.Verified);
                Track(db, attempt);
                return (new StartedRun(attempt, await AssignmentAsync(db, schedule, slot.Timestamp)), null);
            },
            cancel,
            about: slot.ScheduleId
        );

    public Task<StartedRun> BeginByHandAsync(
        Guid owner,
        Guid scheduleId,
        Action<RunProgress> tell,
        CancellationToken cancel
    ) =>
        store.WriteAsync(
            async db =>
            {
                var schedule = await db.Schedules.OwnedAsync(owner, scheduleId, cancel);
                var now = time.GetUtcNow();
                var run = NewRun(owner, schedule.Id, schedule.Name, RunTrigger.Manual, null, now);
                db.Runs.Add(run);
                return new StartedRun(new Attempt(run, 1, time, tell), await AssignmentAsync(db, schedule, now));
            },
            cancel
        );

    /// <summary>A run of its own that does another once more.</summary>
    public Task<StartedRun> BeginAgainAsync(
        Guid owner,
        Guid runId,
        RerunFrom from,
        string? prompt,
        Action<RunProgress> tell,
        CancellationToken cancel
    ) =>
        store.WriteAsync(
            async db =>
            {
                var before = await db.Runs.WithSteps().OwnedAsync(owner, runId, retention, cancel);
                var schedule = before.ScheduleId is { } id ? await db.Schedules.FindAsync([id], cancel) : null;
                if (schedule is null)
                    throw new RejectedException(
                        409,
                        "schedule_gone",
                        "id",
                        new(
                            "이 실행의 스케줄이 없어서 다시 실행할 수 없어요.",
                            "The schedule of this run is no more, so it cannot be made again."
                        )
                    );
                var (given, kept) = Keep(before, from, prompt);
                var now = time.GetUtcNow();
                var run = NewRun(owner, schedule.Id, schedule.Name, RunTrigger.Rerun, null, now);
                run.RerunOf = runId;
                db.Runs.Add(run);
                var assignment = await AssignmentAsync(db, schedule, before.SlotAt ?? now);
                return new StartedRun(new Attempt(run, 1, time, tell), assignment with { GivenPrompt = given })
                {
                    Kept = kept,
                };
            },
            cancel
        );

    /// <summary>What is kept of the run before: nothing, its prompt, or its answer.</summary>
    private static (string? Prompt, KeptAnswer? Answer) Keep(Run before, RerunFrom from, string? prompt)
    {
        if (prompt is not null)
            return (prompt, null);
        if (from == RerunFrom.Write)
            return (before.Prompt ?? throw NothingKept(from), null);
        if (from == RerunFrom.Checked)
            return before.Answer is not { Length: > 0 } answer ? throw NothingKept(from)
                : before.IsAnswerWhole ? (null, new KeptAnswer(answer, before.Prompt ?? "", before.Model))
                : throw HalfKept();
        return (null, null);
    }

    private static RejectedException NothingKept(RerunFrom from) =>
        new(
            409,
            "nothing_kept",
            "from",
            new(
                $"이 실행은 '{JsonName.Of(from)}' 단계까지 가지 못해서 거기서부터 다시 할 수 없어요.",
                $"This run never got as far as '{JsonName.Of(from)}', so it cannot be made again from there."
            )
        );

    private static RejectedException HalfKept() =>
        new(
            409,
            "nothing_kept",
            "from",
            new(
                "이 실행이 받은 답은 끝까지 남아 있지 않아서 다시 검사할 수 없어요.",
                "The answer of this run is not there to its end, so it cannot be checked again."
            )
        );

    public Task<Run> FindAsync(Guid owner, Guid runId, CancellationToken cancel) =>
        store.ReadAsync(db => db.Runs.OwnedAsync(owner, runId, retention, cancel), cancel);

    /// <summary>Null when there is no such run any more.</summary>
    public Task<RunState?> StateAsync(Guid owner, Guid runId, CancellationToken cancel) =>
        store.ReadAsync(
            db =>
                db.Runs.Where(run => run.Id == runId && run.OwnerId == owner)
                    .Select(run => (RunState?)run.State)
                    .SingleOrDefaultAsync(cancel),
            cancel
        );

    public Task<StartedRun> BeginOneOffAsync(
        Guid owner,
        ScheduleFields fields,
        Action<RunProgress> tell,
        CancellationToken cancel
    )
    {
        var now = time.GetUtcNow();
        return store.WriteAsync(
            async db =>
            {
                var brand = await Brand.OfAsync(db, owner, cancel);
                var wish = ScheduleRules.ForOnePiece(fields.Under(brand), owner, now);
                var run = NewRun(owner, null, wish.Name, RunTrigger.OneOff, null, now);
                db.Runs.Add(run);
                var assignment = Assignment.For(wish, now, 1, []).Under(brand);
                return new StartedRun(new Attempt(run, 1, time, tell), assignment);
            },
            cancel
        );
    }

    /// <summary>A run that writes a piece again. It belongs to no schedule, whose pieces it does not add to.</summary>
    public Task<StartedRun> BeginRevisionAsync(
        Guid owner,
        Guid contentId,
        string instruction,
        Action<RunProgress> tell,
        CancellationToken cancel
    ) =>
        store.WriteAsync(
            async db =>
            {
                var piece = await db.Contents.OwnedAsync(owner, contentId, cancel);
                var schedule = piece.ScheduleId is { } id ? await db.Schedules.FindAsync([id], cancel) : null;
                var first = piece.RunId is { } written ? await db.Runs.FindAsync([written], cancel) : null;
                var now = time.GetUtcNow();
                var name = schedule?.Name ?? first?.ScheduleName ?? piece.Title;
                var run = NewRun(owner, null, name, RunTrigger.Regenerate, null, now);
                run.ContentId = piece.Id;
                db.Runs.Add(run);
                var brand = await Brand.OfAsync(db, owner, cancel);
                var assignment = Revision.AssignmentFor(piece, schedule, first?.Prompt, brand, now);
                return new StartedRun(new Attempt(run, 1, time, tell), assignment, Revision.Of(piece, instruction));
            },
            cancel
        );

    /// <summary>A run that is not stored until it has ended.</summary>
    public async Task<StartedRun> SketchAsync(
        Guid owner,
        ScheduleFields fields,
        Action<RunProgress> tell,
        CancellationToken cancel
    )
    {
        var now = time.GetUtcNow();
        var brand = await store.ReadAsync(db => Brand.OfAsync(db, owner, cancel), cancel);
        var wish = ScheduleRules.ForOnePiece(fields.Under(brand), owner, now);
        // Nothing of what was asked for is kept, so that whoever has everything erased meanwhile leaves nothing here.
        var run = NewRun(owner, null, "", RunTrigger.Draft, null, now);
        var assignment = Assignment.For(wish, now, 1, []).Under(brand);
        // One is shown, so no other is asked and paid for.
        return new StartedRun(
            new Attempt(run, 1, time, tell),
            assignment with
            {
                Settings = assignment.Settings with { Variants = 1 },
            }
        );
    }

    /// <summary>What such a run came to.</summary>
    public RunProgress.Finished SketchEnded(StartedRun sketch, AttemptResult result)
    {
        var run = sketch.Attempt.Run;
        run.State = RunState.Tried;
        if (result is AttemptResult.Piece piece)
            return new RunProgress.Finished(run, ContentOf(sketch, piece.Draft, null));
        var failed = (AttemptResult.Failed)result;
        (run.Reason, run.ReasonDetail) = (failed.Reason.Key, failed.Detail);
        return new RunProgress.Finished(run, null);
    }

    /// <summary>Keeps what such a run took, and nothing that was written: it is paid for, so the month's figures have it.</summary>
    /// <param name="sketch">It has ended, or was left.</param>
    /// <param name="failure">Why it came to nothing; null when it came to something, or nobody waits for it any more.</param>
    public async Task KeepSketchAsync(StartedRun sketch, Exception? failure)
    {
        var (attempt, run) = (sketch.Attempt, sketch.Attempt.Run);
        if (attempt.Calls.Count == 0 || attempt.Writer.IsSample)
            return;
        if (run.State == RunState.Running)
            (run.State, run.Reason) = (RunState.Tried, (failure is null ? Reasons.Cancelled : Reasons.Of(failure)).Key);
        run.FinishedAt = time.GetUtcNow();
        await store.WriteAsync(
            async db =>
            {
                await PayAsync(db, run, attempt);
                db.Runs.Add(run);
            },
            CancellationToken.None
        );
    }

    private static Task<Run?> RunOfAsync(StudioDb db, SlotMessage slot) =>
        db.Runs.SingleOrDefaultAsync(run => run.ScheduleId == slot.ScheduleId && run.SlotAt == slot.Timestamp);

    private static SlotAnswer? AnswerOf(Run run, Schedule schedule) =>
        run.State switch
        {
            RunState.Done => new SlotAnswer.Done(run.Id, run.ContentId, schedule.NextRunAt),
            RunState.Failed => new SlotAnswer.Skipped(run.Reason ?? "failed", run.Id),
            RunState.Skipped => new SlotAnswer.Skipped(run.Reason ?? "skipped", run.Id),
            RunState.Cancelled => new SlotAnswer.Skipped(Reasons.Cancelled.Key, run.Id),
            _ => null,
        };

    /// <summary>No booking waits for this slot. If one did and a person paused since, the ledger says so.</summary>
    private async Task<SlotAnswer> StaleAsync(StudioDb db, Schedule schedule, SlotMessage slot)
    {
        if (!schedule.RestsAt(time.GetUtcNow()))
            return new SlotAnswer.Skipped("stale", null);
        var wasBooked = await db.Bookings.AnyAsync(booking =>
            booking.ScheduleId == schedule.Id
            && booking.SlotAt == slot.Timestamp
            // Of a fired one there was a run, which may be past its retention.
            && booking.State != BookingState.Fired
        );
        if (!wasBooked)
            return new SlotAnswer.Skipped("stale", null);
        var run = Run.Skipped(schedule, slot.Timestamp, Reasons.Paused, time.GetUtcNow());
        db.Runs.Add(run);
        return new SlotAnswer.Skipped(Reasons.Paused.Key, run.Id);
    }

    private Run Begin(StudioDb db, Schedule schedule, SlotMessage slot, Booking live)
    {
        var now = time.GetUtcNow();
        Booked.Fire(schedule, live, now);
        var trigger = slot.Timestamp < now - Planning.Tolerance ? RunTrigger.CatchUp : RunTrigger.Schedule;
        var run = NewRun(schedule.OwnerId, schedule.Id, schedule.Name, trigger, slot.Timestamp, now);
        run.Attempts = 0;
        db.Runs.Add(run);
        return run;
    }

    private bool IsMadeElsewhere(Run run) => run.State == RunState.Running && node.IsElsewhere(run.NodeId);

    private Run NewRun(
        Guid owner,
        Guid? scheduleId,
        string scheduleName,
        RunTrigger trigger,
        DateTimeOffset? slot,
        DateTimeOffset now
    ) =>
        new()
        {
            Id = Guid.CreateVersion7(now),
            OwnerId = owner,
            ScheduleId = scheduleId,
            ScheduleName = scheduleName,
            SlotAt = slot,
            Trigger = trigger,
            State = RunState.Running,
            NodeId = node.Id,
            Attempts = 1,
            StartedAt = now,
        };

    private static async Task<Assignment> AssignmentAsync(StudioDb db, Schedule schedule, DateTimeOffset at)
    {
        var earlier = await db
            .Contents.Where(content => content.ScheduleId == schedule.Id)
            .OrderByDescending(content => content.CreatedAt)
            .Select(content => new EarlierPiece(content.Title, content.Body))
            .Take(PiecesToCompare)
            .ToListAsync();
        var titles = earlier.Take(TitlesToAvoid).Select(piece => piece.Title).ToList();
        var brand = await Brand.OfAsync(db, schedule.OwnerId, CancellationToken.None);
        return Assignment.For(schedule, at, schedule.TotalGenerated + 1, titles).Under(brand) with
        {
            Earlier = earlier,
        };
    }

    private async Task InterruptOpenStepsAsync(StudioDb db, Run run)
    {
        var open = await db.RunSteps.Where(step => step.RunId == run.Id && step.EndedAt == null).ToListAsync();
        foreach (var step in open)
        {
            step.EndedAt = time.GetUtcNow();
            step.Reason = Reasons.Interrupted.Key;
        }
    }

    private static void Track(StudioDb db, Attempt attempt) => db.RunSteps.AddRange(attempt.Steps);
}
