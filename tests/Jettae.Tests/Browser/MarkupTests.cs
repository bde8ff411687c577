using System.Collections.Concurrent;
using System.Net.Http.Json;
using Jettae.Studio;
using Jettae.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>Markup in every text that a person, a program or a provider can say: shown as text on every page, and never run.</summary>
[Collection(Busy.Name)]
public sealed class MarkupTests
{
    /// <summary>Each would set a flag or open a dialog if it were more than text.</summary>
    private const string Evil = Plain + "{{constructor.constructor('alert(1)')()}}\u202Eevil\u2066";

    /// <summary>The same without what would be a variable of a prompt.</summary>
    private const string Plain =
        Begin
        + ";alert(1)</script><img src=x onerror=\"window.pwned=1\"><svg onload=window.pwned=1>"
        + "\"'><a href=\"javascript:window.pwned=1\">x</a>";

    /// <summary>What is to be read on the page, letter by letter.</summary>
    private const string Begin = "<script>window.pwned=1";

    private const string Query = "%3Cscript%3Ewindow.pwned=1%3C/script%3E";

    /// <summary>What is read on a page, or stands in its inputs.</summary>
    private const string IsShown =
        "text => [document.body.innerText, ...[...document.querySelectorAll('input, textarea')].map(each => each.value)]"
        + ".some(each => each.includes(text))";

    private static readonly string Long = new('w', 300);

    [Theory]
    [InlineData("ko")]
    [InlineData("en")]
    public async Task Nothing_that_is_written_anywhere_runs(string language)
    {
        await using var claude = await FakeClaude.StartAsync();
        var studio = new StudioPages(claude.Settings);
        await studio.InitializeAsync();
        await using (studio)
        {
            var places = await WriteAsync(studio, claude, new Look(language, 1280, "light"));
            var page = await studio.OpenAsync(language);
            var trouble = new ConcurrentQueue<string>();
            page.Dialog += (_, dialog) =>
            {
                // A page that is left in the midst of an edit asks first; nothing else has a reason to.
                if (dialog.Type != DialogType.BeforeUnload)
                    trouble.Enqueue("dialog: " + dialog.Message);
                _ = dialog.AcceptAsync();
            };
            page.Console += (_, line) =>
            {
                // A path that is not there is answered 404, and the browser says so.
                if (line.Type == "error" && !line.Text.Contains("404", StringComparison.Ordinal))
                    trouble.Enqueue("console: " + line.Text);
            };
            page.PageError += (_, error) => trouble.Enqueue("error: " + error);
            foreach (var (path, shows, open) in places)
            {
                await page.GotoAsync(path);
                await Expect(page.Locator("main:not([inert]) h1").First).ToBeVisibleAsync();
                if (open is not null)
                    await open(page);
                if (shows)
                    await page.WaitForFunctionAsync(IsShown, Begin);
                Assert.False(await page.EvaluateAsync<bool>("'pwned' in window"), path);
                var alive = await page.Locator(
                        "main img[onerror], main svg[onload], main a[href^='javascript:' i], main script"
                    )
                    .CountAsync();
                Assert.True(alive == 0, path);
                Assert.Empty(trouble);
            }
        }
    }

