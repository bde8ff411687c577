using System.Data;
using System.Net.Sockets;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Jettae.Studio;

/// <summary>
/// A PostgreSQL database, for any number of programs. Who writes has its schedule, or all, to itself by a lock that ends with the
/// transaction: nothing depends on a session, so a transaction pooler may stand before it.
/// </summary>
internal sealed class PostgresStudioStore(string connection) : StudioStore
{
    /// <summary>A program that falls asleep amid a transaction must not keep the others from writing.</summary>
    private const int LongestSleep = 10_000;

    /// <summary>
    /// In milliseconds: who falls asleep amid its turn to bring the tables up to date loses it. One that takes so long goes on all
    /// the same, and EF's own lock keeps the others waiting.
    /// </summary>
    private const int LongestTurn = 60_000;

    /// <summary>
    /// A migration that changes a table waits for it no longer than it says (see <see cref="PostgresStudioDb.WaitBriefly"/>): whoever
    /// comes meanwhile waits behind it. It lets them pass, and comes back.
    /// </summary>
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(2);

    private const int MostTries = 60;

    private readonly DbContextOptions<PostgresStudioDb> options = PostgresStudioDb.Options(connection);

    /// <summary>Of the statements that EF is not asked for.</summary>
    public string Connection => connection;

    /// <summary>The database is not there, or not for now; a later try may succeed.</summary>
    public static bool IsAway(Exception failure) =>
        IsOutOfReach(failure)
        || failure is NpgsqlException { IsTransient: true }
        || (failure.InnerException is { } inner && IsAway(inner));

    /// <summary>Its disk is full, or broken, or its host made it read-only: it is there, and waits for its operator.</summary>
    public static bool TakesNothing(Exception failure) =>
        failure
            is PostgresException
            {
                SqlState: PostgresErrorCodes.DiskFull
                    or PostgresErrorCodes.IoError
                    or PostgresErrorCodes.ReadOnlySqlTransaction
            }
        || (failure.InnerException is { } inner && TakesNothing(inner));

    /// <summary>
    /// Nothing answers, or only that it is not there yet, or any more: what was put to it was not even looked at. A pooler before it
    /// says so by 08P01.
    /// </summary>
    public static bool IsOutOfReach(Exception failure) =>
        failure is PostgresException { SqlState: ['5', '7', 'P', ..] or ['0', '8', ..] }
        || failure is NpgsqlException and not PostgresException
        // Its name is not known, and comes as it is. In others it is somebody else who cannot be reached.
        || failure is SocketException
        || (
            failure is not (HttpRequestException or IOException)
            && failure.InnerException is { } inner
            && IsOutOfReach(inner)
        );

    /// <summary>What keeps the user from the rows of tables that are there, in a sentence that says what to do; null for nothing.</summary>
    public async Task<string?> ObstacleAsync(CancellationToken cancel)
    {
        await using var asking = new NpgsqlConnection(connection);
        await asking.OpenAsync(cancel);
        await using var hidden = new NpgsqlCommand(RowSecurity.Hidden, asking);
        await using var row = await hidden.ExecuteReaderAsync(cancel);
        if (!await row.ReadAsync(cancel) || await row.IsDBNullAsync(0, cancel))
            return null;
        var (table, user) = (row.GetString(0), row.GetString(1));
        return $"The studio's table {table} belongs to another user of the database, and row level security shows \"{user}\" none of its "
            + $"rows: use the user that owns the studio's tables, or have a superuser run 'alter role \"{user}\" bypassrls'.";
    }

    public override void Dispose()
    {
        using var any = new NpgsqlConnection(connection);
        NpgsqlConnection.ClearPool(any);
    }

    protected override StudioDb Open() => new PostgresStudioDb(options);

    protected override Task<IDisposable?> TurnAsync(CancellationToken cancel) => Task.FromResult<IDisposable?>(null);

    protected override async Task<IDbContextTransaction> BeginAsync(StudioDb db, Guid? about, CancellationToken cancel)
    {
        try
        {
            return await LockedAsync(db, about, cancel);
        }
        catch (Exception failure) when (IsWorthAnother(failure))
        {
            return await LockedAsync(db, about, cancel);
        }
    }

    protected override bool IsWorthAnother(Exception failure)
    {
        if (!IsAway(failure) || failure.GetBaseException() is TimeoutException)
            return false;
        // It died while nobody used it, and so may have the others.
        Dispose();
        return true;
    }

    protected override async Task MigrateAsync()
    {
        for (var tried = 1; ; tried++)
            try
            {
                await MigrateOnceAsync();
                return;
            }
            catch (Exception met) when (tried < MostTries && IsInUse(met))
            {
                await Task.Delay(BetweenTries, TimeProvider.System);
            }
    }

    private static bool IsInUse(Exception met) =>
        met.GetBaseException() is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable };

    private async Task MigrateOnceAsync()
    {
        // Nodes that start together go one after the other: what one has made the next one finds.
        await using var turn = new NpgsqlConnection(connection);
        await using var db = Open();
        try
        {
            await turn.OpenAsync();
            await using var turns = await turn.BeginTransactionAsync();
            await using var mine = new NpgsqlCommand(
                $"SELECT set_config('idle_in_transaction_session_timeout', '{LongestTurn}', true), pg_advisory_xact_lock(hashtextextended('jettae studio migration', 0))",
                turn
            )
            {
                CommandTimeout = 0,
            };
            await mine.ExecuteNonQueryAsync();
            db.Database.SetCommandTimeout(0);
            await db.Database.MigrateAsync();
            if (await ObstacleAsync(CancellationToken.None) is { } obstacle)
                throw new InvalidOperationException(obstacle);
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new InvalidOperationException(
                $"The studio's tables cannot be made in the database ({refused.MessageText}): have its owner run "
                    + $"'grant create on schema public to \"{Name()}\"; grant create on database … to \"{Name()}\"', or use another user.",
                refused
            );
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.DuplicateTable)
        {
            throw new InvalidOperationException(
                $"The database has something of the same name as a table of the studio already ({refused.MessageText}): use a database "
                    + $"of its own, or give the user another schema by 'alter role \"{Name()}\" set search_path = …'.",
                refused
            );
        }
    }

    private static async Task<IDbContextTransaction> LockedAsync(StudioDb db, Guid? about, CancellationToken cancel)
    {
        var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancel);
        try
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.Transaction = transaction.GetDbTransaction();
            command.CommandText = about is { } one
                ? $"{Awake} SELECT pg_advisory_xact_lock_shared(hashtextextended('jettae studio', 0)); SELECT pg_advisory_xact_lock(hashtextextended('jettae studio {one:N}', 0))"
                : $"{Awake} SELECT pg_advisory_xact_lock(hashtextextended('jettae studio', 0))";
            await command.ExecuteNonQueryAsync(cancel);
            return transaction;
        }
        catch
        {
            await transaction.DisposeAsync();
            if (db.Database.GetDbConnection() is { State: not ConnectionState.Closed } broken)
                await broken.CloseAsync();
            throw;
        }
    }

    private static readonly string Awake =
        $"SELECT set_config('idle_in_transaction_session_timeout', '{LongestSleep}', true);";

    private string? Name() => new NpgsqlConnectionStringBuilder(connection).Username;
}
