using System.Net;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Jettae.Studio.Tests;

/// <summary>Two programs on one database: whichever a request comes to, it is the same studio.</summary>
[Trait("Store", "PostgreSQL")]
public sealed class NodeTests
{
    private const string Slot = "2024-01-15T03:00:00Z";

    [Fact]
    public async Task A_slot_delivered_to_both_at_once_is_one_piece_and_both_answer_the_same()
    {
        var gate = new TaskCompletionSource();
        await using var claude = await FakeClaude.StartAsync(After(gate.Task, "아침은 하루의 시작이에요."));
        await using var one = await WithAsync(claude);
        await using var other = await one.BesideAsync();
        await one.CreateAsync(TestStudio.ThreeHourly());
        one.Time.Advance(TimeSpan.FromHours(3));
        var message = one.MessageFor(Slot);
        var first = one.DeliverAsync(message);
        await TestStudio.Until(() => claude.Requests.Count == 1);
        await HearAsync(one, other);
        var second = other.DeliverAsync(message);
        gate.SetResult();
        await first;
        await PassAsync(one, second);
        Assert.Equal(await BodyAsync(await first), await BodyAsync(await second));
        Assert.Single(claude.Requests);
        Assert.Single((await other.GetAsync("/api/contents"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_run_is_stopped_from_the_other_node()
    {
        var never = new TaskCompletionSource();
        await using var claude = await FakeClaude.StartAsync(After(never.Task, "아침은 하루의 시작이에요."));
        await using var one = await WithAsync(claude);
        await using var other = await one.BesideAsync();
        var writing = one.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        await TestStudio.Until(() => claude.Requests.Count == 1);
        var run = Assert.Single((await other.GetAsync("/api/runs"))["items"]!.AsArray())!;
        var (status, _) = await other.PostAsync($"/api/runs/{run["id"]}/cancel", new { });
        Assert.Equal(HttpStatusCode.OK, status);
        await PassAsync(one, writing);
        Assert.Equal("cancelled", (string?)(await one.GetAsync($"/api/runs/{run["id"]}"))["state"]);
        Assert.Empty((await one.GetAsync("/api/contents"))["items"]!.AsArray());
    }

    [Fact]
    public async Task What_is_written_at_one_is_read_at_the_other_while_it_comes()
    {
        var gate = new TaskCompletionSource();
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Pauses(gate.Task));
        await using var one = await WithAsync(claude);
        await using var other = await one.BesideAsync();
        await HearAsync(one, other);
        var writing = one.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        var here = one.Services.GetRequiredService<Runner>();
        await TestStudio.Until(() => here.Texts().Values.SingleOrDefault() == FakeClaude.Usual[..20]);
        await HearAsync(one, other);

        var owner = await other.Services.GetRequiredService<Accounts>().OwnerAsync(default);
        var run = await other.Services.GetRequiredService<Runs>().GetAsync(owner, here.Texts().Keys.Single(), default);
        var there = other.Services.GetRequiredService<Runner>();
        await using var following = there.Follow(run, default)!.GetAsyncEnumerator();
        var first = following.MoveNextAsync().AsTask();
        await PassAsync(other, first);
        Assert.True(await first);
        Assert.Equal(new RunProgress.Written(FakeClaude.Usual[..20]), following.Current);
        var stranger = there.Follow(
            new()
            {
                Id = run.Id,
                OwnerId = Guid.CreateVersion7(DateTimeOffset.UnixEpoch),
                State = RunState.Running,
                NodeId = run.NodeId,
            },
            default
        )!;
        Assert.Empty(await stranger.ToListAsync());

        gate.SetResult();
        await PassAsync(one, writing);
        var next = following.MoveNextAsync().AsTask();
        await PassAsync(other, next);
        Assert.False(await next);
        Assert.Null(
            there.Follow(await other.Services.GetRequiredService<Runs>().GetAsync(owner, run.Id, default), default)
        );
        await HearAsync(one, other);
        Assert.Equal(0L, await other.FromStoreAsync("SELECT COUNT(*) FROM jettae_studio.texts"));
    }

    [Fact]
    public async Task What_changes_at_one_is_told_at_the_other()
    {
        await using var one = await TestStudio.StartAsync();
        await using var other = await one.BesideAsync();
        var heard = new List<Change>();
        using var listening = other.Services.GetRequiredService<Changes>().Listen(heard.Add);
        var schedule = await one.CreateAsync(TestStudio.ThreeHourly());
        await HearAsync(one, other);
        Assert.Contains(heard, change => change.ScheduleId == (Guid)schedule["id"]!);
    }

    [Fact]
    public async Task A_provider_that_is_connected_at_one_writes_at_the_other()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var one = await TestStudio.StartAsync();
        await using var other = await one.BesideAsync();
        await one.PostAsync("/api/writer/connect", new { key = FakeClaude.Key, url = claude.Url });
        await HearAsync(one, other);
        claude.Script.Enqueue(FakeClaude.Says("연결된 글이에요."));
        var (_, made) = await other.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        Assert.Equal("연결된 글이에요.", (string?)made["content"]!["body"]);
    }

    [Fact]
    public async Task A_provider_is_taken_up_though_nothing_was_heard_of_it_for_a_minute()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var one = await TestStudio.StartAsync();
        await using var other = await one.BesideAsync();
        await HearAsync(one, other);
        // What is told is gone before anybody looks.
        await one.InStoreAsync(
            """
            CREATE FUNCTION public.fault() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
            CREATE TRIGGER fault BEFORE INSERT ON jettae_studio.changes FOR EACH ROW EXECUTE FUNCTION public.fault()
            """
        );
        await one.PostAsync("/api/writer/connect", new { key = FakeClaude.Key, url = claude.Url });
        await HearAsync(one, other);
        await one.InStoreAsync("UPDATE jettae_studio.nodes SET seen_at = seen_at - interval '1 minute'");
        await HearAsync(one, other);
        claude.Script.Enqueue(FakeClaude.Says("뒤늦게 연결된 글이에요."));
        var (_, made) = await other.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        Assert.Equal("뒤늦게 연결된 글이에요.", (string?)made["content"]!["body"]);
    }

    [Fact]
    public async Task What_could_not_be_taken_in_at_first_is_heard_once_more()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var one = await TestStudio.StartAsync();
        await using var other = await one.BesideAsync();
        await HearAsync(one, other);
        await one.PostAsync("/api/writer/connect", new { key = FakeClaude.Key, url = claude.Url });
        await one.BeatenAsync();
        await one.InStoreAsync("ALTER TABLE jettae_studio.provider_settings RENAME TO hidden");
        other.Time.Advance(TimeSpan.FromSeconds(1));
        await other.StillAsync();
        Assert.Contains(other.Logged, each => each.Text.StartsWith("A step of Beat failed", StringComparison.Ordinal));
        await one.InStoreAsync("ALTER TABLE jettae_studio.hidden RENAME TO provider_settings");
        await other.BeatenAsync();
        claude.Script.Enqueue(FakeClaude.Says("다시 들은 글이에요."));
        var (_, made) = await other.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        Assert.Equal("다시 들은 글이에요.", (string?)made["content"]!["body"]);
    }

