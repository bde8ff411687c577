using System.Net;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio.Tests;

/// <summary>A person with many schedules: pages, search, states, ends and ready-made starts.</summary>
public sealed class ScheduleListTests
{
    [Fact]
    public async Task A_name_that_is_typed_whole_is_found_before_all_that_have_it_in_them()
    {
        await using var studio = await TestStudio.StartAsync();
        for (var n = 0; n <= ScheduleChoices.Most; n++)
            await studio.CreateAsync(
                new
                {
                    topic = "가을",
                    name = $"가을 아침 {n}",
                    frequency = "daily",
                    time_of_day = "09:00",
                    timezone = "Asia/Seoul",
                    content_type = "x_post",
                }
            );
        await studio.CreateAsync(
            new
            {
                topic = "첫째",
                name = "아침",
                frequency = "daily",
                time_of_day = "09:00",
                timezone = "Asia/Seoul",
                content_type = "x_post",
            }
        );
        await studio.CreateAsync(
            new
            {
                topic = "둘째",
                name = "아침",
                frequency = "daily",
                time_of_day = "09:00",
                timezone = "Asia/Seoul",
                content_type = "x_post",
            }
        );
        var names = await studio
            .Services.GetRequiredService<Schedules>()
            .NamesAsync(await studio.OwnerAsync(), "아침", default);
        Assert.Equal(["아침", "아침", "가을 아침 0"], names.Take(3).Select(each => each.Name));
        Assert.Equal(["둘째", "첫째"], names.Take(2).Select(each => each.Namesake?.Topic).Order());
        // All of it is told of namesakes only.
        Assert.All(names.Skip(2), each => Assert.Null(each.Namesake));
    }

    [Fact]
    public async Task What_is_shown_under_one_name_is_told_apart_also_when_it_is_called_otherwise_by_now()
    {
        await using var studio = await TestStudio.StartAsync();
        var (first, second, alone) = (await IdOfAsync("아침"), await IdOfAsync("아침"), await IdOfAsync("저녁"));
        var stranger = await studio.StrangerAsync();
        Assert.Equal(
            [first],
            await NamesakesAsync(await studio.OwnerAsync(), (first, "아침"), (alone, "저녁"), (null, ""))
        );
        Assert.Equal([first, alone], await NamesakesAsync(await studio.OwnerAsync(), (first, "아침"), (alone, "아침")));
        Assert.Empty(await NamesakesAsync(await studio.OwnerAsync(), (first, "낮"), (alone, "저녁"), (alone, "밤")));
        // Those that both carry it are not among the shown.
        Assert.Equal([alone], await NamesakesAsync(await studio.OwnerAsync(), (alone, "아침")));
        Assert.Empty(await NamesakesAsync(stranger, (first, "아침"), (second, "아침")));

        async Task<Guid> IdOfAsync(string name) => Guid.Parse((string)(await studio.CreateAsync(Daily(name)))["id"]!);

        async Task<HashSet<Guid>> NamesakesAsync(Guid owner, params (Guid? Id, string Name)[] shown) =>
            (
                await studio.Services.GetRequiredService<Schedules>().NamesakesAsync(owner, shown, default)
            ).Keys.ToHashSet();
    }

    [Fact]
    public async Task Many_schedules_are_read_page_by_page_newest_first_each_once()
    {
        await using var studio = await TestStudio.StartAsync();
        for (var i = 0; i < 23; i++)
        {
            studio.Time.Advance(TimeSpan.FromSeconds(1));
            await studio.CreateAsync(Daily($"Plan {i:00}"));
        }
        var names = new List<string>();
        string? cursor = null;
        do
        {
            var page = await studio.GetAsync($"/api/schedules?limit=10&cursor={cursor}");
            names.AddRange(Names(page));
            cursor = (string?)page["next_cursor"];
        } while (cursor is not null);
        Assert.Equal(Enumerable.Range(0, 23).Select(i => $"Plan {22 - i:00}"), names);
    }

    [Theory]
    [InlineData("search=커피", "커피 이야기")]
    [InlineData("search=100%25", "100% 진심")]
    [InlineData("search=_", "snake_case")]
    [InlineData("state=paused", "멈춘 것")]
    [InlineData("state=active&content_type=blog_post", "블로그")]
    [InlineData("state=ended", "")]
    public async Task A_list_shows_what_was_asked_for(string query, string expected)
    {
        await using var studio = await TestStudio.StartAsync();
        foreach (var name in new[] { "커피 이야기", "100% 진심", "snake_case", "멈춘 것" })
            await studio.CreateAsync(Daily(name));
        await studio.CreateAsync(Daily("블로그", "blog_post"));
        var all = await studio.GetAsync("/api/schedules");
        var paused = all["items"]!.AsArray().Single(each => (string)each!["name"]! == "멈춘 것")!["id"];
        await studio.PostAsync("/api/schedule/pause", new { id = (string)paused! });
        Assert.Equal(expected, string.Join(", ", Names(await studio.GetAsync($"/api/schedules?{query}"))));
    }

