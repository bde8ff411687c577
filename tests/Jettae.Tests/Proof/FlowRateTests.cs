using System.Collections.Concurrent;
using System.Net.Http.Json;
using Jettae.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Jettae.Tests;

/// <summary>Flow control, measured where it matters: at the receiver, for a minute.</summary>
[Collection(Busy.Name)]
public sealed class FlowRateTests(ITestOutputHelper output)
{
    private const int Rate = 40;
    private const int Parallelism = 5;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    /// <summary>What a connection takes longer for the first of two messages than for the second.</summary>
    private static readonly TimeSpan Jitter = TimeSpan.FromMilliseconds(200);

    [Fact]
    [Trait("QStash", "75")]
    public async Task For_a_minute_no_period_sees_more_than_the_rate_and_no_instant_more_than_the_parallelism()
    {
        var arrivals = new ConcurrentQueue<long>();
        var (inWork, most) = (0, 0);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var receiver = builder.Build();
        receiver.Run(async http =>
        {
            arrivals.Enqueue(TimeProvider.System.GetTimestamp());
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
        var times = arrivals.ToArray();
        var span = (Period - Jitter).TotalSeconds * TimeProvider.System.TimestampFrequency;
        for (var first = 0; first + Rate < times.Length; first++)
            Assert.True(times[first + Rate] - times[first] > span, $"{Rate + 1} arrivals within {Period - Jitter}");
        Assert.InRange(most, 1, Parallelism);
        output.WriteLine($"{times.Length} arrived in a minute, of {Rate * 30} allowed; at most {most} at once.");
        Assert.InRange(times.Length, Rate * 24, Rate * 31);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = most; seen < value; )
            seen = Interlocked.CompareExchange(ref most, value, seen) == seen ? value : most;
    }
}
