using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>Finds what a person owns; what is another's does not exist for them.</summary>
internal static class Owned
{
    public static async Task<Schedule> OwnedAsync(
        this IQueryable<Schedule> schedules,
        Guid owner,
        Guid id,
        CancellationToken cancel
    ) =>
        await schedules.SingleOrDefaultAsync(each => each.Id == id && each.OwnerId == owner, cancel)
        ?? throw Missing("schedule_not_found", new($"이런 스케줄이 없어요: {id}", $"There is no schedule {id}."));

    public static async Task<Content> OwnedAsync(
        this IQueryable<Content> contents,
        Guid owner,
        Guid id,
        CancellationToken cancel
    ) =>
        await contents.SingleOrDefaultAsync(each => each.Id == id && each.OwnerId == owner, cancel)
        ?? throw Missing("content_not_found", new($"이런 글이 없어요: {id}", $"There is no content {id}."));

    public static async Task<Run> OwnedAsync(
        this IQueryable<Run> runs,
        Guid owner,
        Guid id,
        Retention kept,
        CancellationToken cancel
    ) =>
        await runs.SingleOrDefaultAsync(each => each.Id == id && each.OwnerId == owner, cancel)
        ?? throw Missing(
            "run_not_found",
            kept.MayHaveHad(id)
                ? new(
                    $"이런 실행 기록이 없어요: {id}. 실행 기록은 끝난 지 {kept.Days}일이 지나면 지워요.",
                    $"There is no run {id}: runs are deleted {kept.Days} days after their end."
                )
                : new($"이런 실행 기록이 없어요: {id}", $"There is no run {id}.")
        );

    private static RejectedException Missing(string code, Word text) => new(404, code, "id", text);
}
