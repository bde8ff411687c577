using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>Makes, lists and revokes a person's tokens: 256 random bits each, shown once, kept as a hash.</summary>
public sealed class ApiTokens
{
    /// <summary>What every token begins with.</summary>
    public const string Prefix = "jt_";

    /// <summary>The longest name of a token, in characters.</summary>
    public const int LongestName = 60;
    private const int Most = 50;
    private static readonly TimeSpan UsedEvery = TimeSpan.FromMinutes(1);

    private readonly StudioStore store;
    private readonly TimeProvider time;

    internal ApiTokens(StudioStore store, TimeProvider time) => (this.store, this.time) = (store, time);

    /// <summary>A new token; its text is told this once.</summary>
    /// <exception cref="RejectedException">The name is empty or too long, the end has passed, or there are too many.</exception>
    public async Task<(ApiToken Token, string Text)> CreateAsync(
        Guid owner,
        string? name,
        TokenScope scope,
        DateTimeOffset? expiresAt,
        CancellationToken cancel
    )
    {
        var now = time.GetUtcNow();
        var text = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var token = new ApiToken
        {
            Id = Guid.CreateVersion7(now),
            OwnerId = owner,
            Name = Named(name),
            Hash = HashOf(text),
            Last4 = text[^4..],
            Scope = scope,
            CreatedAt = now,
            ExpiresAt =
                expiresAt is null || expiresAt > now
                    ? expiresAt
                    : throw RejectedException.Broken(
                        "expires_at",
                        new("앞으로 올 시각이어야 해요.", "It must be yet to come.")
                    ),
        };
        await store.WriteAsync(
            async db =>
            {
                if (await Live(db, owner).CountAsync(cancel) >= Most)
                    throw new RejectedException(
                        409,
                        "too_many_tokens",
                        null,
                        new(
                            $"토큰은 {Most}개까지 만들 수 있어요. 안 쓰는 토큰을 먼저 폐기해 주세요.",
                            $"There may be {Most} tokens. Revoke one that is not used first."
                        )
                    );
                db.ApiTokens.Add(token);
            },
            cancel
        );
        return (token, text);
    }

    /// <summary>The tokens that hold, the newest first.</summary>
    public Task<IReadOnlyList<ApiToken>> ListAsync(Guid owner, CancellationToken cancel) =>
        store.ReadAsync<IReadOnlyList<ApiToken>>(
            async db => await Live(db, owner).OrderByDescending(each => each.Id).ToListAsync(cancel),
            cancel
        );

    /// <summary>Ends a token at once.</summary>
    /// <exception cref="RejectedException">404: the owner has no such token.</exception>
    public Task RevokeAsync(Guid owner, Guid id, CancellationToken cancel) =>
        store.WriteAsync(
            async db =>
            {
                var token =
                    await Live(db, owner).SingleOrDefaultAsync(each => each.Id == id, cancel)
                    ?? throw new RejectedException(
                        404,
                        "token_not_found",
                        "id",
                        new($"이런 토큰이 없어요: {id}", $"There is no token {id}.")
                    );
                token.RevokedAt = time.GetUtcNow();
            },
            cancel
        );

    /// <summary>The token of this text while it holds; null for none.</summary>
    internal async Task<ApiToken?> FindAsync(string text, CancellationToken cancel)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        var (hash, now) = (HashOf(text), time.GetUtcNow());
        var token = await store.ReadAsync(
            db => db.ApiTokens.SingleOrDefaultAsync(each => each.Hash == hash, cancel),
            cancel
        );
        if (
            token is null
            || !CryptographicOperations.FixedTimeEquals(
                Encoding.ASCII.GetBytes(token.Hash),
                Encoding.ASCII.GetBytes(hash)
            )
            || token.RevokedAt is not null
            || token.ExpiresAt <= now
        )
            return null;
        if (token.LastUsedAt is not { } used || now - used >= UsedEvery)
            await store.WriteAsync(
                db =>
                    db.ApiTokens.Where(each => each.Id == token.Id)
                        .ExecuteUpdateAsync(set => set.SetProperty(each => each.LastUsedAt, now), cancel),
                cancel
            );
        return token;
    }

    private IQueryable<ApiToken> Live(StudioDb db, Guid owner)
    {
        var now = time.GetUtcNow();
        return db.ApiTokens.Where(each =>
            each.OwnerId == owner && each.RevokedAt == null && (each.ExpiresAt == null || each.ExpiresAt > now)
        );
    }

    private static string Named(string? name) =>
        name?.Trim() is { Length: > 0 and <= LongestName } trimmed
            ? trimmed
            : throw RejectedException.Broken(
                "name",
                new($"1~{LongestName}자로 지어 주세요.", $"It must have 1 to {LongestName} characters.")
            );

    private static string HashOf(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
