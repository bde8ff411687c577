using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Jettae.Engine;

/// <summary>Whom a token names, and whether it may change anything.</summary>
public sealed record Bearer(string Tenant, bool ReadOnly);

/// <summary>A token as it is listed: never the token itself.</summary>
public sealed record TokenInfo(string Name, string Tenant, bool ReadOnly, long CreatedAt);

/// <summary>Bearer tokens. Known as hashes only: who reads the store cannot speak for anybody.</summary>
public sealed class Tokens(Store store, Quotas quotas)
{
    /// <summary>The name of the token that the settings give.</summary>
    public const string OfSettings = "settings";

    /// <summary>Null when nobody has this token.</summary>
    public Bearer? Find(string token)
    {
        var hash = Hash(token);
        var found = store.Read(db =>
            db.Command(
                    """
                    select hash, tenant, read_only, limits from tokens join tenants on tenants.name = tenant
                    where hash = $0
                    """,
                    hash
                )
                .Rows(row =>
                    (Hash: row.Bytes(0), Bearer: new Bearer(row.GetString(1), row.Flag(2)), Limits: row.GetString(3))
                )
                .FirstOrDefault()
        );
        if (found.Hash is not null)
            quotas.Learn(found.Bearer.Tenant, found.Limits);
        return found.Hash is not null && CryptographicOperations.FixedTimeEquals(found.Hash, hash)
            ? found.Bearer
            : null;
    }

    /// <summary>A token that nobody can guess. Workflow SDKs decode its UserID to build their webhook URLs (contract Q39).</summary>
    public static string New(string tenant)
    {
        var password = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
        return Convert.ToBase64String(
            Encoding.UTF8.GetBytes($$"""{"UserID":"{{JsonEncodedText.Encode(tenant)}}","Password":"{{password}}"}""")
        );
    }

    /// <summary>Makes a token, and the tenant with keys of its own if it is new. The text is shown this once.</summary>
    /// <param name="db">Of the store, beside an engine that may run.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="name">What it is called in the list; unique for the tenant.</param>
    /// <param name="readOnly">It may read everything and change nothing.</param>
    /// <param name="now">Unix milliseconds.</param>
    public static string Create(Db db, string tenant, string name, bool readOnly, long now)
    {
        Wire.Name("tenant", tenant);
        Wire.Name("name", name);
        var token = New(tenant);
        db.Lock($"tokens {tenant}");
        db.Run(
            "insert into tenants (name, current_signing_key, next_signing_key) values ($0, $1, $2) on conflict do nothing",
            tenant,
            Keys.NewKey(),
            Keys.NewKey()
        );
        if (db.Any("select 1 from tokens where tenant = $0 and name = $1", tenant, name))
            throw new RejectedException(
                400,
                $"{tenant} has a token named {name} already; choose another name, or revoke it"
            );
        db.Run(
            "insert into tokens (hash, tenant, name, read_only, created_at) values ($0, $1, $2, $3, $4)",
            Hash(token),
            tenant,
            name,
            readOnly,
            now
        );
        return token;
    }

    public static IReadOnlyList<TokenInfo> List(Db db) =>
        db.Command(
                "select coalesce(name, ''), tenant, read_only, created_at from tokens order by tenant, coalesce(name, '')"
            )
            .Rows(row => new TokenInfo(row.GetString(0), row.GetString(1), row.Flag(2), row.GetInt64(3)));

    /// <summary>Sets what a tenant may have at most, from its next request on; an empty text for what the settings say of all.</summary>
    /// <exception cref="RejectedException">The limits have another form, or there is no such tenant.</exception>
    public static void Limit(Db db, string tenant, string limits)
    {
        Limits.Parse(limits);
        if (db.Run("update tenants set limits = $1 where name = $0", tenant, limits) == 0)
            throw new RejectedException(404, $"there is no tenant {MessageHeaders.Shortened(tenant)}");
    }

    /// <summary>False when there was none.</summary>
    public static bool Revoke(Db db, string tenant, string name) =>
        db.Run("delete from tokens where tenant = $0 and name = $1", tenant, name) > 0;

    /// <summary>Puts another token in the place of the one that the settings say: the one before ends at once. Where no engine ran yet, the next start does it.</summary>
    public static void Reset(Db db, string tenant, string token)
    {
        db.Run("delete from tokens where tenant = $0 and (name = $1 or name is null)", tenant, OfSettings);
        db.Run(
            "insert into tokens (hash, tenant, name, read_only) select $2, name, $1, 0 from tenants where name = $0",
            tenant,
            OfSettings,
            Hash(token)
        );
    }

    /// <summary>The token that the settings say takes the place of the one they said before.</summary>
    internal static int Adopt(Db s, string tenant, string name, string? token, bool readOnly)
    {
        var hash = token is null ? null : Hash(token);
        s.Run(
            "delete from tokens where tenant = $0 and (name = $1 or name is null) and hash <> $2",
            tenant,
            name,
            hash ?? []
        );
        return hash is null
            ? 0
            : s.Run(
                """
                insert into tokens (hash, tenant, name, read_only) values ($0, $1, $2, $3)
                on conflict (hash) do update set tenant = excluded.tenant, name = excluded.name, read_only = excluded.read_only
                """,
                hash,
                tenant,
                name,
                readOnly
            );
    }

    private static byte[] Hash(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
