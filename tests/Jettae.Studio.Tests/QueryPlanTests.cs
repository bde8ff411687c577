using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using SQLitePCL;

namespace Jettae.Studio.Tests;

/// <summary>
/// What pages, loops and API ask of the store costs as much as is shown, not as much as is stored. No clock is looked at: the
/// plans are, the number of statements, and the steps that SQLite takes for each of them on a store and on one four times as
/// large.
/// </summary>
[Trait("Store", "SQLite")]
public sealed partial class QueryPlanTests
{
    private static readonly DateTimeOffset Now = new(2024, 1, 15, 0, 0, 0, TimeSpan.Zero);
    private static readonly (int Schedules, int Runs, int Contents) Small = (30, 1_200, 1_000);
    private static readonly (int Schedules, int Runs, int Contents) Large = (30, 4_800, 4_000);

    [Fact]
    public async Task Nothing_that_pages_loops_and_the_API_ask_walks_through_a_table()
    {
        await using var studio = await TestStudio.StartAsync();
        var schedule = await studio.CreateAsync(TestStudio.ThreeHourly());
        var (_, end) = await studio.PostAsync("/api/schedule/run", new { id = (string?)schedule["id"] });
        using var asked = new Statements(studio.DataFile);

        await studio.GetAsync($"/api/runs/{end["run"]!["id"]}");
        await studio.GetAsync($"/api/contents/{end["content"]!["id"]}");
        await studio.GetAsync($"/api/contents/{end["content"]!["id"]}/versions");
        await studio.GetAsync("/api/stats?unit=day&timezone=Asia/Seoul");
        foreach (var (_, read) in Pages)
            await read(new Asking(studio.Services, await studio.OwnerAsync(), (Guid)schedule["id"]!));
        // The slot, the watcher and the keeper.
        await studio.GoToAsync("2024-01-15T03:00:00Z");
        await studio.DeliverAsync(studio.MessageFor("2024-01-15T03:00:00Z"));
        await studio.GoToAsync("2024-01-15T03:11:00Z");

        Assert.True(asked.Count > 60, $"Only {asked.Count} statements were seen.");
        Assert.Empty(await asked.WalksAsync());
    }

    [Fact]
    public async Task What_a_piece_has_taken_is_one_question_that_looks_at_its_own_runs_only()
    {
        await using var studio = await TestStudio.StartAsync();
        var (_, end) = await studio.PostAsync("/api/content/generate", TestStudio.ThreeHourly());
        var contents = studio.Services.GetRequiredService<Contents>();
        var piece = await contents.GetAsync(await studio.OwnerAsync(), (Guid)end["content"]!["id"]!, default);
        // What the piece has set in motion asks the store too.
        await studio.StillAsync();
        using var asked = new Statements(studio.DataFile);
        Assert.Equal(1, (await contents.UsageAsync(piece, default)).Runs);
        var line = Assert.Single(await Assert.Single(asked.Order).PlanAsync(studio.DataFile));
        Assert.Contains("runs_of_content (content_id=? AND owner_id=?)", line, StringComparison.Ordinal);
    }

    /// <summary>Each list, search, statistic and page: what it reads, and whether it counts all there is.</summary>
    private static readonly (string Name, Func<Asking, Task> Read)[] Pages =
    [
        ("home", ask => ask.Of<Home>().ReadAsync(ask.Owner, default)),
        ("schedules", SchedulesAsync),
        ("schedules: search", ask => ask.Of<Schedules>().ListAsync(ask.Owner, new("커피"), null, 50, default)),
        ("schedule", ask => ask.Of<Slots>().ComingAsync(ask.Owner, ask.Schedule, 10, default)),
        ("schedule names", ask => ask.Of<Schedules>().ChoicesAsync(ask.Owner, ask.Schedule, default)),
        .. Enum.GetValues<CalendarView>().Select(view => ($"calendar: {view}", CalendarOf(view, false))),
        ("calendar: one schedule", CalendarOf(CalendarView.Month, true)),
        ("library", Library(new())),
        ("library: status and type", Library(new(Status: ContentStatus.Draft, Type: ContentType.BlogPost))),
        ("library: tag", Library(new(Tag: "커피"))),
        ("library: search", Library(new("커피"))),
        ("library: search in drafts", Library(new("커피", Status: ContentStatus.Draft))),
        ("library: nothing found", Library(new("없는낱말"))),
        ("piece", PieceAsync),
        ("runs", RunsOf(new())),
        ("runs: state", RunsOf(new(State: RunState.Failed))),
        ("runs: state since", RunsOf(new(State: RunState.Done, From: Now.AddDays(-30)))),
        ("runs: reason", RunsOf(new(Reason: "bad_key"))),
        ("runs: no such reason", RunsOf(new(Reason: "billing"))),
        ("runs: trigger", RunsOf(new(Trigger: RunTrigger.Rerun))),
        ("runs: trigger and reason", RunsOf(new(Trigger: RunTrigger.Rerun, Reason: "billing"))),
        ("runs: schedule", ask => ask.Of<Runs>().ListAsync(ask.Owner, new(ask.Schedule), null, 50, default)),
        ("monitor", ask => ask.Of<Monitoring>().NowAsync(ask.Owner, default)),
        .. Enum.GetValues<SeriesUnit>()
            .Select<SeriesUnit, (string, Func<Asking, Task>)>(unit =>
                ($"charts: {unit}", ask => ask.Of<Series>().OfAsync(ask.Owner, unit, TimeZoneInfo.Utc, default))
            ),
        ("prices", ask => ask.Of<Prices>().ReadAsync(ask.Owner, default)),
        ("alerts", ask => ask.Of<Alerts>().ListAsync(ask.Owner, null, null, 50, default)),
    ];

