using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio.Tests;

/// <summary>What arrives at the webhooks: proven or not, in time or not, wanted or not.</summary>
public sealed class DeliveryTests
{
    private const string Slot = "2024-01-15T03:00:00Z";
    private const string NextSlot = "2024-01-15T06:00:00Z";

    public static IEnumerable<TheoryDataRow<string, int>> Signatures =>
        [
            new("current key", 200),
            new("next key", 200),
            new("wrong key", 401),
            new("missing", 401),
            new("garbage", 401),
            new("expired", 401),
            new("other body", 401),
            new("other url", 401),
            new("other issuer", 401),
            new("no algorithm", 401),
        ];

    [Theory]
    [MemberData(nameof(Signatures))]
    public async Task Only_a_good_signature_writes(string kind, int status)
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        var message = studio.MessageFor(Slot);
        var now = studio.Time.GetUtcNow();
        var (url, body) = (message.Destination, message.Body);
        var good = QStashRecorder.Sign(QStashRecorder.CurrentKey, url, body, now);
        var signature = kind switch
        {
            "current key" => good,
            "next key" => QStashRecorder.Sign(QStashRecorder.NextKey, url, body, now),
            "wrong key" => QStashRecorder.Sign("sig_of_somebody_else_00000000000", url, body, now),
            "missing" => "",
            "garbage" => "a.b.c",
            "expired" => QStashRecorder.Sign(QStashRecorder.CurrentKey, url, body, now.AddHours(-1)),
            "other body" => QStashRecorder.Sign(QStashRecorder.CurrentKey, url, body + " ", now),
            "other url" => QStashRecorder.Sign(QStashRecorder.CurrentKey, url + "x", body, now),
            "other issuer" => QStashRecorder.Sign(QStashRecorder.CurrentKey, url, body, now, issuer: "Nobody"),
            _ => "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0." + good.Split('.')[1] + ".",
        };
        Assert.Equal(status, (int)(await studio.DeliverAsync(message, signature)).StatusCode);
        var written = status == 200 ? 1 : 0;
        Assert.Equal(written, (await studio.GetAsync("/api/contents"))["items"]!.AsArray().Count);
        Assert.Equal(written, (await studio.GetAsync("/api/runs"))["items"]!.AsArray().Count);
        Assert.Equal(written, (int)(await studio.GetAsync($"/api/schedules/{schedule["id"]}"))["total_generated"]!);
    }

    [Fact]
    public async Task A_repeat_after_the_end_gets_the_same_answer_and_writes_nothing()
    {
        await using var studio = await TestStudio.StartAsync();
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        var message = studio.MessageFor(Slot);
        var first = await (await studio.DeliverAsync(message)).Content.ReadAsStringAsync();
        await studio.DownAsync();
        await studio.UpAsync();
        var second = await (await studio.DeliverAsync(message)).Content.ReadAsStringAsync();
        Assert.Equal(first, second);
        Assert.Single((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
    }

    [Fact]
    public async Task An_unknown_or_deleted_schedule_is_not_tried_again()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        var message = studio.MessageFor(Slot);
        Assert.Equal(
            HttpStatusCode.OK,
            (await studio.PostAsync("/api/schedule/delete", new { id = schedule["id"] })).Status
        );
        await studio.StillAsync();
        Assert.Contains(message.Id, studio.QStash.Cancelled);
        await studio.GoToAsync(Slot);
        var answer = await studio.DeliverAsync(message);
        // The hosted QStash ends with this status only.
        Assert.Equal(489, (int)answer.StatusCode);
        Assert.Equal(["true"], answer.Headers.GetValues("Upstash-NonRetryable-Error"));
    }

    [Fact]
    public async Task A_slot_that_nobody_booked_is_passed_over()
    {
        await using var studio = await TestStudio.StartAsync();
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        var message = studio.MessageFor(Slot);
        var stale = message with { Body = message.Body.Replace("03:00:00", "03:00:01", StringComparison.Ordinal) };
        var answer = await studio.DeliverAsync(stale);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var told = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal("stale", (string?)told["reason"]);
        Assert.False((bool)told["success"]!);
        Assert.Empty((await studio.GetAsync("/api/runs"))["items"]!.AsArray());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("not json")]
    [InlineData("""{"scheduleId":"x","timestamp":"2024-01-15T03:00:00Z"}""")]
    [InlineData(
        """{"scheduleId":"0190d6a5-0000-7000-8000-000000000000","timestamp":"2024-01-15T03:00:00Z","more":1}"""
    )]
    public async Task A_body_that_no_booking_sends_is_refused(string body)
    {
        await using var studio = await TestStudio.StartAsync();
        var answer = await studio.DeliverAsync(new Booked("msg_x", TestStudio.Webhook, [], body));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task A_pause_withdraws_the_booking_and_a_message_that_comes_anyway_is_kept_as_skipped()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        var message = studio.MessageFor(Slot);
        var (_, paused) = await studio.PostAsync("/api/schedule/pause", new { id = schedule["id"] });
        Assert.False((bool)paused["is_active"]!);
        Assert.Null(paused["next_run_at"]);
        await studio.StillAsync();
        Assert.Contains(message.Id, studio.QStash.Cancelled);
        await studio.GoToAsync(Slot);
        var told = (await (await studio.DeliverAsync(message)).Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal("paused", (string?)told["reason"]);
        var run = Assert.Single((await studio.GetAsync("/api/runs"))["items"]!.AsArray())!;
        Assert.Equal("skipped", (string?)run["state"]);

        await studio.GoToAsync("2024-01-15T10:00:00Z");
        var (_, resumed) = await studio.PostAsync("/api/schedule/resume", new { id = schedule["id"] });
        Assert.Equal("2024-01-15T12:00:00Z", (string?)resumed["next_run_at"]);
        Assert.Single((await studio.GetAsync("/api/runs"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Giving_up_fails_the_run_keeps_the_chain_and_may_come_twice()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Fails(529, "overloaded_error"));
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        var message = studio.MessageFor(Slot);
        await studio.DeliverAsync(message);
        for (var times = 0; times < 2; times++)
            Assert.Equal(HttpStatusCode.OK, (await studio.DeliverFailureAsync(message)).StatusCode);
        var run = Assert.Single((await studio.GetAsync("/api/runs"))["items"]!.AsArray())!;
        Assert.Equal("failed", (string?)run["state"]);
        Assert.Equal("provider_overloaded", (string?)run["reason"]!["key"]);
        Assert.Contains("overloaded_error", (string)run["reason_detail"]!, StringComparison.Ordinal);
        Assert.EndsWith("last status 503", (string)run["reason_detail"]!, StringComparison.Ordinal);
        // Nobody tries again by now, so nobody is told to wait.
        Assert.Contains("Press Run it again", (string)run["reason"]!["en"]!["to_do"]!, StringComparison.Ordinal);
        var after = await studio.GetAsync($"/api/schedules/{schedule["id"]}");
        Assert.Equal(1, (int)after["total_failed"]!);
        Assert.Equal(NextSlot, (string?)after["next_run_at"]);
    }

    [Fact]
    public async Task Giving_up_a_slot_that_never_reached_the_studio_is_kept_too()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        Assert.Equal(HttpStatusCode.OK, (await studio.DeliverFailureAsync(studio.MessageFor(Slot), 0)).StatusCode);
        var run = Assert.Single((await studio.GetAsync("/api/runs"))["items"]!.AsArray())!;
        Assert.Equal(("failed", 0), ((string?)run["state"], (int)run["attempts"]!));
        Assert.Equal("gave_up", (string?)run["reason"]!["key"]);
        Assert.Equal("last status 0", (string?)run["reason_detail"]);
        Assert.Equal(NextSlot, (string?)(await studio.GetAsync($"/api/schedules/{schedule["id"]}"))["next_run_at"]);
    }

    [Fact]
    public async Task A_piece_of_a_schedule_that_is_deleted_meanwhile_names_no_schedule()
    {
        var (began, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Waits(began, gate.Task));
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        var delivery = studio.DeliverAsync(studio.MessageFor(Slot));
        await began.Task;
        await studio.PostAsync("/api/schedule/delete", new { id = schedule["id"] });
        gate.SetResult();
        await delivery;
        var piece = Assert.Single((await studio.GetAsync("/api/contents"))["items"]!.AsArray())!;
        Assert.Null(piece["schedule_id"]);
    }

    [Fact]
    public async Task While_a_slot_is_written_its_schedule_has_neither_stalled_nor_ended()
    {
        var (began, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Waits(began, gate.Task));
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        var delivery = studio.DeliverAsync(studio.MessageFor(Slot));
        await began.Task;
        var owner = await studio.OwnerAsync();
        Assert.Equal(0, (await studio.Services.GetRequiredService<Monitoring>().NowAsync(owner, default)).Stalled);
        var preview = await studio
            .Services.GetRequiredService<Schedules>()
            .PreviewAsync(owner, (Guid)schedule["id"]!, new(), 2, default);
        Assert.Null(preview.Booked);
        Assert.Equal(DateTimeOffset.Parse(NextSlot, CultureInfo.InvariantCulture), preview.First[0].At);

        gate.SetResult();
        await delivery;
    }

    [Fact]
    public async Task A_message_that_QStash_lost_is_booked_again()
    {
        await using var studio = await TestStudio.StartAsync();
        await studio.CreateAsync(TestStudio.ThreeHourly());
        var lost = studio.MessageFor(Slot);
        studio.QStash.Messages.Clear();
        await studio.GoToAsync("2024-01-15T03:10:00Z");
        var again = studio.MessageFor(Slot);
        Assert.NotEqual(lost.Id, again.Id);
        Assert.Equal(HttpStatusCode.OK, (await studio.DeliverAsync(again)).StatusCode);
        Assert.Single((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_message_that_QStash_lost_is_booked_again_also_when_the_timing_can_no_longer_be_read()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        studio.QStash.Messages.Clear();
        await studio.InStoreAsync("UPDATE schedules SET timezone = 'Atlantis/Capital'");
        await studio.GoToAsync("2024-01-15T03:10:00Z");
        var again = studio.MessageFor(Slot);
        Assert.Equal(Slot, (string?)(await studio.GetAsync($"/api/schedules/{schedule["id"]}"))["next_run_at"]);
        Assert.Equal(HttpStatusCode.OK, (await studio.DeliverAsync(again)).StatusCode);
        Assert.Single((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
    }

    [Fact]
    public async Task A_studio_that_moved_is_booked_to_its_new_address_once_and_the_old_message_is_withdrawn()
    {
        var address = TestStudio.Public;
        await using var studio = await TestStudio.StartAsync(change: options => options.PublicUrl = address);
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        var old = studio.MessageFor(Slot);
        await studio.DownAsync();
        address = "https://moved.example";
        await studio.UpAsync();
        var moved = Assert.Single(studio.QStash.Messages.Values);
        Assert.Equal([old.Id], studio.QStash.Cancelled);
        Assert.Equal("https://moved.example/api/content/generate-scheduled", moved.Destination);
        Assert.Equal("https://moved.example/api/content/generation-failed", moved.Headers["Upstash-Failure-Callback"]);
        var now = await studio.GetAsync($"/api/schedules/{schedule["id"]}");
        Assert.Equal((moved.Id, Slot), ((string?)now["qstash_message_id"], (string?)now["next_run_at"]));
        await studio.DownAsync();
        await studio.UpAsync();
        Assert.Equal(moved.Id, Assert.Single(studio.QStash.Messages.Values).Id);
        Assert.Single(studio.QStash.Cancelled);
    }

    [Fact]
    public async Task A_call_whose_result_was_lost_does_not_keep_a_moved_studio_at_its_old_address()
    {
        var address = TestStudio.Public;
        await using var studio = await TestStudio.StartAsync(change: options => options.PublicUrl = address);
        await studio.CreateAsync(TestStudio.ThreeHourly());
        var old = studio.MessageFor(Slot);
        await studio.DownAsync();
        await studio.ForgetPublishedAsync();
        address = "https://moved.example";
        await studio.UpAsync();
        var moved = Assert.Single(studio.QStash.Messages.Values, each => each.Id != old.Id);
        Assert.Equal("https://moved.example/api/content/generate-scheduled", moved.Destination);
    }

    [Fact]
    public async Task A_retry_that_QStash_lost_ends_the_run_and_not_the_chain()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Fails(529, "overloaded_error"));
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        await studio.DeliverAsync(studio.MessageFor(Slot));
        studio.QStash.Messages.TryRemove(studio.MessageFor(Slot).Id, out _);
        await studio.GoToAsync("2024-01-15T04:10:00Z");
        var run = Assert.Single((await studio.GetAsync("/api/runs"))["items"]!.AsArray())!;
        Assert.Equal("failed", (string?)run["state"]);
        Assert.Equal("provider_overloaded", (string?)run["reason"]!["key"]);
        Assert.Contains("QStash has no message", (string)run["reason_detail"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_QStash_that_is_away_at_create_gets_the_booking_when_it_is_back()
    {
        await using var studio = await TestStudio.StartAsync();
        studio.QStash.Failing = 500;
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        Assert.Null(schedule["qstash_message_id"]);
        Assert.Equal(Slot, (string?)schedule["next_run_at"]);
        Assert.Empty(studio.QStash.Messages);
        studio.QStash.Failing = null;
        await studio.GoToAsync("2024-01-15T00:00:05Z");
        studio.MessageFor(Slot);
    }

    [Fact]
    public async Task A_crash_between_publishing_and_remembering_books_no_second_message()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.DownAsync();
        await studio.ForgetPublishedAsync();
        await studio.UpAsync();
        Assert.Equal(
            studio.MessageFor(Slot).Id,
            (string?)(await studio.GetAsync($"/api/schedules/{schedule["id"]}"))["qstash_message_id"]
        );
    }

    [Fact]
    public async Task A_slot_beyond_the_horizon_is_booked_when_it_comes_into_it()
    {
        await using var studio = await TestStudio.StartAsync();
        await studio.CreateAsync(
            new
            {
                topic = "월간",
                content_type = "x_post",
                frequency = "monthly",
                time_of_day = "09:00",
                day_of_month = 1,
                timezone = "Asia/Seoul",
            }
        );
        Assert.Empty(studio.QStash.Messages);
        await studio.GoToAsync("2024-01-25T23:59:59Z");
        Assert.Empty(studio.QStash.Messages);
        await studio.GoToAsync("2024-01-26T00:00:00Z");
        studio.MessageFor("2024-02-01T00:00:00Z");
    }

    [Fact]
    public async Task Changing_the_time_withdraws_the_old_slot_and_books_the_new()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        var old = studio.MessageFor(Slot);
        var (_, changed) = await studio.PostAsync(
            "/api/schedule/update",
            new { id = schedule["id"], time_of_day = "10:00" }
        );
        Assert.Equal("2024-01-15T01:00:00Z", (string?)changed["next_run_at"]);
        await studio.StillAsync();
        Assert.Contains(old.Id, studio.QStash.Cancelled);
        studio.MessageFor("2024-01-15T01:00:00Z");
        Assert.Empty((await studio.GetAsync("/api/runs"))["items"]!.AsArray());
    }

    [Fact]
    public async Task Changing_words_only_keeps_the_booking()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.PostAsync("/api/schedule/update", new { id = schedule["id"], topic = "저녁 루틴" });
        await studio.StillAsync();
        Assert.Single(studio.QStash.Messages);
        Assert.Empty(studio.QStash.Cancelled);
    }

    [Fact]
    public async Task A_schedule_of_two_runs_ends_after_them_and_its_last_slot_may_still_be_tried_again()
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says(FakeClaude.Usual),
            FakeClaude.Fails(529, "overloaded_error")
        );
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var schedule = await studio.CreateAsync(
            new
            {
                topic = "둘",
                content_type = "x_post",
                frequency = "hourly",
                time_of_day = "09:00",
                max_runs = 2,
            }
        );
        await studio.GoToAsync("2024-01-15T01:00:00Z");
        await studio.DeliverAsync(studio.MessageFor("2024-01-15T01:00:00Z"));
        await studio.GoToAsync("2024-01-15T02:00:00Z");
        var last = studio.MessageFor("2024-01-15T02:00:00Z");
        Assert.Equal(StatusCodes.Status503ServiceUnavailable, (int)(await studio.DeliverAsync(last)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await studio.DeliverAsync(last)).StatusCode);
        var after = await studio.GetAsync($"/api/schedules/{schedule["id"]}");
        Assert.False((bool)after["is_active"]!);
        Assert.Null(after["next_run_at"]);
        Assert.Equal(2, (int)after["total_generated"]!);
    }
}
