using System.Net;

namespace Jettae.Client.Tests.Golden;

/// <summary>The client's side of every golden conversation: its methods say exactly this, and understand the answers.</summary>
public sealed partial class GoldenTests
{
    private static readonly Dictionary<string, Func<Story, Task>> Tellers = new()
    {
        ["batch"] = BatchAsync,
        ["cancel"] = CancelAsync,
        ["dead-letters"] = DeadLettersAsync,
        ["deduplication"] = DeduplicationAsync,
        ["errors"] = ErrorsAsync,
        ["flow-control"] = FlowControlAsync,
        ["keys"] = KeysAsync,
        ["keys-rotate"] = KeysRotateAsync,
        ["logs"] = LogsAsync,
        ["publish"] = PublishAsync,
        ["publish-options"] = PublishOptionsAsync,
        ["queue"] = QueueAsync,
        ["redaction"] = RedactionAsync,
        ["schedule"] = ScheduleAsync,
        ["url-group"] = UrlGroupAsync,
    };

    public static TheoryData<string> Names => [.. Story.Names];

    private static CancellationToken Now => TestContext.Current.CancellationToken;

    private static PublishRequest To(string destination, string body = "") =>
        new() { Destination = destination, Body = System.Text.Encoding.UTF8.GetBytes(body) };

    private static PublishRequest Later(string destination, string body = "") =>
        To(destination, body) with
        {
            Delay = TimeSpan.FromHours(1),
        };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_client_tells_the_story(string name)
    {
        var story = Story.Read(name);
        await Tellers[name](story);
        story.IsTold();
    }

    private static async Task KeysAsync(Story story) =>
        Assert.Equal(new SigningKeys("any", "any"), await story.Client().GetKeysAsync(Now));

    private static async Task KeysRotateAsync(Story story) =>
        Assert.Equal(new SigningKeys("any", "any"), await story.Client().RotateKeysAsync(Now));

    private static async Task LogsAsync(Story story)
    {
        var qstash = story.Client();
        var request = Later("https://example.com/a", "hello") with
        {
            Labels = ["golden", "log"],
            Retries = 1,
            RetryDelay = "1000",
            Headers = new Dictionary<string, string> { ["Kind"] = "logged" },
        };
        var id = (await qstash.PublishAsync(request, Now)).MessageId;
        var filter = new LogFilter { MessageIds = [id] };
        var page = await qstash.Logs.ListAsync(filter, cancel: Now);
        Assert.Null(page.Cursor);
        var created = Assert.Single(page.Items);
        Assert.Equal((LogStates.Created, "1000", 1), (created.State, created.RetryDelayExpression, created.MaxRetries));
        Assert.Equal((Story.Instant, Story.Instant), (created.Time, created.NextDeliveryTime));
        Assert.Equal("aGVsbG8=", created.BodyBase64);
        Assert.Equal(["golden", "log"], created.Labels!);
        Assert.Equal(["logged"], created.Header!["Kind"]);
        var other = Later("https://example.com/b") with { Labels = ["golden"] };
        await qstash.PublishAsync(other, Now);
        var urls = new List<string>();
        var labelled = new LogFilter { Labels = ["golden"], Hosts = ["example.com"] };
        await foreach (var entry in qstash.Logs.EnumerateAsync(labelled, Now))
            urls.Add(entry.Url);
        Assert.Equal(["https://example.com/b", "https://example.com/a"], urls);
        Assert.True(await qstash.Messages.CancelAsync(id, Now));
        var canceled = await qstash.Logs.ListAsync(filter with { State = LogStates.Canceled }, count: 10, cancel: Now);
        Assert.Equal(LogStates.Canceled, Assert.Single(canceled.Items).State);
        Assert.Empty((await qstash.Logs.ListAsync(filter with { State = LogStates.InProgress }, cancel: Now)).Items);
        Assert.True(await qstash.Messages.CancelAsync("msg_2", Now));
    }

    private static async Task ErrorsAsync(Story story)
    {
        var qstash = story.Client();
        await RefusedAsync(
            400,
            "a non-empty destination must be provided",
            () => qstash.PublishAsync(To("", "x"), Now)
        );
        await RefusedAsync(404, Nobody, () => qstash.PublishToGroupAsync(To("golden-nobody", "x"), Now));
        await RefusedAsync(
            404,
            Nobody,
            () => qstash.PublishToGroupAsync(To("golden-nobody", "x") with { Queue = "golden-queue" }, Now)
        );
        await RefusedAsync(400, "any", () => qstash.PublishToGroupAsync(To("example.com/a", "x"), Now));
        var colonInId = Later("https://example.com/a") with { DeduplicationId = "a:b" };
        await RefusedAsync(400, "any", () => qstash.PublishAsync(colonInId, Now));
        await RefusedAsync(
            404,
            "any",
            () => qstash.BatchAsync([Later("https://example.com/a"), Later("golden-nobody")], Now)
        );
        Assert.Equal(0, await qstash.Messages.CancelAllAsync(Now));
        Assert.Null(await qstash.Messages.GetAsync("msg_none", Now));
        Assert.False(await qstash.Messages.CancelAsync("msg_none", Now));
        var never = new ScheduleRequest { Destination = "https://example.com/a", Cron = "never" };
        await RefusedAsync(400, "any", () => qstash.Schedules.CreateAsync(never, Now));
        await RefusedAsync(401, "any", () => story.Client("wrong").GetKeysAsync(Now));
    }

    private const string Nobody = "topic golden-nobody not found";

    private static async Task RefusedAsync(int status, string said, Func<Task> call)
    {
        var refusal = await Assert.ThrowsAsync<QStashException>(call);
        Assert.Equal((HttpStatusCode)status, refusal.Status);
        Assert.EndsWith(": " + said, refusal.Message, StringComparison.Ordinal);
    }
}
