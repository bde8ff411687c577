using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Jettae.Testing;

/// <summary>The program as an operator runs it: a process of its own on a folder of its own, to be stopped, killed and started again.</summary>
public sealed partial class JettaeProcess : IAsyncDisposable
{
    public const string ApiToken = "token-of-the-tests";

    /// <summary>
    /// Whether every program that is not told its store has a PostgreSQL database of its own (<c>JETTAE_TEST_STORE=postgres</c>), and
    /// the pages two nodes on it. Tests with the trait <c>Store=own</c> say for themselves what they run on.
    /// </summary>
    public static bool IsOnPostgres { get; } = Environment.GetEnvironmentVariable("JETTAE_TEST_STORE") == "postgres";

    /// <summary>What the nodes of a cluster ask for.</summary>
    public const string ClusterToken = "eyJVc2VySUQiOiJqZXR0YWUiLCJQYXNzd29yZCI6ImNsdXN0ZXItb2YtdGhlLXRlc3RzIn0=";

    private static readonly string[] Inherited = ["QSTASH_", "ANTHROPIC_", "JETTAE_", "ASPNETCORE_", "NEXT_PUBLIC_"];

    /// <summary>To start is all work and no waiting: more at once than there are processors only makes each slower.</summary>
    private static readonly SemaphoreSlim Starting = new(Environment.ProcessorCount);

    private static int lastPort = Environment.ProcessId * 61 % 16_000;

    private readonly Dictionary<string, string> settings;
    private readonly ConcurrentQueue<string> said = new();
    private Process? process;

    private JettaeProcess(int port, IEnumerable<(string Name, string Value)> given)
    {
        Folder = Directory.CreateTempSubdirectory("jettae-process-").FullName;
        Url = $"http://127.0.0.1:{port}";
        settings = new()
        {
            ["ASPNETCORE_URLS"] = Url,
            ["JETTAE_DATA"] = Folder,
            ["JETTAE_API_TOKEN"] = ApiToken,
        };
        foreach (var (name, value) in given)
            settings[name] = value;
        if (IsOnPostgres && !settings.ContainsKey("DATABASE_URL"))
            settings["DATABASE_URL"] = PostgresServer.NewDatabase();
        Http = Client(ApiToken);
    }

    public string Folder { get; }
    public string Url { get; }

    /// <summary>The program that is tested: one that was published (<c>JETTAE_TEST_PROGRAM</c>), or what was built with the tests.</summary>
    public static string Tested { get; } =
        Environment.GetEnvironmentVariable("JETTAE_TEST_PROGRAM")
        ?? Path.Combine(AppContext.BaseDirectory, "Jettae.dll");

    /// <summary>The program's file: the one that is tested, unless it is another one.</summary>
    public string Program { get; init; } = Tested;

    /// <summary>What it was told, beside the data folder.</summary>
    public IReadOnlyDictionary<string, string> Settings => settings;

    /// <summary>Speaks as the owner.</summary>
    public HttpClient Http { get; }

    /// <summary>What it has said so far, in all its lives.</summary>
    public string Output => string.Join('\n', said);

    /// <summary>The link that its latest life printed, which it does as soon as it listens.</summary>
    public string SignInLink
    {
        get
        {
            SpinWait.SpinUntil(() => LinkLine().IsMatch(Output), Wait.Patience);
            return LinkLine().Matches(Output)[^1].Groups[1].Value;
        }
    }

    /// <summary>What the built-in engine asks for and signs with.</summary>
    public (string Token, string Current, string Next) Credentials
    {
        get
        {
            var kept = JsonNode.Parse(
                settings.TryGetValue("DATABASE_URL", out var database)
                    ? PostgresServer.Asked(database, "select value from jettae.kept where name = 'credentials'")
                    : File.ReadAllText(Path.Combine(Folder, "credentials.json"))
            )!;
            return ((string)kept["Token"]!, (string)kept["CurrentSigningKey"]!, (string)kept["NextSigningKey"]!);
        }
    }

    /// <summary>The one that the built-in engine asks for: as the settings say, else as it was made.</summary>
    public string QStashToken => settings.GetValueOrDefault("QSTASH_TOKEN") ?? Credentials.Token;

    public static async Task<JettaeProcess> StartAsync(params (string Name, string Value)[] settings)
    {
        var started = new JettaeProcess(FreePort(), settings);
        await started.StartAsync();
        return started;
    }

