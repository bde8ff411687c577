using Microsoft.AspNetCore.Http;

namespace Jettae.Engine;

/// <summary>
/// Large bodies are read while there is room for them; the others wait with most of theirs still on its way. A tenant's are a
/// quarter of all at most, one at least.
/// </summary>
internal sealed class Intake
{
    /// <summary>Up to here a body is not worth to be counted.</summary>
    public const int Small = 1024 * 1024;

    private const long MostBytes = 512L * 1024 * 1024;

    private readonly Gate gate = new(new Slots(int.MaxValue, MostBytes, _ => null));

    /// <summary>Waits for room that is the request's until its answer has been sent.</summary>
    /// <param name="http">Its body has turned out to be large.</param>
    /// <param name="most">How long it may be where it does not say how long it is.</param>
    public async Task EnterAsync(HttpContext http, int most)
    {
        var bytes = Math.Min(http.Request.ContentLength ?? most, most);
        var lane = new LaneId(http.Tenant(), http.Tenant(), null);
        await gate.EnterAsync(lane, bytes, http.RequestAborted);
        http.Response.RegisterForDispose(new Room(gate, lane, bytes));
    }

    private sealed class Room(Gate gate, LaneId lane, long bytes) : IDisposable
    {
        public void Dispose() => gate.Leave(lane, bytes);
    }
}
