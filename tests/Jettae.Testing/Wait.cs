namespace Jettae.Testing;

/// <summary>Bounded waits on what another process does.</summary>
public static class Wait
{
    /// <summary>For what comes soon, on a machine that has much else to do: what holds is not waited for.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(50);

    /// <summary>What takes longer is looked for less often.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(5);

    public static async Task UntilAsync(Func<Task<bool>> holds, TimeSpan bound, Func<string>? otherwise = null)
    {
        var from = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(from) > bound)
                throw new TimeoutException(otherwise?.Invoke() ?? $"It did not hold within {bound}.");
            await Task.Delay(
                TimeProvider.System.GetElapsedTime(from) < Soon ? Between : Soon / 10,
                TimeProvider.System
            );
        }
    }

    public static Task UntilAsync(Func<bool> holds, TimeSpan bound, Func<string>? otherwise = null) =>
        UntilAsync(() => Task.FromResult(holds()), bound, otherwise);
}
