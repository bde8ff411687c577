using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using Jettae.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Jettae.Tests;

/// <summary>Three nodes on one PostgreSQL, in processes that are really killed and stopped, while messages come all the time.</summary>
[Collection(Busy.Proofs)]
[Trait("Store", "own")]
public sealed class ClusterKillTests(ITestOutputHelper output)
{
    private const int Kills = 4;

    [Fact]
    public async Task Nothing_is_lost_whichever_node_dies_or_sleeps_and_only_what_was_under_way_comes_again()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var postgres = await PostgresServer.StartAsync();
        var arrivals = new ConcurrentDictionary<string, int>();
        var lines = new ConcurrentQueue<int>();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var receiver = builder.Build();
        receiver.Run(http =>
        {
            var path = http.Request.Path.Value![1..];
            if (path.StartsWith("line/", StringComparison.Ordinal))
                lines.Enqueue(int.Parse(path[5..], CultureInfo.InvariantCulture));
            else
                arrivals.AddOrUpdate(path, 1, (_, before) => before + 1);
            return Task.CompletedTask;
        });
        await receiver.StartAsync(cancel);
        var nodes = new List<JettaeProcess>();
        try
        {
            for (var node = 0; node < 3; node++)
                nodes.Add(JettaeProcess.Node(postgres.Url));
            await Task.WhenAll(nodes.Select(node => node.StartAsync()));
            using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var acknowledged = new ConcurrentBag<string>();
            var publishing = Task.WhenAll(
                Enumerable
                    .Range(0, 8)
                    .Select(each => PublishAsync(each, nodes, receiver.Urls.Single(), acknowledged, end.Token))
            );
            for (var kill = 0; kill < Kills; kill++)
            {
                await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System, cancel);
                var node = nodes[kill % nodes.Count];
                if (kill % 2 == 0)
                {
                    await node.KillAsync();
                    await Task.Delay(TimeSpan.FromSeconds(4), TimeProvider.System, cancel);
                    await node.StartAsync();
                }
                else
                {
                    // Longer than its term: others have its shards by the time it goes on, and knows nothing of it.
                    await node.SignalAsync("STOP");
                    await Task.Delay(TimeSpan.FromSeconds(8), TimeProvider.System, cancel);
                    await node.SignalAsync("CONT");
                }
            }
            await end.CancelAsync();
            await publishing;
            var sent = acknowledged.Where(each => !each.StartsWith("line/", StringComparison.Ordinal)).ToHashSet();
            var inLine = acknowledged.Count - sent.Count;
            await Wait.UntilAsync(
                () => Task.FromResult(sent.All(arrivals.ContainsKey) && lines.Distinct().Count() >= inLine),
                TimeSpan.FromSeconds(60),
                () =>
                    $"{sent.Count(each => !arrivals.ContainsKey(each))} of {sent.Count} and {inLine - lines.Distinct().Count()} of {inLine} in line are lost."
            );
            var twice = arrivals.Count(each => each.Value > 1);
            output.WriteLine(
                $"{sent.Count} acknowledged and arrived, {twice} of them more than once; {inLine} in line, {lines.Count - inLine} of them again."
            );
            Assert.True(sent.Count > 300, $"only {sent.Count} were published");
            // A kill repeats what was under way in it, no more: few of all, 512 at the most.
            Assert.InRange(twice, 0, Math.Min(Kills * 512, sent.Count / 4));
            // The line is never overtaken: what comes again is the very one that was under way.
            var (expected, late) = (0, 0);
            foreach (var number in lines.ToArray())
            {
                // On its way out as its node was put to sleep, it cannot be held back.
                if (number < expected - 1 && ++late <= Kills / 2)
                    continue;
                if (number != expected - 1)
                    Assert.Equal(expected++, number);
            }
        }
        finally
        {
            foreach (var node in nodes)
                await node.DisposeAsync();
        }
    }

    /// <summary>As a client does: on and on, at another node when one does not answer, with an id by which a repeat is known.</summary>
    private static async Task PublishAsync(
        int publisher,
        IReadOnlyList<JettaeProcess> nodes,
        string receiver,
        ConcurrentBag<string> acknowledged,
        CancellationToken end
    )
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(3) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", JettaeProcess.ClusterToken);
        // The first one keeps a line, the second a key; the others send as they come.
        for (var number = 0; !end.IsCancellationRequested; number++)
        {
            var name = publisher == 0 ? $"line/{number}" : $"{publisher}-{number}";
            for (var node = number + publisher; ; node++)
            {
                using var request = new HttpRequestMessage(
                    HttpMethod.Post,
                    $"{nodes[node % nodes.Count].Url}/v2/{(publisher == 0 ? "enqueue/line" : "publish")}/{receiver}/{name}"
                );
                request.Headers.Add("Upstash-Deduplication-Id", name);
                if (publisher == 1)
                {
                    request.Headers.Add("Upstash-Flow-Control-Key", "key");
                    request.Headers.Add("Upstash-Flow-Control-Value", "parallelism=5");
                }
                try
                {
                    using var answer = await http.SendAsync(request, CancellationToken.None);
                    if (answer.IsSuccessStatusCode)
                        break;
                }
                catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
                {
                    // The next node, then.
                }
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
            }
            acknowledged.Add(name);
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, CancellationToken.None);
        }
    }
}
