using System.Globalization;
using System.Text.Json;
using Jettae.Engine;
using Jettae.Studio;

namespace Jettae;

/// <summary>
/// The rehearsing process: the real program on real files, in virtual time. It says every instant before it goes there, so
/// that whoever kills it knows where to go on. Its last line is the report.
/// </summary>
internal static class RehearsalStage
{
    public const string At = "at ";
    public const string Report = "report ";

    private const int FewLooks = 20;

    /// <summary>Of what is done now and then: no instant is rehearsed for it alone.</summary>
    private static readonly TimeSpan Seldom = TimeSpan.FromHours(6);
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(1);

    public static async Task<int> RunAsync(
        RehearsalPlan plan,
        string folder,
        int port,
        DateTimeOffset now,
        CancellationToken cancel
    )
    {
        var time = new VirtualTime(now);
        var settings = new Settings(
            new ConfigurationBuilder()
                .AddInMemoryCollection(
                    new Dictionary<string, string?>
                    {
                        ["JETTAE_DATA"] = folder,
                        ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}",
                    }
                )
                .Build()
        );
        await using var app = Composition.Build(
            settings,
            time,
            (engine, studio) =>
                (
                    engine.Horizon,
                    engine.PruneInterval,
                    studio.KeeperInterval,
                    studio.AlertInterval,
                    studio.KeyInterval
                ) = (Horizon, Seldom, Seldom, Seldom, Seldom)
        );
        await app.StartAsync(cancel);
        var owner = await app.Services.GetRequiredService<Accounts>().OwnerAsync(cancel);
        var schedules = app.Services.GetRequiredService<Schedules>();
        var made = (await schedules.ListAsync(owner, new(), null, 1, cancel)).Items;
        var schedule = made.Count > 0 ? made[0] : await schedules.CreateAsync(owner, plan.Fields, cancel);

        while (true)
        {
            await IdleAsync(app, cancel);
            var next = time.Next is { } due && due < plan.Until ? due : plan.Until;
            await Console.Out.WriteLineAsync(At + next.UtcTicks.ToString(CultureInfo.InvariantCulture));
            time.MoveTo(next);
            if (next == plan.Until)
                break;
        }
        await IdleAsync(app, cancel);
        await Console.Out.WriteLineAsync(
            Report + JsonSerializer.Serialize(await ReportAsync(app, owner, schedule, plan, cancel))
        );
        await app.StopAsync(cancel);
        return 0;
    }

    /// <summary>
    /// Nothing goes on in either half. The engine's count of begun work, equal on both sides of the looks, proves that no
    /// delivery carried work from one half to the other between them.
    /// </summary>
    internal static async Task IdleAsync(WebApplication app, CancellationToken cancel)
    {
        var engine = app.Services.GetRequiredService<OpenWork>();
        var studio = app.Services.GetRequiredService<StudioActivity>();
        for (var looks = 0; ; looks++)
        {
            var begun = engine.Begun;
            if (studio.IsIdle && engine.IsIdle && studio.IsIdle && begun == engine.Begun)
                return;
            cancel.ThrowIfCancellationRequested();
            // What is under way needs the processor: after a few looks it is left to that.
            if (looks < FewLooks)
                await Task.Yield();
            else
                await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System, cancel);
        }
    }

    private static async Task<RehearsalReport> ReportAsync(
        WebApplication app,
        Guid owner,
        Schedule schedule,
        RehearsalPlan plan,
        CancellationToken cancel
    )
    {
        var expected = Cadence.Slots(schedule.Timing, plan.From).TakeWhile(slot => slot <= plan.Until).ToHashSet();
        var runs = await AllAsync(cursor =>
            app.Services.GetRequiredService<Runs>().ListAsync(owner, new RunFilter(), cursor, 100, cancel)
        );
        var contents = await AllAsync(cursor =>
            app.Services.GetRequiredService<Contents>().ListAsync(owner, new ContentFilter(), cursor, 100, cancel)
        );
        var done = runs.Where(run => run.State == RunState.Done).ToList();
        var ran = done.Where(run => run.SlotAt is { } slot && expected.Contains(slot)).ToList();
        var onTime = ran.Select(run => run.SlotAt!.Value).ToHashSet();
        return new RehearsalReport(
            expected.Count,
            onTime.Count,
            expected.Count - onTime.Count,
            runs.Count(run => run.SlotAt is null || !expected.Contains(run.SlotAt.Value))
                + (ran.Count - onTime.Count)
                + Math.Max(0, contents.Count - done.Count),
            (long)
                ran.Select(run => (run.StartedAt - run.SlotAt!.Value).Duration().TotalMilliseconds)
                    .DefaultIfEmpty()
                    .Max(),
            contents.Count,
            0,
            [.. expected.Order().Take(10)]
        );
    }

    private static async Task<List<T>> AllAsync<T>(Func<string?, Task<Page<T>>> page)
    {
        var all = new List<T>();
        for (string? cursor = null; ; )
        {
            var next = await page(cursor);
            all.AddRange(next.Items);
            if ((cursor = next.NextCursor) is null)
                return all;
        }
    }
}
