using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;

namespace Jettae.Testing;

/// <summary>The development server in a process of its own, as <c>jettae dev</c> starts it.</summary>
public sealed class DevelopmentProcess : IAsyncDisposable
{
    /// <summary>The token that the official SDKs know by heart for development.</summary>
    public const string Token = "eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0=";

    private readonly ConcurrentQueue<string> said = [];
    private readonly Process process;

    private DevelopmentProcess(string program, string[] arguments, (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // An installed tool looks for the runtime where it usually is; here it is the one of the tests.
            Environment = { ["DOTNET_ROOT"] = Path.GetFullPath(RuntimeEnvironment.GetRuntimeDirectory() + "../../..") },
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Output => string.Join('\n', said);

    public string Url => Setting("QSTASH_URL");

    /// <summary>What it printed as an environment line.</summary>
    public string Setting(string name) =>
        said.First(line => line.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    /// <param name="arguments">After <c>dev</c>; without a port among them it takes a free one.</param>
    public static Task<DevelopmentProcess> StartAsync(params string[] arguments) => StartAsync([], arguments);

    /// <param name="environment">What it finds there beside what this process has.</param>
    /// <param name="arguments">As above.</param>
    public static Task<DevelopmentProcess> StartAsync(
        (string Name, string Value)[] environment,
        params string[] arguments
    ) =>
        StartAsync(
            "dotnet",
            [JettaeProcess.Tested, "dev", .. arguments.Contains("--port") ? arguments : ["--port", "0", .. arguments]],
            environment
        );

    /// <summary>The command of an installed package.</summary>
    public static Task<DevelopmentProcess> StartInstalledAsync(string command) =>
        StartAsync(command, ["dev", "--port", "0"], []);

    private static async Task<DevelopmentProcess> StartAsync(
        string program,
        string[] arguments,
        (string Name, string Value)[] environment
    )
    {
        var started = new DevelopmentProcess(program, arguments, environment);
        await Wait.UntilAsync(
            () =>
                started.process.HasExited
                    ? throw new InvalidOperationException(started.Output)
                    : started.said.Any(line => line.StartsWith("QSTASH_NEXT", StringComparison.Ordinal)),
            TimeSpan.FromSeconds(60),
            () => $"The development server did not start:\n{started.Output}"
        );
        return started;
    }

    public HttpClient Client() =>
        new()
        {
            BaseAddress = new Uri(Url),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", Token) },
        };

    /// <summary>SIGKILL: it gets no chance to finish anything.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM: it clears away what it kept.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            using (var signal = Process.Start("kill", ["-TERM", $"{process.Id}"]))
                await signal.WaitForExitAsync();
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
        }
        process.Dispose();
    }
}
