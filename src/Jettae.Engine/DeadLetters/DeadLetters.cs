using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Jettae.Engine;

/// <summary>A message that was given up, with its last answer and its place in the order of giving up.</summary>
public sealed record DeadLetter(
    string Id,
    Message Message,
    int Status,
    IReadOnlyDictionary<string, string[]> Headers,
    byte[] Body,
    long Place
);

/// <summary>What was given up.</summary>
public sealed class DeadLetters(Store store)
{
    public const int MostInPage = 100;

    private const string Select = """
        select m.seq, m.id, m.tenant, m.shard, m.state, m.due_at, m.retried, m.created_at, m.not_before, m.finished_at, m.url,
               m.method, m.max_retries, m.labels, m.config, m.body, d.id, a.status, a.headers, a.body, d.seq
        from dead_letters d
        join messages m on m.seq = d.message_seq
        join attempts a on a.message_seq = m.seq and a.retried = m.retried
        """;

    /// <summary>In the order in which the messages were given up, after <paramref name="cursor"/>.</summary>
    public (List<DeadLetter> Page, string? Cursor) List(string tenant, long cursor, int count)
    {
        var rows = store.Read(db =>
            db.Command(
                    $"{Select} where d.tenant = $0 and d.seq > $1 order by d.seq limit $2",
                    tenant,
                    cursor,
                    count + 1
                )
                .Rows(Row)
        );
        if (rows.Count <= count)
            return (rows, null);
        rows.RemoveAt(count);
        return (rows, rows[^1].Place.ToString(null, null));
    }

    public DeadLetter? Find(string tenant, string id) =>
        store.Read(db =>
            db.Command($"{Select} where d.id = $0 and d.tenant = $1", id, tenant).Rows(Row).FirstOrDefault()
        );

    public Task<bool> DeleteAsync(string tenant, string id) =>
        store.WriteAsync(s => s.Run("delete from dead_letters where id = $0 and tenant = $1", id, tenant) > 0);

    public static JsonObject Json(DeadLetter letter)
    {
        var json = MessageJson.Of(letter.Message);
        json["dlqId"] = letter.Id;
        json["responseStatus"] = letter.Status;
        if (letter.Headers.Count > 0)
            json["responseHeader"] = WireJson.Map(letter.Headers);
        MessageJson.AddBody(json, "responseBody", letter.Body);
        return json;
    }

    private static DeadLetter Row(Microsoft.Data.Sqlite.SqliteDataReader row) =>
        new(
            row.GetString(16),
            Messages.Row(row),
            row.GetInt32(17),
            row.TextOrNull(18) is { } headers
                ? JsonSerializer.Deserialize(headers, StoredJson.Default.IReadOnlyDictionaryStringStringArray)!
                : new Dictionary<string, string[]>(),
            row.Bytes(19),
            row.GetInt64(20)
        );
}

/// <summary>A message as the API shows it (contract §1.5).</summary>
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
            ["header"] = WireJson.Map(message.Config.Headers),
            ["maxRetries"] = message.MaxRetries,
            ["notBefore"] = message.NotBefore,
            ["createdAt"] = message.CreatedAt,
        };
        AddBody(json, "body", message.Body);
        AddSettings(json, message, "Header");
        if (message.Config.RetryDelay is { } expression)
            json["retryDelayExpression"] = expression;
        if (message.Config.CallerIp is { } ip)
            json["callerIP"] = ip;
        return json;
    }

    /// <summary>What messages and log entries show alike; their callback header maps differ in name (contract Q18).</summary>
    public static void AddSettings(JsonObject json, Message message, string headerSuffix)
    {
        if (message.Config.Callback is { } callback)
        {
            json["callback"] = callback.Url;
            json["callback" + headerSuffix] = WireJson.Map(callback.Headers);
        }
        if (message.Config.FailureCallback is { } failureCallback)
        {
            json["failureCallback"] = failureCallback.Url;
            json["failureCallback" + headerSuffix] = WireJson.Map(failureCallback.Headers);
        }
        if (message.Labels.Count > 0)
        {
            json["label"] = message.Labels[0];
            json["labels"] = new JsonArray([.. message.Labels.Select(label => (JsonNode)label)]);
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
