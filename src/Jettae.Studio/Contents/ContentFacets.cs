using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>How many pieces one choice of a filter would show.</summary>
public sealed record Facet<T>(T Value, int Count);

/// <summary>A schedule as a choice.</summary>
public sealed record FacetSchedule(Guid Id, string Name);

/// <summary>
/// The choices of each filter with their counts: of the pieces that fit all the other filters, so that choosing another
/// value shows what its count says.
/// </summary>
/// <param name="Total">Pieces that fit the filter as it is.</param>
/// <param name="Statuses">By where they stand.</param>
/// <param name="Types">By kind.</param>
/// <param name="Schedules">By schedule, the largest first; pieces without one are in none.</param>
/// <param name="Languages">By language.</param>
/// <param name="Tags">The most used tags, 50 at most.</param>
/// <param name="IsCut">The search finds more than are counted: its newest 10,000.</param>
public sealed record ContentFacets(
    int Total,
    IReadOnlyList<Facet<ContentStatus>> Statuses,
    IReadOnlyList<Facet<ContentType>> Types,
    IReadOnlyList<Facet<FacetSchedule>> Schedules,
    IReadOnlyList<Facet<string>> Languages,
    IReadOnlyList<Facet<string>> Tags,
    bool IsCut
)
{
    private const int MostTags = 50;

    /// <summary>A search that finds more is counted in its newest so many.</summary>
    public const int MostHits = 10_000;

    /// <summary>The search, read once; two grouped counts; and the schedules' names.</summary>
    internal static async Task<ContentFacets> CountAsync(
        StudioDb db,
        Guid owner,
        ContentFilter filter,
        CancellationToken cancel
    )
    {
        var open = filter with { Status = null, Type = null, ScheduleId = null, Language = null };
        var keys = filter.IsSearch
            ? await filter.HitsOf(db, owner).OrderByDescending(key => key).Take(MostHits + 1).ToListAsync(cancel)
            : null;
        var isCut = keys?.Count > MostHits;
        if (isCut)
            keys!.RemoveAt(MostHits);
        var cells = await open.Among(keys, db, owner)
            .GroupBy(piece => new
            {
                piece.Status,
                piece.ContentType,
                piece.ScheduleId,
                piece.Language,
            })
            .Select(group => new Cell(
                group.Key.Status,
                group.Key.ContentType,
                group.Key.ScheduleId,
                group.Key.Language,
                group.Count()
            ))
            .ToListAsync(cancel);
        var names = await db
            .Schedules.Where(schedule => schedule.OwnerId == owner)
            .ToDictionaryAsync(schedule => schedule.Id, schedule => schedule.Name, cancel);
        return new ContentFacets(
            cells.Where(filter.Fits).Sum(cell => cell.Count),
            Counts(cells.Where((filter with { Status = null }).Fits), cell => cell.Status, byName: true),
            Counts(cells.Where((filter with { Type = null }).Fits), cell => cell.Type, byName: true),
            [
                .. Counts(cells.Where((filter with { ScheduleId = null }).Fits), cell => cell.ScheduleId ?? Guid.Empty)
                    .Where(each => names.ContainsKey(each.Value))
                    .Select(each => new Facet<FacetSchedule>(new(each.Value, names[each.Value]), each.Count)),
            ],
            Counts(cells.Where((filter with { Language = null }).Fits), cell => cell.Language),
            await TagsAsync(db, owner, filter with { Tag = null }, keys, cancel),
            isCut
        );
    }

    private static async Task<List<Facet<string>>> TagsAsync(
        StudioDb db,
        Guid owner,
        ContentFilter filter,
        List<long>? keys,
        CancellationToken cancel
    )
    {
        var tags = db.ContentTags.Where(tag => tag.OwnerId == owner);
        // Without a filter the tags' own index has the answer.
        if (filter != new ContentFilter())
        {
            var pieces = filter.Among(keys, db, owner);
            tags = tags.Where(tag => pieces.Select(piece => piece.Id).Contains(tag.ContentId));
        }
        var counted = await tags.GroupBy(tag => tag.Tag)
            .Select(group => new { Tag = group.Key, Count = group.Count() })
            .OrderByDescending(each => each.Count)
            .ThenBy(each => each.Tag)
            .Take(MostTags)
            .ToListAsync(cancel);
        return [.. counted.Select(each => new Facet<string>(each.Tag, each.Count))];
    }

    private static List<Facet<T>> Counts<T>(IEnumerable<Cell> cells, Func<Cell, T> value, bool byName = false)
        where T : notnull
    {
        var counts = cells
            .GroupBy(value)
            .Select(group => new Facet<T>(group.Key, group.Sum(cell => cell.Count)))
            .ToList();
        return byName
            ? [.. counts.OrderBy(each => each.Value)]
            : [.. counts.OrderByDescending(each => each.Count).ThenBy(each => each.Value)];
    }

    internal sealed record Cell(ContentStatus Status, ContentType Type, Guid? ScheduleId, string Language, int Count);
}
