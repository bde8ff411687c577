using System.Globalization;
using System.Text.Json.Nodes;
using CsCheck;

namespace Jettae.Engine.Tests;

/// <summary>Part of what waits is in memory, the rest in the store: nothing falls between, and nothing is there twice.</summary>
public sealed class WindowTests
{
    private static readonly LaneId Lane = new("tenant", "host", null);

    [Fact]
    public void What_is_due_now_does_not_wait_behind_a_full_heap_of_what_is_not()
    {
        var heap = new DueHeap(most: 4);
        heap.Open(until: 1_000);
        for (var seq = 1; seq <= 4; seq++)
            heap.Offer(new Due(500 + seq, seq, Lane));
        Assert.True(heap.Offer(new Due(0, 5, Lane)));
        Assert.True(heap.TryTake(0, out var first));
        Assert.Equal(5, first.Seq);
        Assert.Equal((503, 2), heap.Window);
    }

    [Fact]
    public void Any_interleaving_of_publishing_moving_taking_and_failing_takes_each_message_once_and_on_time()
    {
        Gen.Select(Gen.Int[0, 9], Gen.Int[0, 25])
            .Array[1, 120]
            .Sample(
                steps =>
                {
                    var model = new WindowModel();
                    foreach (var (what, number) in steps)
                        model.Do(what, number);
                    model.RunDry();
                },
                iter: 3_000
            );
    }

    [Fact]
    public async Task Whatever_the_delays_and_restarts_each_message_arrives_once_and_in_its_time()
    {
        await Gen.Select(
                Gen.Int[0, 1_800].Array[1, 60],
                Gen.Select(Gen.Int[1, 600], Gen.Bool, Gen.Int[0, 900].Array[0, 20]).Array[1, 8]
            )
            .SampleAsync(
                async (delays, turns) =>
                {
                    await using var engine = await EngineUnderTest.StartAsync(Small);
                    var start = engine.Time.GetUtcNow();
                    var due = new Dictionary<string, TimeSpan>();
                    await PublishAsync(delays);
                    foreach (var (seconds, restart, more) in turns)
                    {
                        if (restart)
                            await engine.RestartAsync(Small);
                        await PublishAsync(more);
                        await engine.AdvanceAsync(TimeSpan.FromSeconds(seconds));
                        AssertArrived(due.Where(one => one.Value <= engine.Time.GetUtcNow() - start));
                    }
                    await engine.AdvanceAsync(TimeSpan.FromHours(3));
                    AssertArrived(due);

                    async Task PublishAsync(int[] after)
                    {
                        if (after.Length == 0)
                            return;
                        var now = engine.Time.GetUtcNow() - start;
                        var batch = new JsonArray();
                        foreach (var delay in after)
                        {
                            var name = due.Count.ToString(CultureInfo.InvariantCulture);
                            due[name] = now + TimeSpan.FromSeconds(delay);
                            batch.Add(
                                (JsonNode)
                                    new JsonObject
                                    {
                                        ["destination"] = engine.Sink + "/",
                                        ["body"] = name,
                                        ["headers"] = new JsonObject { ["Upstash-Delay"] = $"{delay}s" },
                                    }
                            );
                        }
                        var (status, _) = await engine.SendAsync(HttpMethod.Post, "/v2/batch", batch.ToJsonString());
                        Assert.Equal(200, status);
                        await engine.IdleAsync();
                    }

                    void AssertArrived(IEnumerable<KeyValuePair<string, TimeSpan>> expected) =>
                        Assert.Equal(
                            expected.Select(one => one.Key).Order(StringComparer.Ordinal),
                            engine.Deliveries.Select(got => got.Body).Order(StringComparer.Ordinal)
                        );
                },
                iter: 15,
                threads: 1
            );

        static void Small(EngineOptions options) => options.Horizon = TimeSpan.FromMinutes(1);
    }

    /// <summary>A heap of six beside a store with pages of three, driven as a shard drives it.</summary>
    private sealed class WindowModel
    {
        private const int Horizon = 10;
        private const int Page = 3;

        private readonly DueHeap heap = new(2 * Page);
        private readonly Dictionary<long, long> stored = [];
        private readonly List<Due> inFlight = [];
        private readonly Dictionary<long, long> postponed = [];
        private readonly List<int> racing = [];
        private long now;
        private long last;

        public void Do(int what, int number)
        {
            switch (what)
            {
                case 0 or 1 or 2:
                    Publish(number);
                    break;
                case 3:
                    racing.Add(number);
                    break;
                case 4:
                    now += number;
                    Step();
                    break;
                case 5:
                    Step();
                    break;
                case 6 when Taken(number) is { } done:
                    stored.Remove(done.Seq);
                    heap.Forget(done.Seq);
                    break;
                case 7 when Taken(number) is { } retried:
                    stored[retried.Seq] = now + number;
                    heap.Forget(retried.Seq);
                    heap.Offer(new Due(now + number, retried.Seq, Lane));
                    break;
                case 8 when Taken(number) is { } troubled:
                    postponed[troubled.Seq] = now + 5;
                    heap.Return(troubled with { DueAt = now + 5 });
                    break;
                case 9 when number < 5:
                    heap.Close((long.MinValue, 0));
                    break;
                case 9:
                    var from = heap.Open(now + Horizon);
                    Race();
                    heap.Close(from);
                    break;
                default:
                    break;
            }
        }

        public void RunDry()
        {
            for (var turn = 0; stored.Count > 0; turn++)
            {
                Assert.True(turn < 10_000, "something is never taken");
                now += Horizon;
                Step();
                foreach (var entry in inFlight)
                {
                    stored.Remove(entry.Seq);
                    heap.Forget(entry.Seq);
                }
                inFlight.Clear();
            }
        }

        private Due? Taken(int number)
        {
            if (inFlight.Count == 0)
                return null;
            var entry = inFlight[number % inFlight.Count];
            inFlight.Remove(entry);
            return entry;
        }

        private void Publish(int delay)
        {
            stored[++last] = now + delay;
            heap.Offer(new Due(now + delay, last, Lane));
        }

        private void Race()
        {
            foreach (var delay in racing)
                Publish(delay);
            racing.Clear();
        }

        private void Step()
        {
            for (var moved = true; moved; )
            {
                moved = false;
                while (heap.Window.DueAt <= now + (Horizon / 2) && heap.WantsMore(Page))
                {
                    var from = heap.Open(now + Horizon);
                    var page = stored
                        .Select(one => new Due(one.Value, one.Key, Lane))
                        .Where(one => (one.DueAt, one.Seq).CompareTo(from) > 0 && one.DueAt <= now + Horizon)
                        .OrderBy(one => (one.DueAt, one.Seq))
                        .Take(Page)
                        .ToList();
                    Race();
                    heap.Fill(page, page.Count == Page);
                    moved = true;
                }
                while (heap.TryTake(now, out var entry))
                {
                    moved = true;
                    Assert.DoesNotContain(inFlight, one => one.Seq == entry.Seq);
                    if (!stored.TryGetValue(entry.Seq, out var dueAt))
                        heap.Forget(entry.Seq);
                    else if (dueAt > now)
                        heap.Return(entry with { DueAt = dueAt });
                    else
                        inFlight.Add(entry);
                    postponed.Remove(entry.Seq);
                }
            }
            var expected = stored
                .Where(one => one.Value <= now && postponed.GetValueOrDefault(one.Key) <= now)
                .Select(one => one.Key);
            Assert.Equal(expected.Order(), inFlight.Select(one => one.Seq).Order());
        }
    }
}
