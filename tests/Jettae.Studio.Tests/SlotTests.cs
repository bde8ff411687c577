using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio.Tests;

/// <summary>Single slots are skipped, moved and restored; the booking in QStash follows, and each slot has one row at its end.</summary>
public sealed class SlotTests
{
    private const string Nine = "2024-01-16T00:00:00Z";
    private const string DayAfter = "2024-01-17T00:00:00Z";
    private const string ThirdDay = "2024-01-18T00:00:00Z";

    [Fact]
    public async Task A_skipped_booked_slot_is_withdrawn_and_the_next_one_is_booked()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio);
        var answer = await ChangeAsync(studio, "skip", new { id });
        Assert.Equal(DayAfter, (string?)answer["next_run_at"]);
        Assert.Equal(DayAfter, (string?)answer["slots"]![0]);
        Assert.Equal(Nine, (string?)answer["slot_changes"]![0]!["slot_at"]);
        studio.MessageFor(DayAfter);
        Assert.Single(studio.QStash.Messages);
        Assert.Empty(await RunsAsync(studio));
    }

    [Fact]
    public async Task A_skipped_slot_enters_the_ledger_when_its_time_has_passed()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio);
        await ChangeAsync(studio, "skip", new { id, slot_at = Nine });
        await studio.GoToAsync("2024-01-15T23:59:00Z");
        Assert.Empty(await RunsAsync(studio));
        await studio.GoToAsync("2024-01-16T01:00:00Z");
        var run = Assert.Single(await RunsAsync(studio))!;
        Assert.Equal(
            (Nine, "skipped", "skipped_by_you"),
            ((string?)run["slot_at"], (string?)run["state"], (string?)run["reason"]!["key"])
        );
        var (status, body) = await studio.PostAsync("/api/schedule/restore", new { id, slot_at = Nine });
        Assert.Equal((HttpStatusCode.BadRequest, "slot_at"), (status, (string?)body["field"]));
    }

    [Theory]
    [InlineData(Nine)]
    [InlineData("2024-01-16T02:00:00Z")]
    [InlineData("2024-01-15T05:00:00Z")]
    public async Task The_next_slot_that_is_skipped_goes_back_to_when_it_was_to_run(string at)
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio);
        await ChangeAsync(
            studio,
            "move",
            new
            {
                id,
                slot_at = Nine,
                to = at,
            }
        );
        var (owner, slots) = (await studio.OwnerAsync(), studio.Services.GetRequiredService<Slots>());
        var (_, slot, own) = await slots.SkipNextAsync(owner, Guid.Parse(id), default);
        Assert.Equal((At(at), At(Nine)), (slot, own));
        Assert.Equal(DayAfter, (string?)(await studio.GetAsync($"/api/schedules/{id}"))["next_run_at"]);
        await slots.MoveAsync(owner, Guid.Parse(id), own, slot, default);
        Assert.Equal(at, (string?)(await studio.GetAsync($"/api/schedules/{id}"))["next_run_at"]);
        await studio.StillAsync();
        await DeliverAsync(studio, at);
        await studio.GoToAsync("2024-01-16T03:00:00Z");
        Assert.Equal("done", (string?)Assert.Single(await RunsAsync(studio))!["state"]);

        static DateTimeOffset At(string text) =>
            DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public async Task A_restored_slot_is_booked_again()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio);
        await ChangeAsync(studio, "skip", new { id });
        var answer = await ChangeAsync(studio, "restore", new { id, slot_at = Nine });
        Assert.Equal(Nine, (string?)answer["next_run_at"]);
        Assert.Empty(answer["slot_changes"]!.AsArray());
        await DeliverAsync(studio, Nine);
        Assert.Equal("done", (string?)Assert.Single(await RunsAsync(studio))!["state"]);
    }

    [Theory]
    [InlineData("2024-01-15T10:00:00Z")]
    [InlineData("2024-01-16T06:30:00Z")]
    [InlineData("2024-01-17T12:00:00Z")]
    public async Task A_moved_slot_runs_once_at_its_new_time_and_not_at_its_own(string to)
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio);
        await ChangeAsync(
            studio,
            "move",
            new
            {
                id,
                slot_at = Nine,
                to,
            }
        );
        string[] expected = [.. new[] { to, DayAfter, ThirdDay }.Order(StringComparer.Ordinal)];
        foreach (var slot in expected)
            await DeliverAsync(studio, slot);
        var runs = await RunsAsync(studio);
        Assert.Equal(expected, runs.Select(run => (string?)run!["slot_at"]).Order(StringComparer.Ordinal));
        Assert.All(runs, run => Assert.Equal("done", (string?)run!["state"]));
    }

    [Fact]
    public async Task A_slot_takes_the_place_of_one_that_was_moved_away_and_both_run_once()
    {
        const string Later = "2024-01-16T02:00:00Z";
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio);
        await MoveAsync(Nine, Later);
        var answer = await MoveAsync(DayAfter, Nine);
        Assert.Equal(Nine, (string?)answer["next_run_at"]);
        Assert.Equal([Nine, Later, ThirdDay], answer["slots"]!.AsArray().Take(3).Select(each => (string?)each));
        // And back, as undo has it.
        answer = await MoveAsync(Nine, DayAfter);
        Assert.Equal([Later, DayAfter, ThirdDay], answer["slots"]!.AsArray().Take(3).Select(each => (string?)each));

        await MoveAsync(DayAfter, Nine);
        foreach (var slot in new[] { Nine, Later, ThirdDay })
            await DeliverAsync(studio, slot);
        Assert.Equal(
            [Nine, Later, ThirdDay],
            (await RunsAsync(studio)).Select(run => (string?)run!["slot_at"]).Order(StringComparer.Ordinal)
        );

        Task<JsonNode> MoveAsync(string slot, string to) =>
            ChangeAsync(
                studio,
                "move",
                new
                {
                    id,
                    slot_at = slot,
                    to,
                }
            );
    }

    [Fact]
    public async Task A_slot_moved_back_to_its_own_time_is_as_it_was()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio);
        await ChangeAsync(
            studio,
            "move",
            new
            {
                id,
                slot_at = Nine,
                to = "2024-01-16T06:00:00Z",
            }
        );
        var answer = await ChangeAsync(
            studio,
            "move",
            new
            {
                id,
                slot_at = "2024-01-16T06:00:00Z",
                to = Nine,
            }
        );
        Assert.Equal(Nine, (string?)answer["next_run_at"]);
        Assert.Empty(answer["slot_changes"]!.AsArray());
    }

    [Theory]
    [InlineData("skip", "2024-01-16T00:30:00Z", null, 400, "slot_at")]
    [InlineData("skip", "2024-01-15T00:00:00Z", null, 400, "slot_at")]
    [InlineData("restore", Nine, null, 400, "slot_at")]
    [InlineData("move", Nine, "2024-01-15T00:00:00Z", 400, "to")]
    [InlineData("move", Nine, "2026-01-15T00:00:00Z", 400, "to")]
    [InlineData("move", Nine, DayAfter, 409, "to")]
    public async Task A_change_that_breaks_a_rule_says_which_and_changes_nothing(
        string change,
        string slot,
        string? to,
        int status,
        string field
    )
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio);
        object body = to is null
            ? new { id, slot_at = slot }
            : new
            {
                id,
                slot_at = slot,
                to,
            };
        var answer = await studio.PostAsync($"/api/schedule/{change}", body);
        Assert.Equal((status, field), ((int)answer.Status, (string?)answer.Body["field"]));
        var schedule = await studio.GetAsync($"/api/schedules/{id}");
        Assert.Equal(Nine, (string?)schedule["next_run_at"]);
        Assert.Empty(schedule["slot_changes"]!.AsArray());
        studio.MessageFor(Nine);
    }

    [Fact]
    public async Task Two_slots_cannot_be_moved_to_one_time()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio);
        var to = "2024-01-16T06:00:00Z";
        await ChangeAsync(
            studio,
            "move",
            new
            {
                id,
                slot_at = Nine,
                to,
            }
        );
        var (status, body) = await studio.PostAsync(
            "/api/schedule/move",
            new
            {
                id,
                slot_at = DayAfter,
                to,
            }
        );
        Assert.Equal((HttpStatusCode.Conflict, "slot_taken"), (status, (string?)body["code"]));
    }

    [Fact]
    public async Task A_resting_schedule_refuses_changes_and_a_stranger_finds_none()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio);
        foreach (var change in new[] { "skip", "move", "restore" })
        {
            object body =
                change == "move"
                    ? new
                    {
                        id,
                        slot_at = Nine,
                        to = DayAfter,
                    }
                    : new { id, slot_at = Nine };
            object unknown =
                change == "move"
                    ? new
                    {
                        id = Guid.Empty,
                        slot_at = Nine,
                        to = DayAfter,
                    }
                    : new { id = Guid.Empty, slot_at = Nine };
            Assert.Equal(HttpStatusCode.NotFound, (await studio.PostAsync($"/api/schedule/{change}", unknown)).Status);
            using var stranger = studio.Client("wrong");
            Assert.Equal(
                HttpStatusCode.Unauthorized,
                (await studio.PostAsync($"/api/schedule/{change}", body, stranger)).Status
            );
            await studio.PostAsync("/api/schedule/pause", new { id });
            Assert.Equal(HttpStatusCode.Conflict, (await studio.PostAsync($"/api/schedule/{change}", body)).Status);
            await studio.PostAsync("/api/schedule/resume", new { id });
        }
    }

    [Fact]
    public async Task A_change_of_the_timing_drops_the_changes_of_slots_that_are_no_more_and_keeps_the_others()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio);
        await ChangeAsync(studio, "skip", new { id, slot_at = Nine });
        await ChangeAsync(studio, "skip", new { id, slot_at = DayAfter });
        await studio.PostAsync(
            "/api/schedule/update",
            new
            {
                id,
                frequency = "weekly",
                day_of_week = "tuesday",
            }
        );
        var schedule = await studio.GetAsync($"/api/schedules/{id}");
        Assert.Equal(Nine, (string?)Assert.Single(schedule["slot_changes"]!.AsArray())!["slot_at"]);
        Assert.Equal("2024-01-23T00:00:00Z", (string?)schedule["next_run_at"]);
    }

    [Fact]
    public async Task Skipped_slots_take_nothing_from_the_number_of_runs()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio, maxRuns: 2);
        await ChangeAsync(studio, "skip", new { id });
        await DeliverAsync(studio, DayAfter);
        await DeliverAsync(studio, ThirdDay);
        var runs = await RunsAsync(studio);
        Assert.Equal(2, runs.Count(run => (string?)run!["state"] == "done"));
        Assert.Equal(1, runs.Count(run => (string?)run!["state"] == "skipped"));
        Assert.False((bool)(await studio.GetAsync($"/api/schedules/{id}"))["is_active"]!);
    }

    [Fact]
    public async Task What_was_planned_once_is_over_when_it_is_skipped_and_can_be_restored_until_its_time()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio, maxRuns: 1);
        Assert.Null((string?)(await ChangeAsync(studio, "skip", new { id }))["next_run_at"]);
        Assert.Equal(Nine, (string?)(await ChangeAsync(studio, "restore", new { id, slot_at = Nine }))["next_run_at"]);
        await ChangeAsync(studio, "skip", new { id });
        await studio.GoToAsync("2024-01-16T01:00:00Z");
        Assert.Equal("skipped", (string?)Assert.Single(await RunsAsync(studio))!["state"]);
        Assert.False((bool)(await studio.GetAsync($"/api/schedules/{id}"))["is_active"]!);
        await studio.GoToAsync("2024-01-19T01:00:00Z");
        Assert.Single(await RunsAsync(studio));
    }

    [Theory]
    [InlineData("2024-01-20T06:00:00Z")]
    [InlineData(ThirdDay)]
    public async Task What_was_planned_once_runs_where_it_was_moved_to_and_nowhere_else(string to)
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio, maxRuns: 1);
        var answer = await ChangeAsync(
            studio,
            "move",
            new
            {
                id,
                slot_at = Nine,
                to,
            }
        );
        Assert.Equal(to, (string?)answer["next_run_at"]);
        await DeliverAsync(studio, to);
        await studio.GoToAsync("2024-01-25T00:00:00Z");
        Assert.Equal(to, (string?)Assert.Single(await RunsAsync(studio))!["slot_at"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    public async Task A_slot_that_was_moved_away_and_is_skipped_after_its_own_time_has_one_row(int? maxRuns)
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio, maxRuns);
        var to = "2024-01-16T06:00:00Z";
        await ChangeAsync(
            studio,
            "move",
            new
            {
                id,
                slot_at = Nine,
                to,
            }
        );
        await studio.GoToAsync("2024-01-16T03:00:00Z");
        var answer = await ChangeAsync(studio, "skip", new { id, slot_at = to });
        Assert.Equal(maxRuns is null ? DayAfter : null, (string?)answer["next_run_at"]);
        var run = Assert.Single(await RunsAsync(studio))!;
        Assert.Equal((Nine, "skipped"), ((string?)run["slot_at"], (string?)run["state"]));
    }

    [Fact]
    public async Task The_last_slot_of_all_can_be_skipped_and_restored_and_the_schedule_ends_after_it()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio, endsAt: "2024-01-16T12:00:00Z");
        Assert.Null((string?)(await ChangeAsync(studio, "skip", new { id }))["next_run_at"]);
        Assert.Equal(Nine, (string?)(await ChangeAsync(studio, "restore", new { id, slot_at = Nine }))["next_run_at"]);
        await ChangeAsync(studio, "skip", new { id });
        await studio.GoToAsync("2024-01-16T01:00:00Z");
        Assert.Equal("skipped", (string?)Assert.Single(await RunsAsync(studio))!["state"]);
        Assert.False((bool)(await studio.GetAsync($"/api/schedules/{id}"))["is_active"]!);
    }

    [Fact]
    public async Task Paused_until_a_time_it_goes_on_by_itself_with_the_first_slot_after_it()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio);
        var until = "2024-01-17T12:00:00Z";
        var (status, body) = await studio.PostAsync("/api/schedule/pause", new { id, until });
        await studio.StillAsync();
        Assert.Equal((HttpStatusCode.OK, true), (status, (bool)body["is_active"]!));
        Assert.Equal((until, ThirdDay), ((string?)body["paused_until"], (string?)body["next_run_at"]));
        await studio.GoToAsync("2024-01-17T13:00:00Z");
        Assert.Null((string?)(await studio.GetAsync($"/api/schedules/{id}"))["paused_until"]);
        await DeliverAsync(studio, ThirdDay);
        Assert.Equal(ThirdDay, (string?)Assert.Single(await RunsAsync(studio))!["slot_at"]);
    }

    [Fact]
    public async Task A_pause_until_a_time_can_be_ended_early_and_must_have_a_slot_after_it()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio, endsAt: "2024-01-20T12:00:00Z");
        foreach (var until in new[] { "2024-01-15T00:00:00Z", "2024-01-21T00:00:00Z" })
        {
            var refused = await studio.PostAsync("/api/schedule/pause", new { id, until });
            Assert.Equal((HttpStatusCode.BadRequest, "until"), (refused.Status, (string?)refused.Body["field"]));
        }
        await studio.PostAsync("/api/schedule/pause", new { id, until = "2024-01-18T12:00:00Z" });
        var (_, body) = await studio.PostAsync("/api/schedule/resume", new { id });
        await studio.StillAsync();
        Assert.Equal((null, Nine), ((string?)body["paused_until"], (string?)body["next_run_at"]));
        studio.MessageFor(Nine);
    }

    [Theory]
    [InlineData("its end has passed")]
    [InlineData("it has run as often as it may")]
    public async Task A_schedule_without_a_slot_to_come_does_not_go_on_and_is_told_so(string why)
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio, endsAt: "2024-01-20T12:00:00Z");
        await DeliverAsync(studio, Nine);
        await studio.PostAsync("/api/schedule/pause", new { id });
        if (why == "its end has passed")
            await studio.GoToAsync("2024-01-21T00:00:00Z");
        else
            await studio.PostAsync("/api/schedule/update", new { id, max_runs = 1 });
        var before = (await studio.GetAsync($"/api/schedules/{id}")).ToJsonString();
        var (status, refused) = await studio.PostAsync("/api/schedule/resume", new { id });
        Assert.Equal((HttpStatusCode.Conflict, "schedule_ended"), (status, (string?)refused["code"]));
        if (why != "its end has passed")
            Assert.Equal(
                HttpStatusCode.Conflict,
                (await studio.PostAsync("/api/schedule/pause", new { id, until = ThirdDay })).Status
            );
        Assert.Equal(before, (await studio.GetAsync($"/api/schedules/{id}")).ToJsonString());
    }

    [Fact]
    public async Task A_duplicate_is_a_paused_copy_with_a_name_of_its_own()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await DailyAsync(studio);
        var (status, copy) = await studio.PostAsync("/api/schedule/duplicate", new { id });
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.NotEqual(id, (string?)copy["id"]);
        Assert.Matches(" (복사본|copy)$", (string)copy["name"]!);
        Assert.Equal((false, null), ((bool)copy["is_active"]!, (string?)copy["next_run_at"]));
        var (_, started) = await studio.PostAsync("/api/schedule/resume", new { id = copy["id"] });
        Assert.Equal(Nine, (string?)started["next_run_at"]);
    }

    [Fact]
    public async Task Times_and_weekdays_are_said_as_one_or_as_a_list()
    {
        await using var studio = await TestStudio.StartAsync();
        var made = await studio.CreateAsync(
            new
            {
                topic = "목록",
                content_type = "x_post",
                frequency = "weekly",
                times_of_day = JsonNode.Parse("""["18:00", "09:00", "18:00"]"""),
                days_of_week = JsonNode.Parse("""["friday", 1]"""),
            }
        );
        Assert.Equal("""["09:00","18:00"]""", made["times_of_day"]!.ToJsonString());
        Assert.Equal("[1,5]", made["days_of_week"]!.ToJsonString());
        Assert.Equal(("09:00", 1), ((string?)made["time_of_day"], (int)made["day_of_week"]!));
        Assert.Equal("2024-01-15T09:00:00Z", (string?)made["next_run_at"]);
        var (_, updated) = await studio.PostAsync(
            "/api/schedule/update",
            new
            {
                id = made["id"],
                time_of_day = "10:00",
                day_of_week = 2,
            }
        );
        Assert.Equal("""["10:00"]""", updated["times_of_day"]!.ToJsonString());
        Assert.Equal("[2]", updated["days_of_week"]!.ToJsonString());
        foreach (var times in new[] { """[]""", """["25:00"]""", """[9]""", "\"09:00\"" })
        {
            var refused = await studio.PostAsync(
                "/api/schedule/update",
                new { id = made["id"], times_of_day = JsonNode.Parse(times) }
            );
            Assert.Equal((HttpStatusCode.BadRequest, "times_of_day"), (refused.Status, (string?)refused.Body["field"]));
        }
    }

    [Theory]
    [InlineData("2026-03-06T12:00:00Z", "daily", "02:30", "America/New_York", "2026-03-08T07:00:00Z", "skips 02:30")]
    [InlineData("2026-10-30T12:00:00Z", "daily", "01:30", "America/New_York", "2026-11-01T05:30:00Z", "twice")]
    [InlineData("2026-03-07T12:00:00Z", "3hours", "09:00", "America/New_York", "2026-03-08T08:00:00Z", "goes forward")]
    [InlineData("2026-10-31T12:00:00Z", "6hours", "09:00", "America/New_York", "2026-11-01T07:00:00Z", "goes back")]
    [InlineData("2027-01-31T00:00:00Z", "monthly 31", "09:00", "Asia/Seoul", "2027-02-28T00:00:00Z", "no day 31")]
    [InlineData("2011-12-29T18:00:00Z", "daily", "12:00", "Pacific/Apia", "2011-12-30T22:00:00Z", "December 30")]
    [InlineData("2027-03-13T12:00:00Z", "cron 30 2 * * *", "", "America/New_York", "2027-03-14T07:00:00Z", "skips")]
    [InlineData("2027-11-06T12:00:00Z", "cron 30 1 * * *", "", "America/New_York", "2027-11-07T05:30:00Z", "twice")]
    public async Task The_preview_says_what_is_special_about_a_slot(
        string now,
        string timing,
        string time,
        string zone,
        string slot,
        string note
    )
    {
        await using var studio = await TestStudio.StartAsync(now);
        var parts = timing.Split(' ', 2);
        var fields = new JsonObject
        {
            ["topic"] = "-",
            ["content_type"] = "x_post",
            ["frequency"] = parts[0],
            ["timezone"] = zone,
        };
        if (parts[0] == "cron")
            fields["cron"] = parts[1];
        else
            fields["time_of_day"] = time;
        if (parts[0] == "monthly")
            fields["day_of_month"] = int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture);
        var (_, body) = await studio.PostAsync("/api/schedule/preview", fields);
        Assert.Equal(10, body["slots"]!.AsArray().Count);
        Assert.Equal(10, body["local"]!.AsArray().Count);
        var said = Assert.Single(body["notes"]!.AsArray(), each => (string?)each!["slot"] == slot)!;
        Assert.Contains(note, (string?)said["en"], StringComparison.Ordinal);
        Assert.NotEmpty((string)said["ko"]!);
    }

    private static async Task<string> DailyAsync(TestStudio studio, int? maxRuns = null, string? endsAt = null) =>
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
                        max_runs = maxRuns,
                        ends_at = endsAt,
                    }
                )
            )["id"]!;

    private static async Task<JsonNode> ChangeAsync(TestStudio studio, string change, object body)
    {
        var (status, answer) = await studio.PostAsync($"/api/schedule/{change}", body);
        Assert.True(status == HttpStatusCode.OK, answer.ToJsonString());
        await studio.StillAsync();
        return answer;
    }

    private static async Task DeliverAsync(TestStudio studio, string slot)
    {
        await studio.GoToAsync(slot);
        var message = studio.MessageFor(slot);
        Assert.Equal(HttpStatusCode.OK, (await studio.DeliverAsync(message)).StatusCode);
        studio.QStash.Messages.TryRemove(message.Id, out _);
        await studio.StillAsync();
    }

    private static async Task<JsonArray> RunsAsync(TestStudio studio) =>
        (await studio.GetAsync("/api/runs"))["items"]!.AsArray();
}
