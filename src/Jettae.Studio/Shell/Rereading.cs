namespace Jettae.Studio;

/// <summary>
/// Reads again what a page shows, one reading at a time: of many that are asked for meanwhile one more is enough, and none
/// that began earlier ends later. To be used from one thread at a time, as a page's own.
/// </summary>
/// <param name="read">Reads, and keeps what it read.</param>
/// <param name="time">Measures the pauses.</param>
internal sealed class Rereading(Func<Task> read, TimeProvider time)
{
    private Task? underWay;
    private bool isWanted;
    private bool isPausing;
    private long lastEnd;

    /// <summary>Ends when something was read that is no older than this call.</summary>
    public Task NowAsync(CancellationToken leaving)
    {
        isWanted = true;
        if (underWay is { IsCompleted: false } going)
            return going;
        return underWay = ReadAsync(leaving);
    }

    /// <summary>The same once the last reading is so long ago; of many calls meanwhile all but the first end at once.</summary>
    /// <returns>Whether this call had it read.</returns>
    public async Task<bool> SoonAsync(TimeSpan between, CancellationToken leaving)
    {
        if (isPausing)
            return false;
        isPausing = true;
        try
        {
            var left = lastEnd == 0 ? TimeSpan.Zero : between - time.GetElapsedTime(lastEnd);
            if (left > TimeSpan.Zero)
                await Task.Delay(left, time, leaving);
        }
        finally
        {
            isPausing = false;
        }
        await NowAsync(leaving);
        return true;
    }

    private async Task ReadAsync(CancellationToken leaving)
    {
        while (isWanted && !leaving.IsCancellationRequested)
        {
            isWanted = false;
            await read();
            lastEnd = time.GetTimestamp();
        }
    }
}
