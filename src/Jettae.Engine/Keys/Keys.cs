using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Engine;

/// <summary>A tenant's signing keys.</summary>
public sealed record SigningKeys(string Current, string Next);

/// <summary>What each tenant signs with. A rotation makes the next key the current one, and a new one the next (contract §4).</summary>
public sealed class Keys : IDisposable
{
    private const string Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

    private readonly ConcurrentDictionary<string, SigningKeys> byTenant = new();
    private readonly SemaphoreSlim rotating = new(1);
    private readonly Store store;

    public Keys(Store store, EngineOptions options)
    {
        this.store = store;
        foreach (var tenant in options.Tenants)
            store.WriteAsync(s => Adopt(s, tenant)).GetAwaiter().GetResult();
        foreach (
            var (name, keys) in store.Read(db =>
                db.Command("select name, current_signing_key, next_signing_key from tenants")
                    .Rows(row => (row.GetString(0), new SigningKeys(row.GetString(1), row.GetString(2))))
            )
        )
            byTenant[name] = keys;
    }

    public void Map(RouteGroupBuilder v2)
    {
        // Whoever asks may have heard of a rotation sooner than this node.
        v2.MapGet("/keys", (HttpContext http) => Json(Stored(http.Tenant())));
        v2.MapPost("/keys/rotate", (Delegate)RollAsync);
        v2.MapGet("/keys/rotate", (Delegate)RollAsync);
        v2.MapPost("/rotate", (Delegate)RollAsync);
    }

    public SigningKeys Of(string tenant) =>
        byTenant.TryGetValue(tenant, out var keys) ? keys : byTenant.GetOrAdd(tenant, Stored);

    public static string NewKey() => "sig_" + RandomNumberGenerator.GetString(Alphabet, 28);

    private async Task<IResult> RollAsync(HttpContext http) => Json(await RotateAsync(http.Tenant()));

    /// <summary>Attempts that begin from now on are signed with what was the next key; receivers know it already.</summary>
    public async Task<SigningKeys> RotateAsync(string tenant)
    {
        // One after the other: what is signed with must be the last that was stored, not the last that was heard of.
        await rotating.WaitAsync();
        try
        {
            return byTenant[tenant] = await store.WriteAsync(s =>
            {
                s.Run(
                    "update tenants set current_signing_key = next_signing_key, next_signing_key = $1 where name = $0",
                    tenant,
                    NewKey()
                );
                Inbox.Rolled(s, tenant);
                return s.Command("select current_signing_key, next_signing_key from tenants where name = $0", tenant)
                    .Rows(row => new SigningKeys(row.GetString(0), row.GetString(1)))[0];
            });
        }
        finally
        {
            rotating.Release();
        }
    }

    /// <summary>Another node has rolled them: they are read anew.</summary>
    internal void Forget(string tenant) => byTenant.TryRemove(tenant, out _);

    /// <summary>Letters to shards that this node did not have were not for it.</summary>
    internal void ForgetAll() => byTenant.Clear();

    public void Dispose() => rotating.Dispose();

    /// <summary>
    /// What the settings say holds when they say it for the first time: a rotation is not undone by the next start.
    /// </summary>
    private static int Adopt(Db s, Tenant tenant)
    {
        s.Run(
            """
            insert into tenants as t (name, current_signing_key, next_signing_key, given_signing_keys) values ($0, $1, $2, $3)
            on conflict (name) do update set
              current_signing_key = excluded.current_signing_key,
              next_signing_key = excluded.next_signing_key,
              given_signing_keys = excluded.given_signing_keys
            where t.given_signing_keys <> excluded.given_signing_keys
            """,
            tenant.Name,
            tenant.CurrentSigningKey,
            tenant.NextSigningKey,
            $"{tenant.CurrentSigningKey} {tenant.NextSigningKey}"
        );
        Tokens.Adopt(s, tenant.Name, Tokens.OfSettings, tenant.Token, readOnly: false);
        return Tokens.Adopt(s, tenant.Name, Tokens.OfSettings + "-read-only", tenant.ReadOnlyToken, readOnly: true);
    }

    /// <summary>Of a tenant that was made while the engine runs.</summary>
    private SigningKeys Stored(string tenant) =>
        store.Read(db =>
            db.Command("select current_signing_key, next_signing_key from tenants where name = $0", tenant)
                .Rows(row => new SigningKeys(row.GetString(0), row.GetString(1)))[0]
        );

    private static IResult Json(SigningKeys keys) =>
        Wire.Json(new JsonObject { ["current"] = keys.Current, ["next"] = keys.Next });
}
