using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Jettae.Studio;

/// <summary>
/// The full-text index of the library: SQLite's FTS5, without a copy of the texts, or a <c>tsvector</c> beside each piece. It is
/// written in the transaction that writes the pieces, so a search never lags behind.
/// </summary>
internal static class SearchIndex
{
    /// <summary>Makes SQLite's table; the migration runs it.</summary>
    public const string Create = """
        CREATE VIRTUAL TABLE content_search USING fts5(
            words, content = '', contentless_delete = 1, prefix = '1', tokenize = 'unicode61'
        )
        """;

    /// <summary>The same for PostgreSQL.</summary>
    public const string CreateInPostgres = """
        CREATE SEQUENCE contents_search_keys;
        ALTER TABLE contents ADD COLUMN words tsvector;
        CREATE INDEX contents_by_words ON contents USING gin (words)
        """;

    private const int Batch = 500;

    /// <summary>The pieces of which the index must be told once they are saved; new ones get their key.</summary>
    public static async Task<List<(Content Piece, bool IsGone)>> PrepareAsync(StudioDb db, CancellationToken cancel)
    {
        var changed = db
            .ChangeTracker.Entries<Content>()
            .Where(IsConcerned)
            .Select(entry => (entry.Entity, entry.State == EntityState.Deleted))
            .ToList();
        var unknown = changed.Select(each => each.Entity).Where(piece => piece.SearchKey is null).ToList();
        foreach (var (piece, key) in unknown.Zip(unknown.Count > 0 ? await KeysAsync(db, unknown.Count, cancel) : []))
            piece.SearchKey = key;
        return changed;
    }

    public static async Task WriteAsync(
        StudioDb db,
        List<(Content Piece, bool IsGone)> changed,
        CancellationToken cancel
    )
    {
        foreach (var (piece, isGone) in changed)
        {
            var text = piece.Title + "\n" + piece.Body;
            if (db is PostgresStudioDb)
            {
                if (!isGone)
                    await db.Database.ExecuteSqlAsync(
                        $"UPDATE contents SET words = CAST({SearchText.Vector(text)} AS tsvector) WHERE id = {piece.Id}",
                        cancel
                    );
            }
            else if (isGone)
                await db.Database.ExecuteSqlAsync(
                    $"DELETE FROM content_search WHERE rowid = {piece.SearchKey}",
                    cancel
                );
            else
                await db.Database.ExecuteSqlAsync(
                    $"INSERT OR REPLACE INTO content_search (rowid, words) VALUES ({piece.SearchKey}, {SearchText.Indexed(text)})",
                    cancel
                );
        }
    }

    /// <summary>The keys of the pieces that a search finds; none when nothing in it can be looked for.</summary>
    public static IQueryable<long> Hits(StudioDb db, string typed)
    {
        if (SearchText.Match(typed) is not { } match)
            return db.Contents.Where(piece => false).Select(piece => piece.SearchKey!.Value);
        return db is PostgresStudioDb
            ? db.Database.SqlQuery<long>(
                $"SELECT search_key AS \"Value\" FROM contents WHERE words @@ CAST({SearchText.Query(typed)} AS tsquery)"
            )
            : db.Database.SqlQuery<long>(
                $"SELECT rowid AS \"Value\" FROM content_search WHERE content_search MATCH {match}"
            );
    }

    /// <summary>The pieces that a search finds.</summary>
    public static IQueryable<Content> Found(StudioDb db, string typed) =>
        db is PostgresStudioDb
            ? db.Contents.FromSql($"SELECT * FROM contents WHERE words @@ CAST({SearchText.Query(typed)} AS tsquery)")
            // The search is run once, by itself: however else it is asked for, it may be run, or its result walked, for every piece.
            : db.Contents.FromSql(
                $"""
                SELECT * FROM contents INDEXED BY contents_counted WHERE search_key IN (
                  WITH hits AS MATERIALIZED (SELECT rowid AS hit FROM content_search WHERE content_search MATCH {SearchText.Match(
                    typed
                )})
                  SELECT hit FROM hits)
                """
            );

    /// <summary>The pieces of these few keys: each is looked up.</summary>
    public static IQueryable<Content> OfKeys(StudioDb db, List<long> keys) =>
        db is PostgresStudioDb
            ? db.Contents.Where(piece => keys.Contains(piece.SearchKey!.Value))
            : db.Contents.FromSql(
                $"""
                SELECT * FROM contents INDEXED BY contents_by_search_key
                WHERE search_key IN (SELECT value FROM json_each({JsonSerializer.Serialize(keys)}))
                """
            );

    /// <summary>All pieces, by the index that has all that is counted: texts of thousands are not read for it.</summary>
    public static IQueryable<Content> Counted(StudioDb db) =>
        db is PostgresStudioDb
            ? db.Contents
            : db.Contents.FromSql($"SELECT * FROM contents INDEXED BY contents_counted");

    /// <summary>Whether there are pieces from before the index. Written by hand: every start asks, and mostly there are none.</summary>
    public static async Task<bool> IsUnfilledAsync(StudioDb db)
    {
        await db.Database.OpenConnectionAsync();
        await using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = "SELECT EXISTS (SELECT 1 FROM contents WHERE search_key IS NULL)";
        return await command.ExecuteScalarAsync() is 1L;
    }

    /// <summary>Takes in some of the pieces that were there before the index. Answers whether there may be more.</summary>
    public static async Task<bool> FillAsync(StudioDb db, CancellationToken cancel)
    {
        var unknown = await db
            .Contents.Where(piece => piece.SearchKey == null)
            .OrderBy(piece => piece.CreatedAt)
            .ThenBy(piece => piece.Id)
            .Take(Batch)
            .ToListAsync(cancel);
        foreach (var piece in unknown)
            db.Entry(piece).Property(each => each.SearchKey).IsModified = true;
        await db.SaveChangesAsync(cancel);
        return unknown.Count == Batch;
    }

    /// <summary>New keys, each larger than those before.</summary>
    private static async Task<IEnumerable<long>> KeysAsync(StudioDb db, int count, CancellationToken cancel)
    {
        if (db is PostgresStudioDb)
            return await db
                .Database.SqlQuery<long>(
                    $"SELECT nextval('contents_search_keys') AS \"Value\" FROM generate_series(1, {count})"
                )
                .ToListAsync(cancel);
        var last = await db.Contents.MaxAsync(piece => piece.SearchKey, cancel) ?? 0;
        return Enumerable.Range(1, count).Select(n => last + n);
    }

    private static bool IsConcerned(EntityEntry<Content> entry) =>
        entry.State switch
        {
            EntityState.Added or EntityState.Deleted => true,
            EntityState.Modified => entry.Property(piece => piece.Title).IsModified
                || entry.Property(piece => piece.Body).IsModified
                || entry.Property(piece => piece.SearchKey).IsModified,
            _ => false,
        };
}
