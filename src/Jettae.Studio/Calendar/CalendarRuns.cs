using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>What the ledger puts into the calendar: a slot at its time, a run by hand where it began.</summary>
internal static class CalendarRuns
{
    /// <summary>Counts the runs of each cell, and reads the earliest of each: two statements, however many there are.</summary>
    public static async Task AddAsync(
        StudioDb db,
        CalendarItems.Filling[] cells,
        Guid owner,
        Guid? scheduleId,
        CancellationToken cancel
    )
    {
        var whose = scheduleId is null ? "owner_id = {0}" : "owner_id = {0} AND schedule_id = {1}";
        object[] given = scheduleId is { } one ? [owner, one] : [owner];
        var bySlot = $"FROM runs WHERE {whose} AND slot_at >= lo AND slot_at < hi";
        var byHand =
            $"FROM runs WHERE {whose} AND slot_at IS NULL AND started_at >= lo AND started_at < hi AND state <> 'tried'";
        var counts = $"""
            {Spans(db, cells, cells)}
            SELECT n, (SELECT COUNT(*) {bySlot}) + (SELECT COUNT(*) {byHand}) AS runs FROM spans
            """;
        foreach (var cell in await db.Database.SqlQueryRaw<Counted>(counts, given).ToListAsync(cancel))
            cells[cell.n].Count += cell.runs;
        // All alike, but for a day of which more was asked for.
        foreach (var alike in cells.GroupBy(cell => cell.Cell.Most))
        {
            // The inner selects find the ids by index alone; only what is shown is then read.
            var rows = $"""
                {Spans(db, cells, alike)},
                shown (n, id) AS (
                    SELECT n, r.id FROM {db.Each(
                    "spans",
                    "runs",
                    $"SELECT id {bySlot} ORDER BY slot_at LIMIT {alike.Key}"
                )}
                    UNION ALL
                    SELECT n, r.id FROM {db.Each(
                    "spans",
                    "runs",
                    $"SELECT id {byHand} ORDER BY started_at LIMIT {alike.Key}"
                )})
                SELECT n, r.id, {db.Milliseconds(
                    "COALESCE(r.slot_at, r.started_at)"
                )} AS at, r.state, s.id AS schedule_id,
                    COALESCE(s.name, r.schedule_name) AS name, r.reason, c.id AS content_id, c.title, c.status,
                    COALESCE(c.content_type, s.content_type) AS content_type
                FROM shown JOIN runs r ON r.id = shown.id
                    LEFT JOIN contents c ON c.id = r.content_id LEFT JOIN schedules s ON s.id = r.schedule_id
                """;
            foreach (var row in await db.Database.SqlQueryRaw<Row>(rows, given).ToListAsync(cancel))
                if (DateTimeOffset.FromUnixTimeMilliseconds(row.at) is var at && cells[row.n].Takes(at))
                    cells[row.n].Put(row.Item(at));
        }
    }

    private static string Spans(StudioDb db, CalendarItems.Filling[] all, IEnumerable<CalendarItems.Filling> some) =>
        "WITH spans (n, lo, hi) AS (VALUES "
        + string.Join(
            ", ",
            some.Select(each =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"({Array.IndexOf(all, each)}, {db.Literal(each.Cell.From)}, {db.Literal(each.Cell.To)})"
                )
            )
        )
        + ")";

    private static CalendarState StateOf(RunState run, ContentStatus? piece) =>
        run switch
        {
            RunState.Failed => CalendarState.Failed,
            RunState.Cancelled => CalendarState.Cancelled,
            RunState.Skipped => CalendarState.Skipped,
            RunState.Running or RunState.Waiting => CalendarState.Writing,
            _ => piece switch
            {
                ContentStatus.Draft => CalendarState.Draft,
                ContentStatus.Approved => CalendarState.Approved,
                ContentStatus.Rejected => CalendarState.Rejected,
                ContentStatus.Archived => CalendarState.Archived,
                _ => CalendarState.Deleted,
            },
        };

#pragma warning disable IDE1006, CA1812 // The columns of the queries above, read by EF.
    private sealed record Counted(int n, int runs);

    private sealed record Row(
        int n,
        Guid id,
        long at,
        string state,
        Guid? schedule_id,
        string name,
        string? reason,
        Guid? content_id,
        string? title,
        string? status,
        string? content_type
    )
    {
        public CalendarItem Item(DateTimeOffset when) =>
            new(
                when,
                StateOf(JsonName.Parse<RunState>(state), status is null ? null : JsonName.Parse<ContentStatus>(status)),
                schedule_id,
                name,
                content_type is null ? null : JsonName.Parse<ContentType>(content_type),
                title,
                id,
                content_id,
                reason,
                null
            );
    }
#pragma warning restore IDE1006, CA1812
}
