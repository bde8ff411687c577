using Jettae.Testing;

namespace Jettae.Bench;

/// <summary>One run: each measurement on a file of its own, a line of the table for each figure.</summary>
public static class Run
{
    /// <summary>1 when a measurement broke a promise, 2 when it was asked for what is none.</summary>
    public static async Task<int> AllAsync(params string[] names)
    {
        var kept = true;
        var folder = Directory.CreateTempSubdirectory("jettae-bench").FullName;
        try
        {
            foreach (var name in names)
            {
                var file = Path.Combine(folder, name, "engine.db");
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                switch (name)
                {
                    case "publish":
                        await PublishAsync(file);
                        break;
                    case "deliver":
                        await DeliverAsync(file);
                        break;
                    case "latency":
                        await LatencyAsync(file);
                        break;
                    case "million":
                        kept &= await MillionAsync(file);
                        break;
                    case "kill":
                        kept &= await KillAsync(file);
                        break;
                    default:
                        Console.Error.WriteLine(
                            $"'{name}' is not a measurement: publish, deliver, latency, million, kill"
                        );
                        return 2;
                }
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        return kept ? 0 : 1;
    }

    /// <summary>Messages for tomorrow, so that nothing else happens.</summary>
    private static async Task PublishAsync(string file)
    {
        await using var engine = await EngineProcess.StartAsync(file);
        (string, string)[] tomorrow = [("Upstash-Delay", "1d")];
        await engine.PublishBatchAsync("http://127.0.0.1/", 0, 1_000, tomorrow);
        var took = await TimedAsync(() =>
            Parallel.ForAsync(
                0,
                100,
                new ParallelOptions { MaxDegreeOfParallelism = 4 },
                async (i, _) => Must(await engine.PublishBatchAsync("http://127.0.0.1/", i * 1_000, 1_000, tomorrow))
            )
        );
        Say("publish in batches of 1,000, four at once", $"{100_000 / took.TotalSeconds:N0} messages/s");
        took = await TimedAsync(() =>
            Parallel.ForAsync(
                0,
                20_000,
                new ParallelOptions { MaxDegreeOfParallelism = 64 },
                async (i, _) => Must(await engine.PublishAsync("http://127.0.0.1/", "0", tomorrow))
            )
        );
        Say("publish one by one, 64 at once", $"{20_000 / took.TotalSeconds:N0} messages/s");
    }

    /// <summary>From the first batch's publish to the last message's arrival, everything due at once.</summary>
    private static async Task DeliverAsync(string file)
    {
        const int messages = 50_000;
        await using var sink = await Sink.StartAsync();
        await using var engine = await EngineProcess.StartAsync(file);
        var arrived = false;
        var took = await TimedAsync(async () =>
        {
            for (var i = 0; i < messages; i += 1_000)
                Must(await engine.PublishBatchAsync(sink.Address, i, 1_000));
            arrived = await sink.UntilAsync(messages, TimeSpan.FromMinutes(2));
        });
        Say(
            $"published and delivered, {messages:N0} at once to one host",
            $"{sink.Distinct / took.TotalSeconds:N0} messages/s"
        );
        if (!arrived)
            Say("not delivered within 2 minutes", $"{messages - sink.Distinct:N0}");
    }

    /// <summary>At a steady 200 a second: from the beginning of the publish request to the arrival.</summary>
    private static async Task LatencyAsync(string file)
    {
        const int messages = 3_000;
        await using var sink = await Sink.StartAsync();
        await using var engine = await EngineProcess.StartAsync(file);
        var sent = new long[messages];
        var acknowledged = new double[messages];
        var publishes = new List<Task>();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(5));
        for (var i = 0; i < messages; i++)
        {
            await tick.WaitForNextTickAsync();
            publishes.Add(PublishAsync(i));
        }
        await Task.WhenAll(publishes);
        await sink.UntilAsync(messages, TimeSpan.FromSeconds(30));
        Say("publish to acknowledged, at 200/s", Percentiles(acknowledged[500..]));
        Say(
            "publish to arrival, at 200/s",
            Percentiles([
                .. sink
                    .At.Where(one => one.Key >= 500)
                    .Select(one => TimeProvider.System.GetElapsedTime(sent[one.Key], one.Value).TotalMilliseconds),
            ])
        );

        async Task PublishAsync(int number)
        {
            sent[number] = TimeProvider.System.GetTimestamp();
            Must(await engine.PublishAsync(sink.Address, $"{number}"));
            acknowledged[number] = TimeProvider.System.GetElapsedTime(sent[number]).TotalMilliseconds;
        }
    }

    /// <summary>A million messages that wait for tomorrow must cost nothing until then.</summary>
    private static async Task<bool> MillionAsync(string file)
    {
        const int messages = 1_000_000;
        double empty;
        await using (var engine = await EngineProcess.StartAsync(file))
        {
            await IdleAsync();
            empty = engine.MemoryMegabytes;
            Say("start on an empty file", $"{engine.StartedIn.TotalSeconds:N2} s");
            Say("memory, nothing stored", $"{empty:N0} MB");
        }
        await using (var engine = await EngineProcess.StartAsync(file))
        {
            var took = await TimedAsync(async () =>
            {
                for (var i = 0; i < messages; i += 5_000)
                    Must(await engine.PublishBatchAsync("http://127.0.0.1/", i, 5_000, ("Upstash-Delay", "1d")));
            });
            Say("1,000,000 messages for tomorrow, stored in", $"{took.TotalSeconds:N1} s");
        }
        await using var full = await EngineProcess.StartAsync(file);
        await IdleAsync();
        var before = full.ProcessorTime;
        var idle = await TimedAsync(() =>
            Task.Delay(TimeSpan.FromSeconds(20), TimeProvider.System, CancellationToken.None)
        );
        var processor = (full.ProcessorTime - before) / idle * 100;
        Say("start with 1,000,000 waiting", $"{full.StartedIn.TotalSeconds:N2} s");
        Say("idle with 1,000,000 waiting", $"{processor:N2} % of a core");
        Say("memory with 1,000,000 waiting", $"{full.MemoryMegabytes:N0} MB");
        Say("file with 1,000,000 waiting", $"{new FileInfo(file).Length / 1e6:N0} MB");
        return full.StartedIn < TimeSpan.FromSeconds(3) && processor < 1 && full.MemoryMegabytes < empty + 50;

        static Task IdleAsync() => Task.Delay(TimeSpan.FromSeconds(3), TimeProvider.System, CancellationToken.None);
    }

    /// <summary>What was acknowledged arrives, however often the engine is killed on the way.</summary>
    private static async Task<bool> KillAsync(string file)
    {
        const int messages = 100_000;
        await using var sink = await Sink.StartAsync();
        var acknowledged = new HashSet<int>();
        var kills = new List<int> { 30_000, 60_000, 90_000 };
        var engine = await EngineProcess.StartAsync(file);
        for (var i = 0; i < messages; i += 1_000)
        {
            var batch = engine.PublishBatchAsync(
                sink.Address,
                i,
                1_000,
                ("Upstash-Delay", "1s"),
                ("Upstash-Retry-Delay", "500")
            );
            if (kills.Remove(i))
            {
                await sink.UntilAsync(i / 2, TimeSpan.FromSeconds(30));
                await engine.KillAsync();
                await batch;
                await engine.DisposeAsync();
                engine = await EngineProcess.StartAsync(file);
            }
            if (await batch)
                acknowledged.UnionWith(Enumerable.Range(i, 1_000));
        }
        await sink.UntilAsync(messages, TimeSpan.FromSeconds(60));
        await engine.DisposeAsync();
        var lost = acknowledged.Except(sink.Numbers).Count();
        Say("acknowledged through 3 kills", $"{acknowledged.Count:N0} of {messages:N0}");
        Say("of these lost", $"{lost:N0}");
        Say("arrived more than once", $"{sink.Received - sink.Distinct:N0}");
        return lost == 0;
    }

    private static async Task<TimeSpan> TimedAsync(Func<Task> work)
    {
        var began = TimeProvider.System.GetTimestamp();
        await work();
        return TimeProvider.System.GetElapsedTime(began);
    }

    private static string Percentiles(double[] milliseconds)
    {
        Array.Sort(milliseconds);
        return $"p50 {At(0.5):N1}, p95 {At(0.95):N1}, p99 {At(0.99):N1}, most {milliseconds[^1]:N1} ms";

        double At(double share) => milliseconds[(int)(share * (milliseconds.Length - 1))];
    }

    private static void Must(bool acknowledged)
    {
        if (!acknowledged)
            throw new InvalidOperationException("the engine did not acknowledge a publish");
    }

    private static void Say(string what, string figure) => Console.WriteLine($"{what, -52} {figure}");
}
