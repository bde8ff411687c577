using System.Data.Common;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Engine;

/// <summary>
/// Queues: first in, first out, at most <c>parallelism</c> messages in work, each through its retries and callbacks to the end
/// (contract §6.2), as their <see cref="Line"/> has them.
/// </summary>
public sealed class Queues(Store store, Shards shards, Quotas quotas, OpenWork work, TimeProvider time)
{
    private const int MostParallel = 10_000;
    private const int LeaveBatch = 200;

    public void Map(RouteGroupBuilder v2)
    {
        v2.MapGet("/queues", List);
        v2.MapPost("/queues", (Delegate)PutAsync);
        v2.MapGet("/queues/{name}", Get);
        v2.MapDelete("/queues/{name}", DeleteAsync);
        v2.MapPost("/queues/{name}/pause", (HttpContext http, string name) => PauseAsync(http, name, true));
        v2.MapPost("/queues/{name}/resume", (HttpContext http, string name) => PauseAsync(http, name, false));
    }

    /// <summary>Enqueueing makes the queue, in whose line nobody else looks meanwhile.</summary>
    internal static void Make(Db s, string tenant, string name, Limits limits, long now) =>
        Insert(s, tenant, name, 1, false, limits, now);

    /// <summary>What a stop or a crash left in its place: cancelled, or with its callbacks over.</summary>
    internal async Task SweepAsync()
    {
        await LeaveAsync(
            store.Read(db =>
                db.Command(
                        // Callbacks that are still tried hold what is theirs.
                        $"""
                        select seq from {Line.Entries} where {Line.InLine} and in_line = 2 and state <> 0
                        and not exists (select 1 from messages as held where held.holder = messages.seq and held.state = 0)
                        """
                    )
                    .Rows(row => row.GetInt64(0))
            )
        );
        shards.Tell(await store.WriteAsync(s => Line.Mend(s, time.Milliseconds())));
    }

    /// <summary>
    /// Messages that were cancelled give up their places, so many in a write that others come in between: each takes a lock, and may
    /// bring in another one.
    /// </summary>
    internal async Task LeaveAsync(IReadOnlyCollection<long> cancelled)
    {
        // Whoever read one of them before it was cancelled has begun it by now: it is seen to be under way.
        await shards.TurnedAsync();
        foreach (var some in cancelled.Chunk(LeaveBatch))
            shards.Tell(
                await store.WriteAsync(
                    s =>
                    {
                        var ended = s.Command(
                                """
                                select seq, retried, coalesce(holder, case when in_line = 2 then seq end), shard from messages
                                where state <> 0 and seq in (select cast(value as bigint) from json_each($0))
                                """,
                                Messages.Seqs(some)
                            )
                            .Rows(row => new Cancelled(
                                row.GetInt64(0),
                                row.GetInt32(1),
                                row.LongOrNull(2),
                                row.GetInt32(3)
                            ));
                        return Line.LeaveCancelled(s, ended, shards, time.Milliseconds());
                    },
                    locks: LocksOf(some)
                )
            );
    }

    /// <summary>Where that cannot be read, the write itself finds out how the store is.</summary>
    private List<string> LocksOf(long[] cancelled)
    {
        try
        {
            return store.Read(db => Line.LocksOf(db, cancelled));
        }
        catch (DbException)
        {
            return [];
        }
    }

    private static void Insert(Db s, string tenant, string name, int parallelism, bool paused, Limits limits, long now)
    {
        Limits.Check(
            s,
            tenant,
            "maxQueues",
            limits.Queues,
            () => s.Scalar<long>("select count(*) from queues where tenant = $0", tenant) + 1
        );
        s.Run(
            "insert into queues (tenant, name, parallelism, paused, created_at, updated_at) values ($0, $1, $2, $3, $4, $4)",
            tenant,
            name,
            parallelism,
            paused,
            now
        );
    }

