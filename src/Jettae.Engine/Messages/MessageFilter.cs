using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Jettae.Engine;

/// <summary>
/// Which messages are meant: values of one name are alternatives, all names must hold (contract §1.6). One reader for the log,
/// the dead letters and cancelling; each says which names it knows.
/// </summary>
public sealed class MessageFilter
{
    private const int MostValues = 1_000;

    /// <summary>The condition that each name stands for; <c>{0}</c> is the JSON array of its values.</summary>
    private static readonly Dictionary<string, string> Conditions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["messageId"] = "m.id in (select value from json_each({0}))",
        ["messageIds"] = "m.id in (select value from json_each({0}))",
        ["url"] = "m.url in (select value from json_each({0}))",
        ["topicName"] = "json_extract(m.config, '$.Topic') in (select value from json_each({0}))",
        ["scheduleId"] = "json_extract(m.config, '$.ScheduleId') in (select value from json_each({0}))",
        ["callerIp"] = "json_extract(m.config, '$.CallerIp') in (select value from json_each({0}))",
        ["queueName"] = "m.queue in (select value from json_each({0}))",
        ["flowControlKey"] = "m.flow_key in (select value from json_each({0}))",
        ["label"] =
            "exists (select 1 from json_each({0}) where value <> '' and instr(',' || m.labels || ',', ',' || value || ',') > 0)",
        // With its port or without.
        ["host"] = "exists (select 1 from json_each({0}) where value in (host_of(m.url), name_of(m.url)))",
        ["path"] = "path_of(m.url) in (select value from json_each({0}))",
        ["responseStatus"] = "cast(a.status as text) in (select value from json_each({0}))",
        ["dlqIds"] = "d.id in (select value from json_each({0}))",
    };

    private readonly Dictionary<string, List<string>> wanted = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<string>> besides = new(StringComparer.OrdinalIgnoreCase);

    private MessageFilter() { }

    /// <summary>What the API's readers of messages ask by; dates and counts are read apart.</summary>
    public static readonly IReadOnlyList<string> OfMessages =
    [
        "messageIds",
        "url",
        "topicName",
        "scheduleId",
        "callerIp",
        "queueName",
        "flowControlKey",
        "label",
        "host",
        "path",
    ];

    public static readonly IReadOnlyList<string> OfDeadLetters =
    [
        "messageId",
        "url",
        "topicName",
        "scheduleId",
        "callerIp",
        "queueName",
        "flowControlKey",
        "label",
        "responseStatus",
        "dlqIds",
    ];

    /// <summary>Reads a query, and the body that older programs send instead.</summary>
    /// <param name="query">Repeated names are alternatives; ids may also be one list by comma.</param>
    /// <param name="body">The same names.</param>
    /// <param name="names">Those that are known here.</param>
    /// <param name="others">Names that say something else: dates, count, cursor, state, order …</param>
    /// <param name="strict">Refuse what is unknown: a typo must not mean everything (contract Q10).</param>
    public static MessageFilter Read(
        IQueryCollection query,
        JsonObject? body,
        IReadOnlyList<string> names,
        IReadOnlyList<string> others,
        bool strict
    )
    {
        var filter = new MessageFilter();
        foreach (var (given, values) in query)
            filter.Take(given, values.Select(value => value ?? ""), names, others, strict);
        foreach (var (given, value) in body ?? [])
            filter.Take(given, Values(given, value), names, others, strict);
        return filter;
    }

    public bool IsEmpty => wanted.Count == 0;

    /// <summary>Whether a filter of this name was given, even with no value: then it means none, not all.</summary>
    public bool Has(string name) => wanted.ContainsKey(name);

    public IReadOnlyList<string> Others(string name) => besides.TryGetValue(name, out var values) ? values : [];

    public long? Whole(string name) => Others(name) is [.., { Length: > 0 } text] ? Wire.Whole(name, text) : null;

    /// <summary>The order asked for: <c>latestFirst</c> or <c>earliestFirst</c>.</summary>
    public bool LatestFirst(bool otherwise) =>
        Others("order") is not [.., var order] ? otherwise
        : order.Equals("latestFirst", StringComparison.OrdinalIgnoreCase) ? true
        : order.Equals("earliestFirst", StringComparison.OrdinalIgnoreCase) ? false
        : throw new RejectedException(
            400,
            $"order must be latestFirst or earliestFirst; received '{MessageHeaders.Shortened(order)}'"
        );

    /// <summary>The number of rows asked for: at most <paramref name="most"/>, which is also the default.</summary>
    public int Count(int most) =>
        Whole("count") is not { } count ? most
        : count >= 1 ? (int)Math.Min(count, most)
        : throw new RejectedException(400, $"count must be a whole number from 1 to {most}; received '{count}'");

    public (long From, long To) Dates => (Whole("fromDate") ?? 0, Whole("toDate") ?? long.MaxValue);

    /// <summary>All conditions, over <c>messages m</c> (and <c>dead_letters d</c>, <c>attempts a</c>), with values from <c>$first</c> on.</summary>
    public string Sql(int first) =>
        IsEmpty
            ? "true"
            : string.Join(
                " and ",
                wanted.Keys.Select(
                    (name, i) => string.Format(null, Conditions[name], "$" + (first + i).ToString(null, null))
                )
            );

    /// <summary>The values of <see cref="Sql"/>, in its order, after <paramref name="before"/>.</summary>
    public object?[] With(params ReadOnlySpan<object?> before) =>
        [
            .. before,
            .. wanted.Values.Select(values =>
                new JsonArray([.. values.Select(value => (JsonNode)value)]).ToJsonString()
            ),
        ];

    private void Take(
        string given,
        IEnumerable<string> values,
        IReadOnlyList<string> names,
        IReadOnlyList<string> others,
        bool strict
    )
    {
        if (given == "qstash_token")
            return;
        if (others.Contains(given, StringComparer.OrdinalIgnoreCase))
        {
            List<string> said = [.. values];
            if (
                strict
                && given.EndsWith("Date", StringComparison.OrdinalIgnoreCase)
                && !said.Exists(text => text != "")
            )
                throw new RejectedException(
                    400,
                    $"{MessageHeaders.Shortened(given)} must be unix milliseconds; received ''"
                );
            besides[given] = said;
            return;
        }
        if (names.FirstOrDefault(each => each.Equals(given, StringComparison.OrdinalIgnoreCase)) is not { } name)
        {
            if (!strict)
                return;
            throw new RejectedException(
                400,
                $"{MessageHeaders.Shortened(given)} is not a filter here; known are {string.Join(", ", names.Concat(others))}"
            );
        }
        if (!wanted.TryGetValue(name, out var all))
            wanted[name] = all = [];
        all.AddRange(
            name.EndsWith("Ids", StringComparison.Ordinal)
                ? values.SelectMany(value =>
                    value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                )
            : name == "host" ? values.Select(value => Destination.Lower(value))
            : values
        );
        if (all.Count > MostValues)
            throw new RejectedException(400, $"{name} may have {MostValues} values at the most; received {all.Count}");
    }

    private static IEnumerable<string> Values(string name, JsonNode? value) =>
        value switch
        {
            null => [],
            JsonArray array => array.SelectMany(item =>
                Values(name, item is JsonArray ? throw Wire.Wrong(name, "a text or an array of texts", item) : item)
            ),
            JsonValue text when text.GetValueKind() == JsonValueKind.String => [Wire.UnicodeText(text, name)],
            JsonValue number when number.GetValueKind() == JsonValueKind.Number => [number.ToJsonString()],
            _ => throw Wire.Wrong(name, "a text or an array of texts", value),
        };
}
