using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Npgsql;

namespace Jettae.Tests;

/// <summary>A data folder is taken to PostgreSQL and all goes on there: processes, as an operator runs them.</summary>
[Trait("Store", "own")]
public sealed class MoveTests
{
    private const int Later = 3_000;

    [Fact]
    public async Task All_that_a_folder_held_is_in_the_database_and_goes_on_from_there_also_after_a_move_that_was_cut_off()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var postgres = await PostgresServer.StartAsync();
        await using var program = await JettaeProcess.StartAsync(("JETTAE_EGRESS_ALLOW", "127.0.0.1"));
        var schedule = await program.ScheduleAsync(Slots.Coming().AddMinutes(30));
        var message = await program.BookedAsync(schedule);
        var piece = await program.PostAsync("/api/content/generate", new { content_type = "x_post", topic = "이사" });
        var token = (string)(await program.PostAsync("/api/tokens", new { name = "kept", scope = "full" }))["token"]!;
        var credentials = program.Credentials;
        using (var qstash = program.Client(credentials.Token))
        {
            var all = Enumerable
                .Range(0, Later)
                .Select(n => new
                {
                    destination = "http://127.0.0.1:9/later",
                    headers = new Dictionary<string, string> { ["Upstash-Delay"] = "1h" },
                    body = n.ToString(CultureInfo.InvariantCulture),
                });
            foreach (var some in all.Chunk(500))
                (await qstash.PostAsJsonAsync("/v2/batch", some, cancel)).EnsureSuccessStatusCode();
            (
                await qstash.PostAsJsonAsync("/v2/queues", new { queueName = "line", parallelism = 3 }, cancel)
            ).EnsureSuccessStatusCode();
        }
        Assert.Contains(
            "already runs",
            (await program.RunAsync("migrate", "--to", postgres.Url)).Said,
            StringComparison.Ordinal
        );
        await program.StopAsync();

        // Cut off amid the messages: the database takes no more of them.
        await DoAsync(
            postgres,
            $$"""
            CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $f$
                BEGIN IF NEW.seq > {{Later / 2}} THEN RAISE EXCEPTION 'cut off'; END IF; RETURN NEW; END $f$;
            CREATE FUNCTION prepare() RETURNS event_trigger LANGUAGE plpgsql AS $f$
                BEGIN
                    IF to_regclass('jettae.messages') IS NOT NULL AND NOT EXISTS (SELECT FROM pg_trigger WHERE tgname = 'cut') THEN
                        CREATE TRIGGER cut BEFORE INSERT ON jettae.messages FOR EACH ROW EXECUTE FUNCTION public.cut();
                    END IF;
                END $f$;
            CREATE EVENT TRIGGER prepare ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION prepare();
            """
        );
        var (code, said) = await program.RunAsync("migrate", "--to", postgres.Url);
        Assert.Equal(1, code);
        Assert.Contains("cut off", said, StringComparison.Ordinal);
        // Nobody starts on a part of it.
        await using (var early = JettaeProcess.On(JettaeProcess.FreePort(), ("DATABASE_URL", postgres.Url)))
        {
            var half = await Assert.ThrowsAsync<InvalidOperationException>(early.StartAsync);
            Assert.Contains("holds a move that was cut off", half.Message, StringComparison.Ordinal);
        }
        // Nor goes on in the folder, where what it did would not go along.
        var back = await Assert.ThrowsAsync<InvalidOperationException>(program.StartAsync);
        Assert.Contains("was cut off: run 'jettae migrate'", back.Message, StringComparison.Ordinal);
        await DoAsync(postgres, "DROP EVENT TRIGGER prepare; DROP FUNCTION cut() CASCADE");
        (code, said) = await program.RunAsync("migrate", "--to", postgres.Url);
        Assert.True(code == 0, said);
        Assert.Contains($"messages: {Later + 1}", said, StringComparison.Ordinal);
        Assert.Contains("compared row by row", said, StringComparison.Ordinal);
        // A second time changes nothing.
        (code, said) = await program.RunAsync("migrate", "--to", postgres.Url);
        Assert.Equal(0, code);
        Assert.Contains("already", said, StringComparison.Ordinal);
        // Nor does one to the same database by another name, to another one, or of a copy of the folder: nothing is done twice.
        var sameByName = postgres.Url.Replace("127.0.0.1", "localhost", StringComparison.Ordinal);
        (code, said) = await program.RunAsync("migrate", "--to", sameByName);
        Assert.Equal(1, code);
        Assert.Contains("is in PostgreSQL now, at", said, StringComparison.Ordinal);
        var copy = Directory.CreateTempSubdirectory("jettae-copy-");
        foreach (
            var file in Directory
                .GetFiles(program.Folder)
                .Where(each => !each.EndsWith("moved-to-postgres", StringComparison.Ordinal))
        )
            File.Copy(file, Path.Combine(copy.FullName, Path.GetFileName(file)));
        (code, said) = await program.RunAsync("migrate", "--from", copy.FullName, "--to", sameByName);
        Assert.Equal(1, code);
        Assert.Contains("was moved there before, and the move has ended", said, StringComparison.Ordinal);
        copy.Delete(recursive: true);