    [Fact]
    public async Task A_filter_that_there_is_not_is_named()
    {
        await using var studio = await TestStudio.StartAsync();
        var answer = await studio.Http.GetAsync("/api/schedules?state=asleep");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("asleep", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_end_can_be_set_as_a_date_or_a_number_and_taken_away_again()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = (string)(await studio.CreateAsync(Daily("끝이 있는 것")))["id"]!;
        var (_, ending) = await studio.PostAsync("/api/schedule/update", new { id, ends_at = "2024-02-01T00:00:00Z" });
        Assert.Equal("2024-02-01T00:00:00Z", (string?)ending["ends_at"]);
        var (_, counted) = await studio.PostAsync("/api/schedule/update", new { id, max_runs = 3 });
        Assert.Equal(3, (int?)counted["max_runs"]);
        var (_, endless) = await studio.PostAsync("/api/schedule/update", new { id, endless = true });
        Assert.Null(endless["ends_at"]);
        Assert.Null(endless["max_runs"]);
        // What is said beside it counts: another end.
        var (_, again) = await studio.PostAsync(
            "/api/schedule/update",
            new
            {
                id,
                endless = true,
                max_runs = 5,
            }
        );
        Assert.Equal(5, (int?)again["max_runs"]);
    }

    [Fact]
    public async Task A_row_tells_its_last_runs_the_newest_first_and_how_a_month_of_them_went()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Says("아침은 하루의 시작이에요."));
        await using var studio = await TestStudio.StartAsync(
            "2026-11-01T00:00:00Z",
            options => (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        claude.Script.Enqueue(http =>
        {
            studio.Time.Advance(TimeSpan.FromSeconds(3));
            return FakeClaude.Says("물 한 잔을 마시고 창문을 열어 보세요.")(http);
        });
        claude.Script.Enqueue(FakeClaude.Fails(401, "authentication_error"));
        var id = (Guid)(await studio.CreateAsync(TestStudio.ThreeHourly()))["id"]!;
        await RunAsync("03", "03:00:00");
        await RunAsync("06", "06:01:30");
        await RunAsync("09", "09:00:30");
        await studio.PostAsync("/api/schedule/skip", new { id });
        await studio.GoToAsync("2026-11-01T13:00:00Z");

        var owner = await studio.OwnerAsync();
        var recent = await studio.Services.GetRequiredService<Runs>().RecentAsync(owner, [id], 20, default);
        Assert.Equal(
            [
                (RunState.Skipped, 12, 0, Reasons.SkippedByYou.Key),
                (RunState.Failed, 9, 0, Reasons.BadKey.Key),
                (RunState.Done, 6, 3, null),
                (RunState.Done, 3, 0, null),
            ],
            recent[id].Select(run => (run.State, run.At.Hour, (int)run.Took!.Value.TotalSeconds, run.Reason))
        );
        var two = await studio.Services.GetRequiredService<Runs>().RecentAsync(owner, [id], 2, default);
        Assert.Equal(recent[id].Take(2), two[id]);

        var listed = (await studio.GetAsync("/api/stats"))["schedules"]!;
        var row = Assert.Single(listed.AsArray())!;
        Assert.Equal((2, 1, 1), ((int)row["done"]!, (int)row["failed"]!, (int)row["skipped"]!));
        Assert.Equal(2.0 / 3, (double)row["success_rate"]!, 6);
        // On time, a minute and a half late, half a minute late; the skipped one was never late.
        var late = row["lateness"]!;
        Assert.Equal((40_000, 90_000, 90_000), ((int)late["avg"]!, (int)late["p95"]!, (int)late["max"]!));
        Assert.Equal(3_000, (int)row["generation"]!["max"]!);
        // Of each of both pieces 100 new at 2, 20 read at 0.10, 50 out at 10 dollars per million.
        Assert.Equal(0.001404m, (decimal)row["cost"]!);
        var month = (await studio.GetAsync($"/api/schedules/{id}"))["stats"]!;
        Assert.Equal(row.ToJsonString(), month.ToJsonString());

        async Task RunAsync(string hour, string at)
        {
            await studio.GoToAsync($"2026-11-01T{at}Z");
            await studio.DeliverAsync(studio.MessageFor($"2026-11-01T{hour}:00:00Z"));
            await studio.StillAsync();
        }
    }

    [Fact]
    public async Task Every_recipe_makes_a_schedule_that_is_booked_in_either_language()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedules = (Schedules)studio.Services.GetService(typeof(Schedules))!;
        var owner = await ((Accounts)studio.Services.GetService(typeof(Accounts))!).OwnerAsync();
        foreach (var recipe in Recipe.All)
        foreach (var (language, zone) in new[] { ("ko", "Asia/Seoul"), ("en", "America/New_York") })
        foreach (var topic in recipe.Topics)
        {
            var fields = recipe.Fields(
                topic.In(System.Globalization.CultureInfo.GetCultureInfo(language)),
                language,
                zone
            );
            var made = await schedules.CreateAsync(owner, fields, CancellationToken.None);
            Assert.NotNull(made.NextRunAt);
            Assert.Equal(recipe, Recipe.Find(recipe.Key));
        }
    }

    private static object Daily(string name, string type = "x_post") =>
        new
        {
            name,
            topic = "주제",
            content_type = type,
            frequency = "daily",
            time_of_day = "09:00",
        };

    private static IEnumerable<string> Names(JsonNode page) =>
        page["items"]!.AsArray().Select(each => (string)each!["name"]!);
}
