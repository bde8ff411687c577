using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>Who is who: the installation's owner, and the person behind a request.</summary>
public sealed class Accounts
{
    /// <summary>The claim that holds a signed-in person's id.</summary>
    public const string UserClaim = ClaimTypes.NameIdentifier;
    private const string SessionClaim = ClaimTypes.Sid;
    private const int MostWrongTokens = 100;
    private const int MostWrongTokensTogether = 1_000;

    private readonly StudioStore store;
    private readonly ApiTokens tokens;
    private readonly StudioOptions options;
    private readonly TimeProvider time;
    private readonly WrongTries wrong;

    internal Accounts(StudioStore store, ApiTokens tokens, StudioOptions options, TimeProvider time)
    {
        this.store = store;
        this.tokens = tokens;
        wrong = new WrongTries(time, MostWrongTokens, MostWrongTokensTogether);
        this.options = options;
        this.time = time;
    }

    /// <summary>The installation's owner, made at first need.</summary>
    public Task<Guid> OwnerAsync(CancellationToken cancel = default) =>
        store.WriteAsync(
            async db =>
            {
                var owner = await db.Users.SingleOrDefaultAsync(user => user.IsOwner, cancel);
                return (owner ?? Add(db, "owner", isOwner: true)).Id;
            },
            cancel
        );

    /// <summary>Another person, who sees nothing of the others.</summary>
    public Task<Guid> AddAsync(string name, CancellationToken cancel = default) =>
        store.WriteAsync(db => Task.FromResult(Add(db, name, isOwner: false).Id), cancel);

    /// <summary>
    /// Says who the owner is among the users of a Supabase project: that one may read their rows there, and nobody else. Null: nobody.
    /// </summary>
    public async Task LinkAsync(Guid? supabaseUser, CancellationToken cancel = default)
    {
        var owner = await OwnerAsync(cancel);
        await store.WriteAsync(
            async db =>
            {
                (await db.Users.SingleAsync(user => user.Id == owner, cancel)).SupabaseUserId = supabaseUser;
                // The project's roles may have come after the tables.
                if (db is PostgresStudioDb)
                    await db.Database.ExecuteSqlAsync($"SELECT jettae_studio.let_read()", cancel);
            },
            cancel
        );
    }

    /// <summary>Whether this person is the installation's owner.</summary>
    public Task<bool> IsOwnerAsync(Guid user, CancellationToken cancel = default) =>
        store.ReadAsync(db => db.Users.AnyAsync(each => each.Id == user && each.IsOwner, cancel), cancel);

    /// <summary>Lets nobody but the installation's owner go on.</summary>
    /// <exception cref="RejectedException">403: it is another person.</exception>
    internal async Task OwnerOnlyAsync(Guid user, CancellationToken cancel)
    {
        if (!await IsOwnerAsync(user, cancel))
            throw new RejectedException(
                403,
                "owner_only",
                null,
                new("이 서버의 소유자만 바꿀 수 있어요.", "Only the owner of this installation may change this.")
            );
    }

    /// <summary>The person whom a page's or request's principal stands for; null for a stranger.</summary>
    public static Guid? UserOf(ClaimsPrincipal? principal) =>
        principal?.Identity?.IsAuthenticated == true && Guid.TryParse(principal.FindFirstValue(UserClaim), out var id)
            ? id
            : null;

    /// <summary>The session in which a principal is signed in; null without one.</summary>
    public static Guid? SessionOf(ClaimsPrincipal? principal) =>
        Guid.TryParse(principal?.FindFirstValue(SessionClaim), out var id) ? id : null;

    internal static ClaimsPrincipal Principal(Guid user, Guid session) =>
        new(
            new ClaimsIdentity(
                [new Claim(UserClaim, user.ToString()), new Claim(SessionClaim, session.ToString())],
                CookieAuthenticationDefaults.AuthenticationScheme
            )
        );

    /// <summary>By bearer token, else by cookie. An address with too many wrong tokens has only those of 256 random bits looked at.</summary>
    internal async Task<Caller?> WhoAsync(HttpContext http, CancellationToken cancel)
    {
        var authorization = http.Request.Headers.Authorization.ToString();
        if (!authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            var cookie = await http.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme);
            return UserOf(cookie.Principal) is { } user && SessionOf(cookie.Principal) is { } session
                ? new Caller(user, session, false)
                : null;
        }
        var text = authorization["Bearer ".Length..].Trim();
        if (await tokens.FindAsync(text, cancel) is { } token)
            return new Caller(token.OwnerId, null, token.Scope == TokenScope.Read);
        var address = http.Connection.RemoteIpAddress;
        if (wrong.WaitOf(address) is { } wait)
            throw new TooManyTriesException(wait);
        if (IsOwnersToken(text))
            return new Caller(await OwnerAsync(cancel), null, false);
        wrong.Add(address);
        return null;
    }

    private bool IsOwnersToken(string token) =>
        options.Token is { } expected
        && CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(token)),
            SHA256.HashData(Encoding.UTF8.GetBytes(expected))
        );

    private User Add(StudioDb db, string name, bool isOwner)
    {
        var now = time.GetUtcNow();
        var user = new User
        {
            Id = Guid.CreateVersion7(now),
            Name = name,
            IsOwner = isOwner,
            CreatedAt = now,
        };
        db.Users.Add(user);
        return user;
    }
}

/// <summary>The person behind a request.</summary>
/// <param name="User">Who.</param>
/// <param name="Session">The session of the cookie that came along; null for a token.</param>
/// <param name="ReadOnly">The token may change nothing.</param>
internal sealed record Caller(Guid User, Guid? Session, bool ReadOnly);

/// <summary>So much was wrong that this address has to wait.</summary>
internal sealed class TooManyTriesException(TimeSpan wait) : Exception("Too many wrong tries.")
{
    public TimeSpan Wait { get; } = wait;
}
