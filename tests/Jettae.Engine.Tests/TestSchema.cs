using System.Collections.Concurrent;
using Jettae.Testing;

namespace Jettae.Engine.Tests;

/// <summary>
/// A schema that is one test's alone. To make its tables takes longer than most tests do: one that is as it was made is
/// emptied and given to the next.
/// </summary>
internal sealed class TestSchema
{
    private static readonly ConcurrentBag<string> Free = [];

    /// <summary>What is referred to goes after what refers to it.</summary>
    private static readonly string[] Tables =
    [
        "attempts",
        "dead_letters",
        "messages",
        "tokens",
        "tenants",
        "endpoints",
        "url_groups",
        "deduplications",
        "queues",
        "line_heads",
        "flow_controls",
        "flow_starts",
        "schedules",
        "inbox",
        "nodes",
    ];

    private static int made;

    private TestSchema(string name) => Name = name;

    public string Name { get; }

    /// <summary>Nothing but the engine has changed anything.</summary>
    public bool IsAsMade { get; set; } = true;

    public static TestSchema Take() => new(Free.TryTake(out var name) ? name : $"t{Interlocked.Increment(ref made)}");

    public async Task GiveBackAsync(EngineOptions used)
    {
        if (!IsAsMade || used.Database != await PostgresServer.SharedPoolerAsync())
            return;
        Store.Beside(
            used,
            db =>
            {
                foreach (var table in Tables)
                    db.Run($"delete from {table}");
                db.Run("update shards set node = null");
                return db.Command(
                        """
                        select setval(pg_get_serial_sequence(sequence, field), 1, false) from
                        (values ('messages', 'seq'), ('dead_letters', 'seq'), ('endpoints', 'place')) as numbered (sequence, field)
                        """
                    )
                    .Rows(row => row.GetInt64(0));
            }
        );
        Free.Add(Name);
    }
}
