using Microsoft.Extensions.AI;

namespace Jettae.Studio;

/// <summary>One writer at one assignment: its calls, the checks of what it answers, and the one repair.</summary>
internal sealed class Sitting(
    Writer writer,
    Assignment assignment,
    Attempt attempt,
    Func<Task> beforeCall,
    CancellationToken cancel
)
{
    private static readonly Word TwiceCutOff = new(
        "두 번 모두 길이 제한에서 끊겼어요 (max_tokens).",
        "It was cut off at the limit of length twice (max_tokens)."
    );

    public bool IsSample => writer.Info.IsSample;

    /// <summary>The conversation's begin.</summary>
    /// <param name="prompt">Its rules and its wish.</param>
    /// <param name="isRepeated">The rules will likely be sent again within minutes: worth the provider's cache.</param>
    public List<ChatMessage> Talk(Prompt prompt, bool isRepeated) =>
        [writer.Rules(prompt.System, isRepeated), new(ChatRole.User, prompt.User)];

    /// <summary>One call, and whether its answer is fit.</summary>
    public async Task<Answer> AskAsync(StepKind kind, List<ChatMessage> talk)
    {
        var step = attempt.Begin(kind);
        await beforeCall();
        var notes = new CallNotes();
        WritingOutcome outcome;
        try
        {
            outcome = await writer.AskAsync(talk, assignment, notes, attempt.Tell, cancel);
        }
        finally
        {
            // One that is stopped on the way is paid for too.
            attempt.Count(notes);
        }
        if (outcome is WritingOutcome.Failed failed)
        {
            attempt.End(step, ok: false, failed.Reason, $"{failed.Detail}{Request(notes)}");
            return new Answer.None(new(failed.Reason, failed.Detail, failed.Retryable, failed.RetryAfter));
        }
        attempt.End(
            step,
            ok: true,
            null,
            new Word(
                $"{notes.Model}, {notes.InputTokens} + {notes.OutputTokens} 토큰{Request(notes)}",
                $"{notes.Model}, {notes.InputTokens} + {notes.OutputTokens} tokens{Request(notes)}"
            ).Kept
        );
        var written = (WritingOutcome.Written)outcome;
        return Examine(talk, written.Text, written.CutOff);
    }

    /// <summary>Whether an answer is fit.</summary>
    /// <param name="talk">What it answers.</param>
    /// <param name="text">As it came.</param>
    /// <param name="isCutOff">It hit the limit of length before its end.</param>
    public Answer Examine(List<ChatMessage> talk, string text, bool isCutOff)
    {
        attempt.Answer = text;
        var settings = assignment.Settings;
        var draft = Draft.From(assignment.Type, text, settings.Numbering);
        if (isCutOff)
        {
            attempt.Missed(StepKind.Checked, Reasons.CutOff, "max_tokens");
            return new Answer.Unfit(
                talk,
                text,
                Prompts.Continue(assignment),
                new(Reasons.CutOff, TwiceCutOff.Kept, Retryable: false, null)
            );
        }
        if (draft.Fault(assignment.Type, assignment.Language, settings.BannedWords) is { } fault)
        {
            attempt.Missed(StepKind.Checked, Reasons.DraftUnfit, fault.Kept);
            var ask = Prompts.Repair(fault, assignment);
            return new Answer.Unfit(talk, text, ask, new(Reasons.DraftUnfit, fault.Kept, Retryable: true, null));
        }
        attempt.Did(StepKind.Checked, draft.Limit is { } limit ? $"{draft.Length}/{limit}" : $"{draft.Length}");
        return new Answer.Fit(talk, text, draft);
    }

    /// <summary>The talk goes on: what was answered, and what is asked for now.</summary>
    public Task<Answer> AskAgainAsync(List<ChatMessage> talk, string answer, string ask) =>
        AskAsync(
            StepKind.Repair,
            [
                .. talk,
                new ChatMessage(ChatRole.Assistant, answer.Length > 0 ? answer : "-"),
                new ChatMessage(ChatRole.User, ask),
            ]
        );

    private static string Request(CallNotes notes) => notes.RequestId is { } id ? $" ({id})" : "";
}

/// <summary>What came of one call and its check.</summary>
internal abstract record Answer
{
    private Answer() { }

    /// <summary>A draft that passed.</summary>
    public sealed record Fit(List<ChatMessage> Talk, string Text, Draft Draft) : Answer;

    /// <summary>A text that did not pass.</summary>
    /// <param name="Talk">What it answers.</param>
    /// <param name="Text">As it came.</param>
    /// <param name="Ask">What to ask for, to have it corrected.</param>
    /// <param name="Failure">What it comes to when that does not help.</param>
    public sealed record Unfit(List<ChatMessage> Talk, string Text, string Ask, AttemptResult.Failed Failure) : Answer;

    /// <summary>The provider gave none.</summary>
    public sealed record None(AttemptResult.Failed Failure) : Answer;
}
