using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;

namespace Jettae.Studio;

/// <summary>Makes and redeems one-time sign-in links: 256 random bits, kept as a hash, for 30 minutes, for one use.</summary>
public sealed class SignInLinks
{
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);
    private readonly StudioStore store;
    private readonly Accounts accounts;
    private readonly StudioOptions options;
    private readonly TimeProvider time;

    internal SignInLinks(StudioStore store, Accounts accounts, StudioOptions options, TimeProvider time)
    {
        this.store = store;
        this.accounts = accounts;
        this.options = options;
        this.time = time;
    }

    /// <summary>A link that signs the installation's owner in, once.</summary>
    public async Task<Uri> CreateAsync(CancellationToken cancel = default) =>
        await CreateAsync(await accounts.OwnerAsync(cancel), cancel);

    /// <summary>A link that signs this person in, once.</summary>
    public async Task<Uri> CreateAsync(Guid user, CancellationToken cancel = default)
    {
        var code = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow();
        await store.WriteAsync(
            async db =>
            {
                await db.SignInLinks.Where(link => link.ExpiresAt < now).ExecuteDeleteAsync(cancel);
                db.SignInLinks.Add(
                    new SignInLink
                    {
                        Id = Guid.CreateVersion7(now),
                        UserId = user,
                        CodeHash = Hash(code),
                        ExpiresAt = now + Lifetime,
                    }
                );
            },
            cancel
        );
        return new Uri($"{options.PublicAddress}/sign-in/{code}");
    }

    /// <summary>The person of a link that is still good; it is used up by this.</summary>
    /// <param name="pasted">The link, or the code at its end alone.</param>
    /// <param name="cancel">Ends the wait.</param>
    internal async Task<Guid?> RedeemAsync(string pasted, CancellationToken cancel)
    {
        var hash = Hash(pasted.Split('?', '#')[0].TrimEnd().TrimEnd('/').Split('/')[^1].Trim());
        // A guess costs no turn among the writers.
        if (!await store.ReadAsync(db => db.SignInLinks.AnyAsync(each => each.CodeHash == hash, cancel), cancel))
            return null;
        return await store.WriteAsync<Guid?>(
            async db =>
            {
                var now = time.GetUtcNow();
                var link = await db.SignInLinks.SingleOrDefaultAsync(
                    each => each.CodeHash == hash && each.UsedAt == null && each.ExpiresAt > now,
                    cancel
                );
                if (link is null)
                    return null;
                link.UsedAt = now;
                return link.UserId;
            },
            cancel
        );
    }

    private static string Hash(string code) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(code)));
}
