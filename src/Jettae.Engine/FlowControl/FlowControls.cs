using System.Data.Common;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Jettae.Engine;

/// <summary>A flow-control key as it is stored. The higher version is the later one.</summary>
public sealed record FlowState(
    string Tenant,
    string Key,
    FlowLimits Limits,
    bool Paused,
    bool PinnedParallelism,
    bool PinnedRate,
    long ResetAt,
    long Version
)
{
    /// <summary>Of which nobody has said anything.</summary>
    internal static FlowState Unlimited(string tenant, string key) =>
        new(tenant, key, new FlowLimits(0, 0, 1), false, false, false, 0, 0);
}

/// <summary>The flow-control keys: what publishes said of their limits, and what an operator did about them (contract §6.3).</summary>
public sealed class FlowControls(Store store, Shards shards, OpenWork work, TimeProvider time)
{
    private const string Columns =
        "tenant, key, parallelism, rate, period, paused, pinned_parallelism, pinned_rate, reset_at, version";

    public void Map(RouteGroupBuilder v2)
    {
        v2.MapGet("/globalParallelism", GlobalParallelism);
        v2.MapGet("/flowControl", List);
        v2.MapGet("/flowControl/{**key}", Get);
        v2.MapPost("/flowControl/{**key}", (Delegate)ActAsync);
    }

    /// <summary>
    /// Every publish with the key sets its limits, unless they are pinned. Inside the publish's own transaction. One that says what
    /// holds already locks nothing: nodes that publish with the same keys would wait for each other's commits.
    /// </summary>
    internal static void Note(
        Db s,
        IReadOnlyList<(string Tenant, string Key, FlowLimits Limits, Effects Effects)> publishes
    )
    {
        // The last word on each holds; in one order, whoever writes them: two nodes' commits would else wait for each other.
        var said = publishes
            .GroupBy(each => (each.Tenant, each.Key))
            .Select(each => each.Last())
            .OrderBy(each => each.Tenant, StringComparer.Ordinal)
            .ThenBy(each => each.Key, StringComparer.Ordinal)
            .ToList();
        var changed = s.ForEach(
                """
                insert into flow_controls as f (tenant, key, parallelism, rate, period)
                select $0, $1, $2, $3, $4 {from rows}
                where not exists (
                  select 1 from flow_controls where tenant = $0 and key = $1
                  and (pinned_parallelism = 1 or parallelism = $2) and (pinned_rate = 1 or (rate = $3 and period = $4)))
                on conflict (tenant, key) do update set
                  parallelism = case when f.pinned_parallelism = 1 then f.parallelism else excluded.parallelism end,
                  rate = case when f.pinned_rate = 1 then f.rate else excluded.rate end,
                  period = case when f.pinned_rate = 1 then f.period else excluded.period end,
                  version = f.version + 1
                where (f.pinned_parallelism = 0 and f.parallelism <> excluded.parallelism)
                  or (f.pinned_rate = 0 and (f.rate <> excluded.rate or f.period <> excluded.period))
                returning tenant, key
                """,
                said.Select(each =>
                    new object?[]
                    {
                        each.Tenant,
                        each.Key,
                        each.Limits.Parallelism,
                        each.Limits.Rate,
                        each.Limits.Period,
                    }
                ),
                row => (row.GetString(0), row.GetString(1))
            )
            .ToHashSet();
        foreach (var (tenant, key, _, effects) in said.Where(each => changed.Contains((each.Tenant, each.Key))))
            effects.Change(s, Find(s, tenant, key)!);
    }

    internal static FlowState? Find(Db db, string tenant, string key) =>
        db.Command($"select {Columns} from flow_controls where tenant = $0 and key = $1", tenant, key)
            .Rows(Row)
            .FirstOrDefault();

    /// <summary>
    /// A key as the store remembers it, with what began of it in its last period. One that another node forgot while somebody published
    /// with it says in its messages what its limits are.
    /// </summary>
    /// <param name="db">Read after <paramref name="underWay"/>.</param>
    /// <param name="tenant">Whose.</param>
    /// <param name="key">The key.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="underWay">Its attempts under way.</param>
    internal static (FlowState State, IReadOnlyList<long> Starts) Remembered(
        Db db,
        string tenant,
        string key,
        long now,
        IReadOnlyList<InFlight> underWay
    )
    {
        var state = Find(db, tenant, key) ?? FlowState.Unlimited(tenant, key);
        if (state.Version == 0 && Messages.LimitsOf(db, tenant, key) is { } limits)
            state = state with { Limits = limits };
        return (state, state.Limits.Rate > 0 ? Starts(db, state, now, underWay) : []);
    }

