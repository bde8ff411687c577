using System.Net;
using Jettae.Testing;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>Where a person looks for a run that is past its retention, the page says so.</summary>
public sealed class RetentionPageTests(RetentionPages studio) : IClassFixture<RetentionPages>
{
    [Fact]
    public async Task Who_looks_for_a_run_that_is_gone_is_told_why_and_finds_its_piece()
    {
        var made = await studio.Program.PostAsync(
            "/api/content/generate",
            new
            {
                content_type = "x_post",
                topic = "빵집",
                language = "ko",
            }
        );
        var began = TimeProvider.System.GetUtcNow().AddDays(-60);
        var (piece, run) = ((string)made["content"]!["id"]!, Guid.CreateVersion7(began));
        Assert.Equal(0, await studio.StopAsync());
        var moment = studio.Program.Moment(began);
        await studio.Program.InStudioAsync(
            $"""
            DELETE FROM run_steps;
            UPDATE runs SET id = '{run.ToString().ToUpperInvariant()}', started_at = {moment}, finished_at = {moment};
            UPDATE contents SET run_id = '{run.ToString().ToUpperInvariant()}';
            """
        );
        await studio.StartAsync();
        await Wait.UntilAsync(
            async () =>
            {
                using var answer = await studio.Program.Http.GetAsync($"/api/runs/{run}");
                return answer.StatusCode == HttpStatusCode.NotFound;
            },
            Wait.Patience
        );

        var korean = await studio.OpenAsync("ko");
        await korean.GotoAsync($"/library/{piece}");
        await Expect(korean.Locator("aside .facts")).ToContainTextAsync("보관 기간이 지나서 지워졌어요");
        await Expect(korean.Locator("aside a[href^=runs]")).ToHaveCountAsync(0);
        await korean.GetByRole(Microsoft.Playwright.AriaRole.Button, new() { Name = "다시 쓰기" }).ClickAsync();
        await Expect(korean.Locator("dialog[open]")).ToContainTextAsync("지금의 브랜드 설정대로 다시 써요");
        await korean.GotoAsync("/runs");
        await Expect(korean.Locator("main")).ToContainTextAsync("실행 기록이 없어요");

        var english = await studio.OpenAsync("en");
        foreach (
            var path in new[]
            {
                $"/runs/{run}",
                "/runs?span=own",
                "/monitor?by=Month",
                $"/calendar?date={began:yyyy-MM-dd}",
            }
        )
        {
            await english.GotoAsync(path);
            await Expect(english.Locator("main")).ToContainTextAsync("Runs are deleted 30 days after their end");
        }
        await english.GotoAsync("/monitor");
        await Expect(english.Locator(".charts")).ToBeVisibleAsync();
        await Expect(english.Locator("main")).Not.ToContainTextAsync("are deleted");
        await english.GotoAsync("/alerts");
        await Expect(english.Locator("main")).ToContainTextAsync("Alerts are deleted 30 days after their end");
        await english.GotoAsync("/settings");
        await Expect(english.Locator("#data")).ToContainTextAsync("deleted 30 days after their end. Pieces stay.");
    }
}