    /// <summary>Says it in every field there is.</summary>
    /// <returns>Where to look, whether it is to be read there, and what is opened first. A new page is one line more.</returns>
    private static async Task<(string Path, bool Shows, Func<IPage, Task>? Open)[]> WriteAsync(
        StudioPages studio,
        FakeClaude claude,
        Look look
    )
    {
        var program = studio.Program;
        var id = await ScheduleAsync(
            new
            {
                brandVoice = Evil,
                model = Short(100),
                examples = new[] { Evil },
                bannedWords = new[] { Short(50) },
            },
            "thread"
        );
        claude.Script.Enqueue(FakeClaude.Says($"{Evil}\n\n---\n\n{Evil}"));
        claude.Script.Enqueue(FakeClaude.Says($"{Evil}\n\n---\n\n{Evil}"));
        var written = (string)(await program.PostAsync("/api/schedule/run", new { id }))["run"]!["id"]!;
        var custom = await ScheduleAsync(new { promptType = "custom", customPrompt = Plain + Long }, "x_post");
        claude.Script.Enqueue(FakeClaude.Calls(Short(100), Plain[..60]));
        var named = (string)(await program.PostAsync("/api/schedule/run", new { id = custom }))["run"]!["id"]!;
        claude.Script.Enqueue(FakeClaude.Fails(400, "<b>bad</b>", message: Evil));
        var failed = (string)(await program.PostAsync("/api/schedule/run", new { id }))["run"]!["id"]!;

        var content = await PieceAsync("x_post");
        var titled = new List<string>();
        foreach (var type in new[] { "blog_post", "youtube_script", "instagram_reel_script", "facebook_post" })
            titled.Add(await PieceAsync(type));
        // First: what is decided of a piece, and noted, goes when it is written again.
        await program.PostAsync($"/api/contents/{content}/regenerate", new { instruction = Evil });
        await EditAsync(
            content,
            new
            {
                status = "approved",
                note = Evil,
                tags = new[] { Short(30) },
            }
        );
        await program.PostAsync("/api/tokens", new { name = Short(60) });
        await program.PostAsync(
            "/api/brand",
            new
            {
                name = Short(100),
                voice = Evil + Long,
                audience = Evil,
                banned_words = new[] { Short(50) },
            }
        );
        await program.PostAsync(
            "/api/alerts/settings",
            new { smtp_user = Plain, webhook_url = "https://example.com/" + Query }
        );
        using (var browser = program.Client(null))
        {
            browser.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", Plain[..60]);
            (await browser.SignInAsync(await program.NewSignInLinkAsync())).Dispose();
        }
        var message = await studio.PublishAsync(
            "/nowhere?<script>alert(1)</script>",
            0,
            ("Upstash-Label", Short(40).Replace("\"", "", StringComparison.Ordinal))
        );
        return
        [
            ("/", true, null),
            ("/schedules", true, null),
            ($"/schedules?q={Query}&state={Query}", false, null),
            ($"/schedules/new?recipe={Query}&at={Query}", false, null),
            ($"/schedules/{id}", true, null),
            ($"/schedules/{custom}", true, DraftAsync),
            ("/calendar?view=month", true, null),
            ("/calendar?view=week", true, null),
            ("/calendar?view=list", true, OpenItemAsync),
            ($"/calendar?view={Query}&date={Query}&schedule={Query}", false, null),
            ("/library", true, null),
            ($"/library?q={Query}&schedule={Query}", false, null),
            ("/library?q=" + Uri.EscapeDataString(Begin), true, null),
            ($"/library/{content}", true, OpenVersionAsync),
            .. titled.Select(each => ($"/library/{each}", true, (Func<IPage, Task>?)null)),
            ("/runs", true, null),
            ($"/runs?schedule={Query}&reason={Query}", false, null),
            ($"/runs/{written}", true, OpenStepAsync),
            ($"/runs/{named}", true, OpenStepAsync),
            ($"/runs/{failed}", true, OpenStepAsync),
            ("/monitor", true, null),
            ("/alerts", true, null),
            ("/messages", true, null),
            ($"/messages?find={Query}", false, null),
            ($"/messages/{message}", true, null),
            ($"/messages/dead?status={Query}", false, null),
            ("/messages/schedules", false, null),
            ("/messages/queues", false, null),
            ("/messages/flow", false, null),
            ("/messages/groups", false, null),
            ("/messages/keys", false, null),
            ("/settings", true, null),
            ("/docs", false, page => page.Locator("#find").FillAsync(Plain)),
            ($"/sign-in?expired={Query}", false, null),
            ($"/sign-in/{Query}", false, null),
            ("/" + Uri.EscapeDataString("<script>alert(1)</script>"), false, null),
        ];

        string Short(int most) => Evil[..Math.Min(most, Evil.Length)];

        async Task<string> ScheduleAsync(object settings, string type) =>
            (string)
                (
                    await program.PostAsync(
                        "/api/schedule/create",
                        new
                        {
                            name = Short(100),
                            content_type = type,
                            topic = Evil + Long,
                            language = type == "thread" ? "en" : "ko",
                            target_audience = Evil,
                            frequency = "hourly",
                            time_of_day = "09:00",
                            settings,
                        }
                    )
                )["id"]!;

        async Task<string> PieceAsync(string type)
        {
            var made = await program.PostAsync("/api/content/generate", new { topic = Evil, content_type = type });
            var piece = (string)made["content"]!["id"]!;
            await EditAsync(piece, new { title = Short(100), body = Evil + Long });
            return piece;
        }

        async Task EditAsync(string piece, object change)
        {
            using var edit = JsonContent.Create(change);
            using var answer = await program.Http.PatchAsync($"/api/contents/{piece}", edit);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        }

        async Task DraftAsync(IPage page)
        {
            claude.Script.Enqueue(FakeClaude.Says($"{FakeClaude.Usual} {Plain[..24]}"));
            await page.GetByRole(AriaRole.Button, new() { Name = look.Say(Words.TryDraft) }).ClickAsync();
            await Expect(page.Locator(".watch .mock")).ToContainTextAsync(Begin);
        }

        static async Task OpenItemAsync(IPage page)
        {
            // Late in the day there are too few to be put together.
            var first = page.Locator(".entry.planned:visible, summary.entry").First;
            var isGroup = await first.EvaluateAsync<bool>("each => each.matches('summary')");
            await first.ClickAsync();
            if (isGroup)
                await page.Locator("details[open] .entry").Last.ClickAsync();
            await Expect(page.Locator("dialog[open] h2")).ToContainTextAsync(Begin);
        }

        static async Task OpenVersionAsync(IPage page)
        {
            await Expect(page.Locator("aside .note")).ToContainTextAsync(Begin);
            await Expect(page.Locator(".taglist")).ToContainTextAsync(Begin);
            await Expect(page.Locator(".versions")).ToContainTextAsync($"“{Begin}");
            await page.Locator(".versions button[aria-expanded]").First.ClickAsync();
            await Expect(page.Locator(".diff .text")).ToContainTextAsync(Begin);
        }

        static async Task OpenStepAsync(IPage page)
        {
            await page.Locator("button.step").First.ClickAsync();
            await Expect(page.Locator(".step-panel pre").First).ToContainTextAsync(Begin);
        }
    }
}