    /// <summary>
    /// What began after an instant: the starts that were written beforehand, and the attempts that ended, begun under no rate. One
    /// that is in both is one. Of each kind the newest so many, in the order of its index: a union sorts all it is given.
    /// </summary>
    private static string Begun(string tenant, string key, string since, string most) =>
        $"""
            select * from (
              select began_at, message_seq, retried from flow_starts
              where tenant = {tenant} and flow_key = {key} and began_at > {since} order by began_at desc limit {most}) as noted
            union
            select * from (
              select started_at, message_seq, retried from attempts
              where tenant = {tenant} and flow_key = {key} and started_at > {since} order by started_at desc limit {most}) as ended
            """;

    /// <summary>When the key's attempts of the last period began, newest first.</summary>
    /// <param name="db">Read after <paramref name="underWay"/>: what ends meanwhile is there.</param>
    /// <param name="flow">The key.</param>
    /// <param name="now">Unix milliseconds.</param>
    /// <param name="underWay">Its attempts under way: what began under no rate is in memory only.</param>
    internal static List<long> Starts(Db db, FlowState flow, long now, IReadOnlyList<InFlight> underWay)
    {
        var since = Math.Max(flow.ResetAt, now - (flow.Limits.Period * 1_000L) - 1);
        var stored = db.Command(
                $"select began_at, message_seq, retried from ({Begun("$0", "$1", "$2", "$3")}) as begun order by began_at desc limit $3",
                flow.Tenant,
                flow.Key,
                since,
                flow.Limits.Rate
            )
            .Rows(row => (At: row.GetInt64(0), Seq: row.GetInt64(1), Retried: row.GetInt32(2)));
        var begun = underWay
            .Where(each => each.StartedAt > since)
            .Select(each => (At: each.StartedAt, each.Message.Seq, each.Message.Retried));
        return [.. stored.Union(begun).Select(each => each.At).OrderDescending().Take(flow.Limits.Rate)];
    }

    /// <summary>
    /// Attempts of keys with a rate are about to begin. Answers the numbers of those messages that may: the others are no longer to be
    /// attempted.
    /// </summary>
    internal static IReadOnlySet<long> Begin(Db s, IReadOnlyList<(InFlight Attempt, FlowLimits Limits)> attempts)
    {
        // Of one period only: what a pause left is pruned. From the beginning, all that was deleted would be stepped over for as
        // long as somebody's transaction keeps it.
        foreach (var key in attempts.GroupBy(each => (each.Attempt.Message.Tenant, each.Attempt.Message.FlowKey)))
        {
            var (startedAt, period) = (key.Last().Attempt.StartedAt, key.Last().Limits.Period * 1_000L);
            s.Run(
                "delete from flow_starts where tenant = $0 and flow_key = $1 and began_at >= $2 and began_at < $3",
                key.Key.Tenant,
                key.Key.FlowKey,
                startedAt - (2 * period),
                startedAt - period
            );
        }
        return s.ForEach(
                $$"""
                insert into flow_starts (tenant, flow_key, began_at, message_seq, retried)
                select tenant, flow_key, $1, seq, retried from messages{, rows} where seq = $0 and {{Messages.IsPending}}
                on conflict (tenant, flow_key, began_at, message_seq, retried) do update set retried = excluded.retried
                returning message_seq
                """,
                attempts.Select(each => new object?[] { each.Attempt.Message.Seq, each.Attempt.StartedAt }),
                row => row.GetInt64(0)
            )
            .ToHashSet();
    }

    /// <summary>Forgets the starts that are older than any period.</summary>
    internal static List<long> PruneStarts(Db s, long from, long now, int most) =>
        s.Command(
                """
                delete from flow_starts where (tenant, flow_key, began_at, message_seq, retried) in (
                  select tenant, flow_key, began_at, message_seq, retried from flow_starts
                  where began_at >= $0 and began_at < $1 order by began_at limit $2)
                returning began_at
                """,
                from,
                now - (FlowLimits.LongestPeriod * 1_000L),
                most
            )
            .Rows(row => row.GetInt64(0));

    /// <summary>
    /// Of the keys after one, looks at so many, and forgets those that nobody set anything on and that no message in the store
    /// has. Answers the last one it looked at; null at the end.
    /// </summary>
    internal static (string Tenant, string Key)? Prune(Db s, (string Tenant, string Key) after, int most)
    {
        var looked = s.Command(
                "select tenant, key from flow_controls where (tenant, key) > ($0, $1) order by tenant, key limit $2",
                after.Tenant,
                after.Key,
                most
            )
            .Rows(row => (Tenant: row.GetString(0), Key: row.GetString(1)));
        if (looked.Count == 0)
            return null;
        var last = looked[^1];
        s.Run(
            """
            delete from flow_controls as f
            where (f.tenant, f.key) > ($0, $1) and (f.tenant, f.key) <= ($2, $3)
            and paused = 0 and pinned_parallelism = 0 and pinned_rate = 0
            and not exists (select 1 from messages m where m.tenant = f.tenant and m.flow_key = f.key)
            """,
            after.Tenant,
            after.Key,
            last.Tenant,
            last.Key
        );
        return last;
    }

