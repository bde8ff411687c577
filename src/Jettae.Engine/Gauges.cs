using System.Diagnostics.Metrics;

namespace Jettae.Engine;

/// <summary>How things stand just now, counted when somebody collects it and not before.</summary>
internal sealed class Gauges(Shards shards, Messages messages, TimeProvider time) : IDisposable
{
    /// <summary>What waits in the store is counted through: not oftener than this, however many collect.</summary>
    private static readonly TimeSpan BacklogEvery = TimeSpan.FromSeconds(30);

    private readonly Lock gate = new();
    private (long Timestamp, Backlog Backlog)? counted;

    /// <summary>Of this engine alone: what is observed ends with it.</summary>
    internal Meter Meter { get; } = new(Telemetry.Name);

    public void Show()
    {
        Meter.CreateObservableUpDownCounter(
            "jettae.engine.in_flight",
            () => shards.UnderWay,
            "{attempt}",
            "Attempts under way."
        );
        Meter.CreateObservableUpDownCounter(
            "jettae.engine.lanes.waiting",
            InLanes,
            "{message}",
            "Due messages in memory that wait for their turn, by what they wait for."
        );
        // No counter, which adds up: each node counts the whole store.
        Meter.CreateObservableGauge(
            "jettae.engine.pending",
            Pending,
            "{message}",
            "Messages that the store has still to deliver: due, in a queue's line, or of later."
        );
        Meter.CreateObservableUpDownCounter(
            "jettae.engine.shards",
            () => shards.Running,
            "{shard}",
            "Shards that this node owns and runs."
        );
    }

    public void Dispose() => Meter.Dispose();

    private IEnumerable<Measurement<int>> InLanes() =>
        shards.Waiting().Select(each => new Measurement<int>(each.Value, Label("for", each.Key)));

    private IEnumerable<Measurement<long>> Pending()
    {
        Backlog backlog;
        lock (gate)
        {
            if (counted is not { } last || time.GetElapsedTime(last.Timestamp) >= BacklogEvery)
                counted = last = (time.GetTimestamp(), messages.Backlog());
            backlog = last.Backlog;
        }
        return
        [
            new(backlog.Due, Label("state", "due")),
            new(backlog.InLine, Label("state", "in line")),
            new(backlog.Later, Label("state", "later")),
        ];
    }

    private static KeyValuePair<string, object?> Label(string name, string value) => new(name, value);
}

/// <summary>Messages that wait in the store.</summary>
/// <param name="Due">Due by now: under way, or about to be.</param>
/// <param name="InLine">In a queue's line.</param>
/// <param name="Later">Due later.</param>
public readonly record struct Backlog(long Due, long InLine, long Later);
