using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>The library before a person: finding, deciding, changing and taking back.</summary>
public sealed class LibraryTests(StudioPages studio) : IClassFixture<StudioPages>
{
    [Fact]
    public async Task A_piece_is_found_by_two_Korean_syllables_and_what_was_found_is_marked()
    {
        await PieceAsync("facebook_post", "두물머리 산책", "새벽의 두물머리는 안개가 고와요.");
        var page = await studio.OpenAsync("ko");
        await page.GotoAsync("/library");
        await StudioPages.ReadyAsync(page);
        await page.GetByRole(AriaRole.Searchbox).FillAsync("안개");
        await Expect(page.Locator(".pieces li")).ToHaveCountAsync(1);
        await Expect(page.Locator(".pieces mark")).ToHaveTextAsync("안개");
        await page.GetByRole(AriaRole.Searchbox).FillAsync("물머");
        await Expect(page.Locator(".pieces strong mark")).ToHaveTextAsync("물머");
        Assert.Contains("q=", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_piece_is_approved_with_a_note_and_that_can_be_taken_back()
    {
        var id = await PieceAsync("x_post", null, "승인할 글이에요.");
        var page = await studio.OpenAsync("ko");
        await page.GotoAsync($"/library/{id}");
        await StudioPages.ReadyAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "승인" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "승인" });
        await dialog.Locator("#note").FillAsync("<b>금요일</b>에 올려요");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "승인" }).ClickAsync();
        await Expect(page.Locator("aside .note")).ToContainTextAsync("<b>금요일</b>에 올려요");
        await Expect(page.Locator("aside .badge.ok")).ToHaveTextAsync("승인됨");
        await page.Locator(".toast").GetByRole(AriaRole.Button, new() { Name = "되돌리기" }).ClickAsync();
        await Expect(page.Locator("aside [role=status]")).ToHaveTextAsync("초안");
        await Expect(page.Locator("aside .note")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task A_change_is_seen_word_by_word_and_taken_back()
    {
        var id = await PieceAsync("x_post", null, "Morning coffee first");
        var page = await studio.OpenAsync("en");
        await page.GotoAsync($"/library/{id}");
        await StudioPages.ReadyAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Edit" }).ClickAsync();
        await page.Locator("#body").FillAsync("Morning <i>tea</i> first");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.Locator("article .text")).ToHaveTextAsync("Morning <i>tea</i> first");
        await page.GetByRole(AriaRole.Button, new() { Name = "Version 2" }).ClickAsync();
        await Expect(page.Locator(".versions del")).ToHaveTextAsync("coffee");
        await Expect(page.Locator(".versions ins")).ToHaveTextAsync("<i>tea</i>");
        await page.GetByRole(AriaRole.Button, new() { Name = "Restore this version" }).ClickAsync();
        await Expect(page.Locator("article .text")).ToHaveTextAsync("Morning coffee first");
        await Expect(page.Locator(".versions li")).ToHaveCountAsync(4);
    }

    [Fact]
    public async Task What_was_typed_is_not_lost_without_a_question_nor_to_a_change_from_elsewhere()
    {
        var id = await PieceAsync("x_post", null, "First");
        var page = await studio.OpenAsync("en");
        await page.GotoAsync($"/library/{id}");
        await StudioPages.ReadyAsync(page);
        var aside = page.Locator("aside .actions");
        var form = page.Locator("form[data-asks]");
        await aside.GetByRole(AriaRole.Button, new() { Name = "Edit" }).ClickAsync();
        await page.Locator("#body").FillAsync("Typed");
        await Expect(aside.GetByRole(AriaRole.Button, new() { Name = "Copy" })).ToBeVisibleAsync();
        await Expect(aside.GetByRole(AriaRole.Button, new() { Name = "Edit" })).ToHaveCountAsync(0);
        await Expect(aside.GetByRole(AriaRole.Button, new() { Name = "Rewrite" })).ToHaveCountAsync(0);

        await form.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        var dialog = page.Locator("dialog[open]");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(page.Locator("#body")).ToHaveValueAsync("Typed");

        await ChangeAsync(id, null, "Elsewhere");
        await form.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(form.GetByRole(AriaRole.Alert)).ToContainTextAsync("changed meanwhile");
        await form.GetByRole(AriaRole.Button, new() { Name = "Save anyway" }).ClickAsync();
        await Expect(page.Locator("article .text")).ToHaveTextAsync("Typed");
        await Expect(page.Locator(".versions li")).ToHaveCountAsync(4);

        // Who has changed nothing is not asked. By keyboard one is where the work goes on.
        var edit = aside.GetByRole(AriaRole.Button, new() { Name = "Edit" });
        await Expect(edit).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#body")).ToBeFocusedAsync();
        await form.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).ClickAsync();
        await Expect(form).ToHaveCountAsync(0);
        await Expect(edit).ToBeFocusedAsync();

        // What was typed can still be copied when the piece is deleted meanwhile.
        await edit.ClickAsync();
        await page.Locator("#body").FillAsync("Typed again");
        // The page has it.
        await Expect(form.Locator(".count")).ToContainTextAsync("11/");
        (
            await studio.Program.Http.DeleteAsync($"/api/contents/{id}", TestContext.Current.CancellationToken)
        ).EnsureSuccessStatusCode();
        await Expect(form.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await Expect(page.Locator("#body")).ToHaveValueAsync("Typed again");
    }

    [Fact]
    public async Task A_piece_is_copied_over_plain_http_too_and_it_is_said_when_it_is_not()
    {
        var id = await PieceAsync("x_post", null, "Copied without a clipboard");
        var page = await studio.OpenAsync("en");
        await page.AddInitScriptAsync("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
        await page.GotoAsync($"/library/{id}");
        await StudioPages.ReadyAsync(page);
        var copy = page.Locator(".actions [data-copy]");
        await SaysAsync("Copied");
        await page.Locator(".tags input").FocusAsync();
        await page.Keyboard.PressAsync("Control+v");
        await Expect(page.Locator(".tags input")).ToHaveValueAsync("Copied without a clipboard");

        await Expect(copy).ToHaveTextAsync("Copy");
        await page.EvaluateAsync("document.execCommand = () => false");
        await SaysAsync("Not copied");

        // Not for long.
        async Task SaysAsync(string text)
        {
            var said = Expect(copy).ToHaveTextAsync(text);
            await copy.ClickAsync();
            await said;
        }
    }

    [Theory]
    [InlineData("linkedin_post", "A body")]
    [InlineData("facebook_post", "A body")]
    [InlineData("blog_post", "A title\n\nA body")]
    public async Task What_is_copied_is_what_is_shown_and_counted(string type, string copied)
    {
        var id = await PieceAsync(type, "A title", "A body");
        var page = await studio.OpenAsync("en");
        await page.GotoAsync($"/library/{id}");
        await Expect(page.Locator(".actions [data-copy]")).ToHaveAttributeAsync("data-copy", copied);
        await Expect(page.Locator(".mock h2")).ToHaveCountAsync(type == "blog_post" ? 1 : 0);
        await Expect(page.Locator("h1")).ToHaveTextAsync("A title");
    }

    [Theory]
    [InlineData("linkedin_post", 210)]
    [InlineData("facebook_post", 480)]
    public async Task A_post_is_folded_where_its_platform_folds_it(string type, int fold)
    {
        var id = await PieceAsync(type, "A title", new string('a', fold));
        var page = await studio.OpenAsync("en");
        await page.GotoAsync($"/library/{id}");
        await StudioPages.ReadyAsync(page);
        var text = page.Locator(".mock.feed .text");
        await Expect(text).ToHaveTextAsync(new string('a', fold));
        await Expect(page.Locator(".mock.feed button")).ToHaveCountAsync(0);

        await ChangeAsync(id, null, new string('a', fold) + "\n\nthe rest");
        var more = page.GetByRole(AriaRole.Button, new() { Name = "…see more" });
        await Expect(more).ToHaveAttributeAsync("aria-expanded", "false");
        await Expect(text).ToHaveTextAsync(new string('a', fold));
        await more.ClickAsync();
        await Expect(text).ToContainTextAsync("the rest");
        await page.GetByRole(AriaRole.Button, new() { Name = "See less" }).ClickAsync();
        await Expect(text).ToHaveTextAsync(new string('a', fold));
    }

    [Fact]
    public async Task A_tag_is_put_on_a_piece_and_taken_off()
    {
        var id = await PieceAsync("x_post", null, "Tagged by hand");
        var page = await studio.OpenAsync("en");
        await page.GotoAsync($"/library/{id}");
        await StudioPages.ReadyAsync(page);
        foreach (var tag in new[] { "spring", "coffee" })
        {
            await page.Locator("#tag").FillAsync(tag);
            await page.Locator("#tag").PressAsync("Enter");
            await Expect(page.Locator(".taglist .tag").Filter(new() { HasText = tag })).ToHaveCountAsync(1);
        }
        await page.GetByRole(AriaRole.Button, new() { Name = "Remove the tag “spring”" }).ClickAsync();
        await Expect(page.Locator(".taglist .tag")).ToHaveCountAsync(1);
        await Expect(page.Locator(".taglist .tag a")).ToHaveTextAsync("coffee");
        Assert.Equal("""["coffee"]""", (await studio.Program.GetAsync($"/api/contents/{id}"))["tags"]!.ToJsonString());
    }

    [Fact]
    public async Task A_piece_is_archived_and_a_draft_again()
    {
        var id = await PieceAsync("x_post", null, "Not of use now");
        var page = await studio.OpenAsync("en");
        await page.GotoAsync($"/library/{id}");
        await StudioPages.ReadyAsync(page);
        var actions = page.Locator("aside .actions");
        var (archive, draft) = (Button("Archive"), Button("Back to draft"));
        await Expect(draft).ToHaveCountAsync(0);
        await archive.ClickAsync();
        await Expect(page.Locator("aside [role=status]")).ToHaveTextAsync("Archived");
        await Expect(archive).ToHaveCountAsync(0);
        Assert.Equal("archived", await StatusAsync());
        await draft.ClickAsync();
        await Expect(page.Locator("aside [role=status]")).ToHaveTextAsync("Draft");
        Assert.Equal("draft", await StatusAsync());
        await Expect(page.Locator(".toast")).ToContainTextAsync("Draft");
        await page.Locator(".toast [data-undo]").ClickAsync();
        await Expect(page.Locator("aside [role=status]")).ToHaveTextAsync("Archived");

        ILocator Button(string name) => actions.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

        async Task<string?> StatusAsync() => (string?)(await studio.Program.GetAsync($"/api/contents/{id}"))["status"];
    }

    [Theory]
    [InlineData("en", "youtube_script", "[Opening]", "About 10.0 s spoken")]
    [InlineData("ko", "instagram_reel_script", "【훅】", "말하면 약 4.0 초")]
    public async Task A_script_says_how_long_it_is_spoken(string language, string type, string label, string said)
    {
        var words =
            language == "en" ? string.Concat(Enumerable.Repeat("one ", 25)) : "가나다라마바사아자차카타파하 2026 AI";
        var id = await PieceAsync(type, "A title", $"{label}\n{words}\nhttps://example.com/spoken #tag", language);
        var page = await studio.OpenAsync(language);
        await page.GotoAsync($"/library/{id}");
        await Expect(page.Locator(".mock.script")).ToContainTextAsync(said);
    }

    [Theory]
    [InlineData("/library")]
    [InlineData("/schedules/new")]
    [InlineData("/calendar")]
    [InlineData("/runs")]
    [InlineData("/settings")]
    [InlineData("/alerts")]
    public async Task No_field_is_so_small_that_a_phone_zooms_into_it(string path)
    {
        // What is empty has nothing to fill in.
        await PieceAsync("x_post", null, "There is something");
        var page = await studio.OpenAsync("ko", 390);
        await page.GotoAsync(path);
        await StudioPages.ReadyAsync(page);
        var sizes = await page.EvaluateAsync<float[]>(
            "[...document.querySelectorAll('input, select, textarea')].map(each => parseFloat(getComputedStyle(each).fontSize))"
        );
        Assert.NotEmpty(sizes);
        Assert.All(sizes, size => Assert.InRange(size, 16, 99));
        Assert.InRange(
            await page.EvaluateAsync<int>(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            ),
            0,
            0
        );
    }

    [Fact]
    public async Task A_piece_is_written_again_before_ones_eyes()
    {
        var id = await PieceAsync("linkedin_post", null, null);
        var page = await studio.OpenAsync("en");
        await page.GotoAsync($"/library/{id}");
        await StudioPages.ReadyAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Rewrite" }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Rewrite" });
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Shorter" }).ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Rewrite" }).ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Link, new() { Name = "See the run" })).ToBeVisibleAsync();
        await Expect(dialog.Locator(".watch .mock")).ToBeVisibleAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await Expect(page.Locator(".versions")).ToContainTextAsync("“Shorter”");
    }

    [Fact]
    public async Task Several_are_chosen_by_keyboard_tagged_approved_and_deleted()
    {
        for (var n = 0; n < 3; n++)
            await PieceAsync("x_post", null, $"keyboardish {n}");
        var page = await studio.OpenAsync("en");
        await page.GotoAsync("/library?q=keyboardish");
        await StudioPages.ReadyAsync(page);
        await Expect(page.Locator(".pieces li")).ToHaveCountAsync(3);
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("x");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("x");
        var bar = page.Locator(".chosen-bar");
        await Expect(bar).ToContainTextAsync("2 selected");
        await bar.GetByLabel("Tags").FillAsync("batch");
        await bar.GetByRole(AriaRole.Button, new() { Name = "Add tag" }).ClickAsync();
        await Expect(page.Locator(".pieces li", new() { HasText = "#batch" })).ToHaveCountAsync(2);
        await bar.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(page.Locator(".pieces .badge.ok")).ToHaveCountAsync(2);
        await Expect(page.Locator(".toast")).ToContainTextAsync("2 approved");
        await page.Locator(".toast").GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(page.Locator(".pieces .badge.ok")).ToHaveCountAsync(0);

        await page.Locator(".facets").GetByRole(AriaRole.Link, new() { Name = "batch" }).ClickAsync();
        await Expect(page.Locator(".pieces li")).ToHaveCountAsync(2);
        await page.Locator(".pieces li").First.GetByRole(AriaRole.Checkbox).CheckAsync();
        await bar.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        var confirm = page.GetByRole(AriaRole.Dialog);
        await confirm.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
        await Expect(page.Locator(".pieces li")).ToHaveCountAsync(1);
        // As long as it is open, keys are its own.
        await Expect(confirm).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("/");
        await Expect(page.GetByRole(AriaRole.Searchbox)).ToBeFocusedAsync();
    }

    private async Task<string> PieceAsync(string type, string? title, string? body, string language = "en")
    {
        var made = await studio.Program.PostAsync(
            "/api/content/generate",
            new
            {
                content_type = type,
                topic = "Something",
                language,
            }
        );
        var id = (string)made["content"]!["id"]!;
        if (body is not null)
            await ChangeAsync(id, title, body);
        return id;
    }

    private async Task ChangeAsync(string id, string? title, string body)
    {
        using var edit = new StringContent(
            new JsonObject { ["title"] = title, ["body"] = body }.ToJsonString(),
            System.Text.Encoding.UTF8,
            "application/json"
        );
        (await studio.Program.Http.PatchAsync($"/api/contents/{id}", edit)).EnsureSuccessStatusCode();
    }
}
