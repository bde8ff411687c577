using System.Collections.Concurrent;
using System.Net.Http.Json;
using Jettae.Testing;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>Markup in every text that a person, a program or a provider can say: shown as text on every page, and never run.</summary>
[Collection(Busy.Name)]
public sealed class MarkupTests
{
    /// <summary>Each would set a flag or open a dialog if it were more than text.</summary>
    private const string Evil =
        "<script>window.pwned=1;alert(1)</script><img src=x onerror=\"window.pwned=1\"><svg onload=window.pwned=1>"
        + "\"'><a href=\"javascript:window.pwned=1\">x</a>{{constructor.constructor('alert(1)')()}}\u202Eevil\u2066";

    private static readonly string Long = new('w', 300);

    /// <summary>The pages to visit; a new page is one line more.</summary>
    private static string[] Paths(string schedule, string run, string failed, string content, string message) =>
        [
            "/",
            "/schedules",
            "/schedules/new",
            $"/schedules/{schedule}",
            "/library",
            $"/library/{content}",
            "/library?search=" + Uri.EscapeDataString(Evil[..60]),
            "/runs",
            $"/runs/{run}",
            $"/runs/{failed}",
            "/messages",
            $"/messages/{message}",
            "/messages/dead",
            "/messages/schedules",
            "/messages/queues",
            "/messages/flow",
            "/messages/groups",
            "/messages/keys",
            "/settings",
            "/docs",
            "/" + Uri.EscapeDataString("<script>alert(1)</script>"),
        ];

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
            var paths = await WriteAsync(studio, claude);
            var page = await studio.OpenAsync(language);
            var trouble = new ConcurrentQueue<string>();
            page.Dialog += (_, dialog) =>
            {
                trouble.Enqueue("dialog: " + dialog.Message);
                _ = dialog.DismissAsync();
            };
            page.Console += (_, line) =>
            {
                // A path that is not there is answered 404, and the browser says so.
                if (line.Type == "error" && !line.Text.Contains("404", StringComparison.Ordinal))
                    trouble.Enqueue("console: " + line.Text);
            };
            page.PageError += (_, error) => trouble.Enqueue("error: " + error);
            foreach (var path in paths)
            {
                await page.GotoAsync(path);
                await Expect(page.Locator("main:not([inert]) h1").First).ToBeVisibleAsync();
                Assert.False(await page.EvaluateAsync<bool>("'pwned' in window"), path);
                var alive = await page.Locator(
                        "main img[onerror], main svg[onload], main a[href^='javascript:' i], main script"
                    )
                    .CountAsync();
                Assert.True(alive == 0, path);
                Assert.Empty(trouble);
            }
            await page.GotoAsync(paths[3]);
            await Expect(page.GetByText("<script>window.pwned=1").First).ToBeVisibleAsync();
        }
    }

    /// <summary>Says it in every field there is.</summary>
    private static async Task<string[]> WriteAsync(StudioPages studio, FakeClaude claude)
    {
        var program = studio.Program;
        string Short(int most) => Evil[..Math.Min(most, Evil.Length)];
        var made = await program.PostAsync(
            "/api/schedule/create",
            new
            {
                name = Short(100),
                content_type = "thread",
                topic = Evil + Long,
                target_audience = Evil,
                frequency = "weekly",
                day_of_week = "monday",
                time_of_day = "09:00",
                settings = new { brandVoice = Evil, model = Short(100) },
            }
        );
        var id = (string)made["id"]!;
        claude.Script.Enqueue(FakeClaude.Says($"{Evil}\n\n---\n\n{Evil}"));
        claude.Script.Enqueue(FakeClaude.Says($"{Evil}\n\n---\n\n{Evil}"));
        var written = await program.PostAsync("/api/schedule/run", new { id });
        claude.Script.Enqueue(FakeClaude.Fails(400, "<b>bad</b>", message: Evil));
        var failed = await program.PostAsync("/api/schedule/run", new { id });
        var piece = await program.PostAsync("/api/content/generate", Piece());
        var content = (string)piece["content"]!["id"]!;
        using var edit = JsonContent.Create(new { title = Short(100), body = Evil + Long });
        (await program.Http.PatchAsync($"/api/contents/{content}", edit)).EnsureSuccessStatusCode();
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
        var message = await studio.PublishAsync(
            "/nowhere?<script>alert(1)</script>",
            0,
            ("Upstash-Label", Short(40).Replace("\"", "", StringComparison.Ordinal))
        );
        return Paths(id, (string)written["run"]!["id"]!, (string)failed["run"]!["id"]!, content, message);

        static object Piece() =>
            new
            {
                topic = Evil,
                content_type = "x_post",
                frequency = "daily",
                time_of_day = "09:00",
            };
    }
}
