using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Jettae.Engine;

/// <summary>
/// What a publisher says of a message, in headers. Names are case-insensitive; every value is checked here, once, for
/// publish, batch and callbacks alike (contract §2).
/// </summary>
public sealed class MessageHeaders
{
    private const string Prefix = "Upstash-";
    private const string Forward = "Upstash-Forward-";
    private const int MaxCallbackDepth = 3;
    private const int MostHeaders = 500;
    private const int MostBytes = 256 * 1024;
    private const int LongestId = 1_024;

    /// <summary>PostgreSQL's indexes hold some 2,700 bytes of a row: the key, its tenant and when something began.</summary>
    private const int MostKeyBytes = 2_048;
    private const int MostLabels = 100;
    private const int LongestLabel = 256;

    /// <summary>RFC 9110 §5.6.2: what a header's name is made of.</summary>
    private static readonly SearchValues<char> Token = SearchValues.Create(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    );

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    /// <summary>Those of the connection, and ours: a publisher cannot set them at the destination.</summary>
    private static readonly HashSet<string> NeverForwarded = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host",
        "Content-Length",
        "Content-Type",
        "Transfer-Encoding",
        "Connection",
        "Keep-Alive",
        "TE",
        "Trailer",
        "Upgrade",
        "Proxy-Authorization",
        "Proxy-Connection",
        "Expect",
        "User-Agent",
        "Upstash-Signature",
        "Upstash-Message-Id",
        "Upstash-Retried",
    };

    private readonly Dictionary<string, string[]> values = new(StringComparer.OrdinalIgnoreCase);

    public MessageHeaders(IEnumerable<KeyValuePair<string, string[]>> given)
    {
        foreach (var (name, value) in given)
            values[name] = value;
    }

    /// <summary>The message that these headers ask for.</summary>
    /// <param name="url">Its destination.</param>
    /// <param name="body">What the destination receives.</param>
    /// <param name="origin">Where the request came from, and in whose name.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="limits">Those of its tenant.</param>
    /// <param name="depth">How many callbacks lie between it and the message that was published.</param>
    /// <exception cref="RejectedException">A header breaks its rule.</exception>
    public Publication Read(string url, byte[] body, Origin origin, long now, Limits limits, int depth = 0)
    {
        CheckForm(values);
        if (Text("Upstash-Cron") is { } cron)
            throw Rejected("Upstash-Cron", "makes a schedule, and needs a request of its own", cron);
        url = Destination.Parse(url);
        var notBefore = NotBefore(now, limits);
        var (flowKey, flow) = Flow();
        var queue =
            origin.Queue
            ?? (Text("Upstash-Queue-Name") is { Length: > 0 } name ? Wire.Name("Upstash-Queue-Name", name) : null);
        var message = new Message
        {
            Id = NewId(now),
            Tenant = "",
            Shard = 0,
            DueAt = notBefore,
            NotBefore = notBefore,
            CreatedAt = now,
            Url = url,
            Method = Method(),
            MaxRetries = Retries(limits),
            Labels = Labels(),
            Body = body,
            Queue = queue,
            InLine = queue is null ? null : LinePlace.Outside,
            FlowKey = flowKey,
            Config = new MessageConfig
            {
                Headers = Sent(),
                RetryDelay = RetryDelayExpression(),
                TimeoutMs = Timeout(),
                Callback = Callback("Upstash-Callback", now, limits, depth),
                FailureCallback = Callback("Upstash-Failure-Callback", now, limits, depth),
                CallerIp = origin.CallerIp,
                Topic = origin.Topic,
                Endpoint = origin.Endpoint,
                ScheduleId = origin.ScheduleId,
                Flow = flow,
                Redact = Text("Upstash-Redact-Fields") is { } fields ? Redaction.Parse(fields) : null,
            },
        };
        return new Publication(message, DeduplicationId(), Flag("Upstash-Content-Based-Deduplication"));
    }

    /// <summary>A given-up message once more, as it was, with what these headers say differently (contract §1.10).</summary>
    public Message Again(Message old, long now, Limits limits)
    {
        CheckForm(values);
        var notBefore = NotBefore(now, limits);
        var (flowKey, flow) = Flow();
        return old with
        {
            Id = NewId(now),
            State = MessageState.Pending,
            DueAt = notBefore,
            NotBefore = notBefore,
            CreatedAt = now,
            FinishedAt = null,
            Retried = 0,
            MaxRetries = Text("Upstash-Retries") is null ? old.MaxRetries : Retries(limits),
            Method = Text("Upstash-Method") is null ? old.Method : Method(),
            Labels = Labels() is { Length: > 0 } labels ? labels : old.Labels,
            InLine = old.Queue is null ? null : LinePlace.Outside,
            Holder = null,
            FlowKey = flowKey ?? old.FlowKey,
            Config = old.Config with
            {
                Headers = Sent(old.Config.Headers),
                Redact = Redaction.OfEither(
                    Text("Upstash-Redact-Fields") is { } fields ? Redaction.Parse(fields) : null,
                    old.Config.Redact
                ),
                RetryDelay = RetryDelayExpression() ?? old.Config.RetryDelay,
                TimeoutMs = Timeout() ?? old.Config.TimeoutMs,
                Callback = Callback("Upstash-Callback", now, limits, 0) ?? old.Config.Callback,
                FailureCallback = Callback("Upstash-Failure-Callback", now, limits, 0) ?? old.Config.FailureCallback,
                Flow = flow ?? old.Config.Flow,
            },
        };
    }

    /// <summary>A JSON object of texts, or of arrays of texts.</summary>
    public static Dictionary<string, string[]> Map(JsonElement json)
    {
        var headers = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase);
        if (json.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined)
            return headers;
        if (json.ValueKind != JsonValueKind.Object)
            throw new RejectedException(400, $"headers must be an object; received {json.ValueKind}");
        foreach (var header in json.EnumerateObject())
            headers[header.Name] = header.Value.ValueKind switch
            {
                JsonValueKind.String => [header.Value.GetString()!],
                JsonValueKind.Array
                    when header.Value.EnumerateArray().All(value => value.ValueKind == JsonValueKind.String) =>
                [
                    .. header.Value.EnumerateArray().Select(value => value.GetString()!),
                ],
                var kind => throw new RejectedException(
                    400,
                    $"{header.Name} must be a string or an array of strings; received {kind}"
                ),
            };
        return headers;
    }

    internal static string NewId(long now) =>
        "msg_"
        + Guid.CreateVersion7(DateTimeOffset.FromUnixTimeMilliseconds(now)).ToString("N", CultureInfo.InvariantCulture);

    private static RejectedException Rejected(string header, string rule, string received) =>
        new(400, $"{header} {rule}; received '{Shortened(received)}'");

    internal static string Shortened(string text) => text.Length <= 100 ? text : text[..100] + "…";

    /// <summary>
    /// A batch, or a query, can carry what no header line can: it would be dropped, or refused, at every attempt. And what a
    /// request's own header block bounds, they must not exceed.
    /// </summary>
    private static void CheckForm(IReadOnlyDictionary<string, string[]> values)
    {
        var count = values.Values.Sum(all => Math.Max(1, all.Length));
        if (count > MostHeaders)
            throw new RejectedException(400, $"headers must be {MostHeaders} at the most; received '{count}'");
        var bytes = 0L;
        foreach (var (name, all) in values)
        {
            if (name.Length == 0 || name.AsSpan().ContainsAnyExcept(Token))
                throw Rejected(name, "is not the name of a header", string.Join(',', all));
            bytes += name.Length;
            foreach (var value in all)
            {
                if (value.Any(c => char.IsControl(c) && c != '\t'))
                    throw Rejected(name, "must not hold control characters", value);
                bytes += Encoding.UTF8.GetByteCount(value);
            }
            if (bytes > MostBytes)
                throw Rejected(name, $"makes the headers longer than {MostBytes} bytes", string.Join(',', all));
        }
    }

    private string? Text(string name) =>
        !values.TryGetValue(name, out var all) || all.Length == 0 ? null
        : all.Length == 1 ? all[0].Trim()
        : throw Rejected(name, "must be given once", string.Join(',', all));

    private TimeSpan? Span(string name, bool positive = false)
    {
        if (Text(name) is not { } text)
            return null;
        if (!Duration.TryParse(text, out var span) || (positive && span <= TimeSpan.Zero))
            throw Rejected(name, $"must be a {(positive ? "positive " : "")}duration such as 10s or 1h30m", text);
        return span;
    }

    private TimeSpan Delay() => Span("Upstash-Delay") ?? TimeSpan.Zero;

    private long NotBefore(long now, Limits limits)
    {
        var delay = Delay();
        var notBefore = Text("Upstash-Not-Before") is { } instant
            ? Math.Max(now, Seconds("Upstash-Not-Before", instant) * 1_000)
            : now + (long)delay.TotalMilliseconds;
        if (limits.Delay is { } longest && notBefore - now > longest.TotalMilliseconds)
            throw RejectedException.Quota("maxDelay", (long)longest.TotalSeconds);
        return notBefore;
    }

    private static long Seconds(string name, string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
        && seconds < 253_402_300_800
            ? seconds
            : throw Rejected(name, "must be unix seconds, a whole number", text);

    private string Method()
    {
        if (Text("Upstash-Method") is not { } text)
            return "POST";
        return Methods.FirstOrDefault(method => method.Equals(text, StringComparison.OrdinalIgnoreCase))
            ?? throw Rejected("Upstash-Method", "must be one of GET, POST, PUT, PATCH, DELETE", text);
    }

    private int Retries(Limits limits)
    {
        if (Text("Upstash-Retries") is not { } text)
            return Math.Min(3, limits.Retries ?? 3);
        if (limits.Retries is { } most && long.TryParse(text, out var wanted) && wanted > most)
            throw RejectedException.Quota("maxRetries", most);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var retries) && retries <= 1_000
            ? retries
            : throw Rejected("Upstash-Retries", "must be a whole number from 0 to 1000", text);
    }

    private string? RetryDelayExpression()
    {
        if (Text("Upstash-Retry-Delay") is not { } text)
            return null;
        return RetryDelay.IsValid(text, out var reason)
            ? text
            : throw Rejected("Upstash-Retry-Delay", $"must be an expression in milliseconds: {reason}", text);
    }

    private long? Timeout() => (long?)Span("Upstash-Timeout", positive: true)?.TotalMilliseconds;

    private (string? Key, FlowLimits? Limits) Flow()
    {
        var (key, value) = (Text("Upstash-Flow-Control-Key"), Text("Upstash-Flow-Control-Value"));
        return (key, value) switch
        {
            (null or "", null or "") => (null, null),
            (null or "", _) => throw Rejected(
                "Upstash-Flow-Control-Value",
                "needs Upstash-Flow-Control-Key beside it",
                value
            ),
            (_, null or "") => throw Rejected(
                "Upstash-Flow-Control-Key",
                "needs Upstash-Flow-Control-Value beside it",
                key
            ),
            _ when !IsFlowKey(key) => throw Rejected(
                "Upstash-Flow-Control-Key",
                $"may have {LongestId} characters, and {MostKeyBytes} bytes in UTF-8, at the most",
                key
            ),
            _ => (key, FlowLimits.Parse(value)),
        };
    }

    /// <summary>Whether a flow-control key can be kept.</summary>
    internal static bool IsFlowKey(string key) =>
        key.Length is > 0 and <= LongestId && Encoding.UTF8.GetByteCount(key) <= MostKeyBytes;

    private string[] Labels()
    {
        if (!values.TryGetValue("Upstash-Label", out var lines))
            return [];
        var labels = string.Join(',', lines)
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (labels.Length > MostLabels)
            throw Rejected("Upstash-Label", $"may name {MostLabels} labels at the most", $"{labels.Length} labels");
        if (labels.FirstOrDefault(label => label.Length > LongestLabel) is { } longest)
            throw Rejected("Upstash-Label", $"must have labels of {LongestLabel} characters at the most", longest);
        return labels;
    }

    private string? DeduplicationId()
    {
        if (Text("Upstash-Deduplication-Id") is not { Length: > 0 } id)
            return null;
        if (id.Contains(':', StringComparison.Ordinal))
            throw new RejectedException(
                400,
                $"DeduplicationId cannot contain ':'; received '{Shortened(id)}' as Upstash-Deduplication-Id"
            );
        return id.Length <= LongestId
            ? id
            : throw Rejected("Upstash-Deduplication-Id", $"may have {LongestId} characters at the most", id);
    }

    private bool Flag(string name) =>
        Text(name) is { } text
        && (bool.TryParse(text, out var flag) ? flag : throw Rejected(name, "must be true or false", text));

    /// <summary>What was to be sent, with what these headers say differently; together within a request's bounds.</summary>
    private IReadOnlyDictionary<string, string[]> Sent(IReadOnlyDictionary<string, string[]> before)
    {
        var said = Sent();
        if (said.Count == 0)
            return before;
        var sent = new Dictionary<string, string[]>(before, StringComparer.Ordinal);
        foreach (var (name, value) in said)
            sent[name] = value;
        CheckForm(sent);
        return sent;
    }

    private Dictionary<string, string[]> Sent()
    {
        var sent = new Dictionary<string, string[]>(StringComparer.Ordinal);
        if (values.TryGetValue("Content-Type", out var contentType))
            sent["Content-Type"] = contentType;
        foreach (var (name, value) in values)
            if (name.StartsWith(Forward, StringComparison.OrdinalIgnoreCase) && name.Length > Forward.Length)
                Add(name[Forward.Length..], value);
        if (Flag("Upstash-Header-Forward"))
            foreach (var (name, value) in values)
                // What authorised the publish is not the destination's; what it is to be sent is said with the prefix.
                if (
                    !name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase)
                    && !name.Equals("Authorization", StringComparison.OrdinalIgnoreCase)
                )
                    Add(name, value);
        return sent;

        void Add(string name, string[] value)
        {
            if (!NeverForwarded.Contains(name))
                sent.TryAdd(Canonical(name), value);
        }
    }

    private CallbackTarget? Callback(string header, long now, Limits limits, int depth)
    {
        if (Text(header) is not { Length: > 0 } url)
            return null;
        if (!Destination.IsHttp(url))
            throw Rejected(header, "must be a URL that begins with http:// or https://", url);
        var own = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in values)
            if (name.StartsWith(header + "-", StringComparison.OrdinalIgnoreCase))
                own[Canonical(Prefix + name[(header.Length + 1)..])] = value;
        own["Content-Type"] = ["application/json"];
        if (!own.ContainsKey("Upstash-Retries") && values.TryGetValue("Upstash-Retries", out var retries))
            own["Upstash-Retries"] = retries;
        if (depth >= MaxCallbackDepth)
            throw Rejected(header, $"may nest {MaxCallbackDepth} deep at the most", url);
        try
        {
            new MessageHeaders(own).Read(url, [], new Origin(), now, limits, depth + 1);
        }
        catch (RejectedException wrong)
        {
            throw new RejectedException(wrong.Status, $"{header}: {wrong.Message}");
        }
        return new CallbackTarget(url, own);
    }

    /// <summary>As Go writes header names: <c>content-type</c> is <c>Content-Type</c> (contract Q16).</summary>
    internal static string Canonical(string name) =>
        string.Create(
            name.Length,
            name,
            static (span, text) =>
            {
                var first = true;
                for (var i = 0; i < text.Length; i++)
                {
                    span[i] = first ? char.ToUpperInvariant(text[i]) : char.ToLowerInvariant(text[i]);
                    first = text[i] == '-';
                }
            }
        );
}

