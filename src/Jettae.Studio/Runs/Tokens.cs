namespace Jettae.Studio;

/// <summary>What a writer took in and gave out, by kind.</summary>
/// <param name="Input">All input: new, read from the provider's cache and written into it.</param>
/// <param name="CachedInput">Of it, read from the cache.</param>
/// <param name="CacheWrite">Of it, written into the cache.</param>
/// <param name="Output">All output, thinking included.</param>
/// <param name="Thinking">Of it, thought and not shown; 0 where the provider does not tell it apart.</param>
public readonly record struct Tokens(long Input, long CachedInput, long CacheWrite, long Output, long Thinking)
{
    public long All => Input + Output;

    /// <summary>Input that the cache had no part in.</summary>
    public long New => Input - CachedInput - CacheWrite;

    /// <summary>Output that can be read.</summary>
    public long Text => Output - Thinking;
}
