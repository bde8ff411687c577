namespace Jettae.Client.Tests.Golden;

public sealed partial class GoldenTests
{
    private static async Task PublishAsync(Story story)
    {
        var qstash = story.Client();
        var result = await qstash.PublishAsync(Later("https://example.com/a?x=1", "hello"), Now);
        Assert.Equal(new PublishResult { MessageId = "msg_1", Endpoints = result.Endpoints }, result);
        var message = (await qstash.Messages.GetAsync("msg_1", Now))!;
        Assert.Equal(("https://example.com/a?x=1", "POST", "hello"), (message.Url, message.Method, message.Body));
        Assert.Equal((3, Story.Instant, Story.Instant), (message.MaxRetries, message.NotBefore, message.CreatedAt));
        Assert.Empty(message.Header!);
        Assert.True(await qstash.Messages.CancelAsync("msg_1", Now));
        Assert.False(await qstash.Messages.CancelAsync("msg_1", Now));
    }

    private static async Task PublishOptionsAsync(Story story)
    {
        var qstash = story.Client();
        var request = To("https://example.com/a/../%41?next=https://example.com/b%20c", "{\"id\":1}") with
        {
            ContentType = "application/json",
            Method = HttpMethod.Put,
            Delay = TimeSpan.FromDays(1),
            Retries = 5,
            RetryDelay = "1000 * pow(2, retried)",
            Timeout = TimeSpan.FromSeconds(30),
            FlowControl = new FlowControl("golden")
            {
                Parallelism = 3,
                Rate = 10,
                Period = TimeSpan.FromMinutes(1),
            },
            Callback = "https://example.com/told?x=1",
            CallbackSettings = new DeliverySettings
            {
                Method = HttpMethod.Patch,
                Delay = TimeSpan.FromSeconds(5),
                Retries = 1,
                RetryDelay = "2000",
                Timeout = TimeSpan.FromSeconds(10),
                FlowControl = new FlowControl("golden-told") { Parallelism = 1 },
                FailureCallback = "https://example.com/not-told",
                Headers = new Dictionary<string, string> { ["Kind"] = "told" },
            },
            FailureCallback = "https://example.com/failed",
            FailureCallbackSettings = new DeliverySettings
            {
                Retries = 0,
                Headers = new Dictionary<string, string> { ["Kind"] = "failed" },
            },
            Labels = ["first", "second"],
            DeduplicationId = "golden-options",
            Headers = new Dictionary<string, string> { ["Trace-Id"] = "a, b" },
        };
        var id = (await qstash.PublishAsync(request, Now)).MessageId;
        var message = (await qstash.Messages.GetAsync(id, Now))!;
        Assert.Equal((request.Destination, "PUT", "{\"id\":1}"), (message.Url, message.Method, message.Body));
        Assert.Equal((5, request.RetryDelay), (message.MaxRetries, message.RetryDelayExpression));
        Assert.Equal((request.Callback, request.FailureCallback), (message.Callback, message.FailureCallback));
        Assert.Equal(["a, b"], message.Header!["Trace-Id"]);
        Assert.Equal(["first", "second"], message.Labels!);
        Assert.Equal(
            ("golden", 3, 10, TimeSpan.FromMinutes(1)),
            (message.FlowControlKey, message.Parallelism, message.Rate, message.Period)
        );
        Assert.True(await qstash.Messages.CancelAsync(id, Now));
    }

    private static async Task DeduplicationAsync(Story story)
    {
        var qstash = story.Client();
        var once = Later("https://example.com/a", "hello") with { DeduplicationId = "golden-once" };
        var byContent = Later("https://example.com/a", "content") with { ContentBasedDeduplication = true };
        foreach (var (request, id) in new[] { (once, "msg_1"), (byContent, "msg_2") })
        {
            var first = await qstash.PublishAsync(request, Now);
            Assert.Equal((id, false), (first.MessageId, first.Deduplicated));
            var again = await qstash.PublishAsync(request, Now);
            Assert.Equal((id, true), (again.MessageId, again.Deduplicated));
        }
        Assert.Equal(2, await qstash.Messages.CancelAllAsync(Now));
    }

