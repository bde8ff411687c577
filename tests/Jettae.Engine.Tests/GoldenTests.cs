using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Jettae.Engine.Tests;

/// <summary>The conversations in <c>tests/golden</c>, to which the client is held too: the engine answers them word for word.</summary>
public sealed partial class GoldenTests
{
    public static IEnumerable<TheoryDataRow<string>> Stories() =>
        Directory
            .EnumerateFiles(Folder(), "*.json")
            .Order(StringComparer.Ordinal)
            .Select(file => new TheoryDataRow<string>(Path.GetFileNameWithoutExtension(file)));

    [Theory]
    [MemberData(nameof(Stories))]
    public async Task The_engine_answers_as_the_conversation_has_it(string story)
    {
        await using var engine = await EngineUnderTest.StartAsync();
        var known = new Dictionary<string, string>();
        var file = await File.ReadAllTextAsync(
            Path.Combine(Folder(), story + ".json"),
            TestContext.Current.CancellationToken
        );
        foreach (var exchange in JsonNode.Parse(file)!.AsArray())
        {
            var request = exchange!["request"]!;
            var headers = (request["headers"] as JsonObject ?? [])
                .Select(header => (header.Key, Filled((string)header.Value!, known)))
                .ToList();
            var body = request["body"] switch
            {
                null => null,
                JsonValue text when text.GetValueKind() == System.Text.Json.JsonValueKind.String => Filled(
                    (string)text!,
                    known
                ),
                var json => Filled(json.ToJsonString(), known),
            };
            if (
                request["body"] is JsonObject or JsonArray
                && headers.TrueForAll(header => header.Key != "Content-Type")
            )
                headers.Add(("Content-Type", "application/json"));
            var (status, answer) = await engine.SendAsync(
                new HttpMethod((string)request["method"]!),
                Filled((string)request["path"]!, known),
                body,
                [.. headers]
            );
            var where = $"{story}: {(string?)exchange["operation"]}: {status} {answer?.ToJsonString()}";
            Assert.True((int)exchange["response"]!["status"]! == status, where);
            if (exchange["response"]!["body"] is { } expected)
                Compare(expected, answer, known, where);
            await engine.IdleAsync();
        }
        Assert.Empty(engine.Deliveries);
    }

    private static void Compare(JsonNode? expected, JsonNode? actual, Dictionary<string, string> known, string where)
    {
        switch (expected)
        {
            case JsonObject members:
                var given = Assert.IsType<JsonObject>(actual);
                foreach (var (name, value) in members)
                {
                    Assert.True(given.ContainsKey(name), $"{name} is missing: {where}");
                    if (name == "header")
                        Assert.Equal(value!.AsObject().Count, given[name]!.AsObject().Count);
                    Compare(value, given[name], known, where);
                }
                break;
            case JsonArray items:
                var all = Assert.IsType<JsonArray>(actual);
                Assert.True(items.Count == all.Count, $"{items.Count} elements expected: {where}");
                for (var i = 0; i < items.Count; i++)
                    Compare(items[i], all[i], known, where);
                break;
            case JsonValue text when text.GetValueKind() == System.Text.Json.JsonValueKind.String:
                Assert.True(Matches((string)text!, actual!, known), $"expected {(string)text!}: {where}");
                break;
            default:
                Assert.True(JsonNode.DeepEquals(expected, actual), $"expected {expected?.ToJsonString()}: {where}");
                break;
        }
    }

    /// <summary>A token that is met for the first time is learned; after that it is what it was.</summary>
    private static bool Matches(string expected, JsonNode actual, Dictionary<string, string> known)
    {
        if (expected == "{ms}")
            return actual is JsonValue number
                && number.TryGetValue<long>(out var instant)
                && instant > 1_000_000_000_000;
        var text = (string?)actual ?? "";
        var pattern =
            "^"
            + Token()
                .Replace(
                    Regex.Escape(expected).Replace("\\{", "{", StringComparison.Ordinal),
                    token =>
                        known.TryGetValue(token.Value, out var value) ? Regex.Escape(value)
                        : token.Value == "{any}" ? ".*"
                        : "(?<t" + token.Groups[1].Value + token.Groups[2].Value + ">[A-Za-z0-9_.-]+)"
                )
            + "$";
        var match = Regex.Match(text, pattern, RegexOptions.Singleline);
        foreach (Match token in Token().Matches(expected))
            if (
                token.Value != "{any}"
                && match.Groups["t" + token.Groups[1].Value + token.Groups[2].Value] is { Success: true } found
            )
                known[token.Value] = found.Value;
        return match.Success;
    }

    private static string Filled(string text, Dictionary<string, string> known) =>
        Token().Replace(text, token => known.GetValueOrDefault(token.Value, token.Value));

    [GeneratedRegex(@"\{(msg|scd|dlq|key|any):?(\d*)\}")]
    private static partial Regex Token();

    private static string Folder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Jettae.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Not in a checkout.");
        return Path.Combine(folder, "tests", "golden");
    }
}
