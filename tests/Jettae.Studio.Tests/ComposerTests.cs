using System.Net;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio.Tests;

/// <summary>From the call of the writer to the piece: variants, likeness, cache, and a person's wish.</summary>
[Trait("Store", "none")]
public sealed class ComposerTests
{
    private const string First = "2024-01-15T03:00:00Z";
    private const string Second = "2024-01-15T06:00:00Z";
    private const string Other = "물 한 잔을 마시고 창문을 열어 보세요. 방 안의 공기가 금방 맑아져요.";
    private static readonly string[] Banned = ["대박"];
    private static readonly string TooLong = new('가', 200);

    [Fact]
    public async Task A_piece_like_an_earlier_one_is_asked_for_once_more_from_a_new_angle()
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says(FakeClaude.Usual),
            FakeClaude.Says(FakeClaude.Usual + " 해 봐요."),
            FakeClaude.Says(Other)
        );
        await using var studio = await StartAsync(claude);
        await studio.CreateAsync(TestStudio.ThreeHourly());
        var first = await RunAsync(studio, First);
        Assert.Null(first["similarity"]);
        var second = await RunAsync(studio, Second);

        Assert.Equal(3, claude.Requests.Count);
        var ask = claude.Requests.Last()["messages"]!.AsArray()[^1]!.ToJsonString(Plain);
        var title = (string)(await studio.GetAsync($"/api/contents/{first["content_id"]}"))["title"]!;
        Assert.Contains(title, ask, StringComparison.Ordinal);
        Assert.Equal(Other, await BodyAsync(studio, second));
        Assert.InRange((double)second["similarity"]!, 0, Similarity.Threshold);
        var compared = second["steps"]!.AsArray().Where(step => (string?)step!["kind"] == "similarity").ToList();
        Assert.Equal(2, compared.Count);
        Assert.All(compared, step => Assert.Matches(@"^\d\.\d\d “" + title[..5], (string)step!["detail"]!));
        Assert.NotEqual((string?)compared[0]!["detail"], (string?)compared[1]!["detail"]);
    }

    [Theory]
    [InlineData("fails")]
    [InlineData("unfit")]
    [InlineData("same")]
    public async Task A_second_ask_that_brings_nothing_better_keeps_the_first_draft(string second)
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says(FakeClaude.Usual),
            FakeClaude.Says(FakeClaude.Usual + "!"),
            second switch
            {
                "fails" => FakeClaude.Fails(529, "overloaded_error"),
                "unfit" => FakeClaude.Says(TooLong),
                _ => FakeClaude.Says(FakeClaude.Usual),
            }
        );
        await using var studio = await StartAsync(claude);
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await RunAsync(studio, First);
        var run = await RunAsync(studio, Second);
        Assert.Equal("done", (string?)run["state"]);
        Assert.Equal(FakeClaude.Usual + "!", await BodyAsync(studio, run));
        Assert.True((double)run["similarity"]! > Similarity.Threshold);
        Assert.Equal(FakeClaude.Usual + "!", (string?)run["answer"]);
    }

    [Fact]
    public async Task Variants_are_asked_for_in_turn_with_the_same_rules_and_unfit_ones_left_out()
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says(TooLong),
            FakeClaude.Says(Other),
            FakeClaude.Says(FakeClaude.Usual)
        );
        await using var studio = await StartAsync(claude);
        var run = await WriteAsync(studio, new { variants = 3 });
        Assert.Equal(Other, await BodyAsync(studio, run));
        // The answer that is kept is the piece's, not the last.
        Assert.Equal(Other, (string?)run["answer"]);
        Assert.Equal(3, claude.Requests.Count);
        Assert.Single(claude.Requests.Select(System).Distinct());
        Assert.Equal(3, claude.Requests.Select(each => each["messages"]!.ToJsonString()).Distinct().Count());
        Assert.DoesNotContain(run["steps"]!.AsArray(), step => (string?)step!["kind"] == "repair");
    }

    [Theory]
    [InlineData(1, "done", 2)]
    [InlineData(0, "failed", 1)]
    public async Task A_provider_in_trouble_is_not_asked_for_further_variants(int before, string state, int calls)
    {
        await using var claude = await FakeClaude.StartAsync([
            .. Enumerable.Repeat(FakeClaude.Says(Other), before),
            FakeClaude.Fails(529, "overloaded_error"),
        ]);
        await using var studio = await StartAsync(claude);
        var run = await WriteAsync(studio, new { variants = 4 });
        Assert.Equal(state, (string?)run["state"]);
        Assert.Equal(calls, claude.Requests.Count);
    }

    [Fact]
    public async Task When_no_variant_is_fit_the_last_is_repaired()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Says(TooLong), FakeClaude.Says(TooLong));
        await using var studio = await StartAsync(claude);
        var run = await WriteAsync(studio, new { variants = 2 });
        Assert.Equal("done", (string?)run["state"]);
        Assert.Equal(3, claude.Requests.Count);
    }

    [Theory]
    [InlineData("x_post", 1, 2000, true)]
    [InlineData("blog_post", 2, 2000, true)]
    [InlineData("blog_post", 1, 2000, false)]
    [InlineData("x_post", 4, 100, false)]
    public async Task Long_rules_that_are_sent_again_are_marked_for_the_cache(
        string type,
        int variants,
        int length,
        bool marked
    )
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var studio = await StartAsync(claude);
        string[] examples = [new string('a', length), new string('b', length)];
        await WriteAsync(studio, new { variants, examples }, type);
        Assert.All(
            claude.Requests,
            request =>
            {
                var block = Assert.Single(request["system"]!.AsArray())!;
                Assert.Equal(marked ? "ephemeral" : null, (string?)block["cache_control"]?["type"]);
                Assert.DoesNotContain("cache_control", request["messages"]!.ToJsonString(), StringComparison.Ordinal);
            }
        );
    }

    [Fact]
    public async Task Each_kind_of_token_is_counted_and_paid_at_its_price()
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says(Other, usage: (1_000, 0, 8_000), thinking: 30),
            FakeClaude.Says(FakeClaude.Usual, usage: (1_000, 8_000, 0))
        );
        await using var studio = await TestStudio.StartAsync(
            "2026-11-01T00:00:00Z",
            options => (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var run = await WriteAsync(studio, new { variants = 2 });
        Assert.Equal(18_000, (int)run["input_tokens"]!);
        Assert.Equal(8_000, (int)run["cached_input_tokens"]!);
        Assert.Equal(8_000, (int)run["cache_write_tokens"]!);
        Assert.Equal(100, (int)run["output_tokens"]!);
        Assert.Equal(30, (int)run["thinking_tokens"]!);
        // 2,000 new at 2, 8,000 read at 0.10, 8,000 written at 2.50, 100 out at 10 dollars per million.
        Assert.Equal(0.0258m, (decimal)run["cost"]!);

        // The same kinds wherever runs are added up.
        var stats = await studio.GetAsync("/api/stats?unit=day&timezone=UTC");
        var exported = JsonNode.Parse(await studio.Http.GetStringAsync("/api/data/export"))!;
        var piece = await studio.GetAsync($"/api/contents/{run["content_id"]}");
        foreach (var figures in new[] { stats["total"], stats["series"]![29], exported["runs"]![0], piece["usage"] })
        foreach (var kind in new[] { "input", "cached_input", "cache_write", "output", "thinking" })
            Assert.Equal((long)run[$"{kind}_tokens"]!, (long?)figures![$"{kind}_tokens"]);
    }

    [Fact]
    public async Task A_schedule_tells_its_tokens_by_kind()
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says(FakeClaude.Usual, usage: (1_000, 200, 8_000), thinking: 30)
        );
        await using var studio = await StartAsync(claude);
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await RunAsync(studio, First);
        var month = (await studio.GetAsync($"/api/schedules/{schedule["id"]}"))["stats"]!;
        Assert.Equal(9_200, (int)month["input_tokens"]!);
        Assert.Equal(200, (int)month["cached_input_tokens"]!);
        Assert.Equal(8_000, (int?)month["cache_write_tokens"]);
        Assert.Equal(30, (int?)month["thinking_tokens"]);
    }

    [Fact]
    public async Task A_piece_tells_what_its_writing_and_all_its_rewriting_took()
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says(Other, usage: (1_000, 0, 8_000)),
            FakeClaude.Says(FakeClaude.Usual, usage: (2_000, 0, 0)),
            FakeClaude.Says("", "refusal"),
            FakeClaude.Says(Other)
        );
        await using var studio = await TestStudio.StartAsync(
            "2026-11-01T00:00:00Z",
            options => (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var run = await WriteAsync(studio, new { });
        var path = $"/api/contents/{run["content_id"]}";
        Assert.Equal(1, (int)(await studio.GetAsync(path))["usage"]!["runs"]!);
        for (var times = 0; times < 2; times++)
        {
            studio.Time.Advance(TimeSpan.FromSeconds(1));
            await studio.PostAsync($"{path}/regenerate", new { instruction = "더 짧게" });
        }
        // Another piece's run is none of this one's.
        await WriteAsync(studio, new { });
        var runs = (await studio.GetAsync("/api/runs"))["items"]!.AsArray().Skip(1).ToList();
        var usage = (await studio.GetAsync(path))["usage"]!;
        Assert.Equal(3, (int)usage["runs"]!);
        Assert.Equal(8_000, (int)usage["cache_write_tokens"]!);
        foreach (var figure in new[] { "input_tokens", "cached_input_tokens", "output_tokens" })
            Assert.Equal(runs.Sum(each => (long)each![figure]!), (long)usage[figure]!);
        Assert.Equal(runs.Sum(each => (decimal?)each!["cost"] ?? 0), (decimal)usage["cost"]!);
    }

    [Fact]
    public async Task The_notes_of_a_run_are_kept_in_both_languages()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Says(TooLong), FakeClaude.Says(TooLong));
        await using var studio = await StartAsync(claude);
        var shown = await WriteAsync(studio, new { });
        var runs = studio.Services.GetRequiredService<Runs>();
        var run = await runs.GetAsync(
            await studio.OwnerAsync(),
            (Guid)shown["id"]!,
            TestContext.Current.CancellationToken
        );
        var korean = global::System.Globalization.CultureInfo.GetCultureInfo("ko-KR");
        Assert.Contains("제한보다 길어요", Word.Read(run.ReasonDetail, korean), StringComparison.Ordinal);
        Assert.Contains("too long", (string?)shown["reason_detail"], StringComparison.Ordinal);
        string Noted(StepKind kind) => Word.Read(run.Steps.First(step => step.Kind == kind).Detail, korean)!;
        Assert.Matches(@"^\d+ \+ \d+자$", Noted(StepKind.Prompt));
        Assert.Matches(@"\d+ \+ \d+ 토큰", Noted(StepKind.Write));
        Assert.Contains("제한보다 길어요", Noted(StepKind.Checked), StringComparison.Ordinal);

        // And told in the caller's: what is asked for, else the one of the person's settings.
        async Task<string> ToldAsync(string? language)
        {
            var told = "";
            foreach (var path in new[] { $"/api/runs/{run.Id}", "/api/runs", "/api/data/export" })
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path);
                if (language is not null)
                    request.Headers.AcceptLanguage.ParseAdd(language);
                var answer = JsonNode.Parse(await (await studio.Http.SendAsync(request)).Content.ReadAsStringAsync())!;
                var one = (answer["items"] ?? answer["runs"])?[0] ?? answer;
                told += (string?)one["reason_detail"];
                told += one["steps"]?.AsArray().Select(step => (string?)step!["detail"]).Last(each => each?.Length > 9);
            }
            return told;
        }
        Assert.Matches("^[^가-힣]+$", await ToldAsync(null));
        Assert.Contains("제한보다 길어요", await ToldAsync("ko-KR, en;q=0.5"), StringComparison.Ordinal);
        Assert.DoesNotContain("too long", await ToldAsync("ko"), StringComparison.Ordinal);
        await studio.PostAsync("/api/preferences", new { language = "ko", timezone = (string?)null });
        Assert.DoesNotContain("too long", await ToldAsync(null), StringComparison.Ordinal);
        Assert.DoesNotContain("too long", await ToldAsync("*"), StringComparison.Ordinal);
        Assert.Matches("^[^가-힣]+$", await ToldAsync("en-US, ko;q=0.5"));
    }

    [Fact]
    public async Task The_last_answer_is_kept_as_it_came_and_bounded()
    {
        var huge = new string('가', 30_000);
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says($"\n{Other}\n"),
            FakeClaude.Says(huge),
            FakeClaude.Says(huge)
        );
        await using var studio = await StartAsync(claude);
        Assert.Equal($"\n{Other}\n", (string?)(await WriteAsync(studio, new { }))["answer"]);
        var kept = (string)(await WriteAsync(studio, new { }))["answer"]!;
        Assert.Equal(64 * 1024 / 3, kept.Length);
        Assert.All(kept, letter => Assert.Equal('가', letter));
        Assert.False((await studio.GetAsync("/api/runs"))["items"]![0]!.AsObject().ContainsKey("answer"));
    }

    [Fact]
    public async Task A_banned_word_is_repaired_and_numbers_count_in_a_threads_length()
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says($"대박! {Other}"),
            FakeClaude.Says(Other),
            FakeClaude.Says($"{Other}\n\n{FakeClaude.Usual}")
        );
        await using var studio = await StartAsync(claude);
        var run = await WriteAsync(studio, new { bannedWords = Banned });
        Assert.Equal(Other, await BodyAsync(studio, run));
        var thread = await WriteAsync(studio, new { numbering = true }, "thread");
        Assert.Equal($"{Other} 1/2\n\n{FakeClaude.Usual} 2/2", await BodyAsync(studio, thread));
    }

    [Fact]
    public async Task A_numbered_thread_of_full_posts_is_fit_at_once()
    {
        var full = string.Concat(Enumerable.Repeat("하루에 한 걸음씩 걸어요. ", 10)).Trim();
        Assert.InRange(XText.Length(full), 230, XText.Limit);
        var posts = $"{full} {full[..17]}\n\n{full} {full[..17]}";
        Assert.InRange(XText.Length(posts.Split('\n')[0]), XText.Limit - 3, XText.Limit);
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Says(posts));
        await using var studio = await StartAsync(claude);
        var run = await WriteAsync(studio, new { numbering = true }, "thread");
        Assert.Equal("done", (string?)run["state"]);
        Assert.Single(claude.Requests);
        var piece = await studio.GetAsync($"/api/contents/{run["content_id"]}");
        Assert.InRange((int)piece["length"]!, 1, XText.Limit);
        Assert.Matches(@" 1/\d\n\n", (string)piece["body"]!);
    }

    [Fact]
    public async Task A_banned_word_inside_another_is_no_fault_and_all_faults_are_asked_for_at_once()
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says($"계약서를 start 해요. {Other}"),
            FakeClaude.Says($"**약** 이에요. {TooLong}"),
            FakeClaude.Says(Other)
        );
        await using var studio = await StartAsync(claude);
        string[] bannedWords = ["약", "art"];
        var fit = await WriteAsync(studio, new { bannedWords });
        Assert.Equal("done", (string?)fit["state"]);
        Assert.Single(claude.Requests);

        var repaired = await WriteAsync(studio, new { bannedWords });
        Assert.Equal("done", (string?)repaired["state"]);
        var ask = claude.Requests.Last()["messages"]!.AsArray()[^1]!.ToJsonString(Plain);
        Assert.Contains("280까지", ask, StringComparison.Ordinal);
        Assert.Contains("“약”", ask, StringComparison.Ordinal);
        Assert.Contains("Markdown", ask, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_prompt_is_kept_with_its_rules_and_its_wish_apart()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var studio = await StartAsync(claude);
        var run = await WriteAsync(studio, new { });
        var request = Assert.Single(claude.Requests);
        var prompt = (string)run["prompt"]!;
        Assert.StartsWith($"[System]\n{System(request)}\n\n[User]\n", prompt, StringComparison.Ordinal);
        Assert.Equal("user", (string?)Assert.Single(request["messages"]!.AsArray())!["role"]);
    }

    [Fact]
    public async Task A_text_is_revised_as_a_person_asks_with_the_same_checks_and_one_repair()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Says(TooLong), FakeClaude.Says(Other));
        await using var studio = await StartAsync(claude);
        var composer = studio.Services.GetRequiredService<Composer>();
        var attempt = new Attempt(
            new Run { Id = Guid.CreateVersion7(studio.Time.GetUtcNow()) },
            1,
            studio.Time,
            _ => { }
        );
        var stored = 0;
        var result = await composer.ReviseAsync(
            PromptTests.Assignment(ContentType.XPost, "ko", PromptTests.Rich),
            FakeClaude.Usual,
            "더 짧게 써 주세요",
            attempt,
            () => Task.FromResult(stored++),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(Other, Assert.IsType<AttemptResult.Piece>(result).Draft.Body);
        var asked = (string)claude.Requests.First()["messages"]![0]!["content"]![0]!["text"]!;
        Assert.Contains("더 짧게 써 주세요", asked, StringComparison.Ordinal);
        Assert.Contains(FakeClaude.Usual, asked, StringComparison.Ordinal);
        Assert.Contains("차분하고 다정하게", System(claude.Requests.First()), StringComparison.Ordinal);
        Assert.Equal(
            [StepKind.Prompt, StepKind.Write, StepKind.Checked, StepKind.Repair, StepKind.Checked],
            attempt.Steps.Select(step => step.Kind)
        );
        Assert.Equal(2, stored);
    }

    private static readonly global::System.Text.Json.JsonSerializerOptions Plain = new()
    {
        Encoder = global::System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static string System(JsonNode request) => (string)Assert.Single(request["system"]!.AsArray())!["text"]!;

    private static Task<TestStudio> StartAsync(FakeClaude claude) =>
        TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );

    private static async Task<JsonNode> WriteAsync(TestStudio studio, object settings, string type = "x_post")
    {
        // The newest run is known by its instant.
        studio.Time.Advance(TimeSpan.FromSeconds(1));
        await studio.PostAsync(
            "/api/content/generate",
            new
            {
                topic = "아침",
                content_type = type,
                settings,
            }
        );
        return await NewestAsync(studio);
    }

    private static async Task<JsonNode> RunAsync(TestStudio studio, string slot)
    {
        await studio.GoToAsync(slot);
        Assert.Equal(HttpStatusCode.OK, (await studio.DeliverAsync(studio.MessageFor(slot))).StatusCode);
        await studio.StillAsync();
        return await NewestAsync(studio);
    }

    private static async Task<JsonNode> NewestAsync(TestStudio studio) =>
        await studio.GetAsync($"/api/runs/{(await studio.GetAsync("/api/runs"))["items"]![0]!["id"]}");

    private static async Task<string?> BodyAsync(TestStudio studio, JsonNode run) =>
        (string?)(await studio.GetAsync($"/api/contents/{run["content_id"]}"))["body"];
}
