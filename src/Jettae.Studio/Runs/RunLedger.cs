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
internal sealed class RunLedger(StudioStore store, TimeProvider time)
{
    /// <summary>What was running before was made by a process that is no more.</summary>
    private readonly DateTimeOffset born = time.GetUtcNow();

    private static readonly Word PieceDeleted = new("글이 그 사이에 지워졌어요.", "The piece was deleted meanwhile.");
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
                await InterruptOpenStepsAsync(db, run);
                if (schedule.RestsAt(time.GetUtcNow()) && run.State == RunState.Waiting)
                {
                    (run.State, run.Reason, run.FinishedAt) = (RunState.Skipped, Reasons.Paused.Key, time.GetUtcNow());
                    return (null, new SlotAnswer.Skipped(Reasons.Paused.Key, run.Id));
                }
                run.State = RunState.Running;
                run.Attempts++;
                run.QstashMessageId = messageId ?? run.QstashMessageId;
                var attempt = new Attempt(run, run.Attempts, time, tell);
                attempt.Did(StepKind.Due, null, slot.Timestamp);
                attempt.Did(StepKind.Delivered, messageId, deliveredAt);
                attempt.Did(StepKind.Verified);
                Track(db, attempt);
                return (new StartedRun(attempt, await AssignmentAsync(db, schedule, slot.Timestamp)), null);
            },
            cancel
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
                var before = await db.Runs.OwnedAsync(owner, runId, cancel);
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
            return before.Answer is { Length: > 0 } answer
                ? (null, new KeptAnswer(answer, before.Prompt ?? "", before.Model))
                : throw NothingKept(from);
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

    public Task<Run> FindAsync(Guid owner, Guid runId, CancellationToken cancel) =>
        store.ReadAsync(db => db.Runs.OwnedAsync(owner, runId, cancel), cancel);

    /// <summary>Gives a run up that waits, or that nobody makes any more. A repeat changes nothing.</summary>
    public Task<Run> CancelAsync(Guid owner, Guid runId, CancellationToken cancel) =>
        store.WriteAsync(
            async db =>
            {
                var run = await db.Runs.OwnedAsync(owner, runId, cancel);
                if (run.State == RunState.Cancelled)
                    return run;
                if (run.State is not (RunState.Waiting or RunState.Running))
                    throw new RejectedException(
                        409,
                        "run_ended",
                        "id",
                        new("이미 끝난 실행이에요.", "This run has ended already.")
                    );
                await InterruptOpenStepsAsync(db, run);
                (run.State, run.Reason, run.FinishedAt) = (RunState.Cancelled, Reasons.Cancelled.Key, time.GetUtcNow());
                return run;
            },
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
                var revision = Revision.Of(piece, first?.Prompt, instruction);
                var brand = await Brand.OfAsync(db, owner, cancel);
                var assignment = Revision.AssignmentFor(piece, schedule, now).Under(brand);
                return new StartedRun(new Attempt(run, 1, time, tell), assignment, revision);
            },
            cancel
        );

    /// <summary>A run that is never stored.</summary>
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
        var run = NewRun(owner, null, wish.Name, RunTrigger.OneOff, null, now);
        return new StartedRun(new Attempt(run, 1, time, tell), Assignment.For(wish, now, 1, []).Under(brand));
    }

    /// <summary>What such a run came to.</summary>
    public RunProgress.Finished SketchEnded(StartedRun sketch, AttemptResult result)
    {
        var run = sketch.Attempt.Run;
        if (result is AttemptResult.Piece piece)
        {
            run.State = RunState.Done;
            return new RunProgress.Finished(run, ContentOf(sketch, piece.Draft, null));
        }
        run.State = RunState.Failed;
        var failed = (AttemptResult.Failed)result;
        (run.Reason, run.ReasonDetail) = (failed.Reason.Key, failed.Detail);
        return new RunProgress.Finished(run, null);
    }

    /// <summary>Stores the steps so far, so that a crash leaves a trace of the call it interrupted.</summary>
    public Task StoreStepsAsync(Attempt attempt, CancellationToken cancel) =>
        store.WriteAsync(
            async db =>
            {
                await TrackKnownAsync(db, attempt, cancel);
            },
            cancel
        );

    /// <summary>The one transaction that ends an attempt: content, run, statistics, next booking.</summary>
    public Task<(SlotAnswer Answer, Run Run, Content? Content)> SettleAsync(
        StartedRun started,
        AttemptResult result,
        CancellationToken cancel
    ) =>
        store.WriteAsync(
            async db =>
            {
                var now = time.GetUtcNow();
                var attempt = started.Attempt;
                var run = await db.Runs.FindAsync([attempt.Run.Id], cancel);
                if (run is null || run.State != RunState.Running || run.Attempts != attempt.Number)
                    return (LostTo(run), run ?? attempt.Run, null);
                var schedule = run.ScheduleId is { } id ? await db.Schedules.FindAsync([id], cancel) : null;
                run.Model = attempt.Model;
                run.Prompt = attempt.Prompt;
                run.ProviderRequestId = attempt.RequestId;
                run.Answer = attempt.Answer ?? run.Answer;
                run.Similarity = attempt.Similarity;
                run.InputTokens += attempt.Calls.Sum(call => call.InputTokens);
                run.CachedInputTokens += attempt.Calls.Sum(call => call.CachedInputTokens);
                run.CacheWriteTokens += attempt.Calls.Sum(call => call.CacheWriteTokens);
                run.OutputTokens += attempt.Calls.Sum(call => call.OutputTokens);
                run.Cost = await CostAsync(db, run, attempt.Calls, cancel);

                Content? content = null;
                RetryAfter? retry = null;
                if (started.Revision is { } revision && !await db.Contents.AnyAsync(revision.IsOf, cancel))
                    result = new AttemptResult.Failed(Reasons.Deleted, PieceDeleted.Kept, false, null);
                if (result is AttemptResult.Piece piece)
                {
                    content = started.Revision is null
                        ? Added(db, ContentOf(started, piece.Draft, schedule), piece.Variants)
                        : await RevisedAsync(db, started, run, piece.Draft, cancel);
                    run.State = RunState.Done;
                    run.ContentId = content.Id;
                    (run.Reason, run.ReasonDetail) = (null, null);
                    run.FinishedAt = now;
                    attempt.Did(StepKind.Stored, content.Title);
                    if (schedule is not null)
                    {
                        schedule.TotalGenerated++;
                        schedule.LastRunAt = now;
                    }
                }
                else if (result is AttemptResult.Failed failed)
                {
                    (run.Reason, run.ReasonDetail) = (failed.Reason.Key, failed.Detail);
                    var mayTryAgain = failed.Retryable && run.SlotAt is not null;
                    if (mayTryAgain)
                    {
                        run.State = RunState.Waiting;
                        retry = new RetryAfter(failed.RetryAfter);
                    }
                    else if (failed.Reason == Reasons.Cancelled)
                        (run.State, run.FinishedAt) = (RunState.Cancelled, now);
                    else
                        Fail(run, schedule, now);
                }
                if (schedule is not null && run.SlotAt is not null)
                {
                    var next = await Booked.EnsureAsync(db, schedule, now);
                    if (next is not null)
                        attempt.Did(StepKind.NextBooked, next.SlotAt.ToString("u", null));
                }
                await TrackKnownAsync(db, attempt, cancel);
                SlotAnswer answer =
                    content is not null ? new SlotAnswer.Done(run.Id, content.Id, schedule?.NextRunAt)
                    : retry is not null ? new SlotAnswer.TryAgain(run.Id, Reasons.Find(run.Reason)!, retry.After)
                    : new SlotAnswer.Failed(run.Id, Reasons.Find(run.Reason)!);
                return (answer, run, content);
            },
            cancel
        );

    /// <summary>The slot's run fails for good, whatever stage it had reached; the next slot is booked all the same.</summary>
    public Task<SlotAnswer> GiveUpAsync(SlotMessage slot, string? messageId, string detail, CancellationToken cancel) =>
        store.WriteAsync<SlotAnswer>(
            async db =>
            {
                if (await db.Schedules.FindAsync([slot.ScheduleId], cancel) is not { } schedule)
                    return new SlotAnswer.Unknown();
                var now = time.GetUtcNow();
                var run = await RunOfAsync(db, slot);
                if (run is null)
                {
                    var live = await Booked.LiveAsync(db, schedule.Id);
                    if (live?.SlotAt != slot.Timestamp)
                        return new SlotAnswer.Skipped("stale", null);
                    run = Begin(db, schedule, slot, live);
                    run.Attempts = 0;
                }
                if (AnswerOf(run, schedule) is { } settled)
                    return settled;
                await InterruptOpenStepsAsync(db, run);
                // What its last attempt came to is why; only of one that nobody ever heard of QStash's word is all there is.
                if (run.Attempts == 0)
                    (run.Reason, run.ReasonDetail) = (Reasons.GaveUp.Key, detail);
                else if (run.State == RunState.Running)
                    (run.Reason, run.ReasonDetail) = (Reasons.Interrupted.Key, detail);
                else
                    run.ReasonDetail = Both(run.ReasonDetail, detail);
                run.QstashMessageId = messageId ?? run.QstashMessageId;
                Fail(run, schedule, now);
                await Booked.EnsureAsync(db, schedule, now);
                return new SlotAnswer.Failed(run.Id, Reasons.Find(run.Reason) ?? Reasons.GaveUp);
            },
            cancel
        );

    private static string Both(string? one, string other)
    {
        var (first, second) = (Word.Of(one ?? ""), Word.Of(other));
        return new Word($"{first.Ko} · {second.Ko}", $"{first.En} · {second.En}").Kept;
    }

    /// <summary>Slots begun long ago that are neither settled nor being written: QStash should still hold their message.</summary>
    public Task<List<Run>> OverdueAsync(DateTimeOffset begunBefore, CancellationToken cancel) =>
        store.ReadAsync(
            db =>
                db.Runs.Where(run => run.State == RunState.Waiting || run.State == RunState.Running)
                    .Where(run => run.SlotAt != null && run.ScheduleId != null && run.StartedAt < begunBefore)
                    .ToListAsync(cancel),
            cancel
        );

    /// <summary>
    /// Runs that a stop interrupted and that nobody will deliver again: those by hand, those of deleted schedules. One that
    /// was begun a moment ago may not be known as under work yet.
    /// </summary>
    public Task FailOrphansAsync(Func<Guid, bool> isAtWork, CancellationToken cancel) =>
        store.WriteAsync(
            async db =>
            {
                var moment = time.GetUtcNow() - TimeSpan.FromMinutes(1);
                var open = await db
                    .Runs.Where(run => run.State == RunState.Running)
                    .Where(run => run.StartedAt <= born || run.StartedAt < moment)
                    .Where(run => run.SlotAt == null || !db.Schedules.Any(schedule => schedule.Id == run.ScheduleId))
                    .ToListAsync(cancel);
                foreach (var run in open.Where(run => !isAtWork(run.Id)))
                {
                    await InterruptOpenStepsAsync(db, run);
                    run.Reason = Reasons.Interrupted.Key;
                    var schedule = run.ScheduleId is { } id ? await db.Schedules.FindAsync([id], cancel) : null;
                    Fail(run, schedule, time.GetUtcNow());
                }
            },
            cancel
        );

    /// <param name="started">What was to be written.</param>
    /// <param name="draft">What was written.</param>
    /// <param name="schedule">The one that still stands for it; null: none.</param>
    private Content ContentOf(StartedRun started, Draft draft, Schedule? schedule)
    {
        var now = time.GetUtcNow();
        var (attempt, assignment, _) = started;
        return new Content
        {
            Id = Guid.CreateVersion7(now),
            OwnerId = attempt.Run.OwnerId,
            ScheduleId = schedule?.Id,
            RunId = attempt.Run.Id,
            ContentType = assignment.Type,
            Title = draft.Title,
            Body = draft.Body,
            Language = assignment.Language,
            Length = draft.Length,
            LengthLimit = draft.Limit,
            IsSample = attempt.Writer.IsSample,
            Model = attempt.Model ?? attempt.Writer.Model,
            CreatedAt = now,
            UpdatedAt = now,
        };
    }

    private static Content Added(StudioDb db, Content piece, IReadOnlyList<Draft> variants)
    {
        db.Contents.Add(piece);
        db.ContentVersions.AddRange(ContentVersion.First(piece, variants));
        return piece;
    }

    private async Task<Content> RevisedAsync(
        StudioDb db,
        StartedRun started,
        Run run,
        Draft draft,
        CancellationToken cancel
    )
    {
        var revision = started.Revision!;
        var piece = await db.Contents.SingleAsync(revision.IsOf, cancel);
        (piece.Title, piece.Body, piece.Length) = (draft.Title, draft.Body, draft.Length);
        (piece.IsSample, piece.Model) = (
            started.Attempt.Writer.IsSample,
            started.Attempt.Model ?? started.Attempt.Writer.Model
        );
        piece.UpdatedAt = time.GetUtcNow();
        await Contents.AddVersionAsync(db, piece, VersionKind.Regenerated, cancel, run, revision.Instruction);
        return piece;
    }

    private sealed record RetryAfter(TimeSpan? After);

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

    private static SlotAnswer LostTo(Run? run) =>
        run is { State: RunState.Done }
            ? new SlotAnswer.Done(run.Id, run.ContentId, null)
            : new SlotAnswer.Skipped(run?.Reason ?? Reasons.Deleted.Key, run?.Id);

    /// <summary>No booking waits for this slot. If one did and a person paused since, the ledger says so.</summary>
    private async Task<SlotAnswer> StaleAsync(StudioDb db, Schedule schedule, SlotMessage slot)
    {
        if (!schedule.RestsAt(time.GetUtcNow()))
            return new SlotAnswer.Skipped("stale", null);
        var wasBooked = await db.Bookings.AnyAsync(booking =>
            booking.ScheduleId == schedule.Id && booking.SlotAt == slot.Timestamp
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

    private static Run NewRun(
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
            Attempts = 1,
            StartedAt = now,
        };

    private static void Fail(Run run, Schedule? schedule, DateTimeOffset now)
    {
        run.State = RunState.Failed;
        run.FinishedAt = now;
        if (schedule is null)
            return;
        schedule.TotalFailed++;
        schedule.LastRunAt = now;
    }

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

    private static async Task TrackKnownAsync(StudioDb db, Attempt attempt, CancellationToken cancel)
    {
        var stored = await db
            .RunSteps.AsNoTracking()
            .Where(step => step.RunId == attempt.Run.Id && step.Attempt == attempt.Number)
            .Select(step => step.Id)
            .ToListAsync(cancel);
        foreach (var step in attempt.Steps)
            if (stored.Contains(step.Id))
                db.RunSteps.Update(step);
            else
                db.RunSteps.Add(step);
    }

    /// <summary>What the run cost before, and each of these calls at its own price.</summary>
    private static async Task<decimal?> CostAsync(
        StudioDb db,
        Run run,
        IReadOnlyList<CallNotes> calls,
        CancellationToken cancel
    )
    {
        var price = await db
            .ModelPrices.AsNoTracking()
            .Where(each => each.Model == run.Model && each.EffectiveFrom <= run.StartedAt)
            .OrderByDescending(each => each.EffectiveFrom)
            .FirstOrDefaultAsync(cancel);
        return price is null ? run.Cost : (run.Cost ?? 0) + calls.Sum(price.Of);
    }
}
