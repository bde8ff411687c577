namespace Jettae.Studio;

/// <summary>Why something did not go as planned, in plain words, and what a person can do about it.</summary>
/// <param name="Key">Stable, snake_case; stored on runs and steps, answered by the API.</param>
/// <param name="What">What happened.</param>
/// <param name="ToDo">What to do now.</param>
public sealed record Reason(string Key, Word What, Word ToDo);

/// <summary>All reasons there are.</summary>
public static class Reasons
{
    private static readonly Dictionary<string, Reason> ByKey = [];

    /// <summary>The reason stored under <paramref name="key"/>; null when there is none.</summary>
    public static Reason? Find(string? key) => key is null ? null : ByKey.GetValueOrDefault(key);
}
