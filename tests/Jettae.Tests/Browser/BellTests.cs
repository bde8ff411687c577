using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Jettae.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>What goes wrong is found from the bell, told where it can be mended, and takes no page down.</summary>
[Collection(Busy.Name)]
public sealed class BellTests(WritingPages writing) : IClassFixture<WritingPages>
{
    [Theory]
    [InlineData(
        "ko",
        "시간대나 cron 식을 알아볼 수 없어서",
        "스케줄을 열어 시간대와 cron 식을 고쳐 주세요.",
        "서명이 맞지 않아서",
        "서명 키를 확인해 주세요."
    )]
    [InlineData(
        "en",
        "time zone or cron expression cannot be read",
        "correct its time zone or cron expression.",
        "its signature does not hold",
        "to see whether the signing keys hold."
    )]
    public async Task Two_clicks_lead_to_a_timing_that_is_broken_and_to_a_delivery_that_is_refused(
        string language,
        string timing,
        string correct,
        string signature,
        string check
    )
    {
        var broken = await writing.ScheduleAsync($"Broken {language}");
        var refused = await writing.ScheduleAsync($"Forged {language}");
        await Wait.UntilAsync(
            async () => (await ScheduleAsync(refused))["qstash_message_id"] is not null,
            Wait.Patience
        );
        var due = DateTimeOffset.FromUnixTimeSeconds(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 60);
        await writing.Program.InStudioAsync(
            $"""
            DELETE FROM bookings WHERE schedule_id = (SELECT id FROM schedules WHERE name = 'Broken {language}');
            UPDATE schedules SET timezone = 'Atlantis/Capital', updated_at = {writing.Program.Moment(DateTimeOffset.UnixEpoch)}, next_run_at = NULL WHERE name = 'Broken {language}';
            UPDATE bookings SET slot_at = {writing.Program.Moment(due)}
                WHERE schedule_id = (SELECT id FROM schedules WHERE name = 'Forged {language}');
            UPDATE schedules SET next_run_at = {writing.Program.Moment(due)} WHERE name = 'Forged {language}';
            -- What is over, and newer than all that lasts, hides none of it.
            INSERT INTO alerts (id, owner_id, kind, subject, schedule_name, opened_at, closed_at, told) VALUES {string.Join(
                ',',
                Enumerable
                    .Range(1, 8)
                    .Select(n =>
                        $"('00000000-0000-7000-8000-00000000000{n}', (SELECT owner_id FROM schedules LIMIT 1), 'gave_up', '{n}', 'Over', {Later(0)}, {Later(1)}, '')"
                    )
            )} ON CONFLICT DO NOTHING
            """
        );
        await ForgeAsync(refused, due);

        var page = await writing.Studio.OpenAsync(language);
        await FromBellAsync(page, $"Broken {language}");
        await Expect(page).ToHaveURLAsync(new Regex($"/schedules/{broken}$"));
        await Expect(page.Locator(".bell-list .badge.ok")).Not.ToHaveCountAsync(0);
        await Expect(page.Locator("main .notice.bad").First).ToContainTextAsync(timing);
        await Expect(page.Locator("main .notice.bad").First).ToContainTextAsync(correct);

        await FromBellAsync(page, signature);
        await Expect(page).ToHaveURLAsync(new Regex("/settings#qstash$"));
        await Expect(page.Locator("#qstash .notice.bad")).ToContainTextAsync(signature);
        await Expect(page.Locator("#qstash .notice.bad")).ToContainTextAsync(check);
        foreach (var id in new[] { broken, refused })
            await writing.Program.PostAsync("/api/schedule/delete", new { id });
    }

    [Fact]
    public async Task A_store_that_fails_under_a_watched_run_is_told_in_its_dialog_and_the_page_goes_on()
    {
        var schedule = await writing.ScheduleAsync("Not stored");
        var page = await writing.Studio.OpenAsync("en");
        await page.GotoAsync("/schedules?search=stored");
        await StudioPages.ReadyAsync(page);
        var run = page.GetByRole(AriaRole.Button, new() { Name = "Run now" }).First;
        var dialog = page.Locator("dialog[open]");
        await using (await writing.Program.FillAsync("INSERT", "runs"))
        {
            await run.ClickAsync();
            await Expect(dialog.Locator(".notice.bad")).ToContainTextAsync("The data could not be stored.");
            await Expect(dialog.Locator(".notice.bad")).ToContainTextAsync("free space");
        }
        await dialog.GetByRole(AriaRole.Button, new() { Name = "Close" }).ClickAsync();
        await run.ClickAsync();
        await Expect(dialog.GetByRole(AriaRole.Link, new() { Name = "Read the piece" })).ToBeVisibleAsync();
        await writing.Program.PostAsync("/api/schedule/delete", new { id = schedule });
    }

