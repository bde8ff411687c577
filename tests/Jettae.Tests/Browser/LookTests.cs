using Deque.AxeCore.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>Every page in every language, width and theme: axe finds nothing, nothing sticks out, no error is logged.</summary>
[Collection(Busy.Name)]
public sealed class LookTests(StudioPages studio) : IClassFixture<StudioPages>
{
    /// <summary>Where each page's picture is kept, to be looked at.</summary>
    private static readonly string Pictures =
        Environment.GetEnvironmentVariable("JETTAE_PICTURES") ?? Path.Combine(AppContext.BaseDirectory, "pictures");

    public static MatrixTheoryData<string, int, string> Looks { get; } =
        new(["ko", "en"], [1440, 390], ["light", "dark"]);

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Each_page_can_be_read_and_used_by_everyone(string language, int width, string theme)
    {
        var page = await studio.OpenAsync(language, width, theme);
        var errors = new List<string>();
        page.Console += (_, line) =>
        {
            if (line.Type == "error")
                errors.Add(line.Text);
        };
        page.PageError += (_, error) => errors.Add(error);
        foreach (var path in await PathsAsync())
        {
            await page.GotoAsync(path);
            await Expect(page.Locator("main:not([inert]) h1")).ToBeVisibleAsync();
            await page.ScreenshotAsync(
                new()
                {
                    Path = Path.Combine(Pictures, $"{language}-{width}-{theme}", NameOf(path) + ".png"),
                    FullPage = true,
                }
            );
            var found = await page.RunAxe();
            Assert.True(
                found.Violations.Length == 0,
                $"{path}: "
                    + string.Join(
                        "; ",
                        found.Violations.Select(each =>
                            $"{each.Id} {each.Nodes[0].Target} {each.Nodes[0].Any.FirstOrDefault()?.Message}"
                        )
                    )
            );
            var sticksOut = await page.EvaluateAsync<int>(
                "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
            );
            Assert.True(sticksOut <= 0, $"{path}: {sticksOut} px stick out.");
        }
        Assert.Empty(errors);
    }

    private static string NameOf(string path) =>
        path == "/"
            ? "home"
            : System
                .Text.RegularExpressions.Regex.Replace(path.Trim('/'), "[0-9a-f-]{36}|msg_[a-z0-9]+", "one")
                .Replace('/', '-')
                .Replace('?', '-');

    private async Task<IReadOnlyList<string>> PathsAsync()
    {
        var schedules = await studio.Program.GetAsync("/api/schedules");
        if (schedules["items"]!.AsArray().Count == 0)
        {
            var made = await studio.Program.PostAsync(
                "/api/schedule/create",
                new
                {
                    name = "아주 긴 이름을 가진 스케줄이 좁은 화면에서도 잘 보이는지",
                    content_type = "thread",
                    topic = "긴 주제",
                    frequency = "weekly",
                    day_of_week = "monday",
                    time_of_day = "09:00",
                }
            );
            await studio.Program.PostAsync("/api/schedule/run", new { id = (string?)made["id"] });
            schedules = await studio.Program.GetAsync("/api/schedules");
        }
        var message = await studio.PublishAsync("/nowhere?a-rather-long-path=to-see-how-it-wraps-on-a-phone", 0);
        var contents = await studio.Program.GetAsync("/api/contents");
        var runs = await studio.Program.GetAsync("/api/runs");
        return
        [
            "/",
            "/schedules",
            "/schedules/new",
            "/calendar",
            $"/schedules/{schedules["items"]![0]!["id"]}",
            "/library",
            $"/library/{contents["items"]![0]!["id"]}",
            "/runs",
            $"/runs/{runs["items"]![0]!["id"]}",
            "/runs/00000000-0000-0000-0000-000000000000",
            "/monitor",
            "/alerts",
            "/messages",
            $"/messages/{message}",
            "/messages/msg_none",
            "/messages/dead",
            "/messages/schedules",
            "/messages/queues",
            "/messages/flow",
            "/messages/groups",
            "/messages/keys",
            "/settings",
            "/docs",
        ];
    }
}
