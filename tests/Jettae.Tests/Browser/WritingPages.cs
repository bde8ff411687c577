using System.Text.Json;
using System.Text.Json.Nodes;
using Jettae.Testing;

namespace Jettae.Tests;

/// <summary>The program with a Claude that does what the test says. Shared by the tests of a class.</summary>
public sealed class WritingPages : IAsyncLifetime
{
    public FakeClaude Claude { get; private set; } = null!;
    public StudioPages Studio { get; private set; } = null!;
    public JettaeProcess Program => Studio.Program;

    public async ValueTask InitializeAsync()
    {
        Claude = await FakeClaude.StartAsync();
        Studio = new StudioPages(Claude.Settings);
        await Studio.InitializeAsync();
    }

    /// <summary>A schedule of this name.</summary>
    public async Task<string> ScheduleAsync(string name) =>
        (string)
            (
                await Program.PostAsync(
                    "/api/schedule/create",
                    new
                    {
                        name,
                        content_type = "x_post",
                        topic = "아침 산책",
                        frequency = "daily",
                        time_of_day = "09:00",
                        timezone = "Asia/Seoul",
                    }
                )
            )["id"]!;

    /// <summary>Runs it by hand, to the end.</summary>
    /// <returns>The run.</returns>
    public async Task<JsonNode> RunAsync(string schedule) =>
        (await Program.PostAsync("/api/schedule/run", new { id = schedule }))["run"]!;

    /// <summary>The schedule's booked slot.</summary>
    public async Task<string> SlotAsync(string schedule) =>
        (string)(await Program.GetAsync($"/api/schedules/{schedule}"))["next_run_at"]!;

    /// <summary>Has QStash deliver the schedule's booked slot, or another, at once.</summary>
    public async Task DeliverAsync(string schedule, string? slot = null)
    {
        slot ??= await SlotAsync(schedule);
        using var http = Program.Client(Program.Credentials.Token);
        using var request = new HttpRequestMessage(
            HttpMethod.Post,
            $"/v2/publish/{Studio.Front}/api/content/generate-scheduled"
        )
        {
            Content = new StringContent(JsonSerializer.Serialize(new { scheduleId = schedule, timestamp = slot })),
        };
        using var answer = await http.SendAsync(request);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The newest run of a schedule, as soon as there is one.</summary>
    public async Task<string> NewestRunAsync(string schedule)
    {
        JsonArray found = [];
        await Wait.UntilAsync(
            async () =>
                (found = (await Program.GetAsync($"/api/runs?schedule_id={schedule}"))["items"]!.AsArray()).Count > 0,
            Wait.Patience
        );
        return (string)found[0]!["id"]!;
    }

    public async ValueTask DisposeAsync()
    {
        await Studio.DisposeAsync();
        await Claude.DisposeAsync();
    }
}