/// <summary>Where a message comes from.</summary>
/// <param name="CallerIp">Who asked for it.</param>
/// <param name="Topic">The URL group it was published to.</param>
/// <param name="Endpoint">The endpoint's name in the group.</param>
/// <param name="ScheduleId">The schedule that fired.</param>
/// <param name="Queue">The queue it was put into.</param>
public sealed record Origin(
    string? CallerIp = null,
    string? Topic = null,
    string? Endpoint = null,
    string? ScheduleId = null,
    string? Queue = null
);

/// <summary>A message that someone asks to have stored.</summary>
/// <param name="Message">Not yet stored: without sequence, tenant and shard.</param>
/// <param name="DeduplicationId">Given by the publisher.</param>
/// <param name="ByContent">Deduplicate by destination, body, content type and forwarded headers.</param>
public sealed record Publication(Message Message, string? DeduplicationId, bool ByContent)
{
    /// <summary>A message of its own, to another endpoint of its group: body and headers are in memory once.</summary>
    internal Publication To(Endpoint endpoint, long now) =>
        this with
        {
            Message = Message with
            {
                Id = MessageHeaders.NewId(now),
                Url = Destination.Parse(endpoint.Url),
                Config = Message.Config with { Endpoint = endpoint.Name },
            },
        };

    /// <summary>The same, in a trace.</summary>
    internal Publication In(string trace) =>
        this with
        {
            Message = Message with { Config = Message.Config with { Trace = trace } },
        };
}
