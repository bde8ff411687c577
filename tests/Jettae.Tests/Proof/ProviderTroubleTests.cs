using Jettae.Testing;

namespace Jettae.Tests;

/// <summary>Claude is overloaded, and then is not.</summary>
public sealed class OverloadedTwice
{
    [Fact]
    public async Task The_engine_tries_again_as_asked_and_one_piece_comes_of_three_attempts()
    {
        await using var claude = await FakeClaude.StartAsync(
            FakeClaude.Fails(529, "overloaded_error", retryAfter: "1"),
            FakeClaude.Fails(529, "overloaded_error", retryAfter: "1")
        );
        await using var program = await JettaeProcess.StartAsync(claude.Settings);
        var slot = Slots.Coming();
        var schedule = await program.ScheduleAsync(slot);

        var run = await program.WasRunOnceAsync(schedule, slot);
        Assert.Equal(3, (int)run["attempts"]!);
        var writing = run["steps"]!.AsArray().Where(step => (string?)step!["kind"] == "write").ToList();
        Assert.Equal([false, false, true], writing.Select(step => (bool)step!["ok"]!));
        Assert.Equal(3, claude.Requests.Count);
    }
}

/// <summary>Claude does not know the key.</summary>
public sealed class KeyRefused
{
    [Fact]
    public async Task The_run_fails_with_its_reason_nobody_storms_and_the_next_slot_is_booked()
    {
        await using var claude = await FakeClaude.StartAsync([
            .. Enumerable.Repeat(FakeClaude.Fails(401, "authentication_error"), 10),
        ]);
        await using var program = await JettaeProcess.StartAsync(claude.Settings);
        var slot = Slots.Coming();
        var schedule = await program.ScheduleAsync(slot);
        var message = await program.BookedAsync(schedule);

        using var engine = program.Client(program.Credentials.Token);
        await Wait.UntilAsync(
            async () => (await engine.GetStringAsync("/v2/dlq")).Contains(message, StringComparison.Ordinal),
            TimeSpan.FromMinutes(4),
            () => $"The message was not given up:\n{program.Output}"
        );
        var run = Assert.Single(await program.RunsAsync(schedule))!;
        Assert.Equal("failed", (string?)run["state"]);
        Assert.Equal("bad_key", (string?)run["reason"]!["key"]);
        Assert.Single(claude.Requests);
        Assert.Empty((await program.GetAsync("/api/contents"))["items"]!.AsArray());
        await program.NextIsBookedAsync(schedule, slot.AddHours(1), program);
    }
}