    /// <summary>For a process that must be known (to a relay, say) before it starts.</summary>
    public static JettaeProcess On(int port, params (string Name, string Value)[] settings) => new(port, settings);

    /// <summary>A node of a cluster, not yet started: the engine on one database with others that are made like this.</summary>
    /// <param name="database">Its address.</param>
    /// <param name="program">The program's file; null for the one that was built with the tests.</param>
    public static JettaeProcess Node(string database, string? program = null) =>
        new(
            FreePort(),
            [
                ("DATABASE_URL", database),
                ("QSTASH_TOKEN", ClusterToken),
                ("QSTASH_CURRENT_SIGNING_KEY", "sig_current_key_of_the_cluster_1"),
                ("QSTASH_NEXT_SIGNING_KEY", "sig_next_key_of_the_cluster_0001"),
                ("JETTAE_EGRESS_ALLOW", "127.0.0.0/8"),
            ]
        )
        {
            Program = program ?? Tested,
        };

    /// <summary>Below those that the system gives out by itself: nobody else gets it while its program is down.</summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = 12_000 + (Interlocked.Increment(ref lastPort) % 16_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody is there: the next one.
            }
        }
    }

    /// <summary>Starts it (again) on the same folder and address, and waits until it answers.</summary>
    public async Task StartAsync()
    {
        await Starting.WaitAsync();
        try
        {
            process = Process.Start(Command())!;
            process.OutputDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
            process.ErrorDataReceived += (_, line) => said.Enqueue(line.Data ?? "");
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            await Wait.UntilAsync(IsUpAsync, TimeSpan.FromMinutes(2), () => $"The program did not start:\n{Output}");
        }
        finally
        {
            Starting.Release();
        }
    }

    /// <summary>A fresh link, as the command <c>sign-in</c> prints it while the program runs.</summary>
    public async Task<string> NewSignInLinkAsync()
    {
        using var command = Process.Start(Command("sign-in"))!;
        var printed = await command.StandardOutput.ReadToEndAsync();
        await command.WaitForExitAsync();
        return printed.Trim();
    }

    /// <summary>Another command of the program, with the same settings.</summary>
    /// <returns>Its exit code, and what it said on either stream.</returns>
    public async Task<(int Code, string Said)> RunAsync(params string[] arguments)
    {
        using var command = Process.Start(Command(arguments))!;
        var (said, complained) = (command.StandardOutput.ReadToEndAsync(), command.StandardError.ReadToEndAsync());
        await command.WaitForExitAsync();
        return (command.ExitCode, (await said + await complained).Trim());
    }

    /// <summary>SIGKILL: it gets no chance to finish anything.</summary>
    public async Task KillAsync()
    {
        process!.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        process = null;
    }

    /// <summary>Sends a signal by its name: <c>STOP</c> puts it to sleep, <c>CONT</c> wakes it.</summary>
    public async Task SignalAsync(string name)
    {
        using var signal = Process.Start("kill", [$"-{name}", $"{process!.Id}"]);
        await signal.WaitForExitAsync();
    }

    /// <summary>SIGTERM, as a service manager stops it.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM");
        await process!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60), TimeProvider.System);
        var code = process.ExitCode;
        process.Dispose();
        process = null;
        return code;
    }

    public HttpClient Client(string? token)
    {
        var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false })
        {
            BaseAddress = new Uri(Url),
        };
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return http;
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        using var answer = await Http.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new HttpRequestException($"GET {path}: {(int)answer.StatusCode} {text}");
    }

    public async Task<JsonNode> PostAsync(string path, object body)
    {
        using var answer = await Http.PostAsJsonAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new HttpRequestException($"POST {path}: {(int)answer.StatusCode} {text}");
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (process is not null)
            await KillAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private ProcessStartInfo Command(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.ToList())
            if (Inherited.Any(each => name.StartsWith(each, StringComparison.Ordinal)))
                start.Environment.Remove(name);
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        return start;
    }

    private async Task<bool> IsUpAsync()
    {
        if (process!.HasExited)
        {
            // What it said last may still be on its way here.
            await process.WaitForExitAsync();
            throw new InvalidOperationException($"The program ended at once:\n{Output}");
        }
        try
        {
            using var answer = await Http.GetAsync("/health/live");
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"Sign in \(once\)\s+(\S+)")]
    private static partial Regex LinkLine();
}
