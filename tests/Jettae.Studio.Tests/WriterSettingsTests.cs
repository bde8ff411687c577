using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jettae.Testing;

namespace Jettae.Studio.Tests;

/// <summary>Claude, or another, is connected while the program runs: asked first, kept sealed, told apart by its answers.</summary>
public sealed class WriterSettingsTests
{
    [Fact]
    public async Task A_key_that_holds_is_stored_and_writes_from_the_next_piece_on_and_after_a_restart()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var studio = await TestStudio.StartAsync();
        Assert.True((bool)(await studio.GetAsync("/api/writer"))["is_sample"]!);
        Assert.True((bool)(await WriteAsync(studio))["is_sample"]!);

        var (status, answer) = await studio.PostAsync("/api/writer/connect", Fields(claude));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.True((bool)answer["accepted"]! && (bool)answer["stored"]!, answer.ToJsonString());
        var asked = Assert.Single(claude.Requests);
        Assert.Equal(1, (int)asked["max_tokens"]!);
        var piece = await WriteAsync(studio);
        Assert.Equal((FakeClaude.Usual, false), ((string?)piece["body"], (bool)piece["is_sample"]!));

        await studio.DownAsync();
        await studio.UpAsync();
        var writer = await studio.GetAsync("/api/writer");
        Assert.Equal(("Claude", "claude-sonnet-5-5"), ((string?)writer["name"], (string?)writer["model"]));
        Assert.Equal(FakeClaude.Key[^4..], (string?)writer["key_last4"]);
        Assert.DoesNotContain(FakeClaude.Key, writer.ToJsonString(), StringComparison.Ordinal);
        Assert.False((bool)(await WriteAsync(studio))["is_sample"]!);