    [Fact]
    public async Task What_changed_just_before_one_stopped_is_told_as_well()
    {
        await using var one = await TestStudio.StartAsync();
        var schedule = await one.CreateAsync(TestStudio.ThreeHourly());
        await one.BeatenAsync();
        await one.InStoreAsync("DELETE FROM jettae_studio.changes");
        await one.PostAsync("/api/schedule/pause", new { id = schedule["id"] });
        await one.StillAsync();
        await one.DownAsync();
        Assert.Equal(
            (Guid)schedule["id"]!,
            await one.FromStoreAsync("SELECT schedule_id FROM jettae_studio.changes LIMIT 1")
        );
    }

    [Fact]
    public async Task Those_that_start_together_on_an_empty_database_make_one_key_and_read_what_each_other_sealed()
    {
        await using var one = await TestStudio.StartAsync();
        await one.DownAsync();
        await one.LoseKeysAsync();
        var others = Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(one.BesideAsync)));
        await Task.WhenAll(others, Task.Run(one.UpAsync));
        try
        {
            // One more would be unknown to the others once their first two minutes are over.
            Assert.Equal(1L, await one.FromStoreAsync("SELECT COUNT(*) FROM protection_keys"));
            TestStudio[] nodes = [one, .. await others];
            foreach (var text in nodes.Select(each => Protector(each).Protect("열쇠")))
                Assert.All(nodes, each => Assert.Equal("열쇠", Protector(each).Unprotect(text)));
        }
        finally
        {
            foreach (var other in await others)
                await other.DisposeAsync();
        }

        static IDataProtector Protector(TestStudio studio) =>
            studio.Services.GetRequiredService<IDataProtectionProvider>().CreateProtector("test");
    }

    [Fact]
    public async Task Who_signed_in_at_one_is_known_at_the_other()
    {
        await using var one = await TestStudio.StartAsync();
        await using var other = await one.BesideAsync();
        var link = await one.Services.GetRequiredService<SignInLinks>().CreateAsync();
        using var here = one.Client(null);
        var signed = await here.SignInAsync(link.ToString());
        using var there = other.Client(null);
        there.DefaultRequestHeaders.Add("Cookie", signed.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync("/api/schedules")).StatusCode);
    }

    [Fact]
    public async Task Who_was_signed_out_at_one_is_out_at_the_other()
    {
        await using var one = await TestStudio.StartAsync();
        await using var other = await one.BesideAsync();
        var link = await one.Services.GetRequiredService<SignInLinks>().CreateAsync();
        using var here = one.Client(null);
        var signed = await here.SignInAsync(link.ToString());
        using var there = other.Client(null);
        there.DefaultRequestHeaders.Add("Cookie", signed.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        Assert.Equal(HttpStatusCode.OK, (await there.GetAsync("/api/schedules")).StatusCode);
        var session = Assert.Single((await one.GetAsync("/api/sessions"))["items"]!.AsArray())!;
        Assert.Equal(
            HttpStatusCode.OK,
            (await one.PostAsync("/api/sessions/revoke", new { id = session["id"] })).Status
        );
        await HearAsync(one, other);
        Assert.Equal(HttpStatusCode.Unauthorized, (await there.GetAsync("/api/schedules")).StatusCode);
    }

    [Fact]
    public async Task One_looks_after_the_schedules_and_when_it_goes_the_other_does()
    {
        await using var one = await TestStudio.StartAsync();
        await using var other = await one.BesideAsync();
        await HearAsync(one, other);
        var nodes = new[] { one, other }.Select(each => each.Services.GetRequiredService<Node>()).ToList();
        Assert.Equal([true, false], nodes.Select(each => each.IsFirst));
        await one.CreateAsync(TestStudio.ThreeHourly());
        await one.DownAsync();
        await other.InStoreAsync("DELETE FROM bookings");
        await HearAsync(other);
        await other.StillAsync();
        Assert.True(nodes[1].IsFirst);
        Assert.Equal(
            1L,
            await other.FromStoreAsync("SELECT COUNT(*) FROM bookings WHERE state IN ('pending', 'published')")
        );
    }

    [Fact]
    public async Task A_run_whose_node_was_killed_is_made_by_the_other_when_it_is_delivered_again()
    {
        var never = new TaskCompletionSource();
        await using var claude = await FakeClaude.StartAsync(
            After(never.Task, "끊긴 글"),
            FakeClaude.Says("이어서 쓴 글이에요.")
        );
        await using var one = await WithAsync(claude);
        await using var other = await one.BesideAsync();
        await one.CreateAsync(TestStudio.ThreeHourly());
        one.Time.Advance(TimeSpan.FromHours(3));
        var message = one.MessageFor(Slot);
        var lost = one.DeliverAsync(message);
        await TestStudio.Until(() => claude.Requests.Count == 1);
        await one.DownAsync();
        _ = await Record.ExceptionAsync(() => lost);
        await HearAsync(other);
        Assert.Equal(HttpStatusCode.OK, (await other.DeliverAsync(message)).StatusCode);
        var run = Assert.Single((await other.GetAsync("/api/runs"))["items"]!.AsArray())!;
        Assert.Equal(("done", 2), ((string?)run["state"], (int)run["attempts"]!));
    }

    [Fact]
    public async Task What_is_written_while_the_database_is_away_is_stored_when_it_is_back_and_either_node_answers_so()
    {
        var gate = new TaskCompletionSource();
        await using var claude = await FakeClaude.StartAsync(After(gate.Task, "아침은 하루의 시작이에요."));
        await using var cable = new Cable((await PostgresServer.SharedAsync()).Port);
        await using var one = await TestStudio.StartAsync(change: options =>
        {
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url);
            options.Database = new NpgsqlConnectionStringBuilder(options.Database)
            {
                Port = cable.Port,
            }.ConnectionString;
        });
        await using var other = await one.BesideAsync();
        await one.CreateAsync(TestStudio.ThreeHourly());
        one.Time.Advance(TimeSpan.FromHours(3));
        var message = one.MessageFor(Slot);
        var first = one.DeliverAsync(message);
        await TestStudio.Until(() => claude.Requests.Count == 1);
        await HearAsync(one, other);

        cable.Cut();
        gate.SetResult();
        await TestStudio.Until(() => one.Logged.Any(each => each.Text.Contains("is away", StringComparison.Ordinal)));
        cable.Mend();
        var second = other.DeliverAsync(message);
        await PassAsync(one, Task.WhenAll(first, second));
        Assert.Equal(await BodyAsync(await first), await BodyAsync(await second));
        Assert.Single(claude.Requests);
        Assert.Single((await other.GetAsync("/api/contents"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Who_becomes_the_first_deletes_what_is_past_its_retention()
    {
        await using var one = await TestStudio.StartAsync(change: options =>
            options.RunRetention = TimeSpan.FromDays(30)
        );
        await using var other = await one.BesideAsync();
        await one.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        await HearAsync(one, other);
        await one.DownAsync();
        other.Time.Advance(TimeSpan.FromDays(31));
        await HearAsync(other);
        other.Time.Advance(TimeSpan.FromHours(2));
        await other.StillAsync();
        Assert.Empty((await other.GetAsync("/api/runs"))["items"]!.AsArray());
        Assert.Single((await other.GetAsync("/api/contents"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_migration_lets_those_pass_who_use_its_table_and_nodes_of_the_version_before_go_on_with_it()
    {
        var database = await PostgresDatabases.TakeAsync();
        await using (var db = new PostgresStudioDb(PostgresStudioDb.Options(database)))
            await db.GetService<IMigrator>().MigrateAsync("FirstTables");
        await using var holding = new NpgsqlConnection(database + ";Pooling=false");
        await holding.OpenAsync();
        await using var held = await holding.BeginTransactionAsync();
        Assert.Equal(0L, await AskAsync(holding, "SELECT COUNT(*) FROM schedules"));

        using var store = new PostgresStudioStore(database);
        var prepared = store.PrepareAsync();
        await using var another = new NpgsqlConnection(database + ";Pooling=false;Command Timeout=5");
        await another.OpenAsync();
        for (var times = 0; times < 10; times++)
        {
            Assert.Equal(0L, await AskAsync(another, "SELECT COUNT(*) FROM schedules"));
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
        Assert.False(prepared.IsCompleted, $"{prepared.Exception}");
        await held.CommitAsync();
        await prepared;
        Assert.True(await store.IsCurrentAsync(default));
        // They name the columns that they know.
        Assert.Equal(
            "0",
            await AskAsync(
                another,
                "SELECT column_default FROM information_schema.columns WHERE table_name = 'schedules' AND column_name = 'slots_forgotten'"
            )
        );
        await PostgresDatabases.GiveBackAsync(database);

        static async Task<object?> AskAsync(NpgsqlConnection connection, string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return await command.ExecuteScalarAsync();
        }
    }

    /// <summary>Time goes by until it has ended.</summary>
    private static async Task PassAsync(TestStudio node, Task until)
    {
        while (!until.IsCompleted)
        {
            node.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(until, Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System));
        }
    }

    /// <summary>Each says that it lives, tells and hears.</summary>
    private static async Task HearAsync(params TestStudio[] nodes)
    {
        for (var round = 0; round < 2; round++)
        {
            nodes[0].Time.Advance(TimeSpan.FromSeconds(1));
            foreach (var node in nodes)
                await node.BeatenAsync();
        }
    }

    private static Func<HttpContext, Task> After(Task gate, string text) =>
        async http =>
        {
            await gate.WaitAsync(http.RequestAborted);
            await FakeClaude.Says(text)(http);
        };

    private static Task<TestStudio> WithAsync(FakeClaude claude) =>
        TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );

    private static async Task<string?> BodyAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["content_id"];
    }
}
