using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace Jettae.Studio;

/// <summary>
/// The door to the tables. What a writer reads stays true until its commit, so a decision and what follows from it are never
/// torn apart: writers go one at a time, but that on PostgreSQL those of different schedules go side by side.
/// </summary>
internal abstract class StudioStore : IDisposable
{
    private readonly Lazy<Task> prepared;

    protected StudioStore() => prepared = new Lazy<Task>(MigrateAsync);

    /// <summary>In the file of the options, or in the database that they name.</summary>
    public static StudioStore Of(StudioOptions studio) =>
        studio.Database is { } database ? new PostgresStudioStore(database) : new SqliteStudioStore(studio);

    /// <summary>
    /// Whether the migrations make the model is asked by a test: to ask at every start, as EF does, builds the model a second
    /// time, and a program that was killed is back that much later.
    /// </summary>
    internal static void ModelIsMigrated(WarningsConfigurationBuilder warnings) =>
        warnings.Ignore(RelationalEventId.PendingModelChangesWarning);

    /// <summary>Brings the tables up to date; the first who comes does it, all others wait.</summary>
    public Task PrepareAsync() => prepared.Value;

    /// <summary>Whether the tables are of this version; null where there are none yet.</summary>
    public async Task<bool?> IsCurrentAsync(CancellationToken cancel)
    {
        await using var db = Open();
        var made = (await db.Database.GetAppliedMigrationsAsync(cancel)).ToHashSet();
        return made.Count == 0 ? null : db.Database.GetMigrations().All(made.Contains);
    }

    public async Task<T> ReadAsync<T>(Func<StudioDb, Task<T>> read, CancellationToken cancel)
    {
        await prepared.Value.WaitAsync(cancel);
        try
        {
            return await OnceAsync();
        }
        catch (Exception failure) when (IsWorthAnother(failure))
        {
            return await OnceAsync();
        }

        async Task<T> OnceAsync()
        {
            await using var db = Open();
            db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
            return await read(db);
        }
    }

    /// <summary>Commits what <paramref name="write"/> did, or nothing of it.</summary>
    /// <param name="write">What to do.</param>
    /// <param name="cancel">Gives up.</param>
    /// <param name="about">
    /// The schedule, or the run without one, that alone is concerned: writers of others need not wait. Null: whoever writes waits.
    /// </param>
    public async Task<T> WriteAsync<T>(Func<StudioDb, Task<T>> write, CancellationToken cancel, Guid? about = null)
    {
        await prepared.Value.WaitAsync(cancel);
        using var turn = await TurnAsync(cancel);
        await using var db = Open();
        await using var transaction = await BeginAsync(db, about, cancel);
        var result = await write(db);
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        db.Measured.ForEach(tell => tell());
        return result;
    }

    /// <inheritdoc cref="WriteAsync{T}"/>
    public Task WriteAsync(Func<StudioDb, Task> write, CancellationToken cancel, Guid? about = null) =>
        WriteAsync(
            async db =>
            {
                await write(db);
                return true;
            },
            cancel,
            about
        );

    public abstract void Dispose();

    protected abstract StudioDb Open();

    /// <summary>Waits until this program may write.</summary>
    protected abstract Task<IDisposable?> TurnAsync(CancellationToken cancel);

    /// <summary>Begins a transaction that has what it is about to itself.</summary>
    protected abstract Task<IDbContextTransaction> BeginAsync(StudioDb db, Guid? about, CancellationToken cancel);

    protected abstract Task MigrateAsync();

    /// <summary>What was read failed of a connection that had died while nobody used it.</summary>
    protected virtual bool IsWorthAnother(Exception failure) => false;
}
