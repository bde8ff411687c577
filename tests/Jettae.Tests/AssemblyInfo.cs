// Many of these tests wait for a real minute to come: they wait together. Those that keep the processor busy are in one of three
// collections, and so come one after the other in it: the pages' use, the looks at every page, the engine's and rehearsals' proofs.
[assembly: Xunit.v3.Parallelization(MaxThreads = 10)]

namespace Jettae.Tests;

/// <summary>The tests that keep the processor busy.</summary>
internal static class Busy
{
    /// <summary>Those that use the pages, and what else is short.</summary>
    public const string Name = "busy";

    /// <summary>Those that kill, restart and count for minutes.</summary>
    public const string Proofs = "proofs";

    /// <summary>Those that look at every page in every way.</summary>
    public const string Looks = "looks";
}
