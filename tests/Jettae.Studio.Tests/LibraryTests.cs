using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jettae.Testing;

namespace Jettae.Studio.Tests;

/// <summary>A piece in a person's hands: its status, note, tags and versions, and how the library is counted.</summary>
public sealed class LibraryTests
{
    [Fact]
    public async Task A_piece_is_rejected_with_a_note_and_tagged_and_found_by_it()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await PieceAsync(studio);
        studio.Time.Advance(TimeSpan.FromSeconds(1));
        var other = await PieceAsync(studio);
        var piece = await PatchAsync(
            studio,
            id,
            new
            {
                status = "rejected",
                note = " 숫자를 확인해 주세요 ",
                tags = Tags("#봄  신상", "카페", "카페"),
            }
        );
        Assert.Equal(("rejected", "숫자를 확인해 주세요"), ((string?)piece["status"], (string?)piece["note"]));
        Assert.Equal(["봄 신상", "카페"], Texts(piece["tags"]));
        await PatchAsync(studio, other, new { tags = Tags("카페") });
        Assert.Equal([id], Ids(await studio.GetAsync("/api/contents?tag=봄 신상")));
        Assert.Equal([other, id], Ids(await studio.GetAsync("/api/contents?tag=카페")));
        Assert.Equal([id], Ids(await studio.GetAsync("/api/contents?tag=카페&status=rejected&language=ko")));
        await PatchAsync(studio, id, new { tags = Array.Empty<string>(), note = "" });
        Assert.Equal([other], Ids(await studio.GetAsync("/api/contents?tag=카페")));
    }

    [Theory]
    [InlineData(
        """{"tags":["a","b","c","d","e","f","g","h","i","j","k","l","m","n","o","p","q","r","s","t","u"]}""",
        "tags",
        "21"
    )]
    [InlineData("""{"tags":["12345678901234567890123456789012345678901"]}""", "tags", "40")]
    [InlineData("""{"tags":[" "]}""", "tags", "1 to 40")]
    [InlineData("""{"tags":"x"}""", "tags", "list")]
    [InlineData("""{"status":"published"}""", "status", "rejected")]
    [InlineData("""{"if_version":"1"}""", "if_version", "whole number")]
    [InlineData("""{"body":" "}""", "body", "empty")]
    [InlineData("""{"score":1}""", "score", "no field")]
    public async Task A_bad_change_is_named_and_changes_nothing(string body, string field, string said)
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await PieceAsync(studio);
        var before = (await studio.GetAsync($"/api/contents/{id}")).ToJsonString();
        await RefusedAsync(studio, id, JsonNode.Parse(body)!, HttpStatusCode.BadRequest, field, said);
        Assert.Equal(before, (await studio.GetAsync($"/api/contents/{id}")).ToJsonString());
    }

    [Fact]
    public async Task A_note_and_a_title_have_their_lengths()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await PieceAsync(studio);
        await RefusedAsync(studio, id, new { note = new string('x', 1001) }, HttpStatusCode.BadRequest, "note", "1001");
        await RefusedAsync(studio, id, new { title = new string('x', 301) }, HttpStatusCode.BadRequest, "title", "301");
        await PatchAsync(studio, id, new { note = new string('x', 1000), title = new string('x', 300) });
    }

    [Fact]
    public async Task Each_filter_tells_how_many_its_choices_would_show()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.PostAsync("/api/schedule/run", new { id = schedule["id"] });
        var ids = new List<string>();
        for (var n = 0; n < 3; n++)
            ids.Add(await PieceAsync(studio));
        await PatchAsync(
            studio,
            ids[0],
            new
            {
                status = "approved",
                tags = Tags("카페"),
                body = "유일한 단어",
            }
        );
        await PatchAsync(studio, ids[1], new { tags = Tags("카페", "봄") });

        var all = await studio.GetAsync("/api/contents/facets");
        Assert.Equal(4, (int)all["total"]!);
        Assert.Equal(["draft 3", "approved 1"], Counts(all["statuses"]));
        Assert.Equal(["x_post 1", "facebook_post 3"], Counts(all["types"]));
        Assert.Equal(["카페 2", "봄 1"], Counts(all["tags"]));
        Assert.Equal(["ko 4"], Counts(all["languages"]));
        var only = Assert.Single(all["schedules"]!.AsArray())!;
        Assert.Equal(((string?)schedule["id"], 1), ((string?)only["value"]!["id"], (int)only["count"]!));

        var approved = await studio.GetAsync("/api/contents/facets?status=approved&type=facebook_post");
        Assert.Equal(1, (int)approved["total"]!);
        Assert.Equal(["draft 2", "approved 1"], Counts(approved["statuses"]));
        Assert.Equal(["facebook_post 1"], Counts(approved["types"]));
        Assert.Equal(["카페 1"], Counts(approved["tags"]));

        var tagged = await studio.GetAsync("/api/contents/facets?tag=카페");
        Assert.Equal(2, (int)tagged["total"]!);
        Assert.Equal(["카페 2", "봄 1"], Counts(tagged["tags"]));
        var found = await studio.GetAsync("/api/contents/facets?search=유일한");
        Assert.Equal((1, "approved 1"), ((int)found["total"]!, Counts(found["statuses"]).Single()));
        Assert.Equal(["카페 1"], Counts(found["tags"]));
    }

    [Fact]
    public async Task Every_changed_text_is_a_version_that_can_be_taken_back()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await PieceAsync(studio);
        var first = await studio.GetAsync($"/api/contents/{id}");
        Assert.Equal(2, (int)(await PatchAsync(studio, id, new { body = "두 번째" }))["version"]!);
        // What does not change the text makes no version.
        await PatchAsync(studio, id, new { body = "두 번째", status = "approved" });
        var (status, restored) = await studio.PostAsync($"/api/contents/{id}/restore", new { number = 1 });
        Assert.Equal((HttpStatusCode.OK, 3), (status, (int)restored["version"]!));
        Assert.Equal((string?)first["body"], (string?)restored["body"]);
        Assert.Equal((int)first["length"]!, (int)restored["length"]!);
        var versions = (await studio.GetAsync($"/api/contents/{id}/versions"))["items"]!.AsArray();
        Assert.Equal(
            ["3 restored", "2 edited", "1 written"],
            versions.Select(each => $"{each!["number"]} {each["kind"]}")
        );
        Assert.Equal("두 번째", (string?)versions[1]!["body"]);
        Assert.NotNull((string?)versions[2]!["run_id"]);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await studio.PostAsync($"/api/contents/{id}/restore", new { number = 9 })).Status
        );
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await studio.PostAsync($"/api/contents/{id}/restore", new { })).Status
        );
    }

    [Theory]
    [InlineData("x_post")]
    [InlineData("thread")]
    public async Task A_piece_without_a_title_is_called_by_the_words_that_it_has_now(string type)
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await PieceAsync(studio, type);
        var before = (string)(await studio.GetAsync($"/api/contents/{id}"))["title"]!;
        var piece = await PatchAsync(studio, id, new { body = "\n저녁 산책을 해요.\n\n내일도요." });
        Assert.Equal("저녁 산책을 해요.", (string?)piece["title"]);
        Assert.Equal(
            "저녁 산책을 해요.",
            (string?)(await studio.GetAsync($"/api/contents/{id}/versions"))["items"]![0]!["title"]
        );
        Assert.Empty(Ids(await studio.GetAsync($"/api/contents?search={Uri.EscapeDataString(before.TrimEnd('…'))}")));
        Assert.Equal([id], Ids(await studio.GetAsync("/api/contents?search=저녁 산책")));
        // What is said holds; and the title of a kind that has one is a person's own affair.
        Assert.Equal(
            "산책",
            (string?)(await PatchAsync(studio, id, new { title = "산책", body = "밤 산책" }))["title"]
        );
        var post = await PieceAsync(studio);
        var title = (string?)(await studio.GetAsync($"/api/contents/{post}"))["title"];
        Assert.Equal(title, (string?)(await PatchAsync(studio, post, new { body = "저녁 산책을 해요." }))["title"]);
        // Without any it could not be opened from a list.
        Assert.Equal("저녁 산책을 해요.", (string?)(await PatchAsync(studio, post, new { title = " " }))["title"]);
    }

    [Fact]
    public async Task Of_two_who_change_the_same_version_the_second_is_told()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await PieceAsync(studio);
        await PatchAsync(studio, id, new { body = "먼저", if_version = 1 });
        await RefusedAsync(
            studio,
            id,
            new { body = "나중", if_version = 1 },
            HttpStatusCode.Conflict,
            "if_version",
            "version 2"
        );
        Assert.Equal("먼저", (string?)(await studio.GetAsync($"/api/contents/{id}"))["body"]);
    }

    [Fact]
    public async Task A_deleted_piece_leaves_no_version_and_no_tag()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await PieceAsync(studio);
        await PatchAsync(studio, id, new { body = "두 번째", tags = Tags("카페") });
        await studio.Http.DeleteAsync($"/api/contents/{id}");
        Assert.Equal(HttpStatusCode.NotFound, (await studio.Http.GetAsync($"/api/contents/{id}/versions")).StatusCode);
        Assert.Empty((await studio.GetAsync("/api/contents/facets"))["tags"]!.AsArray());
        Assert.Equal(
            0L,
            await studio.FromStoreAsync(
                "SELECT (SELECT count(*) FROM content_versions) + (SELECT count(*) FROM content_tags)"
                    + (TestStudio.IsOnPostgres ? "" : " + (SELECT count(*) FROM content_search_docsize)")
            )
        );
    }

    [Fact]
    public async Task A_piece_is_written_again_as_instructed_as_its_next_version()
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says("아침은 하루의 시작이에요."),
            FakeClaude.Says("짧게 쓴 아침이에요.")
        );
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        var (_, ran) = await studio.PostAsync("/api/schedule/run", new { id = schedule["id"] });
        var id = (string)ran["content"]!["id"]!;
        var (status, end) = await studio.PostAsync($"/api/contents/{id}/regenerate", new { instruction = "더 짧게" });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(
            (id, "짧게 쓴 아침이에요.", 2),
            ((string?)end["content"]!["id"], (string?)end["content"]!["body"], (int)end["content"]!["version"]!)
        );
        Assert.Equal(("regenerate", id), ((string?)end["run"]!["trigger"], (string?)end["run"]!["content_id"]));
        var version = (await studio.GetAsync($"/api/contents/{id}/versions"))["items"]![0]!;
        Assert.Equal(("regenerated", "더 짧게"), ((string?)version["kind"], (string?)version["instruction"]));
        Assert.Equal((string?)end["run"]!["id"], (string?)version["run_id"]);
        // A piece written again is not one more of its schedule.
        Assert.Equal(1, (int)(await studio.GetAsync($"/api/schedules/{schedule["id"]}"))["total_generated"]!);
        Assert.Single((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
    }

    [Theory]
    [InlineData("of no schedule", "합쇼체", "또박또박")]
    [InlineData("its schedule is gone", "합쇼체", "또박또박")]
    [InlineData("its prompt is not known", "반말", "담백하게")]
    public async Task A_piece_without_a_schedule_is_written_again_in_the_voice_it_has(
        string piece,
        string level,
        string voice
    )
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says("아침은 하루의 시작입니다."),
            FakeClaude.Says("짧은 아침입니다.")
        );
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        await studio.PostAsync("/api/brand", new { voice = "담백하게", speech_level = "banmal" });
        var fields = new
        {
            topic = "아침",
            content_type = "x_post",
            frequency = "daily",
            time_of_day = "09:00",
            settings = new { speechLevel = "hapsyo", brandVoice = "또박또박" },
        };
        string id;
        if (piece == "its schedule is gone")
        {
            var schedule = (string)(await studio.CreateAsync(fields))["id"]!;
            var (_, ran) = await studio.PostAsync("/api/schedule/run", new { id = schedule });
            id = (string)ran["content"]!["id"]!;
            await studio.PostAsync("/api/schedule/delete", new { id = schedule });
        }
        else
        {
            var (_, made) = await studio.PostAsync("/api/content/generate", fields);
            id = (string)made["content"]!["id"]!;
        }
        if (piece == "its prompt is not known")
            await studio.InStoreAsync("UPDATE runs SET prompt = NULL");
        await studio.PostAsync($"/api/contents/{id}/regenerate", new { instruction = "더 짧게" });
        var rules = (string)claude.Requests.Last()["system"]![0]!["text"]!;
        Assert.Contains(level, rules, StringComparison.Ordinal);
        Assert.Contains(voice, rules, StringComparison.Ordinal);
        Assert.DoesNotContain("해요체", rules, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("approved", "draft", "")]
    [InlineData("rejected", "draft", "")]
    [InlineData("archived", "archived", "너무 길어요")]
    public async Task What_was_decided_of_a_piece_does_not_hold_for_one_that_was_written_again(
        string decided,
        string status,
        string note
    )
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says("아침은 하루의 시작이에요."),
            FakeClaude.Says("짧게 쓴 아침이에요.")
        );
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var id = await PieceAsync(studio, "x_post");
        await PatchAsync(studio, id, new { status = decided, note = "너무 길어요" });
        // Whoever changes the text by hand has seen it: what they decided holds.
        Assert.Equal(decided, (string?)(await PatchAsync(studio, id, new { body = "아침이에요." }))["status"]);
        await studio.PostAsync($"/api/contents/{id}/regenerate", new { instruction = "더 짧게" });
        var piece = await studio.GetAsync($"/api/contents/{id}");
        Assert.Equal(
            ("짧게 쓴 아침이에요.", status, note),
            ((string?)piece["body"], (string?)piece["status"], (string?)piece["note"])
        );
    }

    [Fact]
    public async Task What_cannot_be_written_again_leaves_the_piece_as_it_is_and_the_run_says_why()
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says("아침은 하루의 시작이에요."),
            FakeClaude.Fails(401, "authentication_error")
        );
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var id = await PieceAsync(studio, "x_post");
        var (_, end) = await studio.PostAsync($"/api/contents/{id}/regenerate", new { instruction = "더 짧게" });
        Assert.Equal(("failed", null), ((string?)end["run"]!["state"], (string?)end["content"]));
        Assert.Equal("아침은 하루의 시작이에요.", (string?)(await studio.GetAsync($"/api/contents/{id}"))["body"]);
        foreach (
            var bad in new object[] { new { }, new { instruction = " " }, new { instruction = new string('x', 1001) } }
        )
            Assert.Equal(
                HttpStatusCode.BadRequest,
                (await studio.PostAsync($"/api/contents/{id}/regenerate", bad)).Status
            );
    }

    [Fact]
    public async Task A_piece_that_is_deleted_while_it_is_written_again_is_said_to_be()
    {
        var (begun, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says("아침은 하루의 시작이에요."),
            FakeClaude.Waits(begun, gate.Task)
        );
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var id = await PieceAsync(studio, "x_post");
        var writing = studio.PostAsync($"/api/contents/{id}/regenerate", new { instruction = "더 짧게" });
        await begun.Task;
        await studio.Http.DeleteAsync($"/api/contents/{id}");
        gate.SetResult();
        var run = (await writing).Body["run"]!;
        Assert.Equal(("failed", "content_deleted"), ((string?)run["state"], (string?)run["reason"]!["key"]));
        Assert.Contains("글이 지워졌어요", (string?)run["reason"]!["ko"]!["what"], StringComparison.Ordinal);
        Assert.Empty((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
    }

    [Fact]
    public async Task The_library_is_exported_as_a_file_that_a_spreadsheet_opens_and_never_runs()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await PieceAsync(studio);
        await PieceAsync(studio, "x_post");
        const string formula = "=HYPERLINK(\"https://evil.example\")";
        await PatchAsync(
            studio,
            id,
            new
            {
                title = formula,
                body = "첫 줄,\n둘째 줄",
                tags = Tags("카페", "봄"),
            }
        );
        var answer = await studio.Http.GetAsync("/api/contents/export?format=csv&type=facebook_post");
        Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("jettae-2024-01-15.csv", answer.Content.Headers.ContentDisposition!.FileName);
        var bytes = await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal([0xEF, 0xBB, 0xBF], bytes[..3]);
        var csv = System.Text.Encoding.UTF8.GetString(bytes[3..]);
        Assert.Equal(2, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Contains(",\"'=HYPERLINK(\"\"https://evil.example\"\")\",", csv, StringComparison.Ordinal);
        Assert.Contains(",\"첫 줄,\n둘째 줄\",\"봄, 카페\",", csv, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_holds_all_that_fits_beyond_one_page()
    {
        await using var studio = await TestStudio.StartAsync();
        for (var n = 0; n < 103; n++)
            await PieceAsync(studio, "x_post");
        var all = await studio.GetAsync("/api/contents/export?format=json");
        Assert.Equal(103, all.AsArray().Select(each => (string)each!["id"]!).Distinct().Count());
        var markdown = await studio.Http.GetStringAsync("/api/contents/export?format=markdown&status=approved");
        Assert.Empty(markdown);
        Assert.Empty((await studio.GetAsync("/api/contents/export?format=json&status=approved")).AsArray());
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await studio.Http.GetAsync("/api/contents/export?format=docx")).StatusCode
        );
        Assert.Equal(HttpStatusCode.BadRequest, (await studio.Http.GetAsync("/api/contents/export")).StatusCode);
    }

    private static async Task<string> PieceAsync(TestStudio studio, string type = "facebook_post") =>
        (string)
            (await studio.PostAsync("/api/content/generate", new { topic = "아침", content_type = type })).Body[
                "content"
            ]!["id"]!;

    private static async Task<JsonNode> PatchAsync(TestStudio studio, string id, object body)
    {
        var answer = await studio.Http.PatchAsJsonAsync($"/api/contents/{id}", body);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private static async Task RefusedAsync(
        TestStudio studio,
        string id,
        object body,
        HttpStatusCode status,
        string field,
        string said
    )
    {
        var answer = await studio.Http.PatchAsJsonAsync($"/api/contents/{id}", body);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal((status, field), (answer.StatusCode, (string?)problem["field"]));
        Assert.Contains(said, (string)problem["detail"]!, StringComparison.Ordinal);
    }

    private static string[] Tags(params string[] tags) => tags;

    private static List<string> Ids(JsonNode page) =>
        [.. page["items"]!.AsArray().Select(each => (string)each!["id"]!)];

    private static List<string> Texts(JsonNode? list) => [.. list!.AsArray().Select(each => (string)each!)];

    private static List<string> Counts(JsonNode? facets) =>
        [.. facets!.AsArray().Select(each => $"{each!["value"]} {each["count"]}")];
}
