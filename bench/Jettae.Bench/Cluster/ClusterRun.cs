using System.Globalization;

namespace Jettae.Bench;

/// <summary>What a cluster of nodes on one PostgreSQL keeps to while nodes die, messages wait and somebody holds a transaction open.</summary>
public static class ClusterRun
{
    /// <summary>1 when a measurement broke a promise, 2 when it was asked for what is none.</summary>
    public static async Task<int> AllAsync(string[] arguments)
    {
        var (names, options) = (new List<string>(), new ClusterOptions());
        foreach (var argument in arguments)
            if (argument is "load" or "million" or "open-transaction" or "outage" or "sleep" or "upgrade")
                names.Add(argument);
            else if (!options.Read(argument))
            {
                Console.Error.WriteLine(
                    $"'{argument}' is neither load, million, open-transaction, outage, sleep, upgrade nor {ClusterOptions.All}"
                );
                return 2;
            }
        if (names.Contains("upgrade") && options.Older is null)
        {
            Console.Error.WriteLine("upgrade needs --older=FILE, the Jettae.dll of another version");
            return 2;
        }
        if (names.Count == 0)
            names.AddRange(["load", "million", "open-transaction"]);
        var kept = true;
        foreach (var name in names)
        {
            await using var cluster = await BenchCluster.StartAsync(
                options,
                name == "upgrade" ? options.Older : options.Program
            );
            Console.WriteLine($"{name}: {options.Nodes} nodes");
            kept &= name switch
            {
                "load" => await ClusterLoad.KillsAsync(cluster, options),
                "outage" => await ClusterLoad.OutageAsync(cluster, options),
                "sleep" => await ClusterLoad.SleepAsync(cluster, options),
                "upgrade" => await ClusterLoad.UpgradeAsync(cluster, options),
                "million" => await ClusterMillion.MeasureAsync(cluster, options),
                _ => await OpenTransactionAsync(cluster, options),
            };
        }
        return kept ? 0 : 1;
    }

    private static async Task<bool> OpenTransactionAsync(BenchCluster cluster, ClusterOptions options)
    {
        await using var beside = await BenchCluster.StartAsync(options, options.Program);
        return await ClusterOpenTransaction.MeasureAsync(cluster, beside, options);
    }
}

/// <summary>How long and how much, as <c>--name=value</c>; times in seconds.</summary>
public sealed class ClusterOptions
{
    public const string All =
        "--nodes=3 --rate=1000 --batch=50 --seconds=300 --kill-every=20 --messages=1000000 --kills=6 --open-for=600 --gone-for=60 --queues=N --rated=N --program=FILE --older=FILE";

    public int Nodes { get; private set; } = 3;

    /// <summary>Messages a second.</summary>
    public int Rate { get; private set; } = 1_000;

    /// <summary>Messages in one request.</summary>
    public int Batch { get; private set; } = 50;
    public TimeSpan For { get; private set; } = TimeSpan.FromSeconds(300);
    public TimeSpan KillEvery { get; private set; } = TimeSpan.FromSeconds(20);
    public int Messages { get; private set; } = 1_000_000;
    public int Kills { get; private set; } = 6;
    public TimeSpan OpenFor { get; private set; } = TimeSpan.FromSeconds(600);

    public TimeSpan GoneFor { get; private set; } = TimeSpan.FromSeconds(60);

    /// <summary>So many queues with one place each, for every tenth message; none unless it is said.</summary>
    public int Queues { get; private set; }

    /// <summary>So many flow-control keys with a rate of 1,000 a second, for every tenth message; none unless it is said.</summary>
    public int Rated { get; private set; }

    /// <summary>The nodes' program, where it is not the one beside this bench.</summary>
    public string? Program { get; private set; }

    /// <summary>The program that is to be replaced by it, for <c>upgrade</c>.</summary>
    public string? Older { get; private set; }

    /// <summary>False when it is none of them.</summary>
    public bool Read(string argument)
    {
        if (argument.Split('=', 2) is not [var name, { Length: > 0 } value])
            return false;
        if (name == "--program")
            Program = value;
        else if (name == "--older")
            Older = value;
        else if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1)
            return false;
        else
            return Set(name, number);
        return true;
    }

    private bool Set(string name, int number)
    {
        var span = TimeSpan.FromSeconds(number);
        switch (name)
        {
            case "--nodes":
                Nodes = number;
                return true;
            case "--rate":
                Rate = number;
                return true;
            case "--batch":
                Batch = number;
                return true;
            case "--seconds":
                For = span;
                return true;
            case "--kill-every":
                KillEvery = span;
                return true;
            case "--messages":
                Messages = number;
                return true;
            case "--kills":
                Kills = number;
                return true;
            case "--queues":
                Queues = number;
                return true;
            case "--rated":
                Rated = number;
                return true;
            case "--gone-for":
                GoneFor = span;
                return true;
            case "--open-for":
                OpenFor = span;
                return true;
            default:
                return false;
        }
    }
}
