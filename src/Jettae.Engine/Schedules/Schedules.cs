using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Engine;

/// <summary>The schedules: made, shown, paused, deleted (contract §6.4). <see cref="Ticker"/> fires them.</summary>
internal sealed class Schedules(
    Store store,
    Publishing publishing,
    Ticker ticker,
    Quotas quotas,
    EngineOptions options,
    TimeProvider time
)
{
    /// <summary>What a schedule that names a URL group is shown by while the group is not there.</summary>
    private const string Placeholder = "https://example.com";

    private const int MostAtOnce = 200;
    private const int MostBytesAtOnce = 4 * 1024 * 1024;

    public void Map(RouteGroupBuilder v2)
    {
        v2.MapGet("/schedules", List);
        v2.MapGet("/schedules/{id}", Get);
        v2.MapDelete("/schedules/{id}", DeleteAsync);
        v2.MapMethods(
            "/schedules/{id}/pause",
            ["PATCH", "POST"],
            (HttpContext http, string id) => PauseAsync(http, id, true)
        );
        v2.MapMethods(
            "/schedules/{id}/resume",
            ["PATCH", "POST"],
            (HttpContext http, string id) => PauseAsync(http, id, false)
        );
        v2.MapPost("/schedules/{**destination}", (Delegate)PostAsync);
    }

    /// <summary>Makes a schedule, or replaces all of the one that has this id, except its pause and its age.</summary>
    public async Task<IResult> CreateAsync(HttpContext http, string destination, Dictionary<string, string[]> headers)
    {
        var body = await http.BodyAsync(options.MaxBody);
        if (!headers.TryGetValue("Upstash-Cron", out var given) || given is not [var expression])
            throw new RejectedException(
                400,
                "Upstash-Cron must be given once, such as '0 9 * * *'; received none, or several"
            );
        var cron = Cron.Parse(expression);
        var id =
            headers.TryGetValue("Upstash-Schedule-Id", out var ids) && string.Join(',', ids) is { Length: > 0 } own
                ? Wire.Name("Upstash-Schedule-Id", own)
                : "scd_" + Guid.CreateVersion7(time.GetUtcNow()).ToString("N", CultureInfo.InvariantCulture);
        var kept = Kept(headers);
        if (kept.ContainsKey("Upstash-Not-Before"))
            throw new RejectedException(
                400,
                "Upstash-Not-Before is not for schedules: each slot has its own time; use Upstash-Delay"
            );
        // A destination or a header that would fail at each slot is refused now.
        var sample = publishing.Read(http.Tenant(), destination, kept, body, new Origin(http.CallerIp()));
        var stored =
            sample is [{ Message: { Config.Topic: null, Url: var url } }]
            && !destination.StartsWith("api/", StringComparison.OrdinalIgnoreCase)
                ? url
                : destination;
        await store.WriteAsync(s =>
        {
            var now = time.Milliseconds();
            var isNew = !s.Any("select 1 from schedules where tenant = $0 and id = $1", http.Tenant(), id);
            if (isNew)
                Limits.Check(
                    s,
                    http.Tenant(),
                    "maxSchedules",
                    quotas.Of(http.Tenant()).Schedules,
                    () => s.Scalar<long>("select count(*) from schedules where tenant = $0", http.Tenant()) + 1
                );
            return s.Run(
                """
                insert into schedules (tenant, id, cron, destination, headers, body, caller_ip, created_at, next_at)
                values ($0, $1, $2, $3, $4, $5, $6, $7, $8)
                on conflict (tenant, id) do update set
                  cron = excluded.cron, destination = excluded.destination, headers = excluded.headers,
                  body = excluded.body, caller_ip = excluded.caller_ip, next_at = excluded.next_at, error = null
                """,
                http.Tenant(),
                id,
                cron.Text,
                stored,
                JsonSerializer.Serialize(kept, StoredJson.Default.IReadOnlyDictionaryStringStringArray),
                body,
                http.CallerIp(),
                now,
                cron.Next(now)
            );
        });
        ticker.Wake();
        return Wire.Json(new JsonObject { ["scheduleId"] = id });
    }

    private Task<IResult> PostAsync(HttpContext http)
    {
        var (destination, headers) = MessageApi.Target(http, "/v2/schedules/");
        return CreateAsync(http, destination, headers);
    }

    /// <summary>Of a request's headers, those that its messages are published with.</summary>
    private static Dictionary<string, string[]> Kept(Dictionary<string, string[]> headers)
    {
        var all =
            headers.TryGetValue("Upstash-Header-Forward", out var flag)
            && flag is [var text]
            && bool.TryParse(text, out var yes)
            && yes;
        return headers
            .Where(header => header.Key.ToLowerInvariant() is not ("upstash-cron" or "upstash-schedule-id"))
            .Where(header =>
                header.Key.StartsWith("Upstash-", StringComparison.OrdinalIgnoreCase)
                || header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase)
                || (all && !header.Key.Equals("Authorization", StringComparison.OrdinalIgnoreCase))
            )
            .ToDictionary(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>All of them (contract §1.12), and of their bodies and headers no more at once than a few.</summary>
    private IResult List(HttpContext http)
    {
        var tenant = http.Tenant();
        var ids = store.Read(db =>
            db.Command(
                    "select id, length(body) + length(headers) from schedules where tenant = $0 order by created_at, id",
                    tenant
                )
                .Rows(row => (Id: row.GetString(0), Size: row.GetInt32(1)))
        );
        return Wire.Stream(Portions().SelectMany(portion => Shown(tenant, portion)));

        IEnumerable<List<string>> Portions()
        {
            var (portion, bytes) = (new List<string>(), 0L);
            foreach (var (id, size) in ids)
            {
                if (portion.Count > 0 && (portion.Count == MostAtOnce || bytes + size > MostBytesAtOnce))
                {
                    yield return portion;
                    (portion, bytes) = ([], 0);
                }
                portion.Add(id);
                bytes += size;
            }
            yield return portion;
        }
    }

    private IResult Get(HttpContext http, string id) =>
        Shown(http.Tenant(), [id]) is [var schedule] ? Wire.Json(schedule) : Wire.NotFound("schedule", id);

    private List<JsonObject> Shown(string tenant, IReadOnlyList<string> ids)
    {
        var schedules = store.Read(db =>
            db.Command(
                    $"""
                    select {Schedule.Columns} from schedules
                    where tenant = $0 and id in (select value from json_each($1)) order by created_at, id
                    """,
                    tenant,
                    JsonSerializer.Serialize([.. ids], StoredJson.Default.StringArray)
                )
                .Rows(Schedule.Row)
        );
        string[] last = [.. schedules.SelectMany(schedule => schedule.LastMessages)];
        var states = store.Read(db =>
            db.Command(
                    "select id, state from messages where tenant = $0 and id in (select value from json_each($1))",
                    tenant,
                    JsonSerializer.Serialize(last, StoredJson.Default.StringArray)
                )
                .Rows(row => (Id: row.GetString(0), State: (MessageState)row.GetInt32(1)))
                .ToDictionary(row => row.Id, row => row.State)
        );
        return [.. schedules.Select(Json)];

        JsonObject Json(Schedule schedule)
        {
            try
            {
                return schedule.Json(Sample(schedule), states);
            }
            catch (RejectedException refused)
            {
                // Accepted once, by rules of before: it must not cut off the list of the others.
                return new JsonObject
                {
                    ["scheduleId"] = schedule.Id,
                    ["cron"] = schedule.Cron,
                    ["error"] = refused.Message,
                };
            }
        }
    }

    private async Task<IResult> DeleteAsync(HttpContext http, string id) =>
        await store.WriteAsync(s => s.Run("delete from schedules where tenant = $0 and id = $1", http.Tenant(), id)) > 0
            ? TypedResults.Ok()
            : Wire.NotFound("schedule", id);

    /// <summary>Slots that pass meanwhile are dropped; after a resume the next one comes.</summary>
    private async Task<IResult> PauseAsync(HttpContext http, string id, bool paused)
    {
        var changed = await store.WriteAsync(s =>
        {
            var cron = s.Scalar<string>("select cron from schedules where tenant = $0 and id = $1", http.Tenant(), id);
            return cron is null
                ? 0
                : s.Run(
                    "update schedules set paused = $2, next_at = case when paused = $2 then next_at else $3 end where tenant = $0 and id = $1",
                    http.Tenant(),
                    id,
                    paused,
                    Next(cron)
                );
        });
        ticker.Wake();
        return changed > 0 ? TypedResults.Ok() : Wire.NotFound("schedule", id);

        long? Next(string cron)
        {
            try
            {
                return Cron.Parse(cron).Next(time.Milliseconds());
            }
            catch (RejectedException) when (paused)
            {
                // Whatever became of its expression, it can be stopped; to go on, it needs one that holds.
                return null;
            }
        }
    }

    /// <summary>A message as the schedule would make it now.</summary>
    private Publication Sample(Schedule schedule) =>
        new MessageHeaders(schedule.Headers).Read(
            Destination.IsHttp(schedule.Destination) ? schedule.Destination : Placeholder,
            schedule.Body,
            new Origin(schedule.CallerIp),
            time.Milliseconds(),
            Limits.None
        );
}
