using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using Jettae.Testing;

namespace Jettae.Tests;

/// <summary>What others install: packed from this very build, and used as they use it. Nothing is fetched from anywhere.</summary>
[Collection(Busy.Name)]
[Trait("Store", "own")]
public sealed class PackageTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("jettae-packages").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_client_is_a_package_with_its_readme_its_documentation_and_its_symbols()
    {
        await PackAsync("Jettae.Client");
        var files = Files("Jettae.Client.*.nupkg");
        Assert.Contains("README.md", files);
        Assert.Contains("lib/net10.0/Jettae.Client.dll", files);
        Assert.Contains("lib/net10.0/Jettae.Client.xml", files);
        Assert.Contains("lib/net10.0/Jettae.Client.pdb", Files("Jettae.Client.*.snupkg"));
    }

    [Fact]
    [Trait("QStash", "108")]
    public async Task The_program_is_a_tool_whose_command_runs_a_QStash()
    {
        await PackAsync("Jettae");
        Assert.Contains("README.md", Files("Jettae.*.nupkg"));
        var tools = Path.Combine(folder, "tools");
        await DotnetAsync("tool", "install", "Jettae", "--tool-path", tools, "--source", folder);

        await using var server = await DevelopmentProcess.StartInstalledAsync(Path.Combine(tools, "jettae"));
        using var http = server.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v2/publish/{server.Url}/health/live");
        request.Headers.Add("Upstash-Method", "GET");
        using var answer = await http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await Wait.UntilAsync(
            async () =>
                (await http.GetStringAsync("/v2/logs?state=DELIVERED", Cancel)).Contains(
                    "/health/live",
                    StringComparison.Ordinal
                ),
            Wait.Patience,
            () => $"Nothing was delivered:\n{server.Output}"
        );
    }

    private Task PackAsync(string project) =>
        DotnetAsync("pack", Path.Combine(Root, "src", project), "-c", Configuration, "--no-build", "-o", folder);

    private List<string> Files(string package)
    {
        using var zip = ZipFile.OpenRead(Assert.Single(Directory.GetFiles(folder, package)));
        return [.. zip.Entries.Select(entry => entry.FullName)];
    }

    private static string Root => OfficialSdkTests.Stories.Root;

    /// <summary>The build that runs here: <c>bin/Release/net10.0</c>.</summary>
    private static string Configuration =>
        Path.GetFileName(Path.GetDirectoryName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)))!;

    private static async Task DotnetAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            // What it leaves running would hold its output open.
            Environment =
            {
                ["MSBUILDDISABLENODEREUSE"] = "1",
                ["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0",
                ["DOTNET_NOLOGO"] = "1",
                ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            },
        };
        using var command = Process.Start(start)!;
        var errors = command.StandardError.ReadToEndAsync(Cancel);
        var said = await command.StandardOutput.ReadToEndAsync(Cancel);
        await command.WaitForExitAsync(Cancel);
        Assert.True(command.ExitCode == 0, said + await errors);
    }
}
