using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Jettae.Testing;

namespace Jettae.Tests;

/// <summary>The real program, in processes that are really killed.</summary>
[Collection(Busy.Proofs)]
[Trait("Store", "own")]
public sealed class RehearsalTests
{
    private static async Task<(int ExitCode, string Out, string Error)> RehearseAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(JettaeProcess.Tested);
        start.ArgumentList.Add("rehearse");
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var cancel = TestContext.Current.CancellationToken;
        using var end = cancel.Register(() => process.Kill(entireProcessTree: true));
        var error = process.StandardError.ReadToEndAsync(cancel);
        var text = await process.StandardOutput.ReadToEndAsync(cancel);
        await process.WaitForExitAsync(cancel);
        return (process.ExitCode, text, await error);
    }

    [Fact]
    public async Task Thirty_days_of_every_three_hours_with_twenty_crashes_miss_double_and_delay_nothing()
    {
        var (exit, text, _) = await RehearseAsync(
            "--frequency",
            "3hours",
            "--time",
            "09:00",
            "--zone",
            "Asia/Seoul",
            "--days",
            "30",
            "--crash",
            "20",
            "--json"
        );
        var report = JsonNode.Parse(text)!;
        Assert.Equal(
            (240, 240, 0, 0, 0, 240, 20),
            (
                (int)report["expected"]!,
                (int)report["ran"]!,
                (int)report["missed"]!,
                (int)report["duplicated"]!,
                (int)report["max_drift_ms"]!,
                (int)report["contents"]!,
                (int)report["crashes"]!
            )
        );
        var slots = report["first_slots"]!.Deserialize<DateTimeOffset[]>()!;
        Assert.Equal(10, slots.Length);
        Assert.All(slots.Zip(slots.Skip(1)), pair => Assert.Equal(TimeSpan.FromHours(3), pair.Second - pair.First));
        Assert.Equal(0, exit);
    }

    /// <summary>From some days before the first change, in March, to some days after the second, in November.</summary>
    [Fact]
    public async Task A_daily_time_that_both_clock_changes_touch_runs_once_a_day()
    {
        var (exit, text, _) = await RehearseAsync(
            "--frequency",
            "daily",
            "--time",
            "02:30",
            "--zone",
            "America/New_York",
            "--days",
            "250",
            "--start",
            "2026-03-05T12:00:00Z",
            "--crash",
            "3",
            "--json"
        );
        var report = JsonNode.Parse(text)!;
        Assert.Equal((250, 250, 0), ((int)report["expected"]!, (int)report["ran"]!, (int)report["max_drift_ms"]!));
        Assert.Equal(0, exit);
    }

    [Theory]
    [InlineData("--time", "25:00")]
    [InlineData("--zone", "Moon/Base")]
    [InlineData("--days", "0")]
    [InlineData("--frequency", "sometimes")]
    public async Task What_cannot_be_rehearsed_is_refused_by_name(string option, string value)
    {
        var (exit, _, error) = await RehearseAsync(option, value);
        Assert.NotEqual(0, exit);
        Assert.Contains(option == "--days" ? option : value, error, StringComparison.Ordinal);
    }
}
