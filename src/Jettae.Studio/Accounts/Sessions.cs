using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>
/// Who is signed in where. A revoked session is refused at once in this program, and its open pages go to sign-in; other nodes hear of it
/// within a second.
/// </summary>
public sealed class Sessions
{
    private const int LongestAgent = 200;
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);
    private static readonly TimeSpan Believed = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan JustNow = TimeSpan.FromMinutes(1);

    private readonly StudioStore store;
    private readonly Changes changes;
    private readonly TimeProvider time;
    private readonly Lock gate = new();
    private readonly Dictionary<Guid, Known> known = [];
    private long ends;

    internal Sessions(StudioStore store, Changes changes, TimeProvider time) =>
        (this.store, this.changes, this.time) = (store, changes, time);

    /// <summary>Called with each session that ends by a person's word.</summary>
    internal event Action<Guid>? Ended;

    /// <summary>The person's live sessions, the one seen last first.</summary>
    public Task<IReadOnlyList<Session>> ListAsync(Guid user, CancellationToken cancel) =>
        store.ReadAsync<IReadOnlyList<Session>>(
            async db => await Live(db, user).OrderByDescending(each => each.LastSeenAt).ToListAsync(cancel),
            cancel
        );

    /// <exception cref="RejectedException">404: the person has no such session.</exception>
    public Task RevokeAsync(Guid user, Guid id, CancellationToken cancel) =>
        EndAsync(
            async db =>
                await Live(db, user).Where(each => each.Id == id).ToListAsync(cancel) is { Count: > 0 } found
                    ? found
                    : throw new RejectedException(
                        404,
                        "session_not_found",
                        "id",
                        new($"이런 로그인이 없어요: {id}", $"There is no session {id}.")
                    ),
            cancel
        );

    /// <summary>Ends all of the person's sessions but one.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="kept">The one that stays; null for none.</param>
    /// <param name="cancel">Ends the wait.</param>
    public Task RevokeOthersAsync(Guid user, Guid? kept, CancellationToken cancel) =>
        EndAsync(db => Live(db, user).Where(each => each.Id != kept).ToListAsync(cancel), cancel);

    internal Task<Guid> OpenAsync(Guid user, string agent, string address, CancellationToken cancel) =>
        store.WriteAsync(
            async db =>
            {
                var now = time.GetUtcNow();
                var gone = now - Lifetime;
                await db.Sessions.Where(each => each.ExpiresAt < gone).ExecuteDeleteAsync(cancel);
                var session = new Session
                {
                    Id = Guid.CreateVersion7(now),
                    UserId = user,
                    CreatedAt = now,
                    LastSeenAt = now,
                    ExpiresAt = now + Lifetime,
                    UserAgent = agent.Length > LongestAgent ? agent[..LongestAgent] : agent,
                    Address = address,
                };
                db.Sessions.Add(session);
                return session.Id;
            },
            cancel
        );

    /// <summary>Whether this session of this person goes on. What was true is believed for ten seconds.</summary>
    internal async Task<bool> IsLiveAsync(Guid user, Guid id, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        long before;
        lock (gate)
        {
            if (known.TryGetValue(id, out var kept) && kept.User == user && now - kept.AskedAt < Believed)
                return true;
            before = ends;
        }
        var session = await store.ReadAsync(
            db => Live(db, user).SingleOrDefaultAsync(each => each.Id == id, cancel),
            cancel
        );
        lock (gate)
        {
            foreach (
                var old in known.Where(each => now - each.Value.AskedAt >= Believed).Select(each => each.Key).ToList()
            )
                known.Remove(old);
            // What ended while the store was asked is not believed.
            if (session is not null && before == ends)
                known[id] = new Known(user, now);
        }
        if (session is null)
            return false;
        if (now - session.LastSeenAt >= SeenEvery)
            try
            {
                await SeenAsync(id, now, cancel);
            }
            catch (Exception failure) when (Reasons.Of(failure) == Reasons.StoreFailed)
            {
                // A store that is full, say, ends nobody's session: it is noted at the next sight.
            }
        return true;
    }

    private Task SeenAsync(Guid id, DateTimeOffset now, CancellationToken cancel)
    {
        var (before, until) = (now - SeenEvery, now + Lifetime);
        return store.WriteAsync(
            db =>
                db.Sessions.Where(each => each.Id == id && each.LastSeenAt <= before)
                    .ExecuteUpdateAsync(
                        set => set.SetProperty(each => each.LastSeenAt, now).SetProperty(each => each.ExpiresAt, until),
                        cancel
                    ),
            cancel
        );
    }

    private async Task EndAsync(Func<StudioDb, Task<List<Session>>> find, CancellationToken cancel)
    {
        var ended = await store.WriteAsync(
            async db =>
            {
                var found = await find(db);
                foreach (var session in found)
                    session.RevokedAt = time.GetUtcNow();
                return found;
            },
            cancel
        );
        End(ended.ConvertAll(session => session.Id));
        foreach (var user in ended.Select(session => session.UserId).Distinct())
            changes.Tell(new Change(user, null, null));
    }

    /// <summary>Another node may have ended some.</summary>
    internal async Task HearAsync(CancellationToken cancel)
    {
        var since = time.GetUtcNow() - JustNow;
        End(
            await store.ReadAsync(
                db => db.Sessions.Where(each => each.RevokedAt > since).Select(each => each.Id).ToListAsync(cancel),
                cancel
            )
        );
    }

    private void End(List<Guid> ended)
    {
        lock (gate)
        {
            ends++;
            foreach (var session in ended)
                known.Remove(session);
        }
        foreach (var session in ended)
            Ended?.Invoke(session);
    }

    private IQueryable<Session> Live(StudioDb db, Guid user)
    {
        var now = time.GetUtcNow();
        return db.Sessions.Where(each => each.UserId == user && each.RevokedAt == null && each.ExpiresAt > now);
    }

    private sealed record Known(Guid User, DateTimeOffset AskedAt);
}
