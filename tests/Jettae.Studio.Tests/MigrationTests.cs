using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio.Tests;

/// <summary>The program does not ask it when it starts, so it is asked here, of both databases.</summary>
[Trait("Store", "none")]
public sealed class MigrationTests
{
    [Fact]
    public void The_migrations_make_the_tables_that_the_program_expects()
    {
        using var sqlite = new StudioDb(new DbContextOptionsBuilder<StudioDb>().UseSqlite().Options);
        using var postgres = new PostgresStudioDb(PostgresStudioDb.Options("Host=nowhere"));

        Assert.False(sqlite.Database.HasPendingModelChanges(), "SQLite: a migration is missing.");
        Assert.False(postgres.Database.HasPendingModelChanges(), "PostgreSQL: a migration is missing.");
    }
}
