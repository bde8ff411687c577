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

    /// <summary>What was accepted once is not asked for its limits again: its message would be attempted for ever.</summary>
    [Theory]
    [InlineData("Upstash-Retries", "5")]
    [InlineData("Upstash-Callback-Retries", "5")]
    [InlineData("Upstash-Callback-Delay", "2d")]
    [InlineData("Upstash-Callback-Queue-Name", "another")]
    public async Task A_callback_beyond_limits_that_came_later_is_made_and_its_message_is_not_repeated(
        string name,
        string value
    )
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var callback = ("Upstash-Callback", engine.Sink + "/told");
        var id = await engine.PublishAsync("/once", "x", callback, (name, value), ("Upstash-Delay", "1h"));
        await engine.SendAsync(HttpMethod.Post, "/v2/queues", """{"queueName":"only"}""");
        await engine.RestartAsync(options =>
            options.Limits = new Limits
            {
                Retries = 1,
                Delay = TimeSpan.FromDays(1),
                Queues = 1,
            }
        );
        await engine.AdvanceAsync(TimeSpan.FromHours(1));
        await engine.AdvanceAsync(TimeSpan.FromDays(2));
        Assert.Equal(["/once", "/told"], engine.Deliveries.Select(one => one.Target));
        Assert.Equal(["CREATED", "ACTIVE", "DELIVERED"], await engine.StoryAsync(id));
    }

    [Fact]
    [Trait("QStash", "62")]
    public async Task A_schedule_beyond_limits_that_came_later_is_shown_still()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await engine.SendAsync(
            HttpMethod.Post,
            "/v2/schedules/https://h.example",
            "x",
            ("Upstash-Cron", "0 0 1 1 *"),
            ("Upstash-Retries", "5")
        );
        await engine.RestartAsync(options => options.Limits = new Limits { Retries = 1 });
        var (status, json) = await engine.SendAsync(HttpMethod.Get, "/v2/schedules");
        Assert.Equal((200, 5), (status, (int)json![0]!["retries"]!));
    }

    [Fact]
    [Trait("QStash", "68")]
    public async Task A_schedule_that_finds_no_room_for_its_queue_says_so_and_holds_up_no_other()
    {
        await using var engine = await EngineUnderTest.StartAsync(options =>
            options.Limits = new Limits { Queues = 1 }
        );
        (string, string) cron = ("Upstash-Cron", "0 * * * *");
        await ScheduleAsync("/queued", ("Upstash-Queue-Name", "another"), ("Upstash-Schedule-Id", "queued"));
        await ScheduleAsync("/plain", ("Upstash-Schedule-Id", "plain"));
        await engine.SendAsync(HttpMethod.Post, "/v2/queues", """{"queueName":"only"}""");
        for (var hour = 1; hour <= 2; hour++)
        {
            await engine.AdvanceAsync(TimeSpan.FromHours(1));
            Assert.Equal(hour, engine.Deliveries.Count(one => one.Target == "/plain"));
            var shown = (await engine.SendAsync(HttpMethod.Get, "/v2/schedules/queued")).Json!;
            Assert.Contains("maxQueues", (string)shown["error"]!, StringComparison.Ordinal);
            Assert.True((long)shown["nextScheduleTime"]! > engine.Time.GetUtcNow().ToUnixTimeMilliseconds());
        }
        await engine.SendAsync(HttpMethod.Delete, "/v2/queues/only");
        await engine.AdvanceAsync(TimeSpan.FromHours(1));
        Assert.Single(engine.Deliveries, one => one.Target == "/queued");

        Task ScheduleAsync(string path, params (string, string)[] headers) =>
            engine.SendAsync(HttpMethod.Post, $"/v2/schedules/{engine.Sink}{path}", "x", [.. headers, cron]);
    }

    [Fact]
    public async Task What_was_published_is_not_refused_because_its_allowance_cannot_be_told()
    {
        await using var engine = await EngineUnderTest.StartAsync(options =>
            options.Limits = new Limits { MessagesPerDay = 10 }
        );
        engine.Store.Committed = () =>
        {
            engine.Store.Committed = null;
            engine.Run("alter table tenants rename to hidden");
        };
        await engine.PublishAsync("/once", "x");
        engine.Run("alter table hidden rename to tenants");
    }

    /// <summary>It is no answer of the destination's: no retry is spent, and nothing of the store's is told to whoever published.</summary>
    [Fact]
    public async Task A_store_that_cannot_say_what_to_sign_with_is_not_the_destinations_failure()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        // Its keys are read when the first of its messages is sent.
        var token = engine.Beside(db => Tokens.Create(db, "newcomer", "laptop", readOnly: false, now: 1));
        var published = await engine.SendAsync(
            HttpMethod.Post,
            $"/v2/publish/{engine.Sink}/later",
            "x",
            ("Authorization", $"Bearer {token}"),
            ("Upstash-Retries", "0"),
            ("Upstash-Delay", "10s")
        );
        Assert.Equal(200, published.Status);
        engine.Run("alter table tenants rename to hidden");
        await engine.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(engine.Deliveries);
        engine.Run("alter table hidden rename to tenants");
        await engine.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Equal("/later", Assert.Single(engine.Deliveries).Target);
    }

    [Fact]
    public async Task A_lane_at_whose_turn_the_store_cannot_be_read_comes_again()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        // A key is read when the first of its messages is due.
        await engine.PublishAsync(
            "/later",
            "x",
            ("Upstash-Delay", "10s"),
            ("Upstash-Flow-Control-Key", "k"),
            ("Upstash-Flow-Control-Value", "parallelism=1")
        );
        engine.Run("alter table flow_controls rename to hidden");
        await engine.AdvanceAsync(TimeSpan.FromSeconds(10));
        Assert.Empty(engine.Deliveries);
        engine.Run("alter table hidden rename to flow_controls");
        await engine.AdvanceAsync(TimeSpan.FromSeconds(5));
        await engine.AdvanceAsync(TimeSpan.FromSeconds(5));
        Assert.Equal("/later", Assert.Single(engine.Deliveries).Target);
    }
}
