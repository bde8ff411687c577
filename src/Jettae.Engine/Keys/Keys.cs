using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Jettae.Engine;

/// <summary>A tenant's signing keys.</summary>
public sealed record SigningKeys(string Current, string Next);

/// <summary>Who a token names, and what each tenant signs with. Tokens are known as hashes only.</summary>
public sealed class Keys
{
    private readonly ConcurrentDictionary<string, SigningKeys> byTenant = new();
    private readonly Store store;

    public Keys(Store store, EngineOptions options)
    {
        this.store = store;
        foreach (var tenant in options.Tenants)
            Adopt(tenant);
        foreach (
            var (name, keys) in store.Read(db =>
                db.Command("select name, current_signing_key, next_signing_key from tenants")
                    .Rows(row => (row.GetString(0), new SigningKeys(row.GetString(1), row.GetString(2))))
            )
        )
            byTenant[name] = keys;
    }

    public SigningKeys Of(string tenant) => byTenant[tenant];

    /// <summary>The tenant that <paramref name="token"/> names; null when there is none.</summary>
    public string? TenantOf(string token) =>
        store.Read(db =>
            db.Command("select tenant from tokens where hash = $0", Hash(token))
                .Rows(row => row.GetString(0))
                .FirstOrDefault()
        );

    private void Adopt(Tenant tenant) =>
        store
            .WriteAsync(s =>
            {
                s.Run(
                    """
                    insert into tenants (name, current_signing_key, next_signing_key) values ($0, $1, $2)
                    on conflict (name) do update set current_signing_key = excluded.current_signing_key, next_signing_key = excluded.next_signing_key
                    """,
                    tenant.Name,
                    tenant.CurrentSigningKey,
                    tenant.NextSigningKey
                );
                s.Run("delete from tokens where tenant = $0 and hash <> $1", tenant.Name, Hash(tenant.Token));
                return s.Run(
                    "insert into tokens (hash, tenant) values ($0, $1) on conflict do nothing",
                    Hash(tenant.Token),
                    tenant.Name
                );
            })
            .GetAwaiter()
            .GetResult();

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
