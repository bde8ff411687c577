using System.Text.Json.Nodes;

namespace Jettae.Engine.Tests;

/// <summary>What goes wrong around the engine takes no message out of the world, and none is repeated without end.</summary>
public sealed class TroubleTests
{
    [Fact]
    public async Task A_store_that_cannot_be_read_when_the_window_moves_hides_nothing()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await engine.PublishAsync("/later", "x", ("Upstash-Delay", "1h"));
        await engine.IdleAsync();
        using (engine.WithoutMessagesTable())
            await engine.AdvanceAsync(TimeSpan.FromMinutes(59));
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal("/later", Assert.Single(engine.Deliveries).Target);
    }

    [Fact]
    public async Task A_store_that_cannot_take_a_publish_says_so_and_takes_the_next()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        using (engine.WithoutMessagesTable())
        {
            var (status, json) = await engine.SendAsync(HttpMethod.Post, $"/v2/publish/{engine.Sink}/", "x");
            Assert.Equal(503, status);
            Assert.Contains("try again", (string)json!["error"]!, StringComparison.Ordinal);
        }
        await engine.PublishAsync("/", "y");
        await engine.IdleAsync();
        Assert.Equal("y", Assert.Single(engine.Deliveries).Body);
    }

    [Theory]
    [InlineData("http://127.0.0.1:0/")]
    [InlineData("http://a..b/")]
    [InlineData("http://\u00fcber..x/")]
    [InlineData("http://xn--/")]
    public async Task A_destination_that_cannot_even_be_tried_is_a_failed_attempt_or_refused(string destination)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var batch = new JsonArray(
            new JsonObject
            {
                ["destination"] = destination,
                ["headers"] = new JsonObject { ["Upstash-Retries"] = "0" },
            }
        );
        var (status, json) = await engine.SendAsync(HttpMethod.Post, "/v2/batch", batch.ToJsonString());
        if (status == 400)
            return;
        Assert.Equal(200, status);
        await engine.IdleAsync();
        Assert.Equal(
            ["CREATED", "ACTIVE", "ERROR", "FAILED"],
            await engine.StoryAsync((string)json![0]!["messageId"]!)
        );
    }

    [Fact]
    public async Task A_forwarded_value_beyond_ASCII_arrives()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var batch = new JsonArray(
            new JsonObject
            {
                ["destination"] = engine.Sink + "/",
                ["headers"] = new JsonObject { ["Upstash-Forward-Name"] = "제때" },
            }
        );
        await engine.SendAsync(HttpMethod.Post, "/v2/batch", batch.ToJsonString());
        await engine.IdleAsync();
        Assert.Equal("제때", Assert.Single(engine.Deliveries).Header("Name"));
    }
}
