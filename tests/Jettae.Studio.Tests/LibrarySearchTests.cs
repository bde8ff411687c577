using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Jettae.Studio.Tests;

/// <summary>Searching the library: Korean by any part of a word, English by the beginning of one, whatever is typed harmless.</summary>
public sealed class LibrarySearchTests
{
    private const string Coffee = "새로 볶은 커피원두의 향을 느껴 보세요. Fresh Espresso beans, AI시대의 아침.";
    private const string Books = "동네 책방에서 만난 좋은글. 하루 한 권, 2024년의 독서 기록 \"천천히\" (그리고 깊이).";

    public static IEnumerable<TheoryDataRow<string, string>> Searches =>
        [
            new("커피", "coffee"),
            new("원두", "coffee"),
            new("피원", "coffee"),
            new("커피원두의", "coffee"),
            new("책방", "books"),
            new("책", "books"),
            new("글", "books"),
            new("좋은글", "books"),
            new("하루 책방", "books"),
            new("책방 하루 2024", "books"),
            new("커피 책방", ""),
            new("커피향", ""),
            new("두원", ""),
            new("espr", "coffee"),
            new("ESPRESSO Bea", "coffee"),
            new("presso", ""),
            new("AI시대", "coffee"),
            new("ai시", "coffee"),
            new("2024년", "books"),
            new("\"천천히\"", "books"),
            new("(그리고", "books"),
            new("책방*", "books"),
            new("책방에서 OR 커피", ""),
            new("커핓", ""),
            new("커피ㅇ", "coffee"),
            new("NEAR(커피 책방)", ""),
            new("words:커피", ""),
            new("^커피", "coffee"),
            new("커피 - + {원두}", "coffee"),
            new("\"", ""),
            new("***", ""),
            new("커피\0", "coffee"),
            new("\uD83D", ""),
        ];

    [Theory]
    [MemberData(nameof(Searches))]
    public async Task A_search_finds_what_was_meant(string search, string found)
    {
        await using var studio = await TestStudio.StartAsync();
        await PieceAsync(studio, "coffee", Coffee);
        await PieceAsync(studio, "books", Books);
        Assert.Equal(found, string.Join(' ', await FoundAsync(studio, search)));
    }

    [Fact]
    public async Task A_decomposed_text_is_found_as_it_is_typed()
    {
        await using var studio = await TestStudio.StartAsync();
        await PieceAsync(studio, "coffee", Coffee.Normalize(System.Text.NormalizationForm.FormD));
        Assert.Equal(["coffee"], await FoundAsync(studio, "커피"));
        Assert.Equal(["coffee"], await FoundAsync(studio, "커피".Normalize(System.Text.NormalizationForm.FormD)));
    }

