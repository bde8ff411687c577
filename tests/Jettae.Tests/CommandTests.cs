using System.Diagnostics;
using System.Net;
using Jettae.Testing;

namespace Jettae.Tests;

/// <summary>The commands beside the program itself, as a person types them.</summary>
public sealed class CommandTests
{
    [Fact]
    [Trait("QStash", "103,108")]
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

    /// <summary>What the command printed; what it printed as an error is thrown.</summary>
    private static async Task<string> RunAsync(JettaeProcess program, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Jettae.dll"), .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["JETTAE_DATA"] = program.Folder },
        };
        using var command = Process.Start(start)!;
        var errors = command.StandardError.ReadToEndAsync();
        var said = await command.StandardOutput.ReadToEndAsync();
        await command.WaitForExitAsync();
        return command.ExitCode == 0 ? said : throw new InvalidOperationException(await errors);
    }
}
