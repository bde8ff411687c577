using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Jettae.Studio;

/// <summary>The tables are up to date and can be read.</summary>
internal sealed class StudioStoreAnswers(StudioStore store, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken
    )
    {
        // SQLite answers on the thread that asks.
        await Task.Run(
                () => store.ReadAsync(db => db.Schedules.AnyAsync(cancellationToken), cancellationToken),
                cancellationToken
            )
            .WaitAsync(Patience, time, cancellationToken);
        return HealthCheckResult.Healthy();
    }
}

/// <summary>The keeper has been once round all schedules since the start: what was missed is known, what comes is booked.</summary>
internal sealed class KeeperLooked(Keeper keeper) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(keeper.IsLookedAfter ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
}
