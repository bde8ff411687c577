using Jettae.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio.Tests;

/// <summary>The first page asks for what still needs somebody.</summary>
public sealed class HomeTests
{
    [Fact]
    public async Task A_run_that_was_given_up_needs_nobody_once_it_is_made_good()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Fails(401, "authentication_error"));
        await using var studio = await StartAsync(claude);
        var id = (string)(await studio.CreateAsync(TestStudio.ThreeHourly()))["id"]!;
        var (_, failed) = await studio.PostAsync("/api/schedule/run", new { id });
        Assert.Equal("failed", (string?)failed["run"]!["state"]);
        Assert.Equal((string?)failed["run"]!["id"], $"{Assert.Single((await TodayAsync(studio)).Troubles).Id}");
        studio.Time.Advance(TimeSpan.FromMinutes(1));
        var (_, again) = await studio.PostAsync($"/api/runs/{failed["run"]!["id"]}/rerun", new { });
        Assert.Equal("done", (string?)again["run"]!["state"]);
        Assert.Empty((await TodayAsync(studio)).Troubles);
    }

    [Fact]
    public async Task A_piece_that_could_not_be_written_again_needs_nobody_once_it_was()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var studio = await StartAsync(claude);
        var (_, made) = await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        var again = $"/api/contents/{made["content"]!["id"]}/regenerate";
        studio.Time.Advance(TimeSpan.FromMinutes(1));
        claude.Script.Enqueue(FakeClaude.Fails(401, "authentication_error"));
        await studio.PostAsync(again, new { instruction = "더 짧게" });
        Assert.Single((await TodayAsync(studio)).Troubles);
        studio.Time.Advance(TimeSpan.FromMinutes(1));
        await studio.PostAsync(again, new { instruction = "더 짧게" });
        Assert.Empty((await TodayAsync(studio)).Troubles);
    }

    [Fact]
    public async Task One_schedule_that_fails_and_fails_leaves_room_for_the_others()
    {
        var no = FakeClaude.Fails(401, "authentication_error");
        await using var claude = await FakeClaude.StartAsync(no, no, no, no, no);
        await using var studio = await StartAsync(claude);
        var quiet = (string)(await studio.CreateAsync(TestStudio.ThreeHourly()))["id"]!;
        var loud = (string)(await studio.CreateAsync(TestStudio.ThreeHourly()))["id"]!;
        foreach (var id in new[] { quiet, loud, loud, loud, loud })
        {
            await studio.PostAsync("/api/schedule/run", new { id });
            studio.Time.Advance(TimeSpan.FromMinutes(1));
        }
        var today = await TodayAsync(studio);
        Assert.Equal([loud, quiet], today.Troubles.Select(run => $"{run.ScheduleId}"));
        Assert.Equal(3, today.MoreTroubles);
    }

    private static Task<TestStudio> StartAsync(FakeClaude claude) =>
        TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );

    private static async Task<Today> TodayAsync(TestStudio studio) =>
        await studio.Services.GetRequiredService<Home>().ReadAsync(await studio.OwnerAsync(), default);
}
