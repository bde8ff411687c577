using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Jettae.Testing;

/// <summary>A destination that answers at once and counts what it got, by the number in the body.</summary>
public sealed class Sink : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<int, int> arrivals = new();
    private long received;

    private Sink(WebApplication app) => this.app = app;

    public string Address { get; private set; } = "";

    /// <summary>When the first of each number arrived, as a timestamp.</summary>
    public ConcurrentDictionary<int, long> At { get; } = new();

    public long Received => Interlocked.Read(ref received);
    public int Distinct => arrivals.Count;
    public IEnumerable<int> Numbers => arrivals.Keys;

    public static async Task<Sink> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var sink = new Sink(builder.Build());
        sink.app.Run(async http =>
        {
            using var reader = new StreamReader(http.Request.Body);
            var number = int.Parse(await reader.ReadToEndAsync(), CultureInfo.InvariantCulture);
            sink.At.TryAdd(number, TimeProvider.System.GetTimestamp());
            sink.arrivals.AddOrUpdate(number, 1, (_, count) => count + 1);
            Interlocked.Increment(ref sink.received);
        });
        await sink.app.StartAsync();
        sink.Address = sink.app.Urls.Single() + "/";
        return sink;
    }

    /// <summary>Waits until so many different numbers have arrived, or the time is over.</summary>
    public async Task<bool> UntilAsync(int distinct, TimeSpan atMost)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (Distinct < distinct)
        {
            if (TimeProvider.System.GetElapsedTime(began) > atMost)
                return false;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        }
        return true;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
