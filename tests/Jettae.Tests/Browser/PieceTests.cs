using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Jettae.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>A piece before a person: what is pressed is done to the text that is read.</summary>
public sealed class PieceTests(WritingPages writing) : IClassFixture<WritingPages>
{
    [Fact]
    public async Task With_another_draft_before_ones_eyes_only_that_one_can_be_used()
    {
        writing.Claude.Script.Enqueue(FakeClaude.Says("첫째 초안이에요. 아침에 걸어요."));
        writing.Claude.Script.Enqueue(FakeClaude.Says("둘째 초안이에요. 저녁에 걸어요."));
        var schedule = await writing.ScheduleAsync("두 초안");
        await writing.Program.PostAsync("/api/schedule/update", new { id = schedule, settings = new { variants = 2 } });
        var run = await writing.RunAsync(schedule);
        var page = await OpenAsync($"/library/{run["content_id"]}");
        var actions = page.Locator("aside .actions");
        await Expect(Button("Approve")).ToBeVisibleAsync();
        await Expect(Button("Use this one")).ToHaveCountAsync(0);

        await page.GetByRole(AriaRole.Tab, new() { Name = "Variant 1" }).ClickAsync();
        await Expect(page.Locator("article .text")).ToContainTextAsync("둘째 초안");
        await Expect(actions.GetByRole(AriaRole.Button)).ToHaveTextAsync(["Use this one", "Copy"]);
        await Expect(Button("Copy")).ToHaveAttributeAsync("data-copy", "둘째 초안이에요. 저녁에 걸어요.");
        await Button("Use this one").ClickAsync();
        await Expect(Button("Approve")).ToBeVisibleAsync();
        await Expect(page.Locator("article .text")).ToContainTextAsync("둘째 초안");

        ILocator Button(string name) => actions.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });
    }

    [Fact]
    public async Task A_text_that_came_while_one_decided_is_not_approved_unread()
    {
        var id = await PieceAsync("Read before");
        var page = await OpenAsync($"/library/{id}");
        var approve = page.Locator("aside .actions").GetByRole(AriaRole.Button, new() { Name = "Approve" });
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Approve" });
        await approve.ClickAsync();
        await Expect(dialog).ToBeVisibleAsync();
        await ChangeAsync(id, "Never read");
        await Expect(page.Locator("article .text")).ToHaveTextAsync("Never read");
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("changed meanwhile");
        Assert.Equal("draft", (string?)(await writing.Program.GetAsync($"/api/contents/{id}"))["status"]);

        await approve.ClickAsync();
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Approve" }).ClickAsync();
        await Expect(page.Locator("aside .badge.ok")).ToHaveTextAsync("Approved");
        await Expect(page.Locator(".notice.bad")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task What_the_store_does_not_take_is_said_and_what_was_typed_stays()
    {
        var id = await PieceAsync("Stored");
        var page = await OpenAsync($"/library/{id}");
        await page.Locator("#edit").ClickAsync();
        await page.Locator("#body").FillAsync("Typed");
        var save = page.Locator("form[data-asks]").GetByRole(AriaRole.Button, new() { Name = "Save" });
        await using (await writing.Program.FillAsync("UPDATE", "contents"))
        {
            await save.ClickAsync();
            await Expect(page.Locator("form[data-asks]").GetByRole(AriaRole.Alert)).ToContainTextAsync("free space");
            await Expect(page.Locator("#body")).ToHaveValueAsync("Typed");
        }
        await save.ClickAsync();
        await Expect(page.Locator("article .text")).ToHaveTextAsync("Typed");

        // What cannot be taken back is not said to have been.
        await page.Locator("aside .actions").GetByRole(AriaRole.Button, new() { Name = "Archive" }).ClickAsync();
        var undo = page.Locator(".toast").GetByRole(AriaRole.Button, new() { Name = "Undo" });
        await Expect(undo).ToBeVisibleAsync();
        // It stays while the pointer is on it.
        await undo.HoverAsync();
        await using (await writing.Program.FillAsync("UPDATE", "contents"))
        {
            await undo.ClickAsync();
            await Expect(page.Locator(".toast")).ToContainTextAsync("free space");
        }
        Assert.Contains("database or disk is full", writing.Studio.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_said_what_was_deleted_and_not_said_of_what_was_not()
    {
        var id = await PieceAsync("Deletable");
        var page = await OpenAsync("/library?q=Deletable");
        await page.Locator(".pieces li").GetByRole(AriaRole.Checkbox).CheckAsync();
        await using (await writing.Program.FillAsync("DELETE", "contents"))
        {
            await DeleteAsync(page.Locator(".chosen-bar"));
            await Expect(page.Locator(".toast")).ToContainTextAsync("free space");
            await page.Locator(".toast").GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        }
        await page.GotoAsync($"/library/{id}");
        await StudioPages.ReadyAsync(page);
        await DeleteAsync(page.Locator("aside .actions"));
        await Expect(page).ToHaveURLAsync(new Regex("/library$"));
        await Expect(page.Locator(".toast")).ToContainTextAsync("“Deletable” is deleted");

        async Task DeleteAsync(ILocator within)
        {
            await within.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
            var confirm = page.Locator("dialog[open]");
            await confirm.GetByRole(AriaRole.Button, new() { Name = "Delete" }).ClickAsync();
            await Expect(confirm).ToHaveCountAsync(0);
        }
    }

    [Fact]
    public async Task Approving_one_leaves_what_was_chosen_and_a_link_out_of_a_search_empties_its_box()
    {
        foreach (var text in new[] { "Heathland one", "Heathland two", "Another" })
            await PieceAsync(text);
        var page = await OpenAsync("/library");
        var box = page.GetByRole(AriaRole.Searchbox);
        await box.FillAsync("Heathland");
        await Expect(page.Locator(".pieces li")).ToHaveCountAsync(2);
        await page.Locator(".pieces li").First.GetByRole(AriaRole.Checkbox).CheckAsync();
        await page.Locator(".pieces li").Last.Locator(".approve").ClickAsync();
        await Expect(page.Locator(".toast")).ToContainTextAsync("1 approved");
        await Expect(page.Locator(".chosen-bar")).ToContainTextAsync("1 selected");
        await Expect(box).ToHaveValueAsync("Heathland");

        await page.Locator("nav").GetByRole(AriaRole.Link, new() { Name = "Library" }).ClickAsync();
        await Expect(box).ToHaveValueAsync("");
        await box.FillAsync("Heathland two");
        await Expect(page.Locator(".pieces li")).ToHaveCountAsync(1);
    }

    private async Task<IPage> OpenAsync(string path)
    {
        var page = await writing.Studio.OpenAsync("en");
        await page.GotoAsync(path);
        await StudioPages.ReadyAsync(page);
        return page;
    }

    private async Task<string> PieceAsync(string body)
    {
        var made = await writing.Program.PostAsync(
            "/api/content/generate",
            new { content_type = "x_post", topic = "아침 산책" }
        );
        var id = (string)made["content"]!["id"]!;
        await ChangeAsync(id, body);
        return id;
    }

    private async Task ChangeAsync(string id, string body)
    {
        using var edit = new StringContent(
            new JsonObject { ["body"] = body }.ToJsonString(),
            System.Text.Encoding.UTF8,
            "application/json"
        );
        (await writing.Program.Http.PatchAsync($"/api/contents/{id}", edit)).EnsureSuccessStatusCode();
    }
}
