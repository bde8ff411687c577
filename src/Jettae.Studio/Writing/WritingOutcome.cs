namespace Jettae.Studio;

/// <summary>What came of one call of the writer.</summary>
internal abstract record WritingOutcome
{
    private WritingOutcome() { }

    /// <summary>A whole answer.</summary>
    public sealed record Written(string Text, bool CutOff) : WritingOutcome;

    /// <summary>No answer. The provider's words are for the record only, never content.</summary>
    /// <param name="Reason">Why.</param>
    /// <param name="Detail">The provider's own words, bounded.</param>
    /// <param name="Retryable">A later attempt may well succeed.</param>
    /// <param name="RetryAfter">What the provider asked to wait.</param>
    public sealed record Failed(Reason Reason, string Detail, bool Retryable, TimeSpan? RetryAfter = null)
        : WritingOutcome;
}

/// <summary>What one call cost and under which name the provider knows it.</summary>
internal sealed class CallNotes
{
    public string? RequestId { get; set; }
    public string? Model { get; set; }
    public TimeSpan? RetryAfter { get; set; }

    /// <summary>All input: what was new, what was read from the cache and what was written into it.</summary>
    public long InputTokens { get; set; }

    /// <summary>Of the input, read from the cache.</summary>
    public long CachedInputTokens { get; set; }

    /// <summary>Of the input, written into the cache.</summary>
    public long CacheWriteTokens { get; set; }
    public long OutputTokens { get; set; }

    /// <summary>Of the output, thought and not shown, where the provider tells it apart.</summary>
    public long ThinkingTokens { get; set; }
}
