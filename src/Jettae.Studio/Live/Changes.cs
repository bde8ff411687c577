using System.Collections.Concurrent;

namespace Jettae.Studio;

/// <summary>What changed, for pages that are open.</summary>
/// <param name="Owner">Whose.</param>
/// <param name="ScheduleId">The schedule concerned, if one is.</param>
/// <param name="RunId">The run concerned, if one is.</param>
public sealed record Change(Guid Owner, Guid? ScheduleId, Guid? RunId);

/// <summary>Tells open pages of changes after their commit. A hint only: pages read the store again.</summary>
public sealed class Changes
{
    private readonly ConcurrentDictionary<object, Action<Change>> listeners = new();
    private readonly ConcurrentQueue<Change> outgoing = new();
    private readonly bool isShared;

    internal Changes(StudioOptions options) => isShared = options.Database is not null;

    /// <summary>Calls <paramref name="listener"/> for every change until disposed. It must not block or throw.</summary>
    public IDisposable Listen(Action<Change> listener) => new Subscription(this, listener);

    public void Tell(Change change)
    {
        if (isShared)
            outgoing.Enqueue(change);
        Show(change);
    }

    /// <summary>Tells those who listen here, of what another node told.</summary>
    internal void Show(Change change)
    {
        foreach (var listener in listeners.Values)
            listener(change);
    }

    /// <summary>What the other nodes have not been told yet, each once.</summary>
    internal List<Change> Outgoing()
    {
        var told = new List<Change>();
        while (outgoing.TryDequeue(out var change))
            if (!told.Contains(change))
                told.Add(change);
        return told;
    }

    private sealed class Subscription : IDisposable
    {
        private readonly Changes changes;

        public Subscription(Changes changes, Action<Change> listener)
        {
            this.changes = changes;
            changes.listeners[this] = listener;
        }

        public void Dispose() => changes.listeners.TryRemove(this, out _);
    }
}
