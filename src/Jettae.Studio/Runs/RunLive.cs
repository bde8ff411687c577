using System.Runtime.CompilerServices;
using System.Text;

namespace Jettae.Studio;

/// <summary>
/// A run that is being made, for everyone who watches: each hears it from its begin, whenever they come. In memory only, and
/// gone when the run has ended; what counts is in the store.
/// </summary>
internal sealed class RunLive
{
    private readonly Lock gate = new();
    private readonly List<RunProgress> said = [];
    private readonly StringBuilder text = new();
    private TaskCompletionSource more = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool hasEnded;
    private Exception? failure;

    /// <summary>As far as it is written.</summary>
    public string Text
    {
        get
        {
            lock (gate)
                return text.ToString();
        }
    }

    public void Add(RunProgress progress)
    {
        lock (gate)
        {
            said.Add(progress);
            if (progress is RunProgress.Step { BeginsText: true })
                text.Clear();
            else if (progress is RunProgress.Text { Delta: var delta })
                text.Append(delta);
        }
        Signal();
    }

    /// <summary>Nothing more comes; whoever watches gets <paramref name="broken"/> thrown, if there is one.</summary>
    public void End(Exception? broken = null)
    {
        lock (gate)
            (hasEnded, failure) = (true, broken);
        Signal();
    }

    /// <summary>Waits until nothing more comes, however it ended.</summary>
    public async Task EndAsync(CancellationToken cancel)
    {
        while (true)
        {
            Task next;
            lock (gate)
            {
                if (hasEnded)
                    return;
                next = more.Task;
            }
            await next.WaitAsync(cancel);
        }
    }

    public async IAsyncEnumerable<RunProgress> FollowAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        for (var heard = 0; ; )
        {
            List<RunProgress> news;
            Task next;
            bool isLast;
            lock (gate)
                (news, next, isLast) = (said[heard..], more.Task, hasEnded);
            foreach (var each in news)
                yield return each;
            heard += news.Count;
            if (isLast && failure is not null)
                throw failure;
            if (isLast)
                yield break;
            await next.WaitAsync(cancel);
        }
    }

    private void Signal()
    {
        TaskCompletionSource waiting;
        lock (gate)
            (waiting, more) = (more, new(TaskCreationOptions.RunContinuationsAsynchronously));
        waiting.TrySetResult();
    }
}
