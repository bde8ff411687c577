using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.AI;

namespace Jettae.Studio;

/// <summary>
/// The installation's writer, as it is now: with the key of the settings, else with what the owner connected on the settings
/// page, else the sample writer. Never one in place of the other. An attempt keeps the writer that it began with.
/// </summary>
public sealed class Writers
{
    /// <summary>What a key is protected for; another purpose cannot read it.</summary>
    private const string Purpose = "jettae.provider-key";

    /// <summary>What a provider of the other kind is called.</summary>
    internal const string Compatible = "OpenAI-compatible";

    private readonly StudioStore store;
    private readonly StudioOptions options;
    private readonly Changes changes;
    private readonly TimeProvider time;
    private readonly IDataProtector keys;
    private readonly IChatClient? given;
    private volatile Writer now;

    internal Writers(
        StudioStore store,
        StudioOptions options,
        Changes changes,
        IDataProtectionProvider protection,
        TimeProvider time,
        IChatClient? given
    )
    {
        this.store = store;
        this.options = options;
        this.changes = changes;
        this.time = time;
        this.given = given;
        keys = protection.CreateProtector(Purpose);
        now = WriterOf(Configured);
    }

    /// <summary>Who writes now.</summary>
    public WriterInfo Current => now.Info;

    /// <summary>The key is the operator's, by environment or configuration: it is not changed on a page.</summary>
    public bool IsConfigured => options.Key is not null;

    /// <summary>Says one word to the provider that writes; null while the sample writer does.</summary>
    public async Task<ProviderAnswer?> CheckAsync(CancellationToken cancel) =>
        await ProviderAsync(cancel) is { } provider ? await ProviderCheck.AskAsync(provider, time, cancel) : null;

    /// <summary>The writer of what begins now.</summary>
    internal Writer Now => now;

    private Provider? Configured =>
        options.Key is { } key
            ? new Provider(ProviderKind.Anthropic, key, options.ProviderUrl, options.ModelName)
            : null;

    /// <summary>What is stored; null for nothing. Its key is only known by its last four characters.</summary>
    internal Task<StoredProvider?> StoredAsync(CancellationToken cancel) =>
        store.ReadAsync(db => db.ProviderSettings.SingleOrDefaultAsync(cancel), cancel);

    /// <summary>The provider that writes now, with its key; null while the sample writer writes.</summary>
    internal async Task<Provider?> ProviderAsync(CancellationToken cancel) =>
        Configured ?? (await StoredAsync(cancel) is { } stored ? Opened(stored) : null);

    /// <summary>Takes up what is stored: at start, and after a change.</summary>
    internal async Task ReadAsync(CancellationToken cancel) => now = WriterOf(await ProviderAsync(cancel));

    /// <summary>Keeps this provider; from now on it writes, if the settings name no other.</summary>
    internal async Task KeepAsync(Provider provider, CancellationToken cancel)
    {
        await store.WriteAsync(
            async db =>
            {
                var stored = await db.ProviderSettings.SingleOrDefaultAsync(cancel);
                if (stored is null)
                    db.ProviderSettings.Add(stored = new StoredProvider());
                stored.Kind = provider.Kind;
                stored.ProtectedKey = provider.Key is { } key ? keys.Protect(key) : null;
                stored.KeyLast4 = provider.Key is { Length: >= 12 } known ? known[^4..] : null;
                stored.Url = provider.Url;
                stored.Model = provider.Model;
                stored.UpdatedAt = time.GetUtcNow();
            },
            cancel
        );
        await ChangedAsync(cancel);
    }

    /// <summary>Forgets the stored provider and its key.</summary>
    internal async Task ForgetAsync(CancellationToken cancel)
    {
        await store.WriteAsync(db => db.ProviderSettings.ExecuteDeleteAsync(cancel), cancel);
        await ChangedAsync(cancel);
    }

    private async Task ChangedAsync(CancellationToken cancel)
    {
        await ReadAsync(cancel);
        foreach (var user in await store.ReadAsync(db => db.Users.Select(each => each.Id).ToListAsync(cancel), cancel))
            changes.Tell(new Change(user, null, null));
    }

    private Provider Opened(StoredProvider stored)
    {
        string? key = null;
        try
        {
            key = stored.ProtectedKey is { } sealedKey ? keys.Unprotect(sealedKey) : null;
        }
        catch (CryptographicException)
        {
            // The data folder's keys are gone. The provider is asked without one and says so; the sample writer does not step in.
        }
        return new Provider(stored.Kind, key, stored.Url, stored.Model);
    }

    private Writer WriterOf(Provider? provider)
    {
        var info = provider switch
        {
            null => new WriterInfo("Sample writer", SampleWriter.ModelName, IsSample: true),
            { Kind: ProviderKind.Anthropic } => new WriterInfo("Claude", provider.Model, IsSample: false),
            _ => new WriterInfo(Compatible, provider.Model, IsSample: false),
        };
        // Our own deadline comes first: it alone is measured by the product's clock.
        var chat =
            given
            ?? (
                provider is null
                    ? new SampleWriter()
                    : ChatClients.For(provider, options.WritingTimeout + TimeSpan.FromMinutes(1), time)
            );
        return new Writer(chat, info, provider?.Kind, options, time);
    }
}
