using System.Data;
using Npgsql;

namespace Jettae.Engine;

/// <summary>
/// This engine among equal ones on one database. It lives as long as it renews its row; each living node has an even share of
/// the shards, and what a dead one had is taken by those that lack some. Every commit asks for what is held of it, in its own
/// transaction (<c>hold</c>), so that a node that slept, or was cut off, writes nothing for what others have taken. Nothing depends on a session.
/// </summary>
internal sealed class Node : IAsyncDisposable
{
    /// <summary>Between two beats, at the least.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(50);

    private const int MostJoins = 5;

    private readonly NpgsqlDataSource source;
    private readonly string schema;
    private readonly TimeSpan term;
    private readonly CancellationTokenSource ending = new();
    private readonly Lock gate = new();
    private Action<IReadOnlyList<int>, IReadOnlyList<int>, bool>? change;
    private Action? again;
    private volatile bool takesNoMore;
    private Task? beating;
    private readonly SemaphoreSlim oneBeat = new(1);
    private readonly HashSet<int> leaving = [];

    /// <summary>What began to leave since a beat began, and may be read there as one's own still.</summary>
    private readonly HashSet<int> left = [];
    private volatile int[] owned = [];
    private long renewedAt;
    private long renewedAtUtc;
    private volatile Exception? trouble;
    private volatile bool hasOlder = true;
    private readonly Timer lapse;
    private volatile CancellationTokenSource lapsing = new();
    private string[] others = [];

    /// <summary>Until the first of the others runs out, unless it renews its row.</summary>
    private TimeSpan soonest = TimeSpan.MaxValue;
    private int isDoubted;

    /// <param name="source">The database, over a connection that is this node's alone and does not wait for long; it is disposed of with it.</param>
    /// <param name="schema">Where its tables are.</param>
    /// <param name="term">After so long without a renewal others may take what this node has.</param>
    public Node(NpgsqlDataSource source, string schema, TimeSpan term)
    {
        (this.source, this.schema, this.term) = (source, schema, term);
        lapse = new Timer(_ => Lapse());
        for (var tried = 1; ; tried++)
            try
            {
                Join();
                break;
            }
            catch (NpgsqlException) when (tried < MostJoins)
            {
                // The database was there a moment ago: a machine that starts many programs at once is slow to answer.
            }
            catch
            {
                source.Dispose();
                lapse.Dispose();
                throw;
            }
        beating = Task.Run(BeatAsync);
    }

    /// <summary>A name that is never used again: one that was given up comes back under another.</summary>
    public string Id { get; private set; } = "";

    /// <summary>Shards of this node, in memory at least: what it writes for them it tells them itself.</summary>
    public IReadOnlyList<int> Owned => owned;

    /// <summary>Whether other nodes live.</summary>
    public bool HasOthers => others.Length > 0;

    /// <summary>
    /// Nobody else can have what this node has: nothing may begin when this is false. By two clocks, for one of them may stand still
    /// while the machine sleeps.
    /// </summary>
    public bool IsAlive =>
        TimeProvider.System.GetElapsedTime(Interlocked.Read(ref renewedAt)) < term * 0.9
        && Math.Abs(TimeProvider.System.GetUtcNow().Ticks - Interlocked.Read(ref renewedAtUtc)) < (term * 0.9).Ticks;

    /// <summary>
    /// Cancelled when <see cref="IsAlive"/> ends: what must not go on beside another node's is broken off then. To be taken before
    /// that is asked.
    /// </summary>
    public CancellationToken Lapsing => lapsing.Token;

    /// <summary>It could not renew its row in the database, and has not for so long that others may have what this node has.</summary>
    public bool IsCutOff => trouble is not null && !IsAlive;

    /// <summary>What kept it from that at the last beat; null when nothing did.</summary>
    public Exception? Trouble => trouble;

    /// <summary>Until none is left that began before lines had heads: it may place a message before one.</summary>
    public bool HasOlder => hasOlder;

    /// <summary>A node came or went.</summary>
    public event Action? Met;

    /// <summary>The database answers again.</summary>
    public event Action? CameBack;

    /// <summary>More shards than its share, while others have less: so many should be handed over.</summary>
    public int Excess { get; private set; }

    public bool Owns(int shard) => Array.IndexOf(owned, shard) >= 0;

    /// <summary>A shard of this node for what may lie in any.</summary>
    public int Near(int shard) => owned is { Length: > 0 } own && !Owns(shard) ? own[shard % own.Length] : shard;

