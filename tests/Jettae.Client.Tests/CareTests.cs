using System.Net;

namespace Jettae.Client.Tests;

/// <summary>What the client takes care of by itself: nothing for all by accident, nothing twice unasked, nothing lost in a header.</summary>
public sealed class CareTests
{
    private readonly Impatient time = new();
    private readonly List<string> asked = [];
    private readonly Queue<Func<HttpResponseMessage>> answers = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private QStashClient Client(int retries = 0, string url = "https://qstash.example") =>
        new(
            new HttpClient(new Answering(this)),
            new QStashOptions
            {
                Url = new Uri(url),
                Token = "t0ken",
                TransportRetries = retries,
            },
            time
        );

    private void Answer(string body, int status = 200) =>
        answers.Enqueue(() => new HttpResponseMessage((HttpStatusCode)status) { Content = new StringContent(body) });

    private void Break() => answers.Enqueue(() => throw new HttpRequestException("connection reset"));

    [Fact]
    public async Task Nothing_is_cancelled_deleted_or_retried_for_want_of_a_name()
    {
        var qstash = Client();
        Func<Task>[] mistakes =
        [
            () => qstash.Messages.CancelAsync("", Cancel),
            () => qstash.Messages.CancelAsync(" ", Cancel),
            () => qstash.Messages.CancelAsync("..", Cancel),
            () => qstash.Messages.CancelManyAsync(["msg_1", ""], Cancel),
            () => qstash.Messages.CancelWhereAsync(new MessageFilter(), Cancel),
            () => qstash.Messages.CancelWhereAsync(new MessageFilter { Labels = [""] }, Cancel),
            () => qstash.DeadLetters.DeleteAsync("", Cancel),
            () => qstash.DeadLetters.DeleteWhereAsync(new DeadLetterFilter(), Cancel),
            () => qstash.DeadLetters.RetryAsync("", cancel: Cancel),
            () => qstash.DeadLetters.RetryWhereAsync(new DeadLetterFilter { Labels = [] }, cancel: Cancel),
            () => qstash.Queues.DeleteAsync("", Cancel),
        ];
        foreach (var mistake in mistakes)
            await Assert.ThrowsAnyAsync<ArgumentException>(mistake);
        Assert.Equal(0, await qstash.Messages.CancelManyAsync([], Cancel));
        Assert.Equal(0, await qstash.DeadLetters.DeleteManyAsync([], Cancel));
        Assert.Empty(await qstash.DeadLetters.RetryManyAsync([], cancel: Cancel));
        Assert.Empty(asked);
    }

