using System.Data.Common;
using System.Runtime.ExceptionServices;

namespace Jettae.Engine;

/// <summary>What the engine keeps: one writer that commits in groups, and readers beside it. A SQLite file, or PostgreSQL.</summary>
public abstract class Store : IAsyncDisposable
{
    private const int MaxBatch = 2_000;

    /// <summary>What one commit takes along, but for a single write that is larger: everybody else's waits for it.</summary>
    private const long MaxBatchBytes = 16 * 1024 * 1024;

    /// <summary>What is locked is looked at and changed by itself, and others wait for it: as much work as so many bytes.</summary>
    private const long LockBytes = 16 * 1024;

    private readonly GroupCommit<Write> commits;

    protected Store()
    {
        commits = new GroupCommit<Write>(Commit, MaxBatch, write => write.Bytes, MaxBatchBytes);
    }

    /// <summary>The store that the options name, for one engine.</summary>
    /// <exception cref="StoreInUseException">Another engine has it.</exception>
    public static Store Open(EngineOptions options) =>
        options.Database is null ? new SqliteStore(options) : new PostgresStore(options);

    /// <summary>One transaction in the store that the options name, beside an engine that may have it: for commands.</summary>
    public static T Beside<T>(EngineOptions options, Func<Db, T> work) =>
        options.Database is null ? SqliteStore.Once(options, work) : PostgresStore.Once(options, work);

    /// <summary>
    /// A commit failed and its callers were told so, but only the store knows whether it holds: who keeps in memory what
    /// is stored must read it again.
    /// </summary>
    public event Action? Doubted;

    /// <summary>The store failed a write: what its caller would have done next is to be seen to when it answers again.</summary>
    public event Action? Failed;

    /// <summary>Called after each commit; what it throws stands for a commit whose success was never heard of.</summary>
    internal Action? Committed { get; set; }

    /// <summary>Writes that the next commit will take.</summary>
    internal int WaitingWrites => commits.Waiting;

    /// <summary>Whether what this engine holds of it cannot be another's; asked before anything begins.</summary>
    internal virtual bool IsOurs => true;

    /// <summary>Cancelled when <see cref="IsOurs"/> ends; to be taken before that is asked.</summary>
    internal virtual CancellationToken Lapsing => CancellationToken.None;

    /// <summary>Runs <paramref name="work"/> in the next commit. When the task ends, it is on disk.</summary>
    /// <param name="work">
    /// A throw undoes this work only; its neighbours in the batch commit. It may be run again where the store undid it: what it
    /// answers, and nothing else, is of the run that holds.
    /// </param>
    /// <param name="bytes">How large it is, where it may be large.</param>
    /// <param name="locks">What it locks (<see cref="Db.Lock"/>), as far as that is known beforehand.</param>
    public async Task<TResult> WriteAsync<TResult>(
        Func<Db, TResult> work,
        long bytes = 0,
        IEnumerable<string>? locks = null
    )
    {
        Reach();
        string[] all = [.. locks ?? []];
        var write = new SingleWrite<TResult>(work) { Bytes = bytes + (LockBytes * all.Length), Locks = all };
        await commits.Add(write);
        return write.Result;
    }

    /// <summary>As above, together with all others of the commit that want the same done with an item of theirs.</summary>
    /// <param name="work">
    /// What all of them say, one and the same: it answers for each item, in their order. If it throws, it is run for each alone, and
    /// only whose run throws then has failed.
    /// </param>
    /// <param name="item">What is to be done with.</param>
    /// <param name="bytes">How large it is, where it may be large.</param>
    /// <param name="isApart">It may well be refused, which would undo all that go with it: it goes with nobody.</param>
    /// <param name="locks">As above.</param>
    public async Task<TResult> WriteAsync<TItem, TResult>(
        Func<Db, IReadOnlyList<TItem>, IReadOnlyList<TResult>> work,
        TItem item,
        long bytes = 0,
        bool isApart = false,
        IEnumerable<string>? locks = null
    )
    {
        Reach();
        string[] all = [.. locks ?? []];
        var write = new JointWrite<TItem, TResult>(work, item)
        {
            Bytes = bytes + (LockBytes * all.Length),
            IsApart = isApart,
            Locks = all,
        };
        await commits.Add(write);
        return write.Result;
    }

    /// <summary>Reads what is committed.</summary>
    public abstract TResult Read<TResult>(Func<Db, TResult> query);

    public async ValueTask DisposeAsync()
    {
        await commits.DisposeAsync();
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Once the store can take writes.</summary>
    protected void Start() => commits.Start();

    /// <summary>Runs <paramref name="work"/> in one transaction; when it returns, what the work did is on disk.</summary>
    protected abstract void InTransaction(Action<Db> work);

    /// <summary>Whether a failure is one of the whole transaction rather than of the work that met it.</summary>
    protected virtual bool EndsTransaction(Exception failure) => false;

    /// <summary>Throws when the store is known to be out of reach: whoever asks need not wait for what will not come.</summary>
    protected virtual void Reach() { }

    protected abstract ValueTask CloseAsync();

    private void Commit(IReadOnlyList<Write> writes)
    {
        // What the disk takes is real time, whatever clock the engine goes by.
        var began = TimeProvider.System.GetTimestamp();
        var isSent = false;
        try
        {
            InTransaction(db =>
            {
                isSent = false;
                // All of them, in one order: each in its turn, two nodes' commits would often wait for each other.
                foreach (var name in writes.SelectMany(write => write.Locks).Distinct().Order(StringComparer.Ordinal))
                    db.Lock(name);
                foreach (var together in Write.Grouped(writes))
                    Do(db, together);
                isSent = true;
            });
            Telemetry.Committed(TimeProvider.System.GetElapsedTime(began), writes.Count);
            Committed?.Invoke();
        }
        catch
        {
            // Before the commit itself there is nothing that could hold.
            if (isSent)
                Doubted?.Invoke();
            Failed?.Invoke();
            throw;
        }
    }

    private void Do(Db db, IReadOnlyList<Write> together)
    {
        db.Mark();
        together[0].Run(db, together);
        var failure = together[0].Failure;
        if (failure is not null)
        {
            if (EndsTransaction(failure))
                ExceptionDispatchInfo.Throw(failure);
            try
            {
                db.Undo();
            }
            catch (DbException) when (failure is DbException)
            {
                // It failed before the mark, where locks are waited for: nothing of the commit is left.
                ExceptionDispatchInfo.Throw(failure);
            }
        }
        db.Keep();
        if (failure is not null && together.Count > 1)
            foreach (var alone in together)
                Do(db, [alone]);
        else if (failure is DbException)
            Failed?.Invoke();
    }
}

/// <summary>Another engine owns the store.</summary>
public sealed class StoreInUseException(string message) : InvalidOperationException(message);
