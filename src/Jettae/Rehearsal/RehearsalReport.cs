using System.Text.Json.Serialization;

namespace Jettae;

/// <summary>What a rehearsal saw. The JSON is the answer of <c>rehearse --json</c>.</summary>
/// <param name="Expected">Slots that the cadence gives in the rehearsed span.</param>
/// <param name="Ran">Slots with a finished run.</param>
/// <param name="Missed">Slots without one.</param>
/// <param name="Duplicated">Runs or contents beyond one for a slot, and any for an instant that is no slot.</param>
/// <param name="MaxDriftMs">The longest time between a slot and the beginning of its run, in milliseconds.</param>
/// <param name="Contents">Pieces in the library.</param>
/// <param name="Crashes">How often the process was killed.</param>
/// <param name="FirstSlots">The first ten slots.</param>
public sealed record RehearsalReport(
    [property: JsonPropertyName("expected")] int Expected,
    [property: JsonPropertyName("ran")] int Ran,
    [property: JsonPropertyName("missed")] int Missed,
    [property: JsonPropertyName("duplicated")] int Duplicated,
    [property: JsonPropertyName("max_drift_ms")] long MaxDriftMs,
    [property: JsonPropertyName("contents")] int Contents,
    [property: JsonPropertyName("crashes")] int Crashes,
    [property: JsonPropertyName("first_slots")] IReadOnlyList<DateTimeOffset> FirstSlots
)
{
    /// <summary>True when every slot ran once, on time.</summary>
    [JsonIgnore]
    public bool Holds => Missed == 0 && Duplicated == 0 && MaxDriftMs == 0 && Ran == Expected && Contents == Expected;
}
