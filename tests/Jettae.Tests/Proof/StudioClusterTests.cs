using System.Globalization;
using Jettae.Testing;
using Npgsql;

namespace Jettae.Tests;

/// <summary>Schedules of every minute on three nodes behind a proxy, in processes that are really killed one after the other.</summary>
[Trait("Store", "own")]
public sealed class StudioClusterTests(ITestOutputHelper output)
{
    /// <summary><c>JETTAE_TEST_CLUSTER=200x30</c>: schedules, and minutes.</summary>
    private static readonly int[] Size =
    [
        .. (Environment.GetEnvironmentVariable("JETTAE_TEST_CLUSTER") ?? "20x2")
            .Split('x')
            .Select(each => int.Parse(each, CultureInfo.InvariantCulture)),
    ];

    [Fact]
    public async Task Each_slot_is_exactly_one_piece_whichever_node_dies()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var postgres = await PostgresServer.StartAsync();
        // It takes its time, so that nodes die while they write; and never says the same.
        await using var claude = await FakeClaude.StartAsync();
        var said = 0;
        claude.Otherwise = async http =>
        {
            await Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, http.RequestAborted);
            var random = new Random(Interlocked.Increment(ref said));
            var text = Enumerable.Range(0, 40).Select(_ => (char)random.Next('가', '힣'));
            await FakeClaude.Says(string.Concat(text))(http);
        };
        var ports = Enumerable.Range(0, 3).Select(_ => JettaeProcess.FreePort()).ToList();
        var front = JettaeProcess.FreePort();
        await using var proxy = Balancer.On(front, ports);
        var nodes = ports.ConvertAll(port =>
            JettaeProcess.On(
                port,
                [
                    ("DATABASE_URL", postgres.Url),
                    ("NEXT_PUBLIC_URL", $"http://127.0.0.1:{front}"),
                    // What falls due in a minute is to be written in it, by those that are left too.
                    ("JETTAE_PARALLEL_RUNS", "32"),
                    .. claude.Settings,
                ]
            )
        );
        try
        {
            foreach (var node in nodes)
                await node.StartAsync();
            for (var n = 0; n < Size[0]; n++)
                await nodes[n % nodes.Count]
                    .PostAsync(
                        "/api/schedule/create",
                        new
                        {
                            content_type = "x_post",
                            topic = $"아침 산책 {n}",
                            frequency = "cron",
                            cron = "* * * * *",
                            catch_up = "all",
                        }
                    );
            var until = TimeProvider.System.GetUtcNow().AddMinutes(Size[1]);
            var kills = 0;
            for (; TimeProvider.System.GetUtcNow() < until; kills++)
            {
                await Task.Delay(TimeSpan.FromSeconds(12), TimeProvider.System, cancel);
                var node = nodes[kills % nodes.Count];
                await node.KillAsync();
                await Task.Delay(TimeSpan.FromSeconds(8), TimeProvider.System, cancel);
                await node.StartAsync();
            }
            var last = TimeProvider.System.GetUtcNow();
            await Wait.UntilAsync(
                async () =>
                    await CountAsync(postgres, "SELECT COUNT(*) FROM schedules WHERE accounted_until < $1", last) == 0
                    && await CountAsync(
                        postgres,
                        "SELECT COUNT(*) FROM runs WHERE slot_at <= $1 AND state IN ('running', 'waiting')",
                        last
                    ) == 0,
                TimeSpan.FromMinutes(8),
                () =>
                    "Not all slots ended:\n"
                    + PostgresServer.Asked(
                        postgres.Url,
                        "select state, reason, attempts, count(*), max(slot_at), max(reason_detail) from runs group by 1, 2, 3; select accounted_until, next_run_at, count(*) from schedules group by 1, 2; select state, count(*), min(slot_at) from bookings group by 1"
                    )
                    + nodes[0].Output
            );
            var slots = await CountAsync(
                postgres,
                """
                SELECT COUNT(*) FROM (SELECT schedule_id AS id, MIN(slot_at) AS first FROM runs GROUP BY schedule_id) s,
                    generate_series(s.first, $1, interval '1 minute')
                """,
                last
            );
            var again = await CountAsync(
                postgres,
                "SELECT COUNT(*) FROM runs WHERE slot_at <= $1 AND attempts > 1",
                last
            );
            output.WriteLine($"{Size[0]} schedules, {slots} slots, {kills} kills, {again} begun more than once");
            Assert.InRange(slots, Size[0] * (Size[1] - 1), int.MaxValue);
            Assert.Equal(
                slots,
                await CountAsync(
                    postgres,
                    "SELECT COUNT(DISTINCT (schedule_id, slot_at)) FROM runs WHERE slot_at <= $1 AND state = 'done'",
                    last
                )
            );
            Assert.Equal(
                slots,
                await CountAsync(
                    postgres,
                    "SELECT COUNT(*) FROM contents c JOIN runs r ON r.id = c.run_id WHERE r.slot_at <= $1",
                    last
                )
            );
        }
        finally
        {
            foreach (var node in nodes)
                await node.DisposeAsync();
        }
    }

    private static async Task<long> CountAsync(PostgresServer postgres, string sql, DateTimeOffset until)
    {
        await using var connection = new NpgsqlConnection($"Host=127.0.0.1;Port={postgres.Port};Username=postgres");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        command.Parameters.Add(new() { Value = until.AddMinutes(-1) });
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
