using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Engine;

/// <summary>One URL of a group.</summary>
public sealed record Endpoint(string Url, string? Name);

/// <summary>A name for several destinations: what is published to it goes to each of them (contract §1.9).</summary>
/// <param name="Name">Its name.</param>
/// <param name="Headers">Count as if the publisher had sent them, where the publisher sent none of that name.</param>
/// <param name="Endpoints">In the order in which they were added; never empty.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
/// <param name="UpdatedAt">Unix milliseconds.</param>
public sealed record UrlGroup(
    string Name,
    IReadOnlyDictionary<string, string[]> Headers,
    IReadOnlyList<Endpoint> Endpoints,
    long CreatedAt,
    long UpdatedAt
);

/// <summary>The URL groups.</summary>
public sealed class UrlGroups(Store store, Quotas quotas, TimeProvider time)
{
    private const int MostAtOnce = 1_000;

    public void Map(RouteGroupBuilder v2)
    {
        v2.MapGet("/topics", List);
        v2.MapGet("/topics/{name}", Get);
        v2.MapDelete("/topics/{name}", DeleteAsync);
        v2.MapPatch("/topics/{name}", SetHeadersAsync);
        v2.MapPost("/topics/{name}/endpoints", AddAsync);
        v2.MapDelete("/topics/{name}/endpoints", RemoveAsync);
    }

    internal static UrlGroup? Find(Db db, string tenant, string name) => Groups(db, tenant, name).FirstOrDefault();

    /// <summary>One without endpoints is being made or deleted between the two questions: it is not there.</summary>
    private static List<UrlGroup> Groups(Db db, string tenant, string? name)
    {
        var endpoints = db.Command(
                "select group_name, url, name from endpoints where tenant = $0 and (cast($1 as text) is null or group_name = $1) order by place",
                tenant,
                name
            )
            .Rows(row => (Group: row.GetString(0), Endpoint: new Endpoint(row.GetString(1), row.TextOrNull(2))))
            .ToLookup(row => row.Group, row => row.Endpoint);
        return db.Command(
                """
                select name, headers, created_at, updated_at from url_groups
                where tenant = $0 and (cast($1 as text) is null or name = $1) order by created_at, name
                """,
                tenant,
                name
            )
            .Rows(row => new UrlGroup(
                row.GetString(0),
                StoredJson.Headers(row.GetString(1)),
                [.. endpoints[row.GetString(0)]],
                row.GetInt64(2),
                row.GetInt64(3)
            ))
            .FindAll(group => group.Endpoints.Count > 0);
    }

    private IResult List(HttpContext http) =>
        Wire.Json(new JsonArray([.. store.Read(db => Groups(db, http.Tenant(), null)).Select(Json)]));

    private IResult Get(HttpContext http, string name) =>
        store.Read(db => Find(db, http.Tenant(), name)) is { } group
            ? Wire.Json(Json(group))
            : Wire.NotFound("topic", name);

    /// <summary>Gone afterwards, whether it was there or not (contract Q9).</summary>
    private async Task<IResult> DeleteAsync(HttpContext http, string name)
    {
        await store.WriteAsync(s => Delete(s, http.Tenant(), name));
        return TypedResults.Ok();
    }

    /// <summary>A group's endpoints are counted and changed by one at a time.</summary>
    private static void Lock(Db s, string tenant, string name) => s.Lock($"group {tenant} {name}");

    private static int Delete(Db s, string tenant, string name) =>
        s.Run("delete from endpoints where tenant = $0 and group_name = $1", tenant, name)
        + s.Run("delete from url_groups where tenant = $0 and name = $1", tenant, name);

    private async Task<IResult> AddAsync(HttpContext http, string name)
    {
        Wire.Name("the URL group's name", name);
        var added = await EndpointsAsync(http);
        foreach (var endpoint in added)
        {
            if (endpoint.Url is not { } url || !Destination.IsHttp(url))
                throw new RejectedException(
                    400,
                    $"url of an endpoint must begin with http:// or https://; received '{MessageHeaders.Shortened(endpoint.Url ?? "")}'"
                );
            Destination.Parse(url);
            if (endpoint.Name is { } endpointName)
                Wire.Name("name of an endpoint", endpointName);
        }
        await store.WriteAsync(s => Add(s, http.Tenant(), name, added));
        return TypedResults.Ok();
    }

