using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>A person's library.</summary>
public sealed class Contents
{
    private const char SearchMark = 'k';
    private readonly StudioStore store;
    private readonly Changes changes;
    private readonly TimeProvider time;

    internal Contents(StudioStore store, Changes changes, TimeProvider time)
    {
        this.store = store;
        this.changes = changes;
        this.time = time;
    }

    /// <summary>Newest first.</summary>
    public Task<Page<Content>> ListAsync(
        Guid owner,
        ContentFilter filter,
        string? cursor,
        int count,
        CancellationToken cancel
    )
    {
        var size = PageKey.Bounded(count);
        if (filter.IsSearch)
            return FoundAsync(owner, filter, KeyOf(cursor), size, cancel);
        var after = PageKey.Parse(cursor);
        return store.ReadAsync(
            async db =>
            {
                var rows = filter.Rows(db, owner);
                if (after is { } key)
                    rows = rows.Where(piece =>
                        piece.CreatedAt < key.At || (piece.CreatedAt == key.At && piece.Id.CompareTo(key.Id) < 0)
                    );
                var page = await rows.OrderByDescending(piece => piece.CreatedAt)
                    .ThenByDescending(piece => piece.Id)
                    .Take(size + 1)
                    .ToListAsync(cancel);
                return PageKey.Cut(page, size, piece => new PageKey(piece.CreatedAt, piece.Id));
            },
            cancel
        );
    }

    /// <summary>The choices that the filters have, with their counts.</summary>
    public Task<ContentFacets> FacetsAsync(Guid owner, ContentFilter filter, CancellationToken cancel) =>
        store.ReadAsync(db => ContentFacets.CountAsync(db, owner, filter, cancel), cancel);

    /// <exception cref="RejectedException">404: the owner has no such piece.</exception>
    public Task<Content> GetAsync(Guid owner, Guid id, CancellationToken cancel) =>
        store.ReadAsync(db => db.Contents.OwnedAsync(owner, id, cancel), cancel);

    /// <summary>What the piece has taken so far.</summary>
    public Task<ContentUsage> UsageAsync(Content piece, CancellationToken cancel) =>
        store.ReadAsync(db => ContentUsage.OfAsync(db, piece, cancel), cancel);

    /// <summary>All that the piece has been, or might be, newest first.</summary>
    /// <exception cref="RejectedException">404: the owner has no such piece.</exception>
    public Task<List<ContentVersion>> VersionsAsync(Guid owner, Guid id, CancellationToken cancel) =>
        store.ReadAsync(
            async db =>
            {
                await db.Contents.OwnedAsync(owner, id, cancel);
                return await db
                    .ContentVersions.Where(version => version.ContentId == id && version.OwnerId == owner)
                    .OrderByDescending(version => version.Number)
                    .ToListAsync(cancel);
            },
            cancel
        );

    /// <summary>Changes a piece; a changed text is a new version.</summary>
    /// <exception cref="RejectedException">A field breaks its rule; 404: the owner has no such piece; 409: it has gone on.</exception>
    public Task<Content> UpdateAsync(Guid owner, Guid id, ContentEdit edit, CancellationToken cancel)
    {
        var wanted = edit.Checked();
        return WriteAsync(
            owner,
            async db =>
            {
                var piece = await db.Contents.OwnedAsync(owner, id, cancel);
                if (wanted.Apply(piece, time.GetUtcNow()))
                    await AddVersionAsync(db, piece, VersionKind.Edited, cancel);
                return piece;
            },
            cancel
        );
    }

    /// <summary>Takes back the text of a version, or takes a variant; that is a new version again.</summary>
    /// <exception cref="RejectedException">404: the owner has no such piece, or it no such version.</exception>
    public Task<Content> RestoreAsync(Guid owner, Guid id, int number, CancellationToken cancel) =>
        WriteAsync(
            owner,
            async db =>
            {
                var piece = await db.Contents.OwnedAsync(owner, id, cancel);
                var version =
                    await db.ContentVersions.FindAsync([id, number], cancel)
                    ?? throw new RejectedException(
                        404,
                        "version_not_found",
                        "number",
                        new($"이런 버전이 없어요: {number}", $"There is no version {number}.")
                    );
                var edit = new ContentEdit { Title = version.Title, Body = version.Body };
                if (edit.Apply(piece, time.GetUtcNow()))
                    await AddVersionAsync(db, piece, VersionKind.Restored, cancel);
                return piece;
            },
            cancel
        );

    /// <summary>Gives each of the pieces its status; those that are no more are passed over.</summary>
    /// <returns>The statuses they had: giving these takes it back.</returns>
    public Task<IReadOnlyDictionary<Guid, ContentStatus>> SetStatusesAsync(
        Guid owner,
        IReadOnlyDictionary<Guid, ContentStatus> wanted,
        CancellationToken cancel
    ) =>
        WriteAsync<IReadOnlyDictionary<Guid, ContentStatus>>(
            owner,
            async db =>
            {
                var pieces = await ThoseAsync(db, owner, wanted.Keys, cancel);
                var before = pieces.ToDictionary(piece => piece.Id, piece => piece.Status);
                foreach (var piece in pieces)
                    new ContentEdit { Status = wanted[piece.Id] }.Apply(piece, time.GetUtcNow());
                return before;
            },
            cancel
        );

