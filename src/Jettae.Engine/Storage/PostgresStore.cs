using System.Data;
using System.Data.Common;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Npgsql;

namespace Jettae.Engine;

/// <summary>
/// The store in a schema of a PostgreSQL database, for one node or many (<see cref="Shards"/>). Every commit asks in its own
/// transaction whether its node still lives. Nothing depends on a session.
/// </summary>
public sealed partial class PostgresStore : Store
{
    private const string GivenUp = "JT001";

    /// <summary>Commits that met with another's are tried again so often.</summary>
    private const int MostTries = 5;

    private const int FewestThreads = 256;

    /// <summary>A script that changes tables waits no longer for them: whoever comes to them meanwhile waits behind it.</summary>
    private static readonly TimeSpan LockPatience = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BetweenScripts = TimeSpan.FromSeconds(2);
    private const int MostScriptTries = 60;

    /// <summary>A command that is stopped amid its transaction keeps what it has locked no longer.</summary>
    private const string CommandSleep = "60000";

    /// <summary>The writer's. A store that takes longer lets no node live either.</summary>
    private static readonly TimeSpan WritePatience = TimeSpan.FromSeconds(10);

    /// <summary>Who asks for something waits so long for its turn to read.</summary>
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(10);

    private readonly NpgsqlDataSource source;
    private readonly NpgsqlDataSource writing;
    private readonly PostgresAddress address;
    private readonly string schema;
    private readonly string sleep;

    /// <summary>A commit was sent, and whether it holds was not heard: the writer's alone.</summary>
    private bool isUnsure;

    /// <summary>A crowd of readers waits here, and leaves the writer its connection.</summary>
    private readonly SemaphoreSlim readers;

    /// <exception cref="InvalidOperationException">The database cannot be used; why, in a sentence.</exception>
    public PostgresStore(EngineOptions options)
    {
        (address, schema) = (new PostgresAddress(options.Database!), options.DatabaseSchema);
        using (Opened(address, schema))
        {
            // Its tables are there, and up to date.
        }
        source = Source(address.ForReaders);
        writing = Source(address.Impatient(WritePatience));
        readers = new SemaphoreSlim(address.Readers);
        sleep = $"{(long)options.NodeTerm.TotalMilliseconds}";
        // A reader keeps its thread while it waits, for the server or for its turn: there must be some at once for all the others.
        ThreadPool.GetMinThreads(out var workers, out var others);
        ThreadPool.SetMinThreads(Math.Max(workers, FewestThreads), others);
        try
        {
            Node = new Node(Source(address.Impatient(options.NodeTerm * 2 / 3)), schema, options.NodeTerm);
        }
        catch (Exception failure)
        {
            source.Dispose();
            writing.Dispose();
            if (failure is NpgsqlException or SocketException)
                throw address.Explained(failure, schema);
            throw;
        }
        // What it did not use for a while may be dead, and would be found so one by one.
        Node.CameBack += () =>
        {
            source.Clear();
            writing.Clear();
        };
        Start();
    }

    /// <summary>What the address is one of: plain PostgreSQL, or which of a Supabase project's.</summary>
    public static string KindOf(string database) => new PostgresAddress(database).Kind;

    /// <summary>What keeps from a database, in a sentence that says what to do.</summary>
    public static string Explain(string database, Exception failure) =>
        new PostgresAddress(database).Explained(failure, new EngineOptions { DataFile = "" }.DatabaseSchema).Message;

    /// <summary>What Npgsql is given for an address.</summary>
    /// <exception cref="InvalidOperationException">The address cannot be read.</exception>
    public static string ConnectionStringOf(string database) => new PostgresAddress(database).ConnectionString;

    internal Node Node { get; }

    /// <summary>What keeps this node from its database, in a sentence that says what to do.</summary>
    internal string Obstacle =>
        Node.Trouble is { } trouble
            ? address.Explained(trouble, schema).Message
            : $"PostgreSQL at {address} did not answer in time.";

    internal override bool IsOurs
    {
        get
        {
            if (Node.IsAlive)
                return true;
            Node.Doubt();
            return false;
        }
    }

    internal override CancellationToken Lapsing => Node.Lapsing;

    /// <summary>Where the store is, for people; without its password.</summary>
    /// <exception cref="InvalidOperationException">The address cannot be read.</exception>
    public static string Describe(string database) => new PostgresAddress(database).ToString();

