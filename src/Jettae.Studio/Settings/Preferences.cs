using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>How a person wants the pages.</summary>
/// <param name="Language"><c>ko</c> or <c>en</c>; null for what the browser asks for.</param>
/// <param name="Timezone">IANA zone; null for the browser's own.</param>
public sealed record Preference(string? Language, string? Timezone);

/// <summary>Reads and keeps how each person wants the pages.</summary>
public sealed class Preferences
{
    private readonly StudioStore store;

    internal Preferences(StudioStore store) => this.store = store;

    public Task<Preference> ReadAsync(Guid user, CancellationToken cancel) =>
        store.ReadAsync(db => OfAsync(db, user, cancel), cancel);

    /// <summary>Keeps them as they become of those that are kept now.</summary>
    /// <exception cref="RejectedException">The language or the zone is not known; nothing is stored.</exception>
    public Task<Preference> ChangeAsync(Guid user, Func<Preference, Preference> change, CancellationToken cancel) =>
        store.WriteAsync(
            async db =>
            {
                var wanted = Checked(change(await OfAsync(db, user, cancel)));
                await db
                    .Users.Where(each => each.Id == user)
                    .ExecuteUpdateAsync(
                        set =>
                            set.SetProperty(each => each.Language, wanted.Language)
                                .SetProperty(each => each.Timezone, wanted.Timezone),
                        cancel
                    );
                return wanted;
            },
            cancel
        );

    private static async Task<Preference> OfAsync(StudioDb db, Guid user, CancellationToken cancel) =>
        await db
            .Users.Where(each => each.Id == user)
            .Select(each => new Preference(each.Language, each.Timezone))
            .SingleOrDefaultAsync(cancel)
        ?? new Preference(null, null);

    private static Preference Checked(Preference wanted)
    {
        if (wanted.Language is not (null or "ko" or "en"))
            throw Broken("language", new("ko나 en이어야 해요.", "It must be ko or en."), wanted.Language);
        if (
            wanted.Timezone is { } zone
            && !(TimeZoneInfo.TryFindSystemTimeZoneById(zone, out var found) && found.HasIanaId)
        )
            throw Broken(
                "timezone",
                new("Asia/Seoul 같은 IANA 시간대여야 해요.", "It must be an IANA zone such as Asia/Seoul."),
                zone
            );
        return wanted;
    }

    private static RejectedException Broken(string field, Word rule, string received)
    {
        var shown = received.Length > 200 ? received[..200] + "…" : received;
        return RejectedException.Broken(field, rule, $"'{shown}'");
    }
}
