using System.Globalization;
using System.Text.Json.Nodes;

namespace Jettae.Engine.Tests;

/// <summary>A slot of a schedule makes its message once: whatever the clocks, a crash, or a change at the very slot do.</summary>
public sealed class SlotTests
{
    private static async Task CreateAsync(
        EngineUnderTest engine,
        string id,
        string destination,
        string cron,
        params (string Name, string Value)[] headers
    )
    {
        var (status, _) = await engine.SendAsync(
            HttpMethod.Post,
            "/v2/schedules/" + destination,
            "body",
            [("Upstash-Cron", cron), ("Upstash-Schedule-Id", id), .. headers]
        );
        Assert.Equal(200, status);
    }

    private static async Task<JsonNode> GetAsync(EngineUnderTest engine, string id) =>
        (await engine.SendAsync(HttpMethod.Get, $"/v2/schedules/{id}")).Json!;

    /// <summary>While nothing runs, so that no slot of before counts.</summary>
    private static async Task SetClockAsync(EngineUnderTest engine, string utc)
    {
        await engine.StopAsync();
        engine.Time.SetUtcNow(DateTimeOffset.Parse(utc, CultureInfo.InvariantCulture));
        await engine.StartAgainAsync();
    }

    /// <summary>The instants at which something arrives, looked at every half hour.</summary>
    private static async Task<List<string>> ArrivalsAsync(EngineUnderTest engine, TimeSpan span)
    {
        var arrivals = new List<string>();
        for (var passed = TimeSpan.Zero; passed < span; passed += TimeSpan.FromMinutes(30))
        {
            await engine.AdvanceAsync(TimeSpan.FromMinutes(30));
            while (engine.Deliveries.TryDequeue(out _))
                arrivals.Add(engine.Time.GetUtcNow().ToString("MM-dd HH:mm", CultureInfo.InvariantCulture));
        }
        return arrivals;
    }