    private const string Select = $"""
        select q.name, q.created_at, q.updated_at, q.parallelism, q.paused,
          (select count(*) from {Line.Entries} where tenant = q.tenant and queue = q.name and {Line.InLine} and in_line = 1)
        from queues q where q.tenant = $0
        """;

    private IResult List(HttpContext http) =>
        Wire.Json(
            new JsonArray([.. store.Read(db => db.Command($"{Select} order by q.name", http.Tenant()).Rows(Row))])
        );

    private IResult Get(HttpContext http, string name) =>
        store.Read(db => db.Command($"{Select} and q.name = $1", http.Tenant(), name).Rows(Row)) is [var queue]
            ? Wire.Json(queue)
            : Wire.NotFound("queue", name);

    private async Task<IResult> PutAsync(HttpContext http)
    {
        var json =
            await http.ObjectAsync()
            ?? throw new RejectedException(400, "the body must be a JSON object with queueName; received nothing");
        var name = Wire.Name("queueName", Wire.Text(json, "queueName"));
        var parallelism = Wire.Whole(json, "parallelism", 1, MostParallel);
        var paused = Wire.Flag(json, "paused");
        var limits = quotas.Of(http.Tenant());
        var most = limits.QueueParallelism;
        if (parallelism is { } asked && asked > most)
            throw RejectedException.Quota("maxQueueParallelism", most.Value);
        await ChangeAsync(
            http.Tenant(),
            name,
            (s, now) =>
            {
                var changed = s.Run(
                    """
                    update queues set parallelism = coalesce($2, parallelism), paused = coalesce($3, paused), updated_at = $4
                    where tenant = $0 and name = $1
                    """,
                    http.Tenant(),
                    name,
                    parallelism,
                    paused,
                    now
                );
                if (changed == 0)
                    Insert(s, http.Tenant(), name, parallelism ?? 1, paused ?? false, limits, now);
            }
        );
        return TypedResults.Ok();
    }

    private async Task<IResult> DeleteAsync(HttpContext http, string name)
    {
        await ChangeAsync(
            http.Tenant(),
            name,
            (s, _) => s.Run("delete from queues where tenant = $0 and name = $1", http.Tenant(), name)
        );
        return TypedResults.Ok();
    }

    private async Task<IResult> PauseAsync(HttpContext http, string name, bool paused)
    {
        Wire.Name("queue", name);
        await ChangeAsync(
            http.Tenant(),
            name,
            (s, now) =>
            {
                var changed = s.Run(
                    "update queues set paused = $2, updated_at = $3 where tenant = $0 and name = $1",
                    http.Tenant(),
                    name,
                    paused,
                    now
                );
                if (changed == 0)
                    Insert(s, http.Tenant(), name, 1, paused, quotas.Of(http.Tenant()), now);
            }
        );
        return TypedResults.Ok();
    }

    /// <summary>Whatever a change allows to begin, begins.</summary>
    private async Task ChangeAsync(string tenant, string name, Action<Db, long> change)
    {
        work.Enter();
        try
        {
            shards.Tell(
                await store.WriteAsync(
                    s =>
                    {
                        var (now, effects) = (time.Milliseconds(), new Effects());
                        Line.Lock(s, tenant, name);
                        change(s, now);
                        Line.Advance(s, tenant, name, now, effects);
                        return effects;
                    },
                    locks: [Line.LockOf(tenant, name)]
                )
            );
        }
        finally
        {
            work.Leave();
        }
    }

    private static JsonObject Row(DbDataReader row) =>
        new()
        {
            ["name"] = row.GetString(0),
            ["createdAt"] = row.GetInt64(1),
            ["updatedAt"] = row.GetInt64(2),
            ["parallelism"] = row.GetInt32(3),
            ["paused"] = row.Flag(4),
            ["lag"] = row.GetInt64(5),
        };
}

/// <summary>A message that was cancelled; it may have been under way.</summary>
internal readonly record struct Cancelled(long Seq, int Retried, long? Place, int Shard);
