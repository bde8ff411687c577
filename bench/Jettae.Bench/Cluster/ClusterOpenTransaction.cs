using System.Globalization;
using Npgsql;

namespace Jettae.Bench;

/// <summary>
/// As much as goes through, minute by minute, while another session holds a transaction open: nothing is cleaned up. Beside it the same
/// on a database of its own without one, for the pace of a machine is never the same for ten minutes.
/// </summary>
internal static class ClusterOpenTransaction
{
    private const double LeastShare = 0.9;
    private const int Before = 2;

    /// <summary>Published and not yet delivered, at the most: enough that nobody waits for work.</summary>
    private const int MostOutstanding = 4_000;

    /// <summary>Until the first checkpoint there is nothing that PostgreSQL would have to write anew: that is no pace to keep.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(60);

    public static async Task<bool> MeasureAsync(BenchCluster cluster, BenchCluster beside, ClusterOptions options)
    {
        await using var load = new Load(cluster, options);
        await using var other = new Load(beside, options);
        await Task.Delay(WarmUp, TimeProvider.System, CancellationToken.None);
        var before = new List<double>();
        while (before.Count < Before)
            before.Add(await SliceAsync("before"));
        var shares = new List<double>();
        await using (var source = NpgsqlDataSource.Create(cluster.ConnectionString))
        await using (var connection = await source.OpenConnectionAsync())
        {
            // Its snapshot sees all that was there as it was: not one row version of that may go.
            await using var open = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
            await using (var look = new NpgsqlCommand("select count(*) from jettae.nodes", connection, open))
                await look.ExecuteScalarAsync();
            var began = TimeProvider.System.GetTimestamp();
            while (TimeProvider.System.GetElapsedTime(began) < options.OpenFor)
                shares.Add(await SliceAsync($"minute {shares.Count + 1} of the open transaction"));
        }
        var arrived = await load.EndAsync() & await other.EndAsync();
        var (all, last) = (shares.Average() / before.Average(), shares.TakeLast(3).Average() / before.Average());
        Table.Say("all that was published arrived", arrived ? "yes" : "no");
        Table.Say("of the one without, against before: all minutes; the last three", $"{all:P0}; {last:P0}");
        return arrived && Math.Min(all, last) >= LeastShare;

        async Task<double> SliceAsync(string what)
        {
            var (began, count, others) = (TimeProvider.System.GetTimestamp(), load.Delivered, other.Delivered);
            await Task.Delay(Slice, TimeProvider.System, CancellationToken.None);
            var seconds = TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            var (its, without) = ((load.Delivered - count) / seconds, (other.Delivered - others) / seconds);
            Table.Say(
                what,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{its:N0} delivered and settled/s, {without:N0} without: {its / without:P0}"
                )
            );
            return its / without;
        }
    }

    /// <summary>Publishes to a cluster as fast as it delivers, from when it is made until its end.</summary>
    private sealed class Load : IAsyncDisposable
    {
        private readonly CancellationTokenSource over = new();
        private readonly BenchCluster cluster;
        private readonly Task publishing;
        private int published;

        public Load(BenchCluster cluster, ClusterOptions options)
        {
            this.cluster = cluster;
            publishing = Task.WhenAll(
                Enumerable.Range(0, cluster.Nodes.Count).Select(node => PublishAsync(node, options.Batch))
            );
        }

        public int Delivered => cluster.Arrivals.Count;

        /// <summary>Whether all of it arrived.</summary>
        public async Task<bool> EndAsync()
        {
            await over.CancelAsync();
            await publishing;
            return await cluster.Arrivals.UntilAsync(published, TimeSpan.FromSeconds(60));
        }

        public async ValueTask DisposeAsync()
        {
            await over.CancelAsync();
            await publishing;
            over.Dispose();
        }

        private async Task PublishAsync(int node, int batch)
        {
            while (!over.IsCancellationRequested)
            {
                if (Volatile.Read(ref published) - cluster.Arrivals.Distinct > MostOutstanding)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
                    continue;
                }
                var first = Interlocked.Add(ref published, batch) - batch;
                await cluster.PublishAsync(first, batch, node, allKeyed: false);
            }
        }
    }
}