    [Fact]
    public async Task Four_times_as_much_in_the_store_makes_no_page_ask_more_or_read_more()
    {
        await using var small = await TestStudio.StartAsync();
        await using var large = await TestStudio.StartAsync();
        var (few, many) = (await FilledAsync(small, Small), await FilledAsync(large, Large));
        var tooMuch = new List<string>();
        foreach (var (name, read) in Pages)
        {
            using var askedOfFew = new Statements(small.DataFile);
            await read(few);
            var ofFew = askedOfFew.Order;
            using var askedOfMany = new Statements(large.DataFile);
            await read(many);
            var ofMany = askedOfMany.Order;

            Assert.True(ofFew.Count is > 0 and < 20, $"{name}: {ofFew.Count} statements.");
            Assert.True(ofFew.Count == ofMany.Count, $"{name}: {ofFew.Count} statements, then {ofMany.Count}.");
            for (var n = 0; n < ofFew.Count; n++)
            {
                // Of a tag: from the newest piece on along an index, which knows the ids, until the page is full.
                if (name == "library: tag" && ofMany[n].Sql.Contains("LIMIT", StringComparison.Ordinal))
                    continue;
                var sql = ofMany[n].Sql;
                var (fewSteps, fewRows) = Steps(small.DataFile, ofFew[n]);
                var (manySteps, manyRows) = Steps(large.DataFile, ofMany[n]);
                var counts = Counts(sql);
                // Counting takes some steps for each row, never for each pair of rows, and reads nothing but an index. A day of
                // the calendar shows some more as it fills, up to the most that it shows.
                var most =
                    counts ? 6
                    : name.StartsWith("calendar", StringComparison.Ordinal)
                        ? Math.Max(2, 2 * manyRows / Math.Max(1, fewRows))
                    : 2;
                if (manySteps >= (most * fewSteps) + 400)
                    tooMuch.Add($"{name}: {fewSteps} steps, then {manySteps}: {sql}");
                if (counts)
                    tooMuch.AddRange(
                        from line in await ofMany[n].PlanAsync(large.DataFile)
                        where ReadsRows(line)
                        select $"{name}: {line}: {sql}"
                    );
            }
        }
        Assert.True(tooMuch.Count == 0, string.Join("\n\n", tooMuch));
    }

    /// <summary>Figures of all that fits: their work grows with the store, but must stay within an index.</summary>
    private static bool Counts(string sql) =>
        sql.Contains("COUNT(", StringComparison.Ordinal)
        || sql.Contains("SUM(", StringComparison.Ordinal)
        || sql.Contains("CUME_DIST", StringComparison.Ordinal)
        || sql.Contains("OFFSET", StringComparison.Ordinal)
        // The newest hits of a search, up to those that are counted.
        || sql.Contains("content_search", StringComparison.Ordinal);

