using Jettae.Studio;
using Jettae.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Tests;

/// <summary>The whole program on its files in virtual time, away for a while. Every life of it has another address.</summary>
[Collection(Busy.Name)]
public sealed class DownTests : IDisposable
{
    private static readonly DateTimeOffset Morning = new(2026, 11, 23, 0, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("jettae-down-");
    private readonly string database = JettaeProcess.IsOnPostgres ? PostgresServer.NewDatabase() : "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public async Task After_ten_hours_away_each_rule_catches_up_as_it_says_and_the_grid_goes_on()
    {
        var ids = new Dictionary<CatchUp, Guid>();
        await LiveAsync(
            Morning,
            Morning,
            async (schedules, _, owner) =>
            {
                foreach (var rule in Enum.GetValues<CatchUp>())
                    ids[rule] = (await schedules.CreateAsync(owner, EveryThreeHours(rule), Cancel)).Id;
            },
            (_, _, _) => Task.CompletedTask
        );
        await LiveAsync(
            Morning.AddHours(10),
            Morning.AddHours(13),
            (_, _, _) => Task.CompletedTask,
            async (schedules, runs, owner) =>
            {
                foreach (var (rule, caughtUp) in new[] { (CatchUp.Skip, 0), (CatchUp.Latest, 1), (CatchUp.All, 3) })
                {
                    var ledger = (await runs.ListAsync(owner, new RunFilter(ids[rule]), null, 100, Cancel)).Items;
                    Assert.Equal(
                        [Morning.AddHours(3), Morning.AddHours(6), Morning.AddHours(9), Morning.AddHours(12)],
                        ledger.Select(run => run.SlotAt!.Value).Order()
                    );
                    var late = ledger.Where(run => run.Trigger == RunTrigger.CatchUp).ToList();
                    Assert.Equal(caughtUp, late.Count);
                    Assert.All(late, run => Assert.Equal(RunState.Done, run.State));
                    Assert.Equal(3 - caughtUp, ledger.Count(run => run.State == RunState.Skipped));
                    var onTime = ledger.Single(run => run.SlotAt == Morning.AddHours(12));
                    Assert.Equal((RunState.Done, RunTrigger.Schedule), (onTime.State, onTime.Trigger));
                    var schedule = await schedules.GetAsync(owner, ids[rule], Cancel);
                    Assert.Equal(Morning.AddHours(15), schedule.NextRunAt);
                    Assert.Equal(caughtUp + 1, schedule.TotalGenerated);
                }
            }
        );
    }

    [Fact]
    public async Task What_was_booked_for_an_address_that_is_no_longer_ours_is_booked_again()
    {
        await LiveAsync(
            Morning,
            Morning,
            (schedules, _, owner) => schedules.CreateAsync(owner, EveryThreeHours(CatchUp.Latest), Cancel),
            (_, _, _) => Task.CompletedTask
        );
        await LiveAsync(
            Morning.AddHours(1),
            Morning.AddHours(4),
            (_, _, _) => Task.CompletedTask,
            async (_, runs, owner) =>
            {
                var run = Assert.Single((await runs.ListAsync(owner, new RunFilter(), null, 100, Cancel)).Items);
                Assert.Equal((RunState.Done, Morning.AddHours(3)), (run.State, run.SlotAt!.Value));
                Assert.Equal(run.SlotAt, run.StartedAt);
            }
        );
    }

    private static ScheduleFields EveryThreeHours(CatchUp rule) =>
        new()
        {
            ContentType = ContentType.XPost,
            Topic = "아침 산책",
            Frequency = Frequency.ThreeHours,
            TimeOfDay = "09:00",
            Timezone = "Asia/Seoul",
            CatchUp = rule,
        };

    private async Task LiveAsync(
        DateTimeOffset from,
        DateTimeOffset until,
        Func<Schedules, Runs, Guid, Task> atTheStart,
        Func<Schedules, Runs, Guid, Task> atTheEnd
    )
    {
        var time = new VirtualTime(from);
        var settings = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["JETTAE_DATA"] = folder.FullName,
                ["DATABASE_URL"] = database,
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{JettaeProcess.FreePort()}",
            }
        );
        await using var program = Composition.Build(new Settings(settings.Build()), time);
        await program.StartAsync(Cancel);
        var (schedules, runs) = (
            program.Services.GetRequiredService<Schedules>(),
            program.Services.GetRequiredService<Runs>()
        );
        var owner = await program.Services.GetRequiredService<Accounts>().OwnerAsync(Cancel);
        await atTheStart(schedules, runs, owner);
        await PassAsync(program, time, until);
        await atTheEnd(schedules, runs, owner);
        await program.StopAsync(Cancel);
    }

    private static async Task PassAsync(WebApplication program, VirtualTime time, DateTimeOffset until)
    {
        await RehearsalStage.IdleAsync(program, Cancel);
        while (time.Next is { } due && due <= until)
        {
            time.MoveTo(due);
            await RehearsalStage.IdleAsync(program, Cancel);
        }
        time.MoveTo(until);
        await RehearsalStage.IdleAsync(program, Cancel);
    }
}
