using Jettae.Client;

namespace Jettae.Studio;

/// <summary>When QStash will call again for a run that waits: it knows, so it is asked.</summary>
public sealed class NextTry
{
    private readonly QStashClient qstash;

    internal NextTry(QStashClient qstash) => this.qstash = qstash;

    /// <summary>Null when the run does not wait, or QStash cannot say.</summary>
    public async Task<DateTimeOffset?> OfAsync(Run run, CancellationToken cancel)
    {
        if (run is not { State: RunState.Waiting, QstashMessageId: { } message })
            return null;
        try
        {
            var events = await qstash.Logs.ListAsync(
                new LogFilter { MessageIds = [message] },
                count: 5,
                cancel: cancel
            );
            return events.Items.MaxBy(each => each.Time)?.NextDeliveryTime;
        }
        catch (QStashException)
        {
            return null;
        }
    }
}
