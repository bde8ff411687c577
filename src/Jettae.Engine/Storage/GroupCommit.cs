using System.Threading.Channels;

namespace Jettae.Engine;

/// <summary>
/// Many callers, one commit: whatever has gathered while the last commit ran goes into the next. No artificial delay:
/// under light load a batch is one.
/// </summary>
/// <param name="commit">Commits all items or none. Throws when none was committed.</param>
/// <param name="most">Items in one batch at the most.</param>
/// <param name="bytesOf">How large an item is.</param>
/// <param name="mostBytes">In one batch at the most; one goes however large it is.</param>
public sealed class GroupCommit<T>(Action<IReadOnlyList<T>> commit, int most, Func<T, long> bytesOf, long mostBytes)
    : IAsyncDisposable
{
    private readonly Channel<(T Item, TaskCompletionSource Done)> waiting = Channel.CreateUnbounded<(
        T,
        TaskCompletionSource
    )>();
    private Task? loop;

    /// <summary>What went into no batch with those before it: the loop's alone.</summary>
    private (T Item, TaskCompletionSource Done)? ahead;

    /// <summary>Items that were added and are in no batch yet.</summary>
    internal int Waiting => waiting.Reader.Count;

    public void Start() => loop = Task.Run(RunAsync);

    /// <summary>Ends when the item is on disk, or fails with what kept it from there.</summary>
    public Task Add(T item)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!waiting.Writer.TryWrite((item, done)))
            done.SetException(new ObjectDisposedException(nameof(GroupCommit<T>)));
        return done.Task;
    }

    /// <summary>Commits what has been added, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        waiting.Writer.TryComplete();
        if (loop is not null)
            await loop;
    }

    private async Task RunAsync()
    {
        var items = new List<T>();
        var dones = new List<TaskCompletionSource>();
        while (ahead is not null || await waiting.Reader.WaitToReadAsync())
        {
            var bytes = 0L;
            while (items.Count < most && TryNext(out var next))
            {
                bytes += bytesOf(next.Item);
                if (items.Count > 0 && bytes > mostBytes)
                {
                    ahead = next;
                    break;
                }
                items.Add(next.Item);
                dones.Add(next.Done);
            }
            try
            {
                commit(items);
                foreach (var done in dones)
                    done.SetResult();
            }
#pragma warning disable CA1031 // Whatever it was, each caller is told, and the loop goes on for the next.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                foreach (var done in dones)
                    done.SetException(failure);
            }
            items.Clear();
            dones.Clear();
        }
    }

    /// <summary>A look at what comes next without taking it would have the channel keep what it gave out before.</summary>
    private bool TryNext(out (T Item, TaskCompletionSource Done) next)
    {
        if (ahead is not { } kept)
            return waiting.Reader.TryRead(out next);
        (next, ahead) = (kept, null);
        return true;
    }
}
