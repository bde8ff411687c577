using System.Text;

namespace Jettae.Studio;

/// <summary>One attempt of one run while it is being made: its steps, its cost, and who watches.</summary>
internal sealed class Attempt(Run run, int number, TimeProvider time, Action<RunProgress> tell)
{
    /// <summary>Bytes in UTF-8.</summary>
    internal const int LongestAnswer = 64 * 1024;

    private DateTimeOffset last;

    public Run Run => run;
    public int Number => number;
    public List<RunStep> Steps { get; } = [];

    /// <summary>Each call of the provider; every one has a price of its own.</summary>
    public List<CallNotes> Calls { get; } = [];
    public string? Model { get; private set; }
    public string? RequestId { get; private set; }
    public string? Prompt { get; set; }

    /// <summary>What the piece was made of, else what the writer answered last: as it came, at most 64 KB.</summary>
    public string? Answer
    {
        get;
        set => field = value is null ? null : Bounded(value);
    }

    /// <summary>How much the piece is like the closest earlier one; null when there was none to compare with.</summary>
    public double? Similarity { get; set; }

    /// <summary>The writer that it began with.</summary>
    public WriterInfo Writer { get; set; } = new("", "", IsSample: false);

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

    /// <summary>What was said of storing did not come true.</summary>
    public void ForgetStored() => Steps.RemoveAll(step => step.Kind is StepKind.Stored or StepKind.NextBooked);

    /// <summary>The store does not take it.</summary>
    public void NotStored(string detail)
    {
        ForgetStored();
        Missed(StepKind.Stored, Reasons.StoreFailed, detail);
    }

    public void End(RunStep step, bool ok, Reason? reason = null, string? detail = null)
    {
        step.EndedAt = time.GetUtcNow();
        step.Ok = ok;
        step.Reason = reason?.Key;
        step.Detail = detail is { Length: > 500 } ? detail[..500] : detail;
        tell(new RunProgress.Step(step));
    }

    /// <summary>Nobody goes on with what was under way.</summary>
    public void Interrupt()
    {
        foreach (var step in Steps.Where(step => step.EndedAt is null))
            End(step, ok: false, Reasons.Interrupted);
    }

    public void Tell(string text) => tell(new RunProgress.Text(text));

    public void Count(CallNotes notes)
    {
        Calls.Add(notes);
        Model = notes.Model ?? Model;
        RequestId = notes.RequestId ?? RequestId;
    }

    /// <summary>Whether it is so long that its end may have been left out.</summary>
    internal static bool MayBeBounded(string answer) => Encoding.UTF8.GetByteCount(answer) > LongestAnswer - 4;

    private static string Bounded(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= LongestAnswer)
            return text;
        var bytes = Encoding.UTF8.GetBytes(text);
        var end = LongestAnswer;
        while ((bytes[end] & 0b1100_0000) == 0b1000_0000)
            end--;
        return Encoding.UTF8.GetString(bytes, 0, end);
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

    /// <param name="Draft">The one to keep.</param>
    /// <param name="Variants">The other drafts that are fit.</param>
    public sealed record Piece(Draft Draft, IReadOnlyList<Draft> Variants) : AttemptResult;

    public sealed record Failed(Reason Reason, string Detail, bool Retryable, TimeSpan? RetryAfter) : AttemptResult;
}
