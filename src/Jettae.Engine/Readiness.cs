using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Jettae.Engine;

/// <summary>The store reads, and its writer commits: of nothing, which costs the disk nothing.</summary>
internal sealed class StoreAnswers(Store store, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken
    )
    {
        await Task.Run(AnswerAsync, cancellationToken).WaitAsync(Patience, time, cancellationToken);
        return HealthCheckResult.Healthy();
    }

    private Task AnswerAsync()
    {
        store.Read(db => db.Command("select 1 from messages limit 1").Rows(row => row.GetInt64(0)));
        return store.WriteAsync(_ => true);
    }
}

/// <summary>Every shard that this node owns has been started, does not drain, and had no trouble in its last step.</summary>
internal sealed class ShardsRun(Shards shards) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken) =>
        Task.FromResult(shards.AreRunning ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy());
}
