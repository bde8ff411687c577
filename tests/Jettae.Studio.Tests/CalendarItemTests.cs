using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio.Tests;

/// <summary>What the calendar says of a slot is what became of it; all are counted, the earliest are shown.</summary>
public sealed class CalendarItemTests
{
    [Theory]
    [InlineData("approved", CalendarState.Approved)]
    [InlineData("rejected", CalendarState.Rejected)]
    [InlineData("archived", CalendarState.Archived)]
    [InlineData(null, CalendarState.Deleted)]
    public async Task A_piece_stands_there_as_a_person_left_it(string? status, CalendarState expected)
    {
        await using var studio = await TestStudio.StartAsync();
        var (_, end) = await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        var piece = $"/api/contents/{end["content"]!["id"]}";
        if (status is null)
            (await studio.Http.DeleteAsync(piece)).EnsureSuccessStatusCode();
        else
            (
                await studio.Http.PatchAsync(piece, System.Net.Http.Json.JsonContent.Create(new { status }))
            ).EnsureSuccessStatusCode();
        var day = (await DaysAsync(studio, CalendarSheet.Step)).Cells[0];
        Assert.Equal((1, expected), (day.Count, Assert.Single(day.Items).State));
    }

    [Fact]
    public async Task The_earliest_of_a_day_are_read_and_all_are_counted()
    {
        await using var studio = await TestStudio.StartAsync();
        await studio.CreateAsync(TestStudio.ThreeHourly());
        var span = await DaysAsync(studio, most: 3);
        // From midnight in UTC: the slots of 03:00 to 21:00, and those of the next day from 00:00 on.
        Assert.Equal([7, 8], span.Cells.Select(cell => cell.Count));
        Assert.Equal([3, 6, 9], span.Cells[0].Items.Select(item => item.At.Hour));
        Assert.Equal([0, 3, 6], span.Cells[1].Items.Select(item => item.At.Hour));
        Assert.False(span.IsCut);
    }

    [Fact]
    public async Task Schedules_of_which_more_is_to_come_than_is_counted_share_the_room_with_the_others()
    {
        await using var studio = await TestStudio.StartAsync();
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.MultiplyAsync("schedules", 210, "1 = 1");
        var from = studio.Time.GetUtcNow();
        var span = await studio
            .Services.GetRequiredService<CalendarItems>()
            .ReadAsync(await studio.OwnerAsync(), [new(from, from.AddDays(130), 1)], null, default);
        Assert.Equal((200_000, true), (span.Cells[0].Count, span.IsCut));
    }

    private static async Task<CalendarSpan> DaysAsync(TestStudio studio, int most)
    {
        var first = new DateTimeOffset(2024, 1, 15, 0, 0, 0, TimeSpan.Zero);
        CalendarCell[] days = [new(first, first.AddDays(1), most), new(first.AddDays(1), first.AddDays(2), most)];
        var items = studio.Services.GetRequiredService<CalendarItems>();
        return await items.ReadAsync(await studio.OwnerAsync(), days, null, default);
    }
}