    /// <summary>From now on this node takes shards.</summary>
    /// <param name="changed">
    /// Told of those it has taken, and of those that are no longer its own; with true, it lost all and goes on under another name.
    /// </param>
    /// <param name="readAgain">Told when it could have begun nothing for a while, though it has lost nothing.</param>
    public async Task ClaimAsync(Action<IReadOnlyList<int>, IReadOnlyList<int>, bool> changed, Action readAgain)
    {
        (change, again) = (changed, readAgain);
        await BeatOnceAsync();
    }

    /// <summary>It stops: what others give back is not for this node.</summary>
    public void TakeNoMore() => takesNoMore = true;

    /// <summary>What began after the lease had run out, or may have: all is to be read anew.</summary>
    public void Doubt() => Volatile.Write(ref isDoubted, 1);

    /// <summary>Hands a shard over: it is no longer told as one's own, and is free for others when <paramref name="end"/> has ended.</summary>
    /// <param name="shard">One of <see cref="Owned"/>.</param>
    /// <param name="end">Ends what is under way for it, and then gives it back in the store.</param>
    public async Task HandOverAsync(int shard, Func<Task> end)
    {
        lock (gate)
        {
            leaving.Add(shard);
            left.Add(shard);
            owned = [.. owned.Where(each => each != shard)];
            Excess--;
        }
        try
        {
            await end();
        }
        finally
        {
            lock (gate)
                leaving.Remove(shard);
        }
    }

