namespace Jettae.Studio;

/// <summary>What a model costs from a date on, in US dollars per million tokens.</summary>
public sealed class ModelPrice
{
    public string Model { get; init; } = "";
    public DateTimeOffset EffectiveFrom { get; init; }

    /// <summary>The day of <see cref="EffectiveFrom"/>, as a price is entered and shown: by UTC.</summary>
    internal DateOnly FirstDay => DateOnly.FromDateTime(EffectiveFrom.UtcDateTime);

    /// <summary>Input that is neither read from the cache nor written into it.</summary>
    public decimal Input { get; init; }
    public decimal CachedInput { get; init; }

    /// <summary>Input that is kept in the provider's cache for five minutes.</summary>
    public decimal CacheWrite { get; init; }
    public decimal Output { get; init; }

    /// <summary>A call with more input tokens than this costs <see cref="LongFactor"/> times as much; null: none does.</summary>
    public long? LongFrom { get; init; }
    public decimal LongFactor { get; init; } = 1m;

    /// <summary>The price of one call; cached and written input are part of <paramref name="input"/>.</summary>
    public decimal Of(long input, long cachedInput, long cacheWrite, long output) =>
        (
            (input - cachedInput - cacheWrite) * Input
            + cachedInput * CachedInput
            + cacheWrite * CacheWrite
            + output * Output
        )
        * (input > LongFrom ? LongFactor : 1m)
        / 1_000_000m;

    internal decimal Of(CallNotes call) =>
        Of(call.InputTokens, call.CachedInputTokens, call.CacheWriteTokens, call.OutputTokens);

    /// <summary>
    /// The public list prices known when this version was made. The owner changes, adds and deletes rows: a migration for a
    /// later list must leave alone what it finds, and insert nothing where there is a row already.
    /// </summary>
    internal static IReadOnlyList<ModelPrice> Known { get; } =
    [
        Price("claude-haiku-5-5", new(2026, 10, 7), 0.10m, 0.01m, 0.125m, 0.50m, 100_000, 5m),
        Price("claude-sonnet-5-5", new(2026, 9, 1), 2m, 0.20m, 2.50m, 10m),
        Price("claude-sonnet-5-5", new(2026, 10, 7), 2m, 0.10m, 2.50m, 10m),
        Price("claude-opus-5-5", new(2026, 9, 1), 4m, 0.20m, 5m, 20m),
        Price("claude-fable-5-1", new(2026, 9, 1), 10m, 0.25m, 12.50m, 50m),
        Price("claude-opus-5", new(2026, 1, 1), 5m, 0.50m, 6.25m, 25m),
        Price("claude-sonnet-5", new(2026, 1, 1), 2m, 0.20m, 2.50m, 10m),
        Price("claude-haiku-4-5", new(2026, 1, 1), 1m, 0.10m, 1.25m, 5m),
    ];

    private static ModelPrice Price(
        string model,
        DateOnly from,
        decimal input,
        decimal cached,
        decimal write,
        decimal output,
        long? longFrom = null,
        decimal longFactor = 1m
    ) =>
        new()
        {
            Model = model,
            EffectiveFrom = new DateTimeOffset(from, TimeOnly.MinValue, TimeSpan.Zero),
            Input = input,
            CachedInput = cached,
            CacheWrite = write,
            Output = output,
            LongFrom = longFrom,
            LongFactor = longFactor,
        };
}
