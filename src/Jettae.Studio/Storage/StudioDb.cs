using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Jettae.Studio;

/// <summary>
/// The studio's tables: snake_case; instants as unix milliseconds and enums by their names on the wire, so that another
/// database can map them its own way from the same model.
/// </summary>
public class StudioDb(DbContextOptions options) : DbContext(options)
{
    public DbSet<Schedule> Schedules => Set<Schedule>();
    public DbSet<Content> Contents => Set<Content>();
    public DbSet<ContentVersion> ContentVersions => Set<ContentVersion>();
    public DbSet<ContentTag> ContentTags => Set<ContentTag>();
    public DbSet<Run> Runs => Set<Run>();
    public DbSet<RunStep> RunSteps => Set<RunStep>();
    public DbSet<Booking> Bookings => Set<Booking>();
    public DbSet<SlotChange> SlotChanges => Set<SlotChange>();
    public DbSet<User> Users => Set<User>();
    public DbSet<SignInLink> SignInLinks => Set<SignInLink>();
    public DbSet<Session> Sessions => Set<Session>();
    public DbSet<ApiToken> ApiTokens => Set<ApiToken>();
    public DbSet<StoredProvider> ProviderSettings => Set<StoredProvider>();
    public DbSet<Brand> Brands => Set<Brand>();
    public DbSet<Alert> Alerts => Set<Alert>();
    public DbSet<AlertSettings> AlertSettings => Set<AlertSettings>();
    public DbSet<ModelPrice> ModelPrices => Set<ModelPrice>();

    /// <summary>What is derived from the pieces is saved with them.</summary>
    public override async Task<int> SaveChangesAsync(
        bool acceptAllChangesOnSuccess,
        CancellationToken cancellationToken = default
    )
    {
        Note();
        var changed = await SearchIndex.PrepareAsync(this, cancellationToken);
        var count = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
        await SearchIndex.WriteAsync(this, changed, cancellationToken);
        return count;
    }

    /// <summary>To be told once this is committed.</summary>
    internal List<Action> Measured { get; } = [];

    private void Note()
    {
        foreach (var entry in ChangeTracker.Entries<Run>())
        {
            var (run, isNew) = (entry.Entity, entry.State == EntityState.Added);
            if (!isNew && entry.State != EntityState.Modified)
                continue;
            var (state, reason) = (run.State, run.Reason);
            if (state != RunState.Running && (isNew || entry.Property(each => each.State).IsModified))
                Measured.Add(() => Telemetry.Left(state, reason));
            var paid = (run.Cost ?? 0) - (isNew ? 0 : entry.Property(each => each.Cost).OriginalValue ?? 0);
            if (paid > 0)
                Measured.Add(() => Telemetry.Paid(paid));
        }
    }

    /// <summary>Milliseconds since 1970, which SQLite orders.</summary>
    private protected virtual void Instants(PropertiesConfigurationBuilder<DateTimeOffset> instants) =>
        instants.HaveConversion<Stored.UnixMilliseconds>();

    /// <summary>An instant in a statement written by hand: as a parameter.</summary>
    internal virtual object Instant(DateTimeOffset at) => at.ToUnixTimeMilliseconds();

