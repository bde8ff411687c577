using System.Net;
using Jettae.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio.Tests;

/// <summary>The monitor's judgements: of the writer by what it said last, of failures and lateness by the person's own limits.</summary>
public sealed class MonitoringTests
{
    private const string Slot = "2024-01-15T03:00:00Z";

    [Fact]
    public async Task The_writer_is_judged_by_its_last_call_also_of_a_run_that_has_waited_for_long()
    {
        await using var claude = await FakeClaude.StartAsync(Overloaded, Overloaded);
        await using var studio = await StartAsync(claude);
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        await studio.DeliverAsync(studio.MessageFor(Slot));
        await studio.GoToAsync("2024-01-15T03:20:00Z");
        // Nobody asked the writer for a quarter of an hour.
        Assert.Null((await NowAsync(studio)).Trouble);
        await studio.DeliverAsync(studio.MessageFor(Slot));
        await studio.GoToAsync("2024-01-15T03:21:00Z");
        var moment = await NowAsync(studio);
        Assert.Equal((1, "provider_overloaded"), (moment.Waiting, moment.Trouble?.Key));
        Assert.Equal((1, 0), moment.Calls);

        // Another's success is the writer's last word, and so is that of the one that waited.
        await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        Assert.Null((await NowAsync(studio)).Trouble);
        claude.Script.Enqueue(Overloaded);
        await studio.GoToAsync("2024-01-15T03:22:00Z");
        await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        Assert.NotNull((await NowAsync(studio)).Trouble);
        await studio.GoToAsync("2024-01-15T03:23:00Z");
        await studio.DeliverAsync(studio.MessageFor(Slot));
        await studio.StillAsync();
        moment = await NowAsync(studio);
        Assert.Null(moment.Trouble);
        Assert.Equal((0, 4, 2), (moment.Waiting, moment.Calls.Made, moment.Calls.Answered));
    }

    [Fact]
    public async Task What_is_not_the_writers_fault_is_not_told_as_its_trouble()
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says("", "refusal"),
            FakeClaude.Says(new string('가', 200)),
            FakeClaude.Says(new string('가', 200))
        );
        await using var studio = await StartAsync(claude);
        await studio.CreateAsync(TestStudio.ThreeHourly());
        Assert.Equal("refused", await GenerateAsync());
        Assert.Null((await NowAsync(studio)).Trouble);
        Assert.Equal("draft_unfit", await GenerateAsync());
        Assert.Null((await NowAsync(studio)).Trouble);
        await studio.GoToAsync(Slot);
        await studio.DeliverFailureAsync(studio.MessageFor(Slot));
        await studio.StillAsync();
        Assert.Equal("gave_up", (string?)(await studio.GetAsync("/api/runs"))["items"]![0]!["reason"]!["key"]);
        Assert.Null((await NowAsync(studio)).Trouble);

        async Task<string?> GenerateAsync() =>
            (string?)
                (await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly())).Body["run"]!["reason"]![
                    "key"
                ];
    }

    [Theory]
    [InlineData(19, 5, false)]
    [InlineData(18, 5, true)]
    [InlineData(18, 10, false)]
    public async Task Failures_are_many_beyond_the_persons_own_limit_and_not_at_it(int done, double limit, bool often)
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Says("", "refusal"));
        await using var studio = await StartAsync(claude);
        Assert.False((await NowAsync(studio)).FailsOften);
        await studio.PostAsync("/api/alerts/settings", new { failure_rate = limit });
        for (var run = 0; run <= done; run++)
            await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        var moment = await NowAsync(studio);
        Assert.Equal((done, 1), (moment.Day.Done, moment.Day.Failed));
        Assert.Equal(often, moment.FailsOften);
    }

    [Theory]
    [InlineData(5, false)]
    [InlineData(6, true)]
    public async Task Late_is_later_than_the_persons_own_limit(int minutes, bool late)
    {
        await using var studio = await TestStudio.StartAsync(change: options =>
            options.KeeperInterval = TimeSpan.FromDays(1)
        );
        await studio.CreateAsync(TestStudio.ThreeHourly());
        Assert.False((await NowAsync(studio)).IsLate);
        await studio.GoToAsync($"2024-01-15T03:{minutes:00}:00Z");
        var answer = await studio.DeliverAsync(studio.MessageFor(Slot));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(late, (await NowAsync(studio)).IsLate);
        await studio.PostAsync("/api/alerts/settings", new { late_minutes = 30 });
        Assert.False((await NowAsync(studio)).IsLate);
    }

    private static Func<Microsoft.AspNetCore.Http.HttpContext, Task> Overloaded =>
        FakeClaude.Fails(529, "overloaded_error");

    private static Task<TestStudio> StartAsync(FakeClaude claude) =>
        TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl, options.KeeperInterval) = (
                FakeClaude.Key,
                claude.Url,
                TimeSpan.FromDays(1)
            )
        );

    private static async Task<Moment> NowAsync(TestStudio studio) =>
        await studio.Services.GetRequiredService<Monitoring>().NowAsync(await studio.OwnerAsync(), default);
}
