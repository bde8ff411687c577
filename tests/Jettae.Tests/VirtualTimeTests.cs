using CsCheck;

namespace Jettae.Tests;

[Trait("Store", "own")]
public sealed class VirtualTimeTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Every_timer_fires_once_at_exactly_its_instant_and_in_order()
    {
        Gen.Int[0, 1_000]
            .Array[1, 50]
            .Sample(delays =>
            {
                var time = new VirtualTime(Start);
                var fired = new List<TimeSpan>();
                var timers = delays
                    .Select(seconds =>
                        time.CreateTimer(
                            _ => fired.Add(time.GetUtcNow() - Start),
                            null,
                            TimeSpan.FromSeconds(seconds),
                            Timeout.InfiniteTimeSpan
                        )
                    )
                    .ToList();
                time.MoveTo(Start.AddSeconds(1_000));
                Assert.Equal(delays.Order().Select(seconds => TimeSpan.FromSeconds(seconds)), fired);
                Assert.Null(time.Next);
                Assert.Equal(delays.Length, timers.Count);
            });
    }

    [Fact]
    public void A_periodic_timer_keeps_its_grid()
    {
        var time = new VirtualTime(Start);
        var fired = new List<double>();
        using var timer = time.CreateTimer(
            _ => fired.Add((time.GetUtcNow() - Start).TotalSeconds),
            null,
            TimeSpan.FromSeconds(5),
            TimeSpan.FromSeconds(10)
        );
        time.MoveTo(Start.AddSeconds(36));
        Assert.Equal([5, 15, 25, 35], fired);
        Assert.Equal(Start.AddSeconds(45), time.Next);
    }

    [Fact]
    public void A_timer_that_was_changed_or_disposed_fires_only_as_last_told()
    {
        var time = new VirtualTime(Start);
        var fired = new List<string>();
        var moved = time.CreateTimer(_ => fired.Add("moved"), null, TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        var gone = time.CreateTimer(_ => fired.Add("gone"), null, TimeSpan.FromSeconds(2), Timeout.InfiniteTimeSpan);
        moved.Change(TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        gone.Dispose();
        Assert.Equal(Start.AddSeconds(3), time.Next);
        time.MoveTo(Start.AddSeconds(2));
        Assert.Empty(fired);
        time.MoveTo(Start.AddSeconds(10));
        Assert.Equal(["moved"], fired);
    }

    [Fact]
    public async Task A_delay_ends_when_its_instant_is_reached()
    {
        var time = new VirtualTime(Start);
        var delay = Task.Delay(TimeSpan.FromHours(3), time, TestContext.Current.CancellationToken);
        time.MoveTo(Start.AddHours(3).AddTicks(-1));
        Assert.False(delay.IsCompleted);
        time.MoveTo(Start.AddHours(3));
        await delay;
        Assert.Equal(Start.AddHours(3), time.GetUtcNow());
    }

    [Fact]
    public void Time_never_moves_back()
    {
        var time = new VirtualTime(Start);
        time.MoveTo(Start.AddDays(-1));
        Assert.Equal(Start, time.GetUtcNow());
    }
}
