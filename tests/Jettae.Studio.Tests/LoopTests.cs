using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Jettae.Studio.Tests;

/// <summary>The loop: schedule, booking, delivery, piece, statistics, next booking.</summary>
public sealed class LoopTests
{
    [Fact]
    public async Task A_schedule_books_runs_stores_and_books_the_next_slot()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        Assert.Equal("2024-01-15T03:00:00Z", (string?)schedule["next_run_at"]);
        var message = studio.MessageFor("2024-01-15T03:00:00Z");
        Assert.Equal(TestStudio.Webhook, message.Destination);
        Assert.DoesNotContain(":", message.Headers["Upstash-Deduplication-Id"], StringComparison.Ordinal);
        Assert.Equal(TestStudio.Failure, message.Headers["Upstash-Failure-Callback"]);

        await studio.GoToAsync("2024-01-15T03:00:00Z");
        var answer = await studio.DeliverAsync(message);
        var told = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True((bool)told["success"]!);
        Assert.Equal("2024-01-15T06:00:00Z", (string?)told["next_run_at"]);
        await studio.StillAsync();

        var after = await studio.GetAsync($"/api/schedules/{schedule["id"]}");
        Assert.Equal(1, (int)after["total_generated"]!);
        Assert.Equal("2024-01-15T03:00:00Z", (string?)after["last_run_at"]);
        Assert.Equal("2024-01-15T06:00:00Z", (string?)after["next_run_at"]);
        Assert.Equal(studio.MessageFor("2024-01-15T06:00:00Z").Id, (string?)after["qstash_message_id"]);
        var content = await studio.GetAsync($"/api/contents/{told["content_id"]}");
        Assert.True((bool)content["is_sample"]!);
        Assert.InRange((int)content["length"]!, 1, 280);
        var run = await studio.GetAsync($"/api/runs/{told["run_id"]}");
        Assert.Equal("done", (string?)run["state"]);
        Assert.Equal(
            ["due", "delivered", "verified", "prompt", "write", "checked", "stored", "next_booked"],
            run["steps"]!.AsArray().Select(step => (string)step!["kind"]!)
        );
    }

    [Fact]
    public async Task Used_up_bookings_go_after_days_and_what_is_delivered_even_later_is_not_written_twice()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly("skip"));
        await studio.GoToAsync("2024-01-15T03:00:00Z");
        var fired = studio.MessageFor("2024-01-15T03:00:00Z");
        var first = await TextAsync(await studio.DeliverAsync(fired));
        await studio.StillAsync();
        var withdrawn = studio.MessageFor("2024-01-15T06:00:00Z");
        await studio.PostAsync("/api/schedule/pause", new { id = schedule["id"] });
        await studio.StillAsync();
        Assert.Equal(2L, await UsedUpAsync());

        await studio.GoToAsync("2024-01-18T02:00:00Z");
        Assert.Equal(2L, await UsedUpAsync());
        await studio.GoToAsync("2024-01-18T04:00:00Z");
        Assert.Equal(0L, await UsedUpAsync());
        Assert.Equal(first, await TextAsync(await studio.DeliverAsync(fired)));
        Assert.Contains("stale", await TextAsync(await studio.DeliverAsync(withdrawn)), StringComparison.Ordinal);
        await studio.PostAsync("/api/schedule/resume", new { id = schedule["id"] });
        await studio.StillAsync();
        Assert.Contains("stale", await TextAsync(await studio.DeliverAsync(withdrawn)), StringComparison.Ordinal);
        Assert.Single((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
        Assert.Single((await studio.GetAsync("/api/runs"))["items"]!.AsArray());

        Task<object?> UsedUpAsync() =>
            studio.FromStoreAsync("SELECT COUNT(*) FROM bookings WHERE state IN ('fired', 'cancelled')");

        // What follows is told anew each time.
        static async Task<string> TextAsync(HttpResponseMessage answer) =>
            (await answer.Content.ReadAsStringAsync()).Split(",\"next_run_at\"")[0];
    }

    [Fact]
    public async Task Of_a_deleted_schedule_no_booking_stays()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync("2024-01-15T03:00:00Z");
        await studio.DeliverAsync(studio.MessageFor("2024-01-15T03:00:00Z"));
        await studio.StillAsync();
        await studio.PostAsync("/api/schedule/delete", new { id = schedule["id"] });
        await studio.StillAsync();
        Assert.Equal(0L, await studio.FromStoreAsync("SELECT COUNT(*) FROM bookings"));
        Assert.DoesNotContain(studio.QStash.Messages.Values, each => each.NotBefore > studio.Time.GetUtcNow());
    }

    [Fact]
    public async Task Five_deliveries_of_one_slot_at_once_make_one_piece_and_five_200s()
    {
        await using var studio = await TestStudio.StartAsync();
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync("2024-01-15T03:00:00Z");
        var message = studio.MessageFor("2024-01-15T03:00:00Z");
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => studio.DeliverAsync(message)));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        var bodies = await Task.WhenAll(answers.Select(answer => answer.Content.ReadFromJsonAsync<JsonNode>()));
        Assert.Single(bodies.Select(body => (string?)body!["content_id"]).Distinct());
        Assert.Single((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
        Assert.Single((await studio.GetAsync("/api/runs"))["items"]!.AsArray());
    }

    [Theory]
    [InlineData("skip", 0, 0)]
    [InlineData("latest", 1, 0)]
    [InlineData("all", 3, 0)]
    [InlineData("skip", 0, 1)]
    [InlineData("latest", 1, 1)]
    [InlineData("all", 3, 1)]
    public async Task After_ten_hours_down_the_catch_up_rule_holds_and_the_grid_goes_on(
        string rule,
        int expected,
        int deliveredFirst
    )
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly(rule));
        var old = studio.MessageFor("2024-01-15T03:00:00Z");
        await studio.DownAsync();
        studio.Time.SetUtcNow(DateTimeOffset.Parse("2024-01-15T10:00:00Z", null));
        await studio.UpAsync();
        if (deliveredFirst == 1)
            Assert.Equal(HttpStatusCode.OK, (await studio.DeliverAsync(old)).StatusCode);
        await DeliverAllDueAsync(studio);
        if (deliveredFirst == 0)
            Assert.Equal(HttpStatusCode.OK, (await studio.DeliverAsync(old)).StatusCode);

        var runs = (await studio.GetAsync($"/api/runs?schedule_id={schedule["id"]}"))["items"]!.AsArray();
        Assert.Equal(3, runs.Count);
        Assert.Equal(expected, runs.Count(run => (string)run!["state"]! == "done"));
        Assert.Equal(3 - expected, runs.Count(run => (string?)run!["reason"]?["key"] == "missed"));
        Assert.All(
            runs.Where(run => (string)run!["state"]! == "done"),
            run => Assert.Equal("catch_up", (string)run!["trigger"]!)
        );
        var after = await studio.GetAsync($"/api/schedules/{schedule["id"]}");
        Assert.Equal("2024-01-15T12:00:00Z", (string?)after["next_run_at"]);
        await studio.StillAsync();
        studio.MessageFor("2024-01-15T12:00:00Z");
    }

    private static async Task DeliverAllDueAsync(TestStudio studio)
    {
        var delivered = new HashSet<string>();
        while (true)
        {
            await studio.StillAsync();
            var due = studio.QStash.Messages.Values.FirstOrDefault(message =>
                message.NotBefore <= studio.Time.GetUtcNow() && delivered.Add(message.Id)
            );
            if (due is null)
                return;
            Assert.Equal(HttpStatusCode.OK, (await studio.DeliverAsync(due)).StatusCode);
        }
    }
}