    /// <summary>A line of a plan that goes to the rows of a table that grows. A tag's pieces are looked up one by one.</summary>
    private static bool ReadsRows(string line) =>
        Growing().IsMatch(line)
        && (line.StartsWith("SEARCH", StringComparison.Ordinal) || line.StartsWith("SCAN", StringComparison.Ordinal))
        && !line.Contains("COVERING INDEX", StringComparison.Ordinal)
        && !line.Contains("sqlite_autoindex_contents_1 (id=?)", StringComparison.Ordinal)
        // The one run of a slot, for schedules without a booking.
        && !line.Contains("runs_one_per_slot (schedule_id=? AND slot_at=?)", StringComparison.Ordinal)
        // The steps of the few runs of a quarter of an hour.
        && !line.Contains("run_steps_of_run (run_id=?", StringComparison.Ordinal)
        && !line.Contains("VIRTUAL TABLE INDEX", StringComparison.Ordinal);

    private static async Task SchedulesAsync(Asking ask)
    {
        var page = await ask.Of<Schedules>().ListAsync(ask.Owner, new(), null, 50, default);
        Guid[] shown = [.. page.Items.Select(schedule => schedule.Id)];
        await ask.Of<Runs>().RecentAsync(ask.Owner, shown, 20, default);
        await ask.Of<Stats>().OfSchedulesAsync(ask.Owner, shown, default);
    }

    private static Func<Asking, Task> CalendarOf(CalendarView view, bool ofOne) =>
        ask =>
        {
            var sheet = new CalendarSheet(view, new DateOnly(2024, 1, 15), TimeZoneInfo.Utc, Now);
            var cells = sheet.Cells(new Dictionary<DateOnly, int>());
            return ask.Of<CalendarItems>().ReadAsync(ask.Owner, cells, ofOne ? ask.Schedule : null, default);
        };

    private static Func<Asking, Task> Library(ContentFilter filter) =>
        async ask =>
        {
            await ask.Of<Contents>().ListAsync(ask.Owner, filter, null, 24, default);
            await ask.Of<Contents>().FacetsAsync(ask.Owner, filter, default);
        };

    private static async Task PieceAsync(Asking ask)
    {
        var contents = ask.Of<Contents>();
        var newest = (await contents.ListAsync(ask.Owner, new(), null, 1, default)).Items[0];
        var piece = await contents.GetAsync(ask.Owner, newest.Id, default);
        await contents.UsageAsync(piece, default);
    }

    private static Func<Asking, Task> RunsOf(RunFilter filter) =>
        ask => ask.Of<Runs>().ListAsync(ask.Owner, filter, null, 50, default);

    private static async Task<Asking> FilledAsync(TestStudio studio, (int Schedules, int Runs, int Contents) size)
    {
        var owner = await studio.OwnerAsync();
        Bench.LargeStore.Fill(studio.DataFile, size, Now);
        // A start takes the pieces into the search index.
        await studio.DownAsync();
        await studio.UpAsync();
        var page = await studio.Services.GetRequiredService<Schedules>().ListAsync(owner, new(), null, 1, default);
        return new Asking(studio.Services, owner, page.Items[0].Id);
    }

    /// <summary>Who asks.</summary>
    private sealed record Asking(IServiceProvider Services, Guid Owner, Guid Schedule)
    {
        public T Of<T>()
            where T : notnull => Services.GetRequiredService<T>();
    }

    /// <summary>How many steps SQLite's machine takes for it, and what it answers with.</summary>
    private static (int Steps, int Rows) Steps(string file, Statement statement)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=False");
        connection.Open();
        Assert.Equal(raw.SQLITE_OK, raw.sqlite3_prepare_v2(connection.Handle, statement.Sql, out var prepared));
        using (prepared)
        {
            foreach (var (name, value) in statement.Parameters)
            {
                var place = raw.sqlite3_bind_parameter_index(prepared, name.StartsWith('@') ? name : "@" + name);
                Assert.True(place > 0, $"{name} has no place in {statement.Sql}");
                _ = value switch
                {
                    null or DBNull => raw.sqlite3_bind_null(prepared, place),
                    long or int or bool => raw.sqlite3_bind_int64(
                        prepared,
                        place,
                        Convert.ToInt64(value, CultureInfo.InvariantCulture)
                    ),
                    Guid id => raw.sqlite3_bind_text(prepared, place, id.ToString("D").ToUpperInvariant()),
                    _ => raw.sqlite3_bind_text(prepared, place, (string)value),
                };
            }
            var rows = 0;
            while (raw.sqlite3_step(prepared) == raw.SQLITE_ROW)
                rows++;
            return (raw.sqlite3_stmt_status(prepared, raw.SQLITE_STMTSTATUS_VM_STEP, 0), rows);
        }
    }

    [GeneratedRegex(@"\b(runs|run_steps|contents|content_versions|content_tags|r|c|r0|c0|c1)\b")]
    private static partial Regex Growing();
}
