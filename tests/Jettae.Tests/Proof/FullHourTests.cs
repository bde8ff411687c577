using Jettae.Testing;

namespace Jettae.Tests;

/// <summary>Many schedules whose slot is the same minute.</summary>
public sealed class FullHourTests
{
    [Fact]
    public async Task What_falls_due_at_once_is_written_in_turn_and_all_of_it()
    {
        await using var claude = await FakeClaude.StartAsync();
        var (asked, most) = (0, 0);
        var gate = new Lock();
        var both = new TaskCompletionSource();
        for (var i = 0; i < 7; i++)
            claude.Script.Enqueue(async http =>
            {
                lock (gate)
                    if ((most = Math.Max(most, ++asked)) > 1)
                        both.TrySetResult();
                // The first one waits for a second; all take so long that more would be seen.
                await Task.WhenAny(both.Task, Task.Delay(Wait.Patience, TimeProvider.System));
                await Task.Delay(TimeSpan.FromMilliseconds(300), TimeProvider.System, http.RequestAborted);
                lock (gate)
                    asked--;
                await FakeClaude.Says(FakeClaude.Usual)(http);
            });
        await using var program = await JettaeProcess.StartAsync([("JETTAE_PARALLEL_RUNS", "2"), .. claude.Settings]);
        var slot = Slots.Coming();
        var schedules = new List<string>();
        for (var i = 0; i < 7; i++)
            schedules.Add(await program.ScheduleAsync(slot));
        foreach (var schedule in schedules)
            await program.WasRunOnceAsync(schedule, slot);
        Assert.Equal(2, most);
    }
}
