using System.Text.Json.Nodes;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Jettae.Tests;

/// <summary>The studio as an app of the phone: a manifest with its icons, and a page for the time without a server.</summary>
[Collection(Busy.Name)]
public sealed class InstallTests(StudioPages studio) : IClassFixture<StudioPages>
{
    [Theory]
    [InlineData("en", "Library")]
    [InlineData("ko", "보관함")]
    public async Task The_manifest_leads_to_icons_of_the_sizes_it_names(string language, string shortcut)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var http = studio.Program.Client(null);
        http.DefaultRequestHeaders.AcceptLanguage.ParseAdd(language);
        var page = await http.GetStringAsync("/sign-in", cancel);
        var named = System.Text.RegularExpressions.Regex.Match(page, "rel=\"manifest\" href=\"([^\"]+)\"").Groups[1];
        var manifest = JsonNode.Parse(await http.GetStringAsync($"/{named.Value}", cancel))!;
        Assert.Equal(shortcut, (string?)manifest["shortcuts"]![0]!["name"]);
        Assert.Equal("/", (string?)manifest["start_url"]);
        Assert.Equal("standalone", (string?)manifest["display"]);
        var pngs = manifest["icons"]!.AsArray().Where(icon => (string?)icon!["type"] == "image/png").ToList();
        Assert.Contains(pngs, icon => (string?)icon!["purpose"] == "maskable");
        foreach (var icon in pngs)
        {
            var bytes = await http.GetByteArrayAsync($"/_content/Jettae.Studio/{icon!["src"]}", cancel);
            // A PNG tells its width at byte 16.
            var width = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(16));
            Assert.Equal($"{width}x{width}", (string?)icon["sizes"]);
        }
    }

    [Fact]
    public async Task Without_a_server_a_page_says_so_and_the_right_one_opens_by_itself_afterwards()
    {
        var page = await studio.OpenAsync("ko");
        await page.GotoAsync("/library");
        Assert.Equal(
            "/",
            await page.EvaluateAsync<string>(
                "async () => new URL((await navigator.serviceWorker.ready).scope).pathname"
            )
        );
        await studio.StopAsync();
        await page.ReloadAsync();
        await Expect(page.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Jettae에 연결할 수 없어요");
        await studio.StartAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "보관함" }))
            .ToBeVisibleAsync(new() { Timeout = 60_000 });
    }
}
