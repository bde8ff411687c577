using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>All that a person has here: to take along, and to be deleted.</summary>
public sealed class OwnData
{
    private const int Rows = 200;
    private readonly StudioStore store;
    private readonly Schedules schedules;
    private readonly Changes changes;

    internal OwnData(StudioStore store, Schedules schedules, Changes changes)
    {
        this.store = store;
        this.schedules = schedules;
        this.changes = changes;
    }

    /// <summary>Writes it as one JSON object, row by row as it is read: schedules, contents, runs with their steps, brand.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="to">Where it goes.</param>
    /// <param name="language">Of what was noted of the runs.</param>
    /// <param name="cancel">Nobody takes it any more.</param>
    public async Task ExportAsync(Guid owner, Stream to, CultureInfo language, CancellationToken cancel)
    {
        // Between the writer and the wire lies memory: the serializer flushes as it likes, the wire takes no waiting calls.
        var page = new ArrayBufferWriter<byte>();
        await using var json = new Utf8JsonWriter(page, new JsonWriterOptions { Encoder = StudioJson.Options.Encoder });
        async Task SendAsync()
        {
            await json.FlushAsync(cancel);
            await to.WriteAsync(page.WrittenMemory, cancel);
            page.ResetWrittenCount();
        }
        json.WriteStartObject();
        json.WriteString("format", "jettae-export-1");
        var brand = await store.ReadAsync(
            db => db.Brands.SingleOrDefaultAsync(each => each.OwnerId == owner, cancel),
            cancel
        );
        json.WritePropertyName("brand");
        JsonSerializer.Serialize(json, brand is null ? null : SettingsApi.View(brand), StudioJson.Options);
        await RowsAsync(
            "schedules",
            json,
            SendAsync,
            (db, after) =>
                db
                    .Schedules.Where(each => each.OwnerId == owner && each.Id.CompareTo(after) > 0)
                    .OrderBy(each => each.Id),
            each => each.Id,
            Views.Of,
            cancel
        );
        await RowsAsync(
            "contents",
            json,
            SendAsync,
            (db, after) =>
                db
                    .Contents.Where(each => each.OwnerId == owner && each.Id.CompareTo(after) > 0)
                    .OrderBy(each => each.Id),
            each => each.Id,
            Views.Of,
            cancel
        );
        await RowsAsync(
            "runs",
            json,
            SendAsync,
            (db, after) =>
                db
                    .Runs.Include(each => each.Steps)
                    .Where(each => each.OwnerId == owner && each.Id.CompareTo(after) > 0)
                    .OrderBy(each => each.Id),
            each => each.Id,
            each => Views.Of(each, language, withSteps: true),
            cancel
        );
        json.WriteEndObject();
        await SendAsync();
    }

    /// <summary>
    /// Deletes schedules with their bookings, contents, runs, alerts with their channels, and brand. The account, its tokens and
    /// sessions stay. Goes on some rows at a time, so that others write in between; what a stop left is deleted by asking again.
    /// </summary>
    /// <exception cref="RejectedException">409: something is being written right now.</exception>
    public async Task DeleteAsync(Guid owner, CancellationToken cancel)
    {
        while (await schedules.NamesAsync(owner, "", cancel) is { Count: > 0 } some)
            foreach (var schedule in some)
            {
                await BusyAsync(owner, cancel);
                await schedules.DeleteAsync(owner, schedule.Id, cancel);
            }
        await EachAsync(db =>
            db.Runs.Where(each => each.OwnerId == owner)
                .OrderBy(each => each.StartedAt)
                .Take(Rows)
                .ExecuteDeleteAsync(cancel)
        );
        await EachAsync(async db =>
        {
            // Tracked, so that the search index hears of each.
            var pieces = await db.Contents.Where(each => each.OwnerId == owner).Take(Rows).ToListAsync(cancel);
            db.Contents.RemoveRange(pieces);
            return pieces.Count;
        });
        await store.WriteAsync(
            async db =>
            {
                await RefuseBusyAsync(db, owner, cancel);
                await db.Alerts.Where(each => each.OwnerId == owner).ExecuteDeleteAsync(cancel);
                await db.Brands.Where(each => each.OwnerId == owner).ExecuteDeleteAsync(cancel);
                await db.AlertSettings.Where(each => each.OwnerId == owner).ExecuteDeleteAsync(cancel);
            },
            cancel
        );
        changes.Tell(new Change(owner, null, null));

        async Task EachAsync(Func<StudioDb, Task<int>> delete)
        {
            int gone;
            do gone = await store.WriteAsync(
                async db =>
                {
                    await RefuseBusyAsync(db, owner, cancel);
                    return await delete(db);
                },
                cancel
            );
            while (gone > 0);
        }
    }

    private Task<bool> BusyAsync(Guid owner, CancellationToken cancel) =>
        store.ReadAsync(
            async db =>
            {
                await RefuseBusyAsync(db, owner, cancel);
                return true;
            },
            cancel
        );

    /// <summary>A run under way would store its piece afterwards.</summary>
    private static async Task RefuseBusyAsync(StudioDb db, Guid owner, CancellationToken cancel)
    {
        if (await db.Runs.AnyAsync(each => each.OwnerId == owner && each.State == RunState.Running, cancel))
            throw new RejectedException(
                409,
                "run_under_way",
                null,
                new(
                    "지금 쓰고 있는 글이 있어요. 끝난 뒤 다시 눌러 주세요.",
                    "A piece is being written right now. Try again when it is done."
                )
            );
    }

    private async Task RowsAsync<T>(
        string name,
        Utf8JsonWriter json,
        Func<Task> send,
        Func<StudioDb, Guid, IQueryable<T>> read,
        Func<T, Guid> idOf,
        Func<T, object> view,
        CancellationToken cancel
    )
    {
        json.WriteStartArray(name);
        var after = Guid.Empty;
        List<T> rows;
        do
        {
            var from = after;
            rows = await store.ReadAsync(db => read(db, from).Take(Rows).ToListAsync(cancel), cancel);
            foreach (var row in rows)
                JsonSerializer.Serialize(json, view(row), StudioJson.Options);
            await send();
            if (rows.Count > 0)
                after = idOf(rows[^1]);
        } while (rows.Count == Rows);
        json.WriteEndArray();
    }
}
