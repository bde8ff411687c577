using System.Net;
using System.Text.Json.Nodes;

namespace Jettae.Studio.Tests;

/// <summary>Figures over time: hours, days and months as their zone has them.</summary>
public sealed class SeriesTests
{
    [Theory]
    [InlineData("hour", "Asia/Seoul", 24, "2024-01-14T02:00:00Z", "2024-01-15T02:00:00Z")]
    [InlineData("hour", "Asia/Kolkata", 24, "2024-01-14T01:30:00Z", "2024-01-15T01:30:00Z")]
    [InlineData("day", "Asia/Seoul", 30, "2023-12-16T15:00:00Z", "2024-01-15T15:00:00Z")]
    [InlineData("month", "Asia/Seoul", 12, "2023-01-31T15:00:00Z", "2024-01-31T15:00:00Z")]
    public async Task It_covers_the_time_up_to_now(string unit, string zone, int points, string from, string to)
    {
        await using var studio = await TestStudio.StartAsync("2024-01-15T01:20:00Z");
        var series = await SeriesAsync(studio, unit, zone);
        Assert.Equal(points, series.Count);
        Assert.Equal(DateTimeOffset.Parse(to, null).UtcDateTime, End(series[^1]!));
        Assert.Equal(DateTimeOffset.Parse(from, null).UtcDateTime, Begin(series[0]!));
        for (var i = 1; i < series.Count; i++)
            Assert.Equal(End(series[i - 1]!), Begin(series[i]!));
    }

    [Theory]
    [InlineData("2024-03-31", 23)]
    [InlineData("2024-10-27", 25)]
    public void A_day_on_which_the_clock_is_set_has_the_hours_that_it_has(string day, int hours)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
        var noon = new DateTimeOffset(DateOnly.Parse(day, null).ToDateTime(new TimeOnly(12, 0)), TimeSpan.Zero);
        var edges = Series.Edges(noon, SeriesUnit.Day, zone);
        Assert.Equal(hours, (edges[^1] - edges[^2]).TotalHours);
        Assert.Equal(31, edges.Count);
        Assert.Equal(edges.Order(), edges);
    }

    [Fact]
    public async Task Each_run_lies_in_its_own_point_and_the_points_add_up_to_the_whole()
    {
        await using var studio = await TestStudio.StartAsync("2024-01-15T00:00:00Z");
        await studio.CreateAsync(TestStudio.ThreeHourly());
        foreach (
            var (slot, at) in new[] { ("03:00:00", "03:00:04"), ("06:00:00", "06:00:02"), ("09:00:00", "09:00:01") }
        )
        {
            await studio.GoToAsync($"2024-01-15T{at}Z");
            await studio.DeliverAsync(studio.MessageFor($"2024-01-15T{slot}Z"));
        }
        var today = (await SeriesAsync(studio, "day", "UTC"))[^1]!;
        Assert.Equal(3, (int)today["done"]!);
        Assert.Equal(1, (double)today["success_rate"]!);
        Assert.Equal(2000, (double)today["lateness_p50"]!);
        Assert.Equal(4000, (double)today["lateness_p95"]!);
        var hours = await SeriesAsync(studio, "hour", "UTC");
        Assert.Equal(3, hours.Sum(each => (int)each!["done"]!));
        Assert.Equal(4000, (double)hours.Single(each => Begin(each!).Hour == 3)!["lateness_p95"]!);
        Assert.Null(hours.Single(each => Begin(each!).Hour == 4)!["lateness_p95"]);

        using var other = await studio.BrowserOfAsync(await studio.StrangerAsync());
        var theirs = JsonNode.Parse(await other.GetStringAsync("/api/stats?unit=day"))!["series"]!.AsArray();
        Assert.Equal(0, theirs.Sum(each => (int)each!["done"]!));
    }

    [Theory]
    [InlineData("unit=week", "unit")]
    [InlineData("unit=day&timezone=Seoul", "timezone")]
    public async Task What_cannot_be_is_named(string query, string field)
    {
        await using var studio = await TestStudio.StartAsync();
        using var answer = await studio.Http.GetAsync($"/api/stats?{query}");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(field, (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["field"]);
    }

    private static async Task<JsonArray> SeriesAsync(TestStudio studio, string unit, string zone) =>
        (await studio.GetAsync($"/api/stats?unit={unit}&timezone={zone}"))["series"]!.AsArray();

    private static DateTime Begin(JsonNode point) => DateTimeOffset.Parse((string)point["from"]!, null).UtcDateTime;

    private static DateTime End(JsonNode point) => DateTimeOffset.Parse((string)point["to"]!, null).UtcDateTime;
}