    [Fact]
    public async Task A_group_is_no_url_and_a_url_no_group()
    {
        var qstash = Client();
        var toGroup = PublishRequest.Text("audit", "x");
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() => qstash.PublishAsync(toGroup, Cancel));
        Assert.Contains("PublishToGroupAsync", refusal.Message, StringComparison.Ordinal);
        var toUrl = PublishRequest.Text("HTTPS://me.example", "x");
        await Assert.ThrowsAsync<ArgumentException>(() => qstash.PublishToGroupAsync(toUrl, Cancel));
        // It would make a schedule, and then find no results in the answer.
        var cron = await Assert.ThrowsAsync<ArgumentException>(() =>
            qstash.PublishToGroupAsync(toGroup with { Cron = "0 9 * * *" }, Cancel)
        );
        Assert.Contains("Schedules.CreateAsync", cron.Message, StringComparison.Ordinal);
        Assert.Empty(asked);
    }

    [Theory]
    [InlineData("https://me.example/a b\r\nX: y", "https://me.example/a%20b%0D%0AX:%20y")]
    [InlineData("https://me.example/제때?q=%41", "https://me.example/%EC%A0%9C%EB%95%8C?q=%41")]
    [InlineData("https://me.example/a#part", "https://me.example/a")]
    [InlineData("api/llm", "api/llm")]
    public async Task A_destination_goes_as_given_but_for_what_no_request_line_carries(string destination, string path)
    {
        Answer("{\"messageId\":\"msg_1\"}");
        await Client(url: "http://me.local/under/").PublishAsync(PublishRequest.Text(destination, "x"), Cancel);
        Assert.Equal("POST /under/v2/publish/" + path, Assert.Single(asked));
    }

    [Theory]
    [InlineData("http://me.local:8080/v2/publish", "/v2/keys")]
    [InlineData("http://me.local:8080/v2/publish/", "/v2/keys")]
    [InlineData("http://me.local:8080/v2/", "/v2/keys")]
    [InlineData("http://me.local:8080/under/v2/publish", "/under/v2/keys")]
    [InlineData("http://me.local:8080/my-v2", "/my-v2/v2/keys")]
    [InlineData("http://v2", "/v2/keys")]
    public async Task An_address_that_was_copied_with_the_path_of_a_publish_works(string url, string path)
    {
        Answer("""{"current":"a","next":"b"}""");
        await Client(url: url).GetKeysAsync(Cancel);
        Assert.Equal("GET " + path, Assert.Single(asked));
    }

    [Theory]
    [InlineData("RateLimit", RateLimitKind.Daily)]
    [InlineData("Burst-RateLimit", RateLimitKind.Burst)]
    public async Task A_refusal_says_which_limit_was_reached_and_when_it_is_open_again(string name, RateLimitKind kind)
    {
        var reset = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 3_600;
        answers.Enqueue(() =>
            new HttpResponseMessage(HttpStatusCode.TooManyRequests)
            {
                Headers =
                {
                    { name + "-Limit", "100" },
                    { name + "-Remaining", "0" },
                    { name + "-Reset", $"{reset}" },
                },
            }
        );
        var refused = await Assert.ThrowsAsync<QStashException>(() => Client().GetKeysAsync(Cancel));
        Assert.Equal(new RateLimit(kind, 100, 0, DateTimeOffset.FromUnixTimeSeconds(reset)), refused.RateLimit);
        Assert.InRange(refused.RetryAfter!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
    }

    [Theory]
    [InlineData(429, RateLimitKind.Burst)]
    [InlineData(400, null)]
    public async Task Of_limits_that_are_told_the_one_that_is_used_up_is_the_reason_of_a_429_and_of_nothing_else(
        int status,
        RateLimitKind? kind
    )
    {
        var reset = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 3_600;
        answers.Enqueue(() =>
            new HttpResponseMessage((HttpStatusCode)status)
            {
                Headers =
                {
                    { "RateLimit-Limit", "100" },
                    { "RateLimit-Remaining", "50" },
                    { "RateLimit-Reset", $"{reset}" },
                    { "Burst-RateLimit-Limit", "10" },
                    { "Burst-RateLimit-Remaining", "0" },
                    { "Burst-RateLimit-Reset", $"{reset}" },
                },
            }
        );
        var refused = await Assert.ThrowsAsync<QStashException>(() => Client().GetKeysAsync(Cancel));
        Assert.Equal(kind, refused.RateLimit?.Kind);
        Assert.Equal(kind is not null, refused.RetryAfter is not null);
    }

    [Fact]
    public async Task What_QStash_asks_to_wait_is_heard_in_either_form_and_odd_limits_are_none()
    {
        var at = TimeProvider.System.GetUtcNow().AddHours(1);
        foreach (var wait in new[] { "3600", at.ToString("R") })
        {
            answers.Enqueue(() =>
                new HttpResponseMessage(HttpStatusCode.TooManyRequests)
                {
                    Headers =
                    {
                        { "Retry-After", wait },
                        { "RateLimit-Limit", "many" },
                        { "RateLimit-Reset", "-1" },
                    },
                }
            );
            var refused = await Assert.ThrowsAsync<QStashException>(() => Client().GetKeysAsync(Cancel));
            Assert.Null(refused.RateLimit);
            Assert.InRange(refused.RetryAfter!.Value, TimeSpan.FromMinutes(59), TimeSpan.FromHours(1));
        }
    }

    [Fact]
    public async Task A_batch_refuses_a_body_that_it_would_spoil()
    {
        byte[] picture = [0x89, 0x50, 0x4E, 0x47, 0xFF];
        var request = new PublishRequest { Destination = "https://me.example/picture", Body = picture };
        var refusal = await Assert.ThrowsAsync<ArgumentException>(() =>
            Client().BatchAsync([PublishRequest.Text("https://me.example", "안녕"), request], Cancel)
        );
        Assert.Contains("https://me.example/picture", refusal.Message, StringComparison.Ordinal);
        Assert.Empty(asked);
    }

    [Theory]
    [InlineData("Kind", "a\r\nAuthorization: Bearer x")]
    [InlineData("No Name", "a")]
    public async Task What_cannot_be_a_header_is_said_and_not_dropped(string name, string value)
    {
        var request = PublishRequest.Text("https://me.example", "x") with
        {
            Headers = new Dictionary<string, string> { [name] = value },
        };
        await Assert.ThrowsAsync<ArgumentException>(() => Client().PublishAsync(request, Cancel));
        Assert.Empty(asked);
    }

    [Fact]
    public async Task A_limit_without_a_number_is_a_mistake() =>
        await Assert.ThrowsAsync<ArgumentException>(() =>
            Client()
                .PublishAsync(
                    PublishRequest.Text("https://me.example", "x") with
                    {
                        FlowControl = new FlowControl("k"),
                    },
                    Cancel
                )
        );

    [Fact]
    public async Task A_broken_connection_is_tried_again_as_often_as_was_said_ever_later()
    {
        for (var i = 0; i < 5; i++)
            Break();
        Answer("{\"messageId\":\"msg_1\"}");
        var result = await Client(retries: 5).PublishAsync(PublishRequest.Text("https://me.example", "x"), Cancel);
        Assert.Equal([50, 135, 369, 1004, 2729], time.Waits);
        Assert.Equal("msg_1", result.MessageId);
        Assert.Equal(6, asked.Count);
    }

    [Fact]
    public async Task Nothing_is_repeated_unasked_and_an_answer_never()
    {
        Break();
        var broken = await Assert.ThrowsAsync<QStashException>(() => Client().GetKeysAsync(Cancel));
        Assert.Null(broken.Status);
        Answer("{\"error\":\"later\"}", 503);
        var refused = await Assert.ThrowsAsync<QStashException>(() => Client(retries: 5).GetKeysAsync(Cancel));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.Status);
        Assert.Equal(2, asked.Count);
    }

    [Fact]
    public async Task Lists_are_read_to_their_end_and_states_may_be_new()
    {
        Answer("""{"events":[{"time":1,"messageId":"msg_1","state":"TELEPORTED","url":"u"}],"cursor":"2-1"}""");
        Answer("""{"logs":[{"time":"2","state":"CREATED","responseHeader":{"A":["b"]},"timeout":1500}],"cursor":""}""");
        var entries = new List<LogEntry>();
        await foreach (var entry in Client().Logs.EnumerateAsync(cancel: Cancel))
            entries.Add(entry);
        Assert.Equal(["TELEPORTED", LogStates.Created], entries.Select(entry => entry.State));
        Assert.Equal(
            (2, 1500),
            (entries[1].Time.ToUnixTimeMilliseconds(), entries[1].Timeout!.Value.TotalMilliseconds)
        );
        Assert.Equal(["b"], entries[1].ResponseHeaders!["A"]);
        Assert.Equal(["GET /v2/events", "GET /v2/events?cursor=2-1"], asked);
    }

    [Fact]
    public async Task All_dead_letters_takes_as_many_calls_as_it_takes()
    {
        Answer("""{"deleted":100,"cursor":"5-0"}""");
        Answer("""{"deleted":7}""");
        Assert.Equal(107, await Client().DeadLetters.DeleteAllAsync(Cancel));
        Answer("""{"responses":[{"messageId":"msg_1"}],"cursor":"6-0"}""", 201);
        Answer("""{"responses":[{"messageId":"msg_2"}],"cursor":""}""", 201);
        var again = await Client().DeadLetters.RetryAllAsync(cancel: Cancel);
        Assert.Equal(["msg_1", "msg_2"], again.Select(each => each.MessageId));
        Assert.Equal(
            ["DELETE /v2/dlq", "DELETE /v2/dlq?cursor=5-0", "POST /v2/dlq/retry", "POST /v2/dlq/retry?cursor=6-0"],
            asked
        );
    }

    [Fact]
    public async Task All_that_a_filter_selects_are_cancelled_in_as_many_calls_as_it_takes()
    {
        foreach (var cancelled in new[] { 500, 500, 3 })
            Answer($$"""{"cancelled":{{cancelled}}}""");
        Assert.Equal(1_003, await Client().Messages.CancelWhereAsync(new MessageFilter { Labels = ["trial"] }, Cancel));
        Assert.Equal(Enumerable.Repeat("DELETE /v2/messages?label=trial&count=500", 3), asked);
    }

    [Fact]
    public async Task Many_ids_are_named_in_several_calls()
    {
        string[] ids = [.. Enumerable.Range(0, 201).Select(each => $"msg_{each}")];
        foreach (var cancelled in new[] { 100, 99, 1 })
            Answer($$"""{"cancelled":{{cancelled}}}""");
        Assert.Equal(200, await Client().Messages.CancelManyAsync(ids, Cancel));
        Assert.Equal("DELETE /v2/messages?messageIds=msg_200", asked[^1]);
        Answer("""{"deleted":2}""");
        Assert.Equal(2, await Client().DeadLetters.DeleteManyAsync(["1-0", "2-0"], Cancel));
        Answer("""{"responses":[{"messageId":"msg_1"}],"cursor":""}""", 201);
        Assert.Single(await Client().DeadLetters.RetryManyAsync(["1-0"], cancel: Cancel));
        Assert.Equal(["DELETE /v2/dlq?dlqIds=1-0&dlqIds=2-0", "POST /v2/dlq/retry?dlqIds=1-0"], asked[^2..]);
    }

    [Fact]
    public async Task A_batch_may_refuse_one_and_a_cron_makes_a_schedule()
    {
        Answer("""[{"error":"too large"},{"scheduleId":"scd_1"}]""");
        var results = await Client().BatchAsync([PublishRequest.Text("https://me.example", "x")], Cancel);
        Assert.Equal(("too large", "scd_1"), (results[0].Error, results[1].ScheduleId));
    }

    [Fact]
    public async Task A_callback_is_read_with_whatever_was_left_out()
    {
        using var body = new MemoryStream(
            """{"status":503,"maxRetries":3,"sourceMessageId":"msg_1","url":"u","createdAt":"1701198447054","callerIP":"::1"}"""u8.ToArray()
        );
        var told = await QStashCallback.ReadAsync(body, Cancel);
        Assert.Equal((503, 0, 3, "::1"), (told.Status, told.Retried, told.MaxRetries, told.CallerIp));
        Assert.Equal(1_701_198_447_054, told.CreatedAt.ToUnixTimeMilliseconds());
        Assert.Null(told.SourceHeader);
    }

    [Fact]
    public async Task A_callback_tells_the_headers_of_its_message_listed_or_not()
    {
        using var body = new MemoryStream("""{"status":200,"sourceHeader":{"A":["b","c"],"D":"e"}}"""u8.ToArray());
        var told = await QStashCallback.ReadAsync(body, Cancel);
        Assert.Equal(["b", "c"], told.SourceHeader!["A"]);
        Assert.Equal(["e"], told.SourceHeader["D"]);
    }

    [Fact]
    public async Task A_schedule_tells_its_timeout_and_a_log_comes_without_bodies_when_asked()
    {
        Answer("""{"scheduleId":"scd_1","cron":"* * * * *","timeout":90}""");
        var schedule = await Client().Schedules.GetAsync("scd_1", Cancel);
        Assert.Equal(TimeSpan.FromSeconds(90), schedule!.Timeout);
        Answer("""{"events":[]}""");
        await Client().Logs.ListAsync(new LogFilter { TrimBody = true }, cancel: Cancel);
        Assert.Equal("GET /v2/events?trimBody=true", asked[^1]);
    }

    private sealed class Answering(CareTests tests) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage message, CancellationToken cancel)
        {
            tests.asked.Add($"{message.Method} {message.RequestUri!.PathAndQuery}");
            return Task.FromResult(tests.answers.Dequeue()());
        }
    }

    /// <summary>Notes each wait in whole milliseconds, and waits none.</summary>
    private sealed class Impatient : TimeProvider
    {
        public List<int> Waits { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Add((int)dueTime.TotalMilliseconds);
            return base.CreateTimer(callback, state, TimeSpan.Zero, period);
        }
    }
}
