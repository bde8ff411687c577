using System.Linq.Expressions;

namespace Jettae.Studio;

/// <summary>A piece that is to be written again, and how.</summary>
/// <param name="ContentId">The piece.</param>
/// <param name="Text">As it stands, title first where it has one.</param>
/// <param name="Instruction">What a person wants otherwise.</param>
internal sealed record Revision(Guid ContentId, string Text, string Instruction)
{
    private const int LongestInstruction = 1_000;

    public Expression<Func<Content, bool>> IsOf => piece => piece.Id == ContentId;

    public static Revision Of(Content piece, string instruction) =>
        new(
            piece.Id,
            ContentRules.For(piece.ContentType).HasTitle ? $"{piece.Title}\n\n{piece.Body}" : piece.Body,
            instruction
        );

    /// <summary>
    /// The schedule's wishes where there is one; else the rules that it was first written by, or what the brand says where those are
    /// not known. Kind and language stay the piece's.
    /// </summary>
    public static Assignment AssignmentFor(
        Content piece,
        Schedule? schedule,
        string? firstPrompt,
        Brand? brand,
        DateTimeOffset now
    )
    {
        var start = new ScheduleFields().Under(brand);
        return new Assignment(
            piece.ContentType,
            schedule?.ContentTone ?? Tone.Friendly,
            schedule?.Topic ?? piece.Title,
            schedule is null ? start.TargetAudience : schedule.TargetAudience,
            piece.Language,
            schedule?.Settings ?? start.SettingsOver(new()),
            now,
            schedule?.Timing.Zone ?? TimeZoneInfo.Utc,
            piece.Version + 1,
            []
        )
        {
            GivenRules = schedule is null && firstPrompt is not null ? Prompt.Of(firstPrompt)?.System : null,
        }.Under(brand);
    }

    /// <exception cref="RejectedException">Empty or too long.</exception>
    public static string CheckedInstruction(string instruction)
    {
        var clean = instruction.Trim();
        return clean.Length is > 0 and <= LongestInstruction
            ? clean
            : throw RejectedException.Broken(
                "instruction",
                new($"1~{LongestInstruction}자여야 해요.", $"It must have 1 to {LongestInstruction} characters."),
                $"{clean.Length}"
            );
    }
}
