using System.Net;
using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;

namespace Jettae.Tests;

/// <summary>What a supervisor and a load balancer are told, by a program that runs and has its troubles.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task It_is_ready_when_both_stores_answer_the_shards_run_and_the_keeper_has_looked()
    {
        await using var program = await JettaeProcess.StartAsync();
        await UntilReadyAsync(program);
        var (_, told) = await ReadyAsync(program.Client(token: null));
        Assert.Equal(
            ["engine_shards", "engine_store", "studio_keeper", "studio_store"],
            told["parts"]!.AsObject().Select(part => part.Key).Order()
        );
    }

    [Theory]
    [InlineData("engine.db", "messages", "engine_store")]
    [InlineData("studio.db", "Schedules", "studio_store")]
    public async Task A_store_that_does_not_answer_is_named_and_the_program_lives_on_until_it_does(
        string file,
        string table,
        string part
    )
    {
        await using var program = await JettaeProcess.StartAsync();
        await UntilReadyAsync(program);
        Rename(program, file, table, "hidden");
        JsonNode told = new JsonObject();
        await Wait.UntilAsync(
            async () =>
            {
                (var status, told) = await ReadyAsync(program.Http);
                return status == HttpStatusCode.ServiceUnavailable
                    && told["parts"]!
                        .AsObject()
                        .Where(each => !(bool)each.Value!)
                        .Select(each => each.Key)
                        .SequenceEqual([part]);
            },
            Wait.Patience,
            () => $"{told}"
        );
        Assert.DoesNotContain("SQLite", told.ToJsonString(), StringComparison.OrdinalIgnoreCase);
        Assert.Equal("ok", await program.Http.GetStringAsync("/health/live", TestContext.Current.CancellationToken));
        Rename(program, file, "hidden", table);
        await UntilReadyAsync(program);
    }

    [Fact]
    public async Task While_it_drains_it_is_not_ready_and_still_alive()
    {
        var asked = new TaskCompletionSource();
        var answered = new TaskCompletionSource();
        await using var slow = await SlowAsync(asked, answered.Task);
        await using var program = await JettaeProcess.StartAsync(("JETTAE_EGRESS_ALLOW", "127.0.0.1"));
        await UntilReadyAsync(program);
        // It drains for ten seconds: nothing is to be done for the first time in them.
        await program.Http.GetStringAsync("/health/live", TestContext.Current.CancellationToken);
        using var qstash = program.Client(program.Credentials.Token);
        using var published = await qstash.PostAsync(
            $"/v2/publish/{slow.Urls.Single()}/",
            null,
            TestContext.Current.CancellationToken
        );
        await asked.Task.WaitAsync(Wait.Patience, TimeProvider.System, TestContext.Current.CancellationToken);

        var stopped = program.StopAsync();
        await Wait.UntilAsync(
            async () =>
                await ReadyAsync(program.Http) is (HttpStatusCode.ServiceUnavailable, var told)
                && (bool)told["draining"]!
                && !(bool)told["parts"]!["engine_shards"]!,
            Wait.Patience
        );
        Assert.Equal("ok", await program.Http.GetStringAsync("/health/live", TestContext.Current.CancellationToken));
        // A page that comes now would keep it from its end.
        using var late = new ClientWebSocket();
        late.Options.SetRequestHeader("Origin", program.Url);
        await Assert.ThrowsAsync<WebSocketException>(() =>
            late.ConnectAsync(
                new Uri(program.Url.Replace("http", "ws", StringComparison.Ordinal) + "/_blazor"),
                TestContext.Current.CancellationToken
            )
        );
        answered.SetResult();
        Assert.Equal(0, await stopped);
    }

    [Fact]
    public async Task The_development_server_and_the_command_tell_it_too()
    {
        await using var server = await DevelopmentProcess.StartAsync();
        using var http = server.Client();
        await Wait.UntilAsync(
            async () => (await ReadyAsync(http)).Status == HttpStatusCode.OK,
            Wait.Patience,
            () => server.Output
        );
        var (_, told) = await ReadyAsync(http);
        Assert.Equal(["engine_shards", "engine_store"], told["parts"]!.AsObject().Select(part => part.Key).Order());

        await using var program = await JettaeProcess.StartAsync();
        await UntilReadyAsync(program);
        await SaysAsync(0, "ready");
        Rename(program, "engine.db", "messages", "hidden");
        await SaysAsync(1, "not ready: engine_store");
        await program.KillAsync();
        var (code, said) = await program.RunAsync("ready");
        Assert.Equal(1, code);
        Assert.StartsWith($"{program.Url} does not answer", said, StringComparison.Ordinal);

        // A store that is slow for once is not ready either.
        async Task SaysAsync(int code, string text)
        {
            (int, string) last = default;
            await Wait.UntilAsync(
                async () => (last = await program.RunAsync("ready")) == (code, text),
                Wait.Patience,
                () => $"{last}"
            );
        }
    }

    private static Task UntilReadyAsync(JettaeProcess program) =>
        Wait.UntilAsync(
            async () => await ReadyAsync(program.Http) is (HttpStatusCode.OK, var told) && (bool)told["ready"]!,
            Wait.Patience
        );

    private static async Task<(HttpStatusCode Status, JsonNode Told)> ReadyAsync(HttpClient http)
    {
        using var answer = await http.GetAsync("/health/ready", TestContext.Current.CancellationToken);
        return (
            answer.StatusCode,
            JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!
        );
    }

    private static void Rename(JettaeProcess program, string file, string table, string name)
    {
        if (program.Settings.TryGetValue("DATABASE_URL", out var database))
        {
            var schema = file == "engine.db" ? "jettae" : "public";
            PostgresServer.Done(database, $"alter table {schema}.{table} rename to {name}");
            return;
        }
        using var db = new SqliteConnection(
            $"Data Source={Path.Combine(program.Folder, file)};Pooling=False;Default Timeout=60"
        );
        db.Open();
        using var command = db.CreateCommand();
#pragma warning disable CA2100 // The tests' own text.
        // Only the name: what refers to the table goes on meaning it.
        command.CommandText = $"pragma legacy_alter_table = on; alter table \"{table}\" rename to \"{name}\"";
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    /// <summary>A destination that says when it is asked and answers when it is let.</summary>
    private static async Task<WebApplication> SlowAsync(TaskCompletionSource asked, Task answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(async _ =>
        {
            asked.TrySetResult();
            await answer;
        });
        await app.StartAsync();
        return app;
    }
}
