using System.Text.Json.Nodes;

namespace Jettae.Studio.Tests;

/// <summary>What the bell tells of a fault: why and what to do, in both languages, and a link to where that can be done.</summary>
internal static class Told
{
    /// <summary>One of the open alerts is of this kind, tells this reason, and leads to where it stands.</summary>
    public static async Task AtTheBellAsync(TestStudio studio, string[] kinds, string? reason)
    {
        var open = (await studio.GetAsync("/api/alerts?open=true"))["items"]!.AsArray();
        var alert = Assert.Single(
            open,
            each => kinds.Contains((string?)each!["kind"]) && (string?)each["reason"]?["key"] == reason
        )!;
        foreach (var text in new[] { alert["text"]!, alert["to_do"]! })
            BothLanguages(text["ko"]!, text["en"]!);
        Assert.Contains((string)alert["to_do"]!["ko"]!, (string)alert["text"]!["ko"]!, StringComparison.Ordinal);
        if (reason is not null)
            foreach (var part in new[] { "what", "to_do" })
                BothLanguages(alert["reason"]!["ko"]![part]!, alert["reason"]!["en"]![part]!);
        var link = (string)alert["link"]!;
        if (link == "/settings#qstash")
            return;
        if (link.StartsWith("/runs/", StringComparison.Ordinal))
        {
            var run = await studio.GetAsync("/api" + link);
            Assert.Equal(reason, (string?)run["reason"]!["key"]);
            Assert.Equal((string?)alert["to_do"]!["en"], (string?)run["reason"]!["en"]!["to_do"]);
            return;
        }
        Assert.StartsWith("/schedules/", link, StringComparison.Ordinal);
        Assert.Equal((string?)alert["schedule_id"], (string?)(await studio.GetAsync("/api" + link))["id"]);
    }

    private static void BothLanguages(JsonNode ko, JsonNode en)
    {
        Assert.Matches("[가-힣]", (string)ko!);
        // The name that a person gave their schedule stays as it is.
        Assert.Matches("^[^가-힣]{5,}$", ((string)en!).Replace("아침 루틴", "", StringComparison.Ordinal));
    }
}
