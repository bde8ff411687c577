namespace Jettae.Studio;

/// <summary>
/// Knows whether the studio does anything now. Whoever moves a clock by hand moves it only while this is idle: a wake-up
/// counts as work from the very call that causes it, so there is no instant between "due" and "at work".
/// </summary>
public sealed class StudioActivity
{
    private int open;

    /// <summary>Nothing is being done; only the clock or a request can change that.</summary>
    public bool IsIdle => Volatile.Read(ref open) == 0;

    internal IDisposable Enter()
    {
        Interlocked.Increment(ref open);
        return new Work(this);
    }

    private sealed class Work(StudioActivity activity) : IDisposable
    {
        private int ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref ended, 1) == 0)
                Interlocked.Decrement(ref activity.open);
        }
    }
}
