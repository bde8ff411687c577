using System.Collections.Concurrent;
using System.Reflection;
using Microsoft.Data.Sqlite;

namespace Jettae.Engine;

/// <summary>The SQLite file: one writer that commits in groups with full fsync, and readers beside it (WAL).</summary>
public sealed class Store : IAsyncDisposable
{
    private const int MaxBatch = 2_000;
    private const int MostIdleReaders = 16;

    private readonly string connectionString;
    private readonly FileStream ownership;
    private readonly GroupCommit<Write> commits;
    private readonly Dictionary<string, SqliteCommand> prepared = [];
    private readonly ConcurrentBag<SqliteConnection> readers = [];
    private SqliteConnection? writer;
    private SqliteTransaction? current;

    public Store(EngineOptions options)
    {
        var file = Path.GetFullPath(options.DataFile);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        ownership = Own(file);
        connectionString = new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString();
        try
        {
            writer = Open();
            Migrate(writer);
        }
        catch
        {
            writer?.Dispose();
            ownership.Dispose();
            throw;
        }
        commits = new GroupCommit<Write>(Commit, MaxBatch);
        commits.Start();
    }

    /// <summary>
    /// A commit failed and its callers were told so, but only the disk knows whether it holds: who keeps in memory what
    /// the file says must read it again.
    /// </summary>
    public event Action? Doubted;

    /// <summary>Called after each commit; what it throws stands for a commit whose success was never heard of.</summary>
    internal Action? Committed { get; set; }

    /// <summary>Writes that the next commit will take.</summary>
    internal int WaitingWrites => commits.Waiting;

    internal int IdleReaders => readers.Count;

    /// <summary>Runs <paramref name="work"/> in the next commit. When the task ends, it is on disk.</summary>
    /// <remarks>A throw undoes this work only; its neighbours in the batch commit.</remarks>
    public async Task<TResult> WriteAsync<TResult>(Func<Store, TResult> work)
    {
        var write = new Write<TResult>(work);
        await commits.Add(write);
        return write.Result;
    }

    /// <summary>A statement of the writer, for use inside <see cref="WriteAsync{TResult}"/> only.</summary>
    public SqliteCommand Prepared(string sql)
    {
        if (!prepared.TryGetValue(sql, out var command))
            prepared[sql] = command = writer!.Command(sql);
        command.Transaction = current;
        return command;
    }

    /// <summary>Reads what is committed.</summary>
    public TResult Read<TResult>(Func<SqliteConnection, TResult> query)
    {
        if (!readers.TryTake(out var connection))
            connection = Open();
        try
        {
            var result = query(connection);
            // A crowd of readers must not leave its connections, each with its cache, for ever; nor a broken one be used again.
            if (readers.Count < MostIdleReaders)
            {
                readers.Add(connection);
                connection = null;
            }
            return result;
        }
        finally
        {
            connection?.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await commits.DisposeAsync();
        foreach (var reader in readers)
            reader.Dispose();
        CloseWriter();
        ownership.Dispose();
    }

    private void Commit(IReadOnlyList<Write> writes)
    {
        // What the disk takes is real time, whatever clock the engine goes by.
        var began = TimeProvider.System.GetTimestamp();
        try
        {
            writer ??= Open();
            using var transaction = current = writer.BeginTransaction();
            foreach (var write in writes)
            {
                transaction.Save("one");
                write.Run(this);
                if (write.Failed)
                    transaction.Rollback("one");
                transaction.Release("one");
            }
            transaction.Commit();
            Telemetry.Committed(TimeProvider.System.GetElapsedTime(began), writes.Count);
            Committed?.Invoke();
        }
        catch
        {
            // Whatever state the failure left the connection in, the next commit begins on a new one.
            CloseWriter();
            Doubted?.Invoke();
            throw;
        }
    }

    private void CloseWriter()
    {
        foreach (var command in prepared.Values)
            command.Dispose();
        prepared.Clear();
        current = null;
        writer?.Dispose();
        writer = null;
    }

    private SqliteConnection Open()
    {
        var connection = new SqliteConnection(connectionString);
        connection.Open();
        using var pragma = connection.CreateCommand();
        pragma.CommandText =
            "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = 5000; "
            + "pragma cache_size = -16384; pragma temp_store = memory";
        pragma.ExecuteNonQuery();
        connection.CreateFunction("host_of", (string url) => Destination.HostOf(url), isDeterministic: true);
        connection.CreateFunction("name_of", (string url) => Destination.NameOf(url), isDeterministic: true);
        connection.CreateFunction("path_of", (string url) => Destination.PathOf(url), isDeterministic: true);
        return connection;
    }

    /// <summary>Two programs on one file would both own every shard: the second is told so, in words.</summary>
    private static FileStream Own(string file)
    {
        try
        {
            return new FileStream(file + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            throw new StoreInUseException(file);
        }
    }

    private static void Migrate(SqliteConnection writer)
    {
        var assembly = Assembly.GetExecutingAssembly();
        using var version = writer.CreateCommand();
        version.CommandText = "pragma user_version";
        var current = Convert.ToInt32(version.ExecuteScalar(), null);
        var scripts = assembly
            .GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToList();
        if (current > scripts.Count)
            throw new InvalidOperationException(
                $"{writer.DataSource} was written by a newer Jettae (its tables are of version {current}, this one knows "
                    + $"{scripts.Count}). Use the newer one, or give this one a data folder of its own."
            );
        for (var next = current; next < scripts.Count; next++)
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(scripts[next])!);
            using var transaction = writer.BeginTransaction();
            using var script = writer.CreateCommand();
            script.Transaction = transaction;
            script.CommandText = $"{reader.ReadToEnd()}; pragma user_version = {next + 1}";
            script.ExecuteNonQuery();
            transaction.Commit();
        }
    }

    private abstract class Write
    {
        public Exception? Failure { get; protected set; }
        public bool Failed => Failure is not null;

        public abstract void Run(Store store);
    }

    private sealed class Write<TResult>(Func<Store, TResult> work) : Write
    {
        private TResult? result;

        public TResult Result => Failure is null ? result! : throw Failure;

        public override void Run(Store store)
        {
            try
            {
                result = work(store);
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

/// <summary>Another engine owns the file.</summary>
public sealed class StoreInUseException(string file)
    : InvalidOperationException(
        $"Another Jettae already runs on {file}. Stop it, or give this one a data folder of its own."
    );
