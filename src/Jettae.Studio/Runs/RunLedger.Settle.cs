using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>How an attempt ends: content, run, statistics and next booking in one transaction.</summary>
internal sealed partial class RunLedger
{
    /// <summary>Stores the steps so far, so that a crash leaves a trace of the call it interrupted.</summary>
    public Task StoreStepsAsync(Attempt attempt, CancellationToken cancel) =>
        store.WriteAsync(
            async db =>
            {
                await TrackKnownAsync(db, attempt, cancel);
            },
            cancel,
            about: Concerned(attempt.Run)
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
                {
                    // Stopped at another node: what it took until then is paid for, and told here once.
                    if (
                        run?.State == RunState.Cancelled
                        && attempt.RequestId is { } asked
                        && run.ProviderRequestId != asked
                    )
                        await PayAsync(db, run, attempt);
                    return (LostTo(run), run ?? attempt.Run, null);
                }
                var schedule = run.ScheduleId is { } id ? await db.Schedules.FindAsync([id], cancel) : null;
                run.Prompt = attempt.Prompt;
                run.Answer = attempt.Answer ?? run.Answer;
                run.Similarity = attempt.Similarity;
                await PayAsync(db, run, attempt);

                Content? content = null;
                RetryAfter? retry = null;
                if (started.Revision is { } revision && !await db.Contents.AnyAsync(revision.IsOf, cancel))
                    result = new AttemptResult.Failed(Reasons.PieceDeleted, "", Retryable: false, null);
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
            cancel,
            about: Concerned(started.Attempt.Run)
        );

    private static Guid Concerned(Run run) => run.ScheduleId ?? run.Id;

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
        // What was decided, and noted with it, was decided of another text.
        if (piece.Status is ContentStatus.Approved or ContentStatus.Rejected)
            (piece.Status, piece.Note) = (ContentStatus.Draft, "");
        piece.UpdatedAt = time.GetUtcNow();
        await Contents.AddVersionAsync(db, piece, VersionKind.Regenerated, cancel, run, revision.Instruction);
        return piece;
    }

    private sealed record RetryAfter(TimeSpan? After);

    private static SlotAnswer LostTo(Run? run) =>
        run is { State: RunState.Done }
            ? new SlotAnswer.Done(run.Id, run.ContentId, null)
            : new SlotAnswer.Skipped(run?.Reason ?? Reasons.Deleted.Key, run?.Id);

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

    /// <summary>Adds to the run what the attempt took, each of its calls at its own price.</summary>
    private static async Task PayAsync(StudioDb db, Run run, Attempt attempt)
    {
        (run.Model, run.ProviderRequestId) = (attempt.Model, attempt.RequestId);
        foreach (var call in attempt.Calls)
        {
            run.InputTokens += call.InputTokens;
            run.CachedInputTokens += call.CachedInputTokens;
            run.CacheWriteTokens += call.CacheWriteTokens;
            run.OutputTokens += call.OutputTokens;
            run.ThinkingTokens += call.ThinkingTokens;
        }
        var price = await db
            .ModelPrices.AsNoTracking()
            .Where(each => each.Model == run.Model && each.EffectiveFrom <= run.StartedAt)
            .OrderByDescending(each => each.EffectiveFrom)
            .FirstOrDefaultAsync();
        if (price is not null)
            run.Cost = (run.Cost ?? 0) + attempt.Calls.Sum(price.Of);
    }
}
