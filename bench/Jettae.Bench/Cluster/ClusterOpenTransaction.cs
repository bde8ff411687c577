using System.Globalization;
using Npgsql;

namespace Jettae.Bench;

/// <summary>As much as goes through, minute by minute, while another session holds a transaction open: nothing is cleaned up.</summary>
internal static class ClusterOpenTransaction
{
    private const double LeastShare = 0.9;

    /// <summary>Published and not yet delivered, at the most: enough that nobody waits for work.</summary>
    private const int MostOutstanding = 4_000;

    /// <summary>Until the first checkpoint there is nothing that PostgreSQL would have to write anew: that is no pace to keep.</summary>
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(180);
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(60);

    public static async Task<bool> MeasureAsync(BenchCluster cluster, ClusterOptions options)
    {
        using var over = new CancellationTokenSource();
        var published = 0;
        var publishing = Task.WhenAll(Enumerable.Range(0, cluster.Nodes.Count).Select(PublishAsync));
        await Task.Delay(WarmUp, TimeProvider.System, CancellationToken.None);
        List<double> without = [await SliceAsync("before"), await SliceAsync("before")];
        var slices = new List<double>();
        await using (var source = NpgsqlDataSource.Create(cluster.ConnectionString))
        await using (var connection = await source.OpenConnectionAsync())
        {
            // Its snapshot sees all that was there as it was: not one row version of that may go.
            await using var open = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead);
            await using (var look = new NpgsqlCommand("select count(*) from jettae.nodes", connection, open))
                await look.ExecuteScalarAsync();
            var began = TimeProvider.System.GetTimestamp();
            while (TimeProvider.System.GetElapsedTime(began) < options.OpenFor)
                slices.Add(await SliceAsync($"minute {slices.Count + 1} of the open transaction"));
        }
        // What it kept is cleaned up in the first of them.
        without.AddRange([await SliceAsync("after"), await SliceAsync("after")]);
        await over.CancelAsync();
        await publishing;
        var arrived = await cluster.Arrivals.UntilAsync(published, TimeSpan.FromSeconds(60));
        var usual = without.Average();
        var (share, last) = (slices.Average() / usual, slices.TakeLast(3).Average() / usual);
        Table.Say("all that was published arrived", arrived ? "yes" : "no");
        Table.Say(
            "without it, least and most minute",
            $"{without.Min() / usual:P0}, {without.Max() / usual:P0} of their mean"
        );
        Table.Say("with it, least and most minute", $"{slices.Min() / usual:P0}, {slices.Max() / usual:P0} of that");
        Table.Say("with it, all minutes; the last three", $"{share:P0}; {last:P0} of that");
        return arrived && Math.Min(share, last) >= LeastShare;

        async Task PublishAsync(int node)
        {
            while (!over.IsCancellationRequested)
            {
                if (Volatile.Read(ref published) - cluster.Arrivals.Distinct > MostOutstanding)
                {
                    await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
                    continue;
                }
                var first = Interlocked.Add(ref published, options.Batch) - options.Batch;
                await cluster.PublishAsync(first, options.Batch, node, allKeyed: false);
            }
        }

        async Task<double> SliceAsync(string what)
        {
            var (began, count) = (TimeProvider.System.GetTimestamp(), cluster.Arrivals.Count);
            await Task.Delay(Slice, TimeProvider.System, CancellationToken.None);
            var rate = (cluster.Arrivals.Count - count) / TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            Table.Say(what, string.Create(CultureInfo.InvariantCulture, $"{rate:N0} delivered and settled/s"));
            return rate;
        }
    }
}
