using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Jettae.Studio;

/// <summary>
/// The same tables in PostgreSQL, as who knows Supabase expects them: uuid, timestamptz, jsonb. What people own stands in the
/// connection's own schema (<c>public</c>), each row for its owner only (see the migration); what lets people in stands apart.
/// </summary>
public sealed class PostgresStudioDb(DbContextOptions<PostgresStudioDb> options) : StudioDb(options)
{
    /// <summary>The schema of what nobody but the program reads: accounts, tokens, keys.</summary>
    internal const string PrivateSchema = "jettae_studio";

    /// <summary>The first statement of a migration that changes a table which nodes of the version before go on using.</summary>
    internal const string WaitBriefly = "SELECT set_config('lock_timeout', '500', true)";

    internal static DbContextOptions<PostgresStudioDb> Options(string connection) =>
        new DbContextOptionsBuilder<PostgresStudioDb>()
            .UseNpgsql(connection, npgsql => npgsql.MigrationsHistoryTable("migrations", PrivateSchema))
            .ConfigureWarnings(StudioStore.ModelIsMigrated)
            .Options;

    internal override object Instant(DateTimeOffset at) => at.ToUniversalTime();

    internal override string Literal(DateTimeOffset at) =>
        $"timestamptz '{at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture)}Z'";

    internal override string Milliseconds(string instant) => $"CAST(EXTRACT(EPOCH FROM {instant}) * 1000 AS bigint)";

    internal override string Between(string from, string to) => Milliseconds($"({to} - {from})");

    internal override string Each(string of, string table, string select) =>
        $"{of} CROSS JOIN LATERAL ({select}) found JOIN {table} r ON r.id = found.id";

    public override Task<int> SaveChangesAsync(
        bool acceptAllChangesOnSuccess,
        CancellationToken cancellationToken = default
    )
    {
        foreach (var entry in ChangeTracker.Entries())
            if (entry.State is EntityState.Added or EntityState.Modified)
                foreach (var property in entry.Properties)
                    if (property.CurrentValue is string text && Stored.Sound(text) is var sound && sound != text)
                        property.CurrentValue = sound;
        return base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
    }

    private protected override void Instants(PropertiesConfigurationBuilder<DateTimeOffset> instants) =>
        instants.HaveConversion<Stored.WholeMilliseconds>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<ScheduleSettings>().HaveColumnType("jsonb");
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<Brand>().Property(each => each.BannedWords).HasColumnType("jsonb");
        modelBuilder.Entity<Schedule>().Property(each => each.TimesOfDay).HasColumnType("jsonb");
        modelBuilder.Entity<Schedule>().Property(each => each.DaysOfWeek).HasColumnType("jsonb");
        foreach (
            var apart in new[]
            {
                typeof(User),
                typeof(SignInLink),
                typeof(Session),
                typeof(ApiToken),
                typeof(StoredProvider),
                typeof(AlertSettings),
            }
        )
            modelBuilder.Model.FindEntityType(apart)!.SetSchema(PrivateSchema);
    }
}
