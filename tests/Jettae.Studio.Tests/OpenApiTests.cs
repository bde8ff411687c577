using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Jettae.Testing;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Jettae.Studio.Tests;

/// <summary>The document of the API is kept honest: it names every route and no other, and what is answered is what it says.</summary>
public sealed class OpenApiTests
{
    [Fact]
    public async Task It_names_every_route_and_no_other()
    {
        await using var studio = await TestStudio.StartAsync();
        var mapped = studio
            .Services.GetRequiredService<EndpointDataSource>()
            .Endpoints.OfType<RouteEndpoint>()
            .Select(each =>
                (
                    Method: each.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods.Single() ?? "",
                    Path: "/" + each.RoutePattern.RawText!.TrimStart('/').Replace(":guid", "", StringComparison.Ordinal)
                )
            )
            .Where(each => each.Path.StartsWith("/api/", StringComparison.Ordinal))
            .Select(each => $"{each.Method} {each.Path}")
            .Order()
            .ToList();
        Assert.Equal(mapped, ApiRoutes.All.Select(each => $"{each.Method} {each.Path}").Order());

        var document = JsonNode.Parse(await studio.Http.GetStringAsync("/openapi/studio.json"))!;
        Assert.Equal("3.1.0", (string?)document["openapi"]);
        var described =
            from paths in new[] { document["paths"]!.AsObject(), document["webhooks"]!.AsObject() }
            from path in paths
            from operation in path.Value!.AsObject()
            select (string)operation.Value!["operationId"]!;
        Assert.Equal(ApiRoutes.All.Select(each => each.Id).Order(), described.Order());
    }

    [Fact]
    public async Task Each_schema_that_is_referred_to_is_there_and_each_example_is_what_its_schema_says()
    {
        await using var studio = await TestStudio.StartAsync();
        var document = JsonNode.Parse(await studio.Http.GetStringAsync("/openapi/studio.json"))!;
        var check = new SchemaCheck(document);
        foreach (
            var media in SchemaCheck
                .All(document["paths"], "content")
                .Concat(SchemaCheck.All(document["webhooks"], "content"))
        )
        foreach (var (_, content) in media.AsObject())
            if (content!["example"] is { } example)
                check.Holds(content["schema"]!, example);
    }

