namespace Jettae.Studio;

/// <summary>A schedule as a choice.</summary>
/// <param name="Id">Which.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Namesake">All of it when another is called the same, to tell them apart; else null.</param>
public sealed record ScheduleName(Guid Id, string Name, Schedule? Namesake = null)
{
    /// <summary>What tells it from those of the same name, in the reader's language: what it writes and when. Empty when there are none.</summary>
    public string Apart =>
        Namesake is not { } schedule
            ? ""
            : string.Join(
                " · ",
                new[]
                {
                    Words.Of(schedule.ContentType).ToString(),
                    Words.Sentence(schedule),
                    schedule.IsActive ? "" : Words.Paused.ToString(),
                    Excerpt.Of(schedule.Topic, LongestTopic),
                }.Where(part => part.Length > 0)
            );

    private const int LongestTopic = 40;
}

/// <summary>The schedules that one can be chosen from.</summary>
/// <param name="Names">The first, by name; more than <see cref="Most"/> when there are more.</param>
/// <param name="Chosen">The one that is chosen.</param>
public sealed record ScheduleChoices(IReadOnlyList<ScheduleName> Names, ScheduleName? Chosen)
{
    /// <summary>A list of so many can be looked through; of more one is found by its name.</summary>
    public const int Most = 60;

    public bool IsLong => Names.Count > Most;
}
