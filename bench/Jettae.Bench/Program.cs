using System.Globalization;
using Jettae.Bench;

// Figures are read by people and compared between machines: one way to write them.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

switch (args)
{
    case ["serve", var file]:
        await Serve.RunAsync(file);
        return 0;
    case ["studio", .. var more]:
        return await StudioRun.MeasureAsync(more.ElementAtOrDefault(0), more.ElementAtOrDefault(1)) ? 0 : 1;
    case ["cluster", .. var more]:
        return await ClusterRun.AllAsync(more);
    case []:
        return await Run.AllAsync("publish", "deliver", "latency", "million", "kill");
    case ["--help" or "-h" or "help", ..]:
        Console.WriteLine(
            "Jettae.Bench [publish] [deliver] [latency] [million] [kill]   measures all, or what is named"
        );
        Console.WriteLine(
            "Jettae.Bench studio [FOLDER [ADDRESS]]                        the studio's pages on a large store; FOLDER keeps it"
        );
        Console.WriteLine(
            "Jettae.Bench cluster [load] [million] [open-transaction] [outage] [upgrade] [OPTION …]   nodes on a PostgreSQL of their own, killed and held up"
        );
        Console.WriteLine($"    {ClusterOptions.All}");
        Console.WriteLine(
            "Jettae.Bench serve FILE                                       an engine alone on FILE, until its input ends"
        );
        return 0;
    default:
        return await Run.AllAsync(args);
}
