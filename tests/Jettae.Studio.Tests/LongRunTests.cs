using System.Net;

namespace Jettae.Studio.Tests;

/// <summary>Weeks of slots in virtual time: nothing missed, nothing twice, nothing late, whatever stops in between.</summary>
[Trait("Store", "none")]
public sealed class LongRunTests
{
    [Theory]
    [InlineData("3hours", "Asia/Seoul", "2024-01-15T00:00:00Z", 30, 240, 6)]
    [InlineData("daily", "America/New_York", "2026-02-20T12:00:00Z", 40, 40, 6)]
    public async Task Every_slot_of_the_cadence_has_one_run_and_one_piece(
        string frequency,
        string zone,
        string start,
        int days,
        int expected,
        int stops
    )
    {
        await using var studio = await TestStudio.StartAsync(start);
        await studio.CreateAsync(
            new
            {
                topic = "오래",
                content_type = "x_post",
                frequency,
                time_of_day = frequency == "daily" ? "02:30" : "09:00",
                timezone = zone,
                catch_up = "all",
            }
        );
        var begin = studio.Time.GetUtcNow();
        var end = begin.AddDays(days);
        var chance = new Random(7);
        var stopBefore = Enumerable.Range(0, stops).Select(_ => chance.Next(expected)).ToHashSet();
        var delivered = 0;
        while (true)
        {
            await studio.StillAsync();
            var next = studio.QStash.Messages.Values.OrderBy(message => message.NotBefore).FirstOrDefault();
            if (next is null || next.NotBefore > end)
                break;
            if (next.NotBefore > studio.Time.GetUtcNow())
                studio.Time.Advance(next.NotBefore - studio.Time.GetUtcNow());
            if (stopBefore.Contains(delivered++))
            {
                await studio.DownAsync();
                await studio.UpAsync();
            }
            Assert.Equal(HttpStatusCode.OK, (await studio.DeliverAsync(next)).StatusCode);
            studio.QStash.Messages.TryRemove(next.Id, out _);
        }
        Assert.Equal(expected, delivered);
        var stats = await studio.GetAsync($"/api/stats?from={begin:yyyy-MM-ddTHH:mm:ssZ}");
        var total = stats["total"]!;
        Assert.Equal(
            (expected, 0, 0, 0),
            ((int)total["done"]!, (int)total["failed"]!, (int)total["skipped"]!, (int)total["open"]!)
        );
        Assert.Equal(0, (double)total["lateness"]!["max"]!);
        var contents = 0;
        for (string? cursor = ""; cursor is not null; )
        {
            var page = await studio.GetAsync($"/api/contents?limit=100&cursor={cursor}");
            contents += page["items"]!.AsArray().Count;
            cursor = (string?)page["next_cursor"];
        }
        Assert.Equal(expected, contents);
    }

    [Fact]
    public async Task Many_bookings_that_wait_go_out_together()
    {
        await using var studio = await TestStudio.StartAsync();
        studio.QStash.Failing = 503;
        for (var n = 0; n < 12; n++)
            await studio.CreateAsync(TestStudio.ThreeHourly());
        studio.QStash.Failing = null;
        studio.QStash.Calls.Clear();
        await studio.GoToAsync("2024-01-15T00:06:00Z");
        Assert.Equal(12, studio.QStash.Messages.Count);
        Assert.Equal("/v2/batch", Assert.Single(studio.QStash.Calls));
    }
}
