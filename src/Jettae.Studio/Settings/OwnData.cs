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
    private readonly Erasure erasure;

    internal OwnData(StudioStore store, Erasure erasure) => (this.store, this.erasure) = (store, erasure);

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
    /// sessions stay. What a stop leaves is deleted at the next start.
    /// </summary>
    /// <exception cref="RejectedException">409: something is being written right now. 503: the program stops first.</exception>
    public Task DeleteAsync(Guid owner, CancellationToken cancel) => erasure.OfAsync(owner, cancel);

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
