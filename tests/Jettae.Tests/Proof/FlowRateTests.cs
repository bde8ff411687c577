using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Jettae.Tests;

/// <summary>Flow control, measured where it matters: at the receiver, for a minute.</summary>
[Trait("Store", "own")]
public sealed class FlowRateTests(ITestOutputHelper output)
{
    private const int Rate = 40;
    private const int Parallelism = 5;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    [Fact]
    [Trait("QStash", "75")]
    public async Task For_a_minute_no_period_sees_more_than_the_rate_and_no_instant_more_than_the_parallelism()
    {
        var arrivals = new ConcurrentDictionary<string, long>();
        var (inWork, most) = (0, 0);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var receiver = builder.Build();
        receiver.Run(async http =>
        {
            arrivals[http.Request.Path] = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
            var now = Interlocked.Increment(ref inWork);
            InterlockedMax(ref most, now);
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, http.RequestAborted);
            Interlocked.Decrement(ref inWork);
        });
        await receiver.StartAsync(TestContext.Current.CancellationToken);
        await using var server = await DevelopmentProcess.StartAsync();
        using var http = server.Client();
        // More than a minute's worth, so that the limit is what holds them back.
        using var published = await http.PostAsJsonAsync(
            "/v2/batch",
            Enumerable
                .Range(0, Rate * 35)
                .Select(number => new
                {
                    destination = $"{receiver.Urls.Single()}/{number}",
                    headers = new Dictionary<string, string>
                    {
                        ["Upstash-Flow-Control-Key"] = "measured",
                        ["Upstash-Flow-Control-Value"] =
                            $"rate={Rate}, parallelism={Parallelism}, period={Period.TotalSeconds}s",
                    },
                }),
            TestContext.Current.CancellationToken
        );
        Assert.True(published.IsSuccessStatusCode);
        await Task.Delay(TimeSpan.FromSeconds(60), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.True(arrivals.Count >= Rate * 10, $"{arrivals.Count} arrived in a minute, of {Rate * 30} allowed");
        var arrived = arrivals.ToDictionary();
        var began = await StartsAsync(http);
        // The rule itself, by the engine's clock: to the millisecond.
        var starts = began.Values.Order().ToArray();
        for (var first = 0; first + Rate < starts.Length; first++)
            Assert.True(
                starts[first + Rate] - starts[first] > Period.TotalMilliseconds,
                $"{Rate + 1} began in {Period}"
            );
        // What arrived has begun before; so what came at the receiver is no more than that and what its way took.
        var late = arrived.Select(each => each.Value - began[each.Key]).ToArray();
        Assert.All(late, each => Assert.True(each >= -1, $"one arrived {-each} ms before it began"));
        var times = arrived.Values.Order().ToArray();
        var tightest = Enumerable
            .Range(0, Math.Max(0, times.Length - Rate))
            .Min(first => times[first + Rate] - times[first]);
        var jitter = late.Max() - late.Min() + 1;
        Assert.True(tightest > Period.TotalMilliseconds - jitter, $"{Rate + 1} arrived within {tightest} ms");
        Assert.InRange(most, 1, Parallelism);
        output.WriteLine($"The tightest {Rate + 1} arrivals took {tightest} ms.");
        output.WriteLine(
            $"{arrived.Count} arrived in a minute, of {Rate * 30} allowed; at most {most} at once; {late.Max()} ms on their way."
        );
    }

    /// <summary>When each message's attempt began, by its path.</summary>
    private static async Task<Dictionary<string, long>> StartsAsync(HttpClient http)
    {
        var starts = new Dictionary<string, long>();
        for (string? cursor = ""; cursor is not null; )
        {
            var page = (
                await http.GetFromJsonAsync<JsonNode>(
                    $"/v2/logs?state=ACTIVE&count=1000&cursor={cursor}",
                    TestContext.Current.CancellationToken
                )
            )!;
            foreach (var each in page["logs"]!.AsArray())
                starts[new Uri((string)each!["url"]!).AbsolutePath] = (long)each["time"]!;
            cursor = (string?)page["cursor"];
        }
        return starts;
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = most; seen < value; )
            seen = Interlocked.CompareExchange(ref most, value, seen) == seen ? value : most;
    }
}
