using System.Diagnostics;
using Jettae.Studio;
using Jettae.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Trace;

namespace Jettae.Tests;

/// <summary>One trace from the booking of a slot, through publish and delivery, to the call of the provider.</summary>
public sealed class TraceTests
{
    [Fact]
    public async Task A_slot_is_one_trace_from_its_booking_to_the_writing()
    {
        var cancel = TestContext.Current.CancellationToken;
        var spans = new List<Activity>();
        Guid run;
        var exported = Sdk.CreateTracerProviderBuilder()
            .AddSource("Jettae.Engine", "Jettae.Studio")
            .AddInMemoryExporter(spans)
            .Build();
        var folder = Directory.CreateTempSubdirectory("jettae-trace");
        try
        {
            var time = new VirtualTime(new DateTimeOffset(2026, 1, 5, 8, 59, 0, TimeSpan.Zero));
            var settings = new Settings(
                new ConfigurationBuilder()
                    .AddInMemoryCollection(
                        new Dictionary<string, string?>
                        {
                            ["JETTAE_DATA"] = folder.FullName,
                            ["DATABASE_URL"] = JettaeProcess.IsOnPostgres ? PostgresServer.NewDatabase() : "",
                            ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{JettaeProcess.FreePort()}",
                        }
                    )
                    .Build()
            );
            await using var app = Composition.Build(settings, time);
            await app.StartAsync(cancel);
            var owner = await app.Services.GetRequiredService<Accounts>().OwnerAsync(cancel);
            await app
                .Services.GetRequiredService<Schedules>()
                .CreateAsync(
                    owner,
                    new ScheduleFields
                    {
                        Name = "secret name",
                        ContentType = ContentType.XPost,
                        Topic = "secret topic",
                        Language = "en",
                        Frequency = Frequency.Hourly,
                        TimeOfDay = "09:00",
                        Timezone = "UTC",
                    },
                    cancel
                );
            await RehearsalStage.IdleAsync(app, cancel);
            time.MoveTo(new DateTimeOffset(2026, 1, 5, 9, 0, 0, TimeSpan.Zero));
            await RehearsalStage.IdleAsync(app, cancel);
            run = Assert
                .Single(
                    (
                        await app.Services.GetRequiredService<Runs>().ListAsync(owner, new RunFilter(), null, 9, cancel)
                    ).Items
                )
                .Id;
            await app.StopAsync(cancel);
        }
        finally
        {
            exported.Dispose();
            folder.Delete(recursive: true);
        }

        // The process has other tests, whose spans come here too.
        var write = Assert.Single(spans, span => run.Equals(span.GetTagItem("jettae.run")));
        spans.RemoveAll(span => span.TraceId != write.TraceId);
        List<Activity> way = [Assert.Single(spans, span => span.OperationName == "provider call")];
        while (spans.Find(span => span.SpanId == way[0].ParentSpanId) is { } parent)
            way.Insert(0, parent);
        Assert.Equal(
            ["book", "publish", "deliver", "slot", "write", "provider call"],
            way.Select(span => span.OperationName)
        );
        Assert.Equal(default, way[0].ParentSpanId);
        Assert.DoesNotContain(
            spans.SelectMany(span => span.TagObjects),
            tag => $"{tag.Value}".Contains("secret", StringComparison.Ordinal)
        );
    }
}
