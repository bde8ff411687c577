using System.Net;
using System.Text.Json.Nodes;
using Jettae.Testing;

namespace Jettae.Studio.Tests;

/// <summary>What a person can do with a run: stop it, make it once more, watch it.</summary>
public sealed class RunControlTests
{
    [Fact]
    [Trait("Store", "none")]
    public void What_failed_without_a_schedule_speaks_of_no_next_slot()
    {
        foreach (var reason in Reasons.OfWriter)
        {
            var run = new Run
            {
                State = RunState.Failed,
                Reason = reason.Key,
                Trigger = RunTrigger.OneOff,
            };
            var toDo = Reasons.Of(run)!.ToDo;
            Assert.DoesNotContain("차례", toDo.Ko, StringComparison.Ordinal);
            Assert.DoesNotContain("slot", toDo.En, StringComparison.Ordinal);
        }
        var ofSchedule = new Run
        {
            State = RunState.Failed,
            Reason = Reasons.Unreachable.Key,
            ScheduleId = Guid.Empty,
        };
        Assert.Contains("다음 차례", Reasons.Of(ofSchedule)!.ToDo.Ko, StringComparison.Ordinal);
    }

    private const string Slot = "2024-01-15T03:00:00Z";
    private static readonly string[] Banned = ["정거장"];

