using Microsoft.Extensions.Time.Testing;

namespace Jettae.Studio.Tests;

/// <summary>An open page and what changes meanwhile: read often enough, never twice at once, never back to older rows.</summary>
[Trait("Store", "none")]
public sealed class RereadingTests
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(250);
    private readonly FakeTimeProvider time = new();

    [Fact]
    public async Task What_is_asked_for_during_a_reading_is_read_once_after_it()
    {
        var (stored, shown, reads) = (1, 0, 0);
        var gates = new Queue<TaskCompletionSource>([new(), new()]);
        var (first, second) = (gates.ElementAt(0), gates.ElementAt(1));
        var page = new Rereading(
            async () =>
            {
                reads++;
                var seen = stored;
                await gates.Dequeue().Task;
                shown = seen;
            },
            time
        );
        var opened = page.NowAsync(default);
        stored = 2;
        Task[] changed = [page.NowAsync(default), page.NowAsync(default), page.NowAsync(default)];
        Assert.Equal(1, reads);
        first.SetResult();
        Assert.All(changed, each => Assert.False(each.IsCompleted));
        second.SetResult();
        await Task.WhenAll([opened, .. changed]);
        Assert.Equal((2, 2), (reads, shown));
    }

    [Fact]
    public async Task A_burst_of_changes_is_read_at_once_and_then_once_more_after_the_pause()
    {
        var reads = 0;
        var page = new Rereading(
            () =>
            {
                reads++;
                return Task.CompletedTask;
            },
            time
        );
        time.Advance(Between);
        Assert.True(await page.SoonAsync(Between, default));
        var burst = Enumerable.Range(0, 100).Select(_ => page.SoonAsync(Between, default)).ToList();
        Assert.Equal(1, reads);
        time.Advance(Between - TimeSpan.FromMilliseconds(1));
        Assert.Equal(1, reads);
        time.Advance(TimeSpan.FromMilliseconds(1));
        var read = await Task.WhenAll(burst);
        Assert.Equal((2, 1), (reads, read.Count(each => each)));
    }

    [Fact]
    public async Task A_reading_that_fails_is_told_and_does_not_end_the_reading()
    {
        var fails = true;
        var reads = 0;
        var page = new Rereading(
            () =>
            {
                reads++;
                return fails ? Task.FromException(new InvalidOperationException("no store")) : Task.CompletedTask;
            },
            time
        );
        await Assert.ThrowsAsync<InvalidOperationException>(() => page.NowAsync(default));
        fails = false;
        await page.NowAsync(default);
        Assert.Equal(2, reads);
    }

    [Fact]
    public async Task Who_has_left_is_not_read_for()
    {
        using var leaving = new CancellationTokenSource();
        var reads = 0;
        var page = new Rereading(
            () =>
            {
                reads++;
                return Task.CompletedTask;
            },
            time
        );
        time.Advance(Between);
        await page.SoonAsync(Between, leaving.Token);
        var late = page.SoonAsync(Between, leaving.Token);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => late);
        await page.NowAsync(leaving.Token);
        Assert.Equal(1, reads);
    }
}
