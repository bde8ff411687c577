using System.Runtime.ExceptionServices;

namespace Jettae.Engine;

/// <summary>What the engine keeps: one writer that commits in groups, and readers beside it. A SQLite file, or PostgreSQL.</summary>
public abstract class Store : IAsyncDisposable
{
    private const int MaxBatch = 2_000;

    private readonly GroupCommit<Write> commits;

    protected Store()
    {
        commits = new GroupCommit<Write>(Commit, MaxBatch);
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

    /// <summary>Called after each commit; what it throws stands for a commit whose success was never heard of.</summary>
    internal Action? Committed { get; set; }

    /// <summary>Writes that the next commit will take.</summary>
    internal int WaitingWrites => commits.Waiting;

    /// <summary>Whether what this engine holds of it cannot be another's; asked before anything begins.</summary>
    internal virtual bool IsOurs => true;

    /// <summary>Runs <paramref name="work"/> in the next commit. When the task ends, it is on disk.</summary>
    /// <param name="work">
    /// A throw undoes this work only; its neighbours in the batch commit. It may be run again where the store undid it: what it
    /// answers, and nothing else, is of the run that holds.
    /// </param>
    public async Task<TResult> WriteAsync<TResult>(Func<Db, TResult> work)
    {
        var write = new Write<TResult>(work);
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

    protected abstract ValueTask CloseAsync();

    private void Commit(IReadOnlyList<Write> writes)
    {
        // What the disk takes is real time, whatever clock the engine goes by.
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            InTransaction(db =>
            {
                foreach (var write in writes)
                {
                    db.Mark();
                    write.Run(db);
                    if (write.Failure is { } failure)
                    {
                        if (EndsTransaction(failure))
                            ExceptionDispatchInfo.Throw(failure);
                        db.Undo();
                    }
                    db.Keep();
                }
            });
            Telemetry.Committed(TimeProvider.System.GetElapsedTime(began), writes.Count);
            Committed?.Invoke();
        }
        catch
        {
            Doubted?.Invoke();
            throw;
        }
    }

    private abstract class Write
    {
        public Exception? Failure { get; protected set; }

        public abstract void Run(Db db);
    }

    private sealed class Write<TResult>(Func<Db, TResult> work) : Write
    {
        private TResult? result;

        public TResult Result => Failure is null ? result! : throw Failure;

        public override void Run(Db db)
        {
            Failure = null;
            try
            {
                result = work(db);
            }
#pragma warning disable CA1031 // It is thrown again at the caller who waits for this write.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                Failure = failure;
            }
        }
    }
}

/// <summary>Another engine owns the store.</summary>
public sealed class StoreInUseException(string message) : InvalidOperationException(message);