    [Fact]
    public async Task A_run_that_waits_is_stopped_its_message_changes_nothing_more_and_the_chain_goes_on()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Fails(529, "overloaded_error"));
        await using var studio = await StartAsync(claude);
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        var message = studio.MessageFor(Slot);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await studio.DeliverAsync(message)).StatusCode);
        var id = (string)(await NewestAsync(studio))["id"]!;

        foreach (var _ in new[] { "first", "again" })
        {
            var (status, stopped) = await studio.PostAsync($"/api/runs/{id}/cancel", new { });
            Assert.Equal(HttpStatusCode.OK, status);
            Assert.Equal("cancelled", (string?)stopped["state"]);
            Assert.Equal("cancelled", (string?)stopped["reason"]!["key"]);
        }
        Assert.Equal(HttpStatusCode.OK, (await studio.DeliverAsync(message)).StatusCode);
        Assert.Empty((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
        var after = await studio.GetAsync($"/api/schedules/{schedule["id"]}");
        Assert.Equal("2024-01-15T06:00:00Z", (string?)after["next_run_at"]);
        Assert.Equal(0, (int)after["total_failed"]!);
    }

    [Fact]
    public async Task A_run_under_way_is_stopped_in_the_middle_of_its_answer_and_stores_nothing()
    {
        var begun = new TaskCompletionSource();
        await using var claude = await FakeClaude.StartAsync(async http =>
        {
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
        });
        await using var studio = await StartAsync(claude);
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        var running = studio.PostAsync("/api/schedule/run", new { id = (string)schedule["id"]! });
        await begun.Task;
        var id = (string)(await NewestAsync(studio))["id"]!;
        var (status, stopped) = await studio.PostAsync($"/api/runs/{id}/cancel", new { });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("cancelled", (string?)stopped["state"]);
        Assert.Equal("cancelled", (string?)(await running).Body["run"]!["state"]);
        Assert.Empty((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
        var (ended, problem) = await studio.PostAsync("/api/schedule/run", new { id = (string)schedule["id"]! });
        Assert.Equal(HttpStatusCode.OK, ended);
        var (refused, why) = await studio.PostAsync($"/api/runs/{problem["run"]!["id"]}/cancel", new { });
        Assert.Equal(HttpStatusCode.Conflict, refused);
        Assert.Equal("run_ended", (string?)why["code"]);
    }

    [Fact]
    public async Task A_run_is_made_once_more_with_other_words_and_uses_up_no_slot()
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Fails(400, "invalid_request_error"),
            FakeClaude.Says("고친 말로 다시 쓴 글이에요.")
        );
        await using var studio = await StartAsync(claude);
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        await studio.DeliverAsync(studio.MessageFor(Slot));
        var failed = await NewestAsync(studio);
        Assert.Equal("failed", (string?)failed["state"]);

        studio.Time.Advance(TimeSpan.FromMinutes(1));
        var (status, again) = await studio.PostAsync(
            $"/api/runs/{failed["id"]}/rerun",
            new { prompt = "이 말 그대로 보내 주세요" }
        );
        Assert.True(status == HttpStatusCode.Created, again.ToJsonString());
        var run = await studio.GetAsync($"/api/runs/{again["run"]!["id"]}");
        Assert.Equal("rerun", (string?)run["trigger"]);
        Assert.Equal((string?)failed["id"], (string?)run["rerun_of"]);
        Assert.Null(run["slot_at"]);
        Assert.Contains(
            "이 말 그대로 보내 주세요",
            claude
                .Requests.Last()
                .ToJsonString(
                    new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }
                ),
            StringComparison.Ordinal
        );
        Assert.Equal("고친 말로 다시 쓴 글이에요.", (string?)again["content"]!["body"]);
        var after = await studio.GetAsync($"/api/schedules/{schedule["id"]}");
        Assert.Equal("2024-01-15T06:00:00Z", (string?)after["next_run_at"]);
    }

    [Fact]
    public async Task A_rerun_from_its_writing_sends_the_stored_prompt_and_one_from_its_check_asks_nobody()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var studio = await StartAsync(claude);
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        var (_, first) = await studio.PostAsync("/api/schedule/run", new { id = (string)schedule["id"]! });
        var before = await studio.GetAsync($"/api/runs/{first["run"]!["id"]}");
        await studio.PostAsync("/api/schedule/update", new { id = (string)schedule["id"]!, topic = "다른 주제" });

        var written = await AgainAsync(new { from = "write" });
        Assert.Equal((string?)before["prompt"], (string?)written["prompt"]);
        var anew = await AgainAsync(new { from = "prompt" });
        Assert.Contains("다른 주제", (string?)anew["prompt"], StringComparison.Ordinal);
        var asked = claude.Requests.Count;
        var examined = await AgainAsync(new { from = "checked" });
        Assert.Equal(asked, claude.Requests.Count);
        Assert.Equal("done", (string?)examined["state"]);
        Assert.Null(examined["cost"]);
        Assert.Equal(["checked", "stored"], examined["steps"]!.AsArray().Select(step => (string?)step!["kind"]));
        var piece = await studio.GetAsync($"/api/contents/{examined["content_id"]}");
        Assert.Equal(FakeClaude.Usual, (string?)piece["body"]);
        Assert.False((bool)piece["is_sample"]!);

        // Rules that changed meanwhile are those that count.
        await studio.PostAsync(
            "/api/schedule/update",
            new { id = (string)schedule["id"]!, settings = new { bannedWords = Banned } }
        );
        var unfit = await AgainAsync(new { from = "checked" });
        Assert.Equal("draft_unfit", (string?)unfit["reason"]!["key"]);
        Assert.Contains("정거장", (string?)unfit["reason_detail"], StringComparison.Ordinal);

        async Task<JsonNode> AgainAsync(object wish)
        {
            studio.Time.Advance(TimeSpan.FromMinutes(1));
            var (status, end) = await studio.PostAsync($"/api/runs/{before["id"]}/rerun", wish);
            Assert.True(status == HttpStatusCode.Created, end.ToJsonString());
            return await studio.GetAsync($"/api/runs/{end["run"]!["id"]}");
        }
    }

    [Fact]
    public async Task A_run_cannot_be_made_again_from_where_it_never_was()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Fails(400, "invalid_request_error"));
        await using var studio = await StartAsync(claude);
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        var (_, end) = await studio.PostAsync("/api/schedule/run", new { id = (string)schedule["id"]! });
        var path = $"/api/runs/{end["run"]!["id"]}/rerun";
        var (status, problem) = await studio.PostAsync(path, new { from = "checked" });
        Assert.Equal((HttpStatusCode.Conflict, "nothing_kept"), (status, (string?)problem["code"]));
        var (odd, why) = await studio.PostAsync(path, new { from = "checked", prompt = "x" });
        Assert.Equal((HttpStatusCode.BadRequest, "prompt"), (odd, (string?)why["field"]));
        var (unknown, which) = await studio.PostAsync(path, new { from = "stored" });
        Assert.Equal((HttpStatusCode.BadRequest, "from"), (unknown, (string?)which["field"]));
        Assert.Single((await studio.GetAsync("/api/runs"))["items"]!.AsArray());
    }

    [Theory]
    [InlineData("cut off", "cut_off")]
    [InlineData("cut off, then overloaded", "provider_overloaded")]
    [InlineData("too long to keep", null)]
    public async Task An_answer_that_is_not_there_to_its_end_is_not_checked_again(string answer, string? reason)
    {
        var half = FakeClaude.Says($"아침 산책\n\n{FakeClaude.Usual}", "max_tokens");
        var body = string.Concat(Enumerable.Repeat($"{FakeClaude.Usual} ", 600)).Trim();
        await using var claude = await FakeClaude.StartAsync(
            answer switch
            {
                "cut off" => [half, half],
                "cut off, then overloaded" => [half, FakeClaude.Fails(529, "overloaded_error")],
                _ => [FakeClaude.Says($"아침 산책\n\n{body}")],
            }
        );
        await using var studio = await StartAsync(claude);
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.PostAsync(
            "/api/schedule/update",
            new { id = (string)schedule["id"]!, content_type = "blog_post" }
        );
        var (_, end) = await studio.PostAsync("/api/schedule/run", new { id = (string)schedule["id"]! });
        Assert.Equal(reason, (string?)end["run"]!["reason"]?["key"]);
        Assert.Equal(reason is null ? body : null, (string?)end["content"]?["body"]);
        var pieces = (await studio.GetAsync("/api/contents"))["items"]!.AsArray().Count;

        var (status, problem) = await studio.PostAsync(
            $"/api/runs/{end["run"]!["id"]}/rerun",
            new { from = "checked" }
        );
        Assert.Equal((HttpStatusCode.Conflict, "nothing_kept"), (status, (string?)problem["code"]));
        Assert.Equal(pieces, (await studio.GetAsync("/api/contents"))["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_run_without_a_schedule_names_no_button_that_it_has_not()
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says(FakeClaude.Usual),
            FakeClaude.Fails(529, "overloaded_error"),
            FakeClaude.Fails(529, "overloaded_error")
        );
        await using var studio = await StartAsync(claude);
        var wish = new { topic = "아침", content_type = "x_post" };
        var (_, written) = await studio.PostAsync("/api/content/generate", wish);
        var (_, again) = await studio.PostAsync(
            $"/api/contents/{written["content"]!["id"]}/regenerate",
            new { instruction = "더 짧게" }
        );
        var rewrite = again["run"]!["reason"]!;
        Assert.Contains("'다시 쓰기'", (string?)rewrite["ko"]!["to_do"], StringComparison.Ordinal);
        Assert.Contains("Rewrite", (string?)rewrite["en"]!["to_do"], StringComparison.Ordinal);
        var (_, other) = await studio.PostAsync("/api/content/generate", wish);
        var oneOff = other["run"]!["reason"]!;
        Assert.DoesNotContain("'", (string)oneOff["ko"]!["to_do"]!, StringComparison.Ordinal);
        Assert.DoesNotContain("Run", (string)oneOff["en"]!["to_do"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_is_searched_by_what_started_a_run_and_why_it_did_not_go_well()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Fails(401, "authentication_error"));
        await using var studio = await StartAsync(claude);
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.PostAsync("/api/schedule/run", new { id = (string)schedule["id"]! });
        await studio.GoToAsync(Slot);
        await studio.DeliverAsync(studio.MessageFor(Slot));
        Assert.Equal(["schedule"], await FoundAsync("trigger=schedule"));
        Assert.Equal(["manual"], await FoundAsync("reason=bad_key"));
        Assert.Equal(
            ["manual"],
            await FoundAsync("trigger=manual&reason=bad_key&state=failed&to=2024-01-15T01:00:00Z")
        );
        Assert.Empty(await FoundAsync("trigger=rerun"));

        async Task<IEnumerable<string?>> FoundAsync(string query) =>
            (await studio.GetAsync($"/api/runs?{query}"))["items"]!.AsArray().Select(run => (string?)run!["trigger"]);
    }

    [Fact]
    public async Task Nobody_else_can_stop_or_make_again_a_run_of_mine()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        var (_, end) = await studio.PostAsync("/api/schedule/run", new { id = (string)schedule["id"]! });
        using var other = await studio.BrowserOfAsync(await studio.StrangerAsync());
        foreach (var act in new[] { "cancel", "rerun" })
        {
            var (status, _) = await studio.PostAsync($"/api/runs/{end["run"]!["id"]}/{act}", new { }, other);
            Assert.Equal(HttpStatusCode.NotFound, status);
        }
        Assert.Single((await studio.GetAsync("/api/runs"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_run_whose_schedule_is_gone_cannot_be_made_again_and_says_so()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        var (_, end) = await studio.PostAsync("/api/schedule/run", new { id = (string)schedule["id"]! });
        await studio.PostAsync("/api/schedule/delete", new { id = (string)schedule["id"]! });
        var (status, problem) = await studio.PostAsync($"/api/runs/{end["run"]!["id"]}/rerun", new { });
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Equal("schedule_gone", (string?)problem["code"]);
    }

    [Fact]
    public async Task Who_comes_late_to_a_run_of_a_slot_hears_it_from_its_begin()
    {
        var go = new TaskCompletionSource();
        var said = FakeClaude.Says(FakeClaude.Usual);
        await using var claude = await FakeClaude.StartAsync(async http =>
        {
            await go.Task;
            await said(http);
        });
        await using var studio = await StartAsync(claude);
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        var delivery = studio.DeliverAsync(studio.MessageFor(Slot));
        var runner = (Runner)studio.Services.GetService(typeof(Runner))!;
        await TestStudio.Until(() => runner.Texts().Count == 1);
        var run = new Run { Id = runner.Texts().Keys.Single() };
        var live = runner.Follow(run, CancellationToken.None)!;
        go.SetResult();
        var heard = new List<RunProgress>();
        await foreach (var each in live)
            heard.Add(each);
        await delivery;
        Assert.Equal(StepKind.Due, Assert.IsType<RunProgress.Step>(heard[0]).RunStep.Kind);
        Assert.Equal(FakeClaude.Usual, string.Concat(heard.OfType<RunProgress.Text>().Select(text => text.Delta)));
        Assert.NotNull(Assert.IsType<RunProgress.Finished>(heard[^1]).Content);
        Assert.Null(runner.Follow(run, CancellationToken.None));
    }

    private static Task<TestStudio> StartAsync(FakeClaude claude) =>
        TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );

    private static async Task<JsonNode> NewestAsync(TestStudio studio) =>
        (await studio.GetAsync("/api/runs"))["items"]!.AsArray()[0]!;
}
