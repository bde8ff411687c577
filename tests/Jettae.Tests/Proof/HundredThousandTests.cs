using System.Net.Http.Json;
using Jettae.Testing;

namespace Jettae.Tests;

/// <summary>The engine alone, with much to do, killed in the middle of it.</summary>
[Collection(Busy.Proofs)]
public sealed class HundredThousandTests(ITestOutputHelper output)
{
    private const int Messages = 100_000;
    private const int Batch = 500;

    [Fact]
    public async Task What_was_acknowledged_arrives_through_three_kills()
    {
        await using var sink = await Sink.StartAsync();
        await using var program = await JettaeProcess.StartAsync(("JETTAE_EGRESS_ALLOW", "127.0.0.1"));
        using var http = program.Client(program.Credentials.Token);
        var acknowledged = new HashSet<int>();
        for (var first = 0; first < Messages; first += Batch)
        {
            var publish = PublishAsync(http, sink.Address, first);
            if (first is 25_000 or 50_000 or 75_000)
            {
                await sink.UntilAsync(first / 2, TimeSpan.FromMinutes(1));
                await program.KillAsync();
                await program.StartAsync();
            }
            if (await publish)
                acknowledged.UnionWith(Enumerable.Range(first, Batch));
        }
        await Wait.UntilAsync(
            () => sink.Distinct >= acknowledged.Count && acknowledged.IsSubsetOf(sink.Numbers),
            TimeSpan.FromMinutes(8),
            () => $"{acknowledged.Except(sink.Numbers).Count()} acknowledged messages did not arrive:\n{program.Output}"
        );
        Assert.True(acknowledged.Count >= Messages - 3 * Batch, "More than the batches of the kills were refused.");
        var repeats = sink.Received - sink.Distinct;
        output.WriteLine($"{acknowledged.Count} acknowledged, all arrived; {repeats} arrived more than once.");
        // Only what was on its way at a kill comes twice: at most what the engine has in flight, three times.
        Assert.InRange(repeats, 0, 3 * 2_000);
    }

    private static async Task<bool> PublishAsync(HttpClient http, string destination, int first)
    {
        try
        {
            using var answer = await http.PostAsJsonAsync(
                "/v2/batch",
                Enumerable
                    .Range(first, Batch)
                    .Select(number => new
                    {
                        destination,
                        body = $"{number}",
                        headers = new Dictionary<string, string>
                        {
                            ["Upstash-Delay"] = "1s",
                            ["Upstash-Retry-Delay"] = "500",
                        },
                    })
            );
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
