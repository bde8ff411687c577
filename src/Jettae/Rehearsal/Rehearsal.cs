using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Jettae;

/// <summary>
/// "Does the 3-hour schedule really run every 3 hours?", answered by doing it: the real program in virtual time, in a process
/// of its own that is killed outright as often as asked.
/// </summary>
internal static class Rehearsal
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static Command Command()
    {
        var options = new RehearsalPlan.Options();
        var crash = new Option<int>("--crash") { Description = "Kill the process so many times, at random moments." };
        var seed = new Option<int?>("--seed") { Description = "Makes the choice of moments repeatable." };
        var json = new Option<bool>("--json") { Description = "Print the report as JSON." };
        var stage = new Option<string?>("--stage") { Hidden = true };
        var port = new Option<int>("--port") { Hidden = true };
        var now = new Option<long>("--now") { Hidden = true };
        var command = new Command(
            "rehearse",
            "Runs a schedule in virtual time, with crashes, and reports what was missed, doubled or late."
        );
        options.AddTo(command);
        foreach (Option option in (Option[])[crash, seed, json, stage, port, now])
            command.Options.Add(option);
        command.SetAction(
            async (parsed, cancel) =>
            {
                try
                {
                    var plan = options.Read(parsed, TimeProvider.System.GetUtcNow());
                    if (parsed.GetValue(stage) is { } folder)
                        return await RehearsalStage.RunAsync(
                            plan,
                            folder,
                            parsed.GetValue(port),
                            new DateTimeOffset(parsed.GetValue(now), TimeSpan.Zero),
                            cancel
                        );
                    var random = new Random(parsed.GetValue(seed) ?? Random.Shared.Next());
                    var report = await RunAsync(
                        plan,
                        StageArguments(parsed, options, plan),
                        parsed.GetValue(crash),
                        random,
                        cancel
                    );
                    await Console.Out.WriteLineAsync(
                        parsed.GetValue(json) ? JsonSerializer.Serialize(report, Indented) : InWords(report, plan)
                    );
                    return report.Holds ? 0 : 1;
                }
                catch (Exception refused) when (refused is SettingsException or Studio.RejectedException)
                {
                    await Console.Error.WriteLineAsync(refused.Message);
                    return 2;
                }
            }
        );
        return command;
    }

    private static async Task<RehearsalReport> RunAsync(
        RehearsalPlan plan,
        List<string> arguments,
        int crashes,
        Random random,
        CancellationToken cancel
    )
    {
        var folder = Directory.CreateTempSubdirectory("jettae-rehearsal");
        try
        {
            // The same address for every life of the process: bookings carry it.
            var port = FreePort().ToString(CultureInfo.InvariantCulture);
            var moments = new Queue<DateTimeOffset>(Moments(plan, crashes, random));
            var (now, crashed) = (plan.From, 0);
            while (true)
            {
                using var stage = Start([
                    .. arguments,
                    "--stage",
                    folder.FullName,
                    "--port",
                    port,
                    "--now",
                    $"{now.UtcTicks}",
                ]);
                using var _ = cancel.Register(stage.Kill);
                while (await stage.StandardOutput.ReadLineAsync(cancel) is { } line)
                {
                    if (line.StartsWith(RehearsalStage.Report, StringComparison.Ordinal))
                    {
                        await stage.WaitForExitAsync(cancel);
                        return JsonSerializer.Deserialize<RehearsalReport>(line[RehearsalStage.Report.Length..])! with
                        {
                            Crashes = crashed,
                        };
                    }
                    if (!line.StartsWith(RehearsalStage.At, StringComparison.Ordinal))
                        continue;
                    now = new DateTimeOffset(
                        long.Parse(line.AsSpan(RehearsalStage.At.Length), CultureInfo.InvariantCulture),
                        TimeSpan.Zero
                    );
                    if (!moments.TryPeek(out var moment) || now < moment)
                        continue;
                    moments.Dequeue();
                    // Some milliseconds into whatever that instant brings: a publish, a delivery, an answer, a commit.
                    await Task.Delay(TimeSpan.FromMilliseconds(random.Next(0, 40)), TimeProvider.System, cancel);
                    stage.Kill();
                    crashed++;
                    // It ran on until the kill: the last instant that it said is where it was.
                    now = await LastInstantAsync(stage, now, cancel);
                    break;
                }
                await stage.WaitForExitAsync(cancel);
                if (!stage.HasExited || (stage.ExitCode != 0 && stage.ExitCode != 137))
                    throw new SettingsException(
                        $"the rehearsing process broke (exit code {stage.ExitCode}): {await stage.StandardError.ReadToEndAsync(cancel)}"
                    );
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<DateTimeOffset> LastInstantAsync(
        Process stage,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        while (await stage.StandardOutput.ReadLineAsync(cancel) is { } line)
            if (
                line.StartsWith(RehearsalStage.At, StringComparison.Ordinal)
                && long.TryParse(line.AsSpan(RehearsalStage.At.Length), CultureInfo.InvariantCulture, out var ticks)
                && ticks > now.UtcTicks
            )
                now = new DateTimeOffset(ticks, TimeSpan.Zero);
        return now;
    }

    /// <summary>Half of them at slots, where most happens; half anywhere.</summary>
    private static IEnumerable<DateTimeOffset> Moments(RehearsalPlan plan, int crashes, Random random)
    {
        var step = (plan.Until - plan.From) / 240;
        return Enumerable
            .Range(0, crashes)
            .Select(i =>
                i % 2 == 0
                    ? plan.From + (step * random.Next(1, 239))
                    : plan.From + ((plan.Until - plan.From) * (random.NextDouble() * 0.98))
            )
            .Order();
    }

    private static List<string> StageArguments(ParseResult parsed, RehearsalPlan.Options options, RehearsalPlan plan)
    {
        List<string> arguments =
        [
            "rehearse",
            "--frequency",
            parsed.GetValue(options.Frequency)!,
            "--time",
            parsed.GetValue(options.Time)!,
            "--zone",
            parsed.GetValue(options.Zone)!,
            "--days",
            $"{parsed.GetValue(options.Days)}",
            "--start",
            plan.From.ToString("O"),
        ];
        if (parsed.GetValue(options.Cron) is { } cron)
            arguments.AddRange(["--cron", cron]);
        return arguments;
    }

    private static Process Start(List<string> arguments)
    {
        var program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
            start.ArgumentList.Add(typeof(Rehearsal).Assembly.Location);
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        start.Environment["Logging__LogLevel__Default"] = "None";
        start.Environment["DOTNET_TieredPGO"] = "0";
        var process = Process.Start(start)!;
        return process;
    }

    /// <summary>Below those that a system gives out by itself, as a rule: between two lives of the process it is nobody's.</summary>
    private static int FreePort()
    {
        for (var tried = 0; ; tried++)
        {
            var port = Random.Shared.Next(28_000, 32_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException) when (tried < 100)
            {
                // Somebody's.
            }
        }
    }

    private static string InWords(RehearsalReport report, RehearsalPlan plan) =>
        $"""
            {plan.From:u} to {plan.Until:u}, process killed {report.Crashes} times
              expected    {report.Expected}
              ran         {report.Ran}
              missed      {report.Missed}
              duplicated  {report.Duplicated}
              contents    {report.Contents}
              max drift   {report.MaxDriftMs} ms
            {(report.Holds ? "Every slot ran once, on time." : "It did not hold.")}
            """;
}
