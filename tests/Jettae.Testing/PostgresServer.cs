using System.Diagnostics;

namespace Jettae.Testing;

/// <summary>
/// A PostgreSQL of the tests' own, from this machine's installation, in a folder and on a port that nobody else has; with a pooler before it
/// where one is asked for. Its superuser <c>postgres</c> needs no password, its user <c>guarded</c> does.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    /// <summary>The password of the user <c>guarded</c>.</summary>
    public const string Password = "p@ss/w0rd?#";

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(60);
    private static readonly Lazy<Task<PostgresServer>> Running = new(() => StartAsync());
    private static int databases;
    private static readonly Lazy<Task<string>> Pooling = new(async () =>
        await (await SharedAsync()).PoolerAsync("transaction", sessions: 40)
    );

    private readonly string folder = Directory.CreateTempSubdirectory("jettae-postgres-").FullName;
    private readonly int port = JettaeProcess.FreePort();
    private readonly int poolerPort = JettaeProcess.FreePort();
    private readonly List<Process> poolers = [];
    private readonly string[] durability;
    private Process? server;

    private PostgresServer(string[] durability) => this.durability = durability;

    /// <summary>
    /// The way in for a crowd of engines: they share sessions, transaction by transaction, so that whoever depends on one is found
    /// out; and a test need not wait for sessions of its own to be made.
    /// </summary>
    public static Task<string> SharedPoolerAsync() => Pooling.Value;

    /// <summary>One for the whole run, started when it is first asked for; it ends with the run.</summary>
    public static Task<PostgresServer> SharedAsync() => Running.Value;

    /// <summary>An empty database in the one for the whole run.</summary>
    /// <returns>Its address.</returns>
    public static string NewDatabase()
    {
        var server = Task.Run(SharedAsync).GetAwaiter().GetResult();
        var name = $"database_{Interlocked.Increment(ref databases)}";
        using var created = Process.Start(Program("psql"), [server.Url, "-qc", $"create database {name}"]);
        created.WaitForExit();
        if (created.ExitCode != 0)
            throw new InvalidOperationException($"No database {name} could be made.");
        return server.Url[..^"postgres".Length] + name;
    }

    public string Url => $"postgres://postgres@127.0.0.1:{port}/postgres";

    public int Port => port;

    /// <summary>It outlives no crash of the machine, only those of programs, and never cleans up: quick, for what is short.</summary>
    public static Task<PostgresServer> StartAsync() =>
        StartAsync(["-c", "fsync=off", "-c", "autovacuum=off", "-c", "shared_buffers=64MB"]);

    /// <summary>Whatever is committed is on disk, and it cleans up, as an operator has it: for measurements.</summary>
    public static Task<PostgresServer> StartDurableAsync() => StartAsync(["-c", "shared_buffers=512MB"]);

    private static async Task<PostgresServer> StartAsync(string[] durability)
    {
        var started = new PostgresServer(durability);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => started.Kill();
        var data = started.Data;
        if (Environment.IsPrivilegedProcess)
            await DoneAsync("chown", "postgres", started.folder);
        await DoneAsync([
            .. Unprivileged,
            Program("initdb"),
            "-D",
            data,
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "-N",
        ]);
        await File.WriteAllTextAsync(
            Path.Combine(data, "pg_hba.conf"),
            """
            host all guarded 127.0.0.1/32 scram-sha-256
            host all all     127.0.0.1/32 trust
            """
        );
        await started.StartAgainAsync();
        await DoneAsync(
            Program("psql"),
            started.Url,
            "-qc",
            $"create user guarded password '{Password}'",
            "-qc",
            "revoke create on database postgres from public"
        );
        return started;
    }

    /// <summary>What a database answers, as text.</summary>
    public static string Asked(string database, string sql)
    {
        using var asked = Process.Start(
            new ProcessStartInfo(Program("psql"), [database, "-Atc", sql]) { RedirectStandardOutput = true }
        )!;
        return asked.StandardOutput.ReadToEnd();
    }

    /// <summary>Has a database do something, all of it or nothing.</summary>
    /// <exception cref="InvalidOperationException">It refused; it says why.</exception>
    public static void Done(string database, string sql)
    {
        using var told = Process.Start(
            new ProcessStartInfo(Program("psql"), [database, "-1qc", sql]) { RedirectStandardError = true }
        )!;
        var complaint = told.StandardError.ReadToEnd();
        told.WaitForExit();
        if (told.ExitCode != 0)
            throw new InvalidOperationException(complaint);
    }

    /// <summary>Starts it once more where it was.</summary>
    public async Task StartAgainAsync()
    {
        server = Begun([
            .. Unprivileged,
            Program("postgres"),
            "-D",
            Data,
            "-p",
            $"{port}",
            "-k",
            folder,
            "-c",
            "listen_addresses=127.0.0.1",
            "-c",
            "max_connections=300",
            .. durability,
        ]);
        await Wait.UntilAsync(
            async () => await CodeAsync(Program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", $"{port}") == 0,
            Bound,
            () => "PostgreSQL did not start."
        );
    }

    /// <summary>Ends it as its operator does: whoever is connected is cut off.</summary>
    public async Task StopAsync()
    {
        await DoneAsync("kill", "-INT", $"{server!.Id}");
        await server.WaitForExitAsync();
    }

    /// <summary>The address of a PgBouncer in front of it.</summary>
    /// <param name="mode">How it shares its sessions: <c>transaction</c>, <c>statement</c>.</param>
    /// <param name="sessions">How many it has.</param>
    public async Task<string> PoolerAsync(string mode, int sessions)
    {
        var (file, at) = (
            Path.Combine(folder, $"pooler-{poolers.Count}.ini"),
            poolers.Count == 0 ? poolerPort : JettaeProcess.FreePort()
        );
        await File.WriteAllTextAsync(
            file,
            $"""
            [databases]
            postgres = host=127.0.0.1 port={port} user=postgres
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = {at}
            unix_socket_dir =
            auth_type = any
            pool_mode = {mode}
            default_pool_size = {sessions}
            max_client_conn = 800
            """
        );
        poolers.Add(Begun([.. Unprivileged, "pgbouncer", "-q", file]));
        await Wait.UntilAsync(
            async () => await CodeAsync(Program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", $"{at}") == 0,
            Bound,
            () => "PgBouncer did not start."
        );
        return $"postgres://postgres@127.0.0.1:{at}/postgres";
    }

    public async ValueTask DisposeAsync()
    {
        Kill();
        if (server is not null)
            await server.WaitForExitAsync();
        Directory.Delete(folder, recursive: true);
    }

    private string Data => Path.Combine(folder, "data");

    /// <summary>The server refuses to run as root.</summary>
    private static string[] Unprivileged =>
        Environment.IsPrivilegedProcess
            ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]
            : [];

    /// <summary>The newest installed.</summary>
    private static string Program(string name) =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory
                .GetDirectories("/usr/lib/postgresql")
                .OrderByDescending(each => int.TryParse(Path.GetFileName(each), out var version) ? version : 0)
                .Select(each => Path.Combine(each, "bin", name))
                .First()
            : name;

    private void Kill()
    {
        foreach (var process in poolers.Append(server))
            if (process is { HasExited: false })
                process.Kill(entireProcessTree: true);
    }

    private static async Task DoneAsync(params string[] command)
    {
        if (await CodeAsync(command) is not 0 and var code)
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {code}.");
    }

    private static async Task<int> CodeAsync(params string[] command)
    {
        using var process = Begun(command);
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    private static Process Begun(string[] command)
    {
        var process = Process.Start(
            new ProcessStartInfo(command[0], command[1..])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = Path.GetTempPath(),
                Environment = { ["PGCONNECT_TIMEOUT"] = "60" },
            }
        )!;
        // What it says is nobody's, but it must not wait for somebody to take it.
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
