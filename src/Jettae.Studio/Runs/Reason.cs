namespace Jettae.Studio;

/// <summary>Why something did not go as planned, in plain words, and what a person can do about it.</summary>
/// <param name="Key">Stable, snake_case; stored on runs and steps, answered by the API.</param>
/// <param name="What">What happened.</param>
/// <param name="ToDo">What to do now.</param>
public sealed record Reason(string Key, Word What, Word ToDo)
{
    /// <summary>What a person can press to mend it.</summary>
    public Fix Fix { get; init; }

    /// <summary>What to do once nobody tries again by itself; null: the same.</summary>
    public Word? ToDoAtLast { get; init; }

    /// <summary>As it reads of what has failed for good.</summary>
    public Reason AtLast => ToDoAtLast is { } last ? this with { ToDo = last } : this;
}

/// <summary>The way from a reason to its remedy.</summary>
public enum Fix
{
    /// <summary>It mends itself, or cannot be mended.</summary>
    None,

    /// <summary>Make the run once more.</summary>
    RunAgain,

    /// <summary>Change topic, prompt or model of the schedule.</summary>
    EditSchedule,

    /// <summary>Change key, address or model of the writer in the settings.</summary>
    Settings,

    /// <summary>Start the paused schedule again.</summary>
    Resume,
}
