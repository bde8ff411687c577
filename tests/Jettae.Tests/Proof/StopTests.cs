using Jettae.Testing;

namespace Jettae.Tests;

/// <summary>SIGTERM, as a service manager stops it.</summary>
public sealed class StopTests
{
    [Fact]
    public async Task What_is_in_flight_gets_its_time_and_the_stop_is_a_clean_one()
    {
        var arrived = new TaskCompletionSource();
        var gate = new TaskCompletionSource();
        await using var sink = await Sink.StartAsync();
        await using var destination = await Relay.StartAsync();
        destination.Before = _ =>
        {
            arrived.TrySetResult();
            return gate.Task;
        };
        await using var program = await JettaeProcess.StartAsync(("JETTAE_EGRESS_ALLOW", "127.0.0.1"));
        destination.To = sink.Address.TrimEnd('/');
        using var engine = program.Client(program.Credentials.Token);
        using var published = await engine.PostAsync(
            $"/v2/publish/{destination.Url}/",
            new StringContent("1"),
            TestContext.Current.CancellationToken
        );
        await arrived.Task.WaitAsync(Wait.Patience, TimeProvider.System, TestContext.Current.CancellationToken);

        var stopped = program.StopAsync();
        await Task.WhenAny(
            stopped,
            Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System, TestContext.Current.CancellationToken)
        );
        Assert.False(stopped.IsCompleted);
        gate.SetResult();
        Assert.Equal(0, await stopped);

        await program.StartAsync();
        using var again = program.Client(program.Credentials.Token);
        var log = await again.GetStringAsync("/v2/logs", TestContext.Current.CancellationToken);
        Assert.Contains("DELIVERED", log, StringComparison.Ordinal);
        Assert.Equal(1, sink.Received);
    }
}
