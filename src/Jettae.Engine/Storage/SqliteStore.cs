using System.Collections.Concurrent;
using System.Data.Common;
using Microsoft.Data.Sqlite;

namespace Jettae.Engine;

/// <summary>The store in a SQLite file: commits with full fsync, readers beside the writer (WAL).</summary>
public sealed class SqliteStore : Store
{
    private const int MostIdleReaders = 16;

    private readonly string file;
    private readonly FileStream ownership;
    private readonly ConcurrentBag<Connection> readers = [];
    private Connection? writer;

    public SqliteStore(EngineOptions options)
    {
        file = Path.GetFullPath(options.DataFile);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        ownership = Own(file);
        try
        {
            writer = new Connection(file, keeps: true);
            writer.Migrate();
        }
        catch
        {
            writer?.Dispose();
            ownership.Dispose();
            throw;
        }
        Start();
    }

    internal int IdleReaders => readers.Count;

    /// <summary>Statements that the writer keeps prepared.</summary>
    internal int KeptTexts => writer?.KeptTexts ?? 0;

    /// <summary>One transaction beside an engine that may have the file; it is made, and brought up to date, unless one has.</summary>
    internal static T Once<T>(EngineOptions options, Func<Db, T> work)
    {
        try
        {
            using (Own(Path.GetFullPath(options.DataFile)))
            using (var alone = new Connection(Path.GetFullPath(options.DataFile), keeps: false))
                alone.Migrate();
        }
        catch (StoreInUseException)
        {
            // It is up to date, then.
        }
        using var connection = new Connection(Path.GetFullPath(options.DataFile), keeps: false);
        var result = default(T);
        connection.InTransaction(db => result = work(db));
        return result!;
    }

    public override TResult Read<TResult>(Func<Db, TResult> query)
    {
        if (!readers.TryTake(out var connection))
            connection = new Connection(file, keeps: false);
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

    protected override void InTransaction(Action<Db> work)
    {
        try
        {
            (writer ??= new Connection(file, keeps: true)).InTransaction(work);
        }
        catch
        {
            // Whatever state the failure left the connection in, the next commit begins on a new one.
            CloseWriter();
            throw;
        }
    }

    protected override ValueTask CloseAsync()
    {
        foreach (var reader in readers)
            reader.Dispose();
        CloseWriter();
        ownership.Dispose();
        return ValueTask.CompletedTask;
    }

    private void CloseWriter()
    {
        writer?.Dispose();
        writer = null;
    }

    /// <summary>Two programs on one file would both own every shard: the second is told so, in words.</summary>
    internal static FileStream Own(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        return LockFile.Take(file + ".lock", file);
    }

    private sealed class Connection : Db, IDisposable
    {
        private readonly SqliteConnection connection;

        /// <summary>The writer's texts are few, and prepared once; a reader's are of as many forms as there are filters.</summary>
        private readonly Dictionary<string, SqliteCommand>? kept;
        private SqliteTransaction? transaction;

        public Connection(string file, bool keeps)
        {
            kept = keeps ? [] : null;
            connection = new SqliteConnection(
                new SqliteConnectionStringBuilder { DataSource = file, Pooling = false }.ToString()
            );
            connection.Open();
            using var pragma = connection.CreateCommand();
            pragma.CommandText =
                "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = 5000; "
                + "pragma cache_size = -16384; pragma temp_store = memory";
            pragma.ExecuteNonQuery();
            connection.CreateFunction("host_of", (string url) => Destination.HostOf(url), isDeterministic: true);
            connection.CreateFunction("name_of", (string url) => Destination.NameOf(url), isDeterministic: true);
            connection.CreateFunction("path_of", (string url) => Destination.PathOf(url), isDeterministic: true);
        }

        public int KeptTexts => kept?.Count ?? 0;

        public override int Run(string sql, params ReadOnlySpan<object?> values)
        {
            var command = Prepared(sql, values);
            try
            {
                return command.ExecuteNonQuery();
            }
            finally
            {
                Release(command);
            }
        }

        public override T Read<T>(string sql, ReadOnlySpan<object?> values, Func<DbDataReader, T> read)
        {
            var command = Prepared(sql, values);
            try
            {
                using var reader = command.ExecuteReader();
                return read(reader);
            }
            finally
            {
                Release(command);
            }
        }

        /// <summary>The file has one writer at a time.</summary>
        public override void Lock(string name) { }

        public void InTransaction(Action<Db> work)
        {
            using var begun = transaction = connection.BeginTransaction();
            try
            {
                work(this);
                begun.Commit();
            }
            finally
            {
                transaction = null;
            }
        }

        public void Migrate()
        {
            var current = Scalar<long>("pragma user_version");
            var scripts = Migration.Of("Migrations");
            Migration.Check(connection.DataSource, current, scripts.Count);
            for (var next = (int)current; next < scripts.Count; next++)
            {
                var number = next + 1;
                InTransaction(db => db.Run($"{scripts[number - 1]}; pragma user_version = {number}"));
            }
        }

        public void Dispose()
        {
            foreach (var command in kept?.Values ?? Enumerable.Empty<SqliteCommand>())
                command.Dispose();
            connection.Dispose();
        }

        protected override object? First(string sql, ReadOnlySpan<object?> values)
        {
            var command = Prepared(sql, values);
            try
            {
                return command.ExecuteScalar();
            }
            finally
            {
                Release(command);
            }
        }

        private SqliteCommand Prepared(string sql, ReadOnlySpan<object?> values)
        {
            if (kept?.TryGetValue(sql, out var command) is not true)
            {
                command = connection.CreateCommand();
                command.CommandText = sql;
                if (kept is not null)
                    kept[sql] = command;
            }
            for (var i = 0; i < values.Length; i++)
            {
                var value = values[i] ?? DBNull.Value;
                if (i < command!.Parameters.Count)
                    command.Parameters[i].Value = value;
                else
                    command.Parameters.AddWithValue($"${i}", value);
            }
            command!.Transaction = transaction;
            return command;
        }

        private void Release(SqliteCommand command)
        {
            if (kept is null)
                command.Dispose();
        }
    }
}
