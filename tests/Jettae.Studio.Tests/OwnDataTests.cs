using System.Net;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Jettae.Studio.Tests;

/// <summary>What a person said of themselves and made here: theirs to keep, to take along and to delete.</summary>
public sealed class OwnDataTests
{
    private static readonly string[] Twice = [" 최고 ", "최고", ""];

    [Fact]
    public async Task The_export_holds_all_of_mine_and_nothing_of_others()
    {
        await using var studio = await TestStudio.StartAsync();
        using var mine = await studio.BrowserOfAsync(await studio.StrangerAsync());
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly(), mine);
        await studio.PostAsync("/api/brand", new { name = "제때 커피" }, mine);
        using var answer = await mine.GetAsync("/api/data/export");
        Assert.Contains("attachment", answer.Content.Headers.ContentDisposition!.ToString(), StringComparison.Ordinal);
        var all = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal("제때 커피", (string?)all["brand"]!["name"]);
        Assert.Empty(all["schedules"]!.AsArray());
        var content = Assert.Single(all["contents"]!.AsArray())!;
        var run = Assert.Single(all["runs"]!.AsArray())!;
        Assert.Equal((string?)content["run_id"], (string?)run["id"]);
        Assert.NotEmpty(run["steps"]!.AsArray());
    }

    [Fact]
    public async Task Deleting_takes_the_word_and_then_leaves_nothing_of_mine_here_or_in_QStash_and_all_of_others()
    {
        await using var studio = await TestStudio.StartAsync();
        using var theirs = await studio.BrowserOfAsync(await studio.StrangerAsync());
        await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly(), theirs);
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        Assert.Equal("confirm", (string?)(await studio.PostAsync("/api/data/delete", new { })).Body["field"]);
        Assert.Single(studio.QStash.Messages);

        var (status, _) = await studio.PostAsync("/api/data/delete", new { confirm = "delete" });
        Assert.Equal(HttpStatusCode.OK, status);
        await studio.StillAsync();
        var left = await studio.GetAsync("/api/data/export");
        Assert.Empty(left["schedules"]!.AsArray());
        Assert.Empty(left["contents"]!.AsArray());
        Assert.Empty(left["runs"]!.AsArray());
        Assert.Empty(studio.QStash.Messages);
        Assert.Equal(0L, await studio.FromStoreAsync("SELECT COUNT(*) FROM bookings"));
        Assert.Single(JsonNode.Parse(await theirs.GetStringAsync("/api/contents"))!["items"]!.AsArray());
    }

    [Fact]
    public async Task While_a_piece_is_being_written_nothing_is_deleted()
    {
        var (began, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Waits(began, gate.Task));
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var writing = studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        await began.Task;
        var (status, problem) = await studio.PostAsync("/api/data/delete", new { confirm = "delete" });
        Assert.Equal((HttpStatusCode.Conflict, "run_under_way"), (status, (string?)problem["code"]));
        gate.SetResult();
        Assert.NotNull((await writing).Body["content"]);
    }

    [Fact]
    [Trait("Store", "SQLite")]
    public async Task Deleting_goes_on_by_itself_after_a_crash_between_two_of_its_steps()
    {
        await using var studio = await FilledAsync(3_000, 1_000);
        await using var file = new SqliteConnection($"Data Source={studio.DataFile};Pooling=False");
        await file.OpenAsync();
        // Some steps are made; then the store takes no more, until the program is down.
        await studio.InStoreAsync(
            """
            CREATE TRIGGER no_further BEFORE DELETE ON runs WHEN (SELECT COUNT(*) FROM runs) <= 2000
            BEGIN SELECT RAISE(ABORT, 'no further'); END
            """
        );
        var asked = studio.PostAsync("/api/data/delete", new { confirm = "delete" });
        await TestStudio.Until(() => Count("runs") == 2_000);
        await studio.DownAsync();
        // Whoever asked is told that the program stops, or hears nothing any more.
        _ = await Record.ExceptionAsync(() => asked);
        await studio.InStoreAsync("DROP TRIGGER no_further");
        Assert.Equal((2_000, 1_000), (Count("runs"), Count("contents")));

        await studio.UpAsync();
        await TestStudio.Until(() => Count("contents") == 0);
        await studio.StillAsync();
        var left = await studio.GetAsync("/api/data/export");
        foreach (var kind in new[] { "schedules", "contents", "runs" })
            Assert.Empty(left[kind]!.AsArray());
        // Done once: what is made from now on stays.
        await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        await studio.DownAsync();
        await studio.UpAsync();
        Assert.Equal(1, Count("contents"));

        long Count(string table)
        {
            using var count = file.CreateCommand();
            count.CommandText = $"SELECT COUNT(*) FROM {table}";
            return (long)count.ExecuteScalar()!;
        }
    }

    [Theory]
    [InlineData("/api/data/export", "runs")]
    [InlineData("/api/contents/export?format=json", "contents")]
    [Trait("Store", "SQLite")]
    public async Task An_export_that_nobody_takes_any_more_ends_its_reading_and_is_no_error(string path, string table)
    {
        await using var studio = await FilledAsync(6_000, 5_000);
        studio.Logged.Clear();
        using var asked = new Statements(studio.DataFile);
        int Asked() => asked.Order.Count(each => each.Sql.Contains($"FROM \"{table}\"", StringComparison.Ordinal));
        using (var answer = await studio.Http.GetAsync(path, HttpCompletionOption.ResponseHeadersRead))
        {
            await using var body = await answer.Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[1_000]);
        }
        await TestStudio.Until(() =>
            studio.Logged.Any(each => each.Text.Contains("Request finished", StringComparison.Ordinal))
        );
        var read = Asked();
        Assert.DoesNotContain(studio.Logged, each => each.Level >= LogLevel.Warning);
        // Whoever takes all of it has more read.
        await studio.Http.GetStringAsync(path);
        Assert.InRange(read, 0, (Asked() - read) / 2);
    }

    [Fact]
    public async Task A_brand_is_each_persons_own_and_changes_by_what_was_said()
    {
        await using var studio = await TestStudio.StartAsync();
        using var theirs = await studio.BrowserOfAsync(await studio.StrangerAsync());
        await studio.PostAsync(
            "/api/brand",
            new
            {
                name = "A",
                speech_level = "banmal",
                banned_words = Twice,
            }
        );
        await studio.PostAsync("/api/brand", new { audience = "초보" });
        var brand = await studio.GetAsync("/api/brand");
        Assert.Equal(
            ("A", "초보", "banmal"),
            ((string?)brand["name"], (string?)brand["audience"], (string?)brand["speech_level"])
        );
        Assert.Equal("최고", (string?)Assert.Single(brand["banned_words"]!.AsArray()));
        Assert.Equal("", (string?)JsonNode.Parse(await theirs.GetStringAsync("/api/brand"))!["name"]);
        var (status, problem) = await studio.PostAsync("/api/brand", new { voice = new string('x', 2001) });
        Assert.Equal((HttpStatusCode.BadRequest, "voice"), (status, (string?)problem["field"]));
    }

    [Theory]
    [InlineData("""{"language":"fr"}""", "language")]
    [InlineData("""{"timezone":"KST"}""", "timezone")]
    [InlineData("""{"timezone":"Korea Standard Time"}""", "timezone")]
    public async Task A_preference_that_cannot_be_is_refused(string body, string field)
    {
        await using var studio = await TestStudio.StartAsync();
        var (status, problem) = await studio.PostAsync("/api/preferences", JsonNode.Parse(body)!);
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, (string?)problem["field"]));
        await studio.PostAsync("/api/preferences", new { language = "ko", timezone = "Asia/Seoul" });
        var kept = await studio.GetAsync("/api/preferences");
        Assert.Equal(("ko", "Asia/Seoul"), ((string?)kept["language"], (string?)kept["timezone"]));
    }

    /// <summary>A studio whose owner has written for months.</summary>
    private static async Task<TestStudio> FilledAsync(int runs, int contents)
    {
        var studio = await TestStudio.StartAsync();
        await studio.OwnerAsync();
        Bench.LargeStore.Fill(studio.DataFile, (10, runs, contents), studio.Time.GetUtcNow());
        // A start takes the pieces into the search index.
        await studio.DownAsync();
        await studio.UpAsync();
        return studio;
    }

    [Fact]
    public async Task QStash_is_really_asked()
    {
        await using var studio = await TestStudio.StartAsync();
        var (_, well) = await studio.PostAsync("/api/qstash/check", new { });
        Assert.True((bool)well["ok"]!, well.ToJsonString());
        Assert.DoesNotContain("sig_", well.ToJsonString(), StringComparison.Ordinal);
        studio.QStash.Failing = 401;
        var (_, refused) = await studio.PostAsync("/api/qstash/check", new { });
        Assert.Equal((false, false), ((bool)refused["ok"]!, (bool)refused["token_accepted"]!));
        await using var nowhere = await TestStudio.StartAsync(change: options =>
            options.QStash.Url = new Uri("http://127.0.0.1:9")
        );
        Assert.False((bool)(await nowhere.PostAsync("/api/qstash/check", new { })).Body["reachable"]!);
    }
}
