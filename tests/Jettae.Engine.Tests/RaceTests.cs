using System.Buffers.Text;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Jettae.Engine.Tests;

/// <summary>What happens at the same instant ends as if it had happened one after the other.</summary>
public sealed class RaceTests
{
    [Theory]
    [Trait("QStash", "45,46")]
    [InlineData("Upstash-Deduplication-Id", "the-same")]
    [InlineData("Upstash-Content-Based-Deduplication", "true")]
    public async Task Of_fifty_equal_publishes_at_one_instant_one_is_delivered_and_all_are_told_its_id(
        string name,
        string value
    )
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var clients = Enumerable.Range(0, 50).Select(_ => new HttpClient()).ToArray();
        // Each has its connection already: the instant is the publish.
        await Task.WhenAll(clients.Select(client => SendAsync(client, HttpMethod.Get, "/v2/keys")));
        using var start = new ManualResetEventSlim();
        var publishing = clients
            .Select(client =>
                Task.Run(async () =>
                {
                    start.Wait();
                    return await SendAsync(client, HttpMethod.Post, $"/v2/publish/{engine.Sink}/once");
                })
            )
            .ToArray();
        start.Set();
        var answers = await Task.WhenAll(publishing);
        await engine.IdleAsync();
        var delivered = Assert.Single(engine.Deliveries).Header("Upstash-Message-Id");
        Assert.All(answers, answer => Assert.Equal(delivered, (string)answer.Json["messageId"]!));
        Assert.Equal((200, null), Assert.Single(answers.Select(Kind), kind => kind.Status != 202));
        Assert.Equal(49, answers.Select(Kind).Count(kind => kind == (202, true)));
        foreach (var client in clients)
            client.Dispose();

        static (int Status, bool? Deduplicated) Kind((int Status, JsonNode Json) answer) =>
            (answer.Status, (bool?)answer.Json["deduplicated"]);

