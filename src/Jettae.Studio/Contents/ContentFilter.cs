using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>What to show of the library; null means all.</summary>
/// <param name="Search">Looked for in title and body; all its words must be there, Korean ones in any part of a word.</param>
/// <param name="Type">The kind of piece.</param>
/// <param name="ScheduleId">Pieces of this schedule.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="From">Written then or later.</param>
/// <param name="To">Written before then.</param>
/// <param name="Tag">Pieces that carry it.</param>
/// <param name="Language">The language it is written in, such as ko.</param>
public sealed record ContentFilter(
    string? Search = null,
    ContentType? Type = null,
    Guid? ScheduleId = null,
    ContentStatus? Status = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    string? Tag = null,
    string? Language = null
)
{
    internal bool IsSearch => !string.IsNullOrWhiteSpace(Search);

    /// <summary>The pieces that fit, apart from the search.</summary>
    internal IQueryable<Content> Rows(StudioDb db, Guid owner) => Rows(db.Contents, db, owner);

    private IQueryable<Content> Rows(IQueryable<Content> pieces, StudioDb db, Guid owner)
    {
        var rows = pieces.Where(piece => piece.OwnerId == owner);
        if (Type is { } type)
            rows = rows.Where(piece => piece.ContentType == type);
        if (ScheduleId is { } schedule)
            rows = rows.Where(piece => piece.ScheduleId == schedule);
        if (Status is { } status)
            rows = rows.Where(piece => piece.Status == status);
        if (From is { } from)
            rows = rows.Where(piece => piece.CreatedAt >= from);
        if (To is { } to)
            rows = rows.Where(piece => piece.CreatedAt < to);
        if (Tag is { } tag)
            rows = rows.Where(piece =>
                db.ContentTags.Where(each => each.OwnerId == owner && each.Tag == tag)
                    .Select(each => each.ContentId)
                    .Contains(piece.Id)
            );
        if (Language is { } language)
            rows = rows.Where(piece => piece.Language == language);
        return rows;
    }

    /// <summary>The keys of the pieces that the search finds; none when nothing in it can be looked for.</summary>
    internal IQueryable<long> Hits(StudioDb db) => SearchIndex.Hits(db, Search!);

    /// <summary>The keys that the search finds among the owner's pieces of that time: what is cut after so many is cut of these alone.</summary>
    internal IQueryable<long> HitsOf(StudioDb db, Guid owner) =>
        new ContentFilter(From: From, To: To)
            .Rows(SearchIndex.Found(db, Search!), db, owner)
            .Select(piece => piece.SearchKey!.Value);

    /// <summary>Whether the pieces of a counted cell fit.</summary>
    internal bool Fits(ContentFacets.Cell cell) =>
        (Status is null || cell.Status == Status)
        && (Type is null || cell.Type == Type)
        && (ScheduleId is null || cell.ScheduleId == ScheduleId)
        && (Language is null || cell.Language == Language);

    /// <summary>The pieces that fit among those of these few keys: each is looked up, never all of the owner's looked through.</summary>
    internal IQueryable<Content> Found(List<long> keys, StudioDb db, Guid owner) =>
        Rows(SearchIndex.OfKeys(db, keys), db, owner);

    /// <summary>
    /// The pieces that fit among those of these keys; null for all. The search index is read by itself first: joined, it may be
    /// asked once for every piece.
    /// </summary>
    internal IQueryable<Content> Among(List<long>? keys, StudioDb db, Guid owner)
    {
        var rows = Rows(SearchIndex.Counted(db), db, owner);
        return keys is null ? rows : rows.Where(piece => EF.Parameter(keys).Contains(piece.SearchKey!.Value));
    }
}
