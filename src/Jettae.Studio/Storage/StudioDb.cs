using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>The studio's tables.</summary>
public sealed class StudioDb(DbContextOptions<StudioDb> options) : DbContext(options)
{
    public DbSet<Schedule> Schedules => Set<Schedule>();
    public DbSet<Content> Contents => Set<Content>();
    public DbSet<Run> Runs => Set<Run>();
    public DbSet<RunStep> RunSteps => Set<RunStep>();
    public DbSet<Booking> Bookings => Set<Booking>();
}
