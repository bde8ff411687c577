namespace Jettae.Studio;

/// <summary>What the owner says of the provider. Null or blank means "as it is stored", for the key only at the same address.</summary>
public sealed record ProviderFields
{
    public ProviderKind? Kind { get; init; }
    public string? Key { get; init; }

    /// <summary>Blank for Anthropic's own; an endpoint like OpenAI's must have one.</summary>
    public string? Url { get; init; }
    public string? Model { get; init; }
}

/// <summary>How the writer is connected, as far as people may know.</summary>
/// <param name="Writer">Who writes now.</param>
/// <param name="Kind">Whose language; null for the sample writer.</param>
/// <param name="IsConfigured">By the operator's environment, so not to be changed here.</param>
/// <param name="Url">The address; null for Anthropic's own, and for the sample writer.</param>
/// <param name="KeyLast4">The stored key's last characters; null where none is stored.</param>
public sealed record WriterState(
    WriterInfo Writer,
    ProviderKind? Kind,
    bool IsConfigured,
    string? Url,
    string? KeyLast4
);

/// <summary>Connects the writer while the program runs. For the installation's owner only.</summary>
public sealed class WriterSettings
{
    /// <summary>The longest key, in characters.</summary>
    public const int LongestKey = 500;

    /// <summary>The longest address, in characters.</summary>
    public const int LongestUrl = 500;

    /// <summary>The longest name of a model, in characters.</summary>
    public const int LongestModel = 100;

    private readonly Writers writers;
    private readonly Accounts accounts;
    private readonly StudioOptions options;
    private readonly TimeProvider time;

    internal WriterSettings(Writers writers, Accounts accounts, StudioOptions options, TimeProvider time)
    {
        this.writers = writers;
        this.accounts = accounts;
        this.options = options;
        this.time = time;
    }

    public async Task<WriterState> ReadAsync(CancellationToken cancel)
    {
        if (writers.IsConfigured)
            return new(writers.Current, ProviderKind.Anthropic, true, options.ProviderUrl, null);
        var stored = await writers.StoredAsync(cancel);
        return new(writers.Current, stored?.Kind, false, stored?.Url, stored?.KeyLast4);
    }

    /// <summary>Really asks the provider; stores nothing. With nothing said: asks the one that writes now.</summary>
    /// <exception cref="RejectedException">A field breaks its rule, or it is not the owner who asks.</exception>
    public async Task<ProviderAnswer> CheckAsync(Guid user, ProviderFields fields, CancellationToken cancel)
    {
        await accounts.OwnerOnlyAsync(user, cancel);
        return await ProviderCheck.AskAsync(await ProviderOfAsync(fields, cancel), time, cancel);
    }

    /// <summary>Asks the provider, and stores it when it accepts; what began before ends with the writer that it began with.</summary>
    /// <param name="user">Who wants it.</param>
    /// <param name="fields">The provider.</param>
    /// <param name="evenSo">Store it also when it could not be asked now, for a reason that passes.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>What it answered; it is stored when that is <see cref="ProviderAnswer.Accepted"/>, or may pass and was wanted even so.</returns>
    /// <exception cref="RejectedException">A field breaks its rule, or it is not the owner who asks.</exception>
    public async Task<ProviderAnswer> ConnectAsync(
        Guid user,
        ProviderFields fields,
        bool evenSo,
        CancellationToken cancel
    )
    {
        await accounts.OwnerOnlyAsync(user, cancel);
        if (writers.IsConfigured)
            throw Configured();
        var provider = await ProviderOfAsync(fields, cancel);
        var answer = await ProviderCheck.AskAsync(provider, time, cancel);
        if (answer.Accepted || (evenSo && answer.MayPass))
            await writers.KeepAsync(provider, cancel);
        return answer;
    }

    /// <summary>Forgets the stored key: the sample writer writes again.</summary>
    /// <exception cref="RejectedException">It is not the owner who asks.</exception>
    public async Task DisconnectAsync(Guid user, CancellationToken cancel)
    {
        await accounts.OwnerOnlyAsync(user, cancel);
        if (writers.IsConfigured)
            throw Configured();
        await writers.ForgetAsync(cancel);
    }

    private async Task<Provider> ProviderOfAsync(ProviderFields fields, CancellationToken cancel)
    {
        var present = await writers.ProviderAsync(cancel);
        if (writers.IsConfigured)
            return fields == new ProviderFields() ? present! : throw Configured();
        var kind = fields.Kind ?? present?.Kind ?? ProviderKind.Anthropic;
        var same = present is not null && present.Kind == kind ? present : null;
        var url = fields.Url is null ? same?.Url : Address(fields.Url);
        if (kind == ProviderKind.OpenAiCompatible && url is null)
            throw RejectedException.Missing("url");
        var key = Key(fields.Key);
        // A stored key goes to no other address than the one it was stored for.
        key ??= same?.Url == url ? same?.Key : null;
        if (kind == ProviderKind.Anthropic && key is null)
            throw RejectedException.Missing("key");
        var model = fields.Model?.Trim() is { Length: > 0 } said ? said : same?.Model;
        if (model is null && kind == ProviderKind.OpenAiCompatible)
            throw RejectedException.Missing("model");
        if (model is { Length: > LongestModel })
            throw RejectedException.Broken(
                "model",
                new($"{LongestModel}자까지예요.", $"It may have at most {LongestModel} characters.")
            );
        return new Provider(kind, key, url, model ?? options.ModelName);
    }

    private static string? Key(string? text)
    {
        if (text?.Trim() is not { Length: > 0 } key)
            return null;
        // Never said back: it is a secret, if a mistyped one.
        if (key.Length > LongestKey || key.Any(each => each is <= ' ' or > '~'))
            throw RejectedException.Broken(
                "key",
                new(
                    "API 키 형식이 아니에요. 공백 없이 붙여 넣어 주세요.",
                    "It does not look like an API key: paste it without blanks."
                )
            );
        return key;
    }

    private static string? Address(string text)
    {
        if (text.Trim() is not { Length: > 0 } url)
            return null;
        return
            url.Length <= LongestUrl
            && Uri.TryCreate(url, UriKind.Absolute, out var uri)
            && uri.Scheme is "http" or "https"
            && uri.UserInfo.Length == 0
            ? url.TrimEnd('/')
            : throw RejectedException.Broken(
                "url",
                new("https://로 시작하는 주소여야 해요.", "It must be an http:// or https:// address.")
            );
    }

    private static RejectedException Configured() =>
        new(
            409,
            "set_by_environment",
            null,
            new(
                "작가가 환경 변수 ANTHROPIC_API_KEY로 정해져 있어 여기서는 바꿀 수 없어요.",
                "The writer is set by the environment variable ANTHROPIC_API_KEY and cannot be changed here."
            )
        );
}
