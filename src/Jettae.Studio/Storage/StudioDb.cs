using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace Jettae.Studio;

/// <summary>
/// The studio's tables: snake_case; instants as unix milliseconds and enums by their names on the wire, so that another
/// database can map them its own way from the same model.
/// </summary>
public sealed class StudioDb(DbContextOptions<StudioDb> options) : DbContext(options)
{
    public DbSet<Schedule> Schedules => Set<Schedule>();
    public DbSet<Content> Contents => Set<Content>();
    public DbSet<Run> Runs => Set<Run>();
    public DbSet<RunStep> RunSteps => Set<RunStep>();
    public DbSet<Booking> Bookings => Set<Booking>();
    public DbSet<User> Users => Set<User>();
    public DbSet<SignInLink> SignInLinks => Set<SignInLink>();
    public DbSet<ModelPrice> ModelPrices => Set<ModelPrice>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMilliseconds>();
        configurationBuilder.Properties<TimeOnly>().HaveConversion<HourAndMinute>();
        configurationBuilder.Properties<ContentType>().HaveConversion<ByName<ContentType>>();
        configurationBuilder.Properties<ContentStatus>().HaveConversion<ByName<ContentStatus>>();
        configurationBuilder.Properties<Tone>().HaveConversion<ByName<Tone>>();
        configurationBuilder.Properties<Frequency>().HaveConversion<ByName<Frequency>>();
        configurationBuilder.Properties<CatchUp>().HaveConversion<ByName<CatchUp>>();
        configurationBuilder.Properties<RunState>().HaveConversion<ByName<RunState>>();
        configurationBuilder.Properties<RunTrigger>().HaveConversion<ByName<RunTrigger>>();
        configurationBuilder.Properties<StepKind>().HaveConversion<ByName<StepKind>>();
        configurationBuilder.Properties<BookingState>().HaveConversion<ByName<BookingState>>();
        configurationBuilder.Properties<ScheduleSettings>().HaveConversion<AsJson>();
    }

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder
            .Entity<User>()
            .HasIndex(user => user.IsOwner)
            .IsUnique()
            .HasFilter("is_owner")
            .HasDatabaseName("users_one_owner");
        modelBuilder
            .Entity<SignInLink>()
            .HasIndex(link => link.CodeHash)
            .IsUnique()
            .HasDatabaseName("sign_in_links_by_code");

        var schedule = modelBuilder.Entity<Schedule>();
        schedule.Ignore(each => each.Timing);
        schedule.HasIndex(each => new { each.OwnerId, each.Id }).HasDatabaseName("schedules_of_owner");
        schedule.HasIndex(each => each.IsActive).HasDatabaseName("schedules_active");

        var content = modelBuilder.Entity<Content>();
        content.HasIndex(each => each.RunId).IsUnique().HasDatabaseName("contents_one_per_run");
        content
            .HasIndex(each => new
            {
                each.OwnerId,
                each.CreatedAt,
                each.Id,
            })
            .HasDatabaseName("contents_of_owner_newest");
        content
            .HasIndex(each => new { each.ScheduleId, each.CreatedAt })
            .HasDatabaseName("contents_of_schedule_newest");

        var run = modelBuilder.Entity<Run>();
        run.HasIndex(each => new { each.ScheduleId, each.SlotAt })
            .IsUnique()
            .HasFilter("slot_at IS NOT NULL")
            .HasDatabaseName("runs_one_per_slot");
        run.HasIndex(each => new
            {
                each.OwnerId,
                each.StartedAt,
                each.Id,
            })
            .HasDatabaseName("runs_of_owner_newest");
        run.HasIndex(each => new
            {
                each.ScheduleId,
                each.StartedAt,
                each.Id,
            })
            .HasDatabaseName("runs_of_schedule_newest");
        run.HasMany(each => each.Steps).WithOne().HasForeignKey(step => step.RunId).OnDelete(DeleteBehavior.Cascade);
        modelBuilder
            .Entity<RunStep>()
            .HasIndex(step => new { step.RunId, step.Id })
            .HasDatabaseName("run_steps_of_run");

        var booking = modelBuilder.Entity<Booking>();
        booking
            .HasIndex(each => each.ScheduleId)
            .IsUnique()
            .HasFilter("state IN ('pending', 'published')")
            .HasDatabaseName("bookings_one_live_per_schedule");
        booking.HasIndex(each => new { each.ScheduleId, each.SlotAt }).HasDatabaseName("bookings_of_slot");
        booking.HasIndex(each => new { each.State, each.NextTryAt }).HasDatabaseName("bookings_to_do");

        modelBuilder.Entity<ModelPrice>().HasKey(price => new { price.Model, price.EffectiveFrom });
        modelBuilder.Entity<ModelPrice>().HasData(ModelPrice.Known);

        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            entity.SetTableName(SnakeCase(entity.GetTableName()!));
            foreach (var property in entity.GetProperties())
                property.SetColumnName(SnakeCase(property.Name));
        }
    }

    private static string SnakeCase(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);

    private sealed class UnixMilliseconds()
        : ValueConverter<DateTimeOffset, long>(
            instant => instant.ToUnixTimeMilliseconds(),
            stored => DateTimeOffset.FromUnixTimeMilliseconds(stored)
        );

    private sealed class HourAndMinute()
        : ValueConverter<TimeOnly, string>(
            time => time.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture),
            stored => TimeOnly.ParseExact(stored, "HH:mm", System.Globalization.CultureInfo.InvariantCulture)
        );

    private sealed class ByName<T>()
        : ValueConverter<T, string>(value => JsonName.Of(value), name => JsonName.Parse<T>(name))
        where T : struct, Enum;

    private sealed class AsJson()
        : ValueConverter<ScheduleSettings, string>(
            settings => JsonSerializer.Serialize(settings, JsonSerializerOptions.Web),
            stored => JsonSerializer.Deserialize<ScheduleSettings>(stored, JsonSerializerOptions.Web)!
        );
}

/// <summary>Lets dotnet-ef build the context when it writes a migration.</summary>
internal sealed class StudioDbDesign : IDesignTimeDbContextFactory<StudioDb>
{
    public StudioDb CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<StudioDb>().UseSqlite("Data Source=:memory:").Options);
}