    /// <summary>
    /// Asks for what is kept, where <c>{kept}</c> stands for the table's name; null where nothing is, or was ever, kept. To ask
    /// makes nothing there and brings nothing up to date.
    /// </summary>
    /// <exception cref="InvalidOperationException">The database cannot be used; why, in a sentence.</exception>
    public static object? Look(EngineOptions options, string question)
    {
        var address = new PostgresAddress(options.Database!);
        try
        {
            using var connection = new NpgsqlConnection(address.ConnectionString);
            connection.Open();
            using var isThere = new NpgsqlCommand(
                "select to_regclass(format('%I.kept', $1::text)) is not null",
                connection
            );
            isThere.Parameters.Add(new() { Value = options.DatabaseSchema });
            if (isThere.ExecuteScalar() is not true)
                return null;
            using var ask = new NpgsqlCommand(
                question.Replace("{kept}", $"{options.DatabaseSchema}.kept", StringComparison.Ordinal),
                connection
            );
            return ask.ExecuteScalar();
        }
        catch (Exception failure) when (failure is NpgsqlException or SocketException)
        {
            throw address.Explained(failure, options.DatabaseSchema);
        }
    }

    /// <summary>One transaction beside an engine that may have the store.</summary>
    internal static T Once<T>(EngineOptions options, Func<Db, T> work)
    {
        using var source = Opened(new PostgresAddress(options.Database!), options.DatabaseSchema);
        using var connection = source.OpenConnection();
        using var transaction = connection.BeginTransaction(IsolationLevel.ReadCommitted);
        var db = new PostgresDb(connection, options.DatabaseSchema, transaction);
        db.Ahead("select set_config('idle_in_transaction_session_timeout', $0, true)", CommandSleep);
        var result = work(db);
        db.Commit();
        return result;
    }

    public override TResult Read<TResult>(Func<Db, TResult> query)
    {
        Reach();
        if (!readers.Wait(ReadPatience))
            throw new StoreAwayException($"PostgreSQL at {address}: too many wait to read");
        try
        {
            for (var isFirst = true; ; isFirst = false)
            {
                using var connection = Connected(source);
                try
                {
                    return query(new PostgresDb(connection, schema, transaction: null));
                }
                catch (NpgsqlException) when (isFirst && connection.State is not ConnectionState.Open)
                {
                    // It died while nobody used it, and so may have the others.
                    source.Clear();
                }
            }
        }
        finally
        {
            readers.Release();
        }
    }

    protected override void InTransaction(Action<Db> work)
    {
        var goesAlone = false;
        for (var tried = 1; ; tried++)
        {
            using var connection = Connected(writing);
            var isSent = false;
            try
            {
                using var transaction = connection.BeginTransaction(IsolationLevel.ReadCommitted);
                var db = new PostgresDb(connection, schema, transaction) { Node = Node };
                // A node that falls asleep here must not keep the others from what it had.
                db.Ahead("select set_config('idle_in_transaction_session_timeout', $0, true)", sleep);
                // Two nodes may lock the same keys and lines in another order. Who lost once goes alone, and so does not lose again.
                db.Ahead(
                    goesAlone
                        ? "select 1 from pg_advisory_xact_lock(hashtextextended($0, 0))"
                        : "select 1 from pg_advisory_xact_lock_shared(hashtextextended($0, 0))",
                    $"{schema} commits"
                );
                // Who holds this node is the commit that was not heard of: when that lets go, all of it can be read, or none.
                if (isUnsure)
                    db.Run("select 1 from holds where id = $0 for update", Node.Id);
                db.Ahead("select hold($0)", Node.Id);
                work(db);
                isUnsure = isSent = true;
                db.Commit();
                isUnsure = false;
                return;
            }
            catch (PostgresException met) when (tried < MostTries && MetAnother(met))
            {
                // It is undone as a whole, and the other one is through by now.
                goesAlone = true;
            }
            catch (NpgsqlException failure)
                when (tried == 1
                    && !isSent
                    && connection.State is not ConnectionState.Open
                    && failure.InnerException is not TimeoutException
                )
            {
                // The connection died, perhaps long ago, and nothing of this with it. One that took too long would do so again.
                writing.Clear();
            }
        }
    }

    /// <summary>A name that is not known any more comes as it is, of all that can keep one from a database.</summary>
    private NpgsqlConnection Connected(NpgsqlDataSource of)
    {
        try
        {
            return of.OpenConnection();
        }
        catch (SocketException failure)
        {
            throw new StoreAwayException(address.Explained(failure, schema).Message);
        }
    }

    protected override bool EndsTransaction(Exception failure) =>
        failure is PostgresException said
            ? MetAnother(said) || said.SqlState == GivenUp || said.InvariantSeverity is "FATAL" or "PANIC"
            : failure is NpgsqlException;