        await studio.PostAsync("/api/writer/disconnect", new { });
        Assert.True((bool)(await WriteAsync(studio))["is_sample"]!);
    }

    [Fact]
    public async Task The_stored_key_cannot_be_read_in_the_file()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var studio = await TestStudio.StartAsync();
        await studio.PostAsync("/api/writer/connect", Fields(claude));
        await studio.DownAsync();
        if (!TestStudio.IsOnPostgres)
            foreach (var file in Directory.GetFiles(Path.GetDirectoryName(studio.DataFile)!, "studio.db*"))
                Assert.DoesNotContain(FakeClaude.Key, await File.ReadAllTextAsync(file), StringComparison.Ordinal);
        Assert.DoesNotContain(FakeClaude.Key, await studio.KeptAsync(), StringComparison.Ordinal);
        await studio.UpAsync();
    }

    [Theory]
    [InlineData(401, "authentication_error", "bad_key", false)]
    [InlineData(402, "billing_error", "billing", false)]
    [InlineData(403, "permission_error", "forbidden", false)]
    [InlineData(404, "not_found_error", "model_unknown", false)]
    [InlineData(529, "overloaded_error", "provider_overloaded", true)]
    [InlineData(500, "api_error", "provider_error", true)]
    public async Task What_is_wrong_is_said_by_its_name_with_what_to_do_and_nothing_is_stored(
        int status,
        string type,
        string reason,
        bool mayPass
    )
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Fails(status, type));
        await using var studio = await TestStudio.StartAsync();
        var (_, answer) = await studio.PostAsync("/api/writer/connect", Fields(claude));
        Assert.Equal((false, false), ((bool)answer["accepted"]!, (bool)answer["stored"]!));
        Assert.Equal((reason, mayPass), ((string?)answer["reason"], (bool)answer["may_pass"]!));
        Assert.NotEmpty((string)answer["ko"]!["what"]!);
        Assert.NotEmpty((string)answer["en"]!["to_do"]!);
        Assert.True((bool)(await studio.GetAsync("/api/writer"))["is_sample"]!);
    }

    [Fact]
    public async Task A_rate_limit_says_that_the_key_holds()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Fails(429, "rate_limit_error"));
        await using var studio = await TestStudio.StartAsync();
        var (_, answer) = await studio.PostAsync("/api/writer/connect", Fields(claude));
        Assert.True((bool)answer["accepted"]! && (bool)answer["stored"]!);
        Assert.Contains("key holds", (string)answer["en"]!["what"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_there_and_no_answer_are_told_apart_and_may_be_stored_even_so()
    {
        var began = new TaskCompletionSource();
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Waits(began, new TaskCompletionSource().Task));
        await using var studio = await TestStudio.StartAsync();
        var waiting = studio.PostAsync("/api/writer/check", Fields(claude));
        await began.Task;
        studio.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal("provider_timeout", (string?)(await waiting).Body["reason"]);

        var nowhere = new { key = FakeClaude.Key, url = "http://127.0.0.1:9" };
        var (_, answer) = await studio.PostAsync("/api/writer/connect", nowhere);
        Assert.Equal("provider_unreachable", (string?)answer["reason"]);
        Assert.True((bool)(await studio.GetAsync("/api/writer"))["is_sample"]!);
        var (_, stored) = await studio.PostAsync(
            "/api/writer/connect",
            new
            {
                nowhere.key,
                nowhere.url,
                even_so = true,
            }
        );
        Assert.True((bool)stored["stored"]!);
        // It fails, and the sample writer does not stand in.
        var (_, run) = await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        Assert.Null(run["content"]);
        Assert.Equal("provider_unreachable", (string?)run["run"]!["reason"]!["key"]);
    }

    [Fact]
    public async Task A_stored_key_goes_to_no_other_address()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var other = await FakeClaude.StartAsync();
        await using var studio = await TestStudio.StartAsync();
        await studio.PostAsync("/api/writer/connect", Fields(claude));
        var (status, problem) = await studio.PostAsync("/api/writer/connect", new { url = other.Url });
        Assert.Equal((HttpStatusCode.BadRequest, "key"), (status, (string?)problem["field"]));
        Assert.Empty(other.Requests);
        // The model alone can be changed without pasting the key again.
        await studio.PostAsync("/api/writer/connect", new { model = "claude-opus-5-5" });
        Assert.Equal("claude-opus-5-5", (string?)(await studio.GetAsync("/api/writer"))["model"]);
    }

    [Fact]
    public async Task The_environments_key_comes_first_and_is_not_changed_here()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        Assert.True((bool)(await studio.GetAsync("/api/writer"))["set_by_environment"]!);
        var (status, problem) = await studio.PostAsync("/api/writer/connect", Fields(claude));
        Assert.Equal((HttpStatusCode.Conflict, "set_by_environment"), (status, (string?)problem["code"]));
        Assert.True((bool)(await studio.PostAsync("/api/writer/check", new { })).Body["accepted"]!);
    }

    [Fact]
    public async Task Only_the_owner_of_the_installation_connects_it()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var studio = await TestStudio.StartAsync();
        using var stranger = await studio.BrowserOfAsync(await studio.StrangerAsync());
        foreach (var path in new[] { "/api/writer/connect", "/api/writer/check", "/api/writer/disconnect" })
        {
            var (status, problem) = await studio.PostAsync(
                path,
                path.EndsWith("disconnect", StringComparison.Ordinal) ? new { } : Fields(claude),
                stranger
            );
            Assert.Equal((HttpStatusCode.Forbidden, "owner_only"), (status, (string?)problem["code"]));
        }
        Assert.Empty(claude.Requests);
    }

    [Theory]
    [InlineData("""{"key":"two words"}""", "key")]
    [InlineData("""{}""", "key")]
    [InlineData("""{"key":"k","url":"ftp://x"}""", "url")]
    [InlineData("""{"kind":"openai_compatible","model":"m"}""", "url")]
    [InlineData("""{"kind":"openai_compatible","url":"http://localhost:1"}""", "model")]
    [InlineData("""{"kind":"magic"}""", "kind")]
    public async Task A_wrong_field_is_named_and_a_key_is_never_said_back(string body, string field)
    {
        await using var studio = await TestStudio.StartAsync();
        var (status, problem) = await studio.PostAsync("/api/writer/connect", JsonNode.Parse(body)!);
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, (string?)problem["field"]));
        Assert.DoesNotContain("two words", problem.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endpoint_like_OpenAIs_writes_too()
    {
        await using var server = await OpenAiLike.StartAsync("안녕하세요, 오늘도 좋은 하루예요.");
        await using var studio = await TestStudio.StartAsync();
        var fields = new
        {
            kind = "openai_compatible",
            url = server.Url + "/v1",
            model = "llama3",
        };
        var (_, answer) = await studio.PostAsync("/api/writer/connect", fields);
        Assert.True((bool)answer["accepted"]!, answer.ToJsonString());
        var piece = await WriteAsync(studio);
        Assert.Equal(
            ("안녕하세요, 오늘도 좋은 하루예요.", "llama3"),
            ((string?)piece["body"], (string?)piece["model"])
        );
        server.Status = 401;
        var (_, refused) = await studio.PostAsync("/api/writer/check", new { });
        Assert.Equal("bad_key", (string?)refused["reason"]);
        Assert.DoesNotMatch("Claude|ANTHROPIC", refused.ToJsonString());
        server.Status = 404;
        Assert.Equal("model_unknown", (string?)(await studio.PostAsync("/api/writer/check", new { })).Body["reason"]);
    }

    private static object Fields(FakeClaude claude) => new { key = FakeClaude.Key, url = claude.Url };

    private static async Task<JsonNode> WriteAsync(TestStudio studio)
    {
        var answer = await studio.Http.PostAsJsonAsync("/api/content/generate", TestStudio.ThreeHourly());
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!["content"] ?? throw new InvalidOperationException(text);
    }
}
