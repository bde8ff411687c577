using Jettae.Testing;

namespace Jettae.Studio.Tests;

/// <summary>The brand is in whatever is written: by a schedule of the form, of a recipe, of the API, and by no schedule.</summary>
[Trait("Store", "none")]
public sealed class BrandTests
{
    private const string Fine = "물 한 잔을 마시고 창문을 열어 보세요. 방 안의 공기가 금방 맑아져요.";
    private static readonly string[] Banned = ["대박"];
    private static readonly string[] Other = ["혁신"];

    [Theory]
    [InlineData("form")]
    [InlineData("recipe")]
    [InlineData("api")]
    [InlineData("api with settings")]
    [InlineData("older than the brand")]
    [InlineData("one piece")]
    public async Task Words_never_to_use_and_the_name_hold_for_every_piece(string door)
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Says($"대박! {Fine}"), FakeClaude.Says(Fine));
        await using var studio = await StartAsync(claude);
        if (door != "older than the brand")
            await SayAsync(studio);
        object fields = door switch
        {
            "form" => Form(await BrandAsync(studio)).Fields(),
            "recipe" => Recipe.All[0].Fields("아침 루틴", "ko", "Asia/Seoul"),
            "api with settings" => new
            {
                topic = "아침 루틴",
                content_type = "x_post",
                frequency = "3hours",
                time_of_day = "09:00",
                settings = new { bannedWords = Other },
            },
            _ => TestStudio.ThreeHourly(),
        };
        if (door == "one piece")
            await studio.PostAsync("/api/content/generate", fields);
        else
        {
            var schedule = fields is ScheduleFields said
                ? await Made(studio, said)
                : (Guid)(await studio.CreateAsync(fields))["id"]!;
            if (door == "older than the brand")
                await SayAsync(studio);
            await studio.PostAsync("/api/schedule/run", new { id = schedule });
        }
        Assert.Equal(2, claude.Requests.Count);
        var rules = (string)Assert.Single(claude.Requests.First()["system"]!.AsArray())!["text"]!;
        Assert.Contains("“대박”", rules, StringComparison.Ordinal);
        Assert.Contains("제때 커피", rules, StringComparison.Ordinal);
        if (door == "api with settings")
            Assert.Contains("“혁신”", rules, StringComparison.Ordinal);
        var piece = Assert.Single((await studio.GetAsync("/api/contents"))["items"]!.AsArray())!;
        Assert.Equal(Fine, (string?)piece["body"]);
    }

    [Theory]
    [InlineData("form")]
    [InlineData("recipe")]
    [InlineData("api")]
    [InlineData("api with settings")]
    public async Task A_new_schedule_begins_with_the_brands_voice_readers_and_speech_level(string door)
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var studio = await StartAsync(claude);
        await SayAsync(studio);
        var id = door switch
        {
            "form" => await Made(studio, Form(await BrandAsync(studio)).Fields()),
            "recipe" => await Made(studio, Recipe.All[0].Fields("아침 루틴", "ko", "Asia/Seoul")),
            "api with settings" => (Guid)
                (
                    await studio.CreateAsync(
                        new
                        {
                            topic = "아침 루틴",
                            content_type = "x_post",
                            frequency = "3hours",
                            time_of_day = "09:00",
                            settings = new { variants = 2 },
                        }
                    )
                )["id"]!,
            _ => (Guid)(await studio.CreateAsync(TestStudio.ThreeHourly()))["id"]!,
        };
        var made = await studio.GetAsync($"/api/schedules/{id}");
        Assert.Equal("동네 단골", (string?)made["target_audience"]);
        Assert.Equal("담백하게", (string?)made["settings"]!["brandVoice"]);
        Assert.Equal("banmal", (string?)made["settings"]!["speechLevel"]);
    }

    [Fact]
    public async Task What_is_said_to_be_empty_stays_empty()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var studio = await StartAsync(claude);
        await SayAsync(studio);
        var form = Form(await BrandAsync(studio));
        (form.BrandVoice, form.Audience) = ("", " ");
        var made = await studio.GetAsync($"/api/schedules/{await Made(studio, form.Fields())}");
        Assert.Null(made["target_audience"]);
        Assert.Null(made["settings"]!["brandVoice"]);
    }

    private static Task<TestStudio> StartAsync(FakeClaude claude) =>
        TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );

    private static Task SayAsync(TestStudio studio) =>
        studio.PostAsync(
            "/api/brand",
            new
            {
                name = "제때 커피",
                voice = "담백하게",
                audience = "동네 단골",
                speech_level = "banmal",
                banned_words = Banned,
            }
        );

    private static async Task<Brand> BrandAsync(TestStudio studio) =>
        await Service<Brands>(studio).ReadAsync(await studio.OwnerAsync(), TestContext.Current.CancellationToken);

    private static ScheduleForm Form(Brand brand)
    {
        var form = ScheduleForm.Start("x", brand);
        (form.Topic, form.Language) = ("아침 루틴", "ko");
        return form;
    }

    private static async Task<Guid> Made(TestStudio studio, ScheduleFields fields)
    {
        var owner = await studio.OwnerAsync();
        return (await Service<Schedules>(studio).CreateAsync(owner, fields, TestContext.Current.CancellationToken)).Id;
    }

    private static T Service<T>(TestStudio studio)
        where T : class => (T)studio.Services.GetService(typeof(T))!;
}