    protected override void Reach()
    {
        if (Node.IsCutOff)
            throw new StoreAwayException(Obstacle);
    }

    protected override async ValueTask CloseAsync()
    {
        await Node.DisposeAsync();
        await writing.DisposeAsync();
        await source.DisposeAsync();
        readers.Dispose();
    }

    private static bool MetAnother(PostgresException failure) =>
        failure.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected;

    /// <summary>The database with its tables up to date.</summary>
    private static NpgsqlDataSource Opened(PostgresAddress address, string schema)
    {
        if (!SchemaName().IsMatch(schema))
            throw new InvalidOperationException(
                $"The schema must be named by small letters, digits and _, such as jettae; received '{schema}'."
            );
        var source = Source(address.ConnectionString);
        try
        {
            Migrate(source, schema, $"The schema {schema} at {address}", Migration.Of("Migrations.Postgres"));
            return source;
        }
        catch (Exception failure) when (failure is NpgsqlException or SocketException)
        {
            source.Dispose();
            throw address.Explained(failure, schema);
        }
        catch
        {
            source.Dispose();
            throw;
        }
    }

    /// <summary>Texts, numbers and bytes are known without asking the server. Of several hosts it is the one that can be written to.</summary>
    private static NpgsqlDataSource Source(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString).ConfigureTypeLoading(types =>
            types.EnableTypeLoading(false)
        );
        if (!builder.ConnectionStringBuilder.Host!.Contains(',', StringComparison.Ordinal))
            return builder.Build();
        builder.ConnectionStringBuilder.TargetSessionAttributes = null;
        return builder.BuildMultiHost().WithTargetSession(TargetSessionAttributes.Primary);
    }

    /// <summary>
    /// One script after the other, each in a transaction in which no other start is at it. Nodes that run go on meanwhile: one that finds
    /// a table in use lets go, and comes back a little later.
    /// </summary>
    internal static void Migrate(NpgsqlDataSource source, string schema, string name, IReadOnlyList<string> scripts)
    {
        for (var tried = 1; ; )
        {
            try
            {
                if (IsUpToDate(source, schema, name, scripts))
                    return;
            }
            catch (PostgresException met)
                when (tried < MostScriptTries
                    && (met.SqlState == PostgresErrorCodes.LockNotAvailable || MetAnother(met))
                )
            {
                tried++;
                Task.Delay(BetweenScripts, TimeProvider.System).GetAwaiter().GetResult();
            }
        }
    }

    /// <summary>Brings it one script further, unless there is none.</summary>
    private static bool IsUpToDate(NpgsqlDataSource source, string schema, string name, IReadOnlyList<string> scripts)
    {
        using var connection = source.OpenConnection();
        using var transaction = connection.BeginTransaction(IsolationLevel.ReadCommitted);
        var db = new PostgresDb(connection, schema, transaction);
        db.Ahead("select set_config('idle_in_transaction_session_timeout', $0, true)", CommandSleep);
        db.Lock("migration");
        if (db.Scalar<string>("select current_setting('server_encoding')") is not "UTF8" and var encoding)
            throw new InvalidOperationException(
                $"{name} is in a database whose encoding is {encoding}: make one with encoding 'UTF8'."
            );
        if (!db.Any("select 1 from pg_namespace where nspname = $0", schema))
            db.Run($"create schema {schema}");
        if (!db.Any("select 1 from pg_tables where schemaname = $0 and tablename = 'version'", schema))
        {
            if (schema == "public")
                throw new InvalidOperationException(
                    "The engine must have a schema of its own, such as jettae: what is in public, a database's own API, such as that of "
                        + "a Supabase project, may show to anyone."
                );
            db.Run("create table version (number bigint not null)");
        }
        var version = (int)db.Scalar<long>("select max(number) from version");
        Migration.Check(name, version, scripts.Count);
        if (version < scripts.Count)
        {
            db.Ahead("select set_config('lock_timeout', $0, true)", $"{(int)LockPatience.TotalMilliseconds}");
            db.Run("insert into version (number) values ($0)", version + 1);
            using var script = new NpgsqlCommand(scripts[version], connection, transaction) { CommandTimeout = 0 };
            script.ExecuteNonQuery();
        }
        db.Commit();
        return version >= scripts.Count;
    }

    [GeneratedRegex("^[a-z_][a-z0-9_]{0,62}$")]
    private static partial Regex SchemaName();
}

/// <summary>The store is out of reach, and known to be.</summary>
internal sealed class StoreAwayException(string message) : DbException(message);
