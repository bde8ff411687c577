namespace Jettae.Client;

/// <summary>URL groups: names for several destinations at once. Each gets its own message.</summary>
public sealed class QStashUrlGroups
{
    private readonly QStashClient client;

    internal QStashUrlGroups(QStashClient client) => this.client = client;

    /// <summary>Adds the endpoints, or changes those of the same URL or name; makes the group when there is none.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>
    /// await qstash.UrlGroups.UpsertEndpointsAsync("audit", [new("https://a.example/hook", "a"), new("https://b.example/hook")]);
    /// </code></example>
    public Task UpsertEndpointsAsync(
        string group,
        IReadOnlyList<UrlGroupEndpoint> endpoints,
        CancellationToken cancel = default
    ) => client.TellAsync(Endpoints(HttpMethod.Post, group, endpoints), cancel);

    /// <summary>Removes endpoints, named by URL or by name. The group goes with its last one.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>await qstash.UrlGroups.RemoveEndpointsAsync("audit", [new(Name: "a")]);</code></example>
    public Task RemoveEndpointsAsync(
        string group,
        IReadOnlyList<UrlGroupEndpoint> endpoints,
        CancellationToken cancel = default
    ) => client.TellAsync(Endpoints(HttpMethod.Delete, group, endpoints), cancel);

    /// <summary>Sets what a publish to the group has where it does not say otherwise.</summary>
    /// <exception cref="QStashException">It was refused (404: there is no such group), or QStash could not be reached.</exception>
    /// <example><code>
    /// await qstash.UrlGroups.SetDefaultsAsync("audit", new DeliverySettings { Retries = 1, Delay = TimeSpan.FromSeconds(5) });
    /// </code></example>
    public Task SetDefaultsAsync(string group, DeliverySettings defaults, CancellationToken cancel = default) =>
        SetDefaultHeadersAsync(group, new Dictionary<string, string>(defaults.Settings()), cancel);

    /// <summary>The same by header: <c>Content-Type</c> and any <c>Upstash-…</c> of a publish.</summary>
    /// <exception cref="QStashException">It was refused (404: there is no such group), or QStash could not be reached.</exception>
    /// <example><code>
    /// await qstash.UrlGroups.SetDefaultHeadersAsync("audit", new Dictionary&lt;string, string&gt; { ["Content-Type"] = "text/plain" });
    /// </code></example>
    public Task SetDefaultHeadersAsync(
        string group,
        IReadOnlyDictionary<string, string> headers,
        CancellationToken cancel = default
    ) =>
        client.TellAsync(
            Call.Json(HttpMethod.Patch, Path(group), new GroupDefaults(headers), WireJson.Default.GroupDefaults),
            cancel
        );

    /// <summary>The group; null when there is none of that name.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>var endpoints = (await qstash.UrlGroups.GetAsync("audit"))?.Endpoints;</code></example>
    public Task<UrlGroup?> GetAsync(string group, CancellationToken cancel = default) =>
        client.FindAsync(new Call(HttpMethod.Get, Path(group)), WireJson.Default.UrlGroup, cancel);

    /// <summary>All groups.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>var names = (await qstash.UrlGroups.ListAsync()).Select(group => group.Name);</code></example>
    public async Task<IReadOnlyList<UrlGroup>> ListAsync(CancellationToken cancel = default) =>
        await client.AskAsync(new Call(HttpMethod.Get, "/v2/topics"), WireJson.Default.UrlGroupArray, cancel);

    /// <summary>Deletes the group; it is no mistake when there is none.</summary>
    /// <exception cref="QStashException">It was refused, or QStash could not be reached.</exception>
    /// <example><code>await qstash.UrlGroups.DeleteAsync("audit");</code></example>
    public Task DeleteAsync(string group, CancellationToken cancel = default) =>
        client.TellAsync(new Call(HttpMethod.Delete, Path(group)), cancel);

    private static Call Endpoints(HttpMethod method, string group, IReadOnlyList<UrlGroupEndpoint> endpoints) =>
        Call.Json(method, Path(group) + "/endpoints", new GroupEndpoints(endpoints), WireJson.Default.GroupEndpoints);

    private static string Path(string group) => "/v2/topics/" + Call.Segment(group);
}

/// <summary>A destination of a URL group.</summary>
/// <param name="Url">Its URL; may be left out where it is removed by name.</param>
/// <param name="Name">Its name, if it has one.</param>
public sealed record UrlGroupEndpoint(string? Url = null, string? Name = null);

/// <summary>A URL group.</summary>
public sealed record UrlGroup
{
    /// <summary>Its name.</summary>
    public string Name { get; init; } = "";

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was changed last.</summary>
    public DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Its destinations, in the order they were added.</summary>
    public IReadOnlyList<UrlGroupEndpoint> Endpoints { get; init; } = [];
}
