using System.Collections.Concurrent;

namespace Jettae.Engine.Tests;

/// <summary>What is past its retention goes in small writes, with everybody else's in between.</summary>
public sealed class RetentionTests
{
    private const long Messages = 3_000;
    private const long Keys = 1_200;

    [Fact]
    public async Task A_large_prune_is_many_small_commits_and_others_write_in_between()
    {
        await using var engine = await EngineUnderTest.StartAsync(options =>
            options.LogRetention = TimeSpan.FromDays(1)
        );
        Gather(engine);
        var left = new ConcurrentQueue<(long Messages, long Attempts, long Keys)>();
        var another = new TaskCompletionSource<Task<long>>();
        engine.Store.Committed = () =>
        {
            if (!another.Task.IsCompleted)
                another.TrySetResult(engine.Store.WriteAsync(s => s.Scalar<long>("select count(*) from messages")));
            left.Enqueue(engine.Store.Read(Left));
        };
        engine.Time.Advance(TimeSpan.FromHours(1));
        await EngineUnderTest.UntilAsync(() =>
            Task.FromResult(left.LastOrDefault() is { Messages: 0, Attempts: 0, Keys: 0 } && !left.IsEmpty)
        );
        engine.Store.Committed = null;

        var steps = left.Prepend((Messages, Attempts: AttemptsOf(Messages), Keys)).ToList();
        foreach (var (before, after) in steps.Zip(steps.Skip(1)))
        {
            // The last message of a batch may have attempts beyond it.
            Assert.InRange(before.Attempts - after.Attempts, 0, EngineHost.PruneBatch + 40);
            Assert.InRange(before.Keys - after.Keys, 0, EngineHost.PruneBatch);
        }
        Assert.InRange(await await another.Task, Messages - (2 * EngineHost.PruneBatch), Messages);
    }

    /// <summary>Finished long ago: every tenth message with forty attempts. And keys that no message has any more.</summary>
    private static void Gather(EngineUnderTest engine) =>
        engine.Run(
            $"""
            with recursive n(i) as (select 0 union all select i + 1 from n where i < {Messages - 1})
            insert into messages (id, tenant, shard, state, due_at, retried, created_at, not_before, finished_at, url, method,
              max_retries, config, body)
            select 'old' || i, 'test', 0, 1, 0, case when i % 10 = 0 then 39 else 0 end, 0, 0, 1, 'http://a', 'POST', 50, '', '' from n;
            with recursive n(i) as (select 0 union all select i + 1 from n where i < 39)
            insert into attempts (message_seq, retried, tenant, started_at, ended_at, status)
            select seq, i, 'test', 0, 0, 200 from messages join n on i <= retried;
            with recursive n(i) as (select 0 union all select i + 1 from n where i < {Keys - 1})
            insert into flow_controls (tenant, key, parallelism, rate, period) select 'test', 'key' || i, 1, 0, 0 from n
            """
        );

    private static long AttemptsOf(long messages) => messages + (messages / 10 * 39);

    private static (long Messages, long Attempts, long Keys) Left(Db db) =>
        db.Command(
                "select (select count(*) from messages), (select count(*) from attempts), (select count(*) from flow_controls)"
            )
            .Rows(row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)))[0];
}
