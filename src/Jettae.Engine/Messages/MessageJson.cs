using System.Text;
using System.Text.Json.Nodes;

namespace Jettae.Engine;

/// <summary>A message as the API shows it (contract §1.5): what is not set is absent, what is redacted is a hash.</summary>
internal static class MessageJson
{
    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false,
        throwOnInvalidBytes: true
    );

    public static JsonObject Of(Message message)
    {
        var json = new JsonObject
        {
            ["messageId"] = message.Id,
            ["url"] = message.Url,
            ["method"] = message.Method,
            ["header"] = Header(message),
            ["maxRetries"] = message.MaxRetries,
            ["notBefore"] = message.NotBefore,
            ["createdAt"] = message.CreatedAt,
        };
        AddMessageBody(json, message);
        AddSettings(json, message, "Header");
        if (message.Config.RetryDelay is { } expression)
            json["retryDelayExpression"] = expression;
        if (message.Config.CallerIp is { } ip)
            json["callerIP"] = ip;
        return json;
    }

    public static JsonObject Header(Message message) => WireJson.Map(message.Config.Headers, message.Config.Redact);

    public static void AddMessageBody(JsonObject json, Message message)
    {
        if (message.Config.Redact is { Body: true } && message.Body.Length > 0)
            json["body"] = Redaction.Hash(message.Body);
        else
            AddBody(json, "body", message.Body);
    }

    /// <summary>What messages, schedules and log entries show alike; their callback header maps differ in name (contract Q18).</summary>
    public static void AddSettings(JsonObject json, Message message, string headerSuffix)
    {
        var config = message.Config;
        Add("topicName", config.Topic);
        Add("endpointName", config.Endpoint);
        Add("queueName", message.Queue);
        Add("scheduleId", config.ScheduleId);
        AddCallback("callback", config.Callback);
        AddCallback("failureCallback", config.FailureCallback);
        if (message.Labels.Count > 0)
        {
            json["label"] = message.Labels[0];
            json["labels"] = new JsonArray([.. message.Labels.Select(label => (JsonNode)label)]);
        }
        if (message is { FlowKey: { } key, Config.Flow: { } limits })
        {
            json["flowControlKey"] = key;
            if (limits.Parallelism > 0)
                json["parallelism"] = limits.Parallelism;
            if (limits.Rate > 0)
                json["rate"] = limits.Rate;
            json["period"] = limits.Period;
        }

        void Add(string name, string? value)
        {
            if (value is not null)
                json[name] = value;
        }

        void AddCallback(string name, CallbackTarget? target)
        {
            if (target is null)
                return;
            json[name] = target.Url;
            var own = target.Headers.TryGetValue("Upstash-Redact-Fields", out var fields)
                ? Redaction.Parse(string.Join(',', fields))
                : null;
            json[name + headerSuffix] = WireJson.Map(target.Headers, Redaction.OfCallback(own, config.Redact));
        }
    }

    /// <summary>Text where it is UTF-8, base64 under the other name where it is not; nothing where it is empty.</summary>
    public static void AddBody(JsonObject json, string name, byte[] body)
    {
        if (body.Length == 0)
            return;
        try
        {
            json[name] = Strict.GetString(body);
        }
        catch (DecoderFallbackException)
        {
            json[name + "Base64"] = Convert.ToBase64String(body);
        }
    }
}