        async Task<(int Status, JsonNode Json)> SendAsync(HttpClient client, HttpMethod method, string path)
        {
            using var request = new HttpRequestMessage(method, engine.Address + path)
            {
                Headers = { Authorization = new AuthenticationHeaderValue("Bearer", EngineUnderTest.Token) },
            };
            request.Headers.Add(name, value);
            using var answer = await client.SendAsync(request);
            return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
        }
    }

    /// <summary>A message that is cancelled, delivered and read at once is one of the two, and says so everywhere.</summary>
    [Fact]
    [Trait("QStash", "83")]
    public async Task A_message_is_cancelled_or_delivered_never_both()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var publishing = Enumerable
            .Range(0, 60)
            .Select(i => engine.PublishAsync($"/{i}", "x", ("Upstash-Delay", "1s")));
        var ids = await Task.WhenAll(publishing);
        var cancelling = ids.Select(id => Task.Run(() => engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{id}")))
            .ToArray();
        engine.Time.Advance(TimeSpan.FromSeconds(1));
        var answers = await Task.WhenAll(cancelling);
        await engine.IdleAsync();
        foreach (var (id, answer) in ids.Zip(answers))
        {
            var cancelled = answer.Status == 200;
            Assert.Equal(cancelled ? "CANCELED" : "DELIVERED", (await engine.StoryAsync(id))[^1]);
        }
    }

    [Fact]
    [Trait("QStash", "60")]
    public async Task A_delayed_message_that_its_queue_admits_in_the_commit_of_its_joining_is_delivered()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        const int queues = 20;
        for (var i = 0; i < queues; i++)
        {
            var path = $"/v2/enqueue/q{i}/{engine.Sink}/{i}";
            await engine.SendAsync(HttpMethod.Post, path, "x", ("Upstash-Delay", "10s"));
            await engine.SendAsync(HttpMethod.Post, $"/v2/queues/q{i}/pause");
        }
        var commit = await HeldAsync(engine);
        engine.Time.Advance(TimeSpan.FromSeconds(10));
        await WaitingAsync(engine, queues);
        var resuming = Enumerable
            .Range(0, queues)
            .Select(i => engine.SendAsync(HttpMethod.Post, $"/v2/queues/q{i}/resume"))
            .ToArray();
        await WaitingAsync(engine, 2 * queues);
        commit.SetResult();
        await Task.WhenAll(resuming);
        await engine.IdleAsync();
        Assert.Equal(queues, engine.Deliveries.Count);
    }

    [Fact]
    [Trait("QStash", "59,83")]
    public async Task A_message_that_is_found_cancelled_when_its_keys_turn_comes_does_not_hold_its_line()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        (string, string)[] limited =
        [
            ("Upstash-Flow-Control-Key", "k"),
            ("Upstash-Flow-Control-Value", "rate=1,period=10s"),
        ];
        await engine.PublishAsync("/first", "x", limited);
        await engine.IdleAsync();
        var (_, json) = await engine.SendAsync(HttpMethod.Post, $"/v2/enqueue/q/{engine.Sink}/cancelled", "x", limited);
        await engine.SendAsync(HttpMethod.Post, $"/v2/enqueue/q/{engine.Sink}/next", "x");
        await engine.IdleAsync();
        var before = await HeldAsync(engine);
        var cancelling = engine.SendAsync(HttpMethod.Delete, $"/v2/messages/{(string)json!["messageId"]!}");
        await WaitingAsync(engine, 1);
        // The cancellation's commit is full, and the next one is, so that the start comes in the one after them.
        var between = new TaskCompletionSource();
        var others = Enumerable
            .Range(1, 3_999)
            .Select(i => engine.Store.WriteAsync(_ => i == 2_000 && between.Task.Wait(TimeSpan.FromSeconds(60))))
            .ToArray();
        engine.Time.Advance(TimeSpan.FromSeconds(11));
        await WaitingAsync(engine, 4_001);
        before.SetResult();
        await WaitingAsync(engine, 2);
        between.SetResult();
        await Task.WhenAll(others);
        Assert.Equal(200, (await cancelling).Status);
        await engine.IdleAsync();
        Assert.Equal(["/first", "/next"], engine.Deliveries.Select(one => one.Target));
    }

    [Fact]
    [Trait("Store", "PostgreSQL")]
    public async Task What_is_published_beside_one_that_its_quota_refuses_is_stored_together_all_the_same()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var token = engine.Beside(db =>
        {
            var made = Tokens.Create(db, "spender", "laptop", readOnly: false, now: 1);
            Tokens.Limit(db, "spender", "messagesPerDay=0");
            return made;
        });
        var commit = await HeldAsync(engine);
        var others = Enumerable
            .Range(0, 10)
            .Select(_ => engine.PublishAsync("/later", "x", ("Upstash-Delay", "1h")))
            .ToArray();
        var refused = engine.SendAsync(
            HttpMethod.Post,
            $"/v2/publish/{engine.Sink}/refused",
            "x",
            ("Authorization", $"Bearer {token}")
        );
        await WaitingAsync(engine, 11);
        commit.SetResult();
        await Task.WhenAll(others);
        Assert.Equal(429, (await refused).Status);
        // What is made alone, because what it was made with was undone, has a savepoint and so a number of its own.
        Assert.Equal(
            (10L, 1L),
            engine.Store.Read(db =>
                (
                    db.Scalar<long>("select count(*) from messages"),
                    db.Scalar<long>("select count(distinct xmin::text) from messages")
                )
            )
        );
    }

    /// <summary>A commit under way that ends when it is let; what is written meanwhile goes into the next one.</summary>
    private static async Task<TaskCompletionSource> HeldAsync(EngineUnderTest engine)
    {
        var (begun, open) = (new TaskCompletionSource(), new TaskCompletionSource());
        _ = engine.Store.WriteAsync(_ => begun.TrySetResult() && open.Task.Wait(TimeSpan.FromSeconds(60)));
        await begun.Task;
        return open;
    }

    private static Task WaitingAsync(EngineUnderTest engine, int writes) =>
        EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Store.WaitingWrites == writes));

    [Fact]
    [Trait("QStash", "102,103")]
    public async Task A_rotation_amid_a_thousand_messages_is_noticed_by_no_receiver()
    {
        // Of one host a quarter are called at once: that is to be more than a thousand.
        await using var engine = await EngineUnderTest.StartAsync(options => options.MaxInFlight = 5_000);
        using var open = new SemaphoreSlim(0);
        engine.Answer = http => http.Request.Path == "/during" ? open.WaitAsync() : Task.CompletedTask;
        await PublishAsync("/before", 100);
        await engine.IdleAsync();
        await PublishAsync("/during", 1_000);
        await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Count == 1_100));
        var (status, rotated) = await engine.SendAsync(HttpMethod.Post, "/v2/keys/rotate");
        Assert.Equal((200, EngineUnderTest.NextKey), (status, (string)rotated!["current"]!));
        await PublishAsync("/after", 100);
        await EngineUnderTest.UntilAsync(() => Task.FromResult(engine.Deliveries.Count == 1_200));
        open.Release(1_000);
        await engine.IdleAsync();
        var deliveries = engine.Deliveries.ToArray();
        Assert.Equal(1_200, deliveries.Select(one => one.Header("Upstash-Message-Id")).Distinct().Count());
        var signedBy = deliveries
            .Select(one =>
                (
                    one.Target,
                    Signed(one, EngineUnderTest.CurrentKey) ? "current"
                    : Signed(one, EngineUnderTest.NextKey) ? "next"
                    : "neither"
                )
            )
            .CountBy(one => one)
            .ToDictionary();
        Assert.Equal(
            new Dictionary<(string, string), int>
            {
                [("/before", "current")] = 100,
                [("/during", "current")] = 1_000,
                [("/after", "next")] = 100,
            },
            signedBy
        );
        async Task PublishAsync(string path, int count)
        {
            var item = new JsonObject { ["destination"] = engine.Sink + path, ["body"] = path };
            var batch = new JsonArray([.. Enumerable.Range(0, count).Select(_ => item.DeepClone())]);
            Assert.Equal(200, (await engine.SendAsync(HttpMethod.Post, "/v2/batch", batch.ToJsonString())).Status);
        }
    }

    [Fact]
    [Trait("QStash", "103")]
    public async Task Rotations_at_one_instant_are_each_a_step_of_one_chain()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var rotating = Enumerable.Range(0, 20).Select(_ => engine.SendAsync(HttpMethod.Post, "/v2/keys/rotate"));
        var pairs = (await Task.WhenAll(rotating)).ToDictionary(
            answer => (string)answer.Json!["current"]!,
            answer => (string)answer.Json!["next"]!
        );
        var key = EngineUnderTest.NextKey;
        for (var step = 0; step < 20; step++)
            key = pairs[key];
        var (_, last) = await engine.SendAsync(HttpMethod.Get, "/v2/keys");
        Assert.Equal(key, (string)last!["next"]!);
        await engine.PublishAsync("/", "x");
        await engine.IdleAsync();
        Assert.True(Signed(engine.Deliveries.Single(), (string)last["current"]!));
    }

    /// <summary>As a receiver checks it, with nothing of the engine's.</summary>
    private static bool Signed(Received delivery, string key)
    {
        var parts = delivery.Header("Upstash-Signature").Split('.');
        var mac = HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"));
        if (!CryptographicOperations.FixedTimeEquals(mac, Base64Url.DecodeFromChars(parts[2])))
            return false;
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
        return ((string)claims["body"]!).TrimEnd('=')
            == Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(delivery.Body)));
    }
}
