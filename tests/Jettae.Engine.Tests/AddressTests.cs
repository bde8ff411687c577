namespace Jettae.Engine.Tests;

/// <summary>What says where a QStash is: its deliveries name their region, and a wrong address of it is said to be one.</summary>
public sealed class AddressTests
{
    [Fact]
    [Trait("QStash", "104")]
    public async Task Deliveries_name_the_region_and_none_where_there_is_none()
    {
        await using var engine = await EngineUnderTest.StartAsync(options => options.Region = "US-EAST-1");
        await engine.PublishAsync("/there", "x", ("Upstash-Forward-Upstash-Region", "EU-CENTRAL-1"));
        await engine.IdleAsync();
        Assert.Equal("US-EAST-1", Assert.Single(engine.Deliveries).Header("Upstash-Region"));
        await engine.RestartAsync();
        await engine.PublishAsync("/nowhere", "x");
        await engine.IdleAsync();
        Assert.DoesNotContain(
            "Upstash-Region",
            engine.Deliveries.Last().Headers.Keys,
            StringComparer.OrdinalIgnoreCase
        );
    }

    [Theory]
    [InlineData("POST", "/v2/publish/v2/publish/https://me.example/hook")]
    [InlineData("POST", "/v2/publish//v2/publish/https://me.example/hook")]
    [InlineData("POST", "/v2/publish/v2/batch")]
    [InlineData("GET", "/v2/publish/v2/keys")]
    [InlineData("DELETE", "/v2/publish/v2/messages")]
    [InlineData("POST", "/v2/v2/publish/https://me.example/hook")]
    [InlineData("GET", "/v2/v2/keys")]
    public async Task An_address_with_the_path_of_a_publish_in_it_is_said_to_be_wrong(string method, string path)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var (status, json) = await engine.SendAsync(new HttpMethod(method), path, method == "POST" ? "x" : null);
        Assert.Equal(404, status);
        Assert.Contains("QSTASH_URL must be the address alone", (string)json!["error"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/v2/nothing")]
    [InlineData("GET", "/v2/nothing.json")]
    [InlineData("PUT", "/v2/nothing/of/this.kind")]
    [InlineData("POST", "/v2/publishhttps://me.example")]
    public async Task A_path_that_there_is_not_is_said_not_to_be_there(string method, string path)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var (status, json) = await engine.SendAsync(new HttpMethod(method), path, method == "GET" ? null : "x");
        Assert.Equal(404, status);
        Assert.Equal($"there is no {method} {path}", (string)json!["error"]!);
    }
}
