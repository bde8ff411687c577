namespace Jettae.Engine;

/// <summary>
/// Where a due message waits for its turn: one line per destination host, so that a host that hangs holds its own line only.
/// Queues and flow-control keys are lanes with other rules, between the heap and the attempt.
/// </summary>
public sealed class Lane(string host)
{
    public string Host => host;

    /// <summary>Due, and waiting for an attempt of this lane to end.</summary>
    public Queue<Due> Waiting { get; } = [];

    /// <summary>Attempts under way, or about to begin.</summary>
    public int InFlight { get; set; }

    public bool IsEmpty => InFlight == 0 && Waiting.Count == 0;
}

/// <summary>A message in memory: its place in the store, when it is due, and which host it goes to.</summary>
public readonly record struct Due(long DueAt, long Seq, string Host);
