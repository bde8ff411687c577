using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jettae.Testing;

namespace Jettae.Studio.Tests;

/// <summary>
/// Runs and alerts that ended long ago go, some at a time; what was written stays, no slot is written twice, and who misses a run
/// is told why it is not there.
/// </summary>
public sealed class RetentionTests
{
    private const string Slot = "2024-01-16T00:00:00Z";
    private static readonly string[] Tags = ["아침"];
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    [Fact]
    public async Task What_ended_long_ago_goes_with_its_steps_and_the_piece_stays_as_it_is()
    {
        await using var studio = await KeepingAsync();
        var schedule = await DailyAsync(studio);
        var piece = await WrittenAsync(studio, Slot);
        await PauseAsync(studio, schedule);
        using (
            var patch = await studio.Http.PatchAsync(
                $"/api/contents/{piece}",
                JsonContent.Create(new { tags = Tags, status = "approved" })
            )
        )
            Assert.Equal(HttpStatusCode.OK, patch.StatusCode);
        Assert.NotEqual(0L, await CountAsync(studio, "run_steps"));
        var before = await studio.GetAsync($"/api/contents/{piece}");
        var counted = await studio.GetAsync($"/api/schedules/{schedule}");

        await LaterAsync(studio, 29);
        Assert.Equal(1L, await CountAsync(studio, "runs"));

        await LaterAsync(studio, 1);
        Assert.Equal(0L, await CountAsync(studio, "runs"));
        Assert.Equal(0L, await CountAsync(studio, "run_steps"));
        var after = await studio.GetAsync($"/api/contents/{piece}");
        foreach (var field in new[] { "title", "body", "status", "tags", "version", "run_id", "schedule_id", "model" })
            Assert.Equal(before[field]?.ToJsonString(), after[field]?.ToJsonString());
        Assert.Single((await studio.GetAsync($"/api/contents/{piece}/versions"))["items"]!.AsArray());
        var still = await studio.GetAsync($"/api/schedules/{schedule}");
        foreach (var field in new[] { "total_generated", "total_failed", "last_run_at" })
            Assert.Equal(counted[field]?.ToJsonString(), still[field]?.ToJsonString());
        Assert.Equal(1, (int)still["total_generated"]!);
    }

    [Fact]
    public async Task What_is_young_and_what_has_not_ended_stays()
    {
        await using var studio = await KeepingAsync();
        var waits = await OnceAsync(studio);
        await studio.InStoreAsync("UPDATE runs SET state = 'waiting', finished_at = NULL");
        await OnceAsync(studio);
        await LaterAsync(studio, 20);
        var young = await OnceAsync(studio);

        await LaterAsync(studio, 20);
        Assert.Equal([young, waits], await RunsAsync(studio));
        Assert.Equal(3L, await CountAsync(studio, "contents"));
    }

    [Fact]
    public async Task Where_nothing_was_said_all_stays()
    {
        await using var studio = await TestStudio.StartAsync();
        var run = await OnceAsync(studio);
        await LaterAsync(studio, 4_000);
        Assert.Equal([run], await RunsAsync(studio));
        Assert.Null((await studio.GetAsync("/api/stats"))["kept_since"]);
    }

    [Fact]
    public async Task Many_go_in_several_rounds_of_their_own_whatever_stops_in_between()
    {
        await using var studio = await KeepingAsync();
        await OnceAsync(studio);
        await studio.MultiplyAsync("runs", 2 * Pruner.Rows + 50, "1 = 1");
        await BackdateAsync(studio);
        await studio.DownAsync();
        studio.Time.Advance(Kept + TimeSpan.FromDays(1));
        await studio.UpAsync();
        await LaterAsync(studio, 0);
        Assert.Equal(0L, await CountAsync(studio, "runs"));
        Assert.Equal(1L, await CountAsync(studio, "contents"));
    }

    [Fact]
    public async Task One_that_cannot_be_deleted_now_is_deleted_later()
    {
        await using var studio = await KeepingAsync();
        await OnceAsync(studio);
        await studio.BreakAsync("DELETE ON runs");
        studio.Time.Advance(Kept + TimeSpan.FromDays(1));
        await studio.StillAsync();
        studio.Time.Advance(TimeSpan.FromHours(2));
        await studio.StillAsync();
        Assert.Equal(1L, await CountAsync(studio, "runs"));
        await studio.MendAsync();
        await LaterAsync(studio, 0);
        Assert.Equal(0L, await CountAsync(studio, "runs"));
    }

