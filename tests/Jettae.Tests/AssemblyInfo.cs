// Many of these tests wait for a real minute to come: they wait together. Those that keep the processor busy share a collection,
// and so come one after the other; looking at every page is long and goes on beside them.
[assembly: Xunit.v3.Parallelization(MaxThreads = 10)]

namespace Jettae.Tests;

/// <summary>The tests that keep the processor busy.</summary>
internal static class Busy
{
    public const string Name = "busy";

    /// <summary>Those that look at every page in every way.</summary>
    public const string Looks = "looks";
}
