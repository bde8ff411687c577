using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Jettae.Studio.Tests;

/// <summary>Keys to the API: shown once, kept as a hash, full or read-only, ended at once.</summary>
public sealed class TokenTests
{
    [Fact]
    public async Task A_token_opens_the_API_for_its_owner_until_it_is_revoked()
    {
        await using var studio = await TestStudio.StartAsync();
        using var mine = await studio.BrowserOfAsync(await studio.StrangerAsync());
        var (status, made) = await studio.PostAsync("/api/tokens", new { name = " n8n " }, mine);
        Assert.Equal(HttpStatusCode.Created, status);
        var text = (string)made["token"]!;
        Assert.Matches("^jt_[A-Za-z0-9_-]{43}$", text);
        Assert.Equal(
            ("n8n", "full", text[^4..]),
            ((string)made["name"]!, (string)made["scope"]!, (string)made["last4"]!)
        );

        using var program = studio.Client(text);
        await studio.CreateAsync(TestStudio.ThreeHourly());
        Assert.Empty((await ItemsAsync(program, "/api/schedules")));
        Assert.Equal(
            HttpStatusCode.Created,
            (await program.PostAsJsonAsync("/api/schedule/create", TestStudio.ThreeHourly())).StatusCode
        );
        Assert.Single(await ItemsAsync(mine, "/api/schedules"));

        var listed = Assert.Single(await ItemsAsync(mine, "/api/tokens"))!;
        Assert.False(listed.AsObject().ContainsKey("token"));
        Assert.Equal("2024-01-15T00:00:00Z", (string?)listed["last_used_at"]);
        await studio.PostAsync("/api/tokens/revoke", new { id = (string?)made["id"] }, mine);
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync("/api/schedules")).StatusCode);
        Assert.Empty(await ItemsAsync(mine, "/api/tokens"));
    }

    [Fact]
    public async Task Only_its_hash_is_kept()
    {
        await using var studio = await TestStudio.StartAsync();
        var (_, made) = await studio.PostAsync("/api/tokens", new { name = "x" });
        var text = (string)made["token"]!;
        var kept = await studio.KeptAsync();
        Assert.DoesNotContain(text[3..], kept, StringComparison.Ordinal);
        Assert.Contains(text[^4..], kept, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_read_only_token_reads_and_changes_nothing()
    {
        await using var studio = await TestStudio.StartAsync();
        var (_, made) = await studio.PostAsync("/api/tokens", new { name = "x", scope = "read" });
        using var reader = studio.Client((string)made["token"]!);
        Assert.Equal(HttpStatusCode.OK, (await reader.GetAsync("/api/schedules")).StatusCode);
        foreach (
            var path in new[]
            {
                "/api/schedule/create",
                "/api/tokens",
                "/api/tokens/revoke",
                "/api/data/delete",
                "/api/brand",
            }
        )
        {
            var (status, problem) = await studio.PostAsync(path, new { name = "y" }, reader);
            Assert.Equal((HttpStatusCode.Forbidden, "token_read_only"), (status, (string?)problem["code"]));
        }
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.DeleteAsync($"/api/contents/{Guid.Empty}")).StatusCode);
        Assert.Single(await ItemsAsync(studio.Http, "/api/tokens"));
    }

    [Fact]
    public async Task A_token_ends_at_its_end()
    {
        await using var studio = await TestStudio.StartAsync();
        var (_, made) = await studio.PostAsync("/api/tokens", new { name = "x", expires_at = "2024-01-16T00:00:00Z" });
        using var program = studio.Client((string)made["token"]!);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/api/schedules")).StatusCode);
        await studio.GoToAsync("2024-01-16T00:00:00Z");
        Assert.Equal(HttpStatusCode.Unauthorized, (await program.GetAsync("/api/schedules")).StatusCode);
    }

    [Theory]
    [InlineData("{}", "name")]
    [InlineData("""{"name":"  "}""", "name")]
    [InlineData("""{"name":"x","scope":"admin"}""", "scope")]
    [InlineData("""{"name":"x","expires_at":"2024-01-14T00:00:00Z"}""", "expires_at")]
    [InlineData("""{"name":"x","owner_id":"y"}""", "owner_id")]
    public async Task A_wrong_wish_makes_no_token(string body, string field)
    {
        await using var studio = await TestStudio.StartAsync();
        var (status, problem) = await studio.PostAsync("/api/tokens", JsonNode.Parse(body)!);
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, (string?)problem["field"]));
        Assert.Empty(await ItemsAsync(studio.Http, "/api/tokens"));
    }

    [Fact]
    public async Task Somebody_elses_tokens_are_neither_seen_nor_ended()
    {
        await using var studio = await TestStudio.StartAsync();
        var (_, made) = await studio.PostAsync("/api/tokens", new { name = "x" });
        using var theirs = await studio.BrowserOfAsync(await studio.StrangerAsync());
        Assert.Empty(await ItemsAsync(theirs, "/api/tokens"));
        var (status, _) = await studio.PostAsync("/api/tokens/revoke", new { id = (string?)made["id"] }, theirs);
        Assert.Equal(HttpStatusCode.NotFound, status);
        using var program = studio.Client((string)made["token"]!);
        Assert.Equal(HttpStatusCode.OK, (await program.GetAsync("/api/schedules")).StatusCode);
    }

    private static async Task<JsonArray> ItemsAsync(HttpClient http, string path) =>
        JsonNode.Parse(await http.GetStringAsync(path))!["items"]!.AsArray();
}
