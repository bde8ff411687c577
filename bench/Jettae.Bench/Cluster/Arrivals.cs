using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Jettae.Bench;

/// <summary>A destination that answers at once and keeps when each number came, however often.</summary>
public sealed class Arrivals : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentQueue<(int Number, long At)> all = [];
    private readonly ConcurrentDictionary<int, bool> numbers = [];

    private Arrivals(WebApplication app) => this.app = app;

    public string Address { get; private set; } = "";

    /// <summary>In the order that they came in; timestamps.</summary>
    public IEnumerable<(int Number, long At)> All => all;

    public int Count => all.Count;
    public int Distinct => numbers.Count;

    public bool Has(int number) => numbers.ContainsKey(number);

    public static async Task<Arrivals> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var arrivals = new Arrivals(builder.Build());
        arrivals.app.Run(async http =>
        {
            var read = await http.Request.BodyReader.ReadAtLeastAsync(16);
            if (!Utf8Parser.TryParse(read.Buffer.ToArray(), out int number, out _))
                throw new InvalidOperationException("the body is no number");
            arrivals.all.Enqueue((number, TimeProvider.System.GetTimestamp()));
            arrivals.numbers.TryAdd(number, true);
        });
        await arrivals.app.StartAsync();
        arrivals.Address = arrivals.app.Urls.Single() + "/";
        return arrivals;
    }

    /// <summary>Waits until so many different numbers have come, or the time is over.</summary>
    public async Task<bool> UntilAsync(int distinct, TimeSpan atMost)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (Distinct < distinct && TimeProvider.System.GetElapsedTime(began) < atMost)
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
        return Distinct >= distinct;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
