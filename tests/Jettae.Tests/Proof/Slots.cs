using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Jettae.Testing;

namespace Jettae.Tests;

/// <summary>Schedules whose one slot of the hour comes within a minute or so, and what must be true after it.</summary>
internal static class Slots
{
    private static readonly TimeSpan Room = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    /// <summary>Room to do something before it: at least twenty-five seconds.</summary>
    public static DateTimeOffset Coming()
    {
        var from = TimeProvider.System.GetUtcNow() + Room;
        return new DateTimeOffset(from.Year, from.Month, from.Day, from.Hour, from.Minute, 0, TimeSpan.Zero).AddMinutes(
            1
        );
    }

    /// <returns>The schedule's id.</returns>
    public static async Task<string> ScheduleAsync(this JettaeProcess program, DateTimeOffset slot)
    {
        var made = await program.PostAsync(
            "/api/schedule/create",
            new
            {
                content_type = "x_post",
                topic = "아침 산책",
                frequency = "cron",
                cron = $"{slot.Minute} * * * *",
                timezone = "UTC",
            }
        );
        Assert.Equal(Text(slot), (string?)made["next_run_at"]);
        return (string)made["id"]!;
    }

    /// <summary>Exactly one run and one piece for the slot, and the next slot booked in QStash.</summary>
    /// <returns>The run, with its steps.</returns>
    public static async Task<JsonNode> WasRunOnceAsync(
        this JettaeProcess program,
        string schedule,
        DateTimeOffset slot,
        JettaeProcess? qstash = null
    )
    {
        JsonArray runs = [];
        await Wait.UntilAsync(
            async () => (runs = await RunsAsync(program, schedule)).Any(run => (string?)run!["state"] == "done"),
            Patience,
            () => $"The slot {Text(slot)} did not come: {runs.ToJsonString()}\n{program.Output}"
        );
        var run = Assert.Single(await RunsAsync(program, schedule))!;
        Assert.Equal(Text(slot), (string?)run["slot_at"]);
        var piece = Assert.Single(
            (await program.GetAsync($"/api/contents?schedule_id={schedule}"))["items"]!.AsArray()
        )!;
        Assert.Equal((string?)run["content_id"], (string?)piece["id"]);
        await NextIsBookedAsync(program, schedule, slot.AddHours(1), qstash ?? program);
        return await program.GetAsync($"/api/runs/{run["id"]}");
    }

    public static async Task NextIsBookedAsync(
        this JettaeProcess program,
        string schedule,
        DateTimeOffset next,
        JettaeProcess qstash
    )
    {
        var message = await program.BookedAsync(schedule);
        Assert.Equal(Text(next), (string?)(await program.GetAsync($"/api/schedules/{schedule}"))["next_run_at"]);
        using var http = qstash.Client(qstash.Credentials.Token);
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync($"/v2/messages/{message}")).StatusCode);
    }

    /// <summary>Waits until QStash has taken the schedule's booking.</summary>
    /// <returns>The message's id.</returns>
    public static async Task<string> BookedAsync(this JettaeProcess program, string schedule)
    {
        string? message = null;
        await Wait.UntilAsync(
            async () =>
                (message = (string?)(await program.GetAsync($"/api/schedules/{schedule}"))["qstash_message_id"])
                    is not null,
            Patience,
            () => $"Nothing was booked:\n{program.Output}"
        );
        return message!;
    }

    public static async Task<JsonArray> RunsAsync(this JettaeProcess program, string schedule) =>
        (await program.GetAsync($"/api/runs?schedule_id={schedule}"))["items"]!.AsArray();

    public static string Text(DateTimeOffset instant) =>
        instant.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
