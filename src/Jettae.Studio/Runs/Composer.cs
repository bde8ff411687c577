using Microsoft.Extensions.AI;

namespace Jettae.Studio;

/// <summary>Prompt, write, check, and one repair: from an assignment to a piece that fits its platform.</summary>
internal sealed class Composer(Writer writer)
{
    /// <param name="assignment">What to write.</param>
    /// <param name="attempt">Gets the steps.</param>
    /// <param name="beforeCall">Stores what is known before the provider is called.</param>
    /// <param name="cancel">The program stops.</param>
    public async Task<AttemptResult> ComposeAsync(
        Assignment assignment,
        Attempt attempt,
        Func<Task> beforeCall,
        CancellationToken cancel
    )
    {
        attempt.Prompt = Prompts.For(assignment);
        attempt.Did(StepKind.Prompt, $"{attempt.Prompt.Length} characters");
        var talk = new List<ChatMessage> { new(ChatRole.User, attempt.Prompt) };

        var outcome = await CallAsync(StepKind.Write, talk, assignment, attempt, beforeCall, cancel);
        if (outcome is not WritingOutcome.Written first)
            return Failure(outcome);
        var draft = Draft.From(assignment.Type, first.Text);
        var fault = first.CutOff ? Prompts.Continue(assignment) : FaultOf(draft, assignment, attempt);
        if (fault is null)
            return new AttemptResult.Piece(draft);

        talk.Add(new ChatMessage(ChatRole.Assistant, first.Text.Length > 0 ? first.Text : "-"));
        talk.Add(new ChatMessage(ChatRole.User, fault));
        outcome = await CallAsync(StepKind.Repair, talk, assignment, attempt, beforeCall, cancel);
        if (outcome is not WritingOutcome.Written second)
            return Failure(outcome);
        if (second.CutOff)
            return new AttemptResult.Failed(Reasons.CutOff, "stop reason: max_tokens, twice", Retryable: false, null);
        draft = Draft.From(assignment.Type, second.Text);
        var remaining = FaultOf(draft, assignment, attempt);
        return remaining is null
            ? new AttemptResult.Piece(draft)
            : new AttemptResult.Failed(Reasons.DraftUnfit, remaining, Retryable: true, null);
    }

    private async Task<WritingOutcome> CallAsync(
        StepKind kind,
        List<ChatMessage> talk,
        Assignment assignment,
        Attempt attempt,
        Func<Task> beforeCall,
        CancellationToken cancel
    )
    {
        var step = attempt.Begin(kind);
        await beforeCall();
        var notes = new CallNotes();
        var outcome = await writer.AskAsync(talk, assignment, notes, attempt.Tell, cancel);
        attempt.Count(notes);
        var cost = $"{notes.Model}, {notes.InputTokens} + {notes.OutputTokens} tokens{Request(notes)}";
        if (outcome is WritingOutcome.Failed failed)
            attempt.End(step, ok: false, failed.Reason, $"{failed.Detail}{Request(notes)}");
        else
            attempt.End(step, ok: true, null, cost);
        return outcome;
    }

    private static string? FaultOf(Draft draft, Assignment assignment, Attempt attempt)
    {
        if (draft.Fault(assignment.Type, assignment.Language) is { } fault)
        {
            attempt.Missed(StepKind.Checked, Reasons.DraftUnfit, fault);
            return Prompts.Repair(fault, assignment);
        }
        attempt.Did(StepKind.Checked, draft.Limit is { } limit ? $"{draft.Length}/{limit}" : $"{draft.Length}");
        return null;
    }

    private static AttemptResult.Failed Failure(WritingOutcome outcome) =>
        outcome is WritingOutcome.Failed failed
            ? new(failed.Reason, failed.Detail, failed.Retryable, failed.RetryAfter)
            : throw new InvalidOperationException("Only a failed call is a failure.");

    private static string Request(CallNotes notes) => notes.RequestId is { } id ? $", request {id}" : "";
}