    private IResult List(HttpContext http)
    {
        var search = http.Request.Query["search"].FirstOrDefault() ?? "";
        return Wire.Json(
            new JsonArray([.. Shown(http.Tenant(), "instr(f.key, $2) > 0 order by f.key limit 1000", search)])
        );
    }

    private IResult Get(HttpContext http)
    {
        var key = Uri.UnescapeDataString(Path(http));
        return Shown(http.Tenant(), "f.key = $2", key) is [var flow]
            ? Wire.Json(flow)
            : Wire.NotFound("flow control key", key);
    }

    /// <summary>A key may hold slashes, and a bad %: it is everything up to the last segment, the verb (contract Q49).</summary>
    private async Task<IResult> ActAsync(HttpContext http)
    {
        var path = Path(http);
        var slash = path.LastIndexOf('/');
        var (key, verb) =
            slash > 0 ? (Uri.UnescapeDataString(path[..slash]), path[(slash + 1)..].ToLowerInvariant()) : (path, "");
        var query = http.Request.Query;
        var change = verb switch
        {
            "pause" => new Change { Paused = true },
            "resume" => new Change { Paused = false },
            "pin" => Pin(query),
            "unpin" => Unpin(query),
            "resetrate" or "reset" => new Change { Resets = true },
            _ => throw new RejectedException(404, $"there is no POST {MessageHeaders.Shortened(http.Request.Path)}"),
        };
        return await SetAsync(http.Tenant(), key, change) ? TypedResults.Ok() : Wire.NotFound("flow control key", key);
    }

    private static Change Pin(IQueryCollection query)
    {
        var (parallelism, rate, period) = (
            query["parallelism"].FirstOrDefault(),
            query["rate"].FirstOrDefault(),
            query["period"].FirstOrDefault()
        );
        var change = new Change
        {
            Parallelism = parallelism is null ? null : FlowLimits.Positive("parallelism", parallelism),
            PinnedParallelism = parallelism is null ? null : true,
            Rate = rate is null ? null : FlowLimits.Positive("rate", rate),
            PinnedRate = rate is null ? null : true,
            Period = period is null ? null : FlowLimits.Seconds(period),
            Resets = true,
        };
        return parallelism is not null || rate is not null
            ? change
            : throw new RejectedException(400, "pin needs parallelism or rate, or both; received neither");
    }

    private static Change Unpin(IQueryCollection query)
    {
        var change = new Change
        {
            PinnedParallelism = Wanted("parallelism") ? false : null,
            PinnedRate = Wanted("rate") ? false : null,
        };
        return change != new Change()
            ? change
            : throw new RejectedException(400, "unpin needs parallelism=true or rate=true, or both; received neither");

        bool Wanted(string side) =>
            query[side].FirstOrDefault() is { } text
            && (
                bool.TryParse(text, out var wanted)
                    ? wanted
                    : throw new RejectedException(
                        400,
                        $"{side} must be true or false; received '{MessageHeaders.Shortened(text)}'"
                    )
            );
    }

    /// <summary>A key that nobody has published with can be paused and pinned beforehand.</summary>
    private async Task<bool> SetAsync(string tenant, string key, Change change)
    {
        if (!MessageHeaders.IsFlowKey(key))
            return false;
        // What was published before this call has begun its attempt: a reset must not be undone by one that is just beginning. The turn that
        // goes on may not know of it yet, the next one reads what the store has of a key that is new, and the one after that begins.
        for (var turns = 0; change.Resets && turns < 3; turns++)
            await shards.TurnedAsync(Shards.OfFlow(tenant, key));
        work.Enter();
        try
        {
            var now = time.Milliseconds();
            var effects = await store.WriteAsync(s =>
            {
                s.Run(
                    "insert into flow_controls (tenant, key, parallelism, rate, period) values ($0, $1, 0, 0, 1) on conflict do nothing",
                    tenant,
                    key
                );
                s.Run(
                    """
                    update flow_controls set
                      paused = coalesce($2, paused),
                      parallelism = coalesce($3, parallelism),
                      pinned_parallelism = coalesce($4, pinned_parallelism),
                      rate = coalesce($5, rate),
                      pinned_rate = coalesce($6, pinned_rate),
                      period = coalesce($7, period),
                      reset_at = coalesce($8, reset_at),
                      version = version + 1
                    where tenant = $0 and key = $1
                    """,
                    tenant,
                    key,
                    change.Paused,
                    change.Parallelism,
                    change.PinnedParallelism,
                    change.Rate,
                    change.PinnedRate,
                    change.Period,
                    change.Resets ? (long?)now : null
                );
                var changed = new Effects();
                changed.Change(s, Find(s, tenant, key)!);
                return changed;
            });
            shards.Tell(effects);
            return true;
        }
        finally
        {
            work.Leave();
        }
    }