    [Fact]
    [Trait("Store", "SQLite")]
    public async Task Each_write_deletes_some_hundred_and_nothing_walks_through_a_table()
    {
        await using var studio = await KeepingAsync();
        await OnceAsync(studio);
        await studio.MultiplyAsync("runs", 2 * Pruner.Rows + 50, "1 = 1");
        await BackdateAsync(studio);
        using var asked = new Statements(studio.DataFile);
        await LaterAsync(studio, 31);
        Assert.Equal(0L, await CountAsync(studio, "runs"));
        var deleted = asked.Order.Where(each => each.Sql.Contains("DELETE FROM \"runs\"", StringComparison.Ordinal));
        Assert.Equal(3, deleted.Count());
        Assert.Empty(await asked.WalksAsync());
        // Along the ids, in their own order; what was there before the last is not looked at again.
        var looked = asked.Order.First(each => each.Sql.Contains("\"r\".\"id\" >", StringComparison.Ordinal));
        Assert.Equal(
            ["SEARCH r USING INDEX sqlite_autoindex_runs_1 (id>? AND id<?)"],
            await looked.PlanAsync(studio.DataFile)
        );
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_slot_that_is_delivered_again_after_its_run_has_gone_is_not_written_again(bool rests)
    {
        await using var studio = await KeepingAsync();
        var schedule = await DailyAsync(studio, catchUp: "skip");
        await studio.GoToAsync(Slot);
        var message = studio.MessageFor(Slot);
        await WrittenAsync(studio, Slot);
        if (rests)
            await PauseAsync(studio, schedule);
        await LaterAsync(studio, 31);
        var kept = await RunsAsync(studio);

        using var again = await studio.DeliverAsync(message);
        var answer = JsonNode.Parse(await again.Content.ReadAsStringAsync())!;
        Assert.Equal((HttpStatusCode.OK, "stale"), (again.StatusCode, (string?)answer["reason"]));
        using var givenUp = await studio.DeliverFailureAsync(message);
        Assert.Equal(HttpStatusCode.OK, givenUp.StatusCode);
        await studio.PostAsync("/api/schedule/pause", new { id = schedule });
        await studio.PostAsync("/api/schedule/resume", new { id = schedule });
        await studio.PostAsync("/api/schedule/update", new { id = schedule, time_of_day = "10:00" });
        using var oncemore = await studio.DeliverAsync(message);
        Assert.Contains("stale", await oncemore.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        await studio.StillAsync();
        Assert.Equal(1L, await CountAsync(studio, "contents"));
        Assert.Equal(kept, await RunsAsync(studio));
        Assert.DoesNotContain(
            (await studio.GetAsync("/api/runs?limit=100"))["items"]!.AsArray(),
            run => (string?)run!["slot_at"] == Slot
        );
    }

    [Fact]
    public async Task A_schedule_of_two_runs_ends_after_them_though_the_first_is_forgotten()
    {
        await using var studio = await KeepingAsync();
        var schedule = await DailyAsync(studio, maxRuns: 2);
        await WrittenAsync(studio, Slot);
        await LaterAsync(studio, 31);
        // What was skipped since is forgotten too, and never counted.
        await LaterAsync(studio, 31);
        Assert.DoesNotContain(
            (await studio.GetAsync("/api/runs?limit=100"))["items"]!.AsArray(),
            run => (string?)run!["state"] == "done"
        );
        var now = await studio.GetAsync($"/api/schedules/{schedule}");
        Assert.Single(now["slots"]!.AsArray());

        await WrittenAsync(studio, (string)now["next_run_at"]!);
        var after = await studio.GetAsync($"/api/schedules/{schedule}");
        Assert.False((bool)after["is_active"]!);
        Assert.Equal(2, (int)after["total_generated"]!);
    }

    [Fact]
    public async Task What_was_not_written_is_told_until_it_is_and_its_run_stays_as_long()
    {
        await using var studio = await KeepingAsync();
        var schedule = await DailyAsync(studio);
        await studio.GoToAsync(Slot);
        await studio.DeliverFailureAsync(studio.MessageFor(Slot));
        await studio.GoToAsync("2024-01-16T00:02:00Z");
        await PauseAsync(studio, schedule);
        var told = Assert.Single(await AlertsAsync(studio, "gave_up"))!;

        await LaterAsync(studio, 31);
        var lasts = Assert.Single(await AlertsAsync(studio, "gave_up"))!;
        Assert.Null(lasts["closed_at"]);
        await studio.GetAsync($"/api/runs/{told["run_id"]}");

        await studio.PostAsync("/api/schedule/run", new { id = schedule });
        await LaterAsync(studio, 1);
        Assert.NotNull(Assert.Single(await AlertsAsync(studio, "gave_up"))!["closed_at"]);
        Assert.Contains((string?)told["run_id"], await RunsAsync(studio));
        await LaterAsync(studio, 31);
        Assert.Empty(await AlertsAsync(studio, "gave_up"));
        Assert.DoesNotContain((string?)told["run_id"], await RunsAsync(studio));
    }

    [Fact]
    public async Task The_API_tells_what_is_missing_and_why()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.RunRetention, options.AnthropicKey, options.AnthropicUrl) = (Kept, FakeClaude.Key, claude.Url)
        );
        var run = await OnceAsync(studio);
        var path = $"/api/contents/{(await studio.GetAsync("/api/contents"))["items"]![0]!["id"]}";
        Assert.False((bool)(await studio.GetAsync(path))["usage"]!["partial"]!);
        Assert.Equal("2023-12-16T00:00:00Z", (string?)(await studio.GetAsync("/api/stats"))["kept_since"]);
        await LaterAsync(studio, 31);

