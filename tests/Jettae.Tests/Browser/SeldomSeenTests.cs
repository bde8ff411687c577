using Jettae.Studio;
using Jettae.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>What only some people see: those who are not the owner, who have many schedules or two of one name, who get mail.</summary>
[Collection(Busy.Looks)]
public sealed class SeldomSeenTests(SeldomSeenTests.Many many) : IClassFixture<SeldomSeenTests.Many>
{
    /// <summary>Each language and each width once: what is drawn alike everywhere is looked at there.</summary>
    public static TheoryData<string> Looks => ["ko-1440-light", "en-390-dark"];

    [Theory]
    [MemberData(nameof(Looks))]
    public async Task Each_of_it_can_be_read_and_used_by_everyone(string name)
    {
        var look = Look.Of(name);
        var page = await many.Writing.Studio.OpenAsync(look);
        var errors = LookTests.Errors(page);
        Sight[] sights =
        [
            new("alerts-mail", "/alerts"),
            new(
                "alerts-mail-refused",
                "/alerts",
                async page =>
                {
                    await page.Locator("#mail_to").FillAsync("nobody");
                    await page.Locator("form .primary").ClickAsync();
                    await Expect(page.Locator(".error").First).ToBeVisibleAsync();
                }
            ),
            new("pick-many", "/runs"),
            new("pick-namesakes", "/runs", AskWhichAsync),
            new("pick-namesakes-calendar", "/calendar", AskWhichAsync),
            new("pick-chosen", $"/runs?schedule={many.Namesake}"),
            new("pick-chosen-calendar", $"/calendar?schedule={many.Namesake}"),
            new("schedule-month", $"/schedules/{many.Namesake}"),
            new(
                "library-namesakes",
                "/library",
                async page =>
                {
                    if (look.IsPhone)
                        await page.Locator(".facets-open").ClickAsync();
                    await Expect(page.Locator(".facets .apart")).ToBeVisibleAsync();
                }
            ),
            new("piece-tokens", $"/library/{many.Piece}"),
            new("run-tokens", $"/runs/{many.Run}"),
            new("monitor-kinds", "/monitor", LookTests.OpenDetailsAsync),
            new("run-paused", $"/runs/{many.Paused}"),
            new(
                "run-undo",
                $"/runs/{many.Paused}",
                async page =>
                {
                    var resume = page.GetByRole(AriaRole.Button, new() { Name = look.Say(Words.ResumeSchedule) });
                    await resume.ClickAsync();
                    // It stays as long as somebody is at it.
                    await page.Locator(".toast [data-undo]").FocusAsync();
                    await Expect(resume).ToHaveCountAsync(0);
                }
            ),
        ];
        foreach (var sight in sights)
            await sight.LookAsync(page, look);
        await page.Keyboard.PressAsync("Control+z");
        await Expect(page.Locator(".toast")).ToContainTextAsync(look.Say(Words.Undone));

        var guest = await many.Writing.Studio.OpenAsGuestAsync(look);
        errors.AddRange(LookTests.Errors(guest));
        Sight[] ofGuest =
        [
            new("guest-home", "/"),
            new("guest-alerts", "/alerts"),
            new("guest-settings", "/settings"),
            new("guest-monitor", "/monitor"),
        ];
        foreach (var sight in ofGuest)
            await sight.LookAsync(guest, look);
        Assert.Empty(errors);
    }

    private static async Task AskWhichAsync(IPage page)
    {
        await page.Locator("input[list]").FillAsync(Many.Name);
        await page.Locator("input[list]").BlurAsync();
        await Expect(page.Locator("select option").Filter(new() { HasText = "18:30" })).ToHaveCountAsync(1);
    }

    /// <summary>A person with many schedules, two of them of one name, whose alerts are mailed.</summary>
    public sealed class Many : IAsyncLifetime
    {
        public const string Name = "아침 산책을 권하는 글";

        public WritingPages Writing { get; } = new();
        public string Namesake { get; private set; } = "";
        public string Piece { get; private set; } = "";
        public string Run { get; private set; } = "";
        public string Paused { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            await Writing.InitializeAsync();
            var program = Writing.Program;
            await program.PostAsync(
                "/api/alerts/settings",
                new
                {
                    smtp_host = "smtp.example.com",
                    smtp_port = 587,
                    smtp_user = "jettae@example.com",
                    smtp_password = "secret",
                    mail_from = "jettae@example.com",
                    mail_to = "somebody-with-a-rather-long-name@a-rather-long-domain.example.com",
                    language = "en",
                }
            );
            await Writing.ScheduleAsync(Name);
            Namesake = (string)
                (
                    await program.PostAsync(
                        "/api/schedule/create",
                        new
                        {
                            name = Name,
                            content_type = "x_post",
                            topic = "저녁에 걷는 사람에게 건네는, 조금은 길어서 다 보이지 않을 수도 있는 주제",
                            frequency = "weekly",
                            day_of_week = "wednesday",
                            time_of_day = "18:30",
                            timezone = "Asia/Seoul",
                        }
                    )
                )["id"]!;
            Writing.Claude.Script.Enqueue(
                FakeClaude.Says(FakeClaude.Usual, usage: (1_204, 15_360, 2_048), thinking: 31)
            );
            var run = await Writing.RunAsync(Namesake);
            (Run, Piece) = ((string)run["id"]!, (string)run["content_id"]!);
            for (var i = 0; i < ScheduleChoices.Most; i++)
                await Writing.ScheduleAsync($"스케줄 {i + 1}");

            // A slot that waits for its second attempt when its schedule is paused.
            var paused = await Writing.ScheduleAsync("멈춘 스케줄");
            var slot = await Writing.SlotAsync(paused);
            Writing.Claude.Script.Enqueue(FakeClaude.Fails(529, "overloaded_error", retryAfter: "3600"));
            await Writing.DeliverAsync(paused);
            Paused = await Writing.NewestRunAsync(paused);
            await UntilAsync("waiting");
            await program.PostAsync("/api/schedule/pause", new { id = paused });
            await Writing.DeliverAsync(paused, slot);
            await UntilAsync("skipped");
        }

        public ValueTask DisposeAsync() => Writing.DisposeAsync();

        private Task UntilAsync(string state) =>
            Wait.UntilAsync(
                async () => (string?)(await Writing.Program.GetAsync($"/api/runs/{Paused}"))["state"] == state,
                TimeSpan.FromSeconds(60)
            );
    }
}