    /// <summary>Puts a tag on the pieces.</summary>
    /// <returns>Those that did not carry it before.</returns>
    /// <exception cref="RejectedException">The tag breaks its rule, or a piece carries 20 already.</exception>
    public Task<IReadOnlyList<Guid>> AddTagAsync(
        Guid owner,
        IReadOnlyCollection<Guid> ids,
        string tag,
        CancellationToken cancel
    ) =>
        WriteAsync<IReadOnlyList<Guid>>(
            owner,
            async db =>
            {
                var clean = ContentTag.Clean([tag])[0];
                var gained = (await ThoseAsync(db, owner, ids, cancel))
                    .Where(piece => ContentEdit.Put(piece, clean))
                    .ToList();
                foreach (var piece in gained)
                    ContentTag.Clean([.. piece.Tags.Select(each => each.Tag)]);
                return [.. gained.Select(piece => piece.Id)];
            },
            cancel
        );

    /// <summary>Takes a tag off the pieces.</summary>
    public Task RemoveTagAsync(Guid owner, IReadOnlyCollection<Guid> ids, string tag, CancellationToken cancel) =>
        WriteAsync(
            owner,
            async db =>
            {
                var clean = ContentTag.Clean([tag])[0];
                foreach (var piece in await ThoseAsync(db, owner, ids, cancel))
                    piece.Tags.RemoveAll(each => each.Tag == clean);
                return true;
            },
            cancel
        );

    /// <exception cref="RejectedException">404: the owner has no such piece.</exception>
    public Task DeleteAsync(Guid owner, Guid id, CancellationToken cancel) =>
        WriteAsync(
            owner,
            async db => db.Contents.Remove(await db.Contents.OwnedAsync(owner, id, cancel)).Entity,
            cancel
        );

    /// <summary>Deletes the pieces with their versions and tags; those that are no more are passed over.</summary>
    /// <returns>How many there were.</returns>
    public Task<int> DeleteAsync(Guid owner, IReadOnlyCollection<Guid> ids, CancellationToken cancel) =>
        WriteAsync(
            owner,
            async db =>
            {
                var pieces = await ThoseAsync(db, owner, ids, cancel);
                db.Contents.RemoveRange(pieces);
                return pieces.Count;
            },
            cancel
        );

    internal static async Task AddVersionAsync(
        StudioDb db,
        Content piece,
        VersionKind kind,
        CancellationToken cancel,
        Run? run = null,
        string? instruction = null
    )
    {
        var last = await db
            .ContentVersions.Where(version => version.ContentId == piece.Id)
            .MaxAsync(version => (int?)version.Number, cancel);
        piece.Version = (last ?? 0) + 1;
        db.ContentVersions.Add(ContentVersion.Of(piece, kind, piece.Version, run, instruction));
    }

    /// <summary>
    /// What a search finds, newest first: the index gives its rows in the order of their keys, which rise with time. It is
    /// read from its end in stretches, each longer than the last, until the page is full.
    /// </summary>
    private Task<Page<Content>> FoundAsync(
        Guid owner,
        ContentFilter filter,
        long? below,
        int size,
        CancellationToken cancel
    ) =>
        store.ReadAsync(
            async db =>
            {
                var found = new List<Content>();
                var edge = below ?? long.MaxValue;
                for (var stretch = 4 * size; ; stretch *= 8)
                {
                    var from = edge;
                    var hits = filter.Hits(db).Where(key => key < from).OrderByDescending(key => key);
                    var keys = await hits.Take(stretch).ToListAsync(cancel);
                    var missing = size + 1 - found.Count;
                    found.AddRange(
                        await filter
                            .Found(keys, db, owner)
                            .OrderByDescending(piece => piece.SearchKey)
                            .Take(missing)
                            .ToListAsync(cancel)
                    );
                    if (found.Count > size || keys.Count < stretch)
                        break;
                    edge = keys[^1];
                }
                return found.Count <= size
                    ? new Page<Content>(found, null)
                    : new Page<Content>(
                        found[..size],
                        string.Create(CultureInfo.InvariantCulture, $"{SearchMark}{found[size - 1].SearchKey}")
                    );
            },
            cancel
        );

    /// <summary>The cursor of a search is the key of its last row.</summary>
    private static long? KeyOf(string? cursor) =>
        string.IsNullOrEmpty(cursor) ? null
        : cursor[0] == SearchMark
        && long.TryParse(cursor.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var key)
            ? key
        : throw PageKey.Odd(cursor);

    private static Task<List<Content>> ThoseAsync(
        StudioDb db,
        Guid owner,
        IEnumerable<Guid> ids,
        CancellationToken cancel
    ) => db.Contents.Where(piece => piece.OwnerId == owner && ids.Contains(piece.Id)).ToListAsync(cancel);

    private async Task<T> WriteAsync<T>(Guid owner, Func<StudioDb, Task<T>> write, CancellationToken cancel)
    {
        var result = await store.WriteAsync(write, cancel);
        changes.Tell(new Change(owner, (result as Content)?.ScheduleId, null));
        return result;
    }
}