    [Fact]
    public async Task What_was_changed_is_found_by_its_new_words_only_and_what_was_deleted_not_at_all()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await PieceAsync(studio, "coffee", Coffee);
        await studio.Http.PatchAsJsonAsync($"/api/contents/{id}", new { body = "녹차 한 잔" });
        Assert.Empty(await FoundAsync(studio, "커피"));
        Assert.Equal(["coffee"], await FoundAsync(studio, "녹차"));
        await studio.Http.DeleteAsync($"/api/contents/{id}");
        Assert.Empty(await FoundAsync(studio, "녹차"));
        await PieceAsync(studio, "books", Books);
        Assert.Empty(await FoundAsync(studio, "녹차"));
    }

    [Fact]
    public async Task A_search_goes_on_page_by_page_newest_first_also_when_a_page_end_is_deleted()
    {
        await using var studio = await TestStudio.StartAsync();
        var ids = new List<string>();
        for (var n = 0; n < 7; n++)
            ids.Add(await PieceAsync(studio, $"piece {n}", n == 3 ? Books : Coffee));
        ids.RemoveAt(3);
        ids.Reverse();
        var first = await studio.GetAsync("/api/contents?search=커피&limit=2");
        Assert.Equal(ids[..2], Ids(first));
        await studio.Http.DeleteAsync($"/api/contents/{ids[1]}");
        var second = await studio.GetAsync($"/api/contents?search=커피&limit=3&cursor={first["next_cursor"]}");
        Assert.Equal(ids[2..5], Ids(second));
        var third = await studio.GetAsync($"/api/contents?search=커피&limit=3&cursor={second["next_cursor"]}");
        Assert.Equal(ids[5..], Ids(third));
        Assert.Null((string?)third["next_cursor"]);
    }

    [Fact]
    public async Task What_others_have_written_since_takes_nothing_from_the_counts_of_a_search()
    {
        await using var studio = await TestStudio.StartAsync();
        await PieceAsync(studio, "coffee", Coffee);
        var stranger = await studio.StrangerAsync();
        using (var other = await studio.BrowserOfAsync(stranger))
            await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly(), other);
        await CopyAsync(studio);
        var facets = await studio.GetAsync("/api/contents/facets?search=espresso");
        Assert.Equal((1, false), ((int)facets["total"]!, (bool)facets["is_cut"]!));
    }

    [Fact]
    public async Task The_counts_of_a_search_are_cut_after_the_days_that_are_looked_at()
    {
        await using var studio = await TestStudio.StartAsync();
        await PieceAsync(studio, "coffee", Coffee);
        await studio.GoToAsync("2024-01-16T00:00:00Z");
        await PieceAsync(studio, "coffee", Coffee);
        await CopyAsync(studio);
        var facets = await studio.GetAsync("/api/contents/facets?search=espresso&to=2024-01-15T12:00:00Z");
        Assert.Equal((1, false), ((int)facets["total"]!, (bool)facets["is_cut"]!));
        facets = await studio.GetAsync("/api/contents/facets?search=espresso");
        Assert.Equal((ContentFacets.MostHits, true), ((int)facets["total"]!, (bool)facets["is_cut"]!));
    }

    /// <summary>The newest piece more often than a search is counted, each time with a word for it.</summary>
    private static async Task CopyAsync(TestStudio studio)
    {
        await studio.MultiplyAsync(
            "contents",
            ContentFacets.MostHits + 1,
            "search_key = (SELECT MAX(search_key) FROM contents)",
            ("run_id", "NULL"),
            ("search_key", "100 + n")
        );
        if (!TestStudio.IsOnPostgres)
            await studio.InStoreAsync(
                "INSERT INTO content_search (rowid, words) SELECT search_key, 'espresso' FROM contents WHERE search_key > 100"
            );
    }

    [Fact]
    [Trait("Store", "SQLite")]
    public async Task Pieces_from_before_the_index_are_found_after_the_start_and_have_their_first_version()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await PieceAsync(studio, "coffee", Coffee);
        await studio.DownAsync();
        var file = new DbContextOptionsBuilder<StudioDb>()
            .UseSqlite($"Data Source={studio.DataFile};Pooling=False")
            .Options;
        await using (var db = new StudioDb(file))
            await db.GetService<IMigrator>().MigrateAsync("BookingRoute");
        await studio.UpAsync();
        Assert.Equal(["coffee"], await FoundAsync(studio, "원두"));
        var version = Assert.Single((await studio.GetAsync($"/api/contents/{id}/versions"))["items"]!.AsArray())!;
        Assert.Equal(
            (1, "written", Coffee),
            ((int)version["number"]!, (string?)version["kind"], (string?)version["body"])
        );
    }

    [Fact]
    public async Task Any_part_of_any_text_is_a_search_that_finds_it_or_nothing_but_never_an_error()
    {
        await using var studio = await TestStudio.StartAsync();
        var id = await PieceAsync(studio, "coffee", Coffee);
        await Gen.Select(
                Gen.String[Gen.Char["가나다커피원두ㄱㅏab12\"*()^:-+{}'. \n%_\\日本カ"], 1, 30],
                Gen.Int[0, 29],
                Gen.Int[1, 30]
            )
            .SampleAsync(
                async each =>
                {
                    var (text, from, length) = each;
                    if (string.IsNullOrWhiteSpace(text))
                        return;
                    await studio.Http.PatchAsJsonAsync($"/api/contents/{id}", new { body = text });
                    from = Math.Min(from, text.Length - 1);
                    var part = text.Substring(from, Math.Min(length, text.Length - from));
                    var whole = await FoundAsync(studio, text);
                    await FoundAsync(studio, part);
                    Assert.Equal(text.Any(char.IsLetterOrDigit) ? ["coffee"] : [], whole);
                },
                iter: 60,
                threads: 1
            );
    }

    [Theory]
    [InlineData("커피원두의 향", "커피", "[커피]원두의 향")]
    [InlineData("Espresso and press", "PRESS", "Espresso and [press]")]
    [InlineData("a<b> 커피 <i>", "커피 b", "a<[b]> [커피] <i>")]
    [InlineData("그대로", null, "그대로")]
    [InlineData("그대로", "  ", "그대로")]
    public void What_was_found_is_marked_in_the_text(string text, string? search, string marked) =>
        Assert.Equal(
            marked,
            string.Concat(SearchText.Segments(text, search).Select(each => each.IsHit ? $"[{each.Text}]" : each.Text))
        );

    private static async Task<string> PieceAsync(TestStudio studio, string title, string body)
    {
        var (_, made) = await studio.PostAsync(
            "/api/content/generate",
            new
            {
                topic = "zzz",
                content_type = "facebook_post",
                language = "en",
            }
        );
        var id = (string)made["content"]!["id"]!;
        var answer = await studio.Http.PatchAsJsonAsync($"/api/contents/{id}", new { title, body });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return id;
    }

    private static async Task<string[]> FoundAsync(TestStudio studio, string search)
    {
        var found = await studio.GetAsync($"/api/contents?search={Uri.EscapeDataString(search)}");
        return [.. found["items"]!.AsArray().Select(each => (string)each!["title"]!)];
    }

    private static List<string> Ids(JsonNode page) =>
        [.. page["items"]!.AsArray().Select(each => (string)each!["id"]!)];
}
