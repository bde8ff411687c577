namespace Jettae;

/// <summary>
/// Time that stands still until it is moved, and then jumps from timer to timer: a month passes in seconds, and every
/// timer fires exactly at its instant.
/// </summary>
public sealed class VirtualTime(DateTimeOffset start) : TimeProvider
{
    private readonly Lock gate = new();
    private readonly PriorityQueue<Alarm, (long Due, long Order)> alarms = new();
    private long now = start.UtcTicks;
    private long order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref now), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref now);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var alarm = new Alarm(this, callback, state);
        alarm.Change(dueTime, period);
        return alarm;
    }

    /// <summary>The instant of the next timer; null when none is set.</summary>
    public DateTimeOffset? Next
    {
        get
        {
            lock (gate)
                return TryPeek(out var due) ? new DateTimeOffset(due, TimeSpan.Zero) : null;
        }
    }

    /// <summary>Moves to <paramref name="instant"/>, firing each timer due until then at its own instant. Never moves back.</summary>
    public void MoveTo(DateTimeOffset instant)
    {
        while (true)
        {
            Alarm alarm;
            lock (gate)
            {
                if (!TryPeek(out var due) || due > instant.UtcTicks)
                {
                    Interlocked.Exchange(ref now, Math.Max(now, instant.UtcTicks));
                    return;
                }
                alarm = alarms.Dequeue();
                Interlocked.Exchange(ref now, Math.Max(now, due));
                alarm.Rearm();
            }
            alarm.Fire();
        }
    }

    /// <summary>Drops what was changed or disposed since it was queued, then looks at the first that counts.</summary>
    private bool TryPeek(out long due)
    {
        while (alarms.TryPeek(out var alarm, out var key))
        {
            due = key.Due;
            if (alarm.Queued == key)
                return true;
            alarms.Dequeue();
        }
        due = 0;
        return false;
    }

    private sealed class Alarm(VirtualTime time, TimerCallback callback, object? state) : ITimer
    {
        private long period = -1;

        public (long Due, long Order)? Queued { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan newPeriod)
        {
            lock (time.gate)
            {
                period = newPeriod.Ticks;
                Queue(dueTime < TimeSpan.Zero ? null : time.now + dueTime.Ticks);
            }
            return true;
        }

        public void Rearm() => Queue(period > 0 ? time.now + period : null);

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (time.gate)
                Queued = null;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        private void Queue(long? due)
        {
            Queued = due is { } at ? (at, ++time.order) : null;
            if (Queued is { } key)
                time.alarms.Enqueue(this, key);
        }
    }
}
