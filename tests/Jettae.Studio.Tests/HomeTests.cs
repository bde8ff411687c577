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
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var id = (string)(await studio.CreateAsync(TestStudio.ThreeHourly()))["id"]!;
        var (_, failed) = await studio.PostAsync("/api/schedule/run", new { id });
        Assert.Equal("failed", (string?)failed["run"]!["state"]);
        Assert.Equal((string?)failed["run"]!["id"], $"{Assert.Single((await TodayAsync(studio)).Troubles).Id}");
        studio.Time.Advance(TimeSpan.FromMinutes(1));
        var (_, again) = await studio.PostAsync($"/api/runs/{failed["run"]!["id"]}/rerun", new { });
        Assert.Equal("done", (string?)again["run"]!["state"]);
        Assert.Empty((await TodayAsync(studio)).Troubles);
    }

    private static async Task<Today> TodayAsync(TestStudio studio) =>
        await studio.Services.GetRequiredService<Home>().ReadAsync(await studio.OwnerAsync(), default);
}
