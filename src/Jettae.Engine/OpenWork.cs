namespace Jettae.Engine;

/// <summary>
/// Counts work that has begun and not ended: publishes, steps of shards that were woken, attempts with their settlement. A
/// timer's callback enters before it returns, so between two timers the count tells truly whether anything goes on.
/// </summary>
public sealed class OpenWork
{
    private long open;
    private long begun;

    /// <summary>Nothing goes on: the next thing to happen is a timer or a request.</summary>
    public bool IsIdle => Interlocked.Read(ref open) == 0;

    /// <summary>How many pieces of work have ever begun: two equal readings around <see cref="IsIdle"/> prove that it held between.</summary>
    public long Begun => Interlocked.Read(ref begun);

    public void Enter()
    {
        Interlocked.Increment(ref begun);
        Interlocked.Increment(ref open);
    }

    public void Leave() => Interlocked.Decrement(ref open);
}