    private static async Task RedactionAsync(Story story)
    {
        var qstash = story.Client();
        var request = Later("https://example.com/a", "secret") with
        {
            Redact = new Redaction { Body = true, HeaderNames = ["Authorization"] },
            Headers = new Dictionary<string, string> { ["Authorization"] = "Bearer t", ["Kind"] = "plain" },
        };
        await qstash.PublishAsync(request, Now);
        var message = (await qstash.Messages.GetAsync("msg_1", Now))!;
        Assert.StartsWith("REDACTED:", message.Body, StringComparison.Ordinal);
        Assert.StartsWith("REDACTED:", message.Header!["Authorization"][0], StringComparison.Ordinal);
        Assert.Equal(["plain"], message.Header!["Kind"]);
        Assert.True(await qstash.Messages.CancelAsync("msg_1", Now));
    }

    private static async Task BatchAsync(Story story)
    {
        var qstash = story.Client();
        UrlGroupEndpoint[] endpoints = [new("https://example.com/1"), new("https://example.com/2")];
        await qstash.UrlGroups.UpsertEndpointsAsync("golden-group", endpoints, Now);
        await qstash.Queues.UpsertAsync("golden-queue", paused: true, cancel: Now);
        var text = PublishRequest.Text("https://example.com/a?x=1", "안녕");
        var results = await qstash.BatchAsync(
            [
                text with
                {
                    Delay = TimeSpan.FromHours(1),
                    Labels = ["때맞춰"],
                },
                To("https://example.com/q") with
                {
                    Queue = "golden-queue",
                    Retries = 0,
                },
                Later("golden-group", "audit") with
                {
                    Headers = new Dictionary<string, string> { ["Kind"] = "audit" },
                },
            ],
            Now
        );
        Assert.Equal(["msg_1", "msg_2", ""], results.Select(each => each.MessageId));
        Assert.Equal(["msg_3", "msg_4"], results[2].Endpoints.Select(each => each.MessageId));
        Assert.Equal("https://example.com/2", results[2].Endpoints[1].Url);
        var first = (await qstash.Messages.GetAsync("msg_1", Now))!;
        Assert.Equal(("안녕", "때맞춰"), (first.Body, Assert.Single(first.Labels!)));
        var queued = (await qstash.Messages.GetAsync("msg_2", Now))!;
        Assert.Equal(("golden-queue", 0), (queued.QueueName, queued.MaxRetries));
        var last = (await qstash.Messages.GetAsync("msg_4", Now))!;
        Assert.Equal(("golden-group", "audit"), (last.UrlGroup, last.Body));
        Assert.Equal(
            2,
            await qstash.Messages.CancelWhereAsync(new MessageFilter { UrlGroups = ["golden-group"] }, Now)
        );
        Assert.Equal(2, await qstash.Messages.CancelWhereAsync(new MessageFilter { Hosts = ["example.com"] }, Now));
    }

    private static async Task CancelAsync(Story story)
    {
        var qstash = story.Client();
        PublishRequest[] requests =
        [
            Later("https://example.com/a") with
            {
                Labels = ["a"],
            },
            Later("https://example.com/b") with
            {
                Labels = ["b"],
            },
            Later("https://example.com/b") with
            {
                Labels = ["c"],
            },
        ];
        Assert.Equal(3, (await qstash.BatchAsync(requests, Now)).Count);
        var either = new MessageFilter
        {
            Labels = ["a", "b"],
            Hosts = ["example.com"],
            Paths = ["/b"],
        };
        Assert.Equal(1, await qstash.Messages.CancelWhereAsync(either, Now));
        Assert.Equal(
            1,
            await qstash.Messages.CancelWhereAsync(new MessageFilter { Urls = ["https://example.com/a"] }, Now)
        );
        var longAgo = new MessageFilter
        {
            From = DateTimeOffset.FromUnixTimeMilliseconds(1),
            To = DateTimeOffset.FromUnixTimeMilliseconds(2),
        };
        Assert.Equal(0, await qstash.Messages.CancelWhereAsync(longAgo, Now));
        Assert.Equal(1, await qstash.Messages.CancelAllAsync(Now));
        Assert.Equal(0, await qstash.Messages.CancelAllAsync(Now));
    }
}
