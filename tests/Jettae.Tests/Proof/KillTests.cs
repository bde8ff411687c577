using Jettae.Testing;

namespace Jettae.Tests;

/// <summary>The program is killed as <c>kill -9</c> does, at its worst moments, and started again on the same folder.</summary>
public sealed class KilledWhileItWaits
{
    [Fact]
    public async Task After_create_and_while_waiting_a_kill_costs_nothing()
    {
        await using var program = await JettaeProcess.StartAsync();
        var slot = Slots.Coming();
        var first = await program.ScheduleAsync(slot);
        await program.KillAsync();
        await program.StartAsync();
        var later = Slots.Coming();
        var second = await program.ScheduleAsync(later);
        await program.BookedAsync(second);
        await program.KillAsync();
        await program.StartAsync();

        await program.WasRunOnceAsync(first, slot);
        await program.WasRunOnceAsync(second, later);
    }
}

/// <summary>Killed on either side of publishing a booking; the engine is another process, as the hosted QStash is.</summary>
public sealed class KilledWhileItBooks
{
    [Fact]
    public async Task Before_the_booking_is_published_and_before_its_answer_came_a_kill_books_once()
    {
        await using var qstash = await JettaeProcess.StartAsync(("JETTAE_EGRESS_ALLOW", "127.0.0.1"));
        await using var relay = await Relay.StartAsync();
        relay.To = qstash.Url;
        var (token, current, next) = qstash.Credentials;
        await using var program = await JettaeProcess.StartAsync(
            ("QSTASH_URL", relay.Url),
            ("QSTASH_TOKEN", token),
            ("QSTASH_CURRENT_SIGNING_KEY", current),
            ("QSTASH_NEXT_SIGNING_KEY", next)
        );
        var slot = Slots.Coming();

        var asked = new TaskCompletionSource();
        relay.Before = request => HoldAsync(request, asked);
        var unpublished = await program.ScheduleAsync(slot);
        await asked.Task.WaitAsync(Wait.Patience, TimeProvider.System, TestContext.Current.CancellationToken);
        await program.KillAsync();
        relay.Before = null;
        await program.StartAsync();
        await program.BookedAsync(unpublished);

        var answered = new TaskCompletionSource();
        relay.After = request => HoldAsync(request, answered);
        var later = Slots.Coming();
        var unanswered = await program.ScheduleAsync(later);
        await answered.Task.WaitAsync(Wait.Patience, TimeProvider.System, TestContext.Current.CancellationToken);
        await program.KillAsync();
        relay.After = null;
        await program.StartAsync();

        await program.WasRunOnceAsync(unpublished, slot, qstash);
        await program.WasRunOnceAsync(unanswered, later, qstash);
    }

    private static Task HoldAsync(Relayed request, TaskCompletionSource seen)
    {
        if (!request.Target.StartsWith("/v2/publish/", StringComparison.Ordinal))
            return Task.CompletedTask;
        seen.TrySetResult();
        return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
    }
}

/// <summary>Killed in the middle of the work itself.</summary>
public sealed class KilledWhileItWrites
{
    [Fact]
    public async Task While_Claude_answers_a_kill_costs_an_attempt_and_no_piece()
    {
        var began = new TaskCompletionSource();
        var never = new TaskCompletionSource();
        await using var claude = await FakeClaude.StartAsync(FakeClaude.Waits(began, never.Task));
        await using var program = await JettaeProcess.StartAsync(claude.Settings);
        var slot = Slots.Coming();
        var schedule = await program.ScheduleAsync(slot);
        await began.Task.WaitAsync(TimeSpan.FromMinutes(4), TimeProvider.System, TestContext.Current.CancellationToken);
        await program.KillAsync();
        await program.StartAsync();

        var run = await program.WasRunOnceAsync(schedule, slot);
        Assert.Equal(2, (int)run["attempts"]!);
        Assert.Equal(2, claude.Requests.Count);
    }
}

/// <summary>Killed when all is stored and only QStash has not heard of it.</summary>
public sealed class KilledBeforeItAnswers
{
    [Fact]
    public async Task After_the_piece_is_stored_a_kill_before_the_answer_writes_nothing_twice()
    {
        await using var relay = await Relay.StartAsync();
        await using var claude = await FakeClaude.StartAsync();
        await using var program = await JettaeProcess.StartAsync([("NEXT_PUBLIC_URL", relay.Url), .. claude.Settings]);
        relay.To = program.Url;
        var answered = new TaskCompletionSource();
        relay.After = _ =>
        {
            answered.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System);
        };
        var slot = Slots.Coming();
        var schedule = await program.ScheduleAsync(slot);
        await answered.Task.WaitAsync(
            TimeSpan.FromMinutes(4),
            TimeProvider.System,
            TestContext.Current.CancellationToken
        );
        await program.KillAsync();
        relay.After = null;
        await program.StartAsync();

        await Wait.UntilAsync(
            () => relay.Passed.Count(each => each.Status is not null) == 2,
            TimeSpan.FromMinutes(1),
            () => $"QStash did not deliver again:\n{program.Output}"
        );
        Assert.All(relay.Passed, delivery => Assert.Equal(200, delivery.Status));
        var run = await program.WasRunOnceAsync(schedule, slot);
        Assert.Equal(1, (int)run["attempts"]!);
        Assert.Single(claude.Requests);
    }
}
