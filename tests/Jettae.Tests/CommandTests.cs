using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Jettae.Testing;

namespace Jettae.Tests;

/// <summary>The commands beside the program itself, as a person types them.</summary>
public sealed class CommandTests
{
    [Fact]
    [Trait("QStash", "103,108")]
    [Trait("Store", "own")]
    public async Task The_development_server_prints_what_an_sdk_needs_and_keeps_nothing_unless_asked()
    {
        var cancel = TestContext.Current.CancellationToken;
        var folder = Directory.CreateTempSubdirectory("jettae-dev-data");
        try
        {
            foreach (var keeps in new[] { false, true })
            {
                string[] where = keeps ? ["--data", folder.FullName] : [];
                await using (var first = await DevelopmentProcess.StartAsync(where))
                {
                    Assert.Equal(DevelopmentProcess.Token, first.Setting("QSTASH_TOKEN"));
                    using var http = first.Client();
                    var keys = await http.GetStringAsync("/v2/keys", cancel);
                    Assert.Contains(first.Setting("QSTASH_CURRENT_SIGNING_KEY"), keys, StringComparison.Ordinal);
                    Assert.Contains(first.Setting("QSTASH_NEXT_SIGNING_KEY"), keys, StringComparison.Ordinal);
                    using var queue = new StringContent("""{"queueName":"kept"}""");
                    (await http.PostAsync("/v2/queues", queue, cancel)).EnsureSuccessStatusCode();
                }
                await using var second = await DevelopmentProcess.StartAsync(where);
                using var again = second.Client();
                var queues = await again.GetStringAsync("/v2/queues", cancel);
                Assert.Equal(keeps, queues.Contains("kept", StringComparison.Ordinal));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    [Trait("QStash", "108")]
    [Trait("Store", "own")]
    public async Task The_development_server_listens_where_sdks_look_for_it_and_says_so_when_another_program_is_there()
    {
        // The port that the SDKs know by heart. Whether it is this test that holds it or another program: it is taken.
        using var holder = new TcpListener(IPAddress.Loopback, 8080);
        try
        {
            holder.Start();
        }
        catch (SocketException)
        {
            // Held already.
        }
        var unsaid = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            RunAsync(new Dictionary<string, string> { ["QSTASH_DEV_PORT"] = "" }, "dev")
        );
        Assert.Equal(
            "Another program listens on port 8080 of 127.0.0.1 already: end it, or choose another port with --port.",
            unsaid.Message.Trim()
        );
        // It answers where it says, and takes its port from the variable that the SDKs read too.
        var port = JettaeProcess.FreePort();
        await using var first = await DevelopmentProcess.StartAsync("--port", $"{port}");
        Assert.Equal($"http://127.0.0.1:{port}", first.Url);
        var second = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            RunAsync(new Dictionary<string, string> { ["QSTASH_DEV_PORT"] = $"{port}" }, "dev")
        );
        Assert.Contains($"port {port} of 127.0.0.1 already", second.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_are_made_listed_and_revoked_while_the_program_runs()
    {
        await using var program = await JettaeProcess.StartAsync();
        var token = (await RunAsync(program, "token", "create", "laptop")).Trim();
        var reader = (await RunAsync(program, "token", "create", "dashboard", "--read-only")).Trim();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(program, token, HttpMethod.Post));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(program, reader, HttpMethod.Get));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(program, reader, HttpMethod.Post));
        var list = await RunAsync(program, "token", "list");
        Assert.Contains("jettae\tlaptop\tfull", list, StringComparison.Ordinal);
        Assert.Contains("jettae\tdashboard\tread-only", list, StringComparison.Ordinal);
        Assert.DoesNotContain(token, list, StringComparison.Ordinal);
        await RunAsync(program, "token", "revoke", "laptop");
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(program, token, HttpMethod.Get));
        var twice = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            RunAsync(program, "token", "revoke", "laptop")
        );
        Assert.Equal("jettae has no token named laptop.", twice.Message.Trim());
    }

    [Fact]
    public async Task The_programs_own_token_is_reset_and_the_one_before_never_comes_back()
    {
        await using var program = await JettaeProcess.StartAsync();
        var leaked = program.Credentials.Token;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(program, leaked, HttpMethod.Get));
        // To revoke it would not last.
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            RunAsync(program, "token", "revoke", "settings")
        );
        Assert.Contains("token reset", refused.Message, StringComparison.Ordinal);

        var (_, current, next) = program.Credentials;
        var token = (await RunAsync(program, "token", "reset")).Trim();
        Assert.Equal((token, current, next), program.Credentials);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(program, leaked, HttpMethod.Get));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(program, token, HttpMethod.Post));
        Assert.Contains("jettae\tsettings\tfull", await RunAsync(program, "token", "list"), StringComparison.Ordinal);

        // The program goes on, with the new one.
        await program.PostAsync(
            "/api/schedule/create",
            new
            {
                topic = "커피",
                content_type = "x_post",
                frequency = "3hours",
                time_of_day = "09:00",
                timezone = "Asia/Seoul",
            }
        );
        await Wait.UntilAsync(
            async () => (await LogAsync(program, token)).Contains("generate-scheduled", StringComparison.Ordinal),
            Wait.Patience,
            () => $"Nothing was booked with the new token:\n{program.Output}"
        );

        await program.KillAsync();
        await program.StartAsync();
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(program, leaked, HttpMethod.Get));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(program, token, HttpMethod.Get));
    }

    [Theory]
    [InlineData("QSTASH_TOKEN", "The token comes from QSTASH_TOKEN")]
    [InlineData("QSTASH_URL", "reset it in its console")]
    [Trait("Store", "own")]
    public async Task A_token_that_comes_from_elsewhere_is_reset_there(string setting, string says)
    {
        var folder = Directory.CreateTempSubdirectory("jettae-reset");
        try
        {
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
                RunAsync(
                    new Dictionary<string, string>
                    {
                        ["JETTAE_DATA"] = folder.FullName,
                        ["QSTASH_TOKEN"] = "given",
                        ["QSTASH_CURRENT_SIGNING_KEY"] = new string('a', 32),
                        ["QSTASH_NEXT_SIGNING_KEY"] = new string('b', 32),
                        [setting] = setting == "QSTASH_URL" ? "https://qstash.example" : "given",
                    },
                    "token",
                    "reset"
                )
            );
            Assert.Contains(says, refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    [Trait("Store", "own")]
    public async Task A_token_of_a_folder_that_is_nobodys_to_use_is_not_touched_and_a_new_folder_is_its_owners_only()
    {
        var place = Directory.CreateTempSubdirectory("jettae-tokens");
        try
        {
            var settings = new Dictionary<string, string>
            {
                ["JETTAE_DATA"] = Path.Combine(place.FullName, "data"),
                ["DATABASE_URL"] = "",
            };
            await RunAsync(settings, "token", "create", "laptop");
            if (!OperatingSystem.IsWindows())
                Assert.Equal(
                    UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                    File.GetUnixFileMode(settings["JETTAE_DATA"])
                );
            var mark = Path.Combine(settings["JETTAE_DATA"], "moved-to-postgres");
            await File.WriteAllTextAsync(mark, "a database", TestContext.Current.CancellationToken);
            foreach (var command in new[] { "list", "revoke laptop", "reset" })
                Assert.Contains("set DATABASE_URL", await RefusedAsync(command), StringComparison.Ordinal);
            File.Delete(mark);
            Directory.CreateDirectory(Path.Combine(settings["JETTAE_DATA"], "restoring"));
            Assert.Contains("a restore that was cut off", await RefusedAsync("list"), StringComparison.Ordinal);

            async Task<string> RefusedAsync(string command) =>
                (
                    await Assert.ThrowsAsync<InvalidOperationException>(() =>
                        RunAsync(settings, ["token", .. command.Split(' ')])
                    )
                ).Message;
        }
        finally
        {
            place.Delete(recursive: true);
        }
    }

    [Fact]
    [Trait("Store", "own")]
    public async Task Root_leaves_nothing_among_a_services_files_that_the_service_could_not_read()
    {
        // Root alone can give its files away.
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            return;
        await using var program = await JettaeProcess.StartAsync();
        await program.KillAsync();
        using (var given = Process.Start("chown", ["-R", "61184", program.Folder]))
            await given.WaitForExitAsync(TestContext.Current.CancellationToken);
        var (kept, files) = (program.Credentials, Directory.GetFileSystemEntries(program.Folder).Length);
        foreach (var command in new[] { "token reset", "sign-in" })
        {
            var (code, said) = await program.RunAsync(command.Split(' '));
            Assert.Equal(1, code);
            Assert.Contains("belongs to the user 61184", said, StringComparison.Ordinal);
        }
        var started = await Assert.ThrowsAsync<InvalidOperationException>(program.StartAsync);
        Assert.Contains("run this as that user", started.Message, StringComparison.Ordinal);
        Assert.Equal((kept, files), (program.Credentials, Directory.GetFileSystemEntries(program.Folder).Length));

        // A backup only reads; it is restored by whoever the folder belongs to.
        var backup = program.Folder + "-backup";
        Assert.Equal(0, (await program.RunAsync("backup", backup)).Code);
        await using var empty = JettaeProcess.On(JettaeProcess.FreePort());
        using (var given = Process.Start("chown", ["61184", empty.Folder]))
            await given.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Contains(
            "belongs to the user 61184",
            (await empty.RunAsync("restore", backup)).Said,
            StringComparison.Ordinal
        );
        Assert.Empty(Directory.GetFileSystemEntries(empty.Folder));
        Directory.Delete(backup, recursive: true);
    }

    [Fact]
    [Trait("QStash", "13")]
    [Trait("Store", "own")]
    public async Task The_development_server_knows_the_apis_that_the_setting_names_and_nothing_else_of_the_programs()
    {
        await using var sink = await Sink.StartAsync();
        await using var server = await DevelopmentProcess.StartAsync([
            ("JETTAE_APIS", $"llm={sink.Address}"),
            ("QSTASH_URL", "http://127.0.0.1:8080"),
        ]);
        using var http = server.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v2/publish/api/llm")
        {
            Content = new StringContent("1"),
            Headers = { { "Upstash-Callback", "http://127.0.0.1:9/said" } },
        };
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(await sink.UntilAsync(1, Wait.Patience));
    }

    [Fact]
    [Trait("Store", "own")]
    public async Task QStashs_own_console_may_ask_the_development_server_and_no_other_page_may()
    {
        await using var server = await DevelopmentProcess.StartAsync();
        using var http = server.Client();
        Assert.Equal("https://console.upstash.com", await AllowedAsync("https://console.upstash.com"));
        Assert.Null(await AllowedAsync("https://elsewhere.example"));

        async Task<string?> AllowedAsync(string origin)
        {
            using var asked = new HttpRequestMessage(HttpMethod.Options, "/v2/messages/one");
            asked.Headers.Add("Origin", origin);
            asked.Headers.Add("Access-Control-Request-Method", "DELETE");
            asked.Headers.Add("Access-Control-Request-Headers", "authorization");
            using var answer = await http.SendAsync(asked, TestContext.Current.CancellationToken);
            return answer.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed)
                ? allowed.Single()
                : null;
        }
    }

    private static async Task<string> LogAsync(JettaeProcess program, string token)
    {
        using var http = program.Client(token);
        return await http.GetStringAsync(new Uri("/v2/logs", UriKind.Relative));
    }

    private static async Task<HttpStatusCode> StatusAsync(JettaeProcess program, string token, HttpMethod method)
    {
        using var http = program.Client(token);
        using var request = new HttpRequestMessage(
            method,
            method == HttpMethod.Get ? "/v2/keys" : "/v2/publish/https://example.com"
        );
        request.Headers.Add("Upstash-Delay", "1d");
        using var answer = await http.SendAsync(request);
        return answer.StatusCode;
    }

    private static Task<string> RunAsync(JettaeProcess program, params string[] arguments) =>
        RunAsync(
            new Dictionary<string, string>
            {
                ["JETTAE_DATA"] = program.Folder,
                ["DATABASE_URL"] = program.Settings.GetValueOrDefault("DATABASE_URL", ""),
            },
            arguments
        );

    /// <summary>What the command printed; what it printed as an error is thrown.</summary>
    private static async Task<string> RunAsync(Dictionary<string, string> settings, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [JettaeProcess.Tested, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        using var command = Process.Start(start)!;
        var errors = command.StandardError.ReadToEndAsync();
        var said = await command.StandardOutput.ReadToEndAsync();
        await command.WaitForExitAsync();
        return command.ExitCode == 0 ? said : throw new InvalidOperationException(await errors);
    }
}
