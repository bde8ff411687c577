namespace Jettae.Client;

public sealed partial class QStashClient
{
    /// <summary>The keys that this QStash signs with.</summary>
    /// <exception cref="QStashException">The token is wrong, or QStash could not be reached.</exception>
    /// <example><code>var keys = await qstash.GetKeysAsync();</code></example>
    public Task<SigningKeys> GetKeysAsync(CancellationToken cancel = default) =>
        AskAsync(new Call(HttpMethod.Get, "/v2/keys"), WireJson.Default.SigningKeys, cancel);

    /// <summary>
    /// Makes the next key the current one and a new one the next. Receivers that hold both go on; give them the new pair
    /// before you rotate again.
    /// </summary>
    /// <exception cref="QStashException">The token is wrong, or QStash could not be reached.</exception>
    /// <example><code>var (current, next) = await qstash.RotateKeysAsync();</code></example>
    public Task<SigningKeys> RotateKeysAsync(CancellationToken cancel = default) =>
        AskAsync(new Call(HttpMethod.Post, "/v2/keys/rotate"), WireJson.Default.SigningKeys, cancel);
}

/// <summary>The keys that deliveries are signed with.</summary>
/// <param name="Current">Now.</param>
/// <param name="Next">After the next rotation.</param>
public sealed record SigningKeys(string Current, string Next);
