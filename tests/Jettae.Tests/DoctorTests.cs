using System.Net;
using Jettae.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Jettae.Tests;

[Collection(Busy.Name)]
[Trait("Store", "own")]
public sealed class DoctorTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("jettae-doctor").FullName;
    private readonly string address = $"http://127.0.0.1:{JettaeProcess.FreePort()}";

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private async Task<(bool Healthy, string Report)> ExamineAsync(params (string Name, string Value)[] values)
    {
        var all = new Dictionary<string, string?> { ["JETTAE_DATA"] = folder, ["ASPNETCORE_URLS"] = address };
        foreach (var (name, value) in values)
            all[name] = value;
        var settings = new Settings(new ConfigurationBuilder().AddInMemoryCollection(all).Build());
        using var http = new HttpClient();
        var report = new StringWriter();
        var healthy = await new Doctor(settings, http, TimeProvider.System, report).ExamineAsync(
            TestContext.Current.CancellationToken
        );
        return (healthy, report.ToString());
    }

    [Fact]
    public async Task A_fresh_installation_is_healthy_and_writes_samples()
    {
        var (healthy, report) = await ExamineAsync();
        Assert.True(healthy, report);
        Assert.Contains("sample writer", report, StringComparison.Ordinal);
        // It ran on empty stores: nothing of anyone's was opened, let alone run.
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [Fact]
    public async Task A_database_is_left_as_it_was_and_the_provider_in_it_is_asked()
    {
        await using var postgres = await PostgresServer.StartAsync();
        // Nothing is there yet, and this user may make nothing.
        var guarded =
            $"Host=127.0.0.1;Port={postgres.Port};Database=postgres;Username=guarded;Password={PostgresServer.Password}";
        var (healthy, report) = await ExamineAsync(("DATABASE_URL", guarded));
        Assert.True(healthy, report);
        Assert.Contains("sample writer", report, StringComparison.Ordinal);
        (healthy, report) = await ExamineAsync(("DATABASE_URL", postgres.Url));
        Assert.True(healthy, report);
        Assert.Equal(
            "0",
            PostgresServer.Asked(postgres.Url, "select count(*) from pg_namespace where nspname like 'jettae%'").Trim()
        );

        await using var claude = await FakeClaude.StartAsync();
        await using (var program = await JettaeProcess.StartAsync(("DATABASE_URL", postgres.Url)))
        {
            await program.PostAsync(
                "/api/writer/connect",
                new
                {
                    kind = "anthropic",
                    key = FakeClaude.Key,
                    url = claude.Url,
                }
            );
            await program.StopAsync();
        }
        var asked = claude.Requests.Count;
        (healthy, report) = await ExamineAsync(("DATABASE_URL", postgres.Url));
        Assert.True(healthy, report);
        Assert.DoesNotContain("sample writer", report, StringComparison.Ordinal);
        Assert.Equal(asked + 1, claude.Requests.Count);

        // One who may do everything with the tables but does not own them would take the studio for an empty one.
        PostgresServer.Asked(
            postgres.Url,
            """
            grant usage on schema jettae, jettae_studio to guarded;
            grant all on all tables in schema public, jettae, jettae_studio to guarded;
            """
        );
        (healthy, report) = await ExamineAsync(("DATABASE_URL", guarded));
        Assert.False(healthy);
        Assert.Contains("alter role \"guarded\" bypassrls", report, StringComparison.Ordinal);
        Assert.DoesNotContain("connection_limit", report, StringComparison.Ordinal);
        (_, report) = await ExamineAsync(("DATABASE_URL", $"{postgres.Url}?connection_limit=149"));
        Assert.Contains("may open 298 connections, and the database lets in 297", report, StringComparison.Ordinal);

        // What keeps a start from the database is said, not thrown.
        PostgresServer.Asked(postgres.Url, "insert into jettae.kept (name, value) values ('moving', '')");
        (healthy, report) = await ExamineAsync(("DATABASE_URL", postgres.Url));
        Assert.False(healthy);
        Assert.Contains("holds a move that was cut off", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_url_with_a_line_end_where_nobody_answers_is_named_and_shown_what_to_do()
    {
        var (healthy, report) = await ExamineAsync(
            ("NEXT_PUBLIC_URL", $"http://127.0.0.1:{JettaeProcess.FreePort()}\n")
        );
        Assert.False(healthy);
        Assert.Contains("NEXT_PUBLIC_URL has blanks or a line end", report, StringComparison.Ordinal);
        Assert.Contains("✗ No Jettae answers at the public URL", report, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://jettae.invalid", null, true)]
    [InlineData("http://jettae.invalid", "127.0.0.1", false)]
    [InlineData("https://jettae.invalid", null, false)]
    [InlineData("http://localhost:1", null, false)]
    public async Task A_public_url_over_which_sign_ins_go_in_the_clear_is_named(string url, string? proxy, bool warned)
    {
        var (_, report) = await ExamineAsync(("NEXT_PUBLIC_URL", url), ("JETTAE_TRUSTED_PROXIES", proxy ?? ""));
        Assert.Equal(warned, report.Contains("cookies are not Secure", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Keys_of_another_account_and_a_wrong_token_are_told_apart()
    {
        await using var qstash = await ServerAsync(http =>
            http.Request.Headers.Authorization == "Bearer right"
                ? Results.Json(
                    new { current = "sig_theirs_0000000000000000000001", next = "sig_theirs_0000000000000000000002" }
                )
                : Results.Json(new { error = "unauthorized" }, statusCode: 401)
        );
        var url = qstash.Urls.Single();
        (string, string)[] With(string token) =>
            [
                ("QSTASH_URL", url),
                ("QSTASH_TOKEN", token),
                ("QSTASH_CURRENT_SIGNING_KEY", "sig_ours_000000000000000000000001"),
                ("QSTASH_NEXT_SIGNING_KEY", "sig_ours_000000000000000000000002"),
            ];
        var (_, keys) = await ExamineAsync(With("right"));
        Assert.Contains("✗ The signing keys are not those of the token's QStash", keys, StringComparison.Ordinal);
        Assert.Contains("is this machine only", keys, StringComparison.Ordinal);
        var (_, token) = await ExamineAsync(With("wrong"));
        Assert.Contains("refuses the token", token, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slot_that_comes_while_it_looks_is_to_come_again()
    {
        using var http = new HttpClient();
        var slot = HttpStatusCode.Unused;
        TimeSpan? later = null;
        await using var qstash = await ServerAsync(_ =>
        {
            using var call = new HttpRequestMessage(HttpMethod.Post, address + "/api/content/generate-scheduled");
            using var answer = http.Send(call);
            (slot, later) = (answer.StatusCode, answer.Headers.RetryAfter?.Delta);
            return Results.Json(new { current = new string('a', 32), next = new string('b', 32) });
        });
        var (_, report) = await ExamineAsync(
            ("QSTASH_URL", qstash.Urls.Single()),
            ("QSTASH_TOKEN", "token"),
            ("QSTASH_CURRENT_SIGNING_KEY", new string('a', 32)),
            ("QSTASH_NEXT_SIGNING_KEY", new string('b', 32)),
            ("NEXT_PUBLIC_URL", address)
        );
        Assert.Equal(HttpStatusCode.ServiceUnavailable, slot);
        Assert.NotNull(later);
        Assert.Contains("The webhook accepts a signed call", report, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(401, "authentication_error", "The AI provider did not accept the API key")]
    [InlineData(402, "billing_error", "a problem with the AI provider's billing")]
    [InlineData(403, "permission_error", "may not do that")]
    [InlineData(404, "not_found_error", "no model of that name")]
    [InlineData(529, "overloaded_error", "The AI provider is overloaded")]
    public async Task What_is_wrong_with_claude_is_said_by_its_name(int status, string type, string said)
    {
        await using var claude = await ServerAsync(_ =>
            Results.Json(new { type = "error", error = new { type, message = "no" } }, statusCode: status)
        );
        var (healthy, report) = await ExamineAsync(
            ("ANTHROPIC_API_KEY", "key-of-nobody"),
            ("ANTHROPIC_BASE_URL", claude.Urls.Single())
        );
        Assert.False(healthy);
        Assert.Contains(said, report, StringComparison.Ordinal);
        Assert.DoesNotContain("key-of-nobody", report, StringComparison.Ordinal);
    }

    private static async Task<WebApplication> ServerAsync(Func<HttpContext, IResult> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var server = builder.Build();
        server.Urls.Add("http://127.0.0.1:0");
        server.Run(http => answer(http).ExecuteAsync(http));
        await server.StartAsync();
        return server;
    }
}
