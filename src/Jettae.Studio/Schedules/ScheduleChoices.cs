namespace Jettae.Studio;

/// <summary>A schedule as a choice.</summary>
/// <param name="Id">Which.</param>
/// <param name="Name">What it is called; others may be called the same.</param>
/// <param name="Topic">What it writes about, to tell those apart.</param>
public sealed record ScheduleName(Guid Id, string Name, string Topic);

/// <summary>The schedules that one can be chosen from.</summary>
/// <param name="Names">The first, by name; more than <see cref="Most"/> when there are more.</param>
/// <param name="Chosen">The one that is chosen.</param>
public sealed record ScheduleChoices(IReadOnlyList<ScheduleName> Names, ScheduleName? Chosen)
{
    /// <summary>A list of so many can be looked through; of more one is found by its name.</summary>
    public const int Most = 60;

    public bool IsLong => Names.Count > Most;
}