    [Fact]
    public async Task A_single_piece_that_a_bad_key_stops_leads_to_the_settings_too()
    {
        writing.Claude.Script.Enqueue(FakeClaude.Fails(401, "authentication_error"));
        var end = await writing.Program.PostAsync(
            "/api/content/generate",
            new { content_type = "x_post", topic = "아침 산책" }
        );
        var page = await writing.Studio.OpenAsync("en");
        await page.GotoAsync($"/runs/{end["run"]!["id"]}");
        await StudioPages.ReadyAsync(page);
        await page.GetByRole(AriaRole.Link, new() { Name = "Open the settings" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/settings$"));
        await writing.RunAsync(await writing.ScheduleAsync("All well"));
    }

    [Fact]
    public async Task Alerts_of_schedules_of_one_name_are_told_apart_by_what_they_write_and_when()
    {
        string[] twins = [await writing.ScheduleAsync("Twin"), await writing.ScheduleAsync("Twin")];
        await writing.Program.InStudioAsync(
            $"""
            INSERT INTO alerts (id, owner_id, kind, subject, schedule_id, schedule_name, opened_at, closed_at, told)
            SELECT '00000000-0000-7000-8001-000000000001', owner_id, 'gave_up', 'twin', id, name, {Later(1000)}, {Later(
                1001
            )}, ''
            FROM schedules WHERE name = 'Twin' LIMIT 1
            """
        );
        const string Apart = "X post · Daily 09:00 · Asia/Seoul · 아침 산책";
        var page = await writing.Studio.OpenAsync("en");
        await page.GotoAsync("/alerts");
        await StudioPages.ReadyAsync(page);
        var row = page.Locator("main li").Filter(new() { HasText = "Twin" });
        await Expect(row.Locator(".apart")).ToHaveTextAsync(Apart);
        await page.Locator(".bell").ClickAsync();
        await Expect(page.Locator(".bell-list a").Filter(new() { HasText = "Twin" }).Locator(".apart"))
            .ToHaveTextAsync(Apart);
        foreach (var id in twins)
            await writing.Program.PostAsync("/api/schedule/delete", new { id });
    }

    [Fact]
    public async Task The_bell_opens_what_it_names_from_a_page_of_the_same_kind_too()
    {
        var here = await writing.ScheduleAsync("Open here");
        var there = await writing.ScheduleAsync("Told of");
        var done = (string)(await writing.RunAsync(there))["id"]!;
        await writing.Program.InStudioAsync(
            $"""
            INSERT INTO alerts (id, owner_id, kind, subject, schedule_id, schedule_name, run_id, opened_at, closed_at, told)
            SELECT '00000000-0000-7000-8002-000000000001', owner_id, 'chain_stalled', 'bell', id, name, NULL, {Later(
                2000
            )}, {Later(2001)}, ''
            FROM schedules WHERE name = 'Told of';
            INSERT INTO alerts (id, owner_id, kind, subject, schedule_id, schedule_name, run_id, opened_at, closed_at, told)
            SELECT '00000000-0000-7000-8002-000000000002', owner_id, 'gave_up', 'bell', schedule_id, schedule_name, id, {Later(
                3000
            )}, {Later(3001)}, ''
            FROM runs WHERE schedule_name = 'Told of';
            """
        );
        var page = await writing.Studio.OpenAsync("en");
        var dialog = page.Locator("dialog[open]");
        Task FollowAsync(string text) => FollowBellAsync(page, text);

        await page.GotoAsync($"/schedules/{here}");
        await StudioPages.ReadyAsync(page);
        await page.Locator("#name").FillAsync("Typed here");
        await page.Locator("#name").BlurAsync();
        await FollowAsync("“Told of” has no slot booked");
        await Expect(dialog).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Expect(dialog).ToHaveCountAsync(0);
        await Expect(page).ToHaveURLAsync(new Regex($"/schedules/{here}$"));
        await Expect(page.Locator("#name")).ToHaveValueAsync("Typed here");
        await FollowAsync("“Told of” has no slot booked");
        await dialog.Locator(".danger").ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex($"/schedules/{there}$"));
        await Expect(page.Locator("#name")).ToHaveValueAsync("Told of");
        await StudioPages.ReadyAsync(page);
        await page.Locator("#target_audience").FillAsync("걷는 사람");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/schedules$"));
        Assert.Equal("걷는 사람", (string?)(await ScheduleAsync(there))["target_audience"]);
        Assert.Null((await ScheduleAsync(here))["target_audience"]);

        await page.GotoAsync("/schedules/new");
        await StudioPages.ReadyAsync(page);
        await FollowAsync("“Told of” has no slot booked");
        await Expect(page.Locator("#name")).ToHaveValueAsync("Told of");

        var gate = new TaskCompletionSource();
        writing.Claude.Script.Enqueue(FakeClaude.Pauses(gate.Task));
        await writing.DeliverAsync(here);
        await page.GotoAsync($"/runs/{await writing.NewestRunAsync(here)}");
        await Expect(page.Locator(".writing")).ToHaveTextAsync(FakeClaude.Usual[..20]);
        await FollowAsync("“Told of” could not be written");
        await Expect(page).ToHaveURLAsync(new Regex($"/runs/{done}$"));
        await Expect(page.Locator("main h1")).ToHaveTextAsync("Told of");
        await Expect(page.Locator("[aria-labelledby=being-written]")).ToBeHiddenAsync();
        gate.SetResult();

        await page.GotoAsync($"/runs/{Guid.Empty}");
        await StudioPages.ReadyAsync(page);
        await FollowAsync("“Told of” could not be written");
        await Expect(page.Locator("main h1")).ToHaveTextAsync("Told of");
        foreach (var id in new[] { here, there })
            await writing.Program.PostAsync("/api/schedule/delete", new { id });
    }

    [Fact]
    public async Task What_is_refused_is_said()
    {
        var schedule = await writing.ScheduleAsync("Gone meanwhile");
        var run = await writing.RunAsync(schedule);
        // The page is not to read again what it shows for what happened before.
        await writing.Program.HeardAsync();
        var page = await writing.Studio.OpenAsync("en");
        await page.GotoAsync($"/runs/{run["id"]}");
        await StudioPages.ReadyAsync(page);
        await page.GetByRole(AriaRole.Button, new() { Name = "Run it again" }).ClickAsync();
        var begin = page.GetByRole(AriaRole.Button, new() { Name = "From the beginning" });
        await Expect(begin).ToBeVisibleAsync();
        await writing.Program.InStudioAsync("DELETE FROM schedules WHERE name = 'Gone meanwhile'");
        await begin.ClickAsync();
        await Expect(page.GetByText("The schedule of this run is no more")).ToBeVisibleAsync();
    }

    /// <summary>A moment that is newer than all that happens.</summary>
    private string Later(int milliseconds) =>
        writing.Program.Moment(DateTimeOffset.FromUnixTimeMilliseconds(4_000_000_000_000 + milliseconds));

    private Task<JsonNode> ScheduleAsync(string id) => writing.Program.GetAsync($"/api/schedules/{id}");

    private static async Task FromBellAsync(IPage page, string text)
    {
        await page.GotoAsync("/runs");
        await StudioPages.ReadyAsync(page);
        await FollowBellAsync(page, text);
    }

    private static async Task FollowBellAsync(IPage page, string text)
    {
        var bell = page.Locator(".bell-list a").Filter(new() { HasText = text });
        await Expect(bell).ToHaveCountAsync(1);
        await page.Locator(".bell").ClickAsync();
        await bell.ClickAsync();
    }

    /// <summary>As QStash delivers, but for the key.</summary>
    private async Task ForgeAsync(string schedule, DateTimeOffset due)
    {
        using var http = writing.Program.Client(null);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/content/generate-scheduled")
        {
            Content = new StringContent(
                JsonSerializer.Serialize(
                    new { scheduleId = schedule, timestamp = due.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", null) }
                )
            ),
        };
        request.Headers.Add("Upstash-Signature", "a.b.c");
        request.Headers.Add("Upstash-Message-Id", "msg_forged");
        using var answer = await http.SendAsync(request);
        Assert.Equal(401, (int)answer.StatusCode);
    }
}
