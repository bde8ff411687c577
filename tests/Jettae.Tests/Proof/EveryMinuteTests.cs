using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Jettae.Client;
using Jettae.Testing;

namespace Jettae.Tests;

/// <summary>A schedule of every minute with a Messages API on this machine, left alone for three minutes.</summary>
public sealed class EveryMinuteTests
{
    /// <summary>So different that none seems to repeat another.</summary>
    private static readonly string[] Texts =
    [
        FakeClaude.Usual,
        "물 한 잔을 마시고 창문을 열어 보세요. 방 안의 공기가 금방 맑아져요.",
        "잠들기 전에 휴대폰을 거실에 두면 알람 소리에 저절로 몸을 일으키게 돼요!",
    ];

    [Fact]
    public async Task Three_slots_run_by_themselves_each_delivered_with_a_valid_signature_and_written_once()
    {
        await using var claude = await FakeClaude.StartAsync([.. Texts.Select(text => FakeClaude.Says(text))]);
        await using var relay = await Relay.StartAsync();
        await using var program = await JettaeProcess.StartAsync([("NEXT_PUBLIC_URL", relay.Url), .. claude.Settings]);
        relay.To = program.Url;
        // The first delivery comes five times at once.
        Task<HttpResponseMessage[]>? copies = null;
        relay.Before = delivery =>
        {
            copies ??= Task.WhenAll(Enumerable.Range(0, 4).Select(_ => relay.RepeatAsync(delivery)));
            return Task.CompletedTask;
        };

        var made = await program.PostAsync(
            "/api/schedule/create",
            new
            {
                content_type = "x_post",
                topic = "아침 산책",
                frequency = "cron",
                cron = "* * * * *",
            }
        );
        var id = (string)made["id"]!;
        await Wait.UntilAsync(
            async () => (int)(await program.GetAsync($"/api/schedules/{id}"))["total_generated"]! >= 3,
            TimeSpan.FromMinutes(5),
            () => $"Three slots did not come:\n{program.Output}"
        );
        await program.PostAsync("/api/schedule/pause", new { id });

        var schedule = await program.GetAsync($"/api/schedules/{id}");
        var runs = (await program.RunsAsync(id)).Where(run => (string?)run!["state"] == "done").ToList();
        var pieces = (await program.GetAsync($"/api/contents?schedule_id={id}"))["items"]!.AsArray();
        Assert.Equal(3, (int)schedule["total_generated"]!);
        Assert.Equal(3, runs.Count);
        Assert.Equal(3, pieces.Count);
        Assert.Equal(3, claude.Requests.Count);
        Assert.Equal(Texts.Order(), pieces.Select(piece => (string)piece!["body"]!).Order());
        Assert.Equal(
            runs.Select(run => (string?)run!["content_id"]).Order(),
            pieces.Select(piece => (string?)piece!["id"]).Order()
        );
        var slots = runs.Select(run => Instant(run!["slot_at"])).Order().ToList();
        var first = Instant(made["next_run_at"]);
        Assert.Equal([first, first.AddMinutes(1), first.AddMinutes(2)], slots);
        Assert.InRange(Instant(schedule["last_run_at"]), slots[2], slots[2].AddMinutes(1));

        foreach (var copy in await copies!)
            Assert.Equal(HttpStatusCode.OK, copy.StatusCode);
        await Wait.UntilAsync(
            () => Task.FromResult(relay.Passed.Count(each => each.Status == 200) == 3),
            Wait.Patience
        );
        Assert.Equal(3, relay.Passed.Count);
        var (_, current, next) = program.Credentials;
        var receiver = new Receiver(
            new QStashOptions { CurrentSigningKey = current, NextSigningKey = next },
            TimeProvider.System,
            TimeSpan.FromMinutes(5)
        );
        foreach (var delivery in relay.Passed)
        {
            Assert.IsType<SignatureVerdict.Valid>(
                await receiver.VerifyAsync(
                    delivery.Headers["Upstash-Signature"].Single(),
                    delivery.Body,
                    relay.Url + delivery.Target
                )
            );
        }

        await RefusedAsync(relay, relay.Passed.Last());
        Assert.Equal(3, (await program.GetAsync($"/api/contents"))["items"]!.AsArray().Count);
    }

    /// <summary>What nobody signed, or signed for something else, is refused.</summary>
    private static async Task RefusedAsync(Relay relay, Relayed delivery)
    {
        var unsigned = new Dictionary<string, string[]>(delivery.Headers, StringComparer.OrdinalIgnoreCase);
        unsigned.Remove("Upstash-Signature");
        var other = System.Text.Encoding.UTF8.GetBytes(
            $$"""{"scheduleId":"{{Guid.Empty}}","timestamp":"2026-01-01T00:00:00Z"}"""
        );
        foreach (var forged in new[] { delivery with { Headers = unsigned }, delivery with { Body = other } })
            Assert.Equal(HttpStatusCode.Unauthorized, (await relay.RepeatAsync(forged)).StatusCode);
    }

    private static DateTimeOffset Instant(JsonNode? text) =>
        DateTimeOffset.Parse((string)text!, CultureInfo.InvariantCulture);
}
