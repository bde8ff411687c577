namespace Jettae.Bench;

/// <summary>Lines of a table, and how many figures are told by a few.</summary>
internal static class Table
{
    public static void Say(string what, string figure) => Console.WriteLine($"{what, -60} {figure}");

    public static string Spread(IEnumerable<double> values, string unit, string format = "N1")
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? "none" : $"p50 {At(0.5)}, p95 {At(0.95)}, p99 {At(0.99)}, most {At(1)} {unit}";

        string At(double share) =>
            sorted[(int)Math.Ceiling(share * (sorted.Length - 1))]
                .ToString(format, System.Globalization.CultureInfo.InvariantCulture);
    }

    public static double Seconds(long from, long to) => TimeProvider.System.GetElapsedTime(from, to).TotalSeconds;
}
