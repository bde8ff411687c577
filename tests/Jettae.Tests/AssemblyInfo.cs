// Many of these tests wait for a real minute to come: they wait together. Those that keep the processor busy are in one of four
// collections, and so come one after the other in it: two that use the pages, the looks at every page, the engine's and rehearsals' proofs.
[assembly: Xunit.v3.Parallelization(MaxThreads = 6)]

namespace Jettae.Tests;

/// <summary>The tests that keep the processor busy.</summary>
internal static class Busy
{
    /// <summary>Those that do on the pages what people do there all day.</summary>
    public const string Journeys = "journeys";

    /// <summary>Those that use the pages for one thing, and what else is short.</summary>
    public const string Name = "busy";

    /// <summary>Those that kill, restart and count for minutes.</summary>
    public const string Proofs = "proofs";

    /// <summary>Those that look at every page in every way.</summary>
    public const string Looks = "looks";
}
