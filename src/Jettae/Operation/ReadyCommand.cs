using System.CommandLine;
using System.Text.Json.Nodes;

namespace Jettae;

/// <summary>Asks the program that runs whether it is ready: for supervisors that run a command, such as a container's.</summary>
internal static class ReadyCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static Command Command()
    {
        var command = new Command(
            "ready",
            "Asks the program that runs whether it is ready; exits with 1 if it is not."
        );
        command.SetAction(
            (_, cancel) => Running.SafelyAsync(() => AskAsync(new Settings(Running.SettingsSources()).OwnUrl, cancel))
        );
        return command;
    }

    /// <exception cref="SettingsException">It is not, or does not answer.</exception>
    private static async Task AskAsync(string url, CancellationToken cancel)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
        JsonNode told;
        try
        {
            using var answer = await http.GetAsync(new Uri(url + Health.Ready), cancel);
            told = JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancel))!;
        }
        catch (Exception trouble)
            when (trouble is HttpRequestException or TaskCanceledException or System.Text.Json.JsonException)
        {
            throw new SettingsException($"{url} does not answer: {trouble.Message}");
        }
        if (!(bool)told["ready"]!)
            throw new SettingsException(
                "not ready: "
                    + string.Join(
                        ", ",
                        told["parts"]!
                            .AsObject()
                            .Where(part => !(bool)part.Value!)
                            .Select(part => part.Key)
                            .Concat((bool)told["draining"]! ? ["draining"] : [])
                    )
            );
        await Console.Out.WriteLineAsync("ready");
    }
}
