using System.Data.Common;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Storage;

namespace Jettae.Studio;

/// <summary>A file, for one program. Writers go one at a time, each in one immediate transaction.</summary>
internal sealed class SqliteStudioStore : StudioStore
{
    private readonly DbContextOptions<StudioDb> options;
    private readonly SemaphoreSlim writer = new(1, 1);

    public SqliteStudioStore(StudioOptions studio)
    {
        var connection = new SqliteConnectionStringBuilder
        {
            DataSource = Path.GetFullPath(studio.DataFile),
            ForeignKeys = true,
            DefaultTimeout = (int)studio.StoreTimeout.TotalSeconds,
        };
        options = new DbContextOptionsBuilder<StudioDb>()
            .UseSqlite(connection.ToString())
            .AddInterceptors(new Tuned(studio.StoreTimeout))
            .ConfigureWarnings(ModelIsMigrated)
            .Options;
    }

    public override void Dispose() => writer.Dispose();

    protected override StudioDb Open() => new(options);

    protected override async Task<IDisposable?> TurnAsync(CancellationToken cancel)
    {
        await writer.WaitAsync(cancel);
        return new Turn(writer);
    }

    protected override Task<IDbContextTransaction> BeginAsync(StudioDb db, Guid? about, CancellationToken cancel) =>
        db.Database.BeginTransactionAsync(cancel);

    protected override async Task MigrateAsync()
    {
        await using var db = Open();
        await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL");
        await db.Database.MigrateAsync();
        while (await FillSearchAsync()) { }
    }

    private async Task<bool> FillSearchAsync()
    {
        await using var db = Open();
        if (!await SearchIndex.IsUnfilledAsync(db))
            return false;
        await using var transaction = await db.Database.BeginTransactionAsync();
        var more = await SearchIndex.FillAsync(db, CancellationToken.None);
        await transaction.CommitAsync();
        return more;
    }

    private sealed class Turn(SemaphoreSlim writer) : IDisposable
    {
        public void Dispose() => writer.Release();
    }

    /// <summary>
    /// A commit is on the disk before anyone is told of it. What is read stays in memory as far as there is room: SQLite's
    /// own two megabytes would have every page of a large store read from the file again and again.
    /// </summary>
    private sealed class Tuned(TimeSpan patience) : DbConnectionInterceptor
    {
        public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData) =>
            Set(connection);

        public override Task ConnectionOpenedAsync(
            DbConnection connection,
            ConnectionEndEventData eventData,
            CancellationToken cancellationToken = default
        )
        {
            Set(connection);
            return Task.CompletedTask;
        }

        private void Set(DbConnection connection)
        {
            using var command = connection.CreateCommand();
            command.CommandText = string.Create(
                CultureInfo.InvariantCulture,
                $"PRAGMA synchronous = FULL; PRAGMA busy_timeout = {patience.TotalMilliseconds}; PRAGMA mmap_size = 268435456; PRAGMA temp_store = MEMORY"
            );
            command.ExecuteNonQuery();
        }
    }
}
