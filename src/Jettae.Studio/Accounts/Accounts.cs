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

    private readonly StudioStore store;
    private readonly StudioOptions options;
    private readonly TimeProvider time;

    internal Accounts(StudioStore store, StudioOptions options, TimeProvider time)
    {
        this.store = store;
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

    /// <summary>The person whom a page's or request's principal stands for; null for a stranger.</summary>
    public static Guid? UserOf(ClaimsPrincipal? principal) =>
        principal?.Identity?.IsAuthenticated == true && Guid.TryParse(principal.FindFirstValue(UserClaim), out var id)
            ? id
            : null;

    internal static ClaimsPrincipal Principal(Guid user) =>
        new(
            new ClaimsIdentity(
                [new Claim(UserClaim, user.ToString())],
                CookieAuthenticationDefaults.AuthenticationScheme
            )
        );

    /// <summary>By bearer token, else by cookie.</summary>
    internal async Task<(Guid? User, bool ByCookie)> WhoAsync(HttpContext http, CancellationToken cancel)
    {
        var authorization = http.Request.Headers.Authorization.ToString();
        if (authorization.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return (IsOwnersToken(authorization["Bearer ".Length..].Trim()) ? await OwnerAsync(cancel) : null, false);
        var cookie = await http.AuthenticateAsync(CookieAuthenticationDefaults.AuthenticationScheme);
        return (UserOf(cookie.Principal), true);
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