    [Fact]
    [Trait("QStash", "66,67")]
    public async Task Where_the_clocks_leave_its_time_out_it_fires_right_after_the_gap()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await SetClockAsync(engine, "2026-03-07T06:00:00Z");
        await CreateAsync(engine, "daily", engine.Sink, "CRON_TZ=America/New_York 30 2 * * *");
        await engine.AdvanceAsync(TimeSpan.FromHours(2));
        Assert.Single(engine.Deliveries);
        Assert.Equal(At("2026-03-08T07:00:00Z"), (long)(await GetAsync(engine, "daily"))["nextScheduleTime"]!);
        engine.Deliveries.Clear();
        Assert.Equal(["03-08 07:00", "03-09 06:30"], await ArrivalsAsync(engine, TimeSpan.FromDays(2)));
    }

    [Fact]
    [Trait("QStash", "66,67")]
    public async Task Where_the_clocks_repeat_its_time_it_fires_once_and_a_row_of_slots_goes_on()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await SetClockAsync(engine, "2026-10-31T06:00:00Z");
        await CreateAsync(engine, "daily", engine.Sink, "CRON_TZ=America/New_York 30 1 * * *");
        Assert.Equal(["11-01 05:30", "11-02 06:30"], await ArrivalsAsync(engine, TimeSpan.FromDays(2.5)));
        await engine.SendAsync(HttpMethod.Delete, "/v2/schedules/daily");

        await SetClockAsync(engine, "2027-11-07T04:30:00Z");
        await CreateAsync(engine, "row", engine.Sink, "CRON_TZ=America/New_York */30 1 * * *");
        Assert.Equal(
            ["11-07 05:00", "11-07 05:30", "11-07 06:00", "11-07 06:30", "11-08 06:00", "11-08 06:30"],
            await ArrivalsAsync(engine, TimeSpan.FromDays(2))
        );
    }

    /// <summary>The store as each commit around a slot leaves it is what a crash there would leave: an engine begins on each.</summary>
    [Theory]
    [Trait("Store", "SQLite")]
    [Trait("QStash", "37,66,68,69")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_crash_after_any_commit_around_a_slot_neither_loses_nor_repeats_it(bool downOverTheSlot)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await engine.SendAsync(
            HttpMethod.Post,
            "/v2/topics/group/endpoints",
            $$"""{"endpoints":[{"url":"{{engine.Sink}}/1"},{"url":"{{engine.Sink}}/2"}]}"""
        );
        await CreateAsync(engine, "plain", engine.Sink + "/plain", "* * * * *");
        await CreateAsync(engine, "queued", engine.Sink + "/queued", "* * * * *", ("Upstash-Queue-Name", "q"));
        var snapshots = Directory.CreateTempSubdirectory("jettae-snapshots");
        var taken = 0;
        engine.Store.Committed = () =>
        {
            var folder = snapshots.CreateSubdirectory($"{taken++}").FullName;
            foreach (var file in new[] { engine.DataFile, engine.DataFile + "-wal" })
                File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
        };
        await CreateAsync(engine, "fanned", "group", "* * * * *");
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        engine.Store.Committed = null;
        Assert.Equal(8, engine.Deliveries.Count);
        Assert.True(taken >= 5, $"of {taken} commits");

        for (var number = 0; number < taken; number++)
        {
            var folder = Path.Combine(snapshots.FullName, $"{number}");
            await using var after = await EngineUnderTest.StartAsync(options =>
            {
                foreach (var file in Directory.GetFiles(folder))
                    File.Copy(file, Path.Combine(Path.GetDirectoryName(options.DataFile)!, Path.GetFileName(file)));
            });
            if (downOverTheSlot)
            {
                await after.StopAsync();
                after.Time.Advance(TimeSpan.FromSeconds(90));
                await after.StartAgainAsync();
            }
            while (after.Time.GetUtcNow().Minute < 3)
                await after.AdvanceAsync(TimeSpan.FromSeconds(30));
            foreach (var state in new[] { "CREATED", "DELIVERED" })
            {
                var (_, json) = await after.SendAsync(HttpMethod.Get, $"/v2/events?state={state}");
                Assert.Equal(
                    ["fanned /1 3", "fanned /2 3", "plain /plain 3", "queued /queued 3"],
                    json!["events"]!
                        .AsArray()
                        .CountBy(each => $"{each!["scheduleId"]} {new Uri((string)each["url"]!).AbsolutePath}")
                        .Select(each => $"{each.Key} {each.Value}")
                        .Order()
                );
            }
        }
        snapshots.Delete(recursive: true);
    }

    [Fact]
    [Trait("QStash", "64,66")]
    public async Task One_that_is_replaced_at_its_very_slot_goes_on_by_the_new_expression()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await CreateAsync(engine, "a", engine.Sink + "/a", "* * * * *");
        await CreateAsync(engine, "b", engine.Sink + "/b", "* * * * *");
        // Both are read as due; before the second is written, somebody has given it another expression for this slot.
        const string replacement = "update schedules set cron = '1 9 5 1 *' where id = 'b';";
        engine.Run(
            EngineUnderTest.IsOnPostgres
                ? $"""
                create function replace_b() returns trigger language plpgsql as $$ begin {replacement} return null; end $$;
                create trigger replaced after update of last_at on schedules for each row when (new.id = 'a')
                execute function replace_b()
                """
                : $"""
                create trigger replaced after update of last_at on schedules when new.id = 'a'
                begin {replacement} end
                """
        );
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(["/a", "/b"], engine.Deliveries.Select(each => each.Target).Order());
        Assert.Equal(At("2027-01-05T09:01:00Z"), (long)(await GetAsync(engine, "b"))["nextScheduleTime"]!);
    }

    [Fact]
    [Trait("QStash", "67")]
    public async Task One_whose_time_zone_is_gone_says_so_and_holds_nobody_up()
    {
        await using var engine = await EngineUnderTest.StartAsync();
        await CreateAsync(engine, "gone", engine.Sink + "/gone", "* * * * *");
        await CreateAsync(engine, "other", engine.Sink + "/other", "* * * * *");
        engine.Run("update schedules set cron = 'CRON_TZ=Mars/Olympus * * * * *' where id = 'gone'");
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(["/other", "/other"], engine.Deliveries.Select(each => each.Target));
        var gone = await GetAsync(engine, "gone");
        Assert.Contains("time zone", (string)gone["error"]!, StringComparison.Ordinal);
        Assert.Null(gone["nextScheduleTime"]);
        Assert.Equal(200, (await engine.SendAsync(HttpMethod.Patch, "/v2/schedules/gone/pause")).Status);
        var (status, json) = await engine.SendAsync(HttpMethod.Patch, "/v2/schedules/gone/resume");
        Assert.Equal(400, status);
        Assert.Contains("time zone", (string)json!["error"]!, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("QStash", "72,99")]
    public async Task What_came_of_its_last_slot_is_forgotten_with_its_message_and_never_told_better_than_it_was()
    {
        await using var engine = await EngineUnderTest.StartAsync(options =>
            options.LogRetention = TimeSpan.FromDays(1)
        );
        engine.Answer = http =>
        {
            http.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        await CreateAsync(engine, "yearly", engine.Sink, "1 9 5 1 *", ("Upstash-Retries", "0"));
        await engine.AdvanceAsync(TimeSpan.FromMinutes(1));
        var states = (await GetAsync(engine, "yearly"))["lastScheduleStates"]!.AsObject();
        Assert.Equal("FAIL", (string)Assert.Single(states).Value!);
        for (var hour = 0; hour < 26; hour++)
            await engine.AdvanceAsync(TimeSpan.FromHours(1));
        await EngineUnderTest.UntilAsync(async () =>
            (await GetAsync(engine, "yearly"))["lastScheduleStates"]!.AsObject().Count == 0
        );
    }

    private static long At(string utc) =>
        DateTimeOffset.Parse(utc, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds();
}