    /// <summary>Gives back all, so that others need not wait for the end of its term.</summary>
    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        if (beating is { } loop)
            await loop;
        beating = null;
        try
        {
            await InTransactionAsync(db =>
            {
                db.Run("update shards set node = null where node = $0", Id);
                db.Run("delete from nodes where id = $0", Id);
                return 0;
            });
        }
#pragma warning disable CA1031 // Its term runs out by itself.
        catch (Exception)
#pragma warning restore CA1031
        { }
        await source.DisposeAsync();
        await lapse.DisposeAsync();
        oneBeat.Dispose();
        ending.Dispose();
    }

    private void Join()
    {
        Id = Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N", null);
        var now = Instant();
        InTransactionAsync(db =>
            {
                db.Run(
                    "insert into nodes (id, until, heads) values ($0, instant() + $1, 1)",
                    Id,
                    (long)term.TotalMilliseconds
                );
                return db.Run("insert into holds (id) values ($0)", Id);
            })
            .GetAwaiter()
            .GetResult();
        Renewed(now);
    }

    private static (long Timestamp, long Utc) Instant() =>
        (TimeProvider.System.GetTimestamp(), TimeProvider.System.GetUtcNow().Ticks);

    private void Renewed((long Timestamp, long Utc) at)
    {
        // Who lapses meanwhile does not cancel what begins after this.
        lock (gate)
        {
            Interlocked.Exchange(ref renewedAt, at.Timestamp);
            Interlocked.Exchange(ref renewedAtUtc, at.Utc);
            if (lapsing.IsCancellationRequested)
                lapsing = new CancellationTokenSource();
            lapse.Change(term * 0.9, Timeout.InfiniteTimeSpan);
        }
    }

    private void Lapse()
    {
        lock (gate)
            if (!IsAlive)
                _ = lapsing.CancelAsync();
            else
                lapse.Change(Soon, Timeout.InfiniteTimeSpan);
    }

    private async Task BeatAsync()
    {
        using var beats = new PeriodicTimer(term / 5, TimeProvider.System);
        try
        {
            while (await beats.WaitForNextTickAsync(ending.Token))
            {
                await BeatOnceAsync();
                // Whose term runs out before the next beat is looked after as soon as it has.
                beats.Period = TimeSpan.FromTicks(
                    Math.Clamp(soonest.Ticks, Soon.Ticks, Math.Max(Soon.Ticks, (term / 5).Ticks))
                );
            }
        }
        catch (OperationCanceledException)
        {
            // Told to end.
        }
    }

    private async Task BeatOnceAsync()
    {
        await oneBeat.WaitAsync(ending.Token);
        var now = Instant();
        try
        {
            lock (gate)
            {
                left.Clear();
                left.UnionWith(leaving);
            }
            var beat = await InTransactionAsync(Beat);
            if (trouble is not null)
            {
                trouble = null;
                CameBack?.Invoke();
            }
            if (beat is null)
            {
                Become([], 0, isLost: true);
                Join();
                return;
            }
            // Its row was there, so nobody can have had what it has; but for a while it began nothing.
            var isLate = Interlocked.Exchange(ref isDoubted, 0) != 0 || !IsAlive;
            Renewed(now);
            if (isLate)
                again?.Invoke();
            var isNew = !beat.Others.SequenceEqual(others);
            (others, soonest, hasOlder) = (beat.Others, beat.Soonest, beat.HasOlder);
            Become(beat.Shards, beat.Share, isLost: false);
            if (isNew)
                Met?.Invoke();
        }
#pragma warning disable CA1031 // Nothing may end the beats: whatever it was, the next one may be in time.
        catch (Exception met)
#pragma warning restore CA1031
        {
            // Nothing begins any more when it is not: IsAlive.
            (trouble, soonest) = (met, TimeSpan.MaxValue);
            // A timer stands still while the machine sleeps.
            if (!IsAlive)
                Lapse();
        }
        finally
        {
            oneBeat.Release();
        }
    }

    private void Become(int[] shards, int share, bool isLost)
    {
        int[] come,
            gone;
        lock (gate)
        {
            int[] here = [.. shards.Except(leaving).Except(left)];
            (come, gone) = ([.. here.Except(owned)], [.. owned.Except(here)]);
            (owned, Excess) = (here, here.Length - share);
        }
        if (come.Length > 0 || gone.Length > 0 || isLost)
            change?.Invoke(come, gone, isLost);
    }

    /// <summary>Null when this node has been given up.</summary>
    private Lot? Beat(Db db)
    {
        var claims = change is not null && !takesNoMore;
        if (
            db.Run(
                "update nodes set until = instant() + $1, claims = $2 where id = $0",
                Id,
                (long)term.TotalMilliseconds,
                claims
            ) == 0
        )
            return null;
        var nodes = Known(db);
        if (nodes.Any(node => node.Left < 0))
        {
            // One that is held is committing something: the next beat looks again.
            db.Run(
                """
                delete from nodes where id in (select id from nodes where until < instant() for update skip locked)
                and (id not in (select id from holds) or id in (
                  select h.id from holds as h join nodes as n on n.id = h.id where n.until < instant() for update of h skip locked))
                """
            );
            nodes = Known(db);
        }
        var hasOlder = nodes.Any(node => !node.Heads);
        string[] others = [.. nodes.Select(node => node.Id).Where(each => each != Id)];
        var soonest = TimeSpan.FromMilliseconds(nodes.Min(node => node.Left) + 1);
        if (change is null)
            return new Lot([], others, 0, soonest, hasOlder);
        var shards = db.Command("select number, node from shards order by number")
            .Rows(row => (Number: row.GetInt32(0), Node: row.TextOrNull(1)));
        var own = shards.Where(shard => shard.Node == Id).Select(shard => shard.Number).ToList();
        if (!claims)
            return new Lot([.. own], others, own.Count, soonest, hasOlder);
        var claiming = nodes.Where(node => node.Claims).Select(node => node.Id).ToList();
        var (each, more) = Math.DivRem(shards.Count, claiming.Count);
        var share = each + (claiming.IndexOf(Id) < more ? 1 : 0);
        if (own.Count < share)
            own.AddRange(
                db.Command(
                        """
                        update shards set node = $0 where number in (
                          select number from shards s
                          where node is null or not exists (select 1 from nodes n where n.id = s.node)
                          order by number limit $1 for update skip locked)
                        returning number
                        """,
                        Id,
                        share - own.Count
                    )
                    .Rows(row => row.GetInt32(0))
            );
        return new Lot([.. own.Order()], others, share, soonest, hasOlder);
    }

    private static List<(string Id, bool Claims, long Left, bool Heads)> Known(Db db) =>
        db.Command("select id, claims, until - instant(), heads from nodes order by id")
            .Rows(row => (row.GetString(0), row.Flag(1), row.GetInt64(2), row.Flag(3)));

    private async Task<T> InTransactionAsync<T>(Func<Db, T> work)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted);
        var db = new PostgresDb(connection, schema, transaction) { Timeout = (int)Math.Max(1, term.TotalSeconds / 3) };
        // A node that falls asleep amid its beat must not keep its row from the others.
        db.Ahead(
            "select set_config('idle_in_transaction_session_timeout', $0, true)",
            $"{(long)term.TotalMilliseconds}"
        );
        db.Ahead("select set_config('lock_timeout', $0, true)", $"{(int)(term / 3).TotalMilliseconds}");
        var result = work(db);
        db.Commit();
        return result;
    }

    /// <summary>What fell to this node at a beat.</summary>
    private sealed record Lot(int[] Shards, string[] Others, int Share, TimeSpan Soonest, bool HasOlder);
}
