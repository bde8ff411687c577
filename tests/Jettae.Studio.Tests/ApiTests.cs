using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio.Tests;

/// <summary>The studio's API: strict with what comes in, clear in what it answers, and each person's own.</summary>
public sealed class ApiTests
{
    public static IEnumerable<TheoryDataRow<string, string, string>> BadFields =>
        [
            new("name", "\"\"", "''"),
            new("name", $"\"{new string('x', 101)}\"", "101"),
            new("name", "5", "5"),
            new("topic", "\"  \"", "empty"),
            new("topic", $"\"{new string('x', 1001)}\"", "1001"),
            new("topic", "null", "required"),
            new("content_type", "\"tweet\"", "x_post"),
            new("content_type", "3", "3"),
            new("content_type", "null", "required"),
            new("content_tone", "\"angry\"", "casual"),
            new("target_audience", "[]", "[]"),
            new("language", "\"Korean!\"", "Korean!"),
            new("frequency", "\"2hours\"", "3hours"),
            new("frequency", "null", "required"),
            new("time_of_day", "\"25:00\"", "25:00"),
            new("time_of_day", "\"9am\"", "HH:mm"),
            new("time_of_day", "null", "required"),
            new("day_of_week", "7", "7"),
            new("day_of_week", "\"someday\"", "someday"),
            new("day_of_month", "0", "0"),
            new("day_of_month", "32", "32"),
            new("day_of_month", "1.5", "1.5"),
            new("timezone", "\"Seoul\"", "Seoul"),
            new("timezone", "\"KST+9\"", "IANA"),
            new("catch_up", "\"none\"", "latest"),
            new("starts_at", "\"tomorrow\"", "tomorrow"),
            new("starts_at", "\"2024-01-15T09:00:00\"", "2024-01-15T09:00:00"),
            new("ends_at", "\"2024-01-14T00:00:00Z\"", "2024-01-14"),
            new("ends_at", "\"2024-01-15T00:00:01Z\"", "first slot"),
            new("max_runs", "1000001", "1000001"),
            new("max_runs", "-3", "-3"),
            new("settings", "\"auto\"", "auto"),
            new("settings.promptType", "\"magic\"", "custom"),
            new("settings.creativity", "\"wild\"", "balanced"),
            new("settings.speechLevel", "\"shout\"", "banmal"),
            new("settings.unknown", "1", "1"),
            new("settings.model", $"\"{new string('m', 101)}\"", "100"),
            new("settings.brandVoice", $"\"{new string('m', 2001)}\"", "2001"),
            new("settings.customPrompt", "\"{{tpoic}}\"", "{{tpoic}}"),
            new("settings.customPrompt", "\"{{tpoic}} {{datee}}\"", "Did you mean {{topic}}, {{date}}?"),
            new("settings.bannedWords", "\"one\"", "list of strings"),
            new("settings.bannedWords", $"[\"{new string('m', 61)}\"]", "61"),
            new("settings.bannedWords", $"[{string.Join(',', Enumerable.Range(0, 51).Select(n => $"\"{n}\""))}]", "51"),
            new("settings.examples", "{}", "list of strings"),
            new("settings.examples", $"[\"{new string('m', 2001)}\"]", "2001"),
            new("settings.examples", "[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]", "at most 5"),
            new("settings.variants", "0", "1 to 4"),
            new("settings.variants", "5", "'5'"),
            new("settings.variants", "\"two\"", "whole number"),
            new("settings.numbering", "\"yes\"", "true or false"),
            new("unknown", "1", "1"),
            new("owner_id", "\"x\"", "x"),
        ];

    [Theory]
    [MemberData(nameof(BadFields))]
    [Trait("Store", "none")]
    public async Task A_bad_field_is_named_with_its_rule_and_what_came_and_nothing_is_stored(
        string field,
        string value,
        string said
    )
    {
        await using var studio = await TestStudio.StartAsync();
        var body = new JsonObject
        {
            ["topic"] = "아침",
            ["content_type"] = "x_post",
            ["frequency"] = "daily",
            ["time_of_day"] = "09:00",
        };
        var parts = field.Split('.');
        var holder = parts.Length == 1 ? body : new JsonObject();
        if (parts.Length > 1)
            body[parts[0]] = holder;
        holder[parts[^1]] = JsonNode.Parse(value);
        if (field == "settings.customPrompt")
            holder["promptType"] = "custom";
        await RefusedAsync(studio, body, field, said);
        Assert.Empty((await studio.GetAsync("/api/schedules"))["items"]!.AsArray());
        Assert.Empty(studio.QStash.Messages);
    }

    [Fact]
    public async Task An_update_of_one_setting_leaves_the_others_and_null_takes_one_away()
    {
        await using var studio = await TestStudio.StartAsync();
        var made = await studio.CreateAsync(
            new
            {
                topic = "아침",
                content_type = "x_post",
                frequency = "daily",
                time_of_day = "09:00",
                settings = new
                {
                    promptType = "custom",
                    customPrompt = "{{topic}} 글",
                    brandVoice = "담백하게",
                    bannedWords = JsonNode.Parse("""["대박"]"""),
                },
            }
        );
        var before = made["settings"]!.DeepClone().AsObject();
        before["variants"] = 2;
        Assert.Equal(before.ToJsonString(), (await SayAsync("""{"variants":2}""")).ToJsonString());
        before["brandVoice"] = null;
        Assert.Equal(before.ToJsonString(), (await SayAsync("""{"brandVoice":null}""")).ToJsonString());
        foreach (
            var (said, field) in new[]
            {
                ("""{"variants":"two"}""", "settings.variants"),
                ("""{"variants":null}""", "settings.variants"),
                ("""{"unknown":1}""", "settings.unknown"),
                ("""{"customPrompt":null}""", "settings.customPrompt"),
                ("\"auto\"", "settings"),
            }
        )
        {
            var (status, problem) = await UpdateAsync(said);
            Assert.Equal((HttpStatusCode.BadRequest, field), (status, (string?)problem["field"]));
        }
        Assert.Equal(before.ToJsonString(), (await SayAsync("{}")).ToJsonString());

        Task<(HttpStatusCode Status, JsonNode Body)> UpdateAsync(string settings) =>
            studio.PostAsync(
                "/api/schedule/update",
                new { id = (string?)made["id"], settings = JsonNode.Parse(settings) }
            );

        async Task<JsonNode> SayAsync(string settings) => (await UpdateAsync(settings)).Body["settings"]!;
    }

    [Fact]
    public async Task The_form_of_settings_is_asked_for_by_a_preview_too()
    {
        await using var studio = await TestStudio.StartAsync();
        var (status, problem) = await studio.PostAsync(
            "/api/schedule/preview",
            new
            {
                content_type = "x_post",
                frequency = "daily",
                time_of_day = "09:00",
                settings = new { variants = "two" },
            }
        );
        Assert.Equal((HttpStatusCode.BadRequest, "settings.variants"), (status, (string?)problem["field"]));
    }

    [Fact]
    public async Task A_week_without_a_day_is_refused()
    {
        await using var studio = await TestStudio.StartAsync();
        var weekly = new JsonObject
        {
            ["topic"] = "아침",
            ["content_type"] = "x_post",
            ["frequency"] = "weekly",
            ["time_of_day"] = "09:00",
            ["days_of_week"] = new JsonArray(),
        };
        await RefusedAsync(studio, weekly, "days_of_week", "Choose a weekday");
        weekly["days_of_week"] = new JsonArray(1);
        var id = (string?)(await studio.CreateAsync(weekly))["id"];
        var (status, problem) = await studio.PostAsync(
            "/api/schedule/update",
            new { id, days_of_week = Array.Empty<int>() }
        );
        Assert.Equal((HttpStatusCode.BadRequest, "days_of_week"), (status, (string?)problem["field"]));
        // Where no weekday is asked for, none need be said.
        weekly["frequency"] = "daily";
        weekly["days_of_week"] = new JsonArray();
        await studio.CreateAsync(weekly);
    }

    [Theory]
    [InlineData("0 0 30 2 *")]
    [InlineData("0 0 9 * * *")]
    [InlineData("0 9 L * *")]
    [InlineData("@hourly")]
    public async Task A_cron_that_cannot_be_is_refused_at_create(string cron)
    {
        await using var studio = await TestStudio.StartAsync();
        await RefusedAsync(
            studio,
            new JsonObject
            {
                ["topic"] = "아침",
                ["content_type"] = "x_post",
                ["frequency"] = "cron",
                ["cron"] = cron,
            },
            "cron",
            cron
        );
    }

    [Theory]
    [InlineData("application/json", "{")]
    [InlineData("application/json", "[]")]
    [InlineData("application/json", "{\"topic\":\"a\",\"topic\":\"b\"}")]
    [InlineData("text/plain", "{}")]
    public async Task A_body_that_is_no_JSON_object_is_refused(string type, string body)
    {
        await using var studio = await TestStudio.StartAsync();
        using var content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(type));
        var answer = await studio.Http.PostAsync("/api/schedule/create", content);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Errors_speak_the_callers_language()
    {
        await using var studio = await TestStudio.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/schedule/create")
        {
            Content = JsonContent.Create(new { }),
        };
        request.Headers.AcceptLanguage.ParseAdd("ko-KR,ko;q=0.9,en;q=0.8");
        var problem = (await (await studio.Http.SendAsync(request)).Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Matches("[가-힣]", (string)problem["detail"]!);
    }

    [Fact]
    public async Task Every_route_asks_who_is_there()
    {
        await using var studio = await TestStudio.StartAsync();
        foreach (var token in new[] { null, "wrong-token", "" })
        {
            using var stranger = studio.Client(token);
            foreach (var (method, path) in Routes(Guid.Empty, Guid.Empty, Guid.Empty))
            {
                var answer = await SendAsync(stranger, method, path, Guid.Empty);
                Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{method} {path}: {answer.StatusCode}");
                Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
            }
        }
    }

    [Fact]
    public async Task Another_person_sees_nothing_of_it()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        var (_, ran) = await studio.PostAsync("/api/schedule/run", new { id = schedule["id"] });
        var ids = (Id(schedule["id"]), Id(ran["content"]!["id"]), Id(ran["run"]!["id"]));
        using var other = await SignedInAsync(
            studio,
            await studio.Services.GetRequiredService<Accounts>().AddAsync("other")
        );
        foreach (var (method, path) in Routes(ids.Item1, ids.Item2, ids.Item3))
        {
            var answer = await SendAsync(other, method, path, ids.Item1);
            if (path is "/api/schedules" or "/api/contents" or "/api/runs" or "/api/alerts")
                Assert.Empty((await answer.Content.ReadFromJsonAsync<JsonNode>())!["items"]!.AsArray());
            else if (path.StartsWith("/api/settings/prices", StringComparison.Ordinal))
                Assert.True(answer.StatusCode == HttpStatusCode.Forbidden, $"{method} {path}: {answer.StatusCode}");
            else if (path == "/api/contents/export?format=json")
                Assert.Empty((await answer.Content.ReadFromJsonAsync<JsonNode>())!.AsArray());
            else if (path == "/api/contents/facets")
                Assert.Equal(0, (int)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["total"]!);
            else if (path == "/api/stats")
                Assert.Equal(0, (int)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["total"]!["done"]!);
            else if (
                !path.EndsWith("create", StringComparison.Ordinal)
                && !path.EndsWith("preview", StringComparison.Ordinal)
                && !path.EndsWith("generate", StringComparison.Ordinal)
            )
                Assert.True(answer.StatusCode == HttpStatusCode.NotFound, $"{method} {path}: {answer.StatusCode}");
        }
        Assert.True((bool)(await studio.GetAsync($"/api/schedules/{ids.Item1}"))["is_active"]!);
        await studio.GetAsync($"/api/contents/{ids.Item2}");
        Assert.Contains(
            (await studio.GetAsync("/api/settings/prices"))["items"]!.AsArray(),
            price => (string?)price!["effective_from"] == "2026-10-07" && (decimal)price["input"]! == 2
        );
    }

    [Fact]
    public async Task A_sign_in_link_works_once_and_in_time_and_tells_nothing()
    {
        await using var studio = await TestStudio.StartAsync();
        var links = studio.Services.GetRequiredService<SignInLinks>();
        using var browser = studio.Client(null);
        var link = await links.CreateAsync();
        Assert.StartsWith(TestStudio.Public + "/sign-in/", link.ToString(), StringComparison.Ordinal);
        var first = await browser.SignInAsync(link.ToString());
        Assert.Equal((HttpStatusCode.Redirect, "/"), (first.StatusCode, first.Headers.Location!.ToString()));
        var cookie = Assert.Single(first.Headers.GetValues("Set-Cookie"));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        var second = await browser.SignInAsync(link.ToString());
        Assert.False(second.Headers.Contains("Set-Cookie"));
        var late = await links.CreateAsync();
        studio.Time.Advance(TimeSpan.FromMinutes(31));
        Assert.False((await browser.SignInAsync(late.ToString())).Headers.Contains("Set-Cookie"));
        Assert.DoesNotContain(link.Segments[^1], await studio.KeptAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", 403)]
    [InlineData("Sec-Fetch-Site", "same-site", 403)]
    [InlineData("Origin", "https://evil.example", 403)]
    [InlineData("X-Nothing", "x", 403)]
    [InlineData("Sec-Fetch-Site", "same-origin", 201)]
    public async Task A_change_by_cookie_must_come_from_our_own_pages(string header, string value, int status)
    {
        await using var studio = await TestStudio.StartAsync();
        using var browser = await SignedInAsync(
            studio,
            await studio.Services.GetRequiredService<Accounts>().OwnerAsync()
        );
        browser.DefaultRequestHeaders.Remove("Sec-Fetch-Site");
        browser.DefaultRequestHeaders.Add(header, value);
        var answer = await browser.PostAsJsonAsync("/api/schedule/create", TestStudio.ThreeHourly());
        Assert.Equal(status, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Run_now_streams_its_steps_and_text_and_leaves_the_booking_alone()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/schedule/run")
        {
            Content = JsonContent.Create(new { id = schedule["id"] }),
        };
        request.Headers.Accept.ParseAdd("text/event-stream");
        var answer = await studio.Http.SendAsync(request);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        var events = (await answer.Content.ReadAsStringAsync())
            .Split("\n\n", StringSplitOptions.RemoveEmptyEntries)
            .Select(each => each.Split('\n'))
            .Select(lines => (Type: lines[0]["event: ".Length..], Data: JsonNode.Parse(lines[1]["data: ".Length..])!))
            .ToList();
        Assert.Equal("started", events[0].Type);
        var end = events[^1];
        Assert.Equal("finished", end.Type);
        var text = string.Concat(events.Where(each => each.Type == "text").Select(each => (string)each.Data["delta"]!));
        Assert.Equal((string?)end.Data["content"]!["body"], text);
        var after = await studio.GetAsync($"/api/schedules/{schedule["id"]}");
        Assert.Equal((string?)schedule["next_run_at"], (string?)after["next_run_at"]);
        Assert.Equal(1, (int)after["total_generated"]!);
        Assert.Equal("manual", (string?)end.Data["run"]!["trigger"]);
        Assert.Equal(10, after["slots"]!.AsArray().Count);
        Assert.Single(studio.QStash.Messages);
    }

    [Fact]
    public async Task A_run_by_hand_goes_on_when_nobody_listens_any_more()
    {
        var (began, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Waits(began, gate.Task));
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        using (var leaving = new CancellationTokenSource())
        {
            var call = studio.Http.PostAsJsonAsync("/api/schedule/run", new { id = schedule["id"] }, leaving.Token);
            await began.Task;
            await leaving.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        }
        gate.SetResult();
        await studio.StillAsync();
        Assert.Equal("done", (string?)(await studio.GetAsync("/api/runs"))["items"]![0]!["state"]);
    }

    [Fact]
    public async Task A_run_by_hand_that_a_stop_interrupted_is_failed_at_the_next_start()
    {
        var (began, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Waits(began, gate.Task));
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        var call = studio.Http.PostAsJsonAsync("/api/schedule/run", new { id = schedule["id"] });
        await began.Task;
        await studio.DownAsync();
        await call.ContinueWith(_ => { }, TaskScheduler.Default);
        await studio.UpAsync();
        var run = (await studio.GetAsync("/api/runs"))["items"]![0]!;
        Assert.Equal(("failed", "interrupted"), ((string?)run["state"], (string?)run["reason"]!["key"]));
    }

    [Fact]
    public async Task A_draft_that_is_only_looked_at_is_one_call_however_many_drafts_a_run_would_make()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var studio = await TestStudio.StartAsync(change: options =>
            (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var (_, preview) = await studio.PostAsync(
            "/api/schedule/preview",
            new
            {
                topic = "커피",
                content_type = "x_post",
                frequency = "daily",
                time_of_day = "09:00",
                settings = new { variants = 4 },
                draft = true,
            }
        );
        Assert.Equal(FakeClaude.Usual, (string?)preview["draft"]!["body"]);
        Assert.Single(claude.Requests);
    }

    [Fact]
    public async Task Preview_shows_ten_slots_and_on_demand_a_draft_and_stores_nothing()
    {
        await using var studio = await TestStudio.StartAsync();
        var (status, preview) = await studio.PostAsync(
            "/api/schedule/preview",
            new
            {
                topic = "커피",
                content_type = "thread",
                frequency = "weekly",
                day_of_week = "monday",
                time_of_day = "09:00",
                draft = true,
            }
        );
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(10, preview["slots"]!.AsArray().Count);
        Assert.Equal("2024-01-22T00:00:00Z", (string?)preview["slots"]![0]);
        Assert.True((bool)preview["draft"]!["is_sample"]!);
        Assert.Empty((await studio.GetAsync("/api/contents"))["items"]!.AsArray());
        Assert.Empty((await studio.GetAsync("/api/runs"))["items"]!.AsArray());
        Assert.Empty((await studio.GetAsync("/api/schedules"))["items"]!.AsArray());
    }

    [Fact]
    public async Task The_library_is_found_page_by_page_searched_edited_and_removed()
    {
        await using var studio = await TestStudio.StartAsync();
        for (var n = 0; n < 5; n++)
            await studio.PostAsync(
                "/api/content/generate",
                new { topic = $"주제 {n}", content_type = "facebook_post" }
            );
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await studio.GetAsync($"/api/contents?limit=2&cursor={cursor}");
            seen.AddRange(page["items"]!.AsArray().Select(item => (string)item!["id"]!));
            cursor = (string?)page["next_cursor"];
        } while (cursor is not null);
        Assert.Equal(5, seen.Distinct().Count());
        Assert.Equal(5, seen.Count);
        var found = Assert.Single(
            (await studio.GetAsync("/api/contents?search=주제 3&type=facebook_post&status=draft"))["items"]!.AsArray()
        )!;
        Assert.Empty((await studio.GetAsync("/api/contents?search=%25x"))["items"]!.AsArray());

        var edited = await (
            await studio.Http.PatchAsJsonAsync(
                $"/api/contents/{found["id"]}",
                new { body = "새 글 👍", status = "approved" }
            )
        ).Content.ReadFromJsonAsync<JsonNode>();
        Assert.Equal(
            ("새 글 👍", 5, "approved"),
            ((string?)edited!["body"], (int)edited["length"]!, (string?)edited["status"])
        );
        Assert.Equal(
            HttpStatusCode.NoContent,
            (await studio.Http.DeleteAsync($"/api/contents/{found["id"]}")).StatusCode
        );
        Assert.Equal(HttpStatusCode.NotFound, (await studio.Http.GetAsync($"/api/contents/{found["id"]}")).StatusCode);
        foreach (
            var bad in new[]
            {
                "type=tweet",
                "limit=0",
                "limit=101",
                "cursor=zzz",
                "from=never",
                "schedule_id=1",
                "nothing=1",
            }
        )
            Assert.Equal(HttpStatusCode.BadRequest, (await studio.Http.GetAsync($"/api/contents?{bad}")).StatusCode);
    }

    [Fact]
    public async Task Statistics_are_counted_from_the_runs()
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Says(FakeClaude.Usual),
            FakeClaude.Fails(401, "authentication_error")
        );
        await using var studio = await TestStudio.StartAsync(
            "2026-11-02T00:00:00Z",
            options => (options.AnthropicKey, options.AnthropicUrl) = (FakeClaude.Key, claude.Url)
        );
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        await studio.GoToAsync("2026-11-02T03:00:01Z");
        await studio.DeliverAsync(studio.MessageFor("2026-11-02T03:00:00Z"));
        await studio.GoToAsync("2026-11-02T06:00:03Z");
        await studio.DeliverAsync(studio.MessageFor("2026-11-02T06:00:00Z"));
        var stats = await studio.GetAsync("/api/stats");
        var total = stats["total"]!;
        Assert.Equal((1, 1, 0.5), ((int)total["done"]!, (int)total["failed"]!, (double)total["success_rate"]!));
        Assert.Equal((2000.0, 3000.0), ((double)total["lateness"]!["avg"]!, (double)total["lateness"]!["max"]!));
        // 100 new tokens at $2, 20 cached at $0.10, 50 written at $10, each per million.
        Assert.Equal(0.000702m, (decimal)total["cost"]!);
        Assert.Equal((string?)schedule["id"], (string?)Assert.Single(stats["schedules"]!.AsArray())!["schedule_id"]);
    }

    private static async Task RefusedAsync(TestStudio studio, JsonObject body, string field, string said)
    {
        var (status, problem) = await studio.PostAsync("/api/schedule/create", body);
        Assert.True(status == HttpStatusCode.BadRequest, problem.ToJsonString());
        Assert.Equal(field, (string?)problem["field"]);
        Assert.Contains(field, (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.Contains(said, (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.NotNull(problem["code"]);
    }

    private const string PricedModel = "claude-sonnet-5-5";

    private static (string Method, string Path)[] Routes(Guid schedule, Guid content, Guid run) =>
        [
            ("POST", "/api/schedule/create"),
            ("POST", "/api/schedule/update"),
            ("POST", "/api/schedule/pause"),
            ("POST", "/api/schedule/resume"),
            ("POST", "/api/schedule/run"),
            ("POST", "/api/schedule/skip"),
            ("POST", "/api/schedule/duplicate"),
            ("POST", "/api/schedule/preview"),
            ("POST", "/api/schedule/delete"),
            ("POST", "/api/content/generate"),
            ("GET", "/api/schedules"),
            ("GET", $"/api/schedules/{schedule}"),
            ("GET", "/api/contents"),
            ("GET", $"/api/contents/{content}"),
            ("PATCH", $"/api/contents/{content}"),
            ("GET", "/api/contents/facets"),
            ("GET", "/api/contents/export?format=json"),
            ("GET", $"/api/contents/{content}/versions"),
            ("POST", $"/api/contents/{content}/restore"),
            ("POST", $"/api/contents/{content}/regenerate"),
            ("DELETE", $"/api/contents/{content}"),
            ("GET", "/api/runs"),
            ("GET", $"/api/runs/{run}"),
            ("POST", $"/api/runs/{run}/cancel"),
            ("POST", $"/api/runs/{run}/rerun"),
            ("GET", "/api/stats"),
            ("GET", "/api/alerts"),
            ("GET", "/api/settings/prices"),
            ("PUT", "/api/settings/prices"),
            ("DELETE", $"/api/settings/prices?model={PricedModel}&effective_from=2026-10-07"),
        ];

    private static async Task<HttpResponseMessage> SendAsync(HttpClient http, string method, string path, Guid id)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (path.EndsWith("/restore", StringComparison.Ordinal))
            request.Content = JsonContent.Create(new { number = 1 });
        else if (path.EndsWith("/regenerate", StringComparison.Ordinal))
            request.Content = JsonContent.Create(new { instruction = "shorter" });
        else if (path.EndsWith("/rerun", StringComparison.Ordinal))
            request.Content = JsonContent.Create(new { });
        else if (method is "POST")
            request.Content = JsonContent.Create(new { id });
        else if (method is "PUT")
            request.Content = JsonContent.Create(
                new
                {
                    model = PricedModel,
                    effective_from = "2026-10-07",
                    input = 0,
                    output = 0,
                }
            );
        else if (method is "PATCH")
            request.Content = JsonContent.Create(new { title = "x" });
        return await http.SendAsync(request);
    }

    private static async Task<HttpClient> SignedInAsync(TestStudio studio, Guid user)
    {
        var link = await studio.Services.GetRequiredService<SignInLinks>().CreateAsync(user);
        var browser = studio.Client(null);
        var answer = await browser.SignInAsync(link.ToString());
        browser.DefaultRequestHeaders.Add("Cookie", answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        browser.DefaultRequestHeaders.Add("Sec-Fetch-Site", "same-origin");
        return browser;
    }

    private static Guid Id(JsonNode? node) => Guid.Parse((string)node!);
}
