namespace Jettae.Client.Tests.Golden;

/// <summary>What stands in QStash by name or id: groups, queues, schedules, flow control, dead letters.</summary>
public sealed partial class GoldenTests
{
    private static async Task UrlGroupAsync(Story story)
    {
        var qstash = story.Client();
        var groups = qstash.UrlGroups;
        UrlGroupEndpoint[] endpoints = [new("https://example.com/1", "one"), new("https://example.com/2")];
        await groups.UpsertEndpointsAsync("golden-group", endpoints, Now);
        var group = (await groups.GetAsync("golden-group", Now))!;
        Assert.Equal(("golden-group", Story.Instant), (group.Name, group.UpdatedAt));
        Assert.Equal(endpoints, group.Endpoints);
        Assert.Equal(endpoints, Assert.Single(await groups.ListAsync(Now)).Endpoints);
        var defaults = new DeliverySettings
        {
            Delay = TimeSpan.FromHours(1),
            Retries = 1,
            Headers = new Dictionary<string, string> { ["Kind"] = "audit" },
        };
        await groups.SetDefaultsAsync("golden-group", defaults, Now);
        var results = await qstash.PublishToGroupAsync(To("golden-group", "hello"), Now);
        Assert.Equal(
            [("msg_1", "https://example.com/1"), ("msg_2", "https://example.com/2")],
            results.Select(each => (each.MessageId, each.Url!))
        );
        var message = (await qstash.Messages.GetAsync("msg_1", Now))!;
        Assert.Equal(("golden-group", "one", 1), (message.UrlGroup, message.EndpointName, message.MaxRetries));
        Assert.Equal(2, await qstash.Messages.CancelManyAsync(["msg_1", "msg_2", "msg_none"], Now));
        await groups.RemoveEndpointsAsync("golden-group", [new(Name: "one")], Now);
        Assert.Equal(endpoints[1..], (await groups.GetAsync("golden-group", Now))!.Endpoints);
        await groups.DeleteAsync("golden-group", Now);
        await groups.DeleteAsync("golden-group", Now);
        Assert.Null(await groups.GetAsync("golden-group", Now));
    }

    private static async Task QueueAsync(Story story)
    {
        var qstash = story.Client();
        var queues = qstash.Queues;
        await queues.UpsertAsync("golden-queue", parallelism: 2, paused: true, cancel: Now);
        await qstash.EnqueueAsync("golden-queue", To("https://example.com/q?x=1", "first"), Now);
        Assert.Equal("golden-queue", (await qstash.Messages.GetAsync("msg_1", Now))!.QueueName);
        var resting = new QueueState
        {
            Name = "golden-queue",
            CreatedAt = Story.Instant,
            UpdatedAt = Story.Instant,
            Parallelism = 2,
            Lag = 1,
            Paused = true,
        };
        Assert.Equal(resting, await queues.GetAsync("golden-queue", Now));
        Assert.Equal(1, await qstash.Messages.CancelWhereAsync(new MessageFilter { Queues = ["golden-queue"] }, Now));
        await queues.ResumeAsync("golden-queue", Now);
        Assert.Equal([resting with { Lag = 0, Paused = false }], await queues.ListAsync(Now));
        await queues.PauseAsync("golden-queue", Now);
        await queues.UpsertAsync("golden-queue", parallelism: 3, cancel: Now);
        Assert.Equal(3, (await queues.GetAsync("golden-queue", Now))!.Parallelism);
        await queues.DeleteAsync("golden-queue", Now);
        await queues.DeleteAsync("golden-queue", Now);
        Assert.Null(await queues.GetAsync("golden-queue", Now));
    }

