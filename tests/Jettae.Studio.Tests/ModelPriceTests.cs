namespace Jettae.Studio.Tests;

/// <summary>What a call costs, to the last decimal.</summary>
[Trait("Store", "none")]
public sealed class ModelPriceTests
{
    [Theory]
    // Worked out by hand from the public list.
    [InlineData("claude-haiku-5-5", 1_500, 0, 0, 300, "0.0003")]
    [InlineData("claude-haiku-5-5", 100_000, 0, 0, 1_000, "0.0105")]
    [InlineData("claude-haiku-5-5", 100_001, 0, 0, 1_000, "0.0525005")]
    [InlineData("claude-haiku-5-5", 4_000, 1_000, 2_000, 0, "0.00036")]
    [InlineData("claude-sonnet-5-5", 1_500, 0, 0, 300, "0.006")]
    [InlineData("claude-sonnet-5-5", 10_000, 8_000, 0, 0, "0.0048")]
    [InlineData("claude-sonnet-5-5", 10_000, 0, 8_000, 100, "0.025")]
    [InlineData("claude-sonnet-5-5", 200_000, 0, 0, 0, "0.4")]
    [InlineData("claude-opus-5-5", 3, 1, 1, 1, "0.0000292")]
    [InlineData("claude-fable-5-1", 1_000_000, 0, 1_000_000, 0, "12.5")]
    [InlineData("claude-opus-5", 0, 0, 0, 1, "0.000025")]
    [InlineData("claude-haiku-4-5", 2_000, 1_000, 1_000, 0, "0.00135")]
    public void A_call_costs_each_kind_of_token_at_its_price(
        string model,
        long input,
        long cached,
        long written,
        long output,
        string dollars
    ) =>
        Assert.Equal(
            decimal.Parse(dollars, System.Globalization.CultureInfo.InvariantCulture),
            PriceOf(model).Of(input, cached, written, output)
        );

    [Fact]
    public void Reading_costs_less_than_new_input_and_writing_more() =>
        Assert.All(
            ModelPrice.Known,
            price =>
            {
                Assert.True(price.CachedInput < price.Input, price.Model);
                Assert.Equal(price.Input * 1.25m, price.CacheWrite);
            }
        );

    /// <summary>The newest price of a model.</summary>
    private static ModelPrice PriceOf(string model) => ModelPrice.Known.Last(price => price.Model == model);
}
