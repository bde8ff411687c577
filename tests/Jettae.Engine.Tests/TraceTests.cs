using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Jettae.Engine.Tests;

/// <summary>A message carries the trace it was published in, and tells it to nobody but those who were named.</summary>
public sealed class TraceTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string Given = $"00-{TraceId}-b7ad6b7169203331-01";
    private const string Forwarded = "00-11111111111111111111111111111111-2222222222222222-01";

    [Fact]
    public async Task A_destination_gets_no_trace_and_an_answer_shows_none()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await engine.PublishAsync("/plain", "x", ("traceparent", Given));
        await engine.PublishAsync("/own", "x", ("traceparent", Given), ("Upstash-Forward-Traceparent", Forwarded));
        await engine.PublishAsync("/all", "x", ("traceparent", Given), ("Upstash-Header-Forward", "true"));
        var waits = await engine.PublishAsync("/waits", "x", ("traceparent", Given), ("Upstash-Delay", "1h"));
        await engine.IdleAsync();
        Assert.Null(TraceAt(engine, "/plain"));
        Assert.Equal(Forwarded, TraceAt(engine, "/own"));
        // All headers were asked for: this is one of them.
        Assert.Equal(Given, TraceAt(engine, "/all"));
        var (_, shown) = await engine.SendAsync(HttpMethod.Get, $"/v2/messages/{waits}");
        Assert.DoesNotContain(TraceId, shown!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_named_gets_the_trace_through_retries_and_restarts_unless_the_message_has_its_own()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await engine.RestartAsync(options => options.TraceTo = [engine.Sink]);
        engine.Answer = http =>
        {
            http.Response.StatusCode = http.Request.Headers["Upstash-Retried"] == "0" ? 500 : 200;
            return Task.CompletedTask;
        };
        await engine.PublishAsync("/", "x", ("traceparent", Given), ("Upstash-Delay", "1h"));
        await engine.RestartAsync(options => options.TraceTo = [engine.Sink]);
        await engine.AdvanceAsync(TimeSpan.FromHours(1));
        await engine.AdvanceAsync(TimeSpan.FromMinutes(10));
        Assert.Equal([Given, Given], engine.Deliveries.Select(got => got.Header("traceparent")));

        await engine.PublishAsync("/own", "x", ("traceparent", Given), ("Upstash-Forward-Traceparent", Forwarded));
        await engine.PublishAsync("/none", "x", ("traceparent", "not a trace"));
        await engine.IdleAsync();
        Assert.Equal(Forwarded, TraceAt(engine, "/own"));
        Assert.Null(TraceAt(engine, "/none"));
    }

    [Fact]
    public async Task Listened_to_the_publish_is_the_publishers_child_and_every_attempt_is_the_publishs()
    {
        var ended = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Telemetry.Name,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span =>
            {
                if (span.TraceId.ToHexString() == TraceId)
                    lock (ended)
                        ended.Add(span);
            },
        };
        ActivitySource.AddActivityListener(listener);
        await using var engine = await EngineUnderTest.StartAsync();
        engine.Answer = http =>
        {
            http.Response.StatusCode = http.Request.Path == "/work" ? 500 : 200;
            return Task.CompletedTask;
        };
        var body = new JsonArray(
            new JsonObject
            {
                ["destination"] = engine.Sink + "/work?secret=1",
                ["body"] = "x",
                ["headers"] = new JsonObject
                {
                    ["Upstash-Retries"] = "1",
                    ["Upstash-Failure-Callback"] = engine.Sink + "/told",
                },
            }
        );
        await engine.SendAsync(HttpMethod.Post, "/v2/batch", body.ToJsonString(), ("traceparent", Given));
        await engine.IdleAsync();
        await engine.AdvanceAsync(TimeSpan.FromMinutes(10));

        var spans = ended.OrderBy(span => span.StartTimeUtc).ToList();
        Assert.Equal(["publish", "deliver", "deliver", "deliver"], spans.Select(span => span.OperationName));
        Assert.Equal("b7ad6b7169203331", spans[0].ParentSpanId.ToHexString());
        Assert.All(spans.Skip(1), span => Assert.Equal(spans[0].SpanId, span.ParentSpanId));
        Assert.Equal(
            ["refused by answer", "refused by answer", "delivered"],
            spans.Skip(1).Select(span => (string)span.GetTagItem("jettae.outcome")!)
        );
        Assert.DoesNotContain(
            spans.SelectMany(span => span.TagObjects),
            tag => $"{tag.Value}".Contains("secret", StringComparison.Ordinal)
        );
        Assert.All(engine.Deliveries, got => Assert.DoesNotContain("traceparent", got.Headers.Keys));
    }

    private static string? TraceAt(EngineUnderTest engine, string target) =>
        engine.Deliveries.Single(got => got.Target == target).Headers.GetValueOrDefault("traceparent")?.Single();
}