    private static async Task ScheduleAsync(Story story)
    {
        var schedules = story.Client().Schedules;
        var yearly = new ScheduleRequest
        {
            Destination = "https://example.com/report/?x=1",
            Cron = "0 9 1 1 *",
            TimeZone = "Asia/Seoul",
            ScheduleId = "golden-schedule",
            Body = "{\"of\":\"year\"}"u8.ToArray(),
            ContentType = "application/json",
            Delay = TimeSpan.FromMinutes(1),
            Retries = 2,
            RetryDelay = "1000",
            Callback = "https://example.com/told",
            FailureCallback = "https://example.com/failed",
            FlowControl = new FlowControl("golden") { Rate = 1, Period = TimeSpan.FromMinutes(1) },
            Labels = ["yearly"],
            Headers = new Dictionary<string, string> { ["Kind"] = "report" },
        };
        Assert.Equal("golden-schedule", await schedules.CreateAsync(yearly, Now));
        var schedule = (await schedules.GetAsync("golden-schedule", Now))!;
        Assert.Equal(("CRON_TZ=Asia/Seoul 0 9 1 1 *", yearly.Destination), (schedule.Cron, schedule.Destination));
        Assert.Equal(
            (yearly.Delay, 2, yearly.RetryDelay),
            (schedule.Delay, schedule.Retries, schedule.RetryDelayExpression)
        );
        Assert.Equal((yearly.Callback, yearly.FailureCallback), (schedule.Callback, schedule.FailureCallback));
        Assert.Equal((Story.Instant, false), (schedule.NextScheduleTime, schedule.IsPaused));
        Assert.Equal((1, null, TimeSpan.FromMinutes(1)), (schedule.Rate, schedule.Parallelism, schedule.Period));
        await schedules.PauseAsync("golden-schedule", Now);
        Assert.True(Assert.Single(await schedules.ListAsync(Now)).IsPaused);
        await schedules.ResumeAsync("golden-schedule", Now);
        var other = new ScheduleRequest
        {
            Destination = "https://example.com/other",
            Cron = "0 0 1 1 * ",
            ScheduleId = "golden-schedule",
            Queue = "golden-queue",
        };
        await schedules.CreateAsync(other, Now);
        var replaced = (await schedules.GetAsync("golden-schedule", Now))!;
        Assert.Equal(("0 0 1 1 *", "golden-queue", null), (replaced.Cron, replaced.QueueName, replaced.Body));
        var second = new ScheduleRequest
        {
            Destination = "https://example.com/second",
            Cron = "0 0 1 1 *",
            Method = HttpMethod.Get,
        };
        Assert.True(await schedules.DeleteAsync(await schedules.CreateAsync(second, Now), Now));
        Assert.True(await schedules.DeleteAsync("golden-schedule", Now));
        Assert.Null(await schedules.GetAsync("golden-schedule", Now));
        Assert.Empty(await schedules.ListAsync(Now));
    }

    private static async Task FlowControlAsync(Story story)
    {
        var qstash = story.Client();
        var flow = qstash.FlowControl;
        const string key = "golden/key 1";
        Assert.Null(await flow.GetAsync(key, Now));
        var limit = new FlowControl(key)
        {
            Parallelism = 3,
            Rate = 10,
            Period = TimeSpan.FromMinutes(1),
        };
        await qstash.PublishAsync(Later("https://example.com/a") with { FlowControl = limit }, Now);
        var state = (await flow.GetAsync(key, Now))!;
        Assert.Equal((3, 10, limit.Period), (state.ParallelismMax, state.RateMax, state.RatePeriod));
        await flow.PauseAsync(key, Now);
        Assert.True(Assert.Single(await flow.ListAsync(cancel: Now)).IsPaused);
        await flow.ResumeAsync(key, Now);
        await flow.PinAsync(key, parallelism: 1, rate: 5, period: TimeSpan.FromMinutes(2), cancel: Now);
        Assert.True(
            Assert.Single(await flow.ListAsync("key 1", Now)) is { IsPinnedParallelism: true, IsPinnedRate: true }
        );
        await flow.UnpinAsync(key, parallelism: false, cancel: Now);
        await flow.ResetRateAsync(key, Now);
        Assert.True(await flow.GetAsync(key, Now) is { RateMax: 5, IsPinnedParallelism: true, IsPinnedRate: false });
        Assert.Equal(0, (await flow.GlobalParallelismAsync(Now)).ParallelismCount);
        Assert.Equal(1, await qstash.Messages.CancelWhereAsync(new MessageFilter { FlowControlKeys = [key] }, Now));
    }

    private static async Task DeadLettersAsync(Story story)
    {
        var dead = story.Client().DeadLetters;
        await foreach (var _ in dead.EnumerateAsync(cancel: Now))
            Assert.Fail("there are none");
        var every = new DeadLetterFilter
        {
            Urls = ["https://example.com/a"],
            UrlGroups = ["g"],
            Queues = ["q"],
            ScheduleIds = ["s"],
            Labels = ["l", "m"],
            FlowControlKeys = ["f"],
            CallerIps = ["127.0.0.1"],
            From = DateTimeOffset.FromUnixTimeMilliseconds(1),
            To = DateTimeOffset.FromUnixTimeMilliseconds(2),
            MessageId = "msg_none",
            ResponseStatuses = [503, 504],
        };
        Assert.Empty((await dead.ListAsync(every, count: 10, cancel: Now)).Items);
        Assert.Null(await dead.GetAsync("1725323658779-0", Now));
        Assert.False(await dead.DeleteAsync("1725323658779-0", Now));
        Assert.Equal(0, await dead.DeleteManyAsync(["1725323658779-0", "1725323658779-1"], Now));
        Assert.Equal(0, await dead.DeleteWhereAsync(new DeadLetterFilter { ResponseStatuses = [999] }, Now));
        Assert.Null(await dead.RetryAsync("1725323658779-0", cancel: Now));
        var filter = new DeadLetterFilter { Labels = ["golden"] };
        Assert.Empty(await dead.RetryWhereAsync(filter, new DeliverySettings { Retries = 5 }, Now));
    }
}
