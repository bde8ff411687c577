using System.Collections.Concurrent;
using System.Diagnostics;

namespace Jettae.Testing;

/// <summary>The development server in a process of its own, as <c>jettae dev</c> starts it.</summary>
public sealed class DevelopmentProcess : IAsyncDisposable
{
    /// <summary>The token that the official SDKs know by heart for development.</summary>
    public const string Token = "eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0=";

    private readonly ConcurrentQueue<string> said = [];
    private readonly Process process;

    private DevelopmentProcess(string[] arguments)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [Path.Combine(AppContext.BaseDirectory, "Jettae.dll"), "dev", .. arguments]
        )
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
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

    /// <param name="arguments">After <c>dev --port 0</c>: a free port, which it prints.</param>
    public static async Task<DevelopmentProcess> StartAsync(params string[] arguments)
    {
        var started = new DevelopmentProcess(["--port", "0", .. arguments]);
        await Wait.UntilAsync(
            () =>
                Task.FromResult(
                    started.process.HasExited
                        ? throw new InvalidOperationException(started.Output)
                        : started.said.Any(line => line.StartsWith("QSTASH_NEXT", StringComparison.Ordinal))
                ),
            TimeSpan.FromSeconds(60),
            () => $"The development server did not start:\n{started.Output}"
        );
        return started;
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }
}