    private int Add(Db s, string tenant, string name, List<(string? Url, string? Name)> added)
    {
        var now = time.Milliseconds();
        Lock(s, tenant, name);
        var known = s.Run("update url_groups set updated_at = $2 where tenant = $0 and name = $1", tenant, name, now);
        if (known == 0)
        {
            Limits.Check(
                s,
                tenant,
                "maxTopics",
                quotas.Of(tenant).UrlGroups,
                () => s.Scalar<long>("select count(*) from url_groups where tenant = $0", tenant) + 1
            );
            s.Run(
                "insert into url_groups (tenant, name, created_at, updated_at) values ($0, $1, $2, $2)",
                tenant,
                name,
                now
            );
        }
        foreach (var (url, endpointName) in added)
        {
            // The same name is the same endpoint with a new URL; the same URL is the same endpoint with a new name.
            if (endpointName is not null)
                s.Run(
                    "delete from endpoints where tenant = $0 and group_name = $1 and url = $2 and name is distinct from $3 and exists (select 1 from endpoints where tenant = $0 and group_name = $1 and name = $3)",
                    tenant,
                    name,
                    url,
                    endpointName
                );
            var renamed = endpointName is null
                ? 0
                : s.Run(
                    "update endpoints set url = $2 where tenant = $0 and group_name = $1 and name = $3",
                    tenant,
                    name,
                    url,
                    endpointName
                );
            if (
                renamed == 0
                && s.Run(
                    "update endpoints set name = coalesce($3, name) where tenant = $0 and group_name = $1 and url = $2",
                    tenant,
                    name,
                    url,
                    endpointName
                ) == 0
            )
                s.Run(
                    "insert into endpoints (tenant, group_name, url, name) values ($0, $1, $2, $3)",
                    tenant,
                    name,
                    url,
                    endpointName
                );
        }
        Limits.Check(
            s,
            tenant,
            "maxEndpointsPerTopic",
            quotas.Of(tenant).Endpoints,
            () => s.Scalar<long>("select count(*) from endpoints where tenant = $0 and group_name = $1", tenant, name)
        );
        return added.Count;
    }

    private async Task<IResult> RemoveAsync(HttpContext http, string name)
    {
        var removed = await EndpointsAsync(http);
        var now = time.Milliseconds();
        await store.WriteAsync(s =>
        {
            var tenant = http.Tenant();
            Lock(s, tenant, name);
            foreach (var (url, endpointName) in removed)
                s.Run(
                    """
                    delete from endpoints where tenant = $0 and group_name = $1
                    and (cast($2 as text) is null or url = $2) and (cast($3 as text) is null or name = $3)
                    """,
                    tenant,
                    name,
                    url,
                    endpointName
                );
            var left = s.Scalar<long>(
                "select count(*) from endpoints where tenant = $0 and group_name = $1",
                tenant,
                name
            );
            return left == 0
                ? Delete(s, tenant, name)
                : s.Run("update url_groups set updated_at = $2 where tenant = $0 and name = $1", tenant, name, now);
        });
        return TypedResults.Ok();
    }

    private async Task<IResult> SetHeadersAsync(HttpContext http, string name)
    {
        var json =
            await http.ObjectAsync()
            ?? throw new RejectedException(400, "the body must be a JSON object with headers; received nothing");
        // Nothing by that name is a slip, and would take the group's headers away; {} does so if it is meant.
        if (json["headers"] is not JsonObject given)
            throw Wire.Wrong("headers", "an object of texts, or arrays of texts, by header", json["headers"]);
        var headers = MessageHeaders.Map(JsonSerializer.SerializeToElement(given, WireJson.Default.JsonObject));
        // They must be such that a publisher could send them.
        new MessageHeaders(headers).Read(
            "https://example.com",
            [],
            new Origin(),
            time.Milliseconds(),
            quotas.Of(http.Tenant())
        );
        var changed = await store.WriteAsync(s =>
            s.Run(
                "update url_groups set headers = $2, updated_at = $3 where tenant = $0 and name = $1",
                http.Tenant(),
                name,
                JsonSerializer.Serialize(headers, StoredJson.Default.IReadOnlyDictionaryStringStringArray),
                time.Milliseconds()
            )
        );
        return changed > 0 ? TypedResults.Ok() : Wire.NotFound("topic", name);
    }

    private static async Task<List<(string? Url, string? Name)>> EndpointsAsync(HttpContext http)
    {
        var json = await http.ObjectAsync();
        if (json?["endpoints"] is not JsonArray { Count: > 0 and <= MostAtOnce } array)
            throw Wire.Wrong(
                "endpoints",
                $"an array of 1 to {MostAtOnce} objects with url or name",
                json?["endpoints"]
            );
        var endpoints = new List<(string? Url, string? Name)>();
        foreach (var item in array)
        {
            if (item is not JsonObject endpoint)
                throw Wire.Wrong("each of endpoints", "an object with url or name", item);
            var (url, name) = (Wire.Text(endpoint, "url"), Wire.Text(endpoint, "name"));
            if (string.IsNullOrEmpty(url) && string.IsNullOrEmpty(name))
                throw Wire.Wrong("each of endpoints", "an object with url or name", item);
            endpoints.Add((url is { Length: > 0 } ? url : null, name is { Length: > 0 } ? name : null));
        }
        return endpoints;
    }

    private static JsonObject Json(UrlGroup group)
    {
        var json = new JsonObject
        {
            ["name"] = group.Name,
            ["createdAt"] = group.CreatedAt,
            ["updatedAt"] = group.UpdatedAt,
            ["endpoints"] = new JsonArray([
                .. group.Endpoints.Select(endpoint =>
                {
                    var shown = new JsonObject { ["url"] = endpoint.Url };
                    if (endpoint.Name is not null)
                        shown["name"] = endpoint.Name;
                    return shown;
                }),
            ]),
        };
        if (group.Headers.Count > 0)
            json["headers"] = WireJson.Map(group.Headers);
        return json;
    }
}