        // The folder is not used by mistake; the database goes on where it was.
        Assert.Contains("set DATABASE_URL", (await program.RunAsync("sign-in")).Said, StringComparison.Ordinal);
        // Nor does it go on being backed up as if it were all there is.
        var backup = Path.Combine(program.Folder, "backup.zip");
        (code, said) = await program.RunAsync("backup", backup);
        Assert.Equal(1, code);
        Assert.Contains("set DATABASE_URL", said, StringComparison.Ordinal);
        Assert.False(File.Exists(backup));
        await using var moved = JettaeProcess.On(
            new Uri(program.Url).Port,
            ("DATABASE_URL", postgres.Url),
            ("JETTAE_EGRESS_ALLOW", "127.0.0.1")
        );
        await moved.StartAsync();
        Assert.Equal(
            (string?)piece["content"]!["body"],
            (string?)(await moved.GetAsync($"/api/contents/{piece["content"]!["id"]}"))["body"]
        );
        Assert.Single((await moved.GetAsync("/api/contents?search=이사"))["items"]!.AsArray());
        using (var kept = moved.Client(token))
            Assert.Equal(HttpStatusCode.OK, (await kept.GetAsync("/api/schedules", cancel)).StatusCode);
        using (var qstash = moved.Client(credentials.Token))
        {
            Assert.Equal(HttpStatusCode.OK, (await qstash.GetAsync($"/v2/messages/{message}", cancel)).StatusCode);
            var keys = JsonNode.Parse(await qstash.GetStringAsync("/v2/keys", cancel))!;
            Assert.Equal(credentials.Current, (string?)keys["current"]);
            var line = JsonNode.Parse(await qstash.GetStringAsync("/v2/queues/line", cancel))!;
            Assert.Equal(3, (int)line["parallelism"]!);
        }
        await Wait.UntilAsync(
            async () => (string?)(await moved.GetAsync($"/api/schedules/{schedule}"))["qstash_message_id"] is not null,
            TimeSpan.FromMinutes(1)
        );
        var made = await moved.PostAsync("/api/content/generate", new { content_type = "x_post", topic = "새 집" });
        Assert.NotNull(made["content"]);
    }

    [Fact]
    public async Task A_database_with_something_of_others_in_it_is_left_alone()
    {
        await using var postgres = await PostgresServer.StartAsync();
        await using var program = await JettaeProcess.StartAsync();
        await program.StopAsync();
        await using var other = await JettaeProcess.StartAsync(("DATABASE_URL", postgres.Url));
        // Whose lease has run out for a moment is not seen to run; what is in the database keeps it as it is then, too.
        await other.PostAsync("/api/content/generate", new { content_type = "x_post", topic = "남의 글" });
        var told = "";
        await Wait.UntilAsync(
            async () =>
            {
                (var refused, told) = await program.RunAsync("migrate", "--to", postgres.Url);
                Assert.Equal(1, refused);
                return told.Contains("stop them first", StringComparison.Ordinal);
            },
            Wait.Patience,
            () => told
        );
        await other.StopAsync();
        var (code, said) = await program.RunAsync("migrate", "--to", postgres.Url);
        Assert.Equal(1, code);
        Assert.Contains("use an empty one", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_owner_deleted_and_what_a_database_cannot_hold_do_not_stop_a_move()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var postgres = await PostgresServer.StartAsync();
        await using var program = await JettaeProcess.StartAsync();
        var price = (await program.GetAsync("/api/settings/prices"))["items"]![0]!;
        var deleted = $"model={price["model"]}&effective_from={price["effective_from"]}";
        (await program.Http.DeleteAsync($"/api/settings/prices?{deleted}", cancel)).EnsureSuccessStatusCode();
        var left = (await program.GetAsync("/api/settings/prices"))["items"]!.AsArray().Count;
        var schedule = (string)(await program.PostAsync("/api/schedule/create", Odd))["id"]!;
        string[] banned = ["무\0료"];
        await program.PostAsync("/api/brand", new { voice = "나직\0하게", banned_words = banned });
        await program.StopAsync();
        var (code, said) = await program.RunAsync("migrate", "--to", postgres.Url);
        Assert.True(code == 0, said);

        await using var moved = JettaeProcess.On(new Uri(program.Url).Port, ("DATABASE_URL", postgres.Url));
        await moved.StartAsync();
        Assert.Equal(left, (await moved.GetAsync("/api/settings/prices"))["items"]!.AsArray().Count);
        Assert.Equal("무\ufffd료", (string?)(await moved.GetAsync("/api/brand"))["banned_words"]![0]);
        // Such texts are taken there too, and no otherwise.
        var another = (string)(await moved.PostAsync("/api/schedule/create", Odd))["id"]!;
        foreach (var id in new[] { schedule, another })
            Assert.Equal(
                "담백\ufffd하게 써 주세요",
                (string?)(await moved.GetAsync($"/api/schedules/{id}"))["settings"]!["customPrompt"]
            );
    }

    [Fact]
    public async Task A_folder_that_a_program_runs_on_is_not_moved_whichever_QStash_that_asks()
    {
        await using var program = await JettaeProcess.StartAsync(
            ("QSTASH_URL", "http://127.0.0.1:9"),
            ("QSTASH_TOKEN", "t"),
            ("QSTASH_CURRENT_SIGNING_KEY", new string('a', 32)),
            ("QSTASH_NEXT_SIGNING_KEY", new string('b', 32))
        );
        const string nowhere = "postgres://postgres@127.0.0.1:9/postgres";
        Assert.Contains(
            "already runs",
            (await program.RunAsync("migrate", "--to", nowhere)).Said,
            StringComparison.Ordinal
        );
        Assert.Contains("A Jettae runs on", (await program.RunAsync("restore", "any")).Said, StringComparison.Ordinal);
        await program.KillAsync();
        Assert.Contains(
            "nothing listens there",
            (await program.RunAsync("migrate", "--to", nowhere)).Said,
            StringComparison.Ordinal
        );
    }

    private static object Odd =>
        new
        {
            content_type = "x_post",
            topic = "아침 산책",
            frequency = "daily",
            time_of_day = "09:00",
            timezone = "Asia/Seoul",
            settings = new { promptType = "custom", customPrompt = "담백\0하게 써 주세요" },
        };

    private static async Task DoAsync(PostgresServer postgres, string sql)
    {
        await using var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={postgres.Port};Username=postgres;Pooling=false"
        );
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
