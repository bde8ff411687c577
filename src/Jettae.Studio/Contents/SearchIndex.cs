using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Jettae.Studio;

/// <summary>
/// The full-text index of the library (SQLite FTS5, without a copy of the texts). Its rows are written in the transaction
/// that writes their pieces, so a search never lags behind.
/// </summary>
internal static class SearchIndex
{
    /// <summary>Makes the table; the migration runs it.</summary>
    public const string Create = """
        CREATE VIRTUAL TABLE content_search USING fts5(
            words, content = '', contentless_delete = 1, prefix = '1', tokenize = 'unicode61'
        )
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
        if (changed.Exists(each => each.Entity.SearchKey is null))
        {
            var last = await LastKeyAsync(db, cancel);
            foreach (var (piece, _) in changed.Where(each => each.Entity.SearchKey is null))
                piece.SearchKey = ++last;
        }
        return changed;
    }

    public static async Task WriteAsync(
        StudioDb db,
        List<(Content Piece, bool IsGone)> changed,
        CancellationToken cancel
    )
    {
        foreach (var (piece, isGone) in changed)
            if (isGone)
                await db.Database.ExecuteSqlAsync(
                    $"DELETE FROM content_search WHERE rowid = {piece.SearchKey}",
                    cancel
                );
            else
                await db.Database.ExecuteSqlAsync(
                    $"INSERT OR REPLACE INTO content_search (rowid, words) VALUES ({piece.SearchKey}, {Words(piece)})",
                    cancel
                );
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

    private static async Task<long> LastKeyAsync(StudioDb db, CancellationToken cancel) =>
        await db.Contents.MaxAsync(piece => piece.SearchKey, cancel) ?? 0;

    private static bool IsConcerned(EntityEntry<Content> entry) =>
        entry.State switch
        {
            EntityState.Added or EntityState.Deleted => true,
            EntityState.Modified => entry.Property(piece => piece.Title).IsModified
                || entry.Property(piece => piece.Body).IsModified
                || entry.Property(piece => piece.SearchKey).IsModified,
            _ => false,
        };

    private static string Words(Content piece) => SearchText.Indexed(piece.Title + "\n" + piece.Body);
}
