using System.Net;
using System.Text.Json.Nodes;
using Jettae.Testing;

namespace Jettae.Tests;

/// <summary>The whole program on two nodes, which reach their PostgreSQL through a pooler that gives each transaction another session.</summary>
[Collection(Busy.Name)]
[Trait("Store", "own")]
public sealed class PoolerTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_nodes_start_on_an_empty_database_and_are_one_studio()
    {
        await using var claude = await FakeClaude.StartAsync();
        await using var postgres = await PostgresServer.StartAsync();
        var database = await postgres.PoolerAsync("transaction", sessions: 6);
        await using var one = JettaeProcess.Node(database);
        await using var other = JettaeProcess.Node(database);
        await Task.WhenAll(one.StartAsync(), other.StartAsync());

        // Signed in at one, known at the other.
        using var browser = other.Client(token: null);
        using (var here = one.Client(token: null))
        using (var signedIn = await here.SignInAsync(await one.NewSignInLinkAsync()))
            browser.DefaultRequestHeaders.Add("Cookie", signedIn.Headers.GetValues("Set-Cookie").First().Split(';')[0]);
        using (var page = await browser.GetAsync("/schedules", Cancel))
            Assert.Equal(HttpStatusCode.OK, page.StatusCode);

        var schedule = await one.PostAsync(
            "/api/schedule/create",
            new
            {
                content_type = "x_post",
                topic = "아침 산책",
                frequency = "cron",
                cron = "* * * * *",
            }
        );
        // Heard by the other within a beat or two: it writes with it.
        await one.PostAsync("/api/writer/connect", new { key = FakeClaude.Key, url = claude.Url });
        await Wait.UntilAsync(async () => !(bool)(await other.GetAsync("/api/writer"))["is_sample"]!, Wait.Patience);
        var made = await other.PostAsync("/api/schedule/run", new { id = schedule["id"] });
        Assert.Equal(FakeClaude.Usual, (string?)made["content"]!["body"]);
        Assert.Equal(
            FakeClaude.Usual,
            (string?)(await one.GetAsync($"/api/contents/{made["content"]!["id"]}"))["body"]
        );

        // The next minute's slot: booked, delivered, written, by whichever of them.
        JsonNode? slot = null;
        await Wait.UntilAsync(
            async () =>
                (
                    slot = (await one.GetAsync("/api/runs?state=done"))["items"]!
                        .AsArray()
                        .FirstOrDefault(each => each!["slot_at"] is not null)
                )
                    is not null,
            TimeSpan.FromMinutes(3),
            () => one.Output
        );
        Assert.Equal((string?)schedule["id"], (string?)slot!["schedule_id"]);
    }
}
