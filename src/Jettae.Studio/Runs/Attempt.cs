namespace Jettae.Studio;

/// <summary>One attempt of one run while it is being made: its steps, its cost, and who watches.</summary>
internal sealed class Attempt(Run run, int number, TimeProvider time, Action<RunProgress> tell)
{
    private DateTimeOffset last;

    public Run Run => run;
    public int Number => number;
    public List<RunStep> Steps { get; } = [];
    public long InputTokens { get; private set; }
    public long CachedInputTokens { get; private set; }
    public long OutputTokens { get; private set; }
    public string? Model { get; private set; }
    public string? RequestId { get; private set; }
    public string? Prompt { get; set; }

    public RunStep Begin(StepKind kind) => Add(kind, time.GetUtcNow(), null, ok: false, null, null);

    public void Did(StepKind kind, string? detail = null, DateTimeOffset? since = null)
    {
        var now = time.GetUtcNow();
        Add(kind, since ?? now, now, ok: true, null, detail);
    }

    public void Missed(StepKind kind, Reason reason, string detail)
    {
        var now = time.GetUtcNow();
        Add(kind, now, now, ok: false, reason.Key, detail);
    }

    public void End(RunStep step, bool ok, Reason? reason = null, string? detail = null)
    {
        step.EndedAt = time.GetUtcNow();
        step.Ok = ok;
        step.Reason = reason?.Key;
        step.Detail = detail is { Length: > 500 } ? detail[..500] : detail;
        tell(new RunProgress.Step(step));
    }

    public void Tell(string text) => tell(new RunProgress.Text(text));

    public void Count(CallNotes notes)
    {
        InputTokens += notes.InputTokens;
        CachedInputTokens += notes.CachedInputTokens;
        OutputTokens += notes.OutputTokens;
        Model = notes.Model ?? Model;
        RequestId = notes.RequestId ?? RequestId;
    }

    private RunStep Add(StepKind kind, DateTimeOffset from, DateTimeOffset? to, bool ok, string? reason, string? detail)
    {
        var now = time.GetUtcNow();
        // Ids are ordered by their millisecond; steps within the same one keep their order too.
        var millisecond = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        last = millisecond > last ? millisecond : last.AddMilliseconds(1);
        var step = new RunStep
        {
            Id = Guid.CreateVersion7(last),
            RunId = run.Id,
            OwnerId = run.OwnerId,
            Attempt = number,
            Kind = kind,
            StartedAt = from,
            EndedAt = to,
            Ok = ok,
            Reason = reason,
            Detail = detail,
        };
        Steps.Add(step);
        tell(new RunProgress.Step(step));
        return step;
    }
}

/// <summary>What an attempt came to, before it is settled.</summary>
internal abstract record AttemptResult
{
    private AttemptResult() { }

    public sealed record Piece(Draft Draft) : AttemptResult;

    public sealed record Failed(Reason Reason, string Detail, bool Retryable, TimeSpan? RetryAfter) : AttemptResult;
}
