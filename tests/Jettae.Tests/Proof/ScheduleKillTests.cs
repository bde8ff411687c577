using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;

namespace Jettae.Tests;

/// <summary>A schedule and a program that is killed outright, again and again.</summary>
[Collection(Busy.Proofs)]
[Trait("Store", "own")]
public sealed class ScheduleKillTests(ITestOutputHelper output)
{
    private const int Kills = 50;

    [Fact]
    [Trait("QStash", "37,66")]
    public async Task A_schedule_fires_once_at_each_slot_through_fifty_kills()
    {
        var cancel = TestContext.Current.CancellationToken;
        var delivered = new ConcurrentDictionary<string, int>();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var receiver = builder.Build();
        receiver.Run(http =>
        {
            delivered.AddOrUpdate(http.Request.Headers["Upstash-Message-Id"].ToString(), 1, (_, count) => count + 1);
            return Task.CompletedTask;
        });
        await receiver.StartAsync(cancel);
        var folder = Directory.CreateTempSubdirectory("jettae-kills");
        var random = new Random(20_261_123);
        var server = await DevelopmentProcess.StartAsync("--data", folder.FullName);
        try
        {
            var id = await ScheduleAsync(server, receiver.Urls.Single(), cancel);
            var from = TimeProvider.System.GetUtcNow();
            for (var kill = 0; kill < Kills; kill++)
            {
                // Some before it has started a thing, some in the middle of a slot's second.
                await Task.Delay(TimeSpan.FromMilliseconds(random.Next(3_000)), TimeProvider.System, cancel);
                await server.KillAsync();
                await server.DisposeAsync();
                server = await DevelopmentProcess.StartAsync("--data", folder.FullName);
            }
            // The kills may all have passed between two slots: the last slots are seen with the program running.
            var until = NextMinute(TimeProvider.System.GetUtcNow());
            var created = await CreatedAsync(server, id, cancel);
            await Wait.UntilAsync(
                async () =>
                    (created = await CreatedAsync(server, id, cancel)).Any(each => Floor(each.At) >= until)
                    && created.All(each => delivered.ContainsKey(each.Id)),
                TimeSpan.FromMinutes(3)
            );
            var slots = Enumerable
                .Range(0, (int)(until - NextMinute(from)).TotalMinutes + 1)
                .Select(number => NextMinute(from).AddMinutes(number))
                .ToList();
            Assert.Equal(
                slots,
                created.Select(each => Floor(each.At)).Where(slot => slot >= NextMinute(from) && slot <= until).Order()
            );
            Assert.All(created, each => Assert.True(delivered.ContainsKey(each.Id), $"{each.Id} did not arrive"));
            output.WriteLine(
                $"{slots.Count} slots through {Kills} kills: {created.Count} messages, {delivered.Values.Sum()} deliveries."
            );
        }
        finally
        {
            await server.DisposeAsync();
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> ScheduleAsync(
        DevelopmentProcess server,
        string destination,
        CancellationToken cancel
    )
    {
        using var http = server.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/v2/schedules/{destination}/tick");
        request.Headers.Add("Upstash-Cron", "* * * * *");
        request.Headers.Add("Upstash-Retry-Delay", "100");
        using var answer = await http.SendAsync(request, cancel);
        return (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancel))!["scheduleId"]!;
    }

    private static async Task<List<(string Id, DateTimeOffset At)>> CreatedAsync(
        DevelopmentProcess server,
        string id,
        CancellationToken cancel
    )
    {
        using var http = server.Client();
        var log = JsonNode.Parse(await http.GetStringAsync($"/v2/logs?scheduleId={id}&state=CREATED", cancel))!;
        return
        [
            .. log["logs"]!
                .AsArray()
                .Select(each =>
                    ((string)each!["messageId"]!, DateTimeOffset.FromUnixTimeMilliseconds((long)each["time"]!))
                ),
        ];
    }

    private static DateTimeOffset NextMinute(DateTimeOffset at) => Floor(at).AddMinutes(1);

    private static DateTimeOffset Floor(DateTimeOffset at) =>
        DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds() / 60 * 60);
}
