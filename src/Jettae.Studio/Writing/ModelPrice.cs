namespace Jettae.Studio;

/// <summary>What a model costs from a date on, in US dollars per million tokens.</summary>
public sealed class ModelPrice
{
    public string Model { get; init; } = "";
    public DateTimeOffset EffectiveFrom { get; init; }
    public decimal Input { get; init; }
    public decimal CachedInput { get; init; }
    public decimal Output { get; init; }

    /// <summary>The price of these tokens; cached input is part of <paramref name="input"/>.</summary>
    public decimal Of(long input, long cachedInput, long output) =>
        ((input - cachedInput) * Input + cachedInput * CachedInput + output * Output) / 1_000_000m;

    /// <summary>The public list prices known when this version was made; the store may hold newer ones.</summary>
    internal static IReadOnlyList<ModelPrice> Known { get; } =
    [
        Price("claude-haiku-5-5", 2026, 10, 7, 0.10m, 0.01m, 0.50m),
        Price("claude-sonnet-5-5", 2026, 9, 1, 2m, 0.20m, 10m),
        Price("claude-sonnet-5-5", 2026, 10, 7, 2m, 0.10m, 10m),
        Price("claude-opus-5-5", 2026, 9, 1, 4m, 0.20m, 20m),
        Price("claude-fable-5-1", 2026, 9, 1, 10m, 0.25m, 50m),
        Price("claude-opus-5", 2026, 1, 1, 5m, 0.50m, 25m),
        Price("claude-sonnet-5", 2026, 1, 1, 2m, 0.20m, 10m),
        Price("claude-haiku-4-5", 2026, 1, 1, 1m, 0.10m, 5m),
    ];

    private static ModelPrice Price(
        string model,
        int year,
        int month,
        int day,
        decimal input,
        decimal cached,
        decimal output
    ) =>
        new()
        {
            Model = model,
            EffectiveFrom = new DateTimeOffset(year, month, day, 0, 0, 0, TimeSpan.Zero),
            Input = input,
            CachedInput = cached,
            Output = output,
        };
}
