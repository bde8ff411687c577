using System.Net;

namespace Jettae.Studio.Tests;

/// <summary>QStash's signing keys may be rolled while the studio runs.</summary>
public sealed class KeyTests
{
    private const string Third = "sig_third_key_of_the_tests_00000";
    private const string Fourth = "sig_fourth_key_of_the_tests_0000";

    [Fact]
    public async Task Keys_that_were_rolled_twice_are_known_within_minutes_and_the_old_ones_no_longer()
    {
        await using var studio = await TestStudio.StartAsync();
        await studio.CreateAsync(TestStudio.ThreeHourly());
        var message = studio.MessageFor("2024-01-15T03:00:00Z");
        studio.QStash.Keys = (Third, Fourth);
        Assert.Equal(HttpStatusCode.Unauthorized, await DeliverAsync(studio, message, Third));
        await studio.GoToAsync("2024-01-15T00:10:00Z");
        Assert.Equal(HttpStatusCode.Unauthorized, await DeliverAsync(studio, message, QStashRecorder.CurrentKey));
        await studio.GoToAsync("2024-01-15T03:00:00Z");
        Assert.Equal(HttpStatusCode.OK, await DeliverAsync(studio, message, Third));
    }

    [Fact]
    public async Task While_QStash_cannot_be_asked_the_known_keys_stay()
    {
        await using var studio = await TestStudio.StartAsync();
        await studio.CreateAsync(TestStudio.ThreeHourly());
        var message = studio.MessageFor("2024-01-15T03:00:00Z");
        studio.QStash.Failing = 503;
        await studio.GoToAsync("2024-01-15T03:00:00Z");
        Assert.Equal(HttpStatusCode.OK, await DeliverAsync(studio, message, QStashRecorder.CurrentKey));
    }

    [Fact]
    public async Task Bookings_ask_that_only_so_many_be_written_at_once()
    {
        await using var studio = await TestStudio.StartAsync(change: options => options.ParallelRuns = 3);
        await studio.CreateAsync(TestStudio.ThreeHourly());
        var headers = studio.MessageFor("2024-01-15T03:00:00Z").Headers;
        Assert.Equal("jettae-writing", headers["Upstash-Flow-Control-Key"]);
        Assert.Equal("parallelism=3", headers["Upstash-Flow-Control-Value"]);
    }

    private static async Task<HttpStatusCode> DeliverAsync(TestStudio studio, Booked message, string key)
    {
        var signature = QStashRecorder.Sign(key, message.Destination, message.Body, studio.Time.GetUtcNow());
        using var answer = await studio.DeliverAsync(message, signature);
        return answer.StatusCode;
    }
}
