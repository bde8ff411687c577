using System.Collections.Concurrent;
using System.Globalization;
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
            using var body = new StreamReader(http.Request.Body);
            var number = int.Parse(await body.ReadToEndAsync(), CultureInfo.InvariantCulture);
            arrivals.all.Enqueue((number, TimeProvider.System.GetTimestamp()));
            arrivals.numbers.TryAdd(number, true);
        });
        await arrivals.app.StartAsync();
        arrivals.Address = arrivals.app.Urls.Single() + "/";
        return arrivals;
    }

    /// <summary>Waits until so many different numbers have come, or none has for a while.</summary>
    public async Task<bool> UntilAsync(int distinct, TimeSpan quiet)
    {
        var (last, came) = (Distinct, TimeProvider.System.GetTimestamp());
        while (Distinct < distinct && TimeProvider.System.GetElapsedTime(came) < quiet)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, CancellationToken.None);
            if (Distinct != last)
                (last, came) = (Distinct, TimeProvider.System.GetTimestamp());
        }
        return Distinct >= distinct;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