    [Fact]
    public async Task What_is_answered_is_what_it_says()
    {
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Fails(401, "authentication_error"));
        await using var studio = await TestStudio.StartAsync();
        var check = new SchemaCheck(JsonNode.Parse(await studio.Http.GetStringAsync("/openapi/studio.json"))!);
        var asked = new HashSet<string>();
        var made = await AskAsync("createSchedule", TestStudio.ThreeHourly());
        var id = new { id = (string?)made["id"] };
        await AskAsync(
            "updateSchedule",
            new
            {
                id.id,
                topic = "새 주제",
                settings = new { creativity = "creative" },
            }
        );
        await AskAsync("previewSchedule", TestStudio.ThreeHourly());
        var run = await AskAsync("runSchedule", id);
        await AskAsync("generateContent", TestStudio.ThreeHourly());
        var failing = new { key = FakeClaude.Key, url = claude.Url };
        await AskAsync("connectWriter", failing);
        await AskAsync("connectWriter", failing);
        await AskAsync("checkWriter", new { });
        claude.Script.Enqueue(FakeClaude.Fails(401, "authentication_error"));
        await AskAsync("runSchedule", id);
        claude.Script.Enqueue(FakeClaude.Fails(529, "overloaded_error"));
        await studio.GoToAsync("2024-01-15T03:00:00Z");
        await studio.DeliverAsync(studio.MessageFor("2024-01-15T03:00:00Z"));
        var waiting = await studio.GetAsync("/api/runs?state=waiting");
        await AskAsync("cancelRun", new { }, (string?)waiting["items"]![0]!["id"]);
        await AskAsync("listSchedules");
        await AskAsync("getSchedule", null, id.id);
        var slots = await AskAsync("skipSlot", id);
        await AskAsync("restoreSlot", new { id.id, slot_at = (string?)slots["slot_changes"]![0]!["slot_at"] });
        await AskAsync(
            "moveSlot",
            new
            {
                id.id,
                slot_at = (string?)slots["slots"]![1]!,
                to = "2024-01-15T07:10:00Z",
            }
        );
        await AskAsync("duplicateSchedule", id);
        await AskAsync("pauseSchedule", id);
        await AskAsync("resumeSchedule", id);
        await AskAsync("listContents");
        var content = (string?)run["content"]!["id"];
        await AskAsync("getContent", null, content);
        await AskAsync("updateContent", new { status = "approved" }, content);
        await AskAsync("regenerateContent", new { instruction = "더 짧게" }, content);
        await AskAsync("listVersions", null, content);
        await AskAsync("restoreVersion", new { number = 1 }, content);
        await AskAsync("countContents");
        await AskAsync("exportContents");
        await AskAsync("listAlerts");
        await AskAsync("readAlerts", new { });
        await AskAsync("getAlertSettings");
        await AskAsync("saveAlertSettings", new { late_minutes = 10, webhook_url = "https://hooks.example/x" });
        await AskAsync("testAlerts", new { channel = "webhook" });
        await AskAsync("rerun", new { }, (string?)run["run"]!["id"]);
        await AskAsync("listRuns");
        await AskAsync("getRun", null, (string?)run["run"]!["id"]);
        await AskAsync("getStats");
        await AskAsync("getWriter");
        await AskAsync("disconnectWriter", new { });
        await AskAsync("getBrand");
        await AskAsync("saveBrand", new { name = "제때", language = "ko" });
        await AskAsync("getPreferences");
        await AskAsync("savePreferences", new { language = "ko", timezone = (string?)null });
        await AskAsync("checkQStash", new { });
        await AskAsync("listPrices");
        await AskAsync(
            "savePrice",
            new
            {
                model = "llama3",
                effective_from = "2024-01-01",
                input = 0.5,
                output = 1,
                long_from = 1_000,
                long_factor = 1.5,
            }
        );
        await AskAsync("deletePrice");
        await AskAsync("exportData");
        var token = await AskAsync("createToken", new { name = "x" });
        await AskAsync("listTokens");
        await AskAsync("revokeToken", new { id = (string?)token["id"] });
        await studio.BrowserOfAsync(await studio.OwnerAsync());
        var sessions = await AskAsync("listSessions");
        await AskAsync("revokeSession", new { id = (string?)sessions["items"]![0]!["id"] });
        await AskAsync("deleteContent", null, content);
        await AskAsync("deleteSchedule", id);
        await AskAsync("deleteData", new { confirm = "delete" });
        await AskAsync("signOut", new { });
        Assert.Equal(ApiRoutes.All.Where(each => !each.IsWebhook).Select(each => each.Id).Order(), asked.Order());

        using var refused = await studio.Http.GetAsync($"/api/runs/{Guid.Empty}");
        check.Holds(SchemaCheck.Ref("Problem"), JsonNode.Parse(await refused.Content.ReadAsStringAsync()));

        async Task<JsonNode> AskAsync(string name, object? body = null, string? of = null)
        {
            asked.Add(name);
            var route = ApiRoutes.All.Single(each => each.Id == name);
            using var request = new HttpRequestMessage(
                new HttpMethod(route.Method),
                route.Path.Replace("{id}", of, StringComparison.Ordinal)
                    + name switch
                    {
                        "exportContents" => "?format=json",
                        "deletePrice" => "?model=llama3&effective_from=2024-01-01",
                        _ => "",
                    }
            );
            if (body is not null)
                request.Content = JsonContent.Create(body);
            using var answer = await studio.Http.SendAsync(request);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True((HttpStatusCode)route.Status == answer.StatusCode, $"{name}: {answer.StatusCode} {text}");
            if (route.Answer is null)
                return new JsonObject();
            var node = JsonNode.Parse(text)!;
            check.Holds(SchemaCheck.Ref(route.Answer), node);
            return node;
        }
    }
}
