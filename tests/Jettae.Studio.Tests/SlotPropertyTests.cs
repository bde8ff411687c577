using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using CsCheck;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Jettae.Studio.Tests;

/// <summary>What is shown beforehand is what then runs, for random schedules, zones and changes.</summary>
[Trait("Store", "none")]
public sealed class SlotPropertyTests
{
    private const int Shown = 10;

    private static readonly TimeZoneInfo[] Zones =
    [
        .. TimeZoneInfo
            .GetSystemTimeZones()
            .Where(zone => zone.HasIanaId)
            .OrderBy(zone => zone.Id, StringComparer.Ordinal),
    ];

    [Fact]
    public void The_previewed_slots_are_those_that_the_plan_then_books_one_by_one()
    {
        var checkedCases = 0;
        Gen.Int.Sample(
            seed =>
            {
                var (now, fields) = Wish(new Random(seed));
                var time = new FakeTimeProvider(now);
                var schedule = ScheduleRules.New(Guid.Empty, fields, now);
                var preview = new Schedules(null!, null!, null!, time).Preview(fields, Shown).First;
                Assert.Equal(preview.Select(each => each.At), Booked(schedule, now).Take(Shown));
                Assert.All(preview, each => Assert.True(each.At > now));
                Interlocked.Increment(ref checkedCases);
            },
            iter: 1000
        );
        Assert.True(checkedCases >= 1000);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task The_previewed_slots_are_those_that_QStash_then_delivers(int seed)
    {
        var chance = new Random(seed);
        for (var n = 0; n < 9; n++)
        {
            var (now, fields) = Wish(chance);
            await using var studio = await TestStudio.StartAsync(now.ToString("O", CultureInfo.InvariantCulture));
            var (_, preview) = await studio.PostAsync("/api/schedule/preview", Body(fields));
            var expected = preview["slots"]!.AsArray().Select(each => (string)each!).ToList();
            var id = (string)(await studio.CreateAsync(Body(fields)))["id"]!;
            foreach (var slot in expected)
                await DeliverAsync(studio, slot);
            Assert.Equal(expected, await SlotsAsync(studio, "done"));
            if (expected.Count < Shown)
                Assert.False((bool)(await studio.GetAsync($"/api/schedules/{id}"))["is_active"]!);
        }
    }

    /// <summary>Two of fifty schedules each; <c>JETTAE_TEST_STUDIOS=20</c> makes it a thousand, in some minutes.</summary>
    public static TheoryData<int> Studios =>
        [
            .. Enumerable.Range(
                1,
                int.Parse(
                    Environment.GetEnvironmentVariable("JETTAE_TEST_STUDIOS") ?? "2",
                    CultureInfo.InvariantCulture
                )
            ),
        ];

    [Theory]
    [MemberData(nameof(Studios))]
    public async Task Of_fifty_schedules_beside_each_other_each_runs_at_its_previewed_slots(int seed)
    {
        const int many = 50;
        var chance = new Random(1000 + seed);
        var (now, _) = Wish(chance);
        await using var studio = await TestStudio.StartAsync(now.ToString("O", CultureInfo.InvariantCulture));
        var coming = new PriorityQueue<(string Id, string Slot), string>(StringComparer.Ordinal);
        var previews = new Dictionary<string, List<string>>();
        while (previews.Count < many)
        {
            var fields = Fields(chance, Zones[chance.Next(Zones.Length)], now);
            var (status, preview) = await studio.PostAsync("/api/schedule/preview", Body(fields));
            // An end before the first slot: another one.
            if (status != HttpStatusCode.OK)
                continue;
            var slots = preview["slots"]!.AsArray().Select(each => (string)each!).ToList();
            var id = (string)(await studio.CreateAsync(Body(fields)))["id"]!;
            previews[id] = slots;
            foreach (var slot in slots)
                coming.Enqueue((id, slot), slot);
        }
        var left = previews.ToDictionary(each => each.Key, each => each.Value.Count);
        while (coming.TryDequeue(out var next, out _))
        {
            if (studio.Time.GetUtcNow() < Instant(next.Slot))
                await studio.GoToAsync(next.Slot);
            var message = Assert.Single(
                studio.QStash.Messages.Values,
                each => each.NotBefore == Instant(next.Slot) && each.Body.Contains(next.Id, StringComparison.Ordinal)
            );
            var answer = await studio.DeliverAsync(message);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
            studio.QStash.Messages.TryRemove(message.Id, out _);
            await studio.StillAsync();
            // What was shown has run; the rest of the series is not waited for.
            if (--left[next.Id] == 0 && previews[next.Id].Count == Shown)
                await studio.PostAsync("/api/schedule/pause", new { id = next.Id });
        }
        foreach (var (id, slots) in previews)
            Assert.Equal(slots, await SlotsAsync(studio, "done", id));
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(14)]
    [InlineData(15)]
    [InlineData(16)]
    public async Task Whatever_is_skipped_moved_and_restored_each_slot_that_remains_runs_once(int seed)
    {
        var chance = new Random(seed);
        await using var studio = await TestStudio.StartAsync("2026-03-01T00:00:00Z");
        var begin = studio.Time.GetUtcNow();
        var schedule = await studio.CreateAsync(
            new
            {
                topic = "바꾸기",
                content_type = "x_post",
                frequency = chance.Next(2) == 0 ? "daily" : "6hours",
                times_of_day = JsonNode.Parse("""["02:30","18:00"]"""),
                timezone = "America/New_York",
            }
        );
        var id = (string)schedule["id"]!;
        var series = (
            await studio
                .Services.GetRequiredService<Schedules>()
                .GetAsync(
                    await studio.Services.GetRequiredService<Accounts>().OwnerAsync(),
                    Guid.Parse(id),
                    CancellationToken.None
                )
        ).Timing;
        var own = Cadence.Slots(series, begin).Take(60).ToList();
        // The model: where each slot of the series stands; null where it is skipped.
        var stands = own.ToDictionary(slot => slot, slot => (DateTimeOffset?)slot);
        var ran = new List<DateTimeOffset>();
        for (var step = 0; step < 60; step++)
        {
            var now = studio.Time.GetUtcNow();
            var slot = own[chance.Next(Math.Min(own.Count, ran.Count + 8))];
            var act = chance.Next(4);
            var standing = stands[slot];
            if (act == 0)
            {
                var isComing = standing is null ? slot > now : standing > now;
                Assert.Equal(isComing, await DoAsync(studio, "skip", new { id, slot_at = slot }));
                if (isComing)
                    stands[slot] = null;
            }
            else if (act == 1)
            {
                var to =
                    chance.Next(3) == 0
                        ? own[chance.Next(Math.Min(own.Count, ran.Count + 8))]
                        : now.AddMinutes(chance.Next(-60, 3 * 24 * 60));
                var isComing = (standing ?? slot) > now;
                // Back at its own place it is not moved, but restored; the place of one that was moved away is free.
                var isGone = to != slot && own.Contains(to) && stands[to] is { } elsewhere && elsewhere != to;
                var isFree =
                    to > now
                    && (to == slot || !own.Contains(to) || isGone)
                    && !stands.Any(each => each.Key != slot && each.Value == to);
                Assert.Equal(
                    isComing && isFree,
                    await DoAsync(
                        studio,
                        "move",
                        new
                        {
                            id,
                            slot_at = slot,
                            to,
                        }
                    )
                );
                // The slots of a series are alike: the one that was gone is back, and this one goes where that one was.
                if (isComing && isFree && isGone)
                    (stands[slot], stands[to]) = (stands[to], to);
                else if (isComing && isFree)
                    stands[slot] = to;
            }
            else if (act == 2)
            {
                var mayReturn = standing != slot && slot > now && (standing ?? slot) > now;
                Assert.Equal(mayReturn, await DoAsync(studio, "restore", new { id, slot_at = slot }));
                if (mayReturn)
                    stands[slot] = slot;
            }
            else
            {
                var next = stands.Values.Where(each => each > now).Min()!.Value;
                await DeliverAsync(studio, next.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
                ran.Add(next);
            }
        }
        var end = studio.Time.GetUtcNow();
        Assert.Equal(ran, (await SlotsAsync(studio, "done")).Select(Instant));
        Assert.Equal(stands.Values.Where(each => each <= end).Order(), ran.Select(each => (DateTimeOffset?)each));
        // One that was moved away first and skipped then is skipped at its own time, if that was still to come.
        var skipped = (await SlotsAsync(studio, "skipped")).Select(Instant).ToList();
        Assert.Equal(skipped.Distinct(), skipped);
        Assert.All(skipped, slot => Assert.Null(stands[slot]));
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    [InlineData(23)]
    [InlineData(24)]
    [InlineData(25)]
    [InlineData(26)]
    public async Task The_slots_previewed_for_a_stored_schedule_are_those_that_then_run(int seed)
    {
        var chance = new Random(seed);
        for (var n = 0; n < 6; n++)
        {
            var (now, fields) = Wish(chance);
            await using var studio = await TestStudio.StartAsync(now.ToString("O", CultureInfo.InvariantCulture));
            var owner = await studio.OwnerAsync();
            var schedules = studio.Services.GetRequiredService<Schedules>();
            var id = (Guid)(await studio.CreateAsync(Body(fields)))["id"]!;
            await ChangeSlotsAsync(studio, id, chance);

            // Sometimes nothing of the timing.
            var other = Fields(chance, Zones[chance.Next(Zones.Length)], studio.Time.GetUtcNow());
            var change =
                chance.Next(3) == 0 ? new ScheduleFields { Topic = "다른 주제" } : other with { StartsAt = null };
            IReadOnlyList<PreviewSlot> preview;
            try
            {
                preview = (await schedules.PreviewAsync(owner, id, change, Shown, default)).First;
            }
            catch (RejectedException)
            {
                await Assert.ThrowsAsync<RejectedException>(() => schedules.UpdateAsync(owner, id, change, default));
                continue;
            }
            var ran = await SlotsAsync(studio, "done");
            await schedules.UpdateAsync(owner, id, change, default);
            await studio.StillAsync();
            var expected = preview
                .Select(each => each.At.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture))
                .ToList();
            foreach (var slot in expected)
                await DeliverAsync(studio, slot);
            Assert.Equal(expected, (await SlotsAsync(studio, "done")).Except(ran));
            if (expected.Count < Shown)
                Assert.Null((string?)(await studio.GetAsync($"/api/schedules/{id}"))["next_run_at"]);
        }
    }

    /// <summary>Skips, moves, rests and runs some of what is coming.</summary>
    private static async Task ChangeSlotsAsync(TestStudio studio, Guid id, Random chance)
    {
        for (var step = 0; step < 8; step++)
        {
            var coming = (await studio.GetAsync($"/api/schedules/{id}"))["slots"]!.AsArray();
            if (coming.Count == 0)
                return;
            var slot = (string)coming[chance.Next(coming.Count)]!;
            switch (chance.Next(4))
            {
                case 0:
                    await DoAsync(studio, "skip", new { id, slot_at = slot });
                    break;
                case 1:
                    var to = Instant(slot).AddMinutes(chance.Next(-2000, 2000));
                    await DoAsync(
                        studio,
                        "move",
                        new
                        {
                            id,
                            slot_at = slot,
                            to,
                        }
                    );
                    break;
                case 2:
                    await DoAsync(studio, "pause", new { id, until = Instant(slot).AddMinutes(-1) });
                    break;
                default:
                    await DeliverAsync(studio, (string)coming[0]!);
                    break;
            }
        }
    }

    /// <summary>The booking rule, slot by slot, each at its own instant.</summary>
    private static IEnumerable<DateTimeOffset> Booked(Schedule schedule, DateTimeOffset now)
    {
        for (var ran = 0; ; ran++)
        {
            var slots = EffectiveSlots.After(schedule.Timing, [], schedule.AccountedUntil);
            var plan = Planning.For(slots, schedule.CatchUp, schedule.EndsAt, schedule.MaxRuns - ran, now);
            Assert.Empty(plan.Passed);
            if (plan.Next is not { } slot)
                yield break;
            yield return slot;
            (schedule.AccountedUntil, now) = (slot, slot);
        }
    }

    /// <summary>Half of them begin within two days of a change of their zone's clock.</summary>
    private static (DateTimeOffset Now, ScheduleFields Fields) Wish(Random chance)
    {
        while (true)
        {
            var zone = Zones[chance.Next(Zones.Length)];
            var now = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(chance.Next(8 * 365 * 1440));
            var change = WallClock.EndOfOffset(zone, now, now.AddDays(300));
            if (chance.Next(2) == 0 && change < now.AddDays(300))
                now = change.AddMinutes(chance.Next(-2880, 2880));
            var fields = Fields(chance, zone, now);
            try
            {
                ScheduleRules.New(Guid.Empty, fields, now);
                return (now, fields);
            }
            catch (RejectedException)
            {
                // An end before the first slot: another one.
            }
        }
    }

    private static ScheduleFields Fields(Random chance, TimeZoneInfo zone, DateTimeOffset now)
    {
        var frequency = (Frequency)chance.Next(7);
        return new()
        {
            Topic = "-",
            ContentType = ContentType.XPost,
            Frequency = frequency,
            Timezone = zone.Id,
            TimesOfDay =
                frequency == Frequency.Cron
                    ? null
                    :
                    [
                        .. Enumerable
                            .Range(0, chance.Next(1, 5))
                            .Select(_ => $"{chance.Next(24):00}:{chance.Next(60):00}"),
                    ],
            DaysOfWeek =
                chance.Next(2) == 0
                    ? null
                    : [.. Enumerable.Range(0, chance.Next(1, 5)).Select(_ => (DayOfWeek)chance.Next(7))],
            DayOfMonth = chance.Next(2) == 0 ? null : chance.Next(1, 32),
            Cron = frequency == Frequency.Cron ? Cron(chance) : null,
            StartsAt = chance.Next(3) == 0 ? now.AddMinutes(chance.Next(-60_000, 60_000)) : null,
            EndsAt = chance.Next(5) == 0 ? now.AddDays(chance.Next(1, 90)) : null,
            MaxRuns = chance.Next(5) == 0 ? chance.Next(1, 15) : null,
            CatchUp = (CatchUp)chance.Next(3),
        };
    }

    private static string Cron(Random chance)
    {
        var (minute, hour, day) = (chance.Next(60), chance.Next(24), chance.Next(1, 29));
        return chance.Next(6) switch
        {
            0 => $"{minute} {hour} * * *",
            1 => $"*/{chance.Next(1, 30)} * * * *",
            2 => $"{minute} */{chance.Next(1, 12)} * * *",
            3 => $"{minute} {hour} {day} * *",
            4 => $"{minute} {hour},{(hour + 5) % 24} * * 1-5",
            _ => $"{minute} {hour} {day} * {chance.Next(7)}",
        };
    }

    private static JsonObject Body(ScheduleFields fields)
    {
        var body = (JsonObject)JsonNode.Parse(System.Text.Json.JsonSerializer.Serialize(fields, StudioJson.Options))!;
        foreach (var name in body.Where(each => each.Value is null).Select(each => each.Key).ToList())
            body.Remove(name);
        return body;
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);

    private static async Task<bool> DoAsync(TestStudio studio, string change, object body)
    {
        var (status, answer) = await studio.PostAsync($"/api/schedule/{change}", body);
        await studio.StillAsync();
        Assert.True(
            status is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.Conflict,
            answer.ToJsonString()
        );
        return status == HttpStatusCode.OK;
    }

    private static async Task DeliverAsync(TestStudio studio, string slot)
    {
        await studio.GoToAsync(slot);
        var message = studio.MessageFor(slot);
        var answer = await studio.DeliverAsync(message);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        studio.QStash.Messages.TryRemove(message.Id, out _);
        await studio.StillAsync();
    }

    private static async Task<List<string>> SlotsAsync(TestStudio studio, string state, string? schedule = null) =>
        [
            .. (
                await studio.GetAsync(
                    $"/api/runs?limit=100&state={state}{(schedule is null ? "" : $"&schedule_id={schedule}")}"
                )
            )["items"]!
                .AsArray()
                .Select(run => (string)run!["slot_at"]!)
                .Order(StringComparer.Ordinal),
        ];
}