    /// <summary>An instant in a statement written by hand: in its text.</summary>
    internal virtual string Literal(DateTimeOffset at) =>
        at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);

    /// <summary>A column of instants as unix milliseconds.</summary>
    internal virtual string Milliseconds(string instant) => instant;

    /// <summary>From one column of instants to another, in milliseconds.</summary>
    internal virtual string Between(string from, string to) => $"{to} - {from}";

    /// <summary>The rows of <paramref name="of"/>, each with the <c>id</c>s that a select, which may speak of it, finds of a table.</summary>
    internal virtual string Each(string of, string table, string select) =>
        $"{of} JOIN {table} r ON r.id IN ({select})";

    /// <summary>Ids in the text of a statement: they are ours, and as both databases read them.</summary>
    internal static string Ids(IEnumerable<Guid> ids) =>
        string.Join(", ", ids.Select(id => $"'{id.ToString("D").ToUpperInvariant()}'").DefaultIfEmpty("NULL"));

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        Instants(configurationBuilder.Properties<DateTimeOffset>());
        configurationBuilder.Properties<ContentType>().HaveConversion<Stored.ByName<ContentType>>();
        configurationBuilder.Properties<ContentStatus>().HaveConversion<Stored.ByName<ContentStatus>>();
        configurationBuilder.Properties<VersionKind>().HaveConversion<Stored.ByName<VersionKind>>();
        configurationBuilder.Properties<Tone>().HaveConversion<Stored.ByName<Tone>>();
        configurationBuilder.Properties<Frequency>().HaveConversion<Stored.ByName<Frequency>>();
        configurationBuilder.Properties<CatchUp>().HaveConversion<Stored.ByName<CatchUp>>();
        configurationBuilder.Properties<RunState>().HaveConversion<Stored.ByName<RunState>>();
        configurationBuilder.Properties<RunTrigger>().HaveConversion<Stored.ByName<RunTrigger>>();
        configurationBuilder.Properties<StepKind>().HaveConversion<Stored.ByName<StepKind>>();
        configurationBuilder.Properties<AlertKind>().HaveConversion<Stored.ByName<AlertKind>>();
        configurationBuilder.Properties<BookingState>().HaveConversion<Stored.ByName<BookingState>>();
        configurationBuilder.Properties<TokenScope>().HaveConversion<Stored.ByName<TokenScope>>();
        configurationBuilder.Properties<ProviderKind>().HaveConversion<Stored.ByName<ProviderKind>>();
        configurationBuilder.Properties<SpeechLevel>().HaveConversion<Stored.ByName<SpeechLevel>>();
        configurationBuilder.Properties<ScheduleSettings>().HaveConversion<Stored.AsJson>();
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

        modelBuilder
            .Entity<Session>()
            .HasIndex(each => new { each.UserId, each.LastSeenAt })
            .HasDatabaseName("sessions_of_user");
        var token = modelBuilder.Entity<ApiToken>();
        token.HasIndex(each => each.Hash).IsUnique().HasDatabaseName("api_tokens_by_hash");
        token.HasIndex(each => each.OwnerId).HasDatabaseName("api_tokens_of_owner");
        modelBuilder.Entity<StoredProvider>().Property(each => each.Id).ValueGeneratedNever();
        var brand = modelBuilder.Entity<Brand>();
        brand.HasKey(each => each.OwnerId);
        brand
            .Property(each => each.BannedWords)
            .HasConversion(new Stored.AsJsonList<string>(Stored.Json), new Stored.SameItems<string>());

        var schedule = modelBuilder.Entity<Schedule>();
        schedule.Ignore(each => each.Timing);
        schedule
            .Property(each => each.TimesOfDay)
            .HasConversion(new Stored.AsJsonList<TimeOnly>(Stored.ClockTimes), new Stored.SameItems<TimeOnly>());
        schedule
            .Property(each => each.DaysOfWeek)
            .HasConversion(
                new Stored.AsJsonList<DayOfWeek>(JsonSerializerOptions.Web),
                new Stored.SameItems<DayOfWeek>()
            );
        schedule.HasIndex(each => new { each.OwnerId, each.Id }).HasDatabaseName("schedules_of_owner");
        schedule.HasIndex(each => each.IsActive).HasDatabaseName("schedules_active");
        schedule
            .HasIndex(each => new { each.OwnerId, each.NextRunAt })
            .HasFilter("next_run_at IS NOT NULL")
            .HasDatabaseName("schedules_coming");
        schedule
            .HasIndex(each => new
            {
                each.OwnerId,
                each.Name,
                each.Id,
            })
            .HasDatabaseName("schedules_by_name");

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
        MapLibrary(modelBuilder, content);

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
                each.State,
                each.OwnerId,
                each.StartedAt,
                each.Id,
            })
            .HasDatabaseName("runs_of_state_newest");
        run.HasIndex(each => new
            {
                each.OwnerId,
                each.Reason,
                each.StartedAt,
                each.Id,
            })
            .HasFilter("reason IS NOT NULL")
            .HasDatabaseName("runs_of_reason_newest");
        run.HasIndex(each => new
            {
                each.OwnerId,
                each.Trigger,
                each.StartedAt,
                each.Id,
            })
            .HasDatabaseName("runs_of_trigger_newest");
        // The calendar: slots by their time; those by hand, which have none, by their begin.
        run.HasIndex(each => new
            {
                each.OwnerId,
                each.SlotAt,
                each.StartedAt,
                each.ScheduleId,
                each.Id,
            })
            .HasDatabaseName("runs_of_owner_by_slot");
        run.HasIndex(each => new
            {
                each.ScheduleId,
                each.StartedAt,
                each.Id,
            })
            .HasDatabaseName("runs_of_schedule_newest");
        run.HasIndex(each => new
            {
                each.OwnerId,
                each.StartedAt,
                each.ScheduleId,
                each.State,
                each.SlotAt,
                each.FinishedAt,
                each.InputTokens,
                each.CachedInputTokens,
                each.CacheWriteTokens,
                each.OutputTokens,
                each.ThinkingTokens,
                each.Cost,
            })
            .HasDatabaseName("runs_figures");
        run.HasIndex(each => new { each.ContentId, each.OwnerId })
            .HasFilter("content_id IS NOT NULL")
            .HasDatabaseName("runs_of_content");
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

        var change = modelBuilder.Entity<SlotChange>();
        change
            .HasIndex(each => new { each.ScheduleId, each.SlotAt })
            .IsUnique()
            .HasDatabaseName("slot_changes_of_slot");
        change.HasIndex(each => new { each.OwnerId, each.SlotAt }).HasDatabaseName("slot_changes_of_owner");

        var alert = modelBuilder.Entity<Alert>();
        alert
            .HasIndex(each => new
            {
                each.OwnerId,
                each.Kind,
                each.Subject,
            })
            .IsUnique()
            .HasFilter("closed_at IS NULL")
            .HasDatabaseName("alerts_one_open_per_cause");
        alert
            .HasIndex(each => new
            {
                each.OwnerId,
                each.OpenedAt,
                each.Id,
            })
            .HasDatabaseName("alerts_of_owner_newest");
        modelBuilder.Entity<AlertSettings>().HasKey(each => each.OwnerId);

        modelBuilder.Entity<ModelPrice>().HasKey(price => new { price.Model, price.EffectiveFrom });
        modelBuilder.Entity<ModelPrice>().HasData(ModelPrice.Known);

        foreach (var entity in modelBuilder.Model.GetEntityTypes())
        {
            entity.SetTableName(SnakeCase(entity.GetTableName()!));
            foreach (var property in entity.GetProperties())
                property.SetColumnName(SnakeCase(property.Name));
        }
    }

    private static void MapLibrary(ModelBuilder modelBuilder, EntityTypeBuilder<Content> content)
    {
        content.Property(each => each.SearchKey);
        content.Property(each => each.Note).HasDefaultValue("");
        content.Property(each => each.Version).HasDefaultValue(1);
        content.HasIndex(each => each.SearchKey).IsUnique().HasDatabaseName("contents_by_search_key");
        content
            .HasIndex(each => new
            {
                each.OwnerId,
                each.Status,
                each.CreatedAt,
                each.Id,
            })
            .HasDatabaseName("contents_of_status_newest");
        content
            .HasIndex(each => new
            {
                each.OwnerId,
                each.ContentType,
                each.CreatedAt,
                each.Id,
            })
            .HasDatabaseName("contents_of_type_newest");
        // All that is counted by, what a search has found as well.
        content
            .HasIndex(each => new
            {
                each.OwnerId,
                each.Status,
                each.ContentType,
                each.ScheduleId,
                each.Language,
                each.CreatedAt,
                each.Id,
                each.SearchKey,
            })
            .HasDatabaseName("contents_counted");
        content.HasMany(each => each.Tags).WithOne().HasForeignKey(tag => tag.ContentId);
        content.Navigation(each => each.Tags).AutoInclude();

        var tag = modelBuilder.Entity<ContentTag>();
        tag.HasKey(each => new
        {
            each.OwnerId,
            each.Tag,
            each.ContentId,
        });
        tag.HasIndex(each => new
            {
                each.ContentId,
                each.OwnerId,
                each.Tag,
            })
            .HasDatabaseName("content_tags_of_piece");

        var version = modelBuilder.Entity<ContentVersion>();
        version.HasKey(each => new { each.ContentId, each.Number });
        version.HasOne<Content>().WithMany().HasForeignKey(each => each.ContentId).OnDelete(DeleteBehavior.Cascade);
    }

    private protected static string SnakeCase(string name) => JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
}