    /// <summary>What an operator does about a key; null leaves as it is.</summary>
    private sealed record Change
    {
        public bool? Paused { get; init; }
        public int? Parallelism { get; init; }
        public bool? PinnedParallelism { get; init; }
        public int? Rate { get; init; }
        public bool? PinnedRate { get; init; }
        public int? Period { get; init; }

        /// <summary>What began before counts no more.</summary>
        public bool Resets { get; init; }
    }

    private static string Path(HttpContext http)
    {
        var path = http.After("/v2/flowControl/");
        if (path.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query)
            path = path[..query];
        return path.TrimEnd('/');
    }

    /// <summary>Keys as the API shows them: one query for all of them, and what is under way from memory.</summary>
    private List<JsonObject> Shown(string tenant, string which, string text)
    {
        var begun = Begun(
            "f.tenant",
            "f.key",
            "case when f.reset_at > $1 - f.period * 1000 - 1 then f.reset_at else $1 - f.period * 1000 - 1 end",
            long.MaxValue.ToString(null, null)
        );
        var now = time.Milliseconds();
        // Asked first: an attempt that ends meanwhile is counted twice rather than not at all, for an instant.
        var underWay = shards
            .InFlight.Where(each => each.Message.Tenant == tenant && each.Message.FlowKey is not null)
            .ToLookup(each => each.Message.FlowKey!);
        return store.Read(db =>
            db.Command(
                    $"""
                    select {Columns},
                      (select count(*) from messages m
                       where m.tenant = f.tenant and m.flow_key = f.key and m.state = 0 and m.due_at <= $1),
                      (select count(*) from ({begun}) as begun),
                      (select min(began_at) from ({begun}) as begun)
                    from flow_controls f where f.tenant = $0 and {which}
                    """,
                    tenant,
                    now,
                    text
                )
                .Rows(row => Json(Row(row), row.GetInt64(10), row.GetInt32(11), row.LongOrNull(12), underWay, now))
        );
    }

    private static JsonObject Json(
        FlowState flow,
        long due,
        int stored,
        long? oldest,
        ILookup<string, InFlight> underWay,
        long now
    )
    {
        var attempts = underWay[flow.Key].ToList();
        var since = Math.Max(flow.ResetAt, now - (flow.Limits.Period * 1_000L) - 1);
        var begun = attempts.Where(each => !each.IsStored && each.StartedAt > since).ToList();
        long? start = begun.Count > 0 ? Math.Min(begun.Min(each => each.StartedAt), oldest ?? long.MaxValue) : oldest;
        return new JsonObject
        {
            ["flowControlKey"] = flow.Key,
            ["waitListSize"] = Math.Max(0, due - attempts.Count),
            ["parallelismMax"] = flow.Limits.Parallelism,
            ["parallelismCount"] = attempts.Count,
            ["rateMax"] = flow.Limits.Rate,
            ["rateCount"] = flow.Limits.Rate > 0 ? Math.Min(stored + begun.Count, flow.Limits.Rate) : 0,
            ["ratePeriod"] = flow.Limits.Period,
            ["ratePeriodStart"] = (start ?? 0) / 1_000,
            ["isPaused"] = flow.Paused,
            ["isPinnedParallelism"] = flow.PinnedParallelism,
            ["isPinnedRate"] = flow.PinnedRate,
        };
    }

    private IResult GlobalParallelism(HttpContext http, Shards shards, Quotas quotas, EngineOptions options) =>
        Wire.Json(
            new JsonObject
            {
                ["parallelismMax"] = quotas.Of(http.Tenant()).Parallelism ?? options.MaxInFlight,
                ["parallelismCount"] = shards.InFlight.Count(each => each.Message.Tenant == http.Tenant()),
            }
        );

    private static FlowState Row(DbDataReader row) =>
        new(
            row.GetString(0),
            row.GetString(1),
            new FlowLimits(row.GetInt32(2), row.GetInt32(3), row.GetInt32(4)),
            row.Flag(5),
            row.Flag(6),
            row.Flag(7),
            row.GetInt64(8),
            row.GetInt64(9)
        );
}
