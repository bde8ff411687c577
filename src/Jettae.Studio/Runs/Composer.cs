namespace Jettae.Studio;

/// <summary>From an assignment to a piece that fits its platform and does not repeat the ones before it.</summary>
internal sealed class Composer(Writers writers)
{
    /// <summary>
    /// Prompt, write (each variant in turn), check, one repair when none is fit, and one new angle when the piece is too
    /// much like an earlier one.
    /// </summary>
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
        var sitting = Sit(assignment, attempt, beforeCall, cancel);
        var count = sitting.IsSample ? 1 : assignment.Settings.Variants;
        var isRepeated = count > 1 || assignment.Type is ContentType.XPost or ContentType.Thread;
        var fit = new List<Answer.Fit>();
        Answer? last = null;
        for (var variant = 0; variant < count; variant++)
        {
            var prompt = Prompts.For(assignment, variant);
            if (variant == 0)
                Note(attempt, prompt);
            last = await sitting.AskAsync(StepKind.Write, sitting.Talk(prompt, isRepeated));
            // A provider in trouble is not asked for more; what it gave before counts.
            if (last is Answer.None)
                break;
            if (last is Answer.Fit passed)
                fit.Add(passed);
        }
        if (fit.Count > 0)
            return await FreshAsync(sitting, assignment, attempt, fit);
        var repaired = await RepairedAsync(sitting, last!);
        return repaired is Answer.Fit whole
            ? await FreshAsync(sitting, assignment, attempt, [whole])
            : FailureOf(repaired);
    }

    /// <summary>A new draft from a text and a person's wish; the same checks and one repair.</summary>
    /// <param name="assignment">What the text was written for.</param>
    /// <param name="currentText">The text as it stands, its title in the first line where its type has one.</param>
    /// <param name="instruction">What to change.</param>
    /// <param name="attempt">Gets the steps.</param>
    /// <param name="beforeCall">Stores what is known before the provider is called.</param>
    /// <param name="cancel">The program stops.</param>
    public async Task<AttemptResult> ReviseAsync(
        Assignment assignment,
        string currentText,
        string instruction,
        Attempt attempt,
        Func<Task> beforeCall,
        CancellationToken cancel
    )
    {
        var sitting = Sit(assignment, attempt, beforeCall, cancel);
        var prompt = Prompts.Revise(assignment, currentText, instruction);
        Note(attempt, prompt);
        var answer = await sitting.AskAsync(StepKind.Write, sitting.Talk(prompt, isRepeated: false));
        answer = await RepairedAsync(sitting, answer);
        return answer is Answer.Fit fit ? new AttemptResult.Piece(fit.Draft, []) : FailureOf(answer);
    }

    /// <summary>The check alone, of an answer that came earlier. Nobody is asked to correct it.</summary>
    public AttemptResult Check(Assignment assignment, Attempt attempt, KeptAnswer kept)
    {
        var sitting = Sit(assignment, attempt, () => Task.CompletedTask, CancellationToken.None);
        attempt.Writer = attempt.Writer with
        {
            Model = kept.Model ?? attempt.Writer.Model,
            IsSample = kept.Model == SampleWriter.ModelName,
        };
        attempt.Prompt = kept.Prompt;
        return sitting.Examine([], kept.Answer, isCutOff: false) is Answer.Fit fit
            ? new AttemptResult.Piece(fit.Draft, [])
            : new AttemptResult.Failed(Reasons.DraftUnfit, attempt.Steps[^1].Detail ?? "", Retryable: false, null);
    }

    private Sitting Sit(Assignment assignment, Attempt attempt, Func<Task> beforeCall, CancellationToken cancel)
    {
        // Whatever is connected meanwhile: this attempt ends with the writer that it began with.
        var writer = writers.Now;
        attempt.Writer = writer.Info;
        return new Sitting(writer, assignment, attempt, beforeCall, cancel);
    }

    private static void Note(Attempt attempt, Prompt prompt)
    {
        attempt.Prompt = prompt.ToString();
        var length = $"{prompt.System.Length} + {prompt.User.Length}";
        attempt.Did(StepKind.Prompt, new Word($"{length}자", $"{length} characters").Kept);
    }

    private static async Task<Answer> RepairedAsync(Sitting sitting, Answer answer) =>
        answer is Answer.Unfit unfit ? await sitting.AskAgainAsync(unfit.Talk, unfit.Text, unfit.Ask) : answer;

    /// <summary>The least repeated of the drafts, or one that takes a new angle.</summary>
    private static async Task<AttemptResult> FreshAsync(
        Sitting sitting,
        Assignment assignment,
        Attempt attempt,
        List<Answer.Fit> fit
    )
    {
        // Samples are made of few sentences; they resemble each other by design.
        if (assignment.Earlier.Count == 0 || sitting.IsSample)
            return Chosen(attempt, fit[0], fit);
        var rated = fit.Select(each => (Answer: each, Like: Closest(assignment, each.Draft))).ToList();
        var best = rated.Find(each => each.Like.Figure <= Similarity.Threshold);
        if (best.Answer is null)
        {
            best = rated.MinBy(each => each.Like.Figure);
            attempt.Did(StepKind.Similarity, Said(best.Like));
            var ask = Prompts.NewAngle(best.Like.Title, assignment);
            var again = await sitting.AskAgainAsync(best.Answer.Talk, best.Answer.Text, ask);
            // A piece that repeats itself is still a piece: when the second ask comes to nothing, the first is kept.
            if (again is Answer.Fit other)
            {
                rated.Add((other, Closest(assignment, other.Draft)));
                best = rated.MinBy(each => each.Like.Figure);
            }
        }
        attempt.Did(StepKind.Similarity, Said(best.Like));
        attempt.Similarity = best.Like.Figure;
        return Chosen(attempt, best.Answer, rated.Select(each => each.Answer));
    }

    /// <summary>The answer that is kept is the one that the piece was made of, whatever was answered after it.</summary>
    private static AttemptResult.Piece Chosen(Attempt attempt, Answer.Fit answer, IEnumerable<Answer.Fit> all)
    {
        attempt.Answer = answer.Text;
        return new(answer.Draft, [.. all.Where(each => each != answer).Select(each => each.Draft)]);
    }

    private static (double Figure, string Title) Closest(Assignment assignment, Draft draft) =>
        assignment.Earlier.Select(each => (Similarity.Of(draft.Body, each.Body), each.Title)).MaxBy(each => each.Item1);

    private static string Said((double Figure, string Title) like) =>
        FormattableString.Invariant($"{like.Figure:0.00} “{like.Title}”");

    private static AttemptResult.Failed FailureOf(Answer answer) =>
        answer switch
        {
            Answer.None none => none.Failure,
            Answer.Unfit unfit => unfit.Failure,
            _ => throw new InvalidOperationException("A fit draft is no failure."),
        };
}
