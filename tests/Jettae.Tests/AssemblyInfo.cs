// Many of these tests wait for a real minute to come: they wait together. Those that keep the processor busy share a collection,
// and so come one after the other.
[assembly: Xunit.v3.Parallelization(MaxThreads = 10)]

namespace Jettae.Tests;

/// <summary>The tests that keep the processor busy.</summary>
internal static class Busy
{
    public const string Name = "busy";
}
