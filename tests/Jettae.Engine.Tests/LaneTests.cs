using CsCheck;

namespace Jettae.Engine.Tests;

/// <summary>What waits for its turn: a lane that cannot begin leaves the rest in the store, and loses none of it.</summary>
public sealed class LaneTests
{
    private const int Most = 6;

    [Fact]
    public void Whatever_comes_is_left_and_is_read_again_each_lane_begins_all_of_it_once_and_in_order()
    {
        Gen.Select(Gen.Int[0, 7], Gen.Int[0, 2])
            .Array[1, 200]
            .Sample(
                steps =>
                {
                    var shard = new Model();
                    foreach (var (what, lane) in steps)
                        shard.Do(what, lane);
                    shard.RunDry();
                },
                iter: 3_000
            );
    }

    [Fact]
    public void A_page_that_ends_before_a_lane_begins_again_leaves_that_lane_as_it_is()
    {
        var shard = new Model();
        for (var i = 0; i < 3 * Most; i++)
            shard.Do(0, 0);
        for (var i = 0; i < 3 * Most; i++)
            shard.Do(0, 1);
        shard.BeginAll(0);
        shard.BeginAll(1);
        Assert.Equal((0, 0), (shard.Waiting(0), shard.Waiting(1)));
        shard.Refill();
        Assert.Equal((Most, 0), (shard.Waiting(0), shard.Waiting(1)));
        shard.RunDry();
    }

    /// <summary>A store with pages of six beside lanes that keep six each, driven as a shard drives them.</summary>
    private sealed class Model
    {
        private readonly Lanes lanes = new(Most);
        private readonly List<Due> stored = [];
        private readonly HashSet<long> known = [];
        private readonly List<Due> underWay = [];
        private readonly Dictionary<LaneId, List<long>> begun = [];
        private readonly Dictionary<LaneId, List<long>> came = [];
        private long last;

        public void Do(int what, int number)
        {
            switch (what)
            {
                case < 4:
                    Come(Id(number));
                    break;
                case 4:
                    BeginOne(Id(number));
                    break;
                case 5:
                    BeginAll(number);
                    break;
                case 6:
                    Refill();
                    break;
                default:
                    End(number);
                    break;
            }
        }

        public int Waiting(int number) => lanes.Of(Id(number)).Waiting.Count;

        public void BeginAll(int number)
        {
            while (BeginOne(Id(number))) { }
        }

        /// <summary>At most one page, however many lanes want more.</summary>
        public void Refill()
        {
            if (lanes.Wanted() is not { } wanted)
                return;
            var page = stored
                .Where(each =>
                    (each.DueAt, each.Seq).CompareTo((wanted.From.DueAt, wanted.From.Seq - 1)) > 0
                    && each.DueAt <= wanted.Until
                )
                .Take(Most)
                .ToList();
            lanes.Refill(page, full: page.Count == Most, known.Add);
            Assert.All(came.Keys, id => Assert.InRange(lanes.Of(id).Waiting.Count, 0, 2 * Most));
        }

        public void RunDry()
        {
            for (var turn = 0; stored.Count > 0; turn++)
            {
                Assert.True(turn < 1_000, "something is never begun");
                foreach (var id in came.Keys)
                    while (BeginOne(id)) { }
                while (underWay.Count > 0)
                    End(0);
                Refill();
            }
            foreach (var (id, seqs) in came)
                Assert.Equal(seqs, begun[id]);
        }

        private static LaneId Id(int number) => new("tenant", $"host{number}", null);

        private void Come(LaneId id)
        {
            var entry = new Due(last / 4, ++last, id);
            stored.Add(entry);
            came.TryAdd(id, []);
            came[id].Add(entry.Seq);
            if (lanes.Enter(lanes.Of(id), entry))
                known.Add(entry.Seq);
        }

        private bool BeginOne(LaneId id)
        {
            if (!came.ContainsKey(id) || lanes.Of(id) is not { Waiting.Count: > 0 } lane)
                return false;
            var entry = lanes.Begin(lane, now: 0);
            underWay.Add(entry);
            begun.TryAdd(id, []);
            begun[id].Add(entry.Seq);
            return true;
        }

        private void End(int number)
        {
            if (underWay.Count == 0)
                return;
            var entry = underWay[number % underWay.Count];
            underWay.Remove(entry);
            stored.Remove(entry);
            known.Remove(entry.Seq);
            lanes.End(entry.Lane, attempted: true);
        }
    }
}
