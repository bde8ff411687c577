using System.Text.Json;
using Microsoft.Extensions.Logging;

namespace Jettae.Engine;

/// <summary>
/// Fires schedules at their slots. One timer sleeps to the next slot of them all. A slot's messages and the step to the next
/// slot are one transaction, guarded by the slot: it fires once, whatever crashes.
/// </summary>
internal sealed partial class Ticker : IDisposable
{
    private const int MostAtOnce = 500;

    /// <summary>Of bodies and headers, give or take one schedule's.</summary>
    private const int MostBytesAtOnce = 16 * 1024 * 1024;
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly Store store;
    private readonly Shards shards;
    private readonly Publishing publishing;
    private readonly OpenWork work;
    private readonly Quotas quotas;
    private readonly EngineOptions options;
    private readonly TimeProvider time;
    private readonly ILogger log;
    private readonly ITimer timer;
    private bool started;
    private long startedAt;
    private bool stopped;
    private bool ticking;
    private bool again;

    public Ticker(
        Store store,
        Shards shards,
        Publishing publishing,
        OpenWork work,
        Quotas quotas,
        EngineOptions options,
        TimeProvider time,
        ILogger<Ticker> log
    )
    {
        (this.store, this.shards, this.publishing, this.work) = (store, shards, publishing, work);
        (this.quotas, this.options, this.time, this.log) = (quotas, options, time, log);
        timer = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Start()
    {
        lock (gate)
            (started, startedAt) = (true, time.Milliseconds());
        Wake();
    }

    public void Stop()
    {
        lock (gate)
            stopped = true;
        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A schedule came, or changed, or a slot has come.</summary>
    public void Wake()
    {
        lock (gate)
        {
            if (!started || stopped)
                return;
            again = ticking;
            if (ticking)
                return;
            ticking = true;
        }
        work.Enter();
        _ = Task.Run(RunAsync);
    }

    public void Dispose() => timer.Dispose();

    private async Task RunAsync()
    {
        while (true)
        {
            var wait = await TickAsync();
            lock (gate)
            {
                if ((again || wait == TimeSpan.Zero) && !stopped)
                {
                    again = false;
                    continue;
                }
                ticking = false;
                if (!stopped)
                    timer.Change(wait, Timeout.InfiniteTimeSpan);
                break;
            }
        }
        work.Leave();
    }

    /// <summary>Fires what is due and says how long to sleep.</summary>
    private async Task<TimeSpan> TickAsync()
    {
        try
        {
            var now = time.Milliseconds();
            var due = store.Read(db =>
                db.Command(
                        $"""
                        select {Schedule.Columns} from schedules where (tenant, id) in (
                          select tenant, id from (
                            select tenant, id, sum(size) over (order by next_at, tenant, id) - size as before from (
                              select tenant, id, next_at, length(body) + length(headers) as size from schedules
                              where paused = 0 and next_at <= $0 order by next_at limit $1) as due) as summed
                          where before < $2)
                        order by next_at, tenant, id
                        """,
                        now,
                        MostAtOnce,
                        MostBytesAtOnce
                    )
                    .Rows(Schedule.Row)
            );
            await Task.WhenAll(due.Select(schedule => FireAsync(schedule, now)));
            if (due.Count > 0)
                return TimeSpan.Zero;
            var next = store.Read(db =>
                db.Command("select min(next_at) from schedules where paused = 0 and next_at is not null")
                    .Rows(row => row.LongOrNull(0))[0]
            );
            // A timer counts to 49 days: it looks again every day.
            return next is null
                ? Timeout.InfiniteTimeSpan
                : TimeSpan.FromMilliseconds(Math.Clamp(next.Value - time.Milliseconds(), 0, 86_400_000));
        }
#pragma warning disable CA1031 // Nothing may end the ticker: whatever it was, it is tried again.
        catch (Exception trouble)
#pragma warning restore CA1031
        {
            StoreTrouble(trouble);
            return AfterTrouble;
        }
    }

    private async Task FireAsync(Schedule schedule, long now)
    {
        Cron cron;
        try
        {
            cron = Cron.Parse(schedule.Cron);
        }
        catch (RejectedException refused)
        {
            // It could be read once: its time zone, say, is no longer known here. It rests until it is made anew.
            await WriteAsync([], refused.Message, null);
            return;
        }
        // Of slots that passed while nothing ran, the last one fires, if it is not too long ago. One that came since the
        // start fires however late its timer is.
        var slot = schedule.NextAt!.Value;
        var earliest = Math.Min(now - (long)options.ScheduleGrace.TotalMilliseconds, startedAt);
        if (slot < earliest && cron.Next(earliest - 1) is { } recent && recent <= now)
            slot = recent;
        while (cron.Next(slot) is { } later && later <= now)
            slot = later;
        var publications = new List<Publication>();
        string? error = null;
        if (slot >= earliest)
            try
            {
                publications = publishing.Read(
                    schedule.Tenant,
                    schedule.Destination,
                    schedule.Headers,
                    schedule.Body,
                    new Origin(schedule.CallerIp, ScheduleId: schedule.Id)
                );
            }
            catch (RejectedException refused)
            {
                error = refused.Message;
            }
        try
        {
            await WriteAsync(publications, error, cron.Next(now));
        }
        catch (RejectedException refused)
        {
            // A quota that only the store can tell, such as of queues. The slot is spent: else it would come again for ever.
            await WriteAsync([], refused.Message, cron.Next(now));
        }

        async Task WriteAsync(List<Publication> messages, string? trouble, long? next)
        {
            shards.Tell(
                await store.WriteAsync(
                    s => Write(s, schedule, messages, trouble, now, next),
                    messages.Sum(each => each.Message.Size),
                    Line.LocksOf(schedule.Tenant, messages.Select(each => each.Message))
                )
            );
        }
    }

    private Effects Write(Db s, Schedule schedule, List<Publication> publications, string? error, long now, long? next)
    {
        // Fired already, paused, moved or deleted meanwhile: this slot is no longer ours to fire.
        if (
            s.Run(
                """
                update schedules set next_at = $3, error = $4 where tenant = $0 and id = $1 and next_at = $2 and paused = 0
                and cron = $5 and destination = $6 and body = $7 and headers = $8
                """,
                schedule.Tenant,
                schedule.Id,
                schedule.NextAt,
                next,
                error,
                schedule.Cron,
                schedule.Destination,
                schedule.Body,
                JsonSerializer.Serialize(schedule.Headers, StoredJson.Default.IReadOnlyDictionaryStringStringArray)
            ) == 0
        )
            return new Effects();
        var admission = new Admission(schedule.Tenant, publications, now, options, quotas.Of(schedule.Tenant));
        var (accepted, effects) = Admission.All(s, [admission])[0];
        var ids = accepted.Where(each => !each.Deduplicated).Select(each => each.MessageId).ToArray();
        if (publications.Count > 0)
            s.Run(
                "update schedules set last_at = $2, last_messages = $3 where tenant = $0 and id = $1",
                schedule.Tenant,
                schedule.Id,
                now,
                JsonSerializer.Serialize(ids, StoredJson.Default.StringArray)
            );
        return effects;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The store failed the schedules; they are tried again.")]
    private partial void StoreTrouble(Exception trouble);
}
