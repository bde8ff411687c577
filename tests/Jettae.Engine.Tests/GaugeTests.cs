using System.Diagnostics.Metrics;

namespace Jettae.Engine.Tests;

/// <summary>What is measured says how things stand, in few words that no tenant can choose.</summary>
public sealed class GaugeTests
{
    [Fact]
    public async Task What_waits_is_told_by_what_it_waits_for()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var release = new TaskCompletionSource();
        engine.Answer = _ => release.Task;
        (string, string)[] key = [("Upstash-Flow-Control-Key", "one"), ("Upstash-Flow-Control-Value", "parallelism=1")];
        for (var i = 0; i < 3; i++)
            await engine.PublishAsync("/", "x", key);
        await engine.SteppedAsync();
        await engine.PublishAsync("/later", "x", ("Upstash-Delay", "1d"));
        await engine.SendAsync(HttpMethod.Post, "/v2/queues/q/pause");
        await engine.SendAsync(HttpMethod.Post, $"/v2/enqueue/q/{engine.Sink}/line", "x");

        var told = Collect(engine);
        Assert.Equal(1, told["jettae.engine.in_flight"]);
        Assert.Equal(2, told["jettae.engine.lanes.waiting key"]);
        Assert.Equal(0, told["jettae.engine.lanes.waiting turn"]);
        Assert.Equal(3, told["jettae.engine.pending due"]);
        Assert.Equal(1, told["jettae.engine.pending in line"]);
        Assert.Equal(1, told["jettae.engine.pending later"]);
        Assert.Equal(8, told["jettae.engine.shards"]);
        release.SetResult();
        await engine.IdleAsync();
        Assert.Equal(0, Collect(engine)["jettae.engine.in_flight"]);
    }

    [Fact]
    public async Task What_each_node_counts_through_the_whole_store_does_not_add_up()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var pending = new List<Instrument>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (ReferenceEquals(instrument.Meter, engine.Gauges.Meter) && instrument.Name == "jettae.engine.pending")
                pending.Add(instrument);
        };
        listener.Start();
        Assert.IsType<ObservableGauge<long>>(Assert.Single(pending));
    }

    /// <summary>Of this engine alone, whatever others run beside it.</summary>
    private static Dictionary<string, long> Collect(EngineUnderTest engine)
    {
        var told = new Dictionary<string, long>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (ReferenceEquals(instrument.Meter, engine.Gauges.Meter))
                listening.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return told;

        void Note(Instrument instrument, long value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            told[tags.Length == 0 ? instrument.Name : $"{instrument.Name} {tags[0].Value}"] = value;
    }
}
