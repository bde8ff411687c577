// Most of these tests wait for a real minute to come: they wait together.
[assembly: Xunit.v3.Parallelization(MaxThreads = 12)]
