using System.Net;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio.Tests;

/// <summary>What is amiss opens one alert for each cause, is told over every channel once, and closes by itself.</summary>
public sealed class AlertTests
{
    private const string Slot = "2024-01-15T03:00:00Z";
    private const string NextSlot = "2024-01-15T06:00:00Z";
    private const string Hook = "https://hooks.example/jettae";
    private const string Slack = "https://hooks.slack.example/T0/B0/secret-of-slack";

    [Theory]
    [InlineData(0, 4, false)]
    [InlineData(0, 5, true)]
    [InlineData(95, 5, false)]
    [InlineData(94, 6, true)]
    [InlineData(20, 0, false)]
    public void Many_failures_are_more_than_the_rate_of_at_least_five_runs(int done, int failed, bool alert)
    {
        var causes = AlertRules.Judge(Facts with { Done = done, Failed = failed }, new AlertSettings()).ToList();
        Assert.Equal(alert, causes.Any(cause => cause.Kind == AlertKind.FailureRate));
    }

    [Theory]
    [InlineData(5, 5, false)]
    [InlineData(6, 5, true)]
    [InlineData(6, 30, false)]
    [InlineData(31, 30, true)]
    public void Late_is_later_than_the_threshold_and_told_once_for_each_schedule(int minutes, int threshold, bool alert)
    {
        var id = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);
        var facts = Facts with
        {
            Late =
            [
                new LateSlot(id, "a", null, TimeSpan.FromMinutes(1)),
                new LateSlot(id, "a", null, TimeSpan.FromMinutes(minutes)),
            ],
        };
        var cause = AlertRules.Judge(facts, new AlertSettings { LateMinutes = threshold }).SingleOrDefault();
        Assert.Equal(alert ? minutes : null, cause?.Figure);
    }

    [Fact]
    public void What_the_provider_refuses_is_told_once_and_not_again_for_each_schedule_that_it_stops()
    {
        var (one, other) = (new Guid(1, 0, 0, new byte[8]), new Guid(2, 0, 0, new byte[8]));
        var facts = Facts with
        {
            Refused = (one, Reasons.BadKey.Key),
            GivenUp =
            [
                new GivenUp(one, "a", one, Reasons.BadKey.Key),
                new GivenUp(other, "b", other, Reasons.Refused.Key),
            ],
        };
        var causes = AlertRules.Judge(facts, new AlertSettings()).ToList();
        Assert.Equal([AlertKind.Provider, AlertKind.GaveUp], causes.Select(cause => cause.Kind));
        Assert.Equal(other, causes[1].ScheduleId);

        // One that has its own alert already is not over because the key fails as well.
        facts = facts with
        {
            GivenUp = [.. facts.GivenUp.Select(given => given with { IsTold = true })],
        };
        Assert.Equal(
            [one, other],
            AlertRules.Judge(facts, new AlertSettings()).Skip(1).Select(cause => cause.ScheduleId!.Value)
        );
    }

    [Theory]
    [InlineData("뉴스레터", "refusal", "gave_up", "해결됐어요: ‘뉴스레터’를 쓰지 못했어요")]
    [InlineData("주간 소식", "refusal", "gave_up", "해결됐어요: ‘주간 소식’을 쓰지 못했어요")]
    [InlineData("뉴스레터", "key", "provider", "해결됐어요: 글쓰기가 막혀 있어요")]
    public async Task What_was_not_written_is_over_when_it_is_written_and_not_after_a_day(
        string name,
        string failure,
        string kind,
        string over
    )
    {
        await using var claude = await FakeClaude.StartAsync(
            failure == "key" ? FakeClaude.Fails(401, "authentication_error") : FakeClaude.Says("", "refusal")
        );
        await using var studio = await StartAsync(claude);
        await studio.PostAsync("/api/alerts/settings", new { webhook_url = Hook, language = "ko" });
        await studio.CreateAsync(
            new
            {
                name,
                topic = "이번 주 소식",
                content_type = "x_post",
                frequency = "weekly",
                day_of_week = "tuesday",
                time_of_day = "09:00",
                timezone = "Asia/Seoul",
            }
        );
        await studio.GoToAsync("2024-01-16T00:00:00Z");
        await studio.DeliverAsync(studio.MessageFor("2024-01-16T00:00:00Z"));
        await studio.StillAsync();
        await studio.GoToAsync("2024-01-16T23:59:00Z");
        foreach (var later in new[] { "2024-01-17T00:30:00Z", "2024-01-20T00:00:00Z" })
        {
            await studio.GoToAsync(later);
            Assert.Equal(kind, (string?)Assert.Single(await OpenAsync(studio))["kind"]);
            Assert.Single(To(studio, Hook));
        }

        await studio.GoToAsync("2024-01-23T00:00:00Z");
        await studio.DeliverAsync(studio.MessageFor("2024-01-23T00:00:00Z"));
        await studio.GoToAsync("2024-01-23T00:03:00Z");
        Assert.Empty(await OpenAsync(studio));
        var closed = Assert.Single(To(studio, Hook), each => (string?)Body(each)["state"] == "closed");
        Assert.Equal(over, (string?)Body(closed)["text"]);

        static JsonNode Body(Booked told) => JsonNode.Parse(told.Body)!;
    }

    [Fact]
    public async Task What_was_not_written_is_told_no_more_once_its_schedule_is_deleted()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Says("", "refusal"));
        await using var studio = await StartAsync(claude);
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        await studio.DeliverAsync(studio.MessageFor(Slot));
        await studio.StillAsync();
        Assert.Equal("gave_up", (string?)Assert.Single(await OpenAsync(studio))["kind"]);
        await studio.PostAsync("/api/schedule/delete", new { id = (string?)schedule["id"] });
        await studio.GoToAsync("2024-01-15T03:10:00Z");
        Assert.Empty(await OpenAsync(studio));
    }

    [Fact]
    public async Task A_refused_key_is_told_at_once_and_is_over_when_a_piece_is_written_again()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Fails(401, "authentication_error"));
        await using var studio = await StartAsync(claude);
        await studio.PostAsync(
            "/api/alerts/settings",
            new
            {
                webhook_url = Hook,
                slack_url = Slack,
                language = "ko",
            }
        );
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        await studio.DeliverAsync(studio.MessageFor(Slot));
        await studio.StillAsync();
        var alert = Assert.Single(await OpenAsync(studio));
        Assert.Equal("provider", (string?)alert["kind"]);
        Assert.Equal("bad_key", (string?)alert["reason"]!["key"]);
        Assert.Equal(1, (int)(await ReadAsync(studio, studio.Http, Guid.Empty))["unread"]!);
        var told = Assert.Single(To(studio, Hook));
        var body = JsonNode.Parse(told.Body)!;
        Assert.Equal("open", (string?)body["state"]);
        Assert.Equal($"{TestStudio.Public}/runs/{alert["run_id"]}", (string?)body["link"]);
        Assert.DoesNotContain(FakeClaude.Key, told.Body, StringComparison.Ordinal);
        Assert.Contains(
            "API 키",
            (string?)JsonNode.Parse(Assert.Single(To(studio, Slack)).Body)!["text"],
            StringComparison.Ordinal
        );

        await studio.GoToAsync(NextSlot);
        await studio.DeliverAsync(studio.MessageFor(NextSlot));
        await studio.GoToAsync("2024-01-15T06:05:00Z");
        Assert.Empty(await OpenAsync(studio));
        Assert.Null(Assert.Single((await studio.GetAsync("/api/alerts"))["items"]!.AsArray())!["to_do"]);
        Assert.Equal(
            ["open", "closed"],
            To(studio, Hook).Select(each => (string?)JsonNode.Parse(each.Body)!["state"]).OrderDescending()
        );
        Assert.Equal(0, (int)(await ReadAsync(studio, studio.Http, null))["unread"]!);
    }

    [Fact]
    public async Task A_slot_that_nobody_delivers_is_told_of_and_leads_to_its_run_once_it_has_come()
    {
        await using var studio = await TestStudio.StartAsync(change: options =>
            options.KeeperInterval = TimeSpan.FromDays(1)
        );
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync("2024-01-15T03:04:30Z");
        Assert.Empty(await OpenAsync(studio));
        await studio.GoToAsync("2024-01-15T03:08:00Z");
        var alert = Assert.Single(await OpenAsync(studio));
        Assert.Equal("late", (string?)alert["kind"]);
        Assert.Null(alert["run_id"]);

        await studio.DeliverAsync(studio.MessageFor(Slot));
        await studio.GoToAsync("2024-01-15T03:10:00Z");
        var run = Assert.Single((await studio.GetAsync("/api/runs"))["items"]!.AsArray())!;
        Assert.Equal((string?)run["id"], (string?)Assert.Single(await OpenAsync(studio))["run_id"]);
        await studio.GoToAsync("2024-01-15T04:30:00Z");
        Assert.Empty(await OpenAsync(studio));
    }

    [Fact]
    public async Task A_schedule_that_lost_its_booking_is_told_of_until_the_keeper_has_made_another()
    {
        await using var studio = await TestStudio.StartAsync(change: options =>
            options.KeeperInterval = TimeSpan.FromMinutes(30)
        );
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync("2024-01-15T00:03:00Z");
        await studio.InStoreAsync("DELETE FROM bookings");
        await studio.GoToAsync("2024-01-15T00:05:00Z");
        var alert = Assert.Single(await OpenAsync(studio));
        Assert.Equal("chain_stalled", (string?)alert["kind"]);
        Assert.Equal((string?)schedule["id"], (string?)alert["schedule_id"]);
        await studio.GoToAsync("2024-01-15T00:31:00Z");
        await studio.GoToAsync("2024-01-15T00:33:00Z");
        Assert.Empty(await OpenAsync(studio));
    }

    [Fact]
    public async Task A_schedule_whose_last_slot_was_skipped_waits_for_nothing_and_is_not_told_of()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(
            new
            {
                topic = "마지막",
                content_type = "x_post",
                frequency = "daily",
                time_of_day = "09:00",
                timezone = "Asia/Seoul",
                ends_at = "2024-01-16T12:00:00Z",
            }
        );
        await studio.PostAsync("/api/schedule/skip", new { id = (string?)schedule["id"] });
        await studio.GoToAsync("2024-01-15T00:10:00Z");
        Assert.True((bool)(await studio.GetAsync($"/api/schedules/{schedule["id"]}"))["is_active"]!);
        Assert.Empty(await OpenAsync(studio));
        var monitoring = studio.Services.GetRequiredService<Monitoring>();
        Assert.Equal(0, (await monitoring.NowAsync(await studio.OwnerAsync(), default)).Stalled);
    }

    [Fact]
    public async Task A_stranger_who_posts_rubbish_to_the_webhook_is_told_to_nobody()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        var message = studio.MessageFor(Slot);
        // Not due yet; then: no such schedule, no such slot, no body of ours, no word of a message.
        await studio.DeliverAsync(message, "a.b.c");
        await studio.GoToAsync(Slot);
        var id = (string)schedule["id"]!;
        await studio.DeliverAsync(
            message with
            {
                Body = message.Body.Replace(id[..8], "00000000", StringComparison.Ordinal),
            },
            "a.b.c"
        );
        await studio.DeliverAsync(
            message with
            {
                Body = message.Body.Replace("03:00", "03:01", StringComparison.Ordinal),
            },
            "a.b.c"
        );
        await studio.DeliverAsync(message with { Body = "rubbish" }, "a.b.c");
        await studio.DeliverAsync(message with { Body = new string(' ', 600) + message.Body }, "a.b.c");
        await studio.GoToAsync("2024-01-15T03:03:00Z");
        Assert.Empty(await OpenAsync(studio));
    }

    [Fact]
    public async Task A_delivery_that_comes_after_all_ends_the_alert_of_the_refused_one()
    {
        await using var studio = await TestStudio.StartAsync();
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        for (var times = 0; times < 3; times++)
            await studio.DeliverAsync(studio.MessageFor(Slot), "a.b.c");
        await studio.GoToAsync("2024-01-15T03:02:00Z");
        Assert.Equal("signature_refused", (string?)Assert.Single(await OpenAsync(studio))["reason"]!["key"]);
        await studio.DeliverAsync(studio.MessageFor(Slot));
        await studio.GoToAsync("2024-01-15T03:04:00Z");
        Assert.Empty(await OpenAsync(studio));
    }

    [Fact]
    public async Task A_QStash_that_takes_the_bookings_again_ends_the_alert_and_nothing_that_passes_at_once_is_told()
    {
        await using var studio = await TestStudio.StartAsync();
        studio.QStash.Failing = 500;
        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync("2024-01-15T00:00:01Z");
        Assert.Empty(await OpenAsync(studio));
        await studio.GoToAsync("2024-01-15T00:00:10Z");
        await studio.GoToAsync("2024-01-15T00:02:00Z");
        Assert.Equal("qstash_unreachable", (string?)Assert.Single(await OpenAsync(studio))["reason"]!["key"]);
        studio.QStash.Failing = null;
        await studio.GoToAsync("2024-01-15T00:20:00Z");
        await studio.GoToAsync("2024-01-15T00:22:00Z");
        Assert.Empty(await OpenAsync(studio));
        studio.MessageFor(Slot);
    }

    [Fact]
    public async Task Only_the_owner_of_the_installation_names_a_mail_server()
    {
        await using var server = MailServer.Start();
        await using var studio = await TestStudio.StartAsync();
        using var other = await studio.BrowserOfAsync(await studio.StrangerAsync());
        var (status, problem) = await studio.PostAsync("/api/alerts/settings", Mail(server), other);
        Assert.Equal((HttpStatusCode.Forbidden, "smtp_host"), (status, (string?)problem["field"]));
        Assert.Null(JsonNode.Parse(await other.GetStringAsync("/api/alerts/settings"))!["smtp_host"]);
        Assert.Equal(
            HttpStatusCode.OK,
            (await studio.PostAsync("/api/alerts/settings", new { webhook_url = Hook }, other)).Status
        );
        Assert.Equal(HttpStatusCode.OK, (await studio.PostAsync("/api/alerts/settings", Mail(server))).Status);
        Assert.Equal(0, server.Calls);
    }

    [Fact]
    public async Task A_mail_server_that_another_named_before_is_used_no_more_and_stops_no_other_setting()
    {
        await using var server = MailServer.Start();
        await using var studio = await TestStudio.StartAsync(change: options =>
            options.KeeperInterval = TimeSpan.FromDays(1)
        );
        await studio.PostAsync("/api/alerts/settings", Mail(server));
        var stranger = await studio.StrangerAsync();
        await studio.InStoreAsync($"UPDATE alert_settings SET owner_id = '{stranger.ToString().ToUpperInvariant()}'");
        using var other = await studio.BrowserOfAsync(stranger);
        Assert.Equal(
            HttpStatusCode.OK,
            (await studio.PostAsync("/api/alerts/settings", new { webhook_url = Hook }, other)).Status
        );
        Assert.Equal(
            HttpStatusCode.BadRequest,
            (await studio.PostAsync("/api/alerts/test", new { channel = "mail" }, other)).Status
        );
        await studio.PostAsync("/api/schedule/create", TestStudio.ThreeHourly(), other);
        await studio.StillAsync();
        await studio.GoToAsync(Slot);
        await studio.GoToAsync("2024-01-15T03:07:30Z");
        Assert.Single(To(studio, Hook));
        Assert.Equal(0, server.Calls);
    }

    [Fact]
    public async Task An_alert_is_found_at_its_schedule_behind_any_number_of_newer_ones()
    {
        await using var studio = await TestStudio.StartAsync(change: options =>
            options.KeeperInterval = TimeSpan.FromDays(1)
        );
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(Slot);
        await studio.GoToAsync("2024-01-15T03:07:30Z");
        var alert = Assert.Single(await OpenAsync(studio));
        await studio.MultiplyAsync(
            "alerts",
            120,
            "1 = 1",
            ("subject", "CAST(n AS TEXT)"),
            ("kind", "'gave_up'"),
            ("schedule_id", "NULL")
        );
        var alerts = studio.Services.GetRequiredService<Alerts>();
        var owner = await studio.OwnerAsync();
        var (id, of) = ((Guid)alert["id"]!, (Guid)schedule["id"]!);
        Assert.Equal(id, Assert.Single(await alerts.OpenAsync(owner, of, null, default)).Id);
        Assert.Equal(id, Assert.Single(await alerts.OpenAsync(owner, null, AlertKind.Late, default)).Id);
        Assert.Equal(100, (await alerts.OpenAsync(owner, null, null, default)).Count);
    }

    [Fact]
    public async Task A_deleted_schedule_leaves_no_alert_open()
    {
        await using var studio = await TestStudio.StartAsync(change: options =>
            options.KeeperInterval = TimeSpan.FromDays(1)
        );
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync("2024-01-15T03:08:00Z");
        Assert.Single(await OpenAsync(studio));
        await studio.PostAsync("/api/schedule/delete", new { id = (string?)schedule["id"] });
        await studio.GoToAsync("2024-01-15T03:10:00Z");
        Assert.Empty(await OpenAsync(studio));
    }

    [Fact]
    public async Task While_QStash_is_away_an_alert_waits_in_the_bell_and_is_told_when_it_is_back()
    {
        await using var studio = await LateAsync(new { webhook_url = Hook }, isQStashDown: true);
        Assert.Single(await OpenAsync(studio));
        Assert.Empty(To(studio, Hook));
        studio.QStash.Failing = null;
        await studio.GoToAsync("2024-01-15T04:30:00Z");
        Assert.Single(To(studio, Hook));
    }

    [Fact]
    public async Task A_channel_that_is_set_up_later_hears_of_what_lasts_and_not_of_what_is_over()
    {
        await using var studio = await LateAsync(new { });
        await studio.PostAsync("/api/schedule/delete", new { id = await FirstAsync(studio) });
        await studio.GoToAsync("2024-01-15T03:10:00Z");
        await studio.PostAsync("/api/alerts/settings", new { webhook_url = Hook });
        await studio.GoToAsync("2024-01-15T03:12:00Z");
        Assert.Empty(To(studio, Hook));

        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.PostAsync("/api/alerts/settings", new { webhook_url = "" });
        await studio.GoToAsync("2024-01-15T06:08:00Z");
        await studio.PostAsync("/api/alerts/settings", new { webhook_url = Hook });
        await studio.GoToAsync("2024-01-15T06:10:00Z");
        Assert.Single(To(studio, Hook));
    }

    [Fact]
    public async Task A_mail_says_what_and_where_once_with_the_password_that_nobody_is_shown()
    {
        await using var server = MailServer.Start();
        await using var studio = await LateAsync(Mail(server));
        var mail = Assert.Single(server.Mails);
        Assert.True(mail.IsSignedIn);
        Assert.Equal(("jettae@studio.example", "me@studio.example"), (mail.From, mail.To));
        Assert.Contains($"{TestStudio.Public}/settings#qstash", mail.Text, StringComparison.Ordinal);
        Assert.Contains("minutes late", mail.Text, StringComparison.Ordinal);
        Assert.Contains("press Run now", mail.Text, StringComparison.Ordinal);

        var settings = await studio.GetAsync("/api/alerts/settings");
        Assert.True((bool)settings["has_smtp_password"]!);
        Assert.DoesNotContain(MailServer.Password, settings.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain(MailServer.Password, await studio.KeptAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_server_in_trouble_is_asked_less_and_less_often_and_gets_the_mail_in_the_end()
    {
        await using var server = MailServer.Start();
        server.Refusing = "451 try later";
        await using var studio = await LateAsync(Mail(server));
        for (var minute = 9; minute < 40; minute++)
            await studio.GoToAsync($"2024-01-15T03:{minute:00}:30Z");
        Assert.Empty(server.Mails);
        Assert.InRange(server.Calls, 4, 7);
        server.Refusing = null;
        await studio.GoToAsync("2024-01-15T04:50:00Z");
        Assert.Single(server.Mails);
    }

    [Fact]
    public async Task A_test_says_what_the_other_side_said()
    {
        await using var server = MailServer.Start();
        await using var studio = await TestStudio.StartAsync();
        var (refused, why) = await studio.PostAsync("/api/alerts/test", new { channel = "mail" });
        Assert.Equal((HttpStatusCode.BadRequest, "channel"), (refused, (string?)why["field"]));
        await studio.PostAsync("/api/alerts/settings", Mail(server, password: "wrong"));
        var (_, wrong) = await studio.PostAsync("/api/alerts/test", new { channel = "mail" });
        Assert.False((bool)wrong["sent"]!);
        Assert.Contains("wrong user or password", (string?)wrong["error"], StringComparison.Ordinal);
        await studio.PostAsync("/api/alerts/settings", new { smtp_password = MailServer.Password });
        var (_, right) = await studio.PostAsync("/api/alerts/test", new { channel = "mail" });
        Assert.True((bool)right["sent"]!, right.ToJsonString());
        Assert.Single(server.Mails);
    }

    [Theory]
    [InlineData("failure_rate", 101)]
    [InlineData("late_minutes", 0)]
    [InlineData("webhook_url", "ftp://hooks.example")]
    [InlineData("slack_url", "https://user:secret@hooks.example")]
    [InlineData("smtp_port", 0)]
    [InlineData("mail_to", "nobody")]
    [InlineData("mail_to", "nobody\r\nBcc: everybody@example.com")]
    [InlineData("language", "fr")]
    public async Task A_setting_that_breaks_its_rule_is_named_and_nothing_changes(string field, object value)
    {
        await using var studio = await TestStudio.StartAsync();
        var before = (await studio.GetAsync("/api/alerts/settings")).ToJsonString();
        var (status, problem) = await studio.PostAsync(
            "/api/alerts/settings",
            new Dictionary<string, object> { [field] = value }
        );
        Assert.Equal((HttpStatusCode.BadRequest, field), (status, (string?)problem["field"]));
        Assert.Equal(before, (await studio.GetAsync("/api/alerts/settings")).ToJsonString());
    }

    [Fact]
    public async Task A_mail_server_is_not_named_without_somebody_to_write_to()
    {
        await using var studio = await TestStudio.StartAsync();
        foreach (
            var said in new object[]
            {
                new { smtp_host = "smtp.example.com" },
                new { smtp_host = "smtp.example.com", mail_to = "" },
            }
        )
        {
            var (status, problem) = await studio.PostAsync("/api/alerts/settings", said);
            Assert.Equal((HttpStatusCode.BadRequest, "mail_to"), (status, (string?)problem["field"]));
        }
        await studio.PostAsync(
            "/api/alerts/settings",
            new { smtp_host = "smtp.example.com", mail_to = "me@example.com" }
        );
        var (refused, gone) = await studio.PostAsync("/api/alerts/settings", new { mail_to = "" });
        Assert.Equal((HttpStatusCode.BadRequest, "mail_to"), (refused, (string?)gone["field"]));
        // Both together go.
        var (ok, settings) = await studio.PostAsync("/api/alerts/settings", new { smtp_host = "", mail_to = "" });
        Assert.Equal((HttpStatusCode.OK, null), (ok, (string?)settings["smtp_host"]));
    }

    [Fact]
    public async Task The_password_of_a_mail_server_goes_with_its_user()
    {
        await using var server = MailServer.Start();
        await using var studio = await TestStudio.StartAsync();
        var (_, before) = await studio.PostAsync("/api/alerts/settings", Mail(server));
        Assert.True((bool)before["has_smtp_password"]!);
        var (_, after) = await studio.PostAsync("/api/alerts/settings", new { smtp_user = "" });
        Assert.False((bool)after["has_smtp_password"]!);
    }

    [Fact]
    public async Task What_is_told_of_one_of_two_schedules_of_a_name_says_which_in_the_language_of_what_is_sent()
    {
        await using var studio = await LateAsync(
            new
            {
                webhook_url = Hook,
                slack_url = Slack,
                language = "en",
            }
        );
        IEnumerable<string[]> Told(string url) =>
            To(studio, url).Select(each => ((string)JsonNode.Parse(each.Body)!["text"]!).Split('\n'));
        // Nobody else is called so: there is nothing to tell apart.
        Assert.Single(Assert.Single(Told(Hook)));

        await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync(NextSlot);
        await studio.GoToAsync("2024-01-15T06:07:30Z");
        const string Which = "아침 루틴: X post · Every 3 hours · from 09:00 · Asia/Seoul · 아침 루틴";
        Assert.Equal(Which, Assert.Single(Told(Hook), lines => lines.Length > 1)[1]);
        Assert.Equal(Which, Assert.Single(Told(Slack), lines => lines.Length > 2)[1]);
    }

    [Theory]
    [InlineData("ko-KR,ko;q=0.9", null, "ko")]
    [InlineData("en-US,en;q=0.9", "ko", "en")]
    [InlineData(null, "ko", "ko")]
    [InlineData(null, null, "en")]
    public async Task Until_it_is_said_what_is_sent_speaks_the_language_of_whoever_sets_it_up(
        string? accepts,
        string? chosen,
        string language
    )
    {
        await using var studio = await TestStudio.StartAsync();
        await studio.PostAsync("/api/preferences", new { language = chosen });
        using var browser = studio.Client(TestStudio.Token);
        if (accepts is not null)
            browser.DefaultRequestHeaders.Add("Accept-Language", accepts);
        var before = JsonNode.Parse(await browser.GetStringAsync("/api/alerts/settings"))!;
        Assert.Equal(language, (string?)before["language"]);
        await studio.PostAsync("/api/alerts/settings", new { webhook_url = Hook }, browser);
        // What is stored stays, whoever asks.
        using var other = studio.Client(TestStudio.Token);
        other.DefaultRequestHeaders.Add("Accept-Language", language == "ko" ? "en" : "ko");
        var (_, after) = await studio.PostAsync("/api/alerts/settings", new { late_minutes = 7 }, other);
        Assert.Equal((language, 7), ((string?)after["language"], (int)after["late_minutes"]!));
    }

    [Fact]
    public async Task Alerts_and_their_settings_are_nobody_elses()
    {
        await using var studio = await LateAsync(new { webhook_url = Hook });
        using var other = await studio.BrowserOfAsync(await studio.StrangerAsync());
        var alert = Assert.Single(await OpenAsync(studio));
        Assert.Empty(JsonNode.Parse(await other.GetStringAsync("/api/alerts"))!["items"]!.AsArray());
        Assert.Equal(0, (int)(await ReadAsync(studio, other, (Guid)alert["id"]!))["unread"]!);
        Assert.Null((await OpenAsync(studio))[0]["read_at"]);
        Assert.Null(JsonNode.Parse(await other.GetStringAsync("/api/alerts/settings"))!["webhook_url"]);
        await studio.PostAsync("/api/alerts/settings", new { webhook_url = "https://other.example" }, other);
        Assert.Equal(Hook, (string?)(await studio.GetAsync("/api/alerts/settings"))["webhook_url"]);
    }

    private static AlertFacts Facts => new(0, 0, null, [], [], [], null);

    private static Task<TestStudio> StartAsync(FakeClaude claude) =>
        TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );

    /// <summary>A studio with these channels, and a slot that is seven minutes late.</summary>
    private static async Task<TestStudio> LateAsync(object channels, bool isQStashDown = false)
    {
        var studio = await TestStudio.StartAsync(change: options => options.KeeperInterval = TimeSpan.FromDays(1));
        await studio.PostAsync("/api/alerts/settings", channels);
        await studio.CreateAsync(TestStudio.ThreeHourly());
        studio.QStash.Failing = isQStashDown ? 503 : null;
        await studio.GoToAsync(Slot);
        await studio.GoToAsync("2024-01-15T03:07:30Z");
        return studio;
    }

    private static object Mail(MailServer server, string password = MailServer.Password) =>
        new
        {
            smtp_host = "127.0.0.1",
            smtp_port = server.Port,
            smtp_user = MailServer.User,
            smtp_password = password,
            mail_from = "jettae@studio.example",
            mail_to = "me@studio.example",
            language = "en",
        };

    private static async Task<List<JsonNode>> OpenAsync(TestStudio studio) =>
        [.. (await studio.GetAsync("/api/alerts?open=true"))["items"]!.AsArray().Select(each => each!)];

    private static async Task<JsonNode> ReadAsync(TestStudio studio, HttpClient who, Guid? id) =>
        (await studio.PostAsync("/api/alerts/read", new { id }, who)).Body;

    private static async Task<string?> FirstAsync(TestStudio studio) =>
        (string?)(await studio.GetAsync("/api/schedules"))["items"]![0]!["id"];

    private static List<Booked> To(TestStudio studio, string url) =>
        [.. studio.QStash.Messages.Values.Where(message => message.Destination == url)];
}
