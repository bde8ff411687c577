using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>What to show of the library; null means all. <paramref name="Search"/> looks in title and body (Korean works).</summary>
public sealed record ContentFilter(
    string? Search = null,
    ContentType? Type = null,
    Guid? ScheduleId = null,
    ContentStatus? Status = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null
);

/// <summary>A person's library.</summary>
public sealed class Contents
{
    private readonly StudioStore store;
    private readonly Changes changes;
    private readonly TimeProvider time;

    internal Contents(StudioStore store, Changes changes, TimeProvider time)
    {
        this.store = store;
        this.changes = changes;
        this.time = time;
    }

    public Task<Page<Content>> ListAsync(
        Guid owner,
        ContentFilter filter,
        string? cursor,
        int count,
        CancellationToken cancel
    )
    {
        var after = PageKey.Parse(cursor);
        var size = PageKey.Bounded(count);
        return store.ReadAsync(
            async db =>
            {
                var rows = db.Contents.Where(content => content.OwnerId == owner);
                if (filter.Search?.Trim() is { Length: > 0 } search)
                {
                    var pattern = $"%{Escaped(search)}%";
                    rows = rows.Where(content =>
                        EF.Functions.Like(content.Title, pattern, "\\")
                        || EF.Functions.Like(content.Body, pattern, "\\")
                    );
                }
                if (filter.Type is { } type)
                    rows = rows.Where(content => content.ContentType == type);
                if (filter.ScheduleId is { } schedule)
                    rows = rows.Where(content => content.ScheduleId == schedule);
                if (filter.Status is { } status)
                    rows = rows.Where(content => content.Status == status);
                if (filter.From is { } from)
                    rows = rows.Where(content => content.CreatedAt >= from);
                if (filter.To is { } to)
                    rows = rows.Where(content => content.CreatedAt < to);
                if (after is { } key)
                    rows = rows.Where(content =>
                        content.CreatedAt < key.At || (content.CreatedAt == key.At && content.Id.CompareTo(key.Id) < 0)
                    );
                var found = await rows.OrderByDescending(content => content.CreatedAt)
                    .ThenByDescending(content => content.Id)
                    .Take(size + 1)
                    .ToListAsync(cancel);
                return PageKey.Cut(found, size, content => new PageKey(content.CreatedAt, content.Id));
            },
            cancel
        );
    }

    /// <exception cref="RejectedException">404: the owner has no such piece.</exception>
    public Task<Content> GetAsync(Guid owner, Guid id, CancellationToken cancel) =>
        store.ReadAsync(db => db.Contents.OwnedAsync(owner, id, cancel), cancel);

    /// <summary>Changes what is not null. A person may make a piece longer than its platform allows; its count tells.</summary>
    public async Task<Content> UpdateAsync(
        Guid owner,
        Guid id,
        string? title,
        string? body,
        ContentStatus? status,
        CancellationToken cancel
    )
    {
        if (title is { Length: > 300 })
            throw TooLong("title", 300, title.Length);
        if (body is { Length: > 200_000 })
            throw TooLong("body", 200_000, body.Length);
        if (body is not null && body.Trim().Length == 0)
            throw new RejectedException(
                400,
                "field_invalid",
                "body",
                new("body: 비워 둘 수 없어요.", "body: It must not be empty. Received: ''.")
            );
        var changed = await store.WriteAsync(
            async db =>
            {
                var content = await db.Contents.OwnedAsync(owner, id, cancel);
                content.Title = title ?? content.Title;
                content.Body = body ?? content.Body;
                content.Status = status ?? content.Status;
                content.Length = Draft.Measure(content.ContentType, content.Body);
                content.UpdatedAt = time.GetUtcNow();
                return content;
            },
            cancel
        );
        changes.Tell(new Change(owner, changed.ScheduleId, null));
        return changed;
    }

    public async Task DeleteAsync(Guid owner, Guid id, CancellationToken cancel)
    {
        await store.WriteAsync(
            async db =>
            {
                db.Contents.Remove(await db.Contents.OwnedAsync(owner, id, cancel));
            },
            cancel
        );
        changes.Tell(new Change(owner, null, null));
    }

    private static RejectedException TooLong(string field, int most, int length) =>
        new(
            400,
            "field_invalid",
            field,
            new(
                $"{field}: {most}자까지 쓸 수 있어요. 받은 길이: {length}",
                $"{field}: It may have at most {most} characters. Received: {length}."
            )
        );

    private static string Escaped(string search) =>
        search
            .Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("%", "\\%", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal);
}