        var piece = await studio.GetAsync(path);
        Assert.Equal(run, (string?)piece["run_id"]);
        Assert.Equal((true, 0), ((bool)piece["usage"]!["partial"]!, (int)piece["usage"]!["runs"]!));
        foreach (var gone in new[] { "", "/cancel", "/rerun" })
        {
            using var refused =
                gone.Length == 0
                    ? await studio.Http.GetAsync($"/api/runs/{run}")
                    : await studio.Http.PostAsync($"/api/runs/{run}{gone}", JsonContent.Create(new { }));
            var problem = JsonNode.Parse(await refused.Content.ReadAsStringAsync())!;
            Assert.Equal((HttpStatusCode.NotFound, "run_not_found"), (refused.StatusCode, (string?)problem["code"]));
            Assert.Contains("30 days", (string?)problem["detail"], StringComparison.Ordinal);
        }
        // Of what cannot have been there nobody says so.
        foreach (
            var never in new[]
            {
                Guid.CreateVersion7(studio.Time.GetUtcNow()),
                new("6d4f0c3e-2b7a-4c1d-9e5f-0a1b2c3d4e5f"),
                new("ffffffff-ffff-7fff-bfff-ffffffffffff"),
            }
        )
        {
            using var unknown = await studio.Http.GetAsync($"/api/runs/{never}");
            Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
            Assert.DoesNotContain("days", await unknown.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        // It can still be rewritten, and what that takes is known.
        await studio.PostAsync($"{path}/regenerate", new { instruction = "더 짧게" });
        var usage = (await studio.GetAsync(path))["usage"]!;
        Assert.Equal((true, 1), ((bool)usage["partial"]!, (int)usage["runs"]!));
    }

    private static Task<TestStudio> KeepingAsync() =>
        TestStudio.StartAsync(change: options => options.RunRetention = Kept);

    /// <summary>The clock moves on, and what is due since is looked for.</summary>
    private static async Task LaterAsync(TestStudio studio, double days)
    {
        studio.Time.Advance(TimeSpan.FromDays(days));
        await studio.StillAsync();
        studio.Time.Advance(TimeSpan.FromHours(2));
        await studio.StillAsync();
    }

    /// <summary>A piece without a schedule.</summary>
    /// <returns>Its run.</returns>
    private static async Task<string> OnceAsync(TestStudio studio)
    {
        var (_, end) = await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        return (string)end["run"]!["id"]!;
    }

    /// <summary>Copies have ids of their own; they began when the first one did.</summary>
    private static Task BackdateAsync(TestStudio studio) =>
        studio.InStoreAsync(
            TestStudio.IsOnPostgres
                ? "UPDATE runs SET id = CAST(replace(CAST(id AS text), 'ffffffff-0000', '018d0a00-0000') AS uuid) WHERE id > 'ff000000-0000-0000-0000-000000000000'"
                : "UPDATE runs SET id = replace(id, 'FFFFFFFF-0000', '018D0A00-0000')"
        );

    private static async Task<string> DailyAsync(TestStudio studio, string catchUp = "latest", int? maxRuns = null) =>
        (string)
            (
                await studio.CreateAsync(
                    new
                    {
                        topic = "아침 루틴",
                        content_type = "x_post",
                        frequency = "daily",
                        time_of_day = "09:00",
                        timezone = "Asia/Seoul",
                        catch_up = catchUp,
                        max_runs = maxRuns,
                    }
                )
            )["id"]!;

    /// <returns>The piece that the slot wrote.</returns>
    private static async Task<string> WrittenAsync(TestStudio studio, string slot)
    {
        if (studio.Time.GetUtcNow() < DateTimeOffset.Parse(slot, System.Globalization.CultureInfo.InvariantCulture))
            await studio.GoToAsync(slot);
        using var answer = await studio.DeliverAsync(studio.MessageFor(slot));
        await studio.StillAsync();
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["content_id"]!;
    }

    private static async Task PauseAsync(TestStudio studio, string schedule)
    {
        await studio.PostAsync("/api/schedule/pause", new { id = schedule });
        await studio.StillAsync();
    }

    private static async Task<List<string?>> RunsAsync(TestStudio studio) =>
        [.. (await studio.GetAsync("/api/runs?limit=100"))["items"]!.AsArray().Select(run => (string?)run!["id"])];

    private static async Task<List<JsonNode?>> AlertsAsync(TestStudio studio, string kind) =>
        [
            .. (await studio.GetAsync("/api/alerts?limit=100"))["items"]!
                .AsArray()
                .Where(alert => (string?)alert!["kind"] == kind),
        ];

    private static async Task<long> CountAsync(TestStudio studio, string table) =>
        (long)(await studio.FromStoreAsync($"SELECT COUNT(*) FROM {table}"))!;
}
